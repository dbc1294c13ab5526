//! The form of `manifest.json`.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the format. A reader refuses another one.
pub const FORMAT_VERSION: u32 = 1;

/// How many bytes of user data EC2 takes. Source: *Run commands when you launch an EC2 instance* in the EC2 User Guide.
pub const USER_DATA_BYTES: usize = 16 * 1024;

/// What is in an assembly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT_VERSION`] of the writer.
    pub version: u32,
    /// The writer, such as `stackgen 0.1.0`: for people who look at the file.
    pub generator: String,
    /// The stacks; each comes after those that it depends on.
    pub stacks: Vec<StackEntry>,
    /// What is wrong with the app. If anything is, there are no stacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemEntry>,
    /// The images that the stacks want. They are there with problems too, since a missing pin is one that a command can solve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageEntry>,
}

/// An image that a stack wants under a parameter of its template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageEntry {
    /// The stack.
    pub stack: String,
    /// The region that the stack is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The parameter.
    pub parameter: String,
    /// Where the image comes from.
    pub wish: ImageWish,
    /// The architecture, as EC2 names it.
    pub architecture: String,
    /// The type of the instance that boots it.
    pub instance_type: String,
    /// The size of the volume that it is written to.
    pub root_gib: u32,
    /// The image that the template names; none if none is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
}

/// Where an image comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum ImageWish {
    /// The SSM parameter that names the newest.
    Parameter {
        /// Its name.
        parameter: String,
    },
    /// The newest one of an owner whose name fits a pattern.
    Newest {
        /// Its name, with `*` and `?`.
        name: String,
        /// Who made it.
        owner: String,
    },
}

/// One stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEntry {
    /// Its name in CloudFormation.
    pub name: String,
    /// The Rust `file:line` that made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The file of its template, in the assembly's folder.
    pub template: String,
    /// The region that it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The account that it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Tags of the stack itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Stacks of the assembly that come first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// Parameters that are filled in from outputs of other stacks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputEntry>,
    /// Its resources, in the order of the template.
    pub resources: Vec<ResourceEntry>,
    /// What the app wrote into the other sections of the template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherEntry>,
    /// Its boot scripts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_data: Vec<UserDataEntry>,
    /// Stateful resources that left it on purpose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<RetiredEntry>,
}

/// A parameter whose value is an output of another stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputEntry {
    /// The parameter.
    pub parameter: String,
    /// The other stack.
    pub stack: String,
    /// Its output.
    pub output: String,
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceEntry {
    /// Its logical id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The Rust `file:line` that made it.
    pub source: String,
    /// Whether it holds data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stateful: bool,
}

/// A parameter, mapping, condition, rule or output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherEntry {
    /// The section of the template, such as `Outputs`.
    pub section: String,
    /// Its logical id.
    pub id: String,
    /// The Rust `file:line` that made it.
    pub source: String,
}

/// A boot script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDataEntry {
    /// The resource that boots with it.
    pub id: String,
    /// The file with the script that runs, in the assembly's folder. `${…}` stands where CloudFormation puts a value in.
    pub file: String,
    /// What stands between `${` and `}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Its named parts, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<SectionEntry>,
    /// Where its lines were written: for runs of lines that stand together in one file, the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineEntry>,
    /// How many bytes EC2 is sent, of the [`USER_DATA_BYTES`] that it takes. Each value counts as 32.
    #[serde(default)]
    pub sent_bytes: usize,
    /// Whether it is sent packed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub packed: bool,
}

/// A named part of a boot script. It ends where the next begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionEntry {
    /// Its name.
    pub name: String,
    /// Its first line, counted from one.
    pub line: usize,
    /// Its size; each value counts as 32 bytes.
    pub bytes: usize,
}

/// Where lines of a boot script were written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineEntry {
    /// The first of the lines, counted from one.
    pub line: usize,
    /// Where it was written, `file:line`; the next lines follow there too.
    pub source: String,
}

/// A stateful resource that left its stack on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetiredEntry {
    /// The logical id that it had.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// Something that is wrong with the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemEntry {
    /// The stack.
    pub stack: String,
    /// The parameter, resource or output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where in it, such as `/Properties/Tags/0`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The Rust `file:line` that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What is wrong and why.
    pub message: String,
    /// What to type instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
