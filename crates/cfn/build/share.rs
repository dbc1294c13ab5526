//! Defines equal types once a service.
//!
//! The resource types of a service often have property types in common: two thirds of QuickSight's thirteen thousand
//! properties are repetitions. Where name, properties and documentation agree, the first resource that has a type defines
//! it and the others re-export it, so that a value made for one serves the other, and the compiler sees it once.
use std::collections::{BTreeMap, HashMap};

use super::model::{Choice, Record, Resource};

/// For each resource, the place of the resource that defines a name.
type Owners = Vec<HashMap<String, usize>>;

/// What a name stands for.
#[derive(PartialEq, Eq, Hash)]
enum Definition<'a> {
    Record(&'a Record),
    Choice(&'a Choice),
}

/// Replaces repeated types by re-exports.
pub fn share(resources: &mut [Resource]) {
    let mut owners = first_equals(resources);
    while keep_apart(resources, &mut owners) {}
    let modules: Vec<String> = resources.iter().map(|resource| resource.module.clone()).collect();
    for (place, (resource, owners)) in resources.iter_mut().zip(owners).enumerate() {
        resource.types.retain(|record| owners[&record.name] == place);
        resource.choices.retain(|choice| owners[&choice.name] == place);
        let elsewhere = owners.into_iter().filter(|(_, owner)| *owner != place);
        let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, owner) in elsewhere {
            shared.entry(modules[owner].clone()).or_default().push(name);
        }
        shared.values_mut().for_each(|names| names.sort());
        resource.shared = shared.into_iter().collect();
    }
}

/// The first resource with an equal definition, for every name of every resource.
fn first_equals(resources: &[Resource]) -> Owners {
    let mut first: HashMap<Definition, usize> = HashMap::new();
    let mut owners = Owners::new();
    for (place, resource) in resources.iter().enumerate() {
        let records = resource.types.iter().map(|record| (&record.name, Definition::Record(record)));
        let choices = resource.choices.iter().map(|choice| (&choice.name, Definition::Choice(choice)));
        let names = records.chain(choices);
        owners.push(names.map(|(name, what)| (name.clone(), *first.entry(what).or_insert(place))).collect());
    }
    owners
}

/// Equal text means equal types only if the names in it mean the same. Says whether it had to change something.
fn keep_apart(resources: &[Resource], owners: &mut Owners) -> bool {
    let mut changed = false;
    for (place, resource) in resources.iter().enumerate() {
        for record in &resource.types {
            let owner = owners[place][&record.name];
            let differs = |name: &str| owners[place].get(name) != owners[owner].get(name);
            if owner != place && record.mentions().any(differs) {
                owners[place].insert(record.name.clone(), place);
                changed = true;
            }
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::super::model::{Setter, Type};
    use super::*;

    fn setter(mention: &str) -> Setter {
        let (property, method, kind) = (mention.to_owned(), mention.to_owned(), Type::Local(mention.to_owned()));
        Setter { property, method, kind, required: false, docs: String::new() }
    }

    fn resource(module: &str, types: &[(&str, &[&str])]) -> Resource {
        let record = |&(name, mentions): &(&str, &[&str])| Record {
            name: name.to_owned(),
            setters: mentions.iter().map(|name| setter(name)).collect(),
            ..Record::default()
        };
        Resource { module: module.to_owned(), types: types.iter().map(record).collect(), ..Resource::default() }
    }

    #[test]
    fn equal_types_are_defined_once() {
        let types: &[(&str, &[&str])] = &[("Font", &["Size"]), ("Size", &[])];
        let mut resources = [resource("analysis", types), resource("dashboard", types)];
        share(&mut resources);
        assert_eq!(resources[0].types.len(), 2);
        assert_eq!(resources[1].types.len(), 0);
        assert_eq!(resources[1].shared, [("analysis".to_owned(), vec!["Font".to_owned(), "Size".to_owned()])]);
    }

    #[test]
    fn a_type_that_mentions_another_stays_apart() {
        let mut resources = [
            resource("analysis", &[("Font", &["Size"]), ("Size", &[])]),
            resource("dashboard", &[("Font", &["Size"])]),
        ];
        resources[1].types.push(Record {
            name: "Size".to_owned(),
            docs: vec!["Takes exactly one of `A` and `B`.".to_owned()],
            ..Record::default()
        });
        share(&mut resources);
        assert_eq!(resources[1].types.len(), 2);
        assert!(resources[1].shared.is_empty());
    }

    #[test]
    fn types_may_mention_themselves() {
        let types: &[(&str, &[&str])] = &[("Statement", &["Statement"])];
        let mut resources = [resource("a", types), resource("b", types)];
        share(&mut resources);
        assert!(resources[1].types.is_empty());
    }
}
