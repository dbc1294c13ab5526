//! `stackgen synth`.
use std::path::PathBuf;

use serde_json::{Map, Value as Json};
use stackgen_assembly::{Assembly, StackEntry, to_yaml};

use crate::continuity;
use crate::error::CliError;
use crate::template::{self, TemplateError};
use crate::{Context, lint, load, output, select, shellcheck};

/// Print the templates of the stacks, or write them to files
///
/// Runs the project's app and checks what it describes. All problems are shown at once, each with its source line. A stack
/// that lost a resource which holds data, compared with its reviewed snapshot, is refused. So is one in which the linter finds
/// errors; what else it has to say, `stackgen lint` says.
///
/// One template is printed as it is. Several are printed as YAML documents with `---` between them, or as one JSON object by
/// the name of the stack.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these stacks; `*` stands for any letters
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// The form of the templates
    #[arg(long, value_enum, default_value_t = Format::Yaml)]
    format: Format,
    /// Write the templates and the decoded boot scripts into this folder; other files in it stay
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The form of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: short tags, boot scripts line by line
    Yaml,
    /// For programs
    Json,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let loaded = load::assembly(context)?;
    let assembly = &loaded.assembly;
    let stacks = select::stacks(assembly, &args.stacks)?;
    let templates = stacks.iter().map(|stack| Ok((*stack, template::read(assembly, stack)?)));
    let templates: Vec<(&StackEntry, Json)> = templates.collect::<Result<_, TemplateError>>()?;
    if let Some(project) = &loaded.project {
        continuity::check(context, project, assembly, &templates)?;
    }
    lint::stacks::check(context, &loaded, &stacks)?;
    if stacks.is_empty() {
        context.shell.warn(select::NONE);
    }
    shellcheck::warn(context, &loaded, &stacks);
    match &args.out {
        Some(folder) => write(context, assembly, &templates, args.format, folder),
        None => context.shell.data(&text(templates, args.format)),
    }
}

fn text(mut templates: Vec<(&StackEntry, Json)>, format: Format) -> String {
    match (format, templates.len()) {
        (Format::Yaml, 1) => to_yaml(&templates[0].1),
        (Format::Yaml, _) => {
            let documents =
                templates.iter().map(|(stack, template)| format!("# {}\n{}", stack.name, to_yaml(template)));
            documents.collect::<Vec<_>>().join("---\n")
        }
        (Format::Json, 1) => format!("{:#}\n", templates.remove(0).1),
        (Format::Json, _) => {
            let by_name: Map<String, Json> =
                templates.into_iter().map(|(stack, template)| (stack.name.clone(), template)).collect();
            format!("{:#}\n", Json::Object(by_name))
        }
    }
}

fn write(
    context: &Context,
    assembly: &Assembly,
    templates: &[(&StackEntry, Json)],
    format: Format,
    folder: &std::path::Path,
) -> Result<(), CliError> {
    let mut files = Vec::new();
    for (stack, template) in templates {
        files.push(match format {
            Format::Yaml => (format!("{}.yaml", stack.name), to_yaml(template)),
            Format::Json => (format!("{}.json", stack.name), format!("{template:#}\n")),
        });
        let scripts = stack.user_data.iter().filter_map(|script| assembly.files.get_key_value(&script.file));
        files.extend(scripts.map(|(name, text)| (name.clone(), text.clone())));
    }
    output::write(folder, &files)?;
    for (name, _) in &files {
        context.shell.status("Wrote", &folder.join(name).display().to_string());
    }
    Ok(())
}
