//! Templates of boot scripts: handlebars files that are bound to structs.
//!
//! `{{name}}` puts a value in, quoted for the shell; `{{{name}}}` puts it in as it is. The names are the fields of a struct
//! that serde can write: a name that the struct lacks, and a field that no place of the template uses, are problems that
//! synth reports with file and line.
//!
//! A field may be a [`Value`](crate::Value) with an intrinsic in it. It is put between quotes for the shell, but its text is
//! not known here and nothing in it is escaped: give only what AWS makes and has no quotes in it, such as ids, ARNs, and
//! names of resources and regions. What nobody may read is a [secret](super::SecretRef), which the host fetches.
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use handlebars::{Handlebars, TemplateError};
use serde::Serialize;
use serde_json::Value as Json;
use stackgen_core::{Fault, Node, Script, Source, Value, hold};

use super::names::Names;
use super::quotes::{Inside, misplaced};
use super::tag::{Tag, tags};

/// Around the number of a line, which is how a line of a script is traced to its template.
const LINE_OPEN: char = '\u{E002}';
const LINE_CLOSE: char = '\u{E003}';

/// Templates that were parsed before. A host renders its script twice, once for its number and once with it, and parsing is
/// most of what a small app does.
static PARSED: Mutex<BTreeMap<&'static str, handlebars::Template>> = Mutex::new(BTreeMap::new());

/// A file under `userdata/`, read when the app is compiled: [`template!`](crate::template) makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    file: &'static str,
    text: &'static str,
}

/// The template in a file of this package: `template!("userdata/mount.sh.hbs")`.
#[macro_export]
macro_rules! template {
    ($file:literal) => {
        $crate::userdata::Template::new($file, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $file)))
    };
}

/// A template with its values in it.
#[derive(Clone, Debug)]
pub(super) struct Rendered {
    /// Its literal pieces and what stands between them.
    pub(super) pieces: Vec<Value<String>>,
    /// For each of its lines, the line of the template that made it.
    pub(super) lines: Vec<u32>,
}

impl Template {
    /// A template and the file it came from, for messages.
    pub const fn new(file: &'static str, text: &'static str) -> Self {
        Template { file, text }
    }

