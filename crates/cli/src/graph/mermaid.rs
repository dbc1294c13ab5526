//! The graph as a Mermaid flowchart: what GitHub and most wikis draw from text.
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use super::category::Category;
use super::keys::{keys, unique};
use super::layout::subtitle;
use super::model::{Graph, Kind, Line, NodeId, Style};
use super::palette::hue;

/// Words that begin a statement; a name may not begin with one.
const RESERVED: [&str; 11] =
    ["call", "class", "click", "default", "end", "flowchart", "graph", "href", "interpolate", "style", "subgraph"];

/// The flowchart.
pub(crate) fn mermaid(graph: &Graph) -> String {
    let lines = graph.lines();
    let writer = Writer { graph, names: names(graph), on_lines: rows_on_lines(graph, &lines) };
    let mut out = String::from("flowchart LR\n");
    for root in graph.boxes(None) {
        writer.node(&mut out, root, 1);
    }
    lines.iter().for_each(|line| writer.line(&mut out, line));
    writer.classes(&mut out);
    out
}

struct Writer<'a> {
    graph: &'a Graph,
    names: Vec<String>,
    /// Rows that are the label of a line, such as an attachment between a volume and an instance.
    on_lines: BTreeSet<NodeId>,
}

/// Letters, digits and `_`: whatever else may stand in a name, these may.
fn names(graph: &Graph) -> Vec<String> {
    let mut taken = HashSet::new();
    let plain = |key: String| key.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let safe =
        |name: String| if RESERVED.iter().any(|word| name.starts_with(word)) { format!("x_{name}") } else { name };
    keys(graph).into_iter().map(|key| unique(safe(plain(key)), &mut taken).replace('~', "_")).collect()
}

fn rows_on_lines(graph: &Graph, lines: &[Line]) -> BTreeSet<NodeId> {
    let joins = |row: &NodeId| lines.iter().filter(|line| line.from == *row).count() == 1;
    (0..graph.nodes.len()).filter(|&id| graph.nodes[id].is_row).filter(joins).collect()
}

impl Writer<'_> {
    fn node(&self, out: &mut String, id: NodeId, depth: usize) {
        let (indent, name) = ("  ".repeat(depth), &self.names[id]);
        if self.graph.boxes(Some(id)).next().is_none() {
            let (label, class) = (self.label(id, "<br/>"), self.class(id));
            let _ = writeln!(out, "{indent}{name}[\"{label}\"]:::{class}");
            return;
        }
        // Mermaid leaves room for one line above what is in a frame.
        let _ = writeln!(out, "{indent}subgraph {name}[\"{}\"]", self.label(id, " "));
        self.graph.boxes(Some(id)).for_each(|child| self.node(out, child, depth + 1));
        let _ = writeln!(out, "{indent}end");
    }

    fn label(&self, id: NodeId, next: &str) -> String {
        let node = &self.graph.nodes[id];
        let mut label = format!("<b>{}</b>", escape(&node.id));
        let under = if node.kind == Kind::Group { String::new() } else { subtitle(self.graph, id) };
        if !under.is_empty() {
            let _ = write!(label, "{next}{}", escape(&under));
        }
        if node.stateful {
            let _ = write!(label, "{next}holds data");
        }
        for row in self.graph.rows(id).filter(|row| !self.on_lines.contains(row)) {
            let _ = write!(label, "{next}• {}", escape(&self.graph.nodes[row].id));
        }
        label
    }

    fn class(&self, id: NodeId) -> &'static str {
        let node = &self.graph.nodes[id];
        match node.kind {
            Kind::Stack => "stack",
            _ => node.category.name(),
        }
    }

    fn line(&self, out: &mut String, line: &Line) {
        let name = |end: NodeId| &self.names[self.graph.box_of(end)];
        let arrow = match line.style {
            Style::Reference => "-->",
            Style::Order => "-.->",
            Style::Crossing => "==>",
        };
        let label = match self.on_lines.contains(&line.from) {
            true => format!("|\"{}\"| ", escape(&self.graph.nodes[line.from].id)),
            false => " ".to_owned(),
        };
        let _ = writeln!(out, "  {} {arrow}{label}{}", name(line.from), name(line.to));
    }

    /// Colours: pale enough for dark letters, whatever theme the page has.
    fn classes(&self, out: &mut String) {
        let boxes = || (0..self.graph.nodes.len()).filter(|&id| !self.graph.nodes[id].is_row);
        if boxes().any(|id| self.class(id) == "stack") {
            out.push_str("  classDef stack fill:#f6f7f9,stroke:#d3d9e1,color:#1b2530\n");
        }
        for category in Category::ALL {
            if boxes().any(|id| self.class(id) == category.name()) {
                let [fill, border, _] = hue(category).light;
                let _ = writeln!(out, "  classDef {} fill:{fill},stroke:{border},color:#1b2530", category.name());
            }
        }
        for frame in boxes().filter(|&id| self.graph.boxes(Some(id)).next().is_some()) {
            let _ = writeln!(out, "  class {} {}", self.names[frame], self.class(frame));
        }
    }
}

/// Everything that could mean something to Mermaid or HTML, as the code of its character.
fn escape(text: &str) -> String {
    let mut result = String::new();
    for letter in text.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | ',' | '-' | '_' | ':' | '/' | '(' | ')' => {
                result.push(letter)
            }
            _ if letter.is_control() => result.push(' '),
            _ if letter.is_ascii() => drop(write!(result, "#{};", u32::from(letter))),
            _ => result.push(letter),
        }
    }
    result
}
