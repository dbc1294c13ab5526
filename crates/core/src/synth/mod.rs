//! From an app to templates.
//!
//! One pass surveys every node of every stack and collects what refers to what ([`survey`]). From that come the order of
//! the stacks and what crosses between them ([`links`]), and every check. Only if nothing is wrong are templates written
//! ([`write`]). The app itself is not changed, and nothing is looked up outside it but the facts.
mod boot_scripts;
mod check;
mod cycle;
mod exports;
mod limits;
mod links;
mod nodes;
mod place;
mod policies;
mod references;
mod resources;
mod sections;
mod survey;
mod tags;
mod types;
mod write;

pub use boot_scripts::Section;

use crate::app::App;
use crate::problem::{Problem, Source};
use crate::stack::Retired;
use crate::template::Template;

/// Everything that synth makes of an app: stacks in an order in which they can be deployed.
#[derive(Clone, Debug)]
pub struct SynthesizedApp {
    /// The stacks; each comes after those that it depends on.
    pub stacks: Vec<SynthesizedStack>,
}

/// What synth makes of one stack.
#[derive(Clone, Debug)]
pub struct SynthesizedStack {
    /// Its name.
    pub name: String,
    /// The line that made it.
    pub source: Source,
    /// The region it is for, if it is bound to one.
    pub region: Option<String>,
    /// The account it is for, if it is bound to one.
    pub account: Option<String>,
    /// The tags of the stack itself.
    pub tags: Vec<(String, String)>,
    /// The template.
    pub template: Template,
    /// The stacks of the app that must be deployed before.
    pub dependencies: Vec<String>,
    /// Parameters that are filled in from outputs of other stacks.
    pub inputs: Vec<Input>,
    /// What is in it, in order.
    pub resources: Vec<SynthesizedResource>,
    /// What the app wrote into the other sections of the template.
    pub entries: Vec<SynthesizedEntry>,
    /// Boot scripts, decoded.
    pub user_data: Vec<UserData>,
    /// Stateful resources that left it on purpose.
    pub retired: Vec<Retired>,
}

/// A parameter whose value is an output of another stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// The parameter of this stack.
    pub parameter: String,
    /// The other stack.
    pub stack: String,
    /// Its output.
    pub output: String,
}

/// A resource as other tools want to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynthesizedResource {
    /// Its logical id.
    pub logical_id: String,
    /// Its type.
    pub type_name: String,
    /// The line that made it.
    pub source: Source,
    /// Whether it holds data.
    pub stateful: bool,
}

/// A parameter, mapping, condition, rule or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynthesizedEntry {
    /// The section of the template, such as `Outputs`.
    pub section: &'static str,
    /// Its logical id.
    pub logical_id: String,
    /// The line that made it.
    pub source: Source,
}

/// A boot script, with `${…}` where CloudFormation puts a value in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserData {
    /// The resource that has it.
    pub logical_id: String,
    /// The script that runs.
    pub text: String,
    /// Its named parts, in order.
    pub sections: Vec<Section>,
    /// Where each of its lines was written, if it was made from templates.
    pub lines: Vec<Source>,
    /// The values that only the deploy knows, as they stand between `${` and `}`.
    pub values: Vec<String>,
    /// The size of what EC2 is sent, with a guess for each of these values.
    pub sent_bytes: usize,
    /// Whether it is sent packed, because EC2 does not take it as it is.
    pub is_packed: bool,
}

impl App {
    /// Checks the app and writes its templates.
    ///
    /// # Errors
    /// All that is wrong, in the order of the stacks and of what is in them.
    pub fn synth(&self) -> Result<SynthesizedApp, Vec<Problem>> {
        let types = types::Types::default();
        let surveys: Vec<_> = self.stacks.iter().map(|stack| survey::Survey::of(stack, &types)).collect();
        let mut problems: Vec<Problem> = surveys.iter().flat_map(|survey| survey.problems.iter().cloned()).collect();
        check::stack_names(self, &mut problems);
        let links = links::Links::between(self, &surveys, &types, &mut problems);
        exports::check(self, &links, &mut problems);
        for (stack, survey) in self.stacks.iter().zip(&surveys) {
            check::stack(self, stack, survey, &types, &mut problems);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut stacks = Vec::with_capacity(self.stacks.len());
        for &index in &links.order {
            let written = write::stack(self, index, &surveys[index], &links, &types);
            limits::check_size(&written, &mut problems);
            stacks.push(written);
        }
        if problems.is_empty() { Ok(SynthesizedApp { stacks }) } else { Err(problems) }
    }
}

impl SynthesizedApp {
    /// One stack by name.
    pub fn stack(&self, name: &str) -> Option<&SynthesizedStack> {
        self.stacks.iter().find(|stack| stack.name == name)
    }
}
