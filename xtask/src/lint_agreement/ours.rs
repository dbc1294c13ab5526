//! What stackgen says: the command runs over many templates at once, as its users run it.
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};

use super::finding::{Answer, Answers, Finding};

/// Templates of one call. A command line has at most 2 MiB.
const BATCH: usize = 500;
/// A call that takes longer is ended.
const LIMIT_S: &str = "120";
/// The exit statuses of a linter that did its work: bits for errors (2), warnings (4) and notes (8).
const STATUSES: [i32; 8] = [0, 2, 4, 6, 8, 10, 12, 14];

/// Lints with this command line, or with the command that the workspace builds.
pub(super) fn answers(command: Option<&str>, names: &[PathBuf]) -> anyhow::Result<Answers> {
    let words: Vec<String> = match command {
        Some(command) => command.split_whitespace().map(str::to_owned).collect(),
        None => workspace_command()?,
    };
    ensure!(!words.is_empty(), "--stackgen wants a command, such as `target/debug/stackgen lint --format json`");
    let mut answers = Answers { linter: "stackgen".to_owned(), ..Answers::default() };
    let started = Instant::now();
    for batch in names.chunks(BATCH) {
        add(&words, batch, &mut answers)?;
        let why = answers.of.values().next().and_then(|first| first.failure.clone()).unwrap_or_default();
        let answered = answers.of.values().any(|answer| answer.failure.is_none());
        ensure!(answered || names.len() == 1, "`{}` lints nothing: {why}", words.join(" "));
    }
    let seconds = started.elapsed().as_secs_f64();
    answers.seconds = Some(seconds);
    answers.clock = format!("{seconds:.2} s for {} templates, {BATCH} a process", names.len());
    Ok(answers)
}

fn workspace_command() -> anyhow::Result<Vec<String>> {
    let built = Command::new("cargo").args(["build", "--quiet", "--package", "stackgen-cli"]).status()?;
    ensure!(built.success(), "stackgen does not build; see above, or name another command with --stackgen");
    let program = std::env::current_exe()?.with_file_name("stackgen");
    let program = program.to_str().context("the build's folder has a name in UTF-8")?;
    Ok([program, "lint", "--notes", "--format", "json"].map(str::to_owned).to_vec())
}

/// Templates of which one makes the command crash are tried again one by one, so that it alone has no answer.
fn add(words: &[String], names: &[PathBuf], answers: &mut Answers) -> anyhow::Result<()> {
    match (lint(words, names)?, names) {
        (Ok(findings), _) => sort_in(findings, names, answers),
        (Err(why), [name]) => {
            answers.of.insert(name.clone(), Answer { failure: Some(why), ..Answer::default() });
            Ok(())
        }
        (Err(_), _) => names.chunks(names.len().div_ceil(2)).try_for_each(|half| add(words, half, answers)),
    }
}

fn sort_in(findings: Vec<Finding>, names: &[PathBuf], answers: &mut Answers) -> anyhow::Result<()> {
    answers.of.extend(names.iter().map(|name| (name.clone(), Answer::default())));
    for mut found in findings {
        let file = found.file.take().context("a finding names no file")?;
        let answer = answers.of.get_mut(&file);
        let answer =
            answer.with_context(|| format!("a finding is about {}, which was not asked for", file.display()))?;
        answer.findings.push(found);
    }
    Ok(())
}

/// The findings, or what kind of crash it was.
fn lint(words: &[String], names: &[PathBuf]) -> anyhow::Result<Result<Vec<Finding>, String>> {
    let mut command = Command::new("timeout");
    command.arg(LIMIT_S).args(words).args(names);
    let output = command.output().context("`timeout` of coreutils does not run")?;
    // 126 and 127 are timeout's own words for a command that is not there.
    ensure!(!matches!(output.status.code(), Some(126 | 127)), "`{}` does not run", words[0]);
    let errors = String::from_utf8_lossy(&output.stderr);
    let said = errors.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if !output.status.code().is_some_and(|status| STATUSES.contains(&status)) {
        return Ok(Err(format!("{}: {said}", output.status)));
    }
    Ok(serde_json::from_slice(&output.stdout).map_err(|error| format!("it prints no findings ({error}): {said}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// A linter that crashes at `bad` and finds something in line 3 of everything else.
    const LINTER: &str = r#"#!/bin/sh
separator='['
for file; do
    case $file in *bad*) echo boom >&2; exit 101 ;; esac
    printf '%s{"rule": "E1", "severity": "error", "message": "", "file": "%s", "line": 3}' "$separator" "$file"
    separator=,
done
echo ']'
exit 2
"#;

    #[test]
    fn one_crash_costs_no_other_answer() {
        let folder = std::env::temp_dir().join(format!("lint-agreement-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let linter = folder.join("linter");
        fs::write(&linter, LINTER).unwrap();
        fs::set_permissions(&linter, fs::Permissions::from_mode(0o755)).unwrap();
        let names = ["a", "b", "bad", "c", "d"].map(PathBuf::from);
        let answers = answers(linter.to_str(), &names).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        for name in &names {
            let answer = &answers.of[name];
            match name == Path::new("bad") {
                true => assert_eq!(answer.failure.as_deref(), Some("exit status: 101: boom")),
                false => assert_eq!((answer.findings.len(), answer.findings[0].line), (1, 3)),
            }
        }
    }

    #[test]
    fn a_command_that_lints_nothing_is_an_error() {
        let names = ["a", "b"].map(PathBuf::from);
        assert!(answers(Some("no-such-linter --json"), &names).is_err());
        assert!(answers(Some("echo not findings"), &names).is_err());
    }
}
