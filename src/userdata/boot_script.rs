//! A boot script from its sections.
use serde::Serialize;
use stackgen_core::{Fault, IntoValue, Node, Script, ScriptSection, Source, USER_DATA_BYTES, Value, aws, intrinsic};

use super::pack;
use super::section::Section;
use super::template::Template;
use crate::iam::Grant;

/// A program that a machine runs when it starts for the first time: a list of sections, between a start that explains
/// failures and an end that reports success.
///
/// Each section has a line in the log when it begins and one with its time when it ends. If a command fails, the log says in
/// which section and line, and the stack is told at once. Given to `user_data` of an instance it is sent as it is, or
/// packed if EC2 would not take it otherwise.
#[derive(Clone, Debug)]
pub struct BootScript {
    within: u32,
    signal: Option<String>,
    sections: Vec<Section>,
}

/// Of the time that a stack waits, the seconds for steps that have deadlines of their own: a parameter, the secrets, the agent.
const OWN_DEADLINES: u32 = 240;

#[derive(Serialize)]
struct Start<'a> {
    region: Value<String>,
    deadline: u32,
    within: u32,
    stack: Value<String>,
    signal: Option<&'a str>,
}

#[derive(Serialize)]
struct End {
    signals: bool,
}

const START: Template = Template::new("src/userdata/start.sh.hbs", include_str!("start.sh.hbs"));
const END: Template = Template::new("src/userdata/end.sh.hbs", include_str!("end.sh.hbs"));

impl BootScript {
    /// A script that may take so many seconds, and reports to nobody.
    pub fn new(within: u32) -> Self {
        BootScript { within, signal: None, sections: Vec::new() }
    }

    /// A script that tells its stack whether the machine is ready: the stack waits `within` seconds for a signal to the wait
    /// condition of this name.
    pub fn reporting(signal: &str, within: u32) -> Self {
        BootScript { signal: Some(signal.to_owned()), ..BootScript::new(within) }
    }

    /// The next section.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// The next sections.
    #[must_use]
    pub fn sections(self, sections: impl IntoIterator<Item = Section>) -> Self {
        sections.into_iter().fold(self, BootScript::section)
    }

    /// What the machine must be allowed to do for its sections.
    pub fn grants(&self) -> Vec<Grant> {
        let reporting = self.signal.iter().map(|_| Grant::signal_stack());
        reporting.chain(self.sections.iter().flat_map(|section| section.grants.iter().cloned())).collect()
    }

    fn start(&self) -> Section {
        let start = Start {
            region: aws::region(),
            deadline: self.within.saturating_sub(if self.signal.is_some() { OWN_DEADLINES } else { 0 }),
            within: self.within,
            stack: aws::stack_name(),
            signal: self.signal.as_deref(),
        };
        Section::frame("start", START, &start)
    }

    /// Everything that runs.
    fn text(&self) -> Result<Text, Vec<Fault>> {
        let end = Section::frame("end", END, &End { signals: self.signal.is_some() });
        let mut text = Text::default();
        for section in [&self.start()].into_iter().chain(&self.sections).chain([&end]) {
            text.append(section);
        }
        if text.faults.is_empty() { Ok(text) } else { Err(text.faults) }
    }

    /// The script as it runs, for whoever compares scripts and sends none: packing is most of what making one costs.
    pub(crate) fn as_it_runs(&self) -> Value<String> {
        self.text().map_or_else(refused, |text| intrinsic::base64(intrinsic::join("", text.pieces)))
    }

    /// The script as a node: what runs, what is sent, and where its lines are from.
    fn script(&self) -> Result<Script, Vec<Fault>> {
        let text = self.text()?;
        let runs = intrinsic::join("", text.pieces);
        let sent = if pack::bytes(&runs) > USER_DATA_BYTES { pack::packed(&runs) } else { runs.clone() };
        Ok(Script { sent: sent.into_node(), runs: runs.into_node(), sections: text.sections, lines: text.lines })
    }
}

impl IntoValue<String> for &BootScript {
    fn into_value(self) -> Value<String> {
        let node = |script| Value::<String>::raw(Node::Script(Box::new(script)));
        self.script().map_or_else(refused, |script| intrinsic::base64(node(script)))
    }
}

/// What synth reports in place of a script.
fn refused(faults: Vec<Fault>) -> Value<String> {
    let faults = faults.into_iter().map(|fault| Node::Fault(Box::new(fault)));
    intrinsic::base64(Value::<String>::raw(Node::List(faults.collect())))
}

impl IntoValue<String> for BootScript {
    fn into_value(self) -> Value<String> {
        (&self).into_value()
    }
}

/// What sections add up to.
#[derive(Default)]
struct Text {
    pieces: Vec<Value<String>>,
    sections: Vec<ScriptSection>,
    lines: Vec<Source>,
    faults: Vec<Fault>,
}

impl Text {
    fn append(&mut self, section: &Section) {
        let body = match &section.body {
            Ok(body) => body,
            Err(faults) => return self.faults.extend(faults.iter().cloned()),
        };
        self.sections.push(ScriptSection { name: section.name.into(), line: self.lines.len() + 1 });
        let heading = section.heading();
        let lines = std::iter::repeat_n(&1, heading.lines().count()).chain(&body.lines);
        self.lines.extend(lines.map(|&line| Source { file: section.file, line }));
        self.pieces.push(heading.into());
        self.pieces.extend(body.pieces.iter().cloned());
        // What comes next begins a line of its own, and every section counts whole lines.
        let ends_a_line = |piece: &Value<String>| piece.node().as_text().is_some_and(|text| text.ends_with('\n'));
        if !body.pieces.last().is_none_or(ends_a_line) {
            self.pieces.push("\n".into());
        }
    }
}
