//! A world to try things in.
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use stackgen_local::World;
use stackgen_local::cloudformation::api;
use stackgen_local::cloudformation::operation::Mishap;
use stackgen_local::cloudformation::stack::Stack;
use stackgen_local::resources::Doing;
use stackgen_local::s3;
use stackgen_local::wire::{ApiError, Request, Rest, Service};

pub const REGION: &str = "eu-west-1";

pub struct Engine {
    pub world: World,
}

impl Engine {
    pub fn new() -> Engine {
        let start: Timestamp = "2026-01-05T10:00:00Z".parse().expect("it is a time");
        Engine { world: World::new("123456789012", start) }
    }

    pub fn call(&mut self, operation: &str, input: Json) -> Result<Json, ApiError> {
        let request = Request {
            service: Service::CloudFormation,
            operation: operation.to_owned(),
            region: REGION.to_owned(),
            input,
        };
        api::answer(&mut self.world, &request)
    }

    pub fn ok(&mut self, operation: &str, input: Json) -> Json {
        self.call(operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    pub fn refused(&mut self, operation: &str, input: Json) -> String {
        let error = self.call(operation, input).expect_err("it should be refused");
        error.to_string()
    }

    /// Lets everything happen.
    pub fn settle(&mut self) {
        for _ in 0..10_000 {
            let Some(next) = self.world.next() else { return };
            self.world.advance(next);
        }
        panic!("it never comes to rest");
    }

    pub fn pass(&mut self, seconds: i64) {
        let until = self.world.now() + SignedDuration::from_secs(seconds);
        self.world.advance(until);
    }

    /// Lets time pass until something is true.
    pub fn until(&mut self, what: impl Fn(&mut Engine) -> bool) {
        for _ in 0..10_000 {
            if what(self) {
                return;
            }
            let next = self.world.next().expect("nothing more happens, and it has not come true");
            self.world.advance(next);
        }
        panic!("it never comes true");
    }

    pub fn mishap(&mut self, stack: &str, logical_id: &str, doing: Doing, times: u32) {
        self.mishap_when(stack, logical_id, doing, times, false);
    }

    pub fn late_mishap(&mut self, stack: &str, logical_id: &str, doing: Doing, times: u32) {
        self.mishap_when(stack, logical_id, doing, times, true);
    }

    fn mishap_when(&mut self, stack: &str, logical_id: &str, doing: Doing, times: u32, late: bool) {
        self.world.mishaps.push(Mishap {
            stack: stack.to_owned(),
            logical_id: logical_id.to_owned(),
            doing,
            reason: "It broke".to_owned(),
            times,
            late,
        });
    }

    pub fn stack(&mut self, name: &str) -> &Stack {
        let stacks = &self.world.region(REGION).stacks;
        stacks.values().rev().find(|stack| stack.name == name).expect("the stack is there")
    }

    pub fn status(&mut self, name: &str) -> &'static str {
        self.stack(name).status.word()
    }

    pub fn physical(&mut self, stack: &str, logical_id: &str) -> String {
        self.stack(stack).resources[logical_id].physical_id.clone().unwrap_or_default()
    }

    /// What exists of a type, whoever made it.
    pub fn things(&mut self, type_name: &str) -> Vec<String> {
        let others = &self.world.region(REGION).others;
        others.get(type_name).map(|things| things.keys().cloned().collect()).unwrap_or_default()
    }

    /// The events of a stack from a place on, one line each: `LogicalId STATUS reason`.
    pub fn events(&mut self, stack: &str, from: usize) -> Vec<String> {
        let events = self.stack(stack).events.iter().skip(from);
        let line = |it: &stackgen_local::cloudformation::stack::Event| match &it.reason {
            Some(reason) => format!("{} {} {}", it.logical_id, it.status, reason.trim_end()),
            None => format!("{} {}", it.logical_id, it.status),
        };
        events.map(line).collect()
    }

    /// How many events a stack has.
    pub fn seen(&mut self, stack: &str) -> usize {
        self.stack(stack).events.len()
    }

    /// Makes a stack, as far as it gets.
    pub fn create(&mut self, name: &str, template: &Json) -> String {
        self.create_with(name, template, json!({}))
    }

    pub fn create_with(&mut self, name: &str, template: &Json, more: Json) -> String {
        let answer =
            self.ok("CreateStack", with(json!({ "StackName": name, "TemplateBody": template.to_string() }), more));
        self.settle();
        answer["StackId"].as_str().expect("it has an id").to_owned()
    }

    /// Changes a stack, as far as it gets.
    pub fn update(&mut self, name: &str, template: &Json) {
        self.update_with(name, template, json!({}));
    }

    pub fn update_with(&mut self, name: &str, template: &Json, more: Json) {
        self.begin_update(name, template, more);
        self.settle();
    }

    pub fn begin_update(&mut self, name: &str, template: &Json, more: Json) {
        self.ok("UpdateStack", with(json!({ "StackName": name, "TemplateBody": template.to_string() }), more));
    }
}

pub fn s3_call(engine: &mut Engine, operation: &str, bucket: &str, key: Option<&str>, body: &str) {
    let request =
        Request { service: Service::S3, operation: operation.into(), region: REGION.into(), input: json!({}) };
    let rest = Rest { bucket: Some(bucket.into()), key: key.map(str::to_owned), body: body.into(), ..Rest::default() };
    s3::answer(&mut engine.world, &request, &rest).unwrap_or_else(|error| panic!("{operation}: {error}"));
}

/// Puts a text into the bucket of templates, which appears with the first one. Its URL.
pub fn upload(engine: &mut Engine, key: &str, text: &str) -> String {
    if !engine.world.s3.buckets.contains_key("templates") {
        s3_call(engine, "CreateBucket", "templates", None, "");
    }
    s3_call(engine, "PutObject", "templates", Some(key), text);
    format!("https://templates.s3.eu-west-1.amazonaws.com/{key}")
}

pub fn with(mut one: Json, more: Json) -> Json {
    if let (Json::Object(one), Json::Object(more)) = (&mut one, more) {
        one.extend(more);
    }
    one
}

pub const TOPIC: &str = "AWS::SNS::Topic";

/// A topic: its name replaces it, its display name does not.
pub fn topic(name: &str, shown: &str) -> Json {
    json!({ "Type": TOPIC, "Properties": { "TopicName": name, "DisplayName": shown } })
}

/// A resource with something more said of it.
pub fn and(resource: Json, more: Json) -> Json {
    with(resource, more)
}

pub fn template(resources: Json) -> Json {
    json!({ "Resources": resources })
}

/// The place of a line among events.
pub fn place(events: &[String], line: &str) -> usize {
    events.iter().position(|it| it == line).unwrap_or_else(|| panic!("no {line:?} in {events:#?}"))
}
