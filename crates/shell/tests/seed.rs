//! The script that this product was asked for at first has a named finding for every fault.

use stackgen_shell::check;

const EXPECTED: &str = "\
6 S2003 ignored-failure
6 S2004 device-name
6 S2005 unguarded-mkfs
6 S2008 disk-not-awaited
7 S2004 device-name
8 S2004 device-name
8 S2009 fstab-append
8 S2010 nofail-without-dependency
8 S2011 fstab-check-of-xfs
17 S2002 masked-exit-status
17 S2015 secret-exported
18 S2002 masked-exit-status
18 S2015 secret-exported
19 S2002 masked-exit-status
19 S2015 secret-exported
22 S2016 secret-file-readable
22 S2017 secret-on-disk
22 S2019 envsubst-everything
26 S2024 blocking-start
26 S2025 start-without-enable
27 S2024 blocking-start
27 S2025 start-without-enable
28 S2024 blocking-start
28 S2025 start-without-enable
29 S2024 blocking-start
29 S2025 start-without-enable
";

#[test]
fn every_fault_of_the_first_script_is_named() {
    let findings = check(include_str!("scripts/seed.sh"));
    let lines: String = findings
        .iter()
        .map(|finding| format!("{} {} {}\n", finding.line, finding.rule.id, finding.rule.name))
        .collect();
    assert_eq!(lines, EXPECTED);
}
