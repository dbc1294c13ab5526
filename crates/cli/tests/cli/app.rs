//! Apps that go wrong, and what passes through.
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::env::{TestEnv, assembly, stack, two_stacks};

fn with_app(script: &str) -> TestEnv {
    TestEnv::with_app(&two_stacks(), script)
}

#[test]
fn what_it_says_is_passed_on_and_is_no_data() {
    let env = with_app("echo to out; echo to err >&2; cp -r $READY $STACKGEN_OUT");
    let run = env.run(&["list", "--json"]);
    let mut lines: Vec<_> = run.stderr.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["to err", "to out"]);
    assert!(serde_json::from_str::<serde_json::Value>(&run.stdout).is_ok());
    assert_eq!(env.leftovers(), [""; 0]);
}

#[test]
fn it_does_not_build() {
    let env = with_app("echo 'error[E0308]: mismatched types' >&2; exit 101");
    assert_snapshot!(env.run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error[E0308]: mismatched types
    error: the app failed
    Caused by:
      `./app.sh` ended with exit status: 101
    hint: what it said is above
    ");
    assert_eq!(env.leftovers(), [""; 0]);
}

#[test]
fn it_fails_in_silence_or_by_a_signal() {
    assert_snapshot!(with_app("exit 3").run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: the app failed
    Caused by:
      `./app.sh` ended with exit status: 3
    ");
    assert_snapshot!(with_app("kill -9 $$").run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: the app failed
    Caused by:
      `./app.sh` ended with signal: 9 (SIGKILL)
    ");
}

#[test]
fn it_panics() {
    let env = with_app("printf \"thread 'main' (7) panicked at stacks/main.rs:3:5:\\nno such host\\n\" >&2; exit 101");
    assert_snapshot!(env.run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    thread 'main' (7) panicked at stacks/main.rs:3:5:
    no such host
    error: the app panicked
    Caused by:
      `./app.sh` ended with exit status: 101
    hint: its message is above; RUST_BACKTRACE=1 shows how it came there
    ");
}

#[test]
fn it_fails_after_it_wrote() {
    assert_snapshot!(with_app("cp -r $READY $STACKGEN_OUT; exit 4").run(&["list"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: the app failed
    Caused by:
      `./app.sh` ended with exit status: 4
    ");
}

#[test]
fn it_writes_nothing() {
    assert_snapshot!(with_app("true").run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: the app wrote no assembly
    Caused by:
      `./app.sh` ended with exit status: 0
    hint: its main has to call `stackgen::run`
    ");
}

#[test]
fn there_is_no_such_command() {
    let env = TestEnv::new();
    env.write("stackgen.toml", "app = 'carg run'\n");
    assert_snapshot!(env.run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: there is no command `carg` to run the app with
    hint: `app` in stackgen.toml names the command
    ");
    env.write("stackgen.toml", "app = './app.sh'\n");
    env.write("app.sh", "#!/no/such/shell\n");
    assert_snapshot!(env.run(&["synth"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: cannot start the app: `./app.sh`
    Caused by:
      Permission denied (os error 13)
    ");
}

#[test]
fn being_asked_to_stop_stops_both() {
    for signal in ["-INT", "-TERM"] {
        let env = with_app("echo started; exec sleep 60");
        let child = env.command(&["synth"]).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let began = Instant::now();
        kill(signal, child.id());
        let run = env.outcome(&child.wait_with_output().unwrap());
        // A busy machine may have had the time to say that the app is being run.
        let said: Vec<&str> = run.stderr.lines().filter(|line| !line.contains("Describing")).collect();
        assert_eq!((run.code, said), (Some(130), vec!["started", "error: interrupted"]));
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(env.leftovers(), [""; 0]);
    }
}

/// Off a terminal nobody else tells them.
#[test]
fn what_it_started_is_stopped_too() {
    let env = with_app("sleep 61.5 & echo $! >pid; echo started; wait; true");
    let mut command = env.command(&["synth"]);
    let child = command.stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    wait_for(|| std::fs::read_to_string(env.path("pid")).is_ok_and(|pid| pid.ends_with('\n')));
    kill("-TERM", child.id());
    assert_eq!(env.outcome(&child.wait_with_output().unwrap()).code, Some(130));
    let pid = std::fs::read_to_string(env.path("pid")).unwrap();
    let state = || std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    wait_for(|| state().is_err() || state().is_ok_and(|state| state.contains(") Z ")));
}

/// After the app has ended, a signal does what it does to any program.
#[test]
fn a_slow_reader_can_be_left() {
    let body = serde_json::json!({"Type": "AWS::SNS::Topic", "Metadata": {"Note": "x".repeat(1 << 20)}});
    let template = serde_json::json!({"Resources": {"Topic": body}});
    let env = TestEnv::with_app(&assembly(vec![stack("big", &template)]), "cp -r $READY $STACKGEN_OUT");
    for (signal, number) in [("-INT", 2), ("-TERM", 15)] {
        let mut command = env.command(&["synth"]);
        let mut child = command.stderr(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = [0];
        child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        kill(signal, child.id());
        assert_eq!(child.wait().unwrap().signal(), Some(number));
    }
}

fn kill(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

fn wait_for(happens: impl Fn() -> bool) {
    let began = Instant::now();
    while !happens() {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_daemon_that_it_leaves_does_not_hold_us_up() {
    let env = with_app("cp -r $READY $STACKGEN_OUT; sleep 30 &");
    let began = Instant::now();
    assert_eq!(env.run(&["list"]).code, Some(0));
    assert!(began.elapsed() < Duration::from_secs(10));
}
