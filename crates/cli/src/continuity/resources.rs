//! The resources of a template, by logical id.
use serde_json::{Map, Value as Json};

/// Logical ids and types, in order. Loops over literal lists are unrolled.
#[derive(Debug, Default)]
pub(crate) struct Resources(Vec<(String, String)>);

impl Resources {
    pub(crate) fn of(template: &Json) -> Self {
        let mut resources = Resources::default();
        if let Some(Json::Object(bodies)) = template.get("Resources") {
            resources.add(bodies, &|id| id.to_owned());
        }
        resources
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(id, type_name)| (id.as_str(), type_name.as_str()))
    }

    pub(crate) fn type_of(&self, id: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == id).map(|(_, type_name)| type_name)
    }

    fn add(&mut self, bodies: &Map<String, Json>, name: &dyn Fn(&str) -> String) {
        for (id, body) in bodies {
            match (body, body.get("Type")) {
                (Json::Array(parts), _) if id.starts_with("Fn::ForEach::") => self.add_loop(parts, name),
                (_, Some(Json::String(type_name))) => self.0.push((name(id), type_name.clone())),
                _ => {}
            }
        }
    }

    /// `[variable, list, {id: body}]`. What only CloudFormation can list keeps the variable in its ids.
    fn add_loop(&mut self, parts: &[Json], name: &dyn Fn(&str) -> String) {
        let [Json::String(variable), items, Json::Object(bodies)] = parts else { return };
        let items = items.as_array().map(|items| items.iter().map(Json::as_str).collect::<Option<Vec<_>>>());
        let Some(Some(items)) = items else { return self.add(bodies, name) };
        for item in items {
            let letters: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
            let filled = |id: &str| {
                name(&id.replace(&format!("${{{variable}}}"), item).replace(&format!("&{{{variable}}}"), &letters))
            };
            self.add(bodies, &filled);
        }
    }
}
