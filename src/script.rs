//! Boot scripts from templates.
//!
//! A template is a handlebars file under `userdata/`. `{{name}}` puts a value in, quoted for the shell; `{{{name}}}` puts it
//! in as it is. A value may be an intrinsic: the script then becomes a `Fn::Join` over its literal pieces, and never a
//! `Fn::Sub`, which would take the shell's own `${…}`.
mod names;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use handlebars::{Handlebars, Template, TemplateError};
use stackgen_core::{IntoValue, Value, intrinsic};

use names::first_unknown;

/// Around the number of an intrinsic in rendered text: characters for private use, which no script has.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// Templates that were parsed before. A host renders its script twice, once for its number and once with it, and parsing is
/// most of what a small app does.
static PARSED: Mutex<BTreeMap<&'static str, Template>> = Mutex::new(BTreeMap::new());

/// A script about to be rendered.
#[derive(Clone, Debug)]
pub struct Script {
    file: &'static str,
    template: &'static str,
    literals: BTreeMap<&'static str, serde_json::Value>,
    intrinsics: Vec<Value<String>>,
}

impl Script {
    /// A template and the file it came from, for messages.
    pub fn new(file: &'static str, template: &'static str) -> Self {
        Script { file, template, literals: BTreeMap::new(), intrinsics: Vec::new() }
    }

    /// Gives a value a name in the template.
    ///
    /// An intrinsic is put between quotes for the shell, but its text is not known here and nothing in it is escaped: give
    /// only what AWS makes and has no quotes in it, such as ids, ARNs, and names of resources and regions. Text that people
    /// choose belongs in the configuration, and what nobody may read in a parameter that the host fetches.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl IntoValue<String>) -> Self {
        let text = self.hold(value.into_value());
        self.literals.insert(name, text.into());
        self
    }

    /// Gives a list a name in the template, for `{{#each name}}`.
    #[must_use]
    pub fn set_list<V: IntoValue<String>>(mut self, name: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        let items: Vec<String> = values.into_iter().map(|value| self.hold(value.into_value())).collect();
        self.literals.insert(name, items.into());
        self
    }

    fn hold(&mut self, value: Value<String>) -> String {
        if let Some(text) = value.node().as_text() {
            return text.to_owned();
        }
        self.intrinsics.push(value);
        format!("{OPEN}{}{CLOSE}", self.intrinsics.len() - 1)
    }

    /// The script. A name that the template uses anywhere, also in a condition or a loop, and that nobody gave is a problem
    /// that synth reports with file and line.
    pub fn render(&self) -> Value<String> {
        let template = match parsed(self.template) {
            Ok(template) => template,
            Err(error) => return self.fault(error.pos().map(|(line, _)| line), &error.reason().to_string()),
        };
        let known: Vec<&str> = self.literals.keys().copied().collect();
        if let Some((line, name)) = first_unknown(&template, &known) {
            return self.fault(Some(line), &format!("nobody gave `{name}`"));
        }
        let mut engine = Handlebars::new();
        engine.set_strict_mode(true);
        engine.register_escape_fn(quoted);
        engine.register_template("script", template);
        match engine.render("script", &self.literals) {
            Ok(text) => self.joined(&text),
            Err(error) => self.fault(error.line_no, &error.reason().to_string()),
        }
    }

    fn fault(&self, line: Option<usize>, message: &str) -> Value<String> {
        let names: Vec<&str> = self.literals.keys().copied().collect();
        let hint = format!("the script is given {}", names.join(", "));
        Value::fault(format!("{}:{}: {message}", self.file, line.unwrap_or(1)), Some(hint))
    }

    fn joined(&self, text: &str) -> Value<String> {
        let mut pieces: Vec<Value<String>> = Vec::new();
        for part in text.split_inclusive(CLOSE) {
            let (literal, number) = part.split_once(OPEN).unwrap_or((part, ""));
            pieces.push(literal.into());
            let index: Option<usize> = number.trim_end_matches(CLOSE).parse().ok();
            pieces.extend(index.and_then(|index| self.intrinsics.get(index)).cloned());
        }
        intrinsic::join("", pieces)
    }
}

