//! What the agent, or CloudWatch behind it, refuses or silently drops. Each rule names where it is written.
//!
//! "Schema" is the agent's `translator/config/schema.json`; other files are of the agent's repository too, version 1.300071.
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use stackgen_core::Fault;
use stackgen_schema::{Facts, Literal, Shape};

use super::logs::LogFile;
use super::metrics::Plugin;
use super::{Agent, Collected, go_pattern};

/// Schema: `timeIntervalDefinition`.
const SECONDS: RangeInclusive<u32> = 1..=172_800;
/// Schema: `namespace`; and `PutMetricData` in the CloudWatch API Reference.
const NAMESPACE_LENGTH: usize = 255;
/// Schema: `basicResourcesDefinition`.
const RESOURCES: usize = 256;
/// Schema: `resources`, `file_path`, `timestamp_format`, `multi_line_start_pattern`.
const TEXT_LENGTH: usize = 4096;
/// Schema: `collect_list`.
const FILES: usize = 16_384;
/// Schema: `logGroupNameDefinition`, `logStreamNameDefinition`; the same in the facts.
const NAME_LENGTH: usize = 512;
/// *Manually create or edit the CloudWatch agent configuration file*, `log_stream_name`. The agent would leave any other in
/// the name as it is.
const PLACEHOLDERS: [&str; 4] = ["{instance_id}", "{hostname}", "{local_hostname}", "{ip_address}"];
/// `internal/util/timestamp/timestamp.go`: `FormatRegexMap`. Any other would have to stand in the log literally.
const DIRECTIVES: [&str; 21] = [
    "%-m", "%-d", "%-I", "%-M", "%-S", "%B", "%b", "%m", "%A", "%a", "%d", "%H", "%I", "%M", "%S", "%Y", "%y", "%p",
    "%Z", "%z", "%f",
];
/// `plugins/inputs/logfile/logfile.go`: `isCompressedFile`. The agent never opens such a file.
const COMPRESSED: [&str; 6] = [".tar", ".zst", ".gz", ".zip", ".bz2", ".rar"];
/// `ruleTimestampFormat.go`: the agent ignores timestamps of its own log.
const OWN_LOG: &str = "/opt/aws/amazon-cloudwatch-agent/logs/amazon-cloudwatch-agent.log";
/// `ruleMultiLineStartPattern.go`: stands for the timestamp.
const TIMESTAMP: &str = "{timestamp_format}";

/// Everything that is wrong with a configuration, but for its log groups, which say it themselves.
pub(super) fn faults(agent: &Agent) -> Vec<Fault> {
    let nothing = (agent.plugins.is_empty() && agent.groups.is_empty())
        .then(|| fault("the agent has nothing to report", "measure something, or give it a log group"));
    let metrics = [interval(agent), namespace(agent)].into_iter().flatten().chain(plugins(&agent.plugins));
    nothing.into_iter().chain(metrics).chain(logs(&agent.groups)).collect()
}

fn interval(agent: &Agent) -> Option<Fault> {
    let seconds = agent.interval.filter(|seconds| !SECONDS.contains(seconds))?;
    let message = format!("the agent cannot measure every {seconds} seconds");
    Some(fault(message, format!("give {} to {} seconds", SECONDS.start(), SECONDS.end())))
}

/// `PutMetricData` in the CloudWatch API Reference, and *Metrics concepts* in the CloudWatch User Guide, which has the
/// letters; what begins with `AWS/` belongs to AWS.
fn namespace(agent: &Agent) -> Option<Fault> {
    let name = agent.namespace.as_str();
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || ".-_/#: ".contains(letter);
    let why = match () {
        () if name.trim().is_empty() => "it is empty".to_owned(),
        () if name.len() > NAMESPACE_LENGTH => format!("it has more than {NAMESPACE_LENGTH} characters"),
        () if name.starts_with(':') => "it begins with a colon".to_owned(),
        () if name.starts_with("AWS/") => "what begins with `AWS/` belongs to AWS".to_owned(),
        () => format!("`{}` may not stand in one", name.chars().find(|letter| !is_letter(*letter))?.escape_debug()),
    };
    let hint = "give the name of the system; letters, digits and .-_/#: are taken";
    Some(fault(format!("`{name}` is no namespace for metrics: {why}"), hint))
}

fn plugins(plugins: &[Plugin]) -> Vec<Fault> {
    let mut known = BTreeSet::new();
    let twice = plugins.iter().filter(|plugin| !known.insert(plugin.name)).map(|plugin| {
        // The configuration has one entry for each, so one of the two would be lost.
        fault(format!("{} is measured twice", plugin.name), "give all its measurements in one call")
    });
    twice.collect::<Vec<_>>().into_iter().chain(plugins.iter().flat_map(plugin)).collect()
}

