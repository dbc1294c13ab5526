//! What is wrong with the functions of a template, found in one go over all of them.
//!
//! A mistake counts for the outermost function, whose rule reports it, so that `Fn::Base64` of a bad `Fn::Sub` is one finding
//! of `Fn::Base64`. A wrong `Ref` stays one, and in outputs everything is the output's. That is how cfn-lint counts, too.
use stackgen_schema::{PSEUDO_PARAMETERS, Shape, TypeSet, nearest};

use super::signature::{self, Argument, OUTPUT, Slot, TEXT, VARIABLE};
use super::values;
use crate::context::Context;
use crate::document::Node;
use crate::template::{Call, Function, LANGUAGE_EXTENSIONS, Resource, Section, SubPart, call, sub_parts};

/// How deep functions may nest.
const DEPTH: usize = 64;

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
    fn resource(&mut self, resource: &Resource<'t>) {
        for name in ["CreationPolicy", "UpdatePolicy"] {
            if let Some(policy) = resource.node.get(name) {
                self.anything(policy, TypeSet::OBJECT, None);
            }
        }
        for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
            let policy = resource.node.get(name);
            if let Some(policy) = policy.filter(|node| call(*node).is_some_and(|it| it.function == Function::Ref)) {
                self.anything(policy, TEXT, None);
            }
        }
        let Some(properties) = resource.properties else { return };
        match resource.facts {
            Some(facts) if !resource.is_custom() => {
                self.anything(properties, TypeSet::default(), Some(self.context.shape(facts.properties)))
            }
            // Types that are not known are another rule's, and nothing is said about what they take.
            _ if resource.is_custom() || resource.type_name.starts_with("AWS::Serverless::") => {
                self.anything(properties, TypeSet::default(), None);
            }
            _ => {}
        }
    }

    /// A value in which functions may stand anywhere.
    fn anything(&mut self, node: Node<'t>, types: TypeSet, shape: Option<&'static Shape>) {
        if self.depth > DEPTH {
            return;
        }
        self.depth += 1;
        let types = shape.map_or(types, |shape| shape.types);
        match call(node) {
            Some(call) if call.function == Function::If => {
                if self.condition_of(&call, None) {
                    call.argument.items().skip(1).for_each(|branch| self.anything(branch, types, shape));
                }
            }
            Some(call) => self.call(&call, types, None),
            None => self.below(node, types, shape),
        }
        self.depth -= 1;
    }

    fn below(&mut self, node: Node<'t>, types: TypeSet, shape: Option<&'static Shape>) {
        if let Some(id) = self.every.filter(|_| !types.is_any() && !values::is(node, types)) {
            let message = format!("an output is {}; this is none", values::names(types));
            return self.faults.push(Fault { id, node, message });
        }
        for entry in node.entries() {
            let property = shape.and_then(|shape| shape.properties.iter().find(|it| it.name == entry.key.text));
            let next = property.map(|property| property.shape).or(shape.and_then(|shape| shape.additional));
            // What a type does not have is E3002, whatever its value.
            let described = next.is_some() || shape.is_none_or(|shape| !shape.closed || shape.properties.is_empty());
            if described {
                self.anything(entry.value, TypeSet::default(), next.map(|id| self.context.shape(id)));
            }
        }
        let items = shape.and_then(|shape| shape.items).map(|id| self.context.shape(id));
        node.items().for_each(|item| self.anything(item, TypeSet::default(), items));
    }

    /// In `Rules` only what is compared is looked at.
    fn every_call(&mut self, node: Node<'t>) {
        if let Some(call) = call(node).filter(|call| call.function == Function::Equals) {
            return self.call(&call, TypeSet::BOOLEAN, None);
        }
        node.children().for_each(|child| self.every_call(child));
    }

    fn fault(&mut self, outer: Function, node: Node<'t>, message: impl FnOnce() -> String) {
        let id = self.every.unwrap_or_else(|| signature::rule_of(outer));
        self.faults.push(Fault { id, node, message: message() });
    }

    /// A value in the argument of a function.
    fn slot(&mut self, node: Node<'t>, slot: &Slot, outer: Option<Function>) {
        if self.depth > DEPTH {
            return;
        }
        self.depth += 1;
        match call(node) {
            Some(call) if slot.functions.contains(&call.function) => {
                if call.function == Function::If {
                    if self.condition_of(&call, outer) {
                        call.argument.items().skip(1).for_each(|branch| self.slot(branch, slot, outer));
                    }
                } else {
                    self.call(&call, slot.types, outer);
                }
            }
            // What a macro gives is not known.
            Some(call) if call.function == Function::Transform => {}
            found => self.written(node, found.as_ref(), slot, outer),
        }
        self.depth -= 1;
    }

    fn written(&mut self, node: Node<'t>, found: Option<&Call<'t>>, slot: &Slot, outer: Option<Function>) {
        if !values::is(node, slot.types) {
            // Only a condition is looked at without a function around it, and rule E8001 says what one is.
            let Some(outer) = outer else { return };
            return self.fault(outer, node, || match found {
                Some(call) => format!("`{}` cannot stand here", call.function.name()),
                None => format!("this must be {}, or a function that gives it", values::names(slot.types)),
            });
        }
        if found.is_some() {
            return; // an object is wanted, and a function that is none here is one
        }
        if let Some(items) = slot.items {
            node.items().for_each(|item| self.slot(item, items, outer));
        }
    }

    fn call(&mut self, call: &Call<'t>, types: TypeSet, outer: Option<Function>) {
        let outermost = outer.unwrap_or(call.function);
        let needs_extensions = matches!(call.function, Function::Length | Function::ToJsonString);
        if needs_extensions && !self.extended {
            let id = self.every.unwrap_or_else(|| signature::rule_of(call.function));
            let message = format!("`{}` needs `Transform: {LANGUAGE_EXTENSIONS}`", call.function.name());
            return self.faults.push(Fault { id, node: call.node, message });
        }
        if !types.is_any() && !values::overlap(types, signature::given(call.function)) {
            self.fault(outermost, call.node, || {
                format!("`{}` does not give {}, which is wanted here", call.function.name(), values::names(types))
            });
        }
        let faults = self.faults.len();
        match call.function {
            Function::Ref => self.reference(call, types),
            Function::GetAtt => self.attribute(call.argument, call.node, types, outermost),
            Function::Sub => self.sub(call, outermost),
            Function::Condition => self.condition(call.argument, outermost),
            Function::GetStackOutput => self.stack_output(call, outermost),
            _ => self.arguments(call, outermost),
        }
        if self.faults.len() == faults {
            self.more(call, outermost);
        }
    }

    fn arguments(&mut self, call: &Call<'t>, outer: Function) {
        match signature::argument(call.function, self.extended, self.section == Section::Rules) {
            Argument::Own => {}
            Argument::One(slot) => self.slot(call.argument, &slot, Some(outer)),
            Argument::Many(least, most, slots) => {
                let (name, count) = (call.function.name(), call.argument.items().len());
                if !call.argument.is_list() {
                    return self.fault(outer, call.argument, || format!("`{name}` takes a list"));
                }
                if count < least || count > most {
                    self.fault(outer, call.argument, || wrong_count(name, least, most, count));
                }
                for (index, item) in call.argument.items().enumerate().take(most) {
                    let slot = slots.get(index).or(slots.last()).expect("every list has a slot");
                    self.slot(item, slot, Some(outer));
                }
            }
        }
    }

    /// What types do not say.
    fn more(&mut self, call: &Call<'t>, outer: Function) {
        let item = |index| call.argument.item(index);
        match call.function {
            Function::Select => {
                let (Some(index), Some(list)) = (item(0).and_then(values::whole), item(1)) else { return };
                let count = i128::try_from(list.items().len()).unwrap_or(i128::MAX);
                if index < 0 || (list.is_list() && index >= count) {
                    let node = item(0).expect("it was just read");
                    self.fault(outer, node, || format!("there is no item {index}; the first one is 0"));
                }
            }
            Function::GetAZs => {
                let known = |text: &str| text.is_empty() || self.context.facts.regions().iter().any(|it| it == text);
                if call.argument.text().is_some_and(|text| !known(text)) {
                    self.fault(outer, call.argument, || {
                        "this is no region; write `!GetAZs ''` for the stack's".to_owned()
                    });
                }
            }
            Function::Split if item(1).and_then(Node::text).is_some_and(|text| text.contains("{{resolve:")) => {
                let node = item(1).expect("it was just read");
                self.fault(outer, node, || "a dynamic reference is replaced later, and is not split".to_owned());
            }
            Function::FindInMap => {
                if let Some((node, message)) = values::missing_key(self.context.template, call) {
                    self.fault(outer, node, || message);
                }
            }
            _ => {}
        }
    }

    /// Whether `Fn::If` is sound, so that its branches can be looked at.
    fn condition_of(&mut self, call: &Call<'t>, outer: Option<Function>) -> bool {
        let (outer, count) = (outer.unwrap_or(Function::If), call.argument.items().len());
        if !call.argument.is_list() || count != 3 {
            self.fault(outer, call.argument, || wrong_count("Fn::If", 3, 3, count));
            return false;
        }
        let faults = self.faults.len();
        self.condition(call.argument.item(0).expect("it has three"), outer);
        self.faults.len() == faults
    }

    fn condition(&mut self, node: Node<'t>, outer: Function) {
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

    fn reference(&mut self, call: &Call<'t>, types: TypeSet) {
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
    fn neither(&mut self, name: &str, node: Node<'t>) {
        let decided = matches!(self.section, Section::Conditions | Section::Rules);
        if decided || !self.context.template.resources.iter().any(super::makes_others) {
            return;
        }
        let ids = if self.every.is_some() { ["E6001", "E6004"] } else { ["E3030", "E3031"] };
        let one = format!("`{name}` is no parameter or resource (one of two forms, none of which fits)");
        let other =
            format!("`{name}` does not begin with the id of what makes others (one of two forms, none of which fits)");
        self.faults.extend(ids.into_iter().zip([one, other]).map(|(id, message)| Fault { id, node, message }));
    }

    /// Why nothing has this name.
    fn unknown(&self, name: &str) -> Option<String> {
        let template = self.context.template;
        let decided = matches!(self.section, Section::Conditions | Section::Rules);
        let resource = || template.resource(name).is_some() || super::may_be_made(self.context, name);
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

    fn attribute(&mut self, argument: Node<'t>, node: Node<'t>, types: TypeSet, outer: Function) {
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
        if let Some((part, message)) = super::get_att::missing(self.context, name, &attribute) {
            return self.fault(outer, argument.item(part).unwrap_or(argument), || message);
        }
        if let Some(given) = values::attribute_is_wrong(self.context.template, name, &attribute, types) {
            self.fault(outer, argument, || format!("`{name}.{attribute}` is {given}, not {}", values::names(types)));
        }
    }

    fn sub(&mut self, call: &Call<'t>, outer: Function) {
        let Some((node, text)) = self.sub_text(call, outer) else { return };
        let own = call.argument.item(1);
        for part in sub_parts(text) {
            let SubPart::Variable(name, _) = part else { continue };
            if own.is_some_and(|own| own.get(name).is_some()) {
                continue;
            }
            let wrong = match name.split_once('.') {
                Some((_, "Stage")) => None,
                Some((name, attribute)) => super::get_att::missing(self.context, name, attribute)
                    .map(|(_, message)| message)
                    .or_else(|| self.attribute_in_text(name, attribute)),
                None if self.unknown(name).is_some() => {
                    self.neither(name, call.argument);
                    self.unknown(name)
                }
                None => values::reference_is_wrong(self.context.template, name, TEXT)
                    .then(|| format!("`{name}` is a list, which has no place in a text")),
            };
            if let Some(message) = wrong {
                self.fault(outer, call.argument, || message);
            }
        }
        debug_assert!(node.text().is_some());
    }

    fn attribute_in_text(&self, name: &str, attribute: &str) -> Option<String> {
        let given = values::attribute_is_wrong(self.context.template, name, attribute, TEXT)?;
        Some(format!("`{name}.{attribute}` is {given}, which has no place in a text"))
    }

    /// The text of a sound `Fn::Sub`, whose variables are looked at as well.
    fn sub_text(&mut self, call: &Call<'t>, outer: Function) -> Option<(Node<'t>, &'t str)> {
        let argument = call.argument;
        if let Some(text) = argument.any_text() {
            return Some((argument, text)).filter(|_| argument.text().is_some());
        }
        let count = argument.items().len();
        if !argument.is_list() || count != 2 {
            self.fault(outer, argument, || "`Fn::Sub` takes a text, or a list of a text and a map".to_owned());
            return None;
        }
        let faults = self.faults.len();
        let (text, own) = (argument.item(0)?, argument.item(1)?);
        if text.any_text().is_none() {
            self.fault(outer, text, || "the first item of `Fn::Sub` is a text as it is".to_owned());
        }
        if own.is_map() && own.get("Fn::Transform").is_none() {
            own.entries().for_each(|entry| self.slot(entry.value, &VARIABLE, Some(outer)));
        } else if !own.is_map() {
            self.fault(outer, own, || "the second item of `Fn::Sub` is a map from names to values".to_owned());
        }
        (self.faults.len() == faults).then_some(())?;
        Some((text, text.text()?))
    }

    fn stack_output(&mut self, call: &Call<'t>, outer: Function) {
        const NAMES: [&str; 4] = ["StackName", "OutputName", "Region", "RoleArn"];
        let argument = call.argument;
        if !argument.is_map() {
            return self.fault(outer, argument, || "`Fn::GetStackOutput` takes a map".to_owned());
        }
        for name in &NAMES[..2] {
            if argument.get(name).is_none() {
                self.fault(outer, argument, || format!("`{name}` is missing"));
            }
        }
        for entry in argument.entries() {
            if NAMES.contains(&entry.key.text.as_str()) {
                self.slot(entry.value, &OUTPUT, Some(outer));
            } else {
                self.fault(outer, entry.value, || named("entry", &entry.key.text, nearest(&entry.key.text, NAMES)));
            }
        }
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
