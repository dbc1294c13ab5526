//! Facts in words: what the documentation of generated items says. None of it is AWS's prose.
use stackgen_schema::{Facts, Kind, Literal, Property, Replacement, ResourceType, Shape, UpdateEffect};

/// More values or longer patterns than this are left to the linter.
const MAX_VALUES: usize = 24;
const MAX_PATTERN: usize = 120;

/// About a resource type, one paragraph an item.
pub fn resource(resource: &ResourceType, properties: &Shape) -> Vec<String> {
    let mut life = vec![format!("`{}`.", resource.name)];
    if resource.stateful {
        life.push("It holds data that is lost with it.".to_owned());
    }
    if !resource.updatable {
        life.push("It cannot be updated: every change replaces it.".to_owned());
    }
    if resource.replacement == Replacement::DeleteThenCreate {
        life.push("When it is replaced, the old one goes before the new one comes.".to_owned());
    }
    if !resource.ref_returns.is_empty() {
        life.push(format!("`Ref` gives {}.", codes(&resource.ref_returns, " and ")));
    }
    let mut paragraphs = vec![life.join(" ")];
    paragraphs.extend(record(properties));
    paragraphs.extend(page(&resource.name));
    paragraphs
}

/// The address of AWS's page, which follows from the name.
fn page(type_name: &str) -> Option<String> {
    let name = type_name.strip_prefix("AWS::")?;
    if name.starts_with("Serverless::") || name.starts_with("CDK::") {
        return None;
    }
    let place = name.replace("::", "-").to_lowercase();
    let guide = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference";
    Some(format!("[In AWS's reference]({guide}/aws-resource-{place}.html)."))
}

/// What holds for several properties of an object together.
pub fn record(shape: &Shape) -> Vec<String> {
    let mut sentences = Vec::new();
    for group in &shape.required_xor {
        sentences.push(format!("Takes exactly one of {}.", codes(group, " and ")));
    }
    for group in &shape.required_or {
        sentences.push(format!("Takes at least one of {}.", codes(group, " and ")));
    }
    for (name, others) in &shape.dependent_required {
        sentences.push(format!("`{name}` needs {}.", codes(others, " and ")));
    }
    for (name, others) in &shape.dependent_excluded {
        sentences.push(format!("`{name}` excludes {}.", codes(others, " and ")));
    }
    if sentences.is_empty() { Vec::new() } else { vec![sentences.join(" ")] }
}

/// About one property, in one paragraph.
pub fn property(
    facts: &Facts,
    resource: &ResourceType,
    property: &Property,
    shape: &Shape,
    paths: &[String],
) -> String {
    let mut sentences = vec![format!("`{}`.", property.name)];
    if property.required {
        sentences.push("Required.".to_owned());
    }
    if paths.iter().any(|path| resource.deprecated.contains(path)) {
        sentences.push("AWS advises against it.".to_owned());
    }
    sentences.extend(value(&property.kind, shape));
    if let Some(items) = shape.items.filter(|_| matches!(property.kind, Kind::List(_))) {
        let about = value(&Kind::String, &facts.shape(items));
        if !about.is_empty() {
            sentences.push(format!("Each item: {}", about.join(" ")));
        }
    }
    sentences.extend(update(resource, paths).map(str::to_owned));
    sentences.join(" ")
}

/// A property type may stand in several places, where the same change does different things.
fn update(resource: &ResourceType, paths: &[String]) -> Option<&'static str> {
    let effects: Vec<UpdateEffect> = paths.iter().map(|path| resource.update_effect(path)).collect();
    let (least, most) = (effects.iter().min()?, effects.iter().max()?);
    match (least, most) {
        (_, UpdateEffect::InPlace) => None,
        (UpdateEffect::Refused, _) => Some("It cannot be changed: CloudFormation refuses."),
        (UpdateEffect::Replaces, _) => Some("Changing it replaces the resource."),
        (_, UpdateEffect::Refused) => Some("In some places it cannot be changed: CloudFormation refuses."),
        (UpdateEffect::InPlace | UpdateEffect::MayReplace, _) => Some("Changing it may replace the resource."),
    }
}