fn parsed(text: &'static str) -> Result<Template, TemplateError> {
    // Whoever panicked with the lock left whole templates behind.
    let mut known = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(template) = known.get(text) {
        return Ok(template.clone());
    }
    let template = Template::compile(text)?;
    known.insert(text, template.clone());
    Ok(template)
}

/// One word for the shell, whatever is in it. Values of intrinsics are ids, ARNs and names, which have no quotes.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+=,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A number that changes when one of the texts does: their FNV-1a hash, as eight hexadecimal digits. It is no secret and no
/// signature; it only has to be the same on every machine.
pub(crate) fn generation(texts: &[&str]) -> String {
    let hash = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    format!("{:08X}", texts.join("\0").bytes().fold(0x811c_9dc5, hash))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stackgen_core::{App, RawResource, Stack, aws};

    use super::Script;

    fn rendered(script: &Script) -> serde_json::Value {
        let mut stack = Stack::new("test");
        stack.add("Thing", RawResource::new("Some::Thing").property("Text", script.render()));
        let app = App::from(stack).synth().expect("this app is right");
        app.stacks[0].template.json()["Resources"]["Thing"]["Properties"]["Text"].clone()
    }

    #[test]
    fn intrinsics_are_joined_and_every_other_byte_survives() {
        let script = Script::new("a.sh.hbs", "x=\"${HOME}\" & '\\' {{region}} {{{plain}}} {{word}}\n")
            .set("region", aws::region())
            .set("plain", "a b")
            .set("word", "it's");
        let text = ["x=\"${HOME}\" & '\\' '", "' a b 'it'\\''s'\n"];
        assert_eq!(rendered(&script), json!({"Fn::Join": ["", [text[0], {"Ref": "AWS::Region"}, text[1]]]}));
    }

    fn refused(template: &'static str) -> Option<String> {
        let script = Script::new("a.sh.hbs", template).set("name", "x").set_list("names", ["a", "b"]);
        let mut stack = Stack::new("test");
        stack.add("Thing", RawResource::new("Some::Thing").property("Text", script.render()));
        let problems = App::from(stack).synth().err()?;
        assert_eq!(problems[0].hint.as_deref(), Some("the script is given name, names"));
        Some(problems[0].message.clone())
    }

    #[test]
    fn a_missing_name_is_a_problem_with_file_and_line() {
        assert_eq!(refused("one\n{{nmae}}\n").as_deref(), Some("a.sh.hbs:2: nobody gave `nmae`"));
        for template in [
            "\n{{#if nmae}}yes{{/if}}",
            "\n{{#each nmaes}}{{this}}{{/each}}",
            "{{#if name}}\n{{else}}\n{{{nmae}}}{{/if}}",
            "{{#each names}}\n{{#unless ../nmae}}{{/unless}}{{/each}}",
            "\n{{#if (eq nmae \"x\")}}yes{{/if}}",
        ] {
            assert!(refused(template).is_some_and(|message| message.contains(": nobody gave `nmae")), "{template}");
        }
        assert!(refused("one\n{{#if name}}").is_some_and(|message| message.starts_with("a.sh.hbs:2: ")));
    }

    #[test]
    fn names_of_blocks_and_of_what_is_around_them_are_known() {
        for template in [
            "{{#each names}}{{this}} {{@index}} {{../name}}{{else}}none{{/each}}",
            "{{#each names as |one|}}{{one}}{{#if one}}.{{/if}}{{/each}}",
            "{{#if (eq name \"x\")}}{{name}}{{else if names}}{{names.[0]}}{{/if}}",
        ] {
            assert_eq!(refused(template), None, "{template}");
        }
    }
}
