//! The describing side stays light: no AWS SDK, no async runtime, no HTTP, and nothing that pulls one.
use std::process::Command;

fn dependencies() -> Vec<String> {
    let cargo = Command::new(env!("CARGO"))
        .args(["tree", "--package", "stackgen", "--edges", "normal,build", "--prefix", "none", "--offline"])
        .output()
        .expect("cargo runs, since it runs this test");
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let text = String::from_utf8(cargo.stdout).expect("cargo writes text");
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn nothing_heavy_comes_along() {
    let heavy = |name: &&String| {
        name.starts_with("aws-") || ["tokio", "hyper", "reqwest", "ureq", "rustls"].contains(&name.as_str())
    };
    let names = dependencies();
    assert!(names.contains(&"stackgen-core".to_owned()), "cargo tree shows the crates: {names:?}");
    assert_eq!(names.iter().filter(heavy).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn there_are_few_of_them() {
    let mut names = dependencies();
    names.sort();
    names.dedup();
    assert!(names.len() <= 80, "{} crates to describe a stack: {names:?}", names.len());
}
