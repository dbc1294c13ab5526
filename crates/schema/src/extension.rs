//! What a service demands of properties together, beyond what their resource type says of each.
//!
//! Such a demand is a shape like any other, so that whoever can hold a value against the shape of a property can hold it
//! against these. Which place in which resource type it is about is the asker's business: one demand serves several.
use crate::model::ShapeId;

/// A demand beyond the resource types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its name, a folder and a file, such as `aws_dynamodb_table/billingmode_exclusive`.
    pub name: String,
    /// What it demands.
    pub demands: Demands,
}

/// What an [`Extension`] demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demands {
    /// The same everywhere.
    Always(ShapeId),
    /// Something else in each region, sorted by the region's name; nothing is known of regions that are not there.
    ByRegion(Vec<(String, ShapeId)>),
}

impl Extension {
    /// What it demands in a region.
    pub fn in_region(&self, region: &str) -> Option<ShapeId> {
        match &self.demands {
            Demands::Always(shape) => Some(*shape),
            Demands::ByRegion(regions) => {
                let at = regions.binary_search_by(|(known, _)| known.as_str().cmp(region)).ok()?;
                Some(regions[at].1)
            }
        }
    }

    /// The shapes that it points at.
    pub fn links(&self) -> Vec<ShapeId> {
        match &self.demands {
            Demands::Always(shape) => vec![*shape],
            Demands::ByRegion(regions) => regions.iter().map(|(_, shape)| *shape).collect(),
        }
    }

    /// Gives every shape that it points at a new number.
    pub fn relink(&mut self, new: &mut dyn FnMut(ShapeId) -> ShapeId) {
        match &mut self.demands {
            Demands::Always(shape) => *shape = new(*shape),
            Demands::ByRegion(regions) => regions.iter_mut().for_each(|(_, shape)| *shape = new(*shape)),
        }
    }
}
