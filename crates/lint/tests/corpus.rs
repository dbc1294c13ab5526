//! Inputs that fuzzing found worth keeping, run again without any of its tools: `cargo xtask fuzz` looks for new ones.
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use stackgen_lint::{Options, document, lint};

/// What fuzzing calls too slow, on a machine that does other things too.
const TOO_SLOW: Duration = Duration::from_secs(5);

/// A text in JSON on each line.
fn corpus(target: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(format!("{target}.jsonl"));
    let lines = fs::read_to_string(&file).expect("the corpus is in the repository");
    let texts: Vec<String> =
        lines.lines().map(|line| serde_json::from_str(line).expect("each line is a text in JSON")).collect();
    assert!(texts.len() > 100, "{} is nearly empty", file.display());
    texts
}

fn in_time(target: &str, run: impl Fn(&str)) {
    for text in corpus(target) {
        let start = Instant::now();
        run(&text);
        assert!(start.elapsed() < TOO_SLOW, "{:?} for {text:?}", start.elapsed());
    }
}

#[test]
fn reading() {
    in_time("document", |text| match document::read(text) {
        Ok(document) => assert!(document.nodes().all(|node| node.place().start.line > 0)),
        Err(error) => assert!(!error.message.is_empty() && error.position.line > 0),
    });
}

#[test]
fn all_rules() {
    in_time("lint", |text| {
        assert!(lint(text, &Options::default()).is_sorted_by_key(|finding| finding.span));
    });
}

#[test]
fn boot_scripts() {
    in_time("shell", |text| {
        let lines = text.lines().count().max(1);
        let found = stackgen_shell::check(text);
        assert!(found.iter().all(|finding| (1..=lines).contains(&finding.line)), "{text:?}");
    });
}
