//! Lints files and prints `file:line:column id message`: for looking at the crate by itself. `--time` prints how long the
//! steps take on the last file.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use stackgen_lint::{Options, document, lint, template::Template};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let files: Vec<&String> = arguments.iter().filter(|argument| *argument != "--time").collect();
    for file in &files {
        let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
        for finding in lint(&text, &Options::default()) {
            let start = finding.span.start;
            println!("{file}:{}:{} {} {} [{}]", start.line, start.column, finding.rule, finding.message, finding.path);
        }
    }
    if let (true, Some(file)) = (files.len() < arguments.len(), files.last()) {
        time(&String::from_utf8_lossy(&std::fs::read(file)?));
    }
    Ok(())
}

/// The first round decodes facts; the others are what a second template costs.
fn time(text: &str) {
    for round in 1..=3 {
        let start = Instant::now();
        let document = document::read(text);
        let read = start.elapsed();
        let model = Instant::now();
        let count = document.as_ref().map_or(0, |document| Template::new(document).resources.len());
        let model = model.elapsed();
        let whole = Instant::now();
        let findings = lint(text, &Options::default()).len();
        println!(
            "{round}: {count} resources; read {read:?}, model {model:?}, whole {:?}, {findings} findings",
            whole.elapsed()
        );
    }
}
