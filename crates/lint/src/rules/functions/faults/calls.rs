//! One call: whether it may stand where it does, and whether its arguments are what it takes.
use stackgen_schema::{TypeSet, nearest};

use super::{Fault, Search, named, wrong_count};
use crate::document::Node;
use crate::rules::functions::signature::{self, Argument, OUTPUT};
use crate::rules::functions::values;
use crate::template::{Call, Function, LANGUAGE_EXTENSIONS, Section};

impl<'t> Search<'_, 't> {
    pub(super) fn call(&mut self, call: &Call<'t>, types: TypeSet, outer: Option<Function>) {
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
    pub(super) fn condition_of(&mut self, call: &Call<'t>, outer: Option<Function>) -> bool {
        let (outer, count) = (outer.unwrap_or(Function::If), call.argument.items().len());
        if !call.argument.is_list() || count != 3 {
            self.fault(outer, call.argument, || wrong_count("Fn::If", 3, 3, count));
            return false;
        }
        let faults = self.faults.len();
        self.condition(call.argument.item(0).expect("it has three"), outer);
        self.faults.len() == faults
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
