//! What a second run, a reboot, a new image, and a kill in the middle leave.
use stackgen_boot::{Boot, Start, StopAt, World};

use super::disks::{assert_kept, blank, inventory, used};
use super::subject::*;

/// All that the script writes outside the data volume.
fn written(boot: &Boot) -> Option<String> {
    boot.ask(
        "cat /etc/fstab; cd /; find etc/systemd/system usr/local/sbin opt etc/restic run/stackgen data -xdev \
         -printf '%p %m %u %l\\n' | sort; find etc/systemd/system usr/local/sbin opt/aws run/stackgen -type f \
         -exec md5sum {} + | sort",
    )
}

pub fn run_twice(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(961, 962))?;
    let boot = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let first = boot.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_runs(&boot, &first, &[&disk])?;
    let before = written(&boot).ok_or("nothing can be listed")?;
    let second = boot.run(&subject.parts, &Start::default()).map_err(told)?;
    ensure(second.status == Some(0), || format!("the second run failed:\n{}", second.log))?;
    let after = written(&boot).ok_or("nothing can be listed")?;
    ensure(before == after, || format!("the second run changed something:\n{before}\n---\n{after}"))?;
    drop(boot);
    let lines = host.read("/etc/fstab").unwrap_or_default();
    ensure(lines.matches(" /data ").count() == 1, || lines)?;
    assert_kept(&disk)
}

pub fn reboot(subject: &Subject) -> Verdict {
    let disk = blank()?;
    let host = host(&image(961, 962))?;
    let first = host.boot(&new_volume(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = first.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_runs(&first, &outcome, &[&disk])?;
    let secrets = first.ask("cat /run/stackgen/*.env");
    drop(first);
    disk.prepare(
        "mount $disk $at; seq 1 20000 >$at/keep; mkdir -p $at/postgres/global; echo 15 >$at/postgres/PG_VERSION; touch $at/postgres/.stackgen-database",
    )
    .map_err(told)?;
    let before = inventory(&disk)?;
    // The names of disks may be others.
    let again = host.boot(&in_service(), &[("nvme2n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = again.command("systemctl default", &Start::default()).map_err(told)?;
    ensure(outcome.status == Some(0), || format!("not everything came back:\n{}", outcome.log))?;
    for unit in SERVICES {
        ensure(outcome.active.iter().any(|active| active == unit), || format!("{unit} did not come back"))?;
    }
    assert_services_saw_their_folders(&outcome)?;
    ensure(secrets.is_some() && again.ask("cat /run/stackgen/*.env") == secrets, || {
        "the secrets are others".to_owned()
    })?;
    let leaks = again.leaks(&outcome, &[&disk], &new_volume().confidential()).map_err(told)?;
    ensure(leaks.is_empty(), || format!("a secret can be read: {leaks:?}"))?;
    drop(again);
    ensure(inventory(&disk)? == before, || "the reboot changed files".to_owned())
}

/// PostgreSQL on an empty folder of the root disk would take writes that are lost later.
pub fn reboot_without_the_disk(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(961, 962))?;
    let first = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = first.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_runs(&first, &outcome, &[&disk])?;
    drop(first);
    let again = host.boot(&in_service(), &[]).map_err(told)?;
    let outcome = again.command("systemctl default", &Start::default()).map_err(told)?;
    let started = outcome.started();
    let needs_it = |unit: &str| unit != "amazon-cloudwatch-agent" && SERVICES.contains(&unit);
    ensure(!started.iter().any(|(unit, _)| needs_it(unit)), || format!("without the disk there started {started:?}"))?;
    // Whoever starts by another way cannot write below the mount point either.
    ensure(again.ask("touch /data/x").is_none(), || "files can be made in /data on the root disk".to_owned())
}

/// The image's packages gave its users other numbers.
pub fn users_have_other_numbers(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(971, 972))?;
    let boot = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = boot.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_runs(&boot, &outcome, &[&disk])?;
    let owner = boot.ask("stat -c %U /data/postgres/PG_VERSION");
    ensure(owner.as_deref() == Some("postgres"), || format!("PostgreSQL's files belong to {owner:?}"))?;
    drop(boot);
    assert_kept(&disk)
}

/// The new image comes up on the volume, something else of the deploy fails, and the old host is started again: its script
/// does not run, and its users have the numbers that they had.
pub fn rolled_back(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let disks = [("nvme1n1", SERIAL, &disk)];
    let old = host(&image(961, 962))?;
    let boot = old.boot(&in_service(), &disks).map_err(told)?;
    assert_runs(&boot, &boot.run(&subject.parts, &Start::default()).map_err(told)?, &[&disk])?;
    drop(boot);
    disk.released().map_err(told)?;
    let new = host(&image(971, 972))?;
    let boot = new.boot(&in_service(), &disks).map_err(told)?;
    assert_runs(&boot, &boot.run(&subject.parts, &Start::default()).map_err(told)?, &[&disk])?;
    drop(boot);
    disk.released().map_err(told)?;
    let boot = old.boot(&in_service(), &disks).map_err(told)?;
    let outcome = boot.command("systemctl default", &Start::default()).map_err(told)?;
    assert_services_saw_their_folders(&outcome)?;
    let owner = boot.ask("stat -c %U /data/postgres/PG_VERSION");
    ensure(owner.as_deref() == Some("postgres"), || format!("PostgreSQL's files belong to {owner:?}"))?;
    drop(boot);
    assert_kept(&disk)
}

/// A copy has the UUID and the sentinel of the volume, but not its serial number.
pub fn reboot_with_a_copy(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(961, 962))?;
    let boot = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    assert_runs(&boot, &boot.run(&subject.parts, &Start::default()).map_err(told)?, &[&disk])?;
    let uuid = boot.ask("findmnt -n -o UUID /data").ok_or("/data has no UUID")?;
    drop(boot);
    let copy = blank()?;
    let script = format!("mkfs.xfs -q -m uuid={uuid} $disk; mount $disk $at; echo {VOLUME} >$at/.stackgen-volume");
    copy.prepare(&script).map_err(told)?;
    let boot = host.boot(&in_service(), &[("nvme1n1", "vol0fedcba9876543210", &copy)]).map_err(told)?;
    let outcome = boot.command("systemctl default", &Start::default()).map_err(told)?;
    let data = ["postgresql", "redis-server", "zmanim-api"];
    let started = outcome.started().into_iter().find(|(unit, _)| data.contains(unit));
    ensure(started.is_none(), || format!("on the copy there started {started:?}"))
}

/// Somebody stops the machine in the middle of its first boot.
pub fn terminated(subject: &Subject) -> Verdict {
    let host = host(&image(961, 962))?;
    let boot = host.boot(&in_service(), &[]).map_err(told)?;
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            // Once it waits for its disk.
            boot.ask(
                "for _ in {1..200}; do [ ! -e /usr/local/sbin/stackgen-disk ] || break; sleep 1; done; sleep 5
                 kill -TERM $(ps axo pid,args | awk '$3 == \"/var/lib/stackgen/boot\" { print $1 }')",
            )
        });
        boot.run(&subject.parts, &Start::default())
    });
    assert_refuses(&boot, &outcome.map_err(told)?, &[])
}

