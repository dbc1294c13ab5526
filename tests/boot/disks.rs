//! Which disk is taken for the data volume, and what may be done to it.
use std::time::Duration;

use stackgen_boot::{Boot, Content, Disk, Outcome, Start, World};

use super::subject::*;

/// xfs does not come smaller than 300 MiB (mkfs.xfs).
const SIZE: u64 = 320;

pub fn blank() -> Result<Disk, String> {
    Disk::blank(SIZE).map_err(told)
}

/// A data volume that was in use: its sentinel, a file, and PostgreSQL's folder.
pub fn used(sentinel: &str) -> Result<Disk, String> {
    let sentinel = if sentinel.is_empty() { String::new() } else { format!("echo {sentinel} >$at/.stackgen-volume") };
    let script = format!(
        "mkfs.xfs -q -L data $disk; mount $disk $at; {sentinel}\n\
         seq 1 20000 >$at/keep; mkdir -p $at/postgres/global; echo 15 >$at/postgres/PG_VERSION; chown -R 961:961 $at/postgres"
    );
    prepared(&script)
}

pub fn prepared(script: &str) -> Result<Disk, String> {
    let disk = blank()?;
    disk.prepare(script).map_err(told)?;
    Ok(disk)
}

/// Every name, mode, owner and byte of its file system.
pub fn inventory(disk: &Disk) -> Result<String, String> {
    disk.released().map_err(told)?;
    let script = "mount -o ro $disk $at; cd $at; find . -printf '%p %m %U %G %s\\n' | sort; \
                  find . -type f -exec md5sum {} + | sort; cd /";
    disk.prepare(script).map_err(told)
}

pub fn assert_kept(disk: &Disk) -> Verdict {
    disk.released().map_err(told)?;
    let kept = disk.prepare("mount -o ro $disk $at; seq 1 20000 | cmp - $at/keep; cat $at/postgres/PG_VERSION");
    kept.map(drop).map_err(|error| format!("what was on the disk is not there any more: {}", told(error)))
}

pub fn content(disk: &Disk) -> Result<Content, String> {
    disk.content().map_err(told)
}

/// Boots once, looks at it while it is up, and lets go of the disk.
fn boot(
    subject: &Subject,
    world: &World,
    start: &Start,
    disks: &[(&str, &str, &Disk)],
    look: impl FnOnce(&Boot, &Outcome) -> Verdict,
) -> Verdict {
    let host = host(&image(961, 962))?;
    let boot = host.boot(world, disks).map_err(told)?;
    let outcome = boot.run(&subject.parts, start).map_err(told)?;
    look(&boot, &outcome)
}

fn runs(subject: &Subject, world: &World, disk: &Disk) -> Verdict {
    boot(subject, world, &Start::default(), &[("nvme1n1", SERIAL, disk)], |boot, outcome| {
        assert_runs(boot, outcome, &[disk])
    })
}

/// The disk must be what it was, to the last bit.
fn refuses(subject: &Subject, world: &World, disk: &Disk, says: &str) -> Verdict {
    let before = content(disk)?;
    boot(subject, world, &subject.impatient(), &[("nvme1n1", SERIAL, disk)], |boot, outcome| {
        assert_refuses(boot, outcome, &[disk])?;
        ensure(outcome.log.contains(says), || format!("the log does not say `{says}`:\n{}", outcome.log))
    })?;
    ensure(content(disk)? == before, || "the disk is not what it was".to_owned())
}

pub fn blank_and_new(subject: &Subject) -> Verdict {
    let disk = blank()?;
    runs(subject, &new_volume(), &disk)?;
    let found = inventory(&disk)?;
    ensure(found.contains("./postgres 700 961 961") && found.contains("./redis 750 962 962"), || found)
}

pub fn blank_but_in_service(subject: &Subject) -> Verdict {
    refuses(subject, &in_service(), &blank()?, "says in-service")
}

pub fn blank_without_a_record(subject: &Subject) -> Verdict {
    // The patience of the script begins again when the disk is there, so it is given less.
    let hasty = subject.with("\ndeadline=660\n", "\ndeadline=2\n")?;
    refuses(&hasty, &in_service().without(RECORD), &blank()?, "cannot be read")
}

pub fn blank_and_another_volume_is_new(subject: &Subject) -> Verdict {
    refuses(subject, &world("new:vol-0123456789abcdef1"), &blank()?, "says new:vol-0123456789abcdef1")
}

pub fn in_use(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    runs(subject, &in_service(), &disk)?;
    assert_kept(&disk)
}

/// What the first boot of a volume sees that was made by hand.
pub fn without_a_sentinel(subject: &Subject) -> Verdict {
    let disk = used("")?;
    runs(subject, &in_service(), &disk)?;
    assert_kept(&disk)
}

