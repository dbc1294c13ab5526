//! The boot script of the built-in stack has no findings.

use stackgen_shell::check;

/// The rendered script, without what the snapshot says about itself.
pub fn script() -> &'static str {
    let snapshot = include_str!("../../../snapshots/prod-compute.Host.userdata.sh.snap");
    let at = snapshot.find("#!").expect("the script has a first line");
    &snapshot[at..]
}

#[test]
fn the_built_in_boot_script_is_clean() {
    let findings: Vec<String> = check(script())
        .into_iter()
        .map(|finding| format!("{} {}: {}", finding.line, finding.rule.name, finding.message))
        .collect();
    assert_eq!(findings, Vec::<String>::new());
}

/// The script that it writes is read as well: a fault in there is found at its line in the whole.
#[test]
fn a_fault_in_the_written_script_is_found_at_its_line() {
    let broken = script().replacen("  value[number]=$got\n", "  export value=$(get \"$2\")\n", 1);
    let found: Vec<(usize, &str)> = check(&broken).iter().map(|finding| (finding.line, finding.rule.name)).collect();
    let line = broken.lines().position(|line| line.contains("export value")).expect("it is there") + 1;
    assert_eq!(found, [(line, "masked-exit-status")]);
}
