//! The matrix must be able to fail: scripts with a fault, and the cases that see it.
use super::matrix::{Check, case};
use super::subject::{Subject, Verdict, ensure};

/// A fault that somebody could make, and who notices.
pub struct Mutant {
    pub name: &'static str,
    changes: &'static [(&'static str, &'static str)],
    caught_by: &'static [&'static str],
}

const fn mutant(
    name: &'static str,
    changes: &'static [(&'static str, &'static str)],
    caught_by: &'static [&'static str],
) -> Mutant {
    Mutant { name, changes, caught_by }
}

pub const MUTANTS: &[Mutant] = &[
    mutant(
        "blank_is_not_checked",
        &[("is_blank || fail", "true || fail")],
        &["disk::data_at_the_start", "disk::data_at_the_end"],
    ),
    mutant("only_the_start_is_looked_at", &[("skip=$((bytes / 1048576 - 1)) ", "")], &["disk::data_at_the_end"]),
    mutant(
        "record_is_not_checked",
        &[("[ \"$record\" = \"new:$volume\" ] ||", "true ||")],
        &["disk::blank_but_in_service", "disk::blank_and_another_volume_is_new", "disk::data_in_the_middle"],
    ),
    mutant(
        "sentinel_is_not_checked",
        &[
            ("if [ \"$owner\" != \"$volume\" ]", "if false"),
            ("[ \"$(cat /data/.stackgen-volume)\" = \"$volume\" ] ||", "true ||"),
        ],
        &["disk::of_another_volume"],
    ),
    mutant(
        "names_are_trusted",
        &[("disk=$(/usr/local/sbin/stackgen-disk \"$volume\")", "disk=/dev/nvme1n1")],
        &["disk::names_are_swapped", "disk::link_is_stale"],
    ),
    mutant(
        "serial_is_compared_loosely",
        &[("[ \"$serial\" = \"vol${1#vol-}\" ]", "[[ vol${1#vol-} = \"${serial%?}\"* ]]")],
        &["disk::serial_differs_in_its_last_letter"],
    ),
    mutant("secrets_are_readable", &[("umask 077", "umask 022")], &["disk::in_use", "secret::arrive_as_they_are"]),
    mutant(
        "a_value_is_an_argument",
        &[("  [ -n \"${got//[[:space:]]/}\" ] ||", "  /usr/bin/true \"$got\"\n  [ -n \"${got//[[:space:]]/}\" ] ||")],
        &["disk::in_use"],
    ),
    mutant(
        "a_value_is_told_to_the_kernel",
        &[("  [ -n \"${got//[[:space:]]/}\" ] ||", "  echo \"$got\" >/dev/kmsg\n  [ -n \"${got//[[:space:]]/}\" ] ||")],
        &["disk::in_use"],
    ),
    mutant(
        "the_unit_is_traced",
        &[("umask 077\n", "umask 077\nset -x\n"), ("printf '%s\\n' StandardOutput=null StandardError=null", "true")],
        &["disk::in_use", "again::reboot"],
    ),
    mutant("empty_is_a_value", &[("[ -n \"${got//[[:space:]]/}\" ] ||", "true ||")], &["secret::empty"]),
    mutant(
        "postgresql_is_not_checked",
        &[("[ \"$found\" = \"$(newest)\" ] ||", "true ||")],
        &["disk::another_postgresql"],
    ),
    mutant("mount_is_not_required", &[("RequiresMountsFor", "X-Mounts")], &["again::reboot"]),
    mutant(
        "services_do_not_need_the_volume",
        &[("RequiresMountsFor=%s\\nRequires=%s", "X-Mount=%s\\nX-Requires=%s")],
        &["again::reboot_without_the_disk"],
    ),
    mutant("mount_point_is_writable", &[("  chattr +i /data", "  true")], &["again::reboot_without_the_disk"]),
    mutant(
        "mount_point_may_hold_files",
        &[("[ -z \"$(ls -A /data)\" ] ||", "true ||")],
        &["disk::mount_point_is_not_empty"],
    ),
    mutant(
        "half_a_format_is_made_again_whenever",
        &[("[ \"$record\" = \"new:$volume\" ] ||", "true ||")],
        &["disk::formatted_by_halves_and_in_service"],
    ),
    mutant(
        "owners_are_not_compared",
        &[("if [ \"$had\" != \"$want\" ]", "if false")],
        &["again::users_have_other_numbers"],
    ),
    mutant(
        "a_copy_is_as_good",
        &[
            ("[ \"$(mountpoint -d /data)\" = \"$(mountpoint -x \"$disk\")\" ] || refuse", "true || refuse"),
            ("|| refuse \"volume $volume is not attached\"", "|| true"),
        ],
        &["again::reboot_with_a_copy"],
    ),
    mutant(
        "owners_are_compared_once",
        &[
            ("own /data/postgres", "[ -e /var/lib/once ] || own /data/postgres"),
            ("own /data/redis redis 0750", "own /data/redis redis 0750\ntouch /var/lib/once"),
        ],
        &["again::rolled_back"],
    ),
    mutant(
        "a_stop_is_silent",
        &[("[ \"$section\" != end ] || [ \"$status\" -ne 0 ] || return 0", "[ \"$status\" -ne 0 ] || return 0")],
        &["again::terminated"],
    ),
    mutant("starts_wait", &[("enable --now --no-block", "enable --now")], &["disk::in_use"]),
    mutant("services_are_only_started", &[("enable --now --no-block", "start --no-block")], &["again::reboot"]),
    mutant("fstab_grows", &[("awk '$2 != \"/data\"' /etc/fstab", "cat /etc/fstab")], &["again::run_twice"]),
    mutant("failures_are_silent", &[("trap finish EXIT\n", "")], &["disk::never_appears", "disk::another_file_system"]),
    mutant(
        "mkfs_insists",
        &[("is_blank || fail", "true || fail"), ("mkfs.xfs -q", "mkfs.xfs -f -q")],
        &["disk::partition_table"],
    ),
];

impl Mutant {
    /// Every case that is said to notice it does.
    pub fn is_caught(&self, subject: &Subject) -> Verdict {
        let changed = self.changes.iter().try_fold(subject.clone(), |subject, (from, to)| subject.with(from, to))?;
        for name in self.caught_by {
            let check = case(name).ok_or_else(|| format!("there is no case {name}"))?;
            ensure(check(&changed).is_err(), || format!("{name} does not notice it"))?;
        }
        Ok(())
    }
}

/// The few cases that the first script of this host passes: where it stops because something else does.
pub const FIRST_SCRIPT_PASSES: &[&str] =
    &["disk::encrypted", "disk::never_appears", "again::a_service_does_not_start", "again::terminated"];

/// The first script does as it is known to.
pub fn first_script_is_judged(name: &str, check: Check) -> Verdict {
    let passes = check(&Subject::first());
    let expected = FIRST_SCRIPT_PASSES.contains(&name);
    ensure(passes.is_ok() == expected, || {
        format!("it was known to {}: {passes:?}", if expected { "pass" } else { "fail" })
    })
}
