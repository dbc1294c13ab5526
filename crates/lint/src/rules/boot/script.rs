//! The text of a script inside a template, and which line of the file each of its lines stands on.
use crate::document::Node;
use crate::template::{Function, SubPart, call, sub_parts};

/// What stands for a value that is only known when the stack is made: one plain word, so that quoting still means the same.
const WORD: &str = "value";

/// A script as it will run, with [`WORD`] for values.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) text: String,
    /// The line of the file for each line of the text.
    lines: Vec<u32>,
}

impl Script {
    /// The text that a value gives, if it is made of texts: literal, `Fn::Sub`, `Fn::Join` of a list, `Fn::If` (its first
    /// branch), nested in any way.
    pub(super) fn of(node: Node<'_>) -> Option<Script> {
        let mut script = Script::default();
        script.append(node, 0)?;
        Some(script)
    }

    /// The line of the file on which a line of the text stands, both counted from one.
    pub(super) fn file_line(&self, line: usize) -> u32 {
        let index = line.saturating_sub(1).min(self.lines.len().saturating_sub(1));
        self.lines.get(index).copied().unwrap_or(1)
    }

    fn append(&mut self, node: Node<'_>, depth: usize) -> Option<()> {
        if depth > 16 {
            return None;
        }
        if let Some(text) = node.any_text() {
            self.push(text, |line| file_line(node, line));
            return Some(());
        }
        let call = call(node)?;
        match call.function {
            Function::Sub => {
                let source = call.argument_at(0)?;
                let text = substituted(source.text()?);
                self.push(&text, |line| file_line(source, line));
            }
            Function::Join => {
                let separator = call.argument.item(0)?.any_text()?;
                let parts = call.argument.item(1).filter(|parts| parts.is_list())?;
                for (index, part) in parts.items().enumerate() {
                    if index > 0 {
                        self.push(separator, |_| part.span().start.line);
                    }
                    self.append(part, depth + 1)?;
                }
            }
            Function::If => self.append(call.argument.item(1)?, depth + 1)?,
            _ => self.push(WORD, |_| node.span().start.line),
        }
        Some(())
    }

    fn push(&mut self, text: &str, file_line: impl Fn(u32) -> u32) {
        let begins_line = self.text.is_empty() || self.text.ends_with('\n');
        let lines = u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX) + 1;
        let first = u32::from(!begins_line) + 1;
        let last = if text.ends_with('\n') { lines - 1 } else { lines };
        self.lines.extend((first..=last).map(file_line));
        self.text.push_str(text);
    }
}

fn file_line(node: Node<'_>, line: u32) -> u32 {
    let first = node.span().start.line;
    node.scalar().map_or(first, |scalar| scalar.file_line(first, line))
}

/// The text of `Fn::Sub` with a word for each variable. The number of lines stays the same.
fn substituted(text: &str) -> String {
    let part = |part| match part {
        SubPart::Text(text) => text.to_owned(),
        SubPart::Escaped(name) => format!("${{{name}}}"),
        SubPart::Variable(..) => WORD.to_owned(),
    };
    sub_parts(text).into_iter().map(part).collect()
}
