//! Results that were written down: cfn-lint's JSON form, as in the `test/fixtures/results` of its repository.
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::finding::{Answer, Answers, Finding};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expected {
    filename: PathBuf,
    level: String,
    location: Location,
    message: String,
    rule: Rule,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Location {
    start: Position,
    end: Position,
    #[serde(default)]
    path: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Position {
    line_number: u32,
    column_number: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    id: String,
}

/// What a file, or the files in a folder, expect of these templates: nothing of those that they do not name.
pub(super) fn answers(expected: &Path, names: &[PathBuf]) -> anyhow::Result<Answers> {
    let files = if expected.is_dir() { super::templates::below(expected)? } else { vec![expected.to_owned()] };
    let mut answers = Answers {
        linter: "the expected results".to_owned(),
        clock: "nothing was run".to_owned(),
        ..Answers::default()
    };
    answers.of.extend(names.iter().map(|name| (name.clone(), Answer::default())));
    for file in files {
        let text = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let list: Vec<Expected> = serde_json::from_slice(&text)
            .with_context(|| format!("{} is not in cfn-lint's JSON form", file.display()))?;
        for expected in list {
            let name = meant(&expected.filename, names)?;
            let answer = answers.of.entry(name.clone()).or_default();
            answer.findings.push(finding(expected));
        }
    }
    Ok(answers)
}

/// Results name templates as their repository has them, and the folder may lie anywhere: the most of the last parts in
/// common tells which is meant.
fn meant<'a>(named: &Path, names: &'a [PathBuf]) -> anyhow::Result<&'a PathBuf> {
    let in_common = |name: &Path| name.iter().rev().zip(named.iter().rev()).take_while(|(a, b)| a == b).count();
    let most = names.iter().map(|name| in_common(name)).max().unwrap_or(0);
    let mut best = names.iter().filter(|name| in_common(name) == most);
    match (most, best.next(), best.next()) {
        (1.., Some(name), None) => Ok(name),
        (1.., Some(one), Some(other)) => {
            bail!("{} may be {} or {}: name a smaller folder", named.display(), one.display(), other.display())
        }
        _ => bail!("results are expected of {}, which is not in the folder of templates", named.display()),
    }
}

fn finding(expected: Expected) -> Finding {
    let Location { start, end, path } = expected.location;
    Finding {
        rule: expected.rule.id,
        severity: expected.level.to_lowercase(),
        message: expected.message,
        file: None,
        line: start.line_number,
        column: start.column_number,
        end_line: end.line_number,
        end_column: end.column_number,
        path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_end_in_common_tells_which_template_is_meant() {
        let names = ["/x/good/a.yaml", "/x/bad/a.yaml", "/x/bad/b.yaml"].map(PathBuf::from);
        assert_eq!(meant(Path::new("test/templates/bad/a.yaml"), &names).unwrap(), &names[1]);
        assert_eq!(meant(Path::new("elsewhere/b.yaml"), &names).unwrap(), &names[2]);
        assert!(meant(Path::new("other/a.yaml"), &names).unwrap_err().to_string().contains("may be"));
        assert!(meant(Path::new("bad/c.yaml"), &names).is_err());
    }

    #[test]
    fn the_form_of_cfn_lint_is_read() {
        let text = r#"{"Filename": "a.yaml", "Id": "1", "Level": "Error", "Message": "no", "ParentId": null,
            "Location": {"Start": {"LineNumber": 14, "ColumnNumber": 11}, "End": {"LineNumber": 14, "ColumnNumber": 36},
            "Path": ["Resources", 0]}, "Rule": {"Id": "E3020", "Description": "", "Source": ""}}"#;
        let found = finding(serde_json::from_str(text).unwrap());
        assert_eq!(
            (found.rule.as_str(), found.severity.as_str(), found.line, found.end_column),
            ("E3020", "error", 14, 36)
        );
    }
}
