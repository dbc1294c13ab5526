//! What is wrong with the functions of a template, found in one go over all of them.
//!
//! A mistake counts for the outermost function, whose rule reports it, so that `Fn::Base64` of a bad `Fn::Sub` is one finding
//! of `Fn::Base64`. A wrong `Ref` stays one, and in outputs everything is the output's. That is how cfn-lint counts, too.
use super::signature::{self, TEXT};
use crate::context::Context;
use crate::document::Node;
use crate::template::{Function, LANGUAGE_EXTENSIONS, Section, call};

mod calls;
mod names;
mod places;
mod sub;

/// One mistake.
#[derive(Debug)]
pub struct Fault<'t> {
    /// The rule that reports it.
    pub id: &'static str,
    /// Where.
    pub node: Node<'t>,
    /// What is wrong.
    pub message: String,
}

/// Everything that is wrong with the functions of the template.
pub(crate) fn all<'t>(context: &Context<'t>) -> Vec<Fault<'t>> {
    let extended = context.template.has_transform(LANGUAGE_EXTENSIONS);
    let mut search =
        Search { context, extended, section: Section::Resources, every: None, depth: 0, faults: Vec::new() };
    for resource in &context.template.resources {
        search.resource(resource);
    }
    search.section = Section::Outputs;
    for output in &context.template.outputs {
        search.every = Some("E6101");
        output.value.into_iter().for_each(|value| search.anything(value, TEXT, None));
        search.every = Some("E6102");
        output.export.into_iter().for_each(|name| search.anything(name, TEXT, None));
    }
    search.every = None;
    search.section = Section::Conditions;
    for condition in &context.template.conditions.named {
        if call(condition.node).is_some() && !condition.name.starts_with("Fn::") {
            search.slot(condition.node, &signature::condition(), None);
        }
    }
    search.section = Section::Rules;
    for named in &context.template.rules {
        search.every_call(named.node);
    }
    search.faults
}

struct Search<'c, 't> {
    context: &'c Context<'t>,
    extended: bool,
    section: Section,
    /// The rule that everything belongs to, in outputs.
    every: Option<&'static str>,
    depth: usize,
    faults: Vec<Fault<'t>>,
}

impl<'t> Search<'_, 't> {
    fn fault(&mut self, outer: Function, node: Node<'t>, message: impl FnOnce() -> String) {
        let id = self.every.unwrap_or_else(|| signature::rule_of(outer));
        self.faults.push(Fault { id, node, message: message() });
    }
}

fn wrong_count(name: &str, least: usize, most: usize, found: usize) -> String {
    if least == most {
        format!("`{name}` takes {least} values, and these are {found}")
    } else {
        format!("`{name}` takes {least} to {most} values, and these are {found}")
    }
}

fn named(what: &str, name: &str, near: Option<&str>) -> String {
    match near {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{name}`"),
    }
}
