//! Showing things: by ids, by filters, page by page, with their tags. Every `Describe` goes through here.
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Ec2, Input};
use crate::wire::ApiError;

/// What can be asked of a kind of thing.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The list in the answer.
    pub set: &'static str,
    /// The member that is its id.
    pub id: &'static str,
    /// The list of ids in the request.
    pub ids: &'static str,
    /// The error for an id that nothing has.
    pub missing: fn(&str) -> ApiError,
    /// Filters by name, with the place of the member (`placement/availabilityZone`); lists on the way are gone through.
    pub filters: &'static [(&'static str, &'static str)],
}

/// The answer.
///
/// # Errors
///
/// If an id has nothing behind it, a filter is unknown, or a token is wrong.
pub fn shown(kind: Kind, items: Vec<Json>, input: Input<'_>) -> Result<Json, ApiError> {
    let items = chosen(kind, items, input)?;
    let (items, next) = page(items, input)?;
    let mut answer = Map::new();
    answer.insert(kind.set.to_owned(), Json::Array(items));
    if let Some(next) = next {
        answer.insert("nextToken".to_owned(), json!(next));
    }
    Ok(Json::Object(answer))
}

/// What the ids and filters of a request leave.
///
/// # Errors
///
/// As [`shown`].
pub fn chosen(kind: Kind, mut items: Vec<Json>, input: Input<'_>) -> Result<Vec<Json>, ApiError> {
    let ids = input.texts(kind.ids);
    if !ids.is_empty() {
        let known = |id: &String| items.iter().any(|item| item[kind.id] == json!(id));
        if let Some(missing) = ids.iter().find(|id| !known(id)) {
            return Err((kind.missing)(missing));
        }
        items.retain(|item| ids.iter().any(|id| item[kind.id] == json!(id)));
    }
    for filter in input.list("Filter") {
        let name = filter.required("Name")?;
        let wanted = filter.texts("Value");
        let test = test(kind, &name)?;
        items.retain(|item| test.holds(item, &wanted));
    }
    Ok(items)
}

fn page(mut items: Vec<Json>, input: Input<'_>) -> Result<(Vec<Json>, Option<String>), ApiError> {
    let start = match input.text("NextToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("from-")
            .and_then(|number| number.parse::<usize>().ok())
            .ok_or_else(|| ApiError::new("InvalidNextToken", "The token is not valid."))?,
    };
    items.drain(..start.min(items.len()));
    let Some(most) = input.number("MaxResults").and_then(|most| usize::try_from(most).ok()) else {
        return Ok((items, None));
    };
    let next = (items.len() > most).then(|| format!("from-{}", start + most));
    items.truncate(most);
    Ok((items, next))
}

enum Test {
    Member(&'static str),
    Tag(String),
    TagKey,
}

fn test(kind: Kind, name: &str) -> Result<Test, ApiError> {
    if let Some(key) = name.strip_prefix("tag:") {
        return Ok(Test::Tag(key.to_owned()));
    }
    if name == "tag-key" {
        return Ok(Test::TagKey);
    }
    let place = kind.filters.iter().find(|(filter, _)| *filter == name).map(|(_, place)| Test::Member(place));
    place.ok_or_else(|| ApiError::new("InvalidParameterValue", format!("The filter '{name}' is invalid")))
}

impl Test {
    /// Whether any value matches any that is wanted.
    fn holds(&self, item: &Json, wanted: &[String]) -> bool {
        let mut values = Vec::new();
        match self {
            Test::Member(place) => collect(item, place, &mut values),
            Test::Tag(key) => {
                let tags = item["tagSet"].as_array().into_iter().flatten();
                values.extend(
                    tags.filter(|tag| tag["key"] == json!(key))
                        .filter_map(|tag| tag["value"].as_str())
                        .map(str::to_owned),
                );
            }
            Test::TagKey => collect(item, "tagSet/key", &mut values),
        }
        values.iter().any(|value| wanted.iter().any(|pattern| matches(pattern, value)))
    }
}

fn collect(item: &Json, place: &str, values: &mut Vec<String>) {
    match item {
        Json::Array(items) => items.iter().for_each(|item| collect(item, place, values)),
        Json::Object(members) => {
            let (name, rest) = place.split_once('/').unwrap_or((place, ""));
            if let Some(member) = members.get(name) {
                collect(member, rest, values);
            }
        }
        Json::String(text) => values.push(text.clone()),
        Json::Null => {}
        other => values.push(other.to_string()),
    }
}

/// `*` stands for any text, `?` for one character. Source: *List and filter using the CLI and API* in the EC2 guide.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for wanted in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            let stays = wanted == '*' && (reached[at] || at > 0 && next[at - 1]);
            let steps = at > 0 && reached[at - 1] && (wanted == '?' || wanted != '*' && wanted == text[at - 1]);
            next[at] = stays || steps;
        }
        reached = next;
    }
    reached[text.len()]
}

