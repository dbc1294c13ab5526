//! `stackgen graph`.
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::error::CliError;
use crate::graph::{self, Graph, Selection};
use crate::{Context, load, output, select};

/// Draw the stacks, their resources, and what refers to what
///
/// Resources are drawn in what holds them: an instance in its subnet, a policy in the card of its role. Stacks that are not
/// chosen, but have to do with those that are, become one card each.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks; `*` stands for any letters
    #[arg(value_name = "STACK")]
    names: Vec<String>,
    /// The form of the picture [default: by the ending of --out, else mermaid]
    #[arg(long, value_enum, hide_default_value = true)]
    format: Option<Format>,
    /// Write the picture to this file, such as `stacks.html`
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Draw each stack as one card
    #[arg(long)]
    stacks: bool,
}

/// The form of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Text that GitHub and most wikis draw
    Mermaid,
    /// Text for Graphviz
    Dot,
    /// A picture for any browser, light or dark
    Svg,
    /// A page to search and to look around in
    Html,
}

/// A file whose ending says nothing.
#[derive(Debug, Error)]
#[error("`{}` does not say which form the picture should have", .0.display())]
pub(crate) struct UnknownEnding(PathBuf);

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let format = format(args)?;
    let loaded = load::assembly(context)?;
    let stacks = select::stacks(&loaded.assembly, &args.names)?;
    if stacks.is_empty() {
        context.shell.warn(select::NONE);
    }
    let stacks = stacks.into_iter().map(|stack| stack.name.clone()).collect();
    let graph = Graph::of(&loaded.assembly, &Selection { stacks, closed: args.stacks })?;
    let picture = match format {
        Format::Mermaid => graph::mermaid(&graph),
        Format::Dot => graph::dot(&graph),
        Format::Svg => graph::svg(&graph),
        Format::Html => graph::html(&graph),
    };
    let Some(out) = &args.out else { return context.shell.data(&picture) };
    write(out, picture)?;
    context.shell.status("Wrote", &out.display().to_string());
    Ok(())
}

fn format(args: &Args) -> Result<Format, UnknownEnding> {
    let ending = |path: &Path| Some(path.extension()?.to_str()?.to_lowercase());
    match (args.format, &args.out) {
        (Some(format), _) => Ok(format),
        (None, None) => Ok(Format::Mermaid),
        (None, Some(path)) => match ending(path).as_deref() {
            Some("mmd" | "mermaid") => Ok(Format::Mermaid),
            Some("dot" | "gv") => Ok(Format::Dot),
            Some("svg") => Ok(Format::Svg),
            Some("html" | "htm") => Ok(Format::Html),
            _ => Err(UnknownEnding(path.clone())),
        },
    }
}

fn write(out: &Path, picture: String) -> Result<(), output::OutputError> {
    let folder = out.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let name = out.file_name().unwrap_or(out.as_os_str()).to_string_lossy().into_owned();
    output::write(folder, &[(name, picture)])
}