/// What a value must satisfy.
fn value(kind: &Kind, shape: &Shape) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(allowed(shape));
    sentences.extend(range(shape));
    sentences.extend(size(kind, shape));
    if let Some(format) = &shape.format {
        sentences.push(format!("Format: {}.", code(format)));
    }
    match &shape.pattern {
        Some(pattern) if pattern.len() <= MAX_PATTERN && !pattern.contains(char::is_control) => {
            sentences.push(format!("Pattern: {}.", code(pattern)));
        }
        Some(_) | None => {}
    }
    sentences
}

fn allowed(shape: &Shape) -> Option<String> {
    let values: Vec<String> = shape.allowed.iter().map(spelled).collect();
    let shown = values[..values.len().min(MAX_VALUES)].join(", ");
    match values.len().saturating_sub(MAX_VALUES) {
        0 if values.is_empty() => None,
        0 => Some(format!("One of {shown}.")),
        more => Some(format!("One of {shown} and {more} more.")),
    }
}

fn spelled(literal: &Literal) -> String {
    match literal {
        Literal::String(text) => code(text),
        Literal::Number(number) => code(number),
        Literal::Boolean(flag) => code(&flag.to_string()),
    }
}

fn range(shape: &Shape) -> Option<String> {
    match (&shape.minimum, &shape.maximum) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}.")),
        (Some(least), None) => Some(format!("At least {least}.")),
        (None, Some(most)) => Some(format!("At most {most}.")),
        (None, None) => None,
    }
}

fn size(kind: &Kind, shape: &Shape) -> Option<String> {
    let unit = match kind {
        Kind::List(_) => "items",
        Kind::Map(_) | Kind::Object(_) | Kind::Json => "entries",
        _ => "characters",
    };
    match (shape.min_size.filter(|least| *least > 0), shape.max_size) {
        (Some(least), Some(most)) if least == most => Some(format!("{least} {unit}.")),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {unit}.")),
        (Some(least), None) => Some(format!("At least {least} {unit}.")),
        (None, Some(most)) => Some(format!("At most {most} {unit}.")),
        (None, None) => None,
    }
}

fn codes(names: &[String], last: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| code(name)).collect();
    match names.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, start)) => format!("{}{last}{end}", start.join(", ")),
        None => String::new(),
    }
}

/// Text as code, whatever backticks are in it.
fn code(text: &str) -> String {
    let longest = text.split(|symbol| symbol != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let padding = if longest > 0 || text.is_empty() || text.starts_with(' ') { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_survives_backticks() {
        assert_eq!(code("gp3"), "`gp3`");
        assert_eq!(code("[`a]"), "`` [`a] ``");
        assert_eq!(code("``"), "``` `` ```");
    }

    #[test]
    fn lists_are_read_aloud() {
        let names = ["A".to_owned(), "B".to_owned(), "C".to_owned()];
        assert_eq!(codes(&names, " and "), "`A`, `B` and `C`");
        assert_eq!(codes(&names[..1], " and "), "`A`");
    }

    #[test]
    fn long_lists_are_cut() {
        let allowed_values = (0..26).map(|number| Literal::Number(number.to_string())).collect();
        let shape = Shape { allowed: allowed_values, ..Shape::default() };
        let text = allowed(&shape).unwrap();
        assert!(text.ends_with("`23` and 2 more."), "{text}");
    }

    #[test]
    fn sizes_have_units() {
        let shape = Shape { min_size: Some(1), max_size: Some(5), ..Shape::default() };
        assert_eq!(size(&Kind::String, &shape).unwrap(), "1 to 5 characters.");
        assert_eq!(size(&Kind::List(Box::new(Kind::String)), &shape).unwrap(), "1 to 5 items.");
    }

    #[test]
    fn pages_follow_from_names() {
        assert!(page("AWS::EC2::EIPAssociation").unwrap().contains("/aws-resource-ec2-eipassociation.html"));
        assert_eq!(page("Alexa::ASK::Skill"), None);
        assert_eq!(page("AWS::Serverless::Function"), None);
    }
}
