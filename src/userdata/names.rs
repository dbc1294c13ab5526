//! The names that a template uses, against the values that it is given. Handlebars finds a missing one only where it prints
//! it: in a condition or a loop it counts as false, and in a branch that is not taken nobody looks.
use std::collections::{BTreeMap, BTreeSet};

use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, PathSeg, Template};
use serde_json::Value as Json;

/// Values that a name may stand for: one, or every item of a loop.
type Candidates<'a> = Vec<&'a Json>;

/// What a template does with its values.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// Everything that was given.
    all: Candidates<'a>,
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
        let mut names = Names { all: vec![values], around: vec![vec![values]], ..Names::default() };
        names.template(template, 1);
        names
    }

    /// What was given and is used nowhere. A field of items is used if that of one item is.
    pub(super) fn unused(&self, values: &Json) -> BTreeSet<String> {
        let mut fields = BTreeMap::new();
        self.fields(values, "", &mut fields);
        fields.into_iter().filter_map(|(path, is_used)| (!is_used).then_some(path)).collect()
    }

    /// Every field by its path, and whether it is used.
    fn fields(&self, values: &Json, path: &str, fields: &mut BTreeMap<String, bool>) {
        for (name, value) in values.as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let is_used = self.used.contains(&std::ptr::from_ref(value));
            match value {
                Json::Object(_) => self.fields(value, &path, fields),
                Json::Array(items) if is_used => items.iter().for_each(|item| self.fields(item, &path, fields)),
                _ => *fields.entry(path).or_default() |= is_used,
            }
        }
    }

    /// The second and further conditions of an `{{else if}}` have no line of their own: theirs is that of what is before.
    fn template(&mut self, template: &'a Template, mut line: usize) {
        for (index, element) in template.elements.iter().enumerate() {
            line = template.mapping.get(index).map_or(line, |place| place.0);
            match element {
                TemplateElement::Expression(used) | TemplateElement::HtmlExpression(used) => {
                    drop(self.arguments(used, line));
                }
                TemplateElement::HelperBlock(used) => self.block(used, line),
                _ => {}
            }
        }
    }

    /// What stands in the braces: the value itself, or what a helper is given. The first decides what a block is about.
    fn arguments(&mut self, used: &'a HelperTemplate, line: usize) -> Candidates<'a> {
        if used.name.as_name() == Some("lookup") && used.params.len() == 2 {
            return self.looked_up(&used.params, line);
        }
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
            let (value, key) = match &used.block_param {
                Some(BlockParam::Single(value)) => (Some(value), None),
                Some(BlockParam::Pair((value, key))) => (Some(value), Some(key)),
                _ => (None, None),
            };
            self.named.extend(value.and_then(Parameter::as_name).map(|name| (name, inside.clone())));
            // A key, or the number of an item: nobody gave it, and there is nothing in it.
            self.named.extend(key.and_then(Parameter::as_name).map(|name| (name, Vec::new())));
            self.around.push(inside.clone());
        }
        used.template.iter().for_each(|template| self.template(template, line));
        self.named.truncate(outer);
        if inside.is_some() {
            self.around.pop();
        }
        used.inverse.iter().for_each(|template| self.template(template, line));
    }

    fn argument(&mut self, argument: &'a Parameter, line: usize) -> Candidates<'a> {
        match argument {
            Parameter::Path(Path::Relative((steps, path))) => self.look_up(path, steps, line),
            Parameter::Subexpression(inner) => match inner.as_element() {
                TemplateElement::Expression(used) if used.name.as_name() == Some("lookup") => {
                    self.arguments(used, line)
                }
                TemplateElement::Expression(used) => {
                    drop(self.arguments(used, line));
                    Vec::new()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// `lookup units 0`, `lookup ports name`: what is written is one item, and what is not may be any.
    fn looked_up(&mut self, arguments: &'a [Parameter], line: usize) -> Candidates<'a> {
        let lists = self.argument(&arguments[0], line);
        let found: Candidates<'a> = match &arguments[1] {
            Parameter::Literal(key) => {
                let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                let found: Candidates<'a> = lists.iter().filter_map(|list| child(list, &key)).collect();
                let is_missing = found.is_empty() && lists.iter().any(|list| !list.is_null());
                self.unknown.extend(is_missing.then_some((line, key)));
                found
            }
            key => {
                drop(self.argument(key, line));
                lists.into_iter().flat_map(items).collect()
            }
        };
        self.used.extend(found.iter().map(|value| std::ptr::from_ref::<Json>(value)));
        found
    }

    /// `name`, `unit.name`, `this.name`, `../name`, `@root.name`.
    fn look_up(&mut self, path: &str, steps: &'a [PathSeg], line: usize) -> Candidates<'a> {
        let mut steps = steps.iter().filter_map(|step| match step {
            PathSeg::Named(name) => Some(name.as_str()),
            _ => None,
        });
        let up = path.split('/').filter(|step| *step == "..").count();
        let around = self.around.len().checked_sub(1 + up).map(|level| self.around[level].clone());
        let first = steps.clone().next();
        let named = self.named.iter().rev().find(|(name, _)| first == Some(name) && up == 0);
        let mut found = match named {
            _ if path.starts_with("@root") => self.all.clone(),
            Some((_, candidates)) => {
                steps.next();
                candidates.clone()
            }
            None => around.unwrap_or_default(),
        };
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
    value.get(step).or_else(|| value.get(step.parse::<usize>().ok()?))
}
