//! Making the tree, value by value.
use std::collections::{HashMap, HashSet};

use super::{Content, Data, Document, Duplicate, Key, Node, Scalar, ScalarKind};
use crate::{Position, Span};

/// How deep values may nest. AWS's own limit is far below; recursion over the tree must not overflow a stack.
pub(super) const DEPTH: usize = 200;
/// How many nodes aliases may grow a template to: as many as cfn-lint allows.
const EXPANDED: usize = 250_000;

/// A tree that grows. Values go where the open map or list expects them.
pub(super) struct Builder {
    document: Document,
    open: Vec<Open>,
    anchors: HashMap<usize, u32>,
}

struct Open {
    id: u32,
    key: Option<Key>,
    merges: bool,
    /// Whether it stands for a tag and closes with what it holds.
    tag: bool,
}

/// Why the tree cannot take a value.
pub(super) type Refusal = String;

impl Builder {
    pub(super) fn new() -> Builder {
        let document = Document { nodes: Vec::new(), duplicates: Vec::new(), aliases: Vec::new() };
        Builder { document, open: Vec::new(), anchors: HashMap::new() }
    }

    pub(super) fn finish(mut self) -> Document {
        if self.document.nodes.is_empty() {
            self.push(Content::Map(Vec::new()), Span::START);
        }
        self.document
    }