    /// The file it came from.
    pub(super) fn file(&self) -> &'static str {
        self.file
    }

    /// The script with the fields of a struct in it.
    pub(super) fn render(&self, values: &impl Serialize) -> Result<Rendered, Vec<Fault>> {
        let (values, held) = hold(|| serde_json::to_value(values));
        let values = values.map_err(|error| vec![self.fault(1, &error.to_string(), None)])?;
        self.check_text(&values, held.len())?;
        let parsed = parsed(self.text).map_err(|error| {
            vec![self.fault(error.pos().map_or(1, |(line, _)| line), &error.reason().to_string(), None)]
        })?;
        self.check_names(&parsed, &values)?;
        let mut engine = Handlebars::new();
        engine.set_strict_mode(true);
        engine.register_escape_fn(quoted);
        engine.register_template("script", parsed);
        let text = engine
            .render("script", &values)
            .map_err(|error| vec![self.fault(error.line_no.unwrap_or(1), &error.reason().to_string(), None)])?;
        let (text, lines) = traced(&text);
        Ok(Rendered { pieces: pieces(&text, &held), lines })
    }

    /// What would get lost or mixed up on the way from the text to the script.
    fn check_text(&self, values: &Json, held: usize) -> Result<(), Vec<Fault>> {
        let is_reserved = "characters from U+E000 to U+E003 stand for something else while a script is made";
        let mut faults = Vec::new();
        for (index, line) in self.text.lines().enumerate().filter(|(_, line)| Script::has_reserved(line)) {
            let column = line.chars().take_while(|letter| !Script::has_reserved(&letter.to_string())).count() + 1;
            let message = format!("{is_reserved}, and this line has one in column {column}");
            faults.push(self.fault(index + 1, &message, Some("take it out")));
        }
        for name in with_reserved(values, held) {
            faults.push(self.fault(1, &format!("{is_reserved}, and `{name}` has one"), Some("take it out")));
        }
        for tag in tags(self.text).filter(Tag::trims) {
            let message =
                "`~` joins lines, and nobody could tell any more which line of the script is from which line here";
            faults.push(self.fault(tag.line, message, Some("write it without `~`")));
        }
        for (line, tag, inside) in misplaced(self.text) {
            let raw = format!("{{{tag}}}");
            let (message, hint) = match inside {
                Inside::Quotes => (
                    format!(
                        "`{tag}` brings its own quotes; inside of others they are text, and what is in the value runs"
                    ),
                    format!("take the quotes around it away, or write `{raw}` if the text is known to be harmless"),
                ),
                Inside::Heredoc => (
                    format!("`{tag}` brings its own quotes, and in the body of a heredoc they are text"),
                    format!("write `{raw}`"),
                ),
            };
            faults.push(self.fault(line, &message, Some(&hint)));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn check_names(&self, parsed: &handlebars::Template, values: &Json) -> Result<(), Vec<Fault>> {
        let names = Names::of(parsed, values);
        let fields: Vec<&str> = values.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let given = format!("it is given {}", if fields.is_empty() { "nothing".to_owned() } else { fields.join(", ") });
        let unknown =
            names.unknown.iter().map(|(line, name)| self.fault(*line, &format!("nobody gave `{name}`"), Some(&given)));
        let unused = names.unused(values);
        let unused = unused.iter().map(|name| {
            let hint = "take the field away, or use it: a value that goes nowhere is a mistake";
            self.fault(1, &format!("`{name}` is given and nothing uses it"), Some(hint))
        });
        let faults: Vec<Fault> = unknown.chain(unused).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn fault(&self, line: usize, message: &str, hint: Option<&str>) -> Fault {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Fault::new(message, hint.map(str::to_owned)).at(Source { file: self.file, line })
    }
}

fn parsed(text: &'static str) -> Result<handlebars::Template, TemplateError> {
    // Whoever panicked with the lock left whole templates behind.
    let mut known = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(template) = known.get(text) {
        return Ok(template.clone());
    }
    let template = handlebars::Template::compile(&with_line_numbers(text))?;
    known.insert(text, template.clone());
    Ok(template)
}

/// The template with its number at the end of each line that makes one. A line with nothing but a block's start or end makes
/// none, and would make one if something stood behind it.
fn with_line_numbers(text: &str) -> String {
    let mut open = false;
    let lines = text.split_inclusive('\n').enumerate().map(|(index, line)| {
        let text = line.trim();
        let is_tag = ["{{#", "{{/", "{{else", "{{!"].iter().any(|start| text.starts_with(start));
        let is_block = is_tag && text.ends_with("}}") && text.matches("{{").count() == 1;
        let (last_open, last_close) = (line.rfind("{{"), line.rfind("}}"));
        open = if last_open == last_close { open } else { last_open > last_close };
        if is_block || open {
            return line.to_owned();
        }
        let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
        format!("{text}{LINE_OPEN}{}{LINE_CLOSE}{end}", index + 1)
    });
    lines.collect()
}

/// The fields with characters that are not theirs. A held intrinsic is a text of such characters alone, and is there once.
fn with_reserved(values: &Json, held: usize) -> Vec<String> {
    let mut free: Vec<String> = (0..held).map(Script::mark).collect();
    let mut found = Vec::new();
    let mut rest = vec![(String::new(), values)];
    while let Some((path, value)) = rest.pop() {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match value {
            Json::String(text) if Script::has_reserved(text) => {
                match free.iter().position(|mark| mark == text) {
                    Some(index) => drop(free.swap_remove(index)),
                    None => found.push(path),
                };
            }
            Json::Array(items) => rest.extend(items.iter().rev().map(|item| (path.clone(), item))),
            Json::Object(fields) => rest.extend(fields.iter().rev().map(|(name, value)| (below(name), value))),
            _ => {}
        }
    }
    found
}

/// A rendered text without the numbers, and the number of each line. Lines inside of a value have none of their own and take
/// that of the line that ends it.
fn traced(numbered: &str) -> (String, Vec<u32>) {
    let (mut text, mut numbers) = (String::new(), Vec::new());
    for (index, line) in numbered.split_inclusive('\n').enumerate() {
        for piece in line.split_inclusive(LINE_CLOSE) {
            let (literal, number) = piece.split_once(LINE_OPEN).unwrap_or((piece, ""));
            text.push_str(literal);
            let number = number.trim_end_matches(LINE_CLOSE).parse();
            number.into_iter().for_each(|number| numbers.resize(index + 1, number));
        }
    }
    numbers.resize(text.lines().count(), numbers.last().copied().unwrap_or(1));
    (text, numbers)
}

/// A text cut at the marks of held intrinsics, with the intrinsics between the pieces.
fn pieces(text: &str, held: &[Node]) -> Vec<Value<String>> {
    let mut pieces: Vec<Value<String>> = Vec::new();
    for part in text.split_inclusive(Script::CLOSE) {
        let (literal, number) = part.split_once(Script::OPEN).unwrap_or((part, ""));
        pieces.push(literal.into());
        let index: Option<usize> = number.trim_end_matches(Script::CLOSE).parse().ok();
        pieces.extend(index.and_then(|index| held.get(index)).cloned().map(Value::raw));
    }
    pieces
}

/// One word for the shell, whatever is in it. Values of intrinsics are ids, ARNs and names, which have no quotes.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+=,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stackgen_core::{App, RawResource, Stack, Value, aws, intrinsic};

    use super::{Fault, Template};

    fn rendered(template: Template, values: &impl serde::Serialize) -> serde_json::Value {
        let pieces = template.render(values).expect("template and values fit").pieces;
        let mut stack = Stack::new("test");
        stack.add("Thing", RawResource::new("Some::Thing").property("Text", intrinsic::join("", pieces)));
        let app = App::from(stack).synth().expect("this app is right");
        app.stacks[0].template.json()["Resources"]["Thing"]["Properties"]["Text"].clone()
    }

    #[test]
    fn intrinsics_are_joined_and_every_other_byte_survives() {
        #[derive(serde::Serialize)]
        struct Values {
            region: Value<String>,
            plain: &'static str,
            word: &'static str,
        }
        let template = Template::new("a.sh.hbs", "x=\"${HOME}\" & '\\' {{region}} {{{plain}}} {{word}}\n");
        let values = Values { region: aws::region(), plain: "a b", word: "it's" };
        let text = ["x=\"${HOME}\" & '\\' '", "' a b 'it'\\''s'\n"];
        assert_eq!(rendered(template, &values), json!({"Fn::Join": ["", [text[0], {"Ref": "AWS::Region"}, text[1]]]}));
    }

    /// What is wrong with a template that is given a name, names, and units with names.
    fn refused(text: &'static str) -> Vec<String> {
        let values =
            json!({"name": "x", "names": ["a", "b"], "units": [{"name": "u", "port": 1}, {"name": "v", "port": 2}]});
        let faults = Template::new("a.sh.hbs", text).render(&values).err().unwrap_or_default();
        let place = |fault: &Fault| fault.source.map(|source| source.to_string()).unwrap_or_default();
        faults.iter().map(|fault| format!("{}: {}", place(fault), fault.message)).collect()
    }

    const ALL: &str = "{{#if names}}{{#each units}}{{name}}{{port}}{{/each}}{{/if}}{{name}}";

    #[test]
    fn a_missing_name_is_a_problem_with_file_and_line() {
        for text in [
            "one\n{{nmae}}\n",
            "\n{{#if nmae}}yes{{/if}}",
            "\n{{#each nmae}}{{this}}{{/each}}",
            "{{#if name}}\n{{else}}{{{nmae}}}{{/if}}",
            "{{#each names}}\n{{#unless ../nmae}}{{/unless}}{{/each}}",
            "\n{{#if (eq nmae \"x\")}}yes{{/if}}",
            "{{#each units as |unit|}}\n{{#if unit.nmae}}{{/if}}{{/each}}",
            "{{#each units}}\n{{this.nmae}}{{/each}}",
            "\n{{#if name}}x{{else if nmae}}y{{/if}}",
            "\n{{#if name}}x{{else if names}}{{nmae}}{{/if}}",
            "\n{{#if name}}x{{else if names}}y{{else if (eq nmae 1)}}z{{/if}}",
            "{{#each units as |unit key|}}\n{{unit.nmae}}{{/each}}",
            "{{#each units}}\n{{@root.nmae}}{{/each}}",
            "{{#each units}}\n{{@root/nmae}}{{/each}}",
            "\n{{lookup nmae \"x\"}}",
            "\n{{lookup names nmae}}",
            "\n{{lookup units.[0] \"nmae\"}}",
        ] {
            let text: &'static str = format!("{text}{ALL}").leak();
            let faults = refused(text);
            assert!(faults.len() == 1 && faults[0].starts_with("a.sh.hbs:2: nobody gave `"), "{text}: {faults:?}");
            assert!(faults[0].contains("nmae"), "{faults:?}");
        }
        assert!(refused("one\n{{#if name}}")[0].starts_with("a.sh.hbs:2: "));
    }

    #[test]
    fn a_field_that_nothing_uses_is_a_problem() {
        let unused = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| format!("a.sh.hbs:1: `{name}` is given and nothing uses it")).collect()
        };
        assert_eq!(refused("{{name}}"), unused(&["names", "units"]));
        assert_eq!(
            refused("{{name}}{{names.[0]}}{{#each units as |unit|}}{{unit.name}}{{/each}}"),
            unused(&["units.port"])
        );
        for text in [
            "{{#if name}}x{{else if names}}{{#each units}}{{name}}{{port}}{{/each}}{{/if}}",
            "{{#each units as |unit key|}}{{@root.name}}{{@root/names.[0]}}{{unit.name}}{{unit/port}}{{key}}{{/each}}",
            "{{name}}{{lookup names 0}}{{#each units}}{{lookup this \"name\"}}{{lookup this \"port\"}}{{/each}}",
            "{{name}}{{#each names}}{{#if (eq (lookup ../names @index) 1)}}{{/if}}{{/each}}{{#with (lookup units 0) as |unit|}}{{unit.name}}{{unit.port}}{{/with}}",
        ] {
            assert_eq!(refused(text), unused(&[]), "{text}");
        }
        assert_eq!(
            refused("{{#if name}}{{#each names}}{{/each}}{{/if}}{{#each units}}{{name}}{{port}}{{/each}}"),
            unused(&[])
        );
    }

    #[test]
    fn names_of_blocks_and_of_what_is_around_them_are_known() {
        for text in [
            "{{#each names}}{{this}} {{@index}} {{../name}}{{else}}none{{/each}}",
            "{{#each names as |one|}}{{one}}{{#if one}}.{{/if}}{{/each}}",
            "{{#if (eq name \"x\")}}{{name}}{{else if names}}{{names.[0]}}{{/if}}",
            "{{#each units as |unit|}}{{unit.name}}{{unit.port}}{{../name}}{{/each}}",
        ] {
            let text: &'static str = format!("{text}{ALL}").leak();
            assert_eq!(refused(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn whitespace_control_is_refused_at_its_line() {
        for text in [
            "\n{{~name}}",
            "\n{{name~}}",
            "\n{{{~name~}}}",
            "\n{{~#if name}}x{{/if}}",
            "\n{{#if name}}{{else~}}{{/if}}",
        ] {
            let text: &'static str = format!("{text}\n{ALL}").leak();
            let faults = refused(text);
            assert!(faults.len() == 1 && faults[0].starts_with("a.sh.hbs:2: `~` joins lines"), "{text}: {faults:?}");
        }
        let text: &'static str = format!("cd ~; {{{{!-- ~ --}}}} \\{{{{~x~}}}} {{{{name}}}}~\n{ALL}").leak();
        assert_eq!(refused(text), Vec::<String>::new());
    }

    #[test]
    fn a_value_inside_of_quotes_is_refused_at_its_line() {
        let told = |text: &str| refused(format!("{text}\n{ALL}").leak());
        assert_eq!(told("x={{name}} y=\"{{{name}}}\""), Vec::<String>::new());
        let quotes = "`{{name}}` brings its own quotes; inside of others they are text, and what is in the value runs";
        assert_eq!(told("\nx=\"{{name}}\""), [format!("a.sh.hbs:2: {quotes}")]);
        let heredoc = "`{{name}}` brings its own quotes, and in the body of a heredoc they are text";
        assert_eq!(told("cat <<'END'\n{{name}}\nEND"), [format!("a.sh.hbs:2: {heredoc}")]);
    }

    #[test]
    fn characters_that_would_get_lost_are_refused() {
        #[derive(serde::Serialize)]
        struct Values {
            region: Value<String>,
            words: Vec<String>,
        }
        let told = |text: &'static str, word: &str| -> Vec<String> {
            let values = Values { region: aws::region(), words: vec![word.to_owned()] };
            let faults = Template::new("a.sh.hbs", text).render(&values).err().unwrap_or_default();
            let line = |fault: &Fault| fault.source.map(|source| source.line).unwrap_or_default();
            faults.iter().map(|fault| format!("{}: {}", line(fault), fault.message)).collect()
        };
        let text = "\n{{region}} {{words.[0]}}";
        assert_eq!(told(text, "\u{E004}"), Vec::<String>::new());
        // The second looks like the region.
        for word in ["a\u{E002}1\u{E003}", "\u{E000}0\u{E001}", "\u{E000}7\u{E001}"] {
            let told = told(text, word);
            assert!(told.len() == 1 && told[0].ends_with("and `words` has one"), "{told:?}");
        }
        assert!(told("\n{{region}} {{words.[0]}} \u{E001}", "x")[0].starts_with("2: characters from U+E000"));
    }

    #[test]
    fn every_line_knows_where_it_was_written() {
        let text = "one\n{{#each names}}\nin {{this}}\n{{/each}}\n{{{block}}}\nlast {{#if names}}x\ny{{/if}}\n";
        let values = json!({"names": ["a", "b"], "block": "1\n2\n3"});
        let rendered = Template::new("a.sh.hbs", text).render(&values).expect("they fit");
        assert_eq!(rendered.pieces[0].preview(), "one\nin a\nin b\n1\n2\n3\nlast x\ny\n");
        assert_eq!(rendered.lines, [1, 3, 3, 5, 5, 5, 6, 7]);
    }
}
