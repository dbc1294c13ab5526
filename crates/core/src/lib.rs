//! The CloudFormation document as typed data.
//!
//! An [`App`] holds [`Stack`]s. A stack holds parameters, conditions, resources and outputs, in the order in which they were
//! added. Adding a resource takes a builder and gives a handle; handles, not strings, are what refers to it. Properties take
//! [`Value`]s: literals or intrinsics of the right type. [`App::synth`] checks everything and writes the templates.
//!
//! Nothing here reads a file, the environment or the clock, and the same calls give the same bytes.
//!
//! ```
//! use stackgen_core::{App, RawResource, Stack};
//!
//! let mut stack = Stack::new("notes");
//! let topic = stack.add("Topic", RawResource::new("AWS::SNS::Topic"));
//! stack.output("TopicArn", &topic);
//! let app = App::from(stack).synth().expect("nothing is wrong with it");
//! assert_eq!(app.stacks[0].template.json()["Outputs"]["TopicArn"]["Value"]["Ref"], "Topic");
//! ```
pub mod aws {
    //! Pseudo parameters: what CloudFormation knows about the stack it is deploying.
    pub use crate::pseudo::{
        account_id, no_value, notification_arns, partition, region, stack_id, stack_name, url_suffix,
    };
}
pub mod condition;
pub mod intrinsic;

mod app;
mod each;
mod image;
mod json;
mod mapping;
mod node;
mod output;
mod parameter;
mod pattern;
mod policy;
mod preview;
mod problem;
mod pseudo;
mod resource;
mod rule;
mod script;
mod stack;
mod synth;
mod template;
mod value;

pub use app::App;
pub use condition::Condition;
pub use image::{ImageOwner, ImageSource, NoOwner, WantedImage};
pub use mapping::Mapping;
pub use node::{Fault, Key, Link, Local, Name, Node, Object, Reference};
pub use output::Output;
pub use parameter::{AwsType, Parameter};
pub use pattern::Pattern;
pub use policy::{CreationPolicy, DeletionPolicy, RollingUpdate, UpdatePolicy, UpdateReplacePolicy};
pub use problem::{Problem, Source};
#[doc(hidden)]
pub use resource::AttributeType;
pub use resource::{Given, Handle, IntoResource, RawResource, Resource, Set};
pub use rule::Rule;
pub use script::{INTRINSIC_BYTES, Script, ScriptSection, USER_DATA_BYTES, hold};
pub use stack::{Retired, Stack};
pub use stackgen_schema::nearest;
pub use synth::{Input, Section, SynthesizedApp, SynthesizedEntry, SynthesizedResource, SynthesizedStack, UserData};
pub use template::Template;
pub use value::{Choice, IntoValue, Json, Map, Tag, Value};
