//! The `main` of an app: describes the stacks and hands them to the command that started it.
use std::any::Any;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use stackgen_assembly::{
    Assembly, FORMAT_VERSION, ImageEntry, ImageWish, InputEntry, LineEntry, Manifest, OtherEntry, ProblemEntry,
    ResourceEntry, RetiredEntry, SectionEntry, StackEntry, UserDataEntry,
};
use stackgen_core::{
    App, ImageSource, Problem, Section, Source, Stack, SynthesizedApp, SynthesizedStack, UserData, WantedImage,
};

use crate::config::ConfigError;

/// The variable in which `stackgen` tells an app where to write its assembly.
pub const OUT_VARIABLE: &str = "STACKGEN_OUT";

/// What kept an app from describing its stacks.
#[derive(Debug)]
pub struct Failure(Box<ProblemEntry>);

impl<E: Error + 'static> From<E> for Failure {
    /// Remembers the line of the `?` that gave up, unless the error has a place of its own.
    #[track_caller]
    fn from(error: E) -> Self {
        let config = (&error as &dyn Any).downcast_ref::<ConfigError>();
        Failure(Box::new(ProblemEntry {
            stack: String::new(),
            id: None,
            path: String::new(),
            source: Some(config.map_or_else(|| Source::caller().to_string(), ConfigError::place)),
            message: with_causes(&error),
            hint: config.and_then(ConfigError::hint).map(str::to_owned),
        }))
    }
}

