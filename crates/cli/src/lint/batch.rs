//! Linting many files at once, on all processors, in an order that does not depend on them.
use std::fs;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use stackgen_lint::{Finding, Options, Position, Severity, Span};

use super::input::{Input, STANDARD_INPUT};
use super::{Found, Outcome, Wishes};
use crate::shell::{Shell, TICK};
use crate::table::counted;

/// A template may nest deep, and the main thread of a process has as much.
const STACK_BYTES: usize = 8 << 20;
/// So few files are done before other threads have started.
const FEW: usize = 8;
/// What every template has, and one of what nearly every template has.
const MARK: &str = "Resources";
const MARKS: [&str; 3] = ["AWSTemplateFormatVersion", "AWS::", "Custom::"];

/// What became of one file.
enum Answer {
    Linted(Vec<Finding>),
    NoTemplate,
}

/// Lints files and adds what was found.
pub(crate) fn lint(shell: &Shell, inputs: &[Input], wishes: &Wishes, outcome: &mut Outcome) {
    let options = wishes.options(None);
    let standard = inputs.iter().any(|input| input.name == STANDARD_INPUT).then(|| read_all(io::stdin().lock()));
    let one = |input: &Input| match standard.as_ref().filter(|_| input.name == STANDARD_INPUT) {
        Some(Ok(text)) => Answer::Linted(wishes.lint(text, &options)),
        Some(Err(finding)) => Answer::Linted(vec![Finding::clone(finding)]),
        None => file(input, wishes, &options),
    };
    let answers = match inputs.len() {
        ..=FEW => inputs.iter().map(one).collect(),
        _ => in_parallel(shell, inputs, &one),
    };
    for (input, answer) in inputs.iter().zip(answers) {
        let Answer::Linted(findings) = answer else {
            outcome.skipped += 1;
            continue;
        };
        outcome.templates.push(input.name.clone());
        let wanted = findings.into_iter().filter(|finding| wishes.wants(finding));
        outcome.findings.extend(wanted.map(|finding| Found {
            finding,
            file: input.name.clone(),
            stack: None,
            in_source: false,
        }));
    }
    outcome.texts.extend(standard.and_then(Result::ok).map(|text| (STANDARD_INPUT.to_owned(), text)));
}

fn in_parallel(shell: &Shell, inputs: &[Input], one: &(impl Fn(&Input) -> Answer + Sync)) -> Vec<Answer> {
    let next = AtomicUsize::new(0);
    let (sender, inbox) = mpsc::channel();
    let all = counted(inputs.len(), "file");
    let mut progress = shell.progress("Linting", &all);
    let mut done = 0;
    let mut answers: Vec<Option<Answer>> = inputs.iter().map(|_| None).collect();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (sender, next) = (sender.clone(), &next);
            let work = move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = inputs.get(at) else { return };
                    if sender.send((at, one(input))).is_err() {
                        return;
                    }
                }
            };
            thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).expect("the system has threads");
        }
        drop(sender);
        loop {
            match inbox.recv_timeout(TICK) {
                Ok((at, answer)) => {
                    answers[at] = Some(answer);
                    done += 1;
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            progress.tick_with(|| format!("{done} of {all}"));
        }
    });
    answers.into_iter().map(|answer| answer.expect("every input has an answer, or its thread has panicked")).collect()
}

fn file(input: &Input, wishes: &Wishes, options: &Options) -> Answer {
    match fs::File::open(&input.name).map_err(|error| unreadable(&error)).and_then(read_all) {
        Ok(text) if input.is_guess && !may_be_template(&text) => Answer::NoTemplate,
        Ok(text) if input.is_guess => stackgen_lint::lint_if_template(&text, options)
            .map_or(Answer::NoTemplate, |findings| Answer::Linted(wishes.with_policies(&text, findings))),
        Ok(text) => Answer::Linted(wishes.lint(&text, options)),
        Err(finding) => Answer::Linted(vec![*finding]),
    }
}

/// A folder holds other things in YAML and JSON, most of which need not be read to be known.
fn may_be_template(text: &str) -> bool {
    text.contains(MARK) && MARKS.iter().any(|mark| text.contains(mark))
}

/// A text, or a finding that says why it is none.
fn read_all(mut reader: impl io::Read) -> Result<String, Box<Finding>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    String::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let place = Position { line: number(line), column: number(column) };
        let bad = error.as_bytes().get(good.len()).copied().unwrap_or_default();
        not_read(Span { start: place, end: place }, format!("the byte 0x{bad:02x} is not of a text in UTF-8"))
    })
}

fn unreadable(error: &io::Error) -> Box<Finding> {
    not_read(Span::START, format!("cannot be read: {error}"))
}

fn not_read(span: Span, message: String) -> Box<Finding> {
    let fix = "Name a template that can be read: YAML or JSON in UTF-8.";
    Box::new(Finding { rule: "E0000", severity: Severity::Error, message, fix, span, path: String::new() })
}
