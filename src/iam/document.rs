//! Policy documents. Action names are checked against AWS's own list.
use stackgen_core::{Fault, IntoValue, Json, Node, Object, Value, nearest};
use stackgen_schema::{Facts, ServiceActions};

/// A policy: who may do what, as `PolicyDocument` properties take it.
#[derive(Clone, Debug, Default)]
pub struct PolicyDocument(Vec<Statement>);

/// One statement of a policy.
#[derive(Clone, Debug)]
pub struct Statement {
    effect: &'static str,
    sid: Option<String>,
    principal: Option<Object>,
    actions: Vec<String>,
    resources: Vec<Value<String>>,
    conditions: Object,
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
        Statement { effect, sid: None, principal: None, actions, resources: Vec::new(), conditions: Object::new() }
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

    /// By a principal, in policies of resources and roles: `by("Service", "ec2.amazonaws.com")`.
    #[must_use]
    pub fn by(mut self, kind: &'static str, principal: impl IntoValue<String>) -> Self {
        self.principal.get_or_insert_default().set(kind, principal.into_value().into_node());
        self
    }

    /// Only if the condition holds: `when("StringEquals", "ses:FromAddress", "ops@example.org")`.
    #[must_use]
    pub fn when<V: IntoValue<String>>(self, operator: &str, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        let mut values: Vec<Node> = values.into_iter().map(|value| value.into_value().into_node()).collect();
        let node = if values.len() == 1 { values.remove(0) } else { Node::List(values) };
        let mut statement = self;
        let mut operators = Node::Object(std::mem::take(&mut statement.conditions));
        let pointer = format!("/{operator}/{}", key.replace('/', "~1"));
        operators.set_at(&pointer, node).expect("objects take any key");
        if let Node::Object(conditions) = operators {
            statement.conditions = conditions;
        }
        statement
    }

    fn into_node(self) -> Node {
        let mut statement = Object::new();
        if let Some(sid) = self.sid {
            statement.set("Sid", Node::text(sid));
        }
        statement.set("Effect", Node::text(self.effect));
        if let Some(principal) = self.principal {
            statement.set("Principal", Node::Object(principal));
        }
        statement.set("Action", Node::List(self.actions.into_iter().map(checked).collect()));
        if !self.resources.is_empty() {
            statement.set("Resource", Node::List(self.resources.into_iter().map(Value::into_node).collect()));
        }
        if !self.conditions.is_empty() {
            statement.set("Condition", Node::Object(self.conditions));
        }
        Node::Object(statement)
    }
}

impl IntoValue<Json> for PolicyDocument {
    fn into_value(self) -> Value<Json> {
        let statements = Node::List(self.0.into_iter().map(Statement::into_node).collect());
        let fields = [("Version", Node::text("2012-10-17")), ("Statement", statements)];
        Value::raw(Node::Object(fields.into_iter().collect()))
    }
}

/// The action, or what is wrong with it. IAM accepts any name and then matches nothing, so this is the only warning.
fn checked(action: String) -> Node {
    let facts = Facts::embedded();
    let Some((prefix, name)) = action.split_once(':') else {
        return if action == "*" { Node::text(action) } else { fault(&action, "it has no service prefix", None) };
    };
    let Some(service) = facts.actions(&prefix.to_lowercase()) else {
        let near = nearest(prefix, facts.action_prefixes()).map(|near| format!("{near}:{name}"));
        return fault(&action, &format!("IAM knows no service `{prefix}`"), near);
    };
    let is_pattern = name.contains(['*', '?']);
    if service.find(name).is_some() || is_pattern && names(service).any(|known| matches(name, known)) {
        return Node::text(action);
    }
    let near = nearest(name, names(service)).map(|near| format!("{prefix}:{near}"));
    fault(&action, &format!("`{prefix}` has no such action"), near)
}

fn names(service: &ServiceActions) -> impl Iterator<Item = &str> {
    service.actions.iter().map(|action| action.name.as_str())
}

fn fault(action: &str, why: &str, near: Option<String>) -> Node {
    let message = format!("`{action}` is no IAM action: {why}");
    Node::Fault(Box::new(Fault { message, hint: near.map(|near| format!("did you mean `{near}`?")) }))
}

/// Whether an action pattern, with `*` and `?` as IAM has them, covers a name. IAM compares without case.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase().into_bytes(), name.to_lowercase().into_bytes());
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == name[from] => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((position, start)) => {
                    star = Some((position, start + 1));
                    (at, from) = (position + 1, start + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stackgen_core::{App, IntoValue, Problem, RawResource, Stack};

    use super::{PolicyDocument, Statement, matches};

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
    fn patterns_match_as_iam_matches() {
        assert!(matches("Get*", "GetObject") && matches("*", "x") && matches("g?tobject", "GetObject"));
        assert!(matches("*Object*", "GetObjectAcl") && matches("Get*ct", "GetObject"));
        assert!(!matches("Get", "GetObject") && !matches("Put*", "GetObject") && !matches("Get*x", "GetObject"));
    }
}
