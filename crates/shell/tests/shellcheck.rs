//! ShellCheck is asked where it is installed, and missed nowhere.

use stackgen_shell::shellcheck;

#[test]
fn remarks_have_their_places_and_codes() {
    let remarks = shellcheck::check("#!/bin/bash\nexport A=$(cat /f)\n").expect("it runs");
    assert_eq!(remarks.is_some(), shellcheck::version().is_some());
    let Some(remarks) = remarks else { return };
    let masked = remarks.iter().find(|remark| remark.code == "SC2155").expect("it masks a status");
    assert_eq!((masked.line, masked.column, masked.level.as_str()), (2, 8, "warning"));
    assert!(masked.message.starts_with("Declare and assign separately"), "{}", masked.message);
}

#[test]
fn a_large_script_does_not_block() {
    let script = format!("#!/bin/bash\n{}", "echo $1\n".repeat(1_600));
    if let Some(remarks) = shellcheck::check(&script).expect("it ends in time") {
        assert!(remarks.len() >= 1_600, "{}", remarks.len());
    }
}