/// The tags that a request asks for, for one type of resource: `TagSpecification.n`.
#[must_use]
pub fn tags_for(input: Input<'_>, resource: &str) -> BTreeMap<String, String> {
    let mine = input.list("TagSpecification").filter(|it| it.text("ResourceType").as_deref() == Some(resource));
    mine.flat_map(tags).collect()
}

/// The tags of a list `Tag.n.Key`, `Tag.n.Value`.
#[must_use]
pub fn tags(input: Input<'_>) -> BTreeMap<String, String> {
    let pairs = input.list("Tag").filter_map(|tag| Some((tag.text("Key")?, tag.text("Value").unwrap_or_default())));
    pairs.collect()
}

impl Ec2 {
    /// Tags as answers show them.
    #[must_use]
    pub fn tag_set(&self, id: &str) -> Json {
        let tags = self.tags.get(id).into_iter().flatten();
        tags.map(|(key, value)| json!({"key": key, "value": value})).collect()
    }

    /// Puts tags on a thing.
    pub fn tag(&mut self, id: &str, tags: BTreeMap<String, String>) {
        if !tags.is_empty() {
            self.tags.entry(id.to_owned()).or_default().extend(tags);
        }
    }

    /// The things of a shelf as answers show them: with their tags.
    #[must_use]
    pub fn tagged(&self, shelf: &super::Shelf) -> Vec<Json> {
        let with_tags = |(id, thing): (&String, &Json)| {
            let mut thing = thing.clone();
            thing["tagSet"] = self.tag_set(id);
            thing
        };
        shelf.iter().map(with_tags).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KIND: Kind = Kind {
        set: "set",
        id: "id",
        ids: "Id",
        missing: |id| ApiError::new("Missing", id),
        filters: &[("state", "state/name"), ("attached-to", "attachments/to")],
    };

    fn ids(input: Json) -> Result<Json, ApiError> {
        let items = vec![
            json!({"id": "a-1", "state": {"name": "running"}, "attachments": [{"to": "x"}, {"to": "y"}]}),
            json!({"id": "a-2", "state": {"name": "stopped"}, "tagSet": [{"key": "Name", "value": "prod-host"}]}),
        ];
        let answer = shown(KIND, items, Input(&input))?;
        Ok(answer["set"].as_array().into_iter().flatten().map(|item| item["id"].clone()).collect())
    }

    #[test]
    fn filters_go_through_lists_and_know_tags_and_wildcards() {
        let filter = |name: &str, value: &str| ids(json!({"Filter": [{"Name": name, "Value": [value]}]}));
        assert_eq!(filter("attached-to", "y"), Ok(json!(["a-1"])));
        assert_eq!(filter("state", "st?pp*"), Ok(json!(["a-2"])));
        assert_eq!(filter("tag:Name", "*-host"), Ok(json!(["a-2"])));
        assert_eq!(filter("tag-key", "name"), Ok(json!([])));
        assert_eq!(filter("colour", "red").unwrap_err().message, "The filter 'colour' is invalid");
    }

    #[test]
    fn pages_and_ids() {
        assert_eq!(ids(json!({"MaxResults": "1"})), Ok(json!(["a-1"])));
        assert_eq!(ids(json!({"MaxResults": "1", "NextToken": "from-1"})), Ok(json!(["a-2"])));
        assert_eq!(ids(json!({"Id": ["a-3"]})).unwrap_err().code, "Missing");
    }
}
