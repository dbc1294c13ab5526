//! What is known about one resource type: its shapes, its life and its name.
//!
//! A [`ResourceType`] points at the [`Shape`] of its properties, and shapes point at each other by [`ShapeId`], because
//! property types may contain themselves and many types share the same shape.
use serde::{Deserialize, Serialize};

/// The number of a [`Shape`] in the fact file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShapeId(pub u32);

/// Everything known about one resource type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceType {
    /// The full name, such as `AWS::EC2::Volume`.
    pub name: String,
    /// The shape of its `Properties`, an object; constraints over several properties hang there.
    pub properties: ShapeId,
    /// What `Fn::GetAtt` can read, sorted by name.
    pub attributes: Vec<Attribute>,
    /// What `Ref` returns: names of properties or attributes. Empty when AWS does not say.
    pub ref_returns: Vec<String>,
    /// Paths of properties that can only be given at creation, such as `/ImageId` or `/Ebs/Size`; `*` stands for every item.
    pub create_only: Vec<String>,
    /// Paths that replace the resource for some changes and not for others.
    pub conditional_create_only: Vec<String>,
    /// Paths whose change CloudFormation refuses ("Updates are not supported"), so that only a new logical id helps.
    pub refused: Vec<String>,
    /// Paths that AWS sets and a template must not.
    pub read_only: Vec<String>,
    /// Paths whose value cannot be read back.
    pub write_only: Vec<String>,
    /// Paths that AWS advises against.
    pub deprecated: Vec<String>,
    /// Paths that together identify the resource.
    pub primary_identifier: Vec<String>,
    /// Template of its ARN, with `${Partition}`, `${Region}`, `${Account}` and names of properties.
    pub arn: Option<String>,
    /// How it carries tags, if it can.
    pub tagging: Option<Tagging>,
    /// Whether it holds data that is lost with it.
    pub stateful: bool,
    /// In which order it is replaced.
    pub replacement: Replacement,
    /// Whether CloudFormation can update it in place at all (its provider has an update handler).
    pub updatable: bool,
    /// A bit for each entry of [`Facts::regions`](crate::Facts::regions) in which the type exists.
    pub regions: u64,
    /// IAM actions that CloudFormation calls, by handler: `create`, `read`, `update`, `delete`, `list`.
    pub permissions: Vec<(String, Vec<String>)>,
}

/// One attribute of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// The name as `Fn::GetAtt` takes it, dots included.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// How a resource carries tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tagging {
    /// The property that holds them.
    pub property: String,
    /// The form they take there.
    pub style: TagStyle,
}

/// The three forms of tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TagStyle {
    /// `[{Key, Value}]`.
    List,
    /// `{key: value}`.
    Map,
    /// `[{Key, Value, PropagateAtLaunch}]`.
    AutoScaling,
}

/// The order in which a resource is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replacement {
    /// The new one first: CloudFormation's default.
    CreateThenDelete,
    /// The old one goes first.
    DeleteThenCreate,
}

/// What changing a property does to its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UpdateEffect {
    /// Changed in place.
    InPlace,
    /// Replaced for some changes.
    MayReplace,
    /// Always replaced.
    Replaces,
    /// The update fails.
    Refused,
}

/// The picked type of a value: what a builder takes and `explain` shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// Any JSON.
    Json,
    /// `{Key, Value}`.
    Tag,
    /// A list of one kind.
    List(Box<Kind>),
    /// Free names to values of one kind.
    Map(Box<Kind>),
    /// A property type, whose shape is an object with a name.
    Object(ShapeId),
}

/// One property of an object.
///
/// Build along `kind`, validate along `shape`. They part where AWS describes an object by alternatives: the kind then names an
/// object with the properties of all alternatives, while the shape still says which of them go together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Property {
    /// The name.
    pub name: String,
    /// Whether it must be given.
    pub required: bool,
    /// What a builder takes for it.
    pub kind: Kind,
    /// What its value must satisfy.
    pub shape: ShapeId,
}

