//! Policy documents. What IAM refuses at the deploy, or takes and then matches nothing with, is refused here.
use stackgen_core::{IntoValue, Json, Node, Object, Value};

use super::actions::checked;

/// A policy: who may do what, as `PolicyDocument` properties take it.
#[derive(Clone, Debug, Default)]
pub struct PolicyDocument(Vec<Statement>);

/// One statement of a policy.
#[derive(Clone, Debug)]
pub struct Statement {
    effect: &'static str,
    sid: Option<String>,
    principals: Vec<(&'static str, Value<String>)>,
    actions: Vec<String>,
    resources: Vec<Value<String>>,
    conditions: Vec<Condition>,
}

/// One key of a statement's conditions.
#[derive(Clone, Debug)]
struct Condition {
    operator: String,
    key: String,
    values: Vec<Node>,
}

impl PolicyDocument {
    /// A policy of these statements.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        PolicyDocument(statements.into_iter().collect())
    }

    /// Lets a service, such as `ec2`, act under a role.
    pub fn assumed_by(service: &str) -> Self {
        let principal = format!("{service}.amazonaws.com");
        PolicyDocument::new([Statement::allow(["sts:AssumeRole"]).by("Service", principal)])
    }
}

impl Statement {
    /// Allows actions, such as `s3:GetObject`.
    pub fn allow<A: Into<String>>(actions: impl IntoIterator<Item = A>) -> Self {
        Statement::new("Allow", actions.into_iter().map(Into::into).collect())
    }

    /// Denies actions, whatever else allows them.
    pub fn deny<A: Into<String>>(actions: impl IntoIterator<Item = A>) -> Self {
        Statement::new("Deny", actions.into_iter().map(Into::into).collect())
    }

    fn new(effect: &'static str, actions: Vec<String>) -> Self {
        let (sid, principals, resources, conditions) = (None, Vec::new(), Vec::new(), Vec::new());
        Statement { effect, sid, principals, actions, resources, conditions }
    }

    /// A name for people.
    #[must_use]
    pub fn named(mut self, sid: &str) -> Self {
        self.sid = Some(sid.to_owned());
        self
    }

    /// On these resources; see [`arn`](crate::iam::arn) for the forms that actions want.
    #[must_use]
    pub fn on<V: IntoValue<String>>(mut self, resources: impl IntoIterator<Item = V>) -> Self {
        self.resources.extend(resources.into_iter().map(IntoValue::into_value));
        self
    }

    /// On everything. For actions that take no resource; others deserve [`on`](Statement::on).
    #[must_use]
    pub fn on_everything(self) -> Self {
        self.on(["*"])
    }

    /// By a principal, in policies of resources and roles: `by("Service", "ec2.amazonaws.com")`. Each call adds one.
    #[must_use]
    pub fn by(mut self, kind: &'static str, principal: impl IntoValue<String>) -> Self {
        self.principals.push((kind, principal.into_value()));
        self
    }

    /// Only if the condition holds: `when("StringEquals", "ses:FromAddress", ["ops@example.org"])`. All of a statement's
    /// conditions must hold, and of the values of each, one.
    #[must_use]
    pub fn when<V: IntoValue<String>>(
        mut self,
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(|value| value.into_value().into_node()).collect();
        self.conditions.push(Condition { operator: operator.to_owned(), key: key.to_owned(), values });
        self
    }

    fn into_node(self) -> Node {
        let mut statement = Object::new();
        if let Some(sid) = self.sid {
            statement.set("Sid", Node::text(sid));
        }
        statement.set("Effect", Node::text(self.effect));
        let has_principal = !self.principals.is_empty();
        if has_principal {
            statement.set("Principal", principals(self.principals));
        }
        let actions = self.actions.into_iter().map(checked).collect();
        statement.set("Action", listed(actions, "a statement needs an action"));
        // A role's trust policy names no resource, since the role is the resource.
        if !self.resources.is_empty() || !has_principal {
            let resources = self.resources.into_iter().map(Value::into_node).collect();
            statement.set(
                "Resource",
                listed(resources, "a statement needs a resource; only one that names a principal can do without"),
            );
        }
        if !self.conditions.is_empty() {
            statement.set("Condition", conditions(self.conditions));
        }
        Node::Object(statement)
    }
}

fn listed(items: Vec<Node>, otherwise: &str) -> Node {
    if items.is_empty() { Node::fault(otherwise) } else { Node::List(items) }
}

fn one_or_more(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 { nodes.remove(0) } else { Node::List(nodes) }
}

fn principals(principals: Vec<(&'static str, Value<String>)>) -> Node {
    let mut kinds: Vec<(&'static str, Vec<Node>)> = Vec::new();
    for (kind, principal) in principals {
        let principal = principal.into_node();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, others)) => others.push(principal),
            None => kinds.push((kind, vec![principal])),
        }
    }
    Node::Object(kinds.into_iter().map(|(kind, nodes)| (kind, one_or_more(nodes))).collect())
}

