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
    let (style, title) = title;
    let mut text = format!("{style}{title}{style:#} {STRONG}");
    let next = format!("\n{:indent$}", "", indent = title.len() + 1);
    text += &table::wrap(&problem.message, width.saturating_sub(title.len() + 1)).join(&next);
    text += &format!("{STRONG:#}\n");
    let mut gutter = 1;
    if let Some(place) = &problem.source {
        let (excerpt, indent) = excerpt::of(root, place, problem.id.as_deref(), width);
        text += &excerpt;
        gutter = indent;
    }
    let mut note = |title: &str, words: &str| {
        let lines = table::wrap(words, width.saturating_sub(gutter + 3 + title.len()));
        let next = format!("\n{:indent$}", "", indent = gutter + 3 + title.len());
        text += &format!("{:gutter$} {FAINT}={FAINT:#} {HINT}{title}{HINT:#}{}\n", "", lines.join(&next));
    };
    let place = [Some(problem.stack.as_str()), problem.id.as_deref(), Some(problem.path.as_str())];
    let place: Vec<&str> = place.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if !place.is_empty() {
        note("in: ", &place.join(" "));
    }
    if let Some(hint) = &problem.hint {
        note("hint: ", hint);
    }
    text + "\n"
}
