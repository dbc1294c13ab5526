//! Pictures of an assembly: stacks, resources, and what refers to what.
//!
//! [`Graph::of`] reads and places; the writers beside it draw the same graph as text or as a picture. Nothing here knows
//! about AWS, the terminal or the file system, and the same assembly gives the same bytes.
mod category;
mod dot;
pub(crate) mod escape;
mod group;
mod html;
mod keys;
mod kinds;
mod layout;
mod mermaid;
mod model;
mod node;
mod palette;
mod place;
mod read;
mod references;
mod select;
mod svg;
mod template;
mod text;
mod words;

use stackgen_assembly::Assembly;

use crate::template::TemplateError;

pub(crate) use dot::dot;
pub(crate) use html::html;
pub(crate) use mermaid::mermaid;
pub(crate) use model::Graph;
pub(crate) use select::Selection;
pub(crate) use svg::svg;

impl Graph {
    /// The part of an assembly that is asked for, ready to be drawn.
    pub(crate) fn of(assembly: &Assembly, selection: &Selection) -> Result<Self, TemplateError> {
        let mut graph = read::read(assembly)?;
        place::place(&mut graph);
        group::group(&mut graph);
        Ok(select::select(graph, selection))
    }
}

#[cfg(test)]
mod tests;
