//! The names that a template uses. Handlebars finds a missing one only where it prints it: in a condition or a loop it counts
//! as false, and in a branch that is not taken nobody looks.
use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, PathSeg, Template};

/// The first name that a template uses and nobody gave, and its line.
pub(super) fn first_unknown(template: &Template, known: &[&str]) -> Option<(usize, String)> {
    let mut lines = template.elements.iter().zip(&template.mapping);
    lines.find_map(|(element, place)| match element {
        TemplateElement::Expression(used)
        | TemplateElement::HtmlExpression(used)
        | TemplateElement::HelperBlock(used) => {
            let own = arguments(used).find_map(|argument| unknown(argument, known));
            own.map(|name| (place.0, name)).or_else(|| inside(used, known))
        }
        _ => None,
    })
}

/// What stands in the braces: the value itself, or what a helper is given.
fn arguments(used: &HelperTemplate) -> impl Iterator<Item = &Parameter> {
    let value = (!used.block && used.params.is_empty() && used.hash.is_empty()).then_some(&used.name);
    value.into_iter().chain(&used.params).chain(used.hash.values())
}

/// What stands between the start and the end of a block, where the block may have given names of its own.
fn inside(used: &HelperTemplate, known: &[&str]) -> Option<(usize, String)> {
    let given: Vec<&Parameter> = match &used.block_param {
        Some(BlockParam::Single(name)) => vec![name],
        Some(BlockParam::Pair((first, second))) => vec![first, second],
        _ => Vec::new(),
    };
    let given =
        given.into_iter().filter_map(|name| if let Parameter::Name(name) = name { Some(name.as_str()) } else { None });
    let known: Vec<&str> = known.iter().copied().chain(given).collect();
    used.template.iter().chain(&used.inverse).find_map(|template| first_unknown(template, &known))
}

fn unknown(argument: &Parameter, known: &[&str]) -> Option<String> {
    let name = match argument {
        Parameter::Name(name) => name,
        Parameter::Path(Path::Relative((segments, _))) => segments.iter().find_map(|segment| match segment {
            PathSeg::Named(name) => Some(name),
            _ => None,
        })?,
        Parameter::Subexpression(inner) => {
            let mut arguments = inner.params().into_iter().flatten();
            return arguments.find_map(|argument| unknown(argument, known));
        }
        _ => return None,
    };
    (name != "this" && !known.contains(&name.as_str())).then(|| name.clone())
}