/// A key that is there twice under one operator would be there once in the document, and the policy would be wider than
/// what somebody wrote. No values at all match nothing, or under `ForAllValues` everything.
fn conditions(conditions: Vec<Condition>) -> Node {
    let mut operators: Vec<(String, Object)> = Vec::new();
    for Condition { operator, key, values } in conditions {
        let at = operators.iter().position(|(known, _)| *known == operator).unwrap_or_else(|| {
            operators.push((operator.clone(), Object::new()));
            operators.len() - 1
        });
        let keys = &mut operators[at].1;
        let node = match () {
            () if keys.get(&key).is_some() => Node::fault(format!("{operator} on `{key}` is given twice")),
            () if values.is_empty() => Node::fault(format!("{operator} on `{key}` has no value to compare with")),
            () => one_or_more(values),
        };
        keys.set(key, node);
    }
    Node::Object(operators.into_iter().map(|(operator, keys)| (operator, Node::Object(keys))).collect())
}

impl IntoValue<Json> for PolicyDocument {
    fn into_value(self) -> Value<Json> {
        let statements = Node::List(self.0.into_iter().map(Statement::into_node).collect());
        let fields = [("Version", Node::text("2012-10-17")), ("Statement", statements)];
        Value::raw(Node::Object(fields.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stackgen_core::{App, IntoValue, Problem, RawResource, Stack};

    use super::{PolicyDocument, Statement};

    fn synth(statement: Statement) -> Result<serde_json::Value, Box<Problem>> {
        let mut stack = Stack::new("test");
        let document = PolicyDocument::new([statement]).into_value();
        stack.add("Thing", RawResource::new("Some::Thing").property("Policy", document));
        let app = App::from(stack).synth().map_err(|mut problems| Box::new(problems.remove(0)))?;
        Ok(app.stacks[0].template.json()["Resources"]["Thing"]["Properties"]["Policy"]["Statement"][0].clone())
    }

    #[test]
    fn a_statement_is_written_as_iam_reads_it() {
        let statement =
            Statement::allow(["ses:SendEmail"]).on(["*"]).when("StringEquals", "ses:FromAddress", ["a@b.c"]);
        let expected = json!({
            "Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": ["*"],
            "Condition": {"StringEquals": {"ses:FromAddress": "a@b.c"}}
        });
        assert_eq!(synth(statement), Ok(expected));
    }

    #[test]
    fn an_unknown_action_is_refused_with_the_near_name() {
        let hint = |action: &str| synth(Statement::allow([action]).on_everything()).unwrap_err().hint;
        assert_eq!(
            hint("s3:GetObjct").map(|hint| hint.to_lowercase()).as_deref(),
            Some("did you mean `s3:getobject`?")
        );
        assert_eq!(hint("ssmm:GetParameter").as_deref(), Some("did you mean `ssm:GetParameter`?"));
        assert!(synth(Statement::allow(["s3:Get*"]).on_everything()).is_ok());
        assert!(synth(Statement::allow(["s3:Gat*"]).on_everything()).is_err());
    }

    #[test]
    fn principals_of_a_kind_add_up() {
        let statement = || Statement::allow(["sts:AssumeRole"]).by("AWS", "111122223333");
        let of = |statement| synth(statement).map(|statement| statement["Principal"].clone());
        assert_eq!(of(statement()), Ok(json!({"AWS": "111122223333"})));
        let both = statement().by("Service", "ec2.amazonaws.com").by("AWS", "444455556666");
        let expected = json!({"AWS": ["111122223333", "444455556666"], "Service": "ec2.amazonaws.com"});
        assert_eq!(of(both), Ok(expected));
    }

    #[test]
    fn what_would_be_wider_or_narrower_than_written_is_refused() {
        let message = |statement| synth(statement).unwrap_err().message;
        let get = || Statement::allow(["s3:GetObject"]);
        assert!(message(get()).starts_with("a statement needs a resource"));
        assert!(message(get().on(Vec::<String>::new())).starts_with("a statement needs a resource"));
        assert_eq!(message(Statement::allow(Vec::<String>::new()).on(["*"])), "a statement needs an action");
        let twice = get().on(["*"]).when("StringEquals", "aws:a", ["1"]).when("StringEquals", "aws:a", ["2"]);
        assert_eq!(message(twice), "StringEquals on `aws:a` is given twice");
        let empty = get().on(["*"]).when("StringEquals", "aws:a", Vec::<String>::new());
        assert_eq!(message(empty), "StringEquals on `aws:a` has no value to compare with");
        assert!(synth(get().on(["*"]).when("StringEquals", "a", ["1"]).when("StringLike", "a", ["1"])).is_ok());
    }
}
