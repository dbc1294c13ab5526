//! What is wrong with the app, shown all at once.
use anstyle::Style;
use stackgen_assembly::ProblemEntry;
use thiserror::Error;

use crate::Context;
use crate::excerpt;
use crate::load::Loaded;
use crate::shell::{ERROR, FAINT, HINT, STRONG};
use crate::table;

/// The app described stacks that cannot be.
#[derive(Debug, Error)]
#[error("{} in the app; nothing was written", if *.0 == 1 { "1 problem".to_owned() } else { format!("{} problems", .0) })]
pub(crate) struct AppProblems(usize);

impl AppProblems {
    /// Shows the problems of an assembly. With any, the command is over.
    pub(crate) fn check(context: &Context, loaded: &Loaded) -> Result<(), AppProblems> {
        let problems = &loaded.assembly.manifest.problems;
        for problem in problems {
            context.shell.message(&report(context, loaded, (ERROR, "error:"), problem));
        }
        if problems.is_empty() { Ok(()) } else { Err(AppProblems(problems.len())) }
    }
}

/// A problem with its line, under a title such as `error:`.
pub(crate) fn report(context: &Context, loaded: &Loaded, title: (Style, &str), problem: &ProblemEntry) -> String {
    let width = context.shell.width();
    let root = loaded.project.as_ref().map(|project| project.root.as_path());
    let excerpt = problem.source.as_ref().map(|place| excerpt::of(root, place, problem.id.as_deref(), width));
    let place = [Some(problem.stack.as_str()), problem.id.as_deref(), Some(problem.path.as_str())];
    let place: Vec<&str> = place.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let notes = [("in: ", &*place.join(" ")), ("hint: ", problem.hint.as_deref().unwrap_or_default())];
    told(width, title, &problem.message, excerpt, &notes)
}

/// A message under its title, the excerpt with how far its bar is indented, and notes, of which the empty ones are left out.
pub(crate) fn told(
    width: usize,
    (style, title): (Style, &str),
    message: &str,
    excerpt: Option<(String, usize)>,
    notes: &[(&str, &str)],
) -> String {
    let mut text = format!("{style}{title}{style:#} {STRONG}");
    let next = format!("\n{:indent$}", "", indent = title.len() + 1);
    text += &table::wrap(message, width.saturating_sub(title.len() + 1)).join(&next);
    text += &format!("{STRONG:#}\n");
    let (excerpt, gutter) = excerpt.unwrap_or((String::new(), 1));
    text += &excerpt;
    for (title, words) in notes.iter().filter(|(_, words)| !words.is_empty()) {
        let lines = table::wrap(words, width.saturating_sub(gutter + 3 + title.len()));
        let next = format!("\n{:indent$}", "", indent = gutter + 3 + title.len());
        text += &format!("{:gutter$} {FAINT}={FAINT:#} {HINT}{title}{HINT:#}{}\n", "", lines.join(&next));
    }
    text + "\n"
}
