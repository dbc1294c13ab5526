//! Names of parameters, resources, attributes and conditions that nothing has, or whose value does not fit.
use stackgen_schema::{PSEUDO_PARAMETERS, TypeSet, nearest};

use super::{Fault, Search, named, wrong_count};
use crate::document::Node;
use crate::rules::functions::{get_att, makes_others, may_be_made, values};
use crate::template::{Call, Function, Section, call};

impl<'t> Search<'_, 't> {
    pub(super) fn condition(&mut self, node: Node<'t>, outer: Function) {
        let template = self.context.template;
        let made = template.conditions.named.iter().any(|it| it.name.starts_with("Fn::"));
        match node.any_text() {
            None => self.fault(outer, node, || "this must be the name of a condition".to_owned()),
            Some(name) if !template.conditions.defines(name) && !made => self.fault(outer, node, || {
                let names = template.conditions.named.iter().map(|it| it.name);
                named("condition", name, nearest(name, names))
            }),
            Some(_) => {}
        }
    }

    pub(super) fn reference(&mut self, call: &Call<'t>, types: TypeSet) {
        let Some(name) = call.argument.text() else {
            if !self.extended {
                self.fault(Function::Ref, call.argument, || "`Ref` takes a name as it is".to_owned());
            }
            return;
        };
        if let Some(message) = self.unknown(name) {
            self.neither(name, call.argument);
            return self.fault(Function::Ref, call.argument, || message);
        }
        let wrong = values::reference_is_wrong(self.context.template, name, types);
        if wrong {
            self.fault(Function::Ref, call.node, || {
                format!("`Ref` of `{name}` does not give {}", values::names(types))
            });
        }
    }

    /// Where a module or SAM makes resources, a name may be of one of them: two forms, neither of which this name has.
    pub(super) fn neither(&mut self, name: &str, node: Node<'t>) {
        let decided = matches!(self.section, Section::Conditions | Section::Rules);
        if decided || !self.context.template.resources.iter().any(makes_others) {
            return;
        }
        let ids = if self.every.is_some() { ["E6001", "E6004"] } else { ["E3030", "E3031"] };
        let one = format!("`{name}` is no parameter or resource (one of two forms, none of which fits)");
        let other =
            format!("`{name}` does not begin with the id of what makes others (one of two forms, none of which fits)");
        self.faults.extend(ids.into_iter().zip([one, other]).map(|(id, message)| Fault { id, node, message }));
    }

    /// Why nothing has this name.
    pub(super) fn unknown(&self, name: &str) -> Option<String> {
        let template = self.context.template;
        let decided = matches!(self.section, Section::Conditions | Section::Rules);
        let resource = || template.resource(name).is_some() || may_be_made(self.context, name);
        let known = PSEUDO_PARAMETERS.contains(&name) || template.parameter(name).is_some() || (!decided && resource());
        if known || template.conditions.named.iter().any(|it| decided && it.name.starts_with("Fn::ForEach::")) {
            return None;
        }
        let names = template.parameters.iter().map(|it| it.name);
        let names = names.chain(template.resources.iter().map(|it| it.name)).chain(PSEUDO_PARAMETERS);
        Some(if decided && template.resource(name).is_some() {
            format!("a condition cannot ask for the resource `{name}`: conditions are decided before there are any")
        } else {
            named("parameter or resource", name, nearest(name, names))
        })
    }

    pub(super) fn attribute(&mut self, argument: Node<'t>, node: Node<'t>, types: TypeSet, outer: Function) {
        let list = argument.items();
        if argument.text().is_none() && list.len() != 2 {
            let found = list.len();
            return self.fault(outer, argument, || wrong_count("Fn::GetAtt", 2, 2, found));
        }
        if argument.is_list() && argument.items().any(|item| item.any_text().is_none()) {
            return; // `AWS::LanguageExtensions` allows functions, whose values are not known
        }
        let attribute = call(node).and_then(|call| call.attribute());
        let Some((name, attribute)) = attribute else {
            return self.fault(outer, argument, || "`Fn::GetAtt` takes a resource and an attribute".to_owned());
        };
        if let Some((part, message)) = get_att::missing(self.context, name, &attribute) {
            return self.fault(outer, argument.item(part).unwrap_or(argument), || message);
        }
        if let Some(given) = values::attribute_is_wrong(self.context.template, name, &attribute, types) {
            self.fault(outer, argument, || format!("`{name}.{attribute}` is {given}, not {}", values::names(types)));
        }
    }
}