/// What a value must satisfy. A JSON schema with references resolved, and only the parts that AWS uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shape {
    /// The name of the property type, on objects that have one.
    pub name: Option<String>,
    /// The JSON types it may have; empty means any.
    pub types: TypeSet,
    /// The values it may have.
    pub allowed: Vec<Literal>,
    /// Whether `allowed` is compared without case.
    pub allowed_any_case: bool,
    /// The regular expression (ECMA 262) that text must match somewhere.
    pub pattern: Option<String>,
    /// The named format, such as `ipv4-network` or `AWS::EC2::VPC.Id`.
    pub format: Option<String>,
    /// Bounds of a number, as written.
    pub minimum: Option<String>,
    /// See `minimum`.
    pub maximum: Option<String>,
    /// The number is above this bound, as written.
    pub exclusive_minimum: Option<String>,
    /// The number is below this bound, as written.
    pub exclusive_maximum: Option<String>,
    /// The number is a multiple of this, as written.
    pub multiple_of: Option<String>,
    /// Bounds of a text's length, a list's or an object's size.
    pub min_size: Option<u64>,
    /// See `min_size`.
    pub max_size: Option<u64>,
    /// What each item of a list must satisfy.
    pub items: Option<ShapeId>,
    /// What the first items of a list must satisfy, one after the other.
    pub prefix_items: Vec<ShapeId>,
    /// Whether the items of a list must differ.
    pub unique_items: bool,
    /// Property names that must differ between the objects of a list.
    pub unique_keys: Vec<String>,
    /// How many different items a list may have.
    pub max_unique_items: Option<u64>,
    /// The named properties of an object, sorted by name.
    pub properties: Vec<Property>,
    /// Names that must be there without being described in `properties` (inside `combinations`).
    pub required: Vec<String>,
    /// Properties whose name matches a pattern.
    pub pattern_properties: Vec<(String, ShapeId)>,
    /// Whether other properties are allowed, and what they must satisfy.
    pub additional: Option<ShapeId>,
    /// Whether other properties are forbidden.
    pub closed: bool,
    /// If the first is there, all of the others must be too.
    pub dependent_required: Vec<(String, Vec<String>)>,
    /// If the first is there, none of the others may be.
    pub dependent_excluded: Vec<(String, Vec<String>)>,
    /// Exactly one of each group is there.
    pub required_xor: Vec<Vec<String>>,
    /// At least one of each group is there.
    pub required_or: Vec<Vec<String>>,
    /// Whether no value satisfies it: what must not be there.
    pub never: bool,
    /// Further shapes that hold together in some way.
    pub combinations: Vec<Combination>,
}

/// Shapes that must hold together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Combination {
    /// All of them.
    All(Vec<ShapeId>),
    /// At least one.
    Any(Vec<ShapeId>),
    /// Exactly one.
    One(Vec<ShapeId>),
    /// This one does not hold.
    Not(ShapeId),
    /// If the first holds, so does `then`, else `otherwise`.
    If {
        /// The question.
        test: ShapeId,
        /// What follows from yes.
        then: Option<ShapeId>,
        /// What follows from no.
        otherwise: Option<ShapeId>,
    },
}

/// A literal in `allowed`. Numbers are as written, so that nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Literal {
    /// Text.
    String(String),
    /// A number.
    Number(String),
    /// True or false.
    Boolean(bool),
}

/// A set of JSON types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TypeSet(u8);

impl TypeSet {
    /// Text.
    pub const STRING: TypeSet = TypeSet(1);
    /// A whole number.
    pub const INTEGER: TypeSet = TypeSet(2);
    /// Any number.
    pub const NUMBER: TypeSet = TypeSet(4);
    /// True or false.
    pub const BOOLEAN: TypeSet = TypeSet(8);
    /// A list.
    pub const ARRAY: TypeSet = TypeSet(16);
    /// An object.
    pub const OBJECT: TypeSet = TypeSet(32);

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: TypeSet) -> TypeSet {
        TypeSet(self.0 | other.0)
    }

    /// Whether all types of `other` are in this set.
    pub const fn contains(self, other: TypeSet) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing is said about the type.
    pub const fn is_any(self) -> bool {
        self.0 == 0
    }
}

impl ResourceType {
    /// The service part of the name: `EC2` of `AWS::EC2::Volume`.
    pub fn service(&self) -> &str {
        self.name.split("::").nth(1).unwrap_or_default()
    }

    /// What a change of the property at `path` (such as `/ImageId`) does.
    pub fn update_effect(&self, path: &str) -> UpdateEffect {
        let covers = |paths: &[String]| paths.iter().any(|fixed| is_within(path, fixed));
        if covers(&self.refused) {
            UpdateEffect::Refused
        } else if !self.updatable || covers(&self.create_only) {
            UpdateEffect::Replaces
        } else if covers(&self.conditional_create_only) {
            UpdateEffect::MayReplace
        } else {
            UpdateEffect::InPlace
        }
    }
}

/// Whether `path` is `fixed` or lies below it. A `*` in `fixed` stands for any one segment.
fn is_within(path: &str, fixed: &str) -> bool {
    let mut segments = path.split('/');
    fixed.split('/').all(|wanted| segments.next().is_some_and(|segment| wanted == segment || wanted == "*"))
}
