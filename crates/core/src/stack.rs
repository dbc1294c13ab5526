//! A stack: what CloudFormation creates, updates and deletes as one.
use crate::condition::{Condition, Test};
use crate::each::Each;
use crate::image::WantedImage;
use crate::mapping::Mapping;
use crate::node::{Link, Name, Node, Object, Reference};
use crate::output::Output;
use crate::parameter::{MaybeList, Parameter};
use crate::problem::Source;
use crate::resource::{Handle, IntoResource, Resource};
use crate::rule::Rule;
use crate::value::{IntoValue, Json, Value};

/// A stack under construction. Everything in it keeps the order in which it was added.
#[derive(Debug)]
pub struct Stack {
    pub(crate) name: Name,
    pub(crate) source: Source,
    pub(crate) description: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) transforms: Vec<String>,
    pub(crate) metadata: Object,
    pub(crate) parameters: Vec<Entry<Object>>,
    pub(crate) mappings: Vec<Entry<Object>>,
    pub(crate) conditions: Vec<Entry<Node>>,
    pub(crate) rules: Vec<Entry<Object>>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) loops: Vec<Entry<Each>>,
    pub(crate) outputs: Vec<Entry<Output>>,
    pub(crate) raw: Vec<Entry<Raw>>,
    pub(crate) retired: Vec<Retired>,
    pub(crate) images: Vec<(WantedImage, Source)>,
}

/// Something in a section of a stack.
#[derive(Debug)]
pub(crate) struct Entry<T> {
    pub(crate) id: Name,
    pub(crate) source: Source,
    pub(crate) body: T,
}

/// Something put into a section as it is; the entry's id is its key.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) section: String,
    pub(crate) node: Node,
}

/// A stateful resource that left a stack on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The logical id that it had.
    pub logical_id: String,
    /// Why it may go, and where its data is now.
    pub reason: String,
}

impl Stack {
    /// An empty stack. The name is the one that CloudFormation will know it by.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        Stack {
            name: name.into(),
            source: Source::caller(),
            description: None,
            region: None,
            account: None,
            tags: Vec::new(),
            transforms: Vec::new(),
            metadata: Object::new(),
            parameters: Vec::new(),
            mappings: Vec::new(),
            conditions: Vec::new(),
            rules: Vec::new(),
            resources: Vec::new(),
            loops: Vec::new(),
            outputs: Vec::new(),
            raw: Vec::new(),
            retired: Vec::new(),
            images: Vec::new(),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the stack is for; people see it in the console.
    pub fn description(&mut self, text: &str) -> &mut Self {
        self.description = Some(text.to_owned());
        self
    }

    /// The region it is deployed to. Without one, it goes where the deployer's profile points.
    pub fn region(&mut self, region: &str) -> &mut Self {
        self.region = Some(region.to_owned());
        self
    }

    /// The account it may be deployed to. Without one, any.
    pub fn account(&mut self, number: &str) -> &mut Self {
        self.account = Some(number.to_owned());
        self
    }

    /// A tag for the stack and for every resource in it that can carry tags.
    pub fn tag(&mut self, key: &str, value: &str) -> &mut Self {
        self.tags.retain(|(existing, _)| existing != key);
        self.tags.push((key.to_owned(), value.to_owned()));
        self
    }

    /// A macro to run over the template. `AWS::LanguageExtensions` is added by itself when something needs it.
    pub fn transform(&mut self, name: &str) -> &mut Self {
        self.transforms.push(name.to_owned());
        self
    }

    /// Data beside the stack; no service reads it, except where a tool says so.
    pub fn metadata(&mut self, key: &str, value: impl IntoValue<Json>) -> &mut Self {
        self.metadata.set(key.to_owned(), value.into_value().into_node());
        self
    }

    /// Says that a resource which held data left the stack on purpose. Synth refuses a stack that lost one silently.
    pub fn retire(&mut self, logical_id: &str, reason: &str) -> &mut Self {
        self.retired.push(Retired { logical_id: logical_id.to_owned(), reason: reason.to_owned() });
        self
    }