fn plugin(Plugin { name, measurement, resources }: &Plugin) -> Vec<Fault> {
    // `ProcessLinuxCommonConfig` in commonconfigutil.go drops a plug-in that has none.
    let none = measurement
        .is_empty()
        .then(|| fault(format!("{name} is measured, but nothing of it"), "name a measurement, or leave it out"));
    // Schema: `metricsMeasurementDefinition`, uniqueItems.
    let again = repeated(measurement.iter().copied())
        .map(|twice| fault(format!("{name} has the measurement `{twice}` twice"), "name it once"));
    let places = resources.iter().flat_map(|resources| places(name, resources));
    none.into_iter().chain(again).chain(places).collect()
}

fn places(plugin: &str, places: &[String]) -> Vec<Fault> {
    let wrong = places.iter().filter_map(|place| self::place(plugin, place));
    let count = match places.len() {
        // Without any the agent measures all, which is more than what was written.
        0 => Some(fault(format!("{plugin} is measured nowhere"), "name what to measure, or `*` for all")),
        count if count > RESOURCES => {
            Some(fault(format!("{plugin} names {count} places"), format!("the agent takes {RESOURCES}; `*` means all")))
        }
        // `ContainAsterisk` in instanceutil.go: one star, and the rest of the list counts for nothing.
        count if count > 1 && places.iter().any(|place| place == "*") => {
            Some(fault(format!("{plugin} names `*` and others"), "`*` means all; the others would count for nothing"))
        }
        _ => None,
    };
    let again = repeated(places.iter().map(String::as_str))
        .map(|twice| fault(format!("{plugin} names `{twice}` twice"), "name it once"));
    wrong.chain(count).chain(again).collect()
}

fn place(plugin: &str, place: &str) -> Option<Fault> {
    let is_disk = plugin == "disk";
    let is_right = match place {
        "*" => true,
        // `IFNAMSIZ` of Linux is 16 with the zero; see netdevice(7).
        name if !is_disk => (1..16).contains(&name.len()) && !name.contains(['/', '*', ' ']),
        path => path.starts_with('/') && path.len() <= TEXT_LENGTH && !path.contains('*'),
    };
    if is_right && !place.contains(char::is_control) {
        return None;
    }
    let (what, hint) = if is_disk { ("place of a mount", "`/data`") } else { ("network interface", "`ens5`") };
    let message = format!("`{}` is no {what}", place.escape_debug());
    Some(fault(message, format!("write it as {hint}, or `*` for all")))
}

fn logs(groups: &[Collected]) -> Vec<Fault> {
    let empty = groups.iter().filter(|group| group.files.is_empty()).map(|group| {
        let message = format!("no file is sent to the log group `{}`", group.name);
        fault(message, "give it a file; a group for others is one that the stack adds by itself")
    });
    let files: Vec<&LogFile> = groups.iter().flat_map(|group| &group.files).collect();
    let many = (files.len() > FILES)
        .then(|| fault(format!("the agent takes {FILES} files, and these are {}", files.len()), "use patterns"));
    // `stateManager` in logfile.go: how far a file was read is kept by its name, so two readers would overwrite each other.
    let again = repeated(files.iter().map(|file| file.path.as_str())).map(|path| {
        fault(format!("the file `{path}` is read twice"), "the agent keeps one position for a file; read it once")
    });
    empty.chain(many).chain(again).chain(files.iter().flat_map(|file| self::file(file))).collect()
}

fn file(file: &LogFile) -> Vec<Fault> {
    let parts = [path(&file.path), stream(&file.stream), timestamp(file), entry_start(file)];
    parts.into_iter().flatten().collect()
}

fn path(path: &str) -> Option<Fault> {
    let (why, hint) = match () {
        () if !path.starts_with('/') => ("is not absolute", "begin with a slash"),
        () if path.len() > TEXT_LENGTH => ("is too long", "the agent takes 4096 bytes"),
        () if path.contains(char::is_control) => ("has a control character", "a pattern with `?` names it too"),
        () if path.ends_with('/') => ("is a directory", "name files, such as `*.log` in it"),
        () if COMPRESSED.iter().any(|ending| path.ends_with(ending)) => {
            ("is compressed, and the agent passes over it", "name the file before it is compressed")
        }
        () => return None,
    };
    Some(fault(format!("the log file `{}` {why}", path.escape_debug()), hint))
}

