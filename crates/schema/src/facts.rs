//! Reading the fact file.
use crate::model::{ResourceType, Shape, ShapeId};
use crate::iam::ServiceActions;

/// The facts, decoded piece by piece as they are asked for.
#[derive(Debug)]
pub struct Facts {}

impl Facts {
    /// The facts that this version of stackgen carries.
    pub fn embedded() -> &'static Facts { todo!() }
    /// The names of all resource types, sorted.
    pub fn type_names(&self) -> impl Iterator<Item = &str> { [""].into_iter() }
    /// Everything about one resource type.
    pub fn resource(&self, _name: &str) -> Option<ResourceType> { todo!() }
    /// One shape.
    pub fn shape(&self, _id: ShapeId) -> Shape { todo!() }
    /// The regions that facts are known for, in the order of the bits in [`ResourceType::regions`].
    pub fn regions(&self) -> &[String] { todo!() }
    /// The IAM actions of one service prefix, such as `s3`.
    pub fn actions(&self, _prefix: &str) -> Option<ServiceActions> { todo!() }
    /// All service prefixes of IAM, sorted.
    pub fn action_prefixes(&self) -> impl Iterator<Item = &str> { [""].into_iter() }
}
