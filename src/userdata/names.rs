//! The names that a template uses, against the values that it is given. Handlebars finds a missing one only where it prints
//! it: in a condition or a loop it counts as false, and in a branch that is not taken nobody looks.
use std::collections::BTreeSet;

use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, Template};
use serde_json::Value as Json;

/// Values that a name may stand for: one, or every item of a loop.
type Candidates<'a> = Vec<&'a Json>;

/// What a template does with its values.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// What it uses and nobody gave: the line and the name.
    pub(super) unknown: Vec<(usize, String)>,
    used: BTreeSet<*const Json>,
    /// What names are looked up in, the innermost last.
    around: Vec<Candidates<'a>>,
    /// Names that blocks gave: `{{#each units as |unit|}}`.
    named: Vec<(&'a str, Candidates<'a>)>,
}

impl<'a> Names<'a> {
    pub(super) fn of(template: &'a Template, values: &'a Json) -> Self {
        let mut names = Names { around: vec![vec![values]], ..Names::default() };
        names.template(template);
        names
    }

    /// What was given and is used nowhere.
    pub(super) fn unused(&self, values: &Json) -> BTreeSet<String> {
        let mut unused = BTreeSet::new();
        self.unused_in(values, "", &mut unused);
        unused
    }

    fn unused_in(&self, values: &Json, path: &str, unused: &mut BTreeSet<String>) {
        for (name, value) in values.as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match value {
                Json::Object(_) => self.unused_in(value, &path, unused),
                Json::Array(items) if self.used.contains(&std::ptr::from_ref(value)) => {
                    items.iter().for_each(|item| self.unused_in(item, &path, unused));
                }
                _ if self.used.contains(&std::ptr::from_ref(value)) => {}
                _ => drop(unused.insert(path)),
            }
        }
    }

    fn template(&mut self, template: &'a Template) {
        for (element, place) in template.elements.iter().zip(&template.mapping) {
            match element {
                TemplateElement::Expression(used) | TemplateElement::HtmlExpression(used) => {
                    drop(self.arguments(used, place.0));
                }
                TemplateElement::HelperBlock(used) => self.block(used, place.0),
                _ => {}
            }
        }
    }

    /// What stands in the braces: the value itself, or what a helper is given. The first decides what a block is about.
    fn arguments(&mut self, used: &'a HelperTemplate, line: usize) -> Candidates<'a> {
        let value = (!used.block && used.params.is_empty() && used.hash.is_empty()).then_some(&used.name);
        let arguments = value.into_iter().chain(&used.params).chain(used.hash.values());
        let found: Vec<Candidates<'_>> = arguments.map(|argument| self.argument(argument, line)).collect();
        found.into_iter().next().unwrap_or_default()
    }

    fn block(&mut self, used: &'a HelperTemplate, line: usize) {
        let about = self.arguments(used, line);
        let inside: Option<Candidates<'_>> = match used.name.as_name() {
            Some("each") => Some(about.into_iter().flat_map(items).collect()),
            Some("with") => Some(about),
            _ => None,
        };
        let outer = self.named.len();
        if let Some(inside) = &inside {
            if let Some(BlockParam::Single(Parameter::Name(name)) | BlockParam::Pair((Parameter::Name(name), _))) =
                &used.block_param
            {
                self.named.push((name, inside.clone()));
            }
            self.around.push(inside.clone());
        }
        used.template.iter().for_each(|template| self.template(template));
        self.named.truncate(outer);
        if inside.is_some() {
            self.around.pop();
        }
        used.inverse.iter().for_each(|template| self.template(template));
    }

    fn argument(&mut self, argument: &'a Parameter, line: usize) -> Candidates<'a> {
        match argument {
            Parameter::Name(name) | Parameter::Path(Path::Relative((_, name))) => self.look_up(name, line),
            Parameter::Subexpression(inner) => {
                let arguments: Vec<&Parameter> = inner.params().into_iter().flatten().collect();
                arguments.into_iter().for_each(|argument| drop(self.argument(argument, line)));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// `name`, `unit.name`, `this.name`, `../name`.
    fn look_up(&mut self, path: &str, line: usize) -> Candidates<'a> {
        let inner = path.trim_start_matches("../");
        let up = (path.len() - inner.len()) / "../".len();
        let mut steps = inner.trim_start_matches("./").split('.').filter(|step| !step.is_empty() && *step != "this");
        let around = self.around.len().checked_sub(1 + up).map(|level| self.around[level].clone());
        let mut found = around.unwrap_or_default();
        let named = self.named.iter().rev().find(|(name, _)| inner.split('.').next() == Some(name));
        if let (0, Some((_, candidates))) = (up, named) {
            found.clone_from(candidates);
            steps.next();
        }
        // In a loop over nothing and below what is absent there is nothing to compare with.
        let mut is_known = !found.is_empty();
        for step in steps {
            is_known &= found.iter().any(|value| !value.is_null());
            self.used.extend(found.iter().map(|value| std::ptr::from_ref::<Json>(value)));
            found = found.into_iter().filter_map(|value| child(value, step)).collect();
        }
        if is_known && found.is_empty() {
            self.unknown.push((line, path.to_owned()));
        }
        self.used.extend(found.iter().map(|value| std::ptr::from_ref::<Json>(value)));
        found
    }
}

fn items(list: &Json) -> Candidates<'_> {
    match list {
        Json::Array(items) => items.iter().collect(),
        Json::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    }
}

fn child<'a>(value: &'a Json, step: &str) -> Option<&'a Json> {
    let index = step.trim_matches(['[', ']']);
    value.get(step).or_else(|| value.get(index)).or_else(|| value.get(index.parse::<usize>().ok()?))
}