/// `CreateLogStream` in the CloudWatch Logs API Reference: neither colon nor asterisk.
fn stream(name: &str) -> Option<Fault> {
    let rest = PLACEHOLDERS.iter().fold(name.to_owned(), |rest, known| rest.replace(known, ""));
    let why = match () {
        () if name.is_empty() => "it is empty",
        () if name.len() > NAME_LENGTH => "it has more than 512 bytes",
        () if name.contains([':', '*']) => "it has a colon or an asterisk",
        () if name.contains(char::is_control) => "it has a control character",
        () if rest.contains(['{', '}']) => "what stands in braces is not known",
        () => return None,
    };
    let hint = format!("these are known: {}", PLACEHOLDERS.join(", "));
    Some(fault(format!("`{}` is no name for a log stream: {why}", name.escape_debug()), hint))
}

fn timestamp(file: &LogFile) -> Option<Fault> {
    let (format, _) = file.timestamp.as_ref()?;
    let rest = DIRECTIVES.iter().fold(format.clone(), |rest, known| rest.replace(known, ""));
    let why = match () {
        () if file.path == OWN_LOG => "the agent reads none in its own log",
        () if format.len() > TEXT_LENGTH => "it is too long",
        () if rest == *format => "it has no part of a time",
        () if rest.contains('%') => "it has a part that the agent does not know",
        () if rest.contains(char::is_control) => "it has a control character",
        () => return None,
    };
    let hint = format!("write it as `%Y-%m-%d %H:%M:%S`; these are known: {}", DIRECTIVES.join(" "));
    Some(fault(format!("`{}` is no format of a timestamp: {why}", format.escape_debug()), hint))
}

fn entry_start(file: &LogFile) -> Option<Fault> {
    let pattern = file.entry_start.as_deref()?;
    let (why, hint) = match () {
        () if pattern == TIMESTAMP => {
            let without = file.timestamp.is_none();
            return without.then(|| {
                fault(
                    format!("entries cannot start with `{TIMESTAMP}`: the file has no timestamp"),
                    "say how its timestamps look, with `timestamp`",
                )
            });
        }
        () if pattern.is_empty() => ("it is empty", "leave it out, and every line is an entry"),
        () if pattern.len() > TEXT_LENGTH => ("it is too long", "the agent takes 4096 bytes"),
        () => (go_pattern::refusal(pattern)?, "match the beginning itself, such as `^\\[`"),
    };
    Some(fault(format!("entries cannot start with `{}`: {why}", pattern.escape_debug()), hint))
}

/// `CreateLogGroup` in the CloudWatch Logs API Reference, whose letters and length the facts have too.
pub(super) fn group_name(name: &str, is_taken: bool) -> Option<Fault> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || ".-_/#".contains(letter);
    let why = match () {
        () if is_taken => "the agent has it already; give all its files in one call".to_owned(),
        () if name.is_empty() => "it is empty".to_owned(),
        () if name.len() > NAME_LENGTH => format!("it has more than {NAME_LENGTH} characters"),
        () if name.starts_with("aws/") => "what begins with `aws/` belongs to AWS".to_owned(),
        () => format!("`{}` may not stand in one", name.chars().find(|letter| !is_letter(*letter))?.escape_debug()),
    };
    let hint = "write it as `/system/environment/part`; letters, digits and .-_/# are taken";
    Some(fault(format!("`{}` is no name for a log group: {why}", name.escape_debug()), hint))
}

/// The numbers are those of the facts, so that CloudFormation, CloudWatch Logs and this have one list.
pub(super) fn retention(days: u32) -> Option<Fault> {
    let written = days.to_string();
    let allowed: Vec<String> = property("RetentionInDays").allowed.into_iter().filter_map(number).collect();
    if allowed.contains(&written) {
        return None;
    }
    let distance = |number: &&String| number.parse::<u32>().map_or(u32::MAX, |number| number.abs_diff(days));
    let near = allowed.iter().min_by_key(distance).map_or(String::new(), |near| format!("{near} is near; "));
    let message = format!("CloudWatch Logs does not keep lines for {written} days");
    Some(fault(message, format!("{near}it takes {}", allowed.join(", "))))
}

fn number(literal: Literal) -> Option<String> {
    match literal {
        Literal::Number(number) => Some(number),
        _ => None,
    }
}

/// What the facts say of a property of log groups.
pub(super) fn property(name: &str) -> Shape {
    let facts = Facts::embedded();
    let group = facts.resource("AWS::Logs::LogGroup").expect("the facts have every type of CloudFormation");
    let properties = facts.shape(group.properties).properties;
    let property = properties.into_iter().find(|property| property.name == name);
    facts.shape(property.expect("a test asks for each that is used").shape)
}

/// What stands in a list twice, each once.
fn repeated<'a>(items: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    items.for_each(|item| {
        if !seen.insert(item) {
            twice.insert(item);
        }
    });
    twice.into_iter()
}

fn fault(message: impl Into<String>, hint: impl Into<String>) -> Fault {
    Fault::new(message, Some(hint.into()))
}