pub fn of_another_volume(subject: &Subject) -> Verdict {
    let disk = used("vol-0123456789abcdef1")?;
    refuses(subject, &in_service(), &disk, "belongs to vol-0123456789abcdef1")
}

pub fn another_file_system(subject: &Subject) -> Verdict {
    let disk = prepared("mkfs.ext4 -q $disk; mount $disk $at; seq 1 20000 >$at/keep")?;
    refuses(subject, &new_volume(), &disk, "the unexpected file system ext4")
}

/// A master boot record with one partition from sector 2048 on.
pub fn partition_table(subject: &Subject) -> Verdict {
    let entry = "printf '\\x00\\x20\\x21\\x00\\x83\\x00\\x00\\x00\\x00\\x08\\x00\\x00\\x00\\x00\\x08\\x00'";
    let script = format!(
        "({entry}; head -c 48 /dev/zero; printf '\\x55\\xaa') | dd of=$disk bs=1 seek=446 conv=notrunc status=none"
    );
    refuses(subject, &new_volume(), &prepared(&script)?, "not blank")
}

/// The first bytes of LUKS 1: its magic number and version.
pub fn encrypted(subject: &Subject) -> Verdict {
    let disk = prepared("printf 'LUKS\\xba\\xbe\\x00\\x01aes' | dd of=$disk conv=notrunc status=none")?;
    refuses(subject, &new_volume(), &disk, "crypto_LUKS")
}

/// Without a signature that any tool knows: mkfs would not mind.
pub fn data_at_the_start(subject: &Subject) -> Verdict {
    refuses(subject, &new_volume(), &prepared("seq 1 20000 | dd of=$disk conv=notrunc status=none")?, "not blank")
}

pub fn data_at_the_end(subject: &Subject) -> Verdict {
    refuses(
        subject,
        &new_volume(),
        &prepared("seq 1 20000 | dd of=$disk bs=1M seek=319 conv=notrunc status=none")?,
        "not blank",
    )
}

/// It looks blank at both ends; only the record knows that it is not.
pub fn data_in_the_middle(subject: &Subject) -> Verdict {
    refuses(
        subject,
        &in_service(),
        &prepared("seq 1 20000 | dd of=$disk bs=1M seek=100 conv=notrunc status=none")?,
        "says in-service",
    )
}

/// Two signatures at once, as after a careless format.
pub fn ambiguous(subject: &Subject) -> Verdict {
    let disk = prepared("mkfs.ext4 -q $disk; printf XFSB | dd of=$disk conv=notrunc status=none")?;
    refuses(subject, &new_volume(), &disk, "error:")
}

pub fn unreadable(subject: &Subject) -> Verdict {
    let disk = blank()?;
    disk.break_from(0).map_err(told)?;
    refuses(subject, &new_volume(), &disk, "cannot be read")
}

pub fn unreadable_at_the_end(subject: &Subject) -> Verdict {
    let disk = blank()?;
    disk.break_from((SIZE - 1) << 20).map_err(told)?;
    refuses(subject, &new_volume(), &disk, "error:")
}

/// As mkfs.xfs leaves it when it is killed: the superblock says that the work is going on (`sb_inprogress`, byte 126), its
/// checksum is wrong, blkid says xfs, and the kernel does not mount it. Seen by killing mkfs.xfs 6.1 after 4 to 30 ms.
const HALF: &str = "mkfs.xfs -q -L data $disk; printf '\\x01' | dd of=$disk bs=1 seek=126 conv=notrunc status=none";

/// A kill in the middle of mkfs, at the very first boot: nobody has mounted it, so it is made again.
pub fn formatted_by_halves(subject: &Subject) -> Verdict {
    let disk = prepared(HALF)?;
    let look = |boot: &Boot, outcome: &Outcome| assert_runs(boot, outcome, &[&disk]);
    boot(subject, &new_volume(), &Start::default(), &[("nvme1n1", SERIAL, &disk)], look)
}

pub fn formatted_by_halves_and_in_service(subject: &Subject) -> Verdict {
    refuses(subject, &in_service(), &prepared(HALF)?, "says in-service")
}

/// Something started too early and wrote to the root disk.
pub fn mount_point_is_not_empty(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(961, 962).file("/data/postgres/early", 0o644, "lost"))?;
    let boot = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = boot.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_refuses(&boot, &outcome, &[&disk])?;
    drop(boot);
    assert_kept(&disk)
}

pub fn appears_late(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(961, 962))?;
    let boot = host.boot(&in_service(), &[]).map_err(told)?;
    let (outcome, attached) = std::thread::scope(|scope| {
        let late = scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            boot.attach("nvme1n1", SERIAL, &disk)
        });
        (boot.run(&subject.parts, &Start::default()), late.join())
    });
    attached.map_err(|_| "the thread that attaches has panicked")?.map_err(told)?;
    assert_runs(&boot, &outcome.map_err(told)?, &[&disk])?;
    drop(boot);
    assert_kept(&disk)
}

