//! What is known about resource types, for people and as JSON.
//!
//! A question is resolved to a type and a path of properties ([`find`]), answered from the facts ([`answer`]), and shown
//! ([`show`]).
mod answer;
mod find;
mod show;
mod values;

pub(crate) use answer::Answer;
pub(crate) use find::{NotFound, Question};

#[cfg(test)]
mod tests {
    use stackgen_schema::Facts;

    use super::*;

    /// All of them take ten seconds, so one in twenty is asked.
    #[test]
    fn any_type_and_any_property_can_be_explained() {
        let facts = Facts::embedded();
        for name in facts.type_names().step_by(20) {
            let question = Question::parse(facts, name).unwrap();
            let Answer::Type(answer) = Answer::to(facts, &question) else { panic!("{name} is a type") };
            for property in &answer.properties {
                let question = Question::parse(facts, &format!("{name}.{}", property.name.to_lowercase())).unwrap();
                let text = Answer::to(facts, &question).show(80);
                assert!(text.starts_with(&format!("\u{1b}[1m{name}.{}", property.name)), "{text}");
            }
            assert!(Answer::Type(answer).show(80).contains("Ref returns"));
        }
    }
}
