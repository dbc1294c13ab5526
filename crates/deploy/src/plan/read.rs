//! The template in force as data, whoever wrote it: `GetTemplate` gives it as it was sent, in YAML or JSON.
use serde_json::{Map, Number, Value as Json};
use stackgen_document::{Entry, Node, Scalar, ScalarKind, Value, read};

/// A template's text as JSON; nothing if it is neither YAML nor JSON, or no template.
pub(super) fn template(text: &str) -> Option<Json> {
    if let Ok(json) = serde_json::from_str(text) {
        return Some(json);
    }
    let document = read(text).ok()?;
    Some(document.root()).filter(|root| root.is_map() && root.entries().next().is_some()).map(json)
}

fn json(node: Node<'_>) -> Json {
    let entry = |entry: Entry<'_>| (entry.key.text.clone(), json(entry.value));
    match node.value() {
        Value::Scalar(scalar) => plain(scalar),
        Value::List => node.items().map(json).collect(),
        Value::Map => Json::Object(node.entries().map(entry).collect::<Map<_, _>>()),
    }
}

/// Numbers and flags stay what they are; a date is text.
fn plain(scalar: &Scalar) -> Json {
    let text = || Json::String(scalar.text.clone());
    match scalar.kind {
        ScalarKind::Boolean(flag) => Json::Bool(flag),
        ScalarKind::Integer => scalar.integer().map_or_else(text, |number| Json::Number(number.into())),
        ScalarKind::Float => scalar.number().and_then(Number::from_f64).map_or_else(text, Json::Number),
        ScalarKind::Null => Json::Null,
        ScalarKind::Date | ScalarKind::Text => text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_with_short_tags_says_what_json_says() {
        let yaml = "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  Web:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      \
                    VpcId: !ImportValue {'Fn::Sub': '${Net}-vpc'}\n      SecurityGroupIngress:\n        - {IpProtocol: tcp, FromPort: 443, \
                    CidrIp: !Ref Cidr}\n      Tags: [{Key: a, Value: !GetAtt Host.PublicIp}]\n";
        let properties = json!({
            "VpcId": {"Fn::ImportValue": {"Fn::Sub": "${Net}-vpc"}},
            "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "CidrIp": {"Ref": "Cidr"}}],
            "Tags": [{"Key": "a", "Value": {"Fn::GetAtt": ["Host", "PublicIp"]}}],
        });
        let read = template(yaml).expect("it is YAML");
        assert_eq!(read["Resources"]["Web"]["Properties"], properties);
        assert_eq!(read["AWSTemplateFormatVersion"], "2010-09-09");
        assert_eq!(template(r#"{"Resources": {}}"#), Some(json!({"Resources": {}})));
        assert_eq!((template("a: ["), template("no template"), template("")), (None, None, None));
    }
}
