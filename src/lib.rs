//! Infrastructure as code for people who run real machines on AWS.
//!
//! An app describes [`Stack`]s: typed builders from [`cfn`] for every resource type of CloudFormation, and constructs that
//! know the traps ([`network`], [`host`], [`iam`], [`userdata`]). `stackgen synth` turns it into templates and boot scripts that people
//! review. The `main` of an app is one call of [`run`].
//!
//! Nothing here talks to AWS, and nothing depends on anything that does.
//!
//! ```
//! use stackgen::cfn::{ec2, s3};
//! use stackgen::{App, Stack};
//!
//! let mut stack = Stack::new("reports");
//! let bucket = stack.add("Reports", s3::Bucket::new());
//! stack.add("Data", ec2::Volume::new().availability_zone("eu-west-1a").size(20).encrypted(true));
//! stack.output("ReportsArn", bucket.arn());
//! let app = App::from(stack).synth().expect("nothing is wrong with it");
//! let template = &app.stacks[0].template;
//! template.assert_resource("AWS::EC2::Volume", serde_json::json!({"Size": 20}));
//! ```
pub mod agent;
pub mod app;
pub mod config;
pub mod host;
pub mod iam;
pub mod lock;
pub mod network;
pub mod userdata;

pub use app::{Failure, run};
pub use stackgen_cfn as cfn;
pub use stackgen_core::{
    App, AwsType, Choice, Condition, CreationPolicy, DeletionPolicy, Handle, ImageOwner, ImageSource, IntoResource,
    IntoValue, Json, Key, Link, Map, Mapping, Object, Output, Parameter, Pattern, Problem, RawResource, Resource,
    Retired, RollingUpdate, Rule, Source, Stack, SynthesizedApp, SynthesizedStack, Tag, Template, UpdatePolicy,
    UpdateReplacePolicy, Value, aws, condition, intrinsic,
};

/// A template as people read it: YAML with short tags, for snapshots and reviews.
pub fn template_yaml(template: &Template) -> String {
    stackgen_assembly::to_yaml(&template.json())
}