/// What failed, and why, and why that.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Describes, synthesizes and writes: the whole `main` of an app.
///
/// Under `stackgen synth` and the other commands the assembly goes where they say. Started by hand, the app only says
/// whether its stacks are right.
pub fn run(describe: impl FnOnce() -> Result<App, Failure>) -> ExitCode {
    let assembly = assemble(describe);
    #[expect(clippy::disallowed_methods, reason = "this is the edge at which the command talks to the app")]
    let folder = std::env::var_os(OUT_VARIABLE);
    let written = match &folder {
        Some(folder) => assembly.write(Path::new(folder)).map_err(|error| with_causes(&error)),
        None => Ok(()),
    };
    let mut stderr = std::io::stderr().lock();
    // Nothing is left to be done if standard error is closed.
    let _ = match (&written, folder) {
        (Err(message), _) => writeln!(stderr, "error: {message}"),
        (Ok(()), None) => writeln!(stderr, "{}", summary(&assembly)),
        (Ok(()), Some(_)) => Ok(()),
    };
    if written.is_ok() && assembly.manifest.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The assembly of an app: its templates, or what is wrong with it.
pub fn assemble(describe: impl FnOnce() -> Result<App, Failure>) -> Assembly {
    let app = match describe() {
        Ok(app) => app,
        Err(Failure(problem)) => return refused(vec![*problem], Vec::new()),
    };
    let images = app.stacks().iter().flat_map(|stack| stack.images().map(|(image, _)| image_entry(stack, image)));
    let images = images.collect();
    match app.synth() {
        Ok(app) => assembly_of(&app, images),
        Err(problems) => refused(problems.iter().map(problem_entry).collect(), images),
    }
}

fn refused(problems: Vec<ProblemEntry>, images: Vec<ImageEntry>) -> Assembly {
    Assembly { manifest: Manifest { problems, images, ..manifest() }, files: BTreeMap::new() }
}

fn manifest() -> Manifest {
    let generator = concat!("stackgen ", env!("CARGO_PKG_VERSION")).to_owned();
    Manifest { version: FORMAT_VERSION, generator, stacks: Vec::new(), problems: Vec::new(), images: Vec::new() }
}

fn assembly_of(app: &SynthesizedApp, images: Vec<ImageEntry>) -> Assembly {
    let mut files = BTreeMap::new();
    let stacks = app.stacks.iter().map(|stack| stack_entry(stack, &mut files)).collect();
    Assembly { manifest: Manifest { stacks, images, ..manifest() }, files }
}

fn image_entry(stack: &Stack, image: &WantedImage) -> ImageEntry {
    let wish = match &image.source {
        ImageSource::Parameter(name) => ImageWish::Parameter { parameter: name.clone() },
        ImageSource::Newest { owner, name } => ImageWish::Newest { name: name.clone(), owner: owner.to_string() },
    };
    ImageEntry {
        stack: stack.name().to_owned(),
        region: stack.bound_region().map(str::to_owned),
        parameter: image.parameter.clone(),
        wish,
        architecture: image.architecture.clone(),
        instance_type: image.instance_type.clone(),
        root_gib: image.root_gib,
        pin: image.pin.clone(),
    }
}

fn stack_entry(stack: &SynthesizedStack, files: &mut BTreeMap<String, String>) -> StackEntry {
    let template = format!("{}.template.json", stack.name);
    files.insert(template.clone(), stack.template.as_str().to_owned());
    let user_data = stack.user_data.iter().map(|script| {
        let file = format!("{}.{}.userdata.sh", stack.name, script.logical_id);
        files.insert(file.clone(), script.text.clone());
        script_entry(script, file)
    });
    let user_data = user_data.collect();
    let resources = stack.resources.iter().map(|resource| ResourceEntry {
        id: resource.logical_id.clone(),
        type_name: resource.type_name.clone(),
        source: resource.source.to_string(),
        stateful: resource.stateful,
    });
    let others = stack.entries.iter().map(|entry| OtherEntry {
        section: entry.section.to_owned(),
        id: entry.logical_id.clone(),
        source: entry.source.to_string(),
    });
    let inputs = stack.inputs.iter().cloned();
    let retired = stack.retired.iter().cloned();
    StackEntry {
        name: stack.name.clone(),
        source: stack.source.to_string(),
        template,
        region: stack.region.clone(),
        account: stack.account.clone(),
        tags: stack.tags.iter().cloned().collect(),
        dependencies: stack.dependencies.clone(),
        inputs: inputs.map(|i| InputEntry { parameter: i.parameter, stack: i.stack, output: i.output }).collect(),
        resources: resources.collect(),
        others: others.collect(),
        user_data,
        retired: retired.map(|r| RetiredEntry { id: r.logical_id, reason: r.reason }).collect(),
    }
}

fn script_entry(script: &UserData, file: String) -> UserDataEntry {
    let sections = script.sections.iter();
    let section = |part: &Section| SectionEntry { name: part.name.clone(), line: part.line, bytes: part.bytes };
    let follows = |before: &Source, line: &Source| before.file == line.file && before.line + 1 == line.line;
    let lines = script.lines.iter().enumerate();
    let firsts = lines.filter(|&(at, line)| at == 0 || !follows(&script.lines[at - 1], line));
    UserDataEntry {
        id: script.logical_id.clone(),
        file,
        values: script.values.clone(),
        sections: sections.map(section).collect(),
        lines: firsts.map(|(at, line)| LineEntry { line: at + 1, source: line.to_string() }).collect(),
        sent_bytes: script.sent_bytes,
        packed: script.is_packed,
    }
}

fn problem_entry(problem: &Problem) -> ProblemEntry {
    ProblemEntry {
        stack: problem.stack.clone(),
        id: problem.logical_id.clone(),
        path: problem.path.clone(),
        source: problem.source.map(|source| source.to_string()),
        message: problem.message.clone(),
        hint: problem.hint.clone(),
    }
}

/// What an app says when a person starts it by hand.
fn summary(assembly: &Assembly) -> String {
    let manifest = &assembly.manifest;
    if manifest.problems.is_empty() {
        let names: Vec<&str> = manifest.stacks.iter().map(|stack| stack.name.as_str()).collect();
        let right = match names.as_slice() {
            [] => "there are no stacks; add one with `app.add(…)`".to_owned(),
            [name] => format!("the stack is right: {name}"),
            names => format!("{} stacks are right: {}", names.len(), names.join(", ")),
        };
        return format!("{right}\nhint: `stackgen synth` shows them");
    }
    let problems = manifest.problems.iter().map(|problem| {
        let source = problem.source.as_deref().map(|source| format!("\n  at {source}")).unwrap_or_default();
        let hint = problem.hint.as_deref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        let place = format!("{} {}{}", problem.stack, problem.id.as_deref().unwrap_or_default(), problem.path);
        let place = if place.trim().is_empty() { String::new() } else { format!("{}: ", place.trim()) };
        format!("error: {place}{}{source}{hint}", problem.message)
    });
    problems.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use stackgen_core::{App, Fault, ImageSource, RawResource, Stack, WantedImage};

    use super::{assemble, with_causes};
    use crate::config::ConfigError;

    #[test]
    fn the_images_that_are_wanted_are_told_with_problems_too() {
        let describe = |faults: Vec<Fault>| {
            let mut stack = Stack::new("prod");
            drop(stack.add("Topic", RawResource::new("AWS::SNS::Topic")));
            stack.region("eu-west-1").want_image(WantedImage {
                parameter: "HostImage".to_owned(),
                source: ImageSource::Newest { owner: "self".parse().expect("it is one"), name: "host-*".to_owned() },
                architecture: "arm64".to_owned(),
                instance_type: "m7g.medium".to_owned(),
                root_gib: 10,
                pin: None,
                region: None,
                faults,
            });
            assemble(|| Ok(App::from(stack))).manifest
        };
        let right = describe(Vec::new());
        assert_eq!((right.stacks.len(), right.problems.len(), right.images.len()), (1, 0, 1));
        let wrong = describe(vec![Fault::new("no image is pinned", None)]);
        assert_eq!((wrong.stacks.len(), wrong.problems.len()), (0, 1));
        // A command knows the problem of a pin by these two.
        let (problem, image) = (&wrong.problems[0], &wrong.images[0]);
        assert_eq!((&problem.stack, problem.id.as_ref()), (&image.stack, Some(&image.parameter)));
        assert_eq!((image.wish.to_string(), image.region.as_deref()), ("host-* of self".to_owned(), Some("eu-west-1")));
        assert_eq!(right.images, wrong.images);
    }

    #[test]
    fn an_error_is_told_with_its_causes_as_people_read_them() {
        let source = std::io::Error::other("the disk is full");
        let error = ConfigError::Unreadable { path: "prod.yaml".into(), source };
        assert_eq!(with_causes(&error), "cannot read `prod.yaml`: the disk is full");
    }
}