pub fn never_appears(subject: &Subject) -> Verdict {
    boot(subject, &new_volume(), &subject.impatient(), &[], |boot, outcome| assert_refuses(boot, outcome, &[]))
}

/// The root disk has the name that the data volume had the last time.
pub fn names_are_swapped(subject: &Subject) -> Verdict {
    let (root, disk) = (prepared("mkfs.ext4 -q $disk; mount $disk $at; seq 1 20000 >$at/keep")?, used(VOLUME)?);
    let before = content(&root)?;
    let disks = [("nvme0n1", SERIAL, &disk), ("nvme1n1", "vol0fedcba9876543210", &root)];
    let look = |boot: &Boot, outcome: &Outcome| assert_runs(boot, outcome, &[&disk, &root]);
    boot(subject, &in_service(), &Start::default(), &disks, look)?;
    ensure(content(&root)? == before, || "the root disk was touched".to_owned())?;
    assert_kept(&disk)
}

/// The link with the volume's name leads to another disk, and a path that the kernel hides has its serial number.
pub fn link_is_stale(subject: &Subject) -> Verdict {
    let (other, disk) = (blank()?, used(VOLUME)?);
    let host = host(&image(961, 962))?;
    let disks = [("nvme1n1", "vol0fedcba9876543210", &other), ("nvme2n1", SERIAL, &disk)];
    let boot = host.boot(&new_volume(), &disks).map_err(told)?;
    let link = format!(
        "mkdir -p /dev/disk/by-id /sys/block/nvme1c1n1/device; echo {SERIAL} >/sys/block/nvme1c1n1/device/serial\n\
         ln -s ../../nvme1n1 /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{SERIAL}"
    );
    boot.ask(&link).ok_or("the link cannot be made")?;
    let outcome = boot.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_runs(&boot, &outcome, &[&disk, &other])?;
    drop(boot);
    ensure(content(&other)?.is_blank(), || "the disk behind the link was touched".to_owned())?;
    assert_kept(&disk)
}

pub fn serial_differs_in_its_last_letter(subject: &Subject) -> Verdict {
    let other = blank()?;
    let disks = [("nvme1n1", "vol0123456789abcdef1", &other)];
    let look = |boot: &Boot, outcome: &Outcome| assert_refuses(boot, outcome, &[&other]);
    boot(subject, &new_volume(), &subject.impatient(), &disks, look)?;
    ensure(content(&other)?.is_blank(), || "another disk was touched".to_owned())
}

pub fn another_postgresql(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    disk.prepare("mount $disk $at; echo 14 >$at/postgres/PG_VERSION").map_err(told)?;
    let look = |boot: &Boot, outcome: &Outcome| assert_refuses(boot, outcome, &[&disk]);
    boot(subject, &in_service(), &Start::default(), &[("nvme1n1", SERIAL, &disk)], look)?;
    assert_kept(&disk)
}

/// The older of two that are installed can read the data, but the newest is what runs.
pub fn two_postgresqls(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let newer = "#!/bin/sh\necho 'postgres (PostgreSQL) 17.6'\n";
    let host = host(&image(961, 962).program("/usr/lib/postgresql/17/bin/postgres", newer))?;
    let boot = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = boot.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_refuses(&boot, &outcome, &[&disk])?;
    ensure(outcome.log.contains("is of PostgreSQL 15, and the image runs 17"), || outcome.log.clone())?;
    drop(boot);
    assert_kept(&disk)
}

/// Where there was a database, an image that makes one in an empty directory must not be let.
pub fn database_is_gone(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    disk.prepare("mount $disk $at; rm -r $at/postgres/*; touch $at/postgres/.stackgen-database").map_err(told)?;
    let look = |boot: &Boot, outcome: &Outcome| {
        assert_refuses(boot, outcome, &[&disk])?;
        ensure(outcome.log.contains("the database in /data/postgres is gone"), || outcome.log.clone())
    };
    boot(subject, &in_service(), &Start::default(), &[("nvme1n1", SERIAL, &disk)], look)
}

/// A volume from a snapshot has the name of the one that it was taken of. Whoever restored it says so.
pub fn restored_from_a_snapshot(subject: &Subject) -> Verdict {
    let disk = used("vol-0123456789abcdef1")?;
    runs(subject, &world(&format!("restored:{VOLUME}")), &disk)?;
    assert_kept(&disk)?;
    // From now on it is what it is called.
    runs(subject, &in_service(), &disk)
}

pub fn aws_is_out_of_reach_at_first(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    runs(subject, &in_service().unreachable_at_first(3), &disk)?;
    assert_kept(&disk)
}

pub fn the_stack_listens_late(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    runs(subject, &in_service().deaf_at_first(3), &disk)?;
    assert_kept(&disk)
}
