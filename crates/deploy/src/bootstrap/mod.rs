//! The bucket for templates that are too large for a request, and putting them there.
//!
//! Nothing else needs it, so it is asked for only when there is such a template. `stackgen bootstrap` makes it as a stack of its
//! own; its name is CloudFormation's choice, since a name that everybody can guess can be taken by somebody else first.
//!
//! A template lies there under the hash of its content: it is put once, and once more is no harm. CloudFormation keeps its own
//! copy, so that nothing is lost with the bucket, and what is in it expires. That is why the bucket stays when its stack is
//! destroyed instead of being emptied: it empties itself.
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use stackgen_assembly::{Assembly, FORMAT_VERSION, Manifest, ResourceEntry, StackEntry};

use crate::aws::{Connection, NewObject};
use crate::failure::{Failure, Kind};
use crate::plan::{Request, account_of};
use crate::stack;
use crate::template_body::{IN_REQUEST, check_size, digest, is_large};

/// The name of the stack with the bucket.
pub const STACK: &str = "stackgen-bootstrap";
/// The output with the bucket's name.
const OUTPUT: &str = "BucketName";
const TEMPLATE: &str = include_str!("template.json");

/// A bucket for templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The account that must own it; of a bucket that was named, nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// The stack as an app would describe it.
#[must_use]
pub fn assembly() -> Assembly {
    let file = format!("{STACK}.template.json");
    let json: Json = serde_json::from_str(TEMPLATE).expect("a test reads it");
    let resource = |(id, resource): (&String, &Json)| ResourceEntry {
        id: id.clone(),
        type_name: resource["Type"].as_str().unwrap_or_default().to_owned(),
        source: String::new(),
        stateful: false,
    };
    let stack = StackEntry {
        name: STACK.to_owned(),
        source: String::new(),
        template: file.clone(),
        region: None,
        account: None,
        tags: [("stackgen".to_owned(), "bootstrap".to_owned())].into(),
        dependencies: Vec::new(),
        inputs: Vec::new(),
        resources: json["Resources"].as_object().into_iter().flatten().map(resource).collect(),
        others: Vec::new(),
        user_data: Vec::new(),
        retired: Vec::new(),
    };
    let (generator, problems) = ("stackgen bootstrap".to_owned(), Vec::new());
    let manifest = Manifest { version: FORMAT_VERSION, generator, stacks: vec![stack], problems, images: Vec::new() };
    Assembly { manifest, files: [(file, TEMPLATE.to_owned())].into() }
}

/// The bucket that a template has to go through: none if it fits into a request, else the one that was named, else that of
/// the stack.
///
/// # Errors
///
/// If the template is larger than CloudFormation takes at all, or there is no bucket.
pub(crate) async fn bucket_for(
    connection: &Connection,
    stack: &str,
    template: &str,
    named: Option<&str>,
) -> Result<Option<Bucket>, Failure> {
    check_size(stack, template)?;
    if !is_large(template) {
        return Ok(None);
    }
    if let Some(name) = named {
        return Ok(Some(Bucket { name: name.to_owned(), owner: None }));
    }
    let now = stack::describe(connection, STACK).await?;
    let found = now.as_ref().and_then(|now| Some((now.outputs.get(OUTPUT)?, account_of(&now.id))));
    if let Some((name, owner)) = found {
        return Ok(Some(Bucket { name: name.clone(), owner: owner.map(str::to_owned) }));
    }
    let why = match now {
        Some(now) => format!("the stack `{STACK}` has none: it is in {}", now.status),
        None => format!("there is none in {}", connection.region),
    };
    let message = format!(
        "the template of `{stack}` has {} bytes, and CloudFormation takes {IN_REQUEST} in a request; a larger one goes through \
         a bucket, and {why}",
        template.len()
    );
    Err(Failure::new(Kind::Bucket, message))
}

/// Puts the template of a request into a bucket if it is too large to be sent, and says in the request where it is.
pub(crate) async fn put(connection: &Connection, stack: &str, request: &mut Request) -> Result<(), Failure> {
    let known = request.bucket.take();
    let named = known.as_ref().map(|bucket| bucket.name.as_str());
    let Some(found) = bucket_for(connection, stack, &request.template, named).await? else { return Ok(()) };
    let bucket = known.unwrap_or(found);
    let end = if request.template.starts_with('{') { "json" } else { "yaml" };
    let key = format!("templates/{}.{end}", digest(&request.template));
    let (name, owner) = (&bucket.name, bucket.owner.as_deref());
    let object = NewObject { bucket: name, owner, key: &key, body: &request.template };
    connection.put_object(&object).await.map_err(|failure| explained(failure, stack, &bucket, &connection.region))?;
    request.template_url = Some(connection.object_url(name, &key));
    request.bucket = Some(bucket);
    Ok(())
}

/// What S3 says of a bucket, in words that lead on.
fn explained(failure: Failure, stack: &str, bucket: &Bucket, region: &str) -> Failure {
    let name = &bucket.name;
    let doing = format!("cannot put the template of `{stack}` into the bucket `{name}`");
    let is_of_stack = bucket.owner.is_some();
    match failure.kind {
        Kind::NotFound if is_of_stack => {
            let message = format!(
                "{doing}: the stack `{STACK}` made it and it is gone; `stackgen destroy {STACK}`, then bootstrap again"
            );
            Failure::new(Kind::Bucket, message)
        }
        Kind::NotFound => Failure::new(Kind::Bucket, format!("{doing}: there is no such bucket")),
        Kind::Bucket => {
            let message = format!("{doing}: it is not in {region}, where the stack is ({})", failure.message);
            Failure::new(Kind::Bucket, message)
        }
        Kind::Denied => {
            let need = format!("it takes s3:PutObject on {name}/templates/*, and s3:GetObject to read it");
            Failure::new(Kind::Denied, format!("{doing}: {}; {need}", failure.message))
        }
        _ => failure.while_doing(doing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_is_small_and_its_bucket_has_no_name_to_guess() {
        let assembly = assembly();
        let stack = &assembly.manifest.stacks[0];
        let template: Json = serde_json::from_str(assembly.template(stack)).expect("it is JSON");
        assert!(!is_large(TEMPLATE));
        assert_eq!(template["Resources"]["Templates"]["Properties"].get("BucketName"), None);
        assert_eq!(template["Outputs"][OUTPUT]["Value"]["Ref"], "Templates");
        assert_eq!(stack.resources.len(), 2);
    }

    #[test]
    fn what_a_bucket_refuses_leads_on() {
        let told = |kind, owner: Option<&str>| {
            let bucket = Bucket { name: "b".to_owned(), owner: owner.map(str::to_owned) };
            explained(Failure::new(kind, "PutObject: no"), "prod", &bucket, "eu-west-1")
        };
        let gone = told(Kind::NotFound, Some("123456789012"));
        assert!(gone.kind == Kind::Bucket && gone.message.contains("destroy stackgen-bootstrap"), "{gone}");
        assert!(told(Kind::NotFound, None).message.ends_with("there is no such bucket"));
        assert!(told(Kind::Bucket, None).message.contains("not in eu-west-1"));
        assert!(told(Kind::Denied, None).message.contains("s3:PutObject"));
        assert!(told(Kind::Throttled, None).is_passing());
    }
}
