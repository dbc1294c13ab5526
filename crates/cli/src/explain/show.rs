//! Answers as text: a name, a few facts, and tables that fit the terminal.
use anstyle::Style;

use super::answer::{Answer, AttributeAnswer, PropertyAnswer, Regions, TypeAnswer};
use crate::shell::STRONG;
use crate::table::{self, Table};

/// Before every line below a title.
const INDENT: usize = 2;
/// The titles of facts are this wide.
const TITLE: usize = 14;

impl Answer {
    /// The lines for people.
    pub(crate) fn show(&self, width: usize) -> String {
        match self {
            Answer::Type(answer) => type_text(answer, width),
            Answer::Property(answer) => property_text(answer, width),
        }
    }
}

fn type_text(answer: &TypeAnswer, width: usize) -> String {
    let mut text = format!("{STRONG}{}{STRONG:#}\n\n", answer.name);
    let mut fact = |title: &str, words: &str| text += &fact(title, words, width);
    if answer.stateful {
        fact("Holds data", "yes: stackgen gives it policies that keep it");
    }
    fact(
        "Updates",
        if answer.updatable { "in place, unless a property replaces it" } else { "every change replaces it" },
    );
    fact("Replacement", answer.replacement);
    identity(answer, &mut fact);
    match &answer.tags {
        Some(tags) => fact("Tags", &format!("{}: {}", tags.property, tags.style)),
        None => fact("Tags", "none"),
    }
    fact("Rust", &answer.builder);
    fact("Regions", &regions(&answer.regions));
    for (at, rule) in answer.rules.iter().enumerate() {
        fact(if at == 0 { "Rules" } else { "" }, rule);
    }
    text + &properties_text(&answer.properties, width) + &attributes_text(&answer.attributes, width)
}

/// What a resource is known by.
fn identity(answer: &TypeAnswer, fact: &mut impl FnMut(&str, &str)) {
    match answer.ref_returns.as_slice() {
        [] => fact("Ref returns", "AWS does not say"),
        names => fact("Ref returns", &names.join("|")),
    }
    if !answer.primary_identifier.is_empty() {
        fact("Identified by", &answer.primary_identifier.join(", "));
    }
    if let Some(arn) = &answer.arn {
        fact("ARN", arn);
    }
}

fn attributes_text(attributes: &[AttributeAnswer], width: usize) -> String {
    if attributes.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["NAME", "TYPE"]);
    for attribute in attributes {
        table.push(vec![attribute.name.clone(), attribute.type_name.clone()]);
    }
    title("Attributes, for Fn::GetAtt") + &table.render(Style::new(), INDENT, width)
}

fn property_text(answer: &PropertyAnswer, width: usize) -> String {
    let mut text = format!("{STRONG}{}{STRONG:#}\n\n", answer.name);
    let mut fact = |title: &str, words: &str| text += &fact(title, words, width);
    fact("Type", &answer.type_name);
    fact("Required", if answer.required { "yes" } else { "no" });
    fact("On change", on_change_at_length(answer));
    for (title, words) in answer.values.lines() {
        fact(title, &words);
    }
    if answer.write_only {
        fact("Reading", "it cannot be read back");
    }
    if answer.deprecated {
        fact("Deprecated", "AWS advises against it");
    }
    fact("Rust", &format!(".{}(…)", answer.setter));
    for (at, rule) in answer.rules.iter().enumerate() {
        fact(if at == 0 { "Rules" } else { "" }, rule);
    }
    text + &properties_text(&answer.properties, width)
}

fn properties_text(properties: &[PropertyAnswer], width: usize) -> String {
    if properties.is_empty() {
        return String::new();
    }
    let has_required = properties.iter().any(|property| property.required);
    let mut table = Table::new(&["NAME", "TYPE", "ON CHANGE", "VALUES"]);
    for property in properties {
        let mark = if property.required { "*" } else { "" };
        table.push(vec![
            format!("{}{mark}", property.name),
            property.type_name.clone(),
            on_change(property),
            if property.deprecated { "deprecated".to_owned() } else { property.values.summary() },
        ]);
    }
    let heading = if has_required { "Properties (* required)" } else { "Properties" };
    title(heading) + &table.render(Style::new(), INDENT, width)
}

fn on_change(property: &PropertyAnswer) -> String {
    match property.on_change_inside {
        Some(inside) => format!("partly {inside}"),
        None => property.on_change.to_owned(),
    }
}

fn on_change_at_length(property: &PropertyAnswer) -> &'static str {
    match (property.on_change, property.on_change_inside) {
        ("in place", None) => "changed in place",
        ("may replace", None) => "some changes replace the resource",
        ("replaces", None) => "replaces the resource",
        ("fails", None) => "the update fails: only a new logical id can have another value",
        (_, Some("fails")) => "updates of some parts fail; they are marked below",
        _ => "some parts replace the resource; they are marked below",
    }
}

fn title(text: &str) -> String {
    format!("\n{STRONG}{text}{STRONG:#}\n")
}

fn fact(title: &str, words: &str, width: usize) -> String {
    // A pattern with a line end in it would be another pattern.
    let width = if title == "Pattern" { usize::MAX } else { width.saturating_sub(INDENT + TITLE) };
    let lines = table::wrap(words, width).into_iter().flat_map(|line| table::fold(&line, width));
    let lines: Vec<String> = lines.collect();
    let next = format!("\n{:indent$}", "", indent = INDENT + TITLE);
    format!("{:INDENT$}{title:TITLE$}{}\n", "", lines.join(&next))
}

/// The shorter of two lists.
fn regions(regions: &Regions) -> String {
    let Regions { known, with, without } = regions;
    match (with.len(), without.len()) {
        (_, 0) => format!("all {known}"),
        (0, _) => "none that is known".to_owned(),
        (with_count, without_count) if without_count < with_count => {
            format!("{with_count} of {known}: all but {}", without.join(", "))
        }
        (with_count, _) => format!("{with_count} of {known}: {}", with.join(", ")),
    }
}
