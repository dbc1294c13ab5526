//! Small drawings, 16 by 16, in lines of the category's colour.
use crate::graph::category::Category;
use crate::graph::model::{Kind, Node};

pub(super) const LOCK: &str = "M3.5 7.2h9v6.3h-9z M5.5 7.2V5a2.5 2.5 0 0 1 5 0v2.2";
const LAYERS: &str = "M8 2 14 5 8 8 2 5z M2 8l6 3 6-3 M2 11l6 3 6-3";
const OUTSIDE: &str = "M6 3H3v10h10v-3 M9 3h4v4 M13 3 7.5 8.5";
const NODES: &str = "M8 1.6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z M3.6 10.2a2 2 0 1 0 0 4 2 2 0 0 0 0-4z \
     M12.4 10.2a2 2 0 1 0 0 4 2 2 0 0 0 0-4z M7.1 5.4 4.5 10.4 M8.9 5.4l2.6 5 M5.6 12.2h4.8";
const CHIP: &str = "M5.5 4h5A1.5 1.5 0 0 1 12 5.5v5a1.5 1.5 0 0 1-1.5 1.5h-5A1.5 1.5 0 0 1 4 10.5v-5A1.5 1.5 0 0 1 5.5 4z \
     M6.3 1.6V4 M9.7 1.6V4 M6.3 12v2.4 M9.7 12v2.4 M1.6 6.3H4 M1.6 9.7H4 M12 6.3h2.4 M12 9.7h2.4";
const DISK: &str = "M2.2 9 4.3 3.4h7.4L13.8 9v3.6H2.2z M2.2 9h11.6 M11.2 10.8h.02 M8.8 10.8h.02";
const CYLINDER: &str = "M3 3.9c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2z M3 3.9v8.2c0 1.1 2.2 2 5 2s5-.9 5-2V3.9 \
     M3 8c0 1.1 2.2 2 5 2s5-.9 5-2";
const KEY: &str = "M5.4 7.6a3 3 0 1 0 0 6 3 3 0 0 0 0-6z M7.5 8.5l6-6 M10.6 5.4l2.2 2.2";
const ENVELOPE: &str = "M2 4.8A1.3 1.3 0 0 1 3.3 3.5h9.4A1.3 1.3 0 0 1 14 4.8v6.4a1.3 1.3 0 0 1-1.3 1.3H3.3A1.3 1.3 0 0 1 2 11.2z \
     M2.4 4.4 8 8.8l5.6-4.4";
const PULSE: &str = "M1.4 8.2h2.9l2-5.4 3.2 10.4 2-5h3.1";
const CUBE: &str = "M8 1.8 13.5 5v6L8 14.2 2.5 11V5z M2.5 5 8 8.2 13.5 5 M8 8.2v6";

/// The drawing of a node.
pub(super) fn icon(node: &Node) -> &'static str {
    match (node.kind, node.category) {
        (Kind::Stack | Kind::ClosedStack, _) => LAYERS,
        (Kind::Outside, _) => OUTSIDE,
        (_, category) => of(category),
    }
}

fn of(category: Category) -> &'static str {
    match category {
        Category::Network => NODES,
        Category::Compute => CHIP,
        Category::Storage => DISK,
        Category::Database => CYLINDER,
        Category::Identity => KEY,
        Category::Messaging => ENVELOPE,
        Category::Operations => PULSE,
        Category::Other => CUBE,
    }
}
