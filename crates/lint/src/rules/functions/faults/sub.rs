//! The text of `Fn::Sub`, and the variables in it.
use super::Search;
use crate::document::Node;
use crate::rules::functions::signature::{TEXT, VARIABLE};
use crate::rules::functions::{get_att, values};
use crate::template::{Call, Function, SubPart, sub_parts};

impl<'t> Search<'_, 't> {
    pub(super) fn sub(&mut self, call: &Call<'t>, outer: Function) {
        let Some((node, text)) = self.sub_text(call, outer) else { return };
        let own = call.argument.item(1);
        for part in sub_parts(text) {
            let SubPart::Variable(name, _) = part else { continue };
            if own.is_some_and(|own| own.get(name).is_some()) {
                continue;
            }
            let wrong = match name.split_once('.') {
                Some((_, "Stage")) => None,
                Some((name, attribute)) => get_att::missing(self.context, name, attribute)
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
}
