//! The graph for Graphviz. Cards are tables, so that lines can start at the row that they come from.
use std::fmt::Write as _;

use super::escape::xml;
use super::keys::keys;
use super::layout::{remark, subtitle};
use super::model::{Graph, Kind, Line, NodeId, Style};
use super::palette::hue;

const HEAD: &str = r##"digraph stackgen {
  graph [compound=true, rankdir=LR, fontname="Helvetica", fontsize=13, nodesep=0.35, ranksep=0.9, pad=0.4]
  node [shape=plain, fontname="Helvetica", fontsize=12]
  edge [color="#546178", arrowsize=0.7]
"##;

/// The graph in DOT.
pub(crate) fn dot(graph: &Graph) -> String {
    let writer = Writer { graph, keys: keys(graph) };
    let mut out = HEAD.to_owned();
    graph.boxes(None).for_each(|root| writer.node(&mut out, root, 1));
    graph.lines().iter().for_each(|line| writer.line(&mut out, line));
    out.push_str("}\n");
    out
}

struct Writer<'a> {
    graph: &'a Graph,
    keys: Vec<String>,
}

impl Writer<'_> {
    fn node(&self, out: &mut String, id: NodeId, depth: usize) {
        let indent = "  ".repeat(depth);
        if self.graph.boxes(Some(id)).next().is_none() {
            let _ = writeln!(out, "{indent}{} [label=<{}>]", quoted(&self.keys[id]), self.table(id));
            return;
        }
        let node = &self.graph.nodes[id];
        let [fill, border, _] = hue(node.category).light;
        let (fill, border) = if node.kind == Kind::Stack { ("#f6f7f9", "#d3d9e1") } else { (fill, border) };
        let style =
            if matches!(node.kind, Kind::Ghost | Kind::Group) { "rounded,filled,dashed" } else { "rounded,filled" };
        let _ = writeln!(out, "{indent}subgraph {} {{", quoted(&self.cluster(id)));
        let _ = writeln!(out, "{indent}  label=<{}>", self.title(id));
        let _ =
            writeln!(out, "{indent}  style=\"{style}\" color=\"{border}\" fillcolor=\"{fill}\" labeljust=l margin=16");
        self.graph.boxes(Some(id)).for_each(|child| self.node(out, child, depth + 1));
        let _ = writeln!(out, "{indent}}}");
    }

    fn cluster(&self, id: NodeId) -> String {
        format!("cluster {}", self.keys[id])
    }

    fn title(&self, id: NodeId) -> String {
        let node = &self.graph.nodes[id];
        let mut title = format!("<B>{}</B>", xml(&node.id));
        let under = if node.kind == Kind::Group { String::new() } else { subtitle(self.graph, id) };
        let under = if node.stateful { format!("{under} · holds data") } else { under };
        if !under.is_empty() {
            let _ = write!(title, r#"<BR ALIGN="LEFT"/><FONT POINT-SIZE="10">{}</FONT>"#, xml(&under));
        }
        title + r#"<BR ALIGN="LEFT"/>"#
    }

    fn table(&self, id: NodeId) -> String {
        let [_, border, _] = hue(self.graph.nodes[id].category).light;
        let mut table = format!(
            r##"<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5" STYLE="ROUNDED" COLOR="{border}" BGCOLOR="#ffffff">"##
        );
        let _ = write!(table, r#"<TR><TD ALIGN="LEFT" PORT="head">{}</TD></TR>"#, self.title(id));
        for (index, row) in self.graph.rows(id).enumerate() {
            let (name, rest) = (xml(&self.graph.nodes[row].id), xml(remark(self.graph, row)));
            let _ = write!(
                table,
                r#"<TR><TD ALIGN="LEFT" PORT="row{index}"><FONT POINT-SIZE="10">• {name} ({rest})</FONT></TD></TR>"#
            );
        }
        table + "</TABLE>"
    }

    fn line(&self, out: &mut String, line: &Line) {
        let (from, tail) = self.end(line.from, "ltail");
        let (to, head) = self.end(line.to, "lhead");
        let style = match line.style {
            Style::Reference => "solid",
            Style::Order => "dotted",
            Style::Crossing => "dashed",
        };
        let tooltip = quoted(&line.reasons.join("\n"));
        let _ = writeln!(out, "  {from} -> {to} [style={style}, tooltip={tooltip}{tail}{head}]");
    }

    /// Where a line ends. Graphviz has no lines to clusters, but it cuts lines to what is in them.
    fn end(&self, id: NodeId, attribute: &str) -> (String, String) {
        let graph = self.graph;
        let own = graph.box_of(id);
        let inner = std::iter::successors(Some(own), |&id| graph.boxes(Some(id)).next()).last().unwrap_or(own);
        let port = match graph.rows(own).position(|row| row == id) {
            Some(index) if inner == own => format!(":row{index}"),
            _ => String::new(),
        };
        let cut = if inner == own { String::new() } else { format!(", {attribute}={}", quoted(&self.cluster(own))) };
        (quoted(&self.keys[inner]) + &port, cut)
    }
}

/// A text between quotes, where a backslash always means something.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\0', ""))
}
