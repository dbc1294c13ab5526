//! How a first boot went, read from the console: boot scripts say there what they do, in lines such as
//! `2027-01-01T16:09:35Z stackgen mount: done in 3 s`.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::aws::{Connection, Retry};
use crate::failure::{Failure, Kind};

/// The last words of a script that went well.
const GOOD: &str = "everything runs";

/// A first boot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Boot {
    /// What the script did, in its order.
    pub sections: Vec<Section>,
    /// Whether it said that everything runs.
    pub is_good: bool,
    /// What it ended with otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A part of a boot script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// How long it took; nothing while it goes on, or if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

/// What the console of a machine tells of its first boot; nothing if it tells nothing (any more): it has the last 64 KiB of the
/// last boot (`GetConsoleOutput` in the EC2 API reference).
pub(super) async fn look(connection: &Connection, machine: &str) -> Result<Option<Boot>, Failure> {
    let fields = [("InstanceId".to_owned(), machine)];
    let answer = match connection.ec2("GetConsoleOutput", Retry::Safe, &fields).await {
        Err(failure) if failure.kind == Kind::NotFound => return Ok(None),
        answer => answer?,
    };
    let Ok(output) = answer.text("output") else { return Ok(None) };
    let compact: String = output.chars().filter(|it| !it.is_whitespace()).collect();
    let bytes = STANDARD.decode(compact).unwrap_or_default();
    Ok(read(&String::from_utf8_lossy(&bytes)))
}

fn read(console: &str) -> Option<Boot> {
    let mut boot = Boot::default();
    for (name, said) in console.lines().filter_map(line) {
        match (said, name) {
            (GOOD, _) => boot.is_good = true,
            ("begins", "start") => {}
            ("begins", name) => boot.sections.push(Section { name: name.to_owned(), seconds: None }),
            (said, name) => {
                if let Some(error) = said.strip_prefix("error: ") {
                    boot.error = Some(format!("{name}: {error}"));
                }
                let seconds = said.strip_prefix("done in ").and_then(|rest| rest.strip_suffix(" s")?.parse().ok());
                if seconds.is_some() {
                    done(&mut boot, name, seconds);
                }
            }
        }
    }
    let is_told = !boot.sections.is_empty() || boot.is_good || boot.error.is_some();
    is_told.then_some(boot)
}

/// A section that ended; its begin may have left the console already.
fn done(boot: &mut Boot, name: &str, seconds: Option<u64>) {
    match boot.sections.iter_mut().rev().find(|section| section.name == name) {
        Some(section) => section.seconds = seconds,
        None => boot.sections.push(Section { name: name.to_owned(), seconds }),
    }
}

/// Section and words of a line of a boot script. cloud-init and the kernel may have put something in front.
fn line(line: &str) -> Option<(&str, &str)> {
    let (before, rest) = line.split_once(" stackgen ")?;
    let stamp = before.split_whitespace().next_back()?;
    let is_stamp = stamp.len() == 20 && stamp.ends_with('Z') && stamp.parse::<jiff::Timestamp>().is_ok();
    let (name, said) = rest.split_once(": ").filter(|_| is_stamp)?;
    (!name.contains(' ')).then(|| (name, said.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(name: &str, seconds: Option<u64>) -> Section {
        Section { name: name.to_owned(), seconds }
    }

    #[test]
    fn sections_have_their_times() {
        let console = "\
[    0.000000] Linux version 6.8.0
[   21.3] cloud-init[812]: 2027-01-01T16:09:30Z stackgen network: begins
[   21.4] cloud-init[812]: 2027-01-01T16:09:31Z stackgen network: done in 1 s\r
2027-01-01T16:09:31Z stackgen mount: begins
2027-01-01T16:09:33Z stackgen mount: volume vol-1 is /dev/nvme1n1
2027-01-01T16:09:35Z stackgen mount: done in 4 s
2027-01-01T16:09:36Z stackgen services: begins
2027-01-01T16:09:48Z stackgen services: done in 12 s
2027-01-01T16:09:49Z stackgen end: everything runs
";
        let boot = read(console).expect("it tells");
        let sections = [section("network", Some(1)), section("mount", Some(4)), section("services", Some(12))];
        assert_eq!(boot, Boot { sections: sections.to_vec(), is_good: true, error: None });
    }

    #[test]
    fn a_failure_is_told_where_it_happened() {
        let console = "\
2027-01-01T16:09:31Z stackgen network: done in 1 s
2027-01-01T16:09:31Z stackgen mount: begins
2027-01-01T16:19:31Z stackgen mount: error: volume vol-1 did not appear (line 80 of the script, status 1)
";
        let boot = read(console).expect("it tells");
        assert_eq!(boot.sections, [section("network", Some(1)), section("mount", None)]);
        assert_eq!(boot.error.as_deref(), Some("mount: volume vol-1 did not appear (line 80 of the script, status 1)"));
        assert!(!boot.is_good);
    }

    #[test]
    fn what_others_print_tells_nothing() {
        assert_eq!(read("login: \nsomebody says stackgen mount: done in 3 s\n"), None);
        assert_eq!(read(""), None);
    }
}