/// Everything is killed when a section begins; the machine stays up. What was on the disk stays, and the next run ends well.
pub fn killed_and_run_again(subject: &Subject, section: &str) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(961, 962))?;
    let boot = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let killed = boot.run(&subject.parts, &stop(section, StopAt::Processes)).map_err(told)?;
    ensure(killed.status.is_none(), || format!("it was not killed:\n{}", killed.log))?;
    let outcome = boot.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_runs(&boot, &outcome, &[&disk])?;
    drop(boot);
    assert_kept(&disk)
}

/// The machine goes down when a section begins, at its very first boot; then the script runs on it again.
pub fn lost_and_booted_again(subject: &Subject, section: &str) -> Verdict {
    let disk = blank()?;
    let host = host(&image(961, 962))?;
    let boot = host.boot(&new_volume(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let killed = boot.run(&subject.parts, &stop(section, StopAt::Machine)).map_err(told)?;
    ensure(killed.status.is_none(), || format!("it was not killed:\n{}", killed.log))?;
    drop(boot);
    disk.released().map_err(told)?;
    let again = host.boot(&new_volume(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = again.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_runs(&again, &outcome, &[&disk])
}

fn stop(section: &str, stop_at: StopAt) -> Start {
    Start { stop_at: Some((format!("stackgen {section}: begins"), stop_at)), ..Start::default() }
}

/// A unit that does not start makes the boot fail, and the stack hears of it.
pub fn a_service_does_not_start(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let broken = "[Service]\nExecStart=/usr/bin/false\n[Install]\nWantedBy=multi-user.target\n";
    let host = host(&image(961, 962).service("zmanim-api", broken))?;
    let boot = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = boot.run(&subject.parts, &subject.impatient()).map_err(told)?;
    let signals: Vec<String> = outcome.signals().into_iter().map(|signal| signal.status).collect();
    ensure(signals == ["FAILURE"] && outcome.status.is_some_and(|status| status != 0), || outcome.log.clone())?;
    drop(boot);
    assert_kept(&disk)
}

/// A script that is too long for EC2 goes packed: what runs is the same, also when it runs again.
pub fn sent_packed() -> Verdict {
    let subject = Subject::packed()?;
    let host = host(&image(961, 962))?;
    let boot = host.boot(&World::new(), &[]).map_err(told)?;
    for _ in 0..2 {
        let outcome = boot.run(&subject.parts, &Start::default()).map_err(told)?;
        let log = &outcome.log;
        ensure(outcome.status == Some(0) && log.contains("it's eu-west-1 & \"$HOME\""), || log.clone())?;
    }
    ensure(boot.ask("stat -c %a /var/lib/stackgen/boot").as_deref() == Some("600"), || "others can read it".to_owned())
}
