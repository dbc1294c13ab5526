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
            ("[ \"$owner\" = \"$volume\" ] ||", "true ||"),
            ("[ \"$(cat /data/\"$sentinel\")\" = \"$volume\" ] ||", "true ||"),
        ],
        &["disk::of_another_volume"],
    ),
    mutant(
        "names_are_trusted",
        &[("disk=$(find_disk)", "disk=/dev/nvme1n1")],
        &["disk::names_are_swapped", "disk::link_is_stale"],
    ),
    mutant(
        "serial_is_compared_loosely",
        &[("[ \"$serial\" = \"vol${volume#vol-}\" ]", "[[ vol${volume#vol-} = \"${serial%?}\"* ]]")],
        &["disk::serial_differs_in_its_last_letter"],
    ),
    mutant("secrets_are_readable", &[("umask 077", "umask 022")], &["disk::in_use", "secret::arrive_as_they_are"]),
    mutant(
        "a_value_is_an_argument",
        &[("  [ -n \"$got\" ] ||", "  /usr/bin/true \"$got\"\n  [ -n \"$got\" ] ||")],
        &["disk::in_use"],
    ),
    mutant(
        "a_value_is_told_to_the_kernel",
        &[("  [ -n \"$got\" ] ||", "  echo \"$got\" >/dev/kmsg\n  [ -n \"$got\" ] ||")],
        &["disk::in_use"],
    ),
    mutant(
        "the_unit_is_traced",
        &[("umask 077\n", "umask 077\nset -x\n"), ("StandardOutput=null\nStandardError=null\n", "")],
        &["disk::in_use", "again::reboot"],
    ),
    mutant("empty_is_a_value", &[("[ -n \"$got\" ] ||", "true ||")], &["secret::empty"]),
    mutant(
        "postgresql_is_not_checked",
        &[("grep -qxF \"$(cat \"$version\")\" <<<\"$installed\" ||", "true ||")],
        &["disk::another_postgresql"],
    ),
    mutant("mount_is_not_required", &[("RequiresMountsFor=%s", "X-Mount=%s")], &["again::reboot"]),
    mutant(
        "services_do_not_need_the_volume",
        &[("RequiresMountsFor=%s\\nAssertPathExists=%s", "X-Mount=%s\\nX-Path=%s")],
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
pub const FIRST_SCRIPT_PASSES: &[&str] = &[
    "disk::partition_table",
    "disk::encrypted",
    "disk::unreadable",
    "disk::unreadable_at_the_end",
    "disk::formatted_by_halves_and_in_service",
    "disk::never_appears",
    "again::a_service_does_not_start",
];

/// The first script does as it is known to.
pub fn first_script_is_judged(name: &str, check: Check) -> Verdict {
    let passes = check(&Subject::first());
    let expected = FIRST_SCRIPT_PASSES.contains(&name);
    ensure(passes.is_ok() == expected, || {
        format!("it was known to {}: {passes:?}", if expected { "pass" } else { "fail" })
    })
}
