//! A template as the engine reads it.
use serde_json::{Map, Number, Value as Json};
use stackgen_lint::document::{Node, Scalar, ScalarKind, Value};

/// The tree below a node, with short tags in their long form as the document has them.
pub(super) fn json(node: Node<'_>) -> Json {
    match node.value() {
        Value::Scalar(scalar) => plain(scalar),
        Value::List => node.items().map(json).collect(),
        Value::Map => {
            let entries = node.entries().map(|entry| (entry.key.text.clone(), json(entry.value)));
            Json::Object(entries.collect::<Map<_, _>>())
        }
    }
}

fn plain(scalar: &Scalar) -> Json {
    let text = || Json::String(scalar.text.clone());
    match scalar.kind {
        ScalarKind::Null => Json::Null,
        ScalarKind::Boolean(flag) => Json::Bool(flag),
        ScalarKind::Integer => scalar.integer().map_or_else(text, Json::from),
        ScalarKind::Float => scalar.number().and_then(Number::from_f64).map_or_else(text, Json::Number),
        ScalarKind::Date | ScalarKind::Text => text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_are_long_and_words_are_what_yaml_takes_them_for() {
        let text = "A: !GetAtt B.C\nD: [1, 1.5, yes, 2010-09-09, ~, 'no', .inf]\n";
        let document = stackgen_lint::document::read(text).unwrap();
        let expected = r#"{"A":{"Fn::GetAtt":["B","C"]},"D":[1,1.5,true,"2010-09-09",null,"no",".inf"]}"#;
        assert_eq!(json(document.root()).to_string(), expected);
    }
}