    /// Adds a resource under a logical id. The id is a contract: another one means another real thing.
    #[track_caller]
    pub fn add<B: IntoResource>(&mut self, id: &str, builder: B) -> B::Handle {
        let type_name = builder.type_name();
        let properties = builder.into_properties();
        let resource = Resource::new(self.name.clone(), id.into(), type_name, properties, Source::caller());
        self.resources.push(resource.clone());
        Handle::from_resource(resource)
    }

    /// Adds a parameter and gives its value.
    #[track_caller]
    #[expect(private_bounds, reason = "nobody else names the types of parameters")]
    pub fn parameter<T: MaybeList>(&mut self, id: &str, parameter: Parameter<T>) -> Value<T> {
        let id: Name = id.into();
        self.parameters.push(Entry { id: id.clone(), source: Source::caller(), body: parameter.body });
        let stack = Some(self.name.clone());
        Value::raw(Node::Reference(Box::new(Reference {
            stack,
            id,
            attribute: None,
            link: Link::Strong,
            is_list: T::IS_LIST,
        })))
    }

    /// Adds a table of values, to be looked up with [`Mapping::find`].
    #[track_caller]
    pub fn mapping(&mut self, id: &str, table: impl Into<Mapping>) -> Mapping {
        let mapping = table.into().named(&self.name, id);
        self.mappings.push(Entry { id: id.into(), source: Source::caller(), body: mapping.table.clone() });
        mapping
    }

    /// Adds a condition.
    #[track_caller]
    pub fn condition(&mut self, id: &str, test: impl Into<Test>) -> Condition {
        let name: Name = id.into();
        self.conditions.push(Entry { id: name.clone(), source: Source::caller(), body: test.into().into_node() });
        Condition::new(self.name.clone(), name)
    }

    /// Adds a rule on the parameters that CloudFormation checks before it does anything.
    #[track_caller]
    pub fn rule(&mut self, id: &str, rule: Rule) {
        self.rules.push(Entry { id: id.into(), source: Source::caller(), body: rule.0 });
    }

    /// Adds an output. Other stacks of the app need none: they use handles.
    #[track_caller]
    pub fn output(&mut self, id: &str, value: impl IntoValue<String>) -> &mut Output {
        let body = Output::new(value.into_value().into_node());
        self.outputs.push(Entry { id: id.into(), source: Source::caller(), body });
        &mut self.outputs.last_mut().expect("it was pushed just now").body
    }

    /// Puts raw JSON into a section of the template: the way to everything that has no method here, such as
    /// `set_raw("Outputs", "Fn::ForEach::Zones", …)` or a hook. What is like anything else in its section is checked like
    /// anything else.
    #[track_caller]
    pub fn set_raw(&mut self, section: &str, key: &str, value: serde_json::Value) -> &mut Self {
        let (id, source): (Name, Source) = (key.into(), Source::caller());
        let is_loop = key.starts_with("Fn::ForEach::");
        match (section, Node::from(value)) {
            ("Metadata", node) => self.metadata.set(key.to_owned(), node),
            ("Conditions", body) if !is_loop => self.conditions.push(Entry { id, source, body }),
            ("Parameters", Node::Object(body)) => self.parameters.push(Entry { id, source, body }),
            ("Mappings", Node::Object(body)) => self.mappings.push(Entry { id, source, body }),
            ("Rules", Node::Object(body)) => self.rules.push(Entry { id, source, body }),
            ("Resources", Node::Object(body)) if !is_loop => {
                self.resources.push(Resource::raw(self.name.clone(), id, body, source));
            }
            ("Outputs", Node::Object(body)) if !is_loop => {
                self.outputs.push(Entry { id, source, body: Output(body) });
            }
            ("Conditions" | "Resources" | "Outputs" | "Hooks", node) => {
                let body = Raw { section: section.to_owned(), node };
                self.raw.push(Entry { id, source, body });
            }
            _ => {
                let message = format!("`{section}` is no section of a template, or takes something else");
                self.raw.push(Entry {
                    id,
                    source,
                    body: Raw { section: section.to_owned(), node: Node::fault(message) },
                });
            }
        }
        self
    }

    /// A handle on a resource that was added before.
    pub fn resource(&self, id: &str) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.logical_id() == id)
    }
}