    /// Whether the next scalar is a key.
    pub(super) fn wants_key(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.key.is_none() && matches!(self.document.nodes[open.id as usize].content, Content::Map(_))
        })
    }

    pub(super) fn key(&mut self, key: Key) -> Result<(), Refusal> {
        if key.kind == ScalarKind::Null {
            return Err("a key is empty".to_owned());
        }
        let open = self.open.last_mut().expect("a key is only wanted by an open map");
        open.merges |= key.written && key.text == "<<";
        open.key = Some(key);
        Ok(())
    }

    pub(super) fn scalar(&mut self, scalar: Scalar, span: Span) -> Result<u32, Refusal> {
        self.add(Content::Scalar(scalar), span)
    }

    /// The map that a tag stands for; it closes with its only value.
    pub(super) fn tag(&mut self, name: &str, at: Span) -> Result<(), Refusal> {
        self.begin(Content::Map(Vec::new()), at, true)?;
        self.key(Key { text: name.to_owned(), kind: ScalarKind::Text, span: at, written: false })
    }

    pub(super) fn begin_map(&mut self, span: Span) -> Result<u32, Refusal> {
        self.begin(Content::Map(Vec::new()), span, false)
    }

    pub(super) fn begin_list(&mut self, span: Span) -> Result<u32, Refusal> {
        self.begin(Content::List(Vec::new()), span, false)
    }

    /// The two halves of `!GetAtt a.b`.
    pub(super) fn halves(&mut self, first: (Scalar, Span), second: (Scalar, Span)) -> Result<(), Refusal> {
        let span = Span { start: first.1.start, end: second.1.end };
        self.begin_list(span)?;
        for (scalar, span) in [first, second] {
            let id = self.scalar(scalar, span)?;
            self.document.nodes[id as usize].written = false;
        }
        self.end(span.end)
    }

    fn begin(&mut self, content: Content, span: Span, tag: bool) -> Result<u32, Refusal> {
        if self.open.len() >= DEPTH {
            return Err(format!("values nest deeper than {DEPTH} levels"));
        }
        let id = self.attach(content, span);
        self.open.push(Open { id, key: None, merges: false, tag });
        Ok(id)
    }

    /// The open map or list ends here.
    pub(super) fn end(&mut self, at: Position) -> Result<(), Refusal> {
        let open = self.open.pop().expect("only what was opened ends");
        self.document.nodes[open.id as usize].span.end = at;
        if open.merges {
            self.merge(open.id)?;
        } else {
            self.find_duplicates(open.id);
        }
        self.close_tags(at);
        Ok(())
    }

    fn add(&mut self, content: Content, span: Span) -> Result<u32, Refusal> {
        let id = self.attach(content, span);
        self.close_tags(span.end);
        if self.document.nodes.len() > u32::MAX as usize / 2 { Err("it is too large".to_owned()) } else { Ok(id) }
    }

    fn close_tags(&mut self, at: Position) {
        while self.open.last().is_some_and(|open| open.tag && open.key.is_none()) {
            let open = self.open.pop().expect("there is one");
            self.document.nodes[open.id as usize].span.end = at;
        }
    }

    fn push(&mut self, content: Content, span: Span) -> u32 {
        let id = u32::try_from(self.document.nodes.len()).unwrap_or(u32::MAX);
        self.document.nodes.push(Data { content, span, parent: id, slot: 0, written: true });
        id
    }

    fn attach(&mut self, content: Content, span: Span) -> u32 {
        let id = self.push(content, span);
        let Some(open) = self.open.last_mut() else { return id };
        let (parent, key) = (open.id, open.key.take());
        let slot = match (&mut self.document.nodes[parent as usize].content, key) {
            (Content::Map(entries), Some(key)) => {
                entries.push((key, id));
                entries.len() - 1
            }
            (Content::List(items), _) => {
                items.push(id);
                items.len() - 1
            }
            _ => 0,
        };
        self.place(id, parent, slot);
        id
    }

    fn place(&mut self, id: u32, parent: u32, slot: usize) {
        let data = &mut self.document.nodes[id as usize];
        data.parent = parent;
        data.slot = u32::try_from(slot).unwrap_or(u32::MAX);
    }

    pub(super) fn anchor(&mut self, anchor: usize, id: u32) {
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
    }

    /// A copy of what an alias stands for.
    pub(super) fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Refusal> {
        self.document.aliases.push(span);
        let source = *self.anchors.get(&anchor).ok_or("an alias names an anchor that is not there")?;
        if self.open.iter().any(|open| open.id == source) {
            return Err("an alias stands inside of what it names".to_owned());
        }
        if self.wants_key() {
            let data = &self.document.nodes[source as usize];
            let Content::Scalar(scalar) = &data.content else { return Err("a key must be a text".to_owned()) };
            let (text, kind) = (scalar.text.clone(), scalar.kind);
            return self.key(Key { text, kind, span: data.span, written: true });
        }
        let shell = self.document.nodes[source as usize].clone();
        let copy = self.attach(shell.content, shell.span);
        self.copy_children(copy, self.open.len())?;
        self.close_tags(span.end);
        Ok(())
    }

    fn copy_children(&mut self, copy: u32, depth: usize) -> Result<(), Refusal> {
        let mut waiting = vec![(copy, depth)];
        while let Some((copy, depth)) = waiting.pop() {
            if self.document.nodes.len() > EXPANDED {
                return Err(format!("its aliases stand for more than {EXPANDED} values"));
            }
            if depth > DEPTH {
                return Err(format!("values nest deeper than {DEPTH} levels"));
            }
            let mut content = self.document.nodes[copy as usize].content.clone();
            let children: Vec<&mut u32> = match &mut content {
                Content::Scalar(_) => continue,
                Content::List(items) => items.iter_mut().collect(),
                Content::Map(entries) => entries.iter_mut().map(|(_, id)| id).collect(),
            };
            for (slot, child) in children.into_iter().enumerate() {
                let source = self.document.nodes[*child as usize].clone();
                let (id, written) = (self.push(source.content, source.span), source.written);
                self.document.nodes[id as usize].written = written;
                self.place(id, copy, slot);
                *child = id;
                waiting.push((id, depth + 1));
            }
            self.document.nodes[copy as usize].content = content;
        }
        Ok(())
    }

    /// Puts the entries of `<<` before a map's own, which win. Of several maps the first wins.
    fn merge(&mut self, id: u32) -> Result<(), Refusal> {
        let Content::Map(entries) =
            std::mem::replace(&mut self.document.nodes[id as usize].content, Content::List(vec![]))
        else {
            return Err("`<<` stands outside of a map".to_owned());
        };
        let (merges, own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key.written && key.text == "<<");
        let mut names: HashSet<String> = own.iter().map(|(key, _)| key.text.clone()).collect();
        let mut merged = Vec::new();
        for (_, value) in merges {
            let sources = match &self.document.nodes[value as usize].content {
                Content::Map(_) => vec![value],
                Content::List(items) => items.clone(),
                Content::Scalar(_) => return Err("`<<` takes a map or a list of maps".to_owned()),
            };
            for source in sources {
                let Content::Map(entries) = &self.document.nodes[source as usize].content else {
                    return Err("`<<` takes a map or a list of maps".to_owned());
                };
                merged.extend(entries.iter().filter(|(key, _)| names.insert(key.text.clone())).cloned());
            }
        }
        merged.extend(own);
        for (slot, (_, child)) in merged.iter().enumerate() {
            self.place(*child, id, slot);
        }
        self.document.nodes[id as usize].content = Content::Map(merged);
        Ok(())
    }

    fn find_duplicates(&mut self, id: u32) {
        let Content::Map(entries) = &self.document.nodes[id as usize].content else { return };
        if entries.len() < 2 {
            return;
        }
        let mut first: HashMap<&str, &Key> = HashMap::with_capacity(entries.len());
        let mut found = Vec::new();
        for (key, _) in entries {
            if let Some(first) = first.insert(&key.text, key) {
                found.push((key.text.clone(), first.span, key.span));
            }
        }
        let path = if found.is_empty() { String::new() } else { Node::new(&self.document, id).path() };
        let duplicate = |(name, first, again)| Duplicate { name, first, again, path: path.clone() };
        self.document.duplicates.extend(found.into_iter().map(duplicate));
    }
}
