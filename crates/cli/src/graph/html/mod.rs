//! A page around the picture: one file that asks nobody for anything. The picture is the same SVG; the script adds what a
//! picture cannot do, from the data beside it. Start at `page.js` for what it does.
use serde_json::{Map, Value, json};
use stackgen_assembly::to_yaml;

use super::escape::xml;
use super::keys::keys;
use super::layout::subtitle;
use super::model::{Edge, Graph, Kind, Link, NodeId};
use super::svg::{caption, picture};

/// Nothing may be loaded from anywhere; browsers hold the page to that.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The page.
pub(crate) fn html(graph: &Graph) -> String {
    let title = xml(&caption(graph));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n"
    );
    out.push_str(&["<style>\n", include_str!("page.css"), "</style>\n</head>\n<body>\n"].concat());
    out.push_str(include_str!("body.html"));
    out.push_str(&["<main id=\"stage\">\n", &picture(graph), "</main>\n"].concat());
    out.push_str(&["<script type=\"application/json\" id=\"data\">", &in_script(&data(graph)), "</script>\n"].concat());
    out.push_str(&["<script>\n", include_str!("page.js"), "</script>\n</body>\n</html>\n"].concat());
    out
}

/// JSON that cannot end the element that it stands in.
fn in_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// All that the page tells of each node, by its key.
fn data(graph: &Graph) -> Value {
    let keys = keys(graph);
    let nodes = (0..graph.nodes.len()).map(|id| (keys[id].clone(), about(graph, &keys, id)));
    Value::Object(nodes.collect::<Map<String, Value>>())
}

fn about(graph: &Graph, keys: &[String], id: NodeId) -> Value {
    let node = &graph.nodes[id];
    let kind = match node.kind {
        Kind::Stack | Kind::ClosedStack => "stack",
        Kind::Resource => "resource",
        Kind::Ghost => "frame of another stack",
        Kind::Group => "group",
        Kind::Outside => "export of another app",
    };
    let uses = graph.edges.iter().filter(|edge| edge.from == id).map(|edge| references(edge, &keys[edge.to]));
    let users = graph.edges.iter().filter(|edge| edge.to == id).map(|edge| references(edge, &keys[edge.from]));
    json!({
        "id": node.id,
        "kind": kind,
        "type": node.type_name,
        "about": subtitle(graph, id),
        "source": node.source,
        "stateful": node.stateful,
        "within": node.within.map(|within| &keys[within]),
        "row": node.is_row,
        "uses": uses.collect::<Vec<Value>>(),
        "users": users.collect::<Vec<Value>>(),
        "body": if node.body.is_object() { to_yaml(&json!({ &node.id: node.body })) } else { String::new() },
        "script": node.script,
    })
}

fn references(edge: &Edge, other: &str) -> Value {
    let text = |link: &Link| {
        let at = link.at.trim_start_matches("/Properties").trim_start_matches('/').replace('/', ".");
        if at.is_empty() || at == link.how.name() {
            link.how.name().to_owned()
        } else {
            format!("{at} · {}", link.how.name())
        }
    };
    json!({ "key": other, "links": edge.links.iter().map(text).collect::<Vec<String>>() })
}
