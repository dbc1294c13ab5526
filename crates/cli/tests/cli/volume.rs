//! Data volumes and the status of their hosts, on a server of this machine that leaps through time.
#[path = "../../../deploy/src/host/samples.rs"]
mod samples;

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::env::{Run, TestEnv, assembly, stack};

const IMAGE: &str = "ami-0123456789abcdef0";
/// Stand in the ready assembly where the app puts what the lock has.
const SNAPSHOT: &str = "snap-00000000000000000";
const MARK: &str = "DataRestored";
/// The app: its volume is made from the snapshot of the lock, if there is one, and then has another id.
const APP: &str = r#"
LOCK=${STACKGEN_LOCK:-stackgen.lock}
ID=$(grep -s -o -m 1 '"snap-[0-9a-f]*"' "$LOCK" | tr -d '"')
test -n "$ID" || { cp -r "$READY" "$STACKGEN_OUT"; exit; }
NAME=Data$(printf %s "$ID" | tail -c 8 | tr a-f A-F)
cp -r restored "$STACKGEN_OUT"
sed -i "s/snap-00000000000000000/$ID/; s/DataRestored/$NAME/g" "$STACKGEN_OUT"/*.json
"#;

/// The template is one of a handful of lines, and a handover takes its attachment away.
const SETTINGS: &str = r#"
app = './app.sh'
[[lint.ignore]]
rule = "S2001"
stack = "prod"
reason = "a test"
[[lint.ignore]]
rule = "E3005"
stack = "prod"
reason = "a test"
"#;

/// A project with a host and a server, which is stopped whatever happens.
struct Project(TestEnv);

impl Project {
    fn new() -> Self {
        let described = |template: &Json| {
            let mut stack = stack("prod", template);
            stack.0.tags.insert("environment".to_owned(), "prod".to_owned());
            assembly(vec![stack])
        };
        let env = TestEnv::with_app(&described(&samples::host("A", IMAGE, "one")), APP);
        env.assembly("restored", &described(&restored()));
        env.write("stackgen.toml", SETTINGS);
        let project = Project(env);
        let started = project.0.run(&["local", "start", "--port", "0", "--pace", "leap"]);
        assert_eq!(started.code, Some(0), "{started}");
        project
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.0.run(&[arguments, &["--local"]].concat())
    }

    #[track_caller]
    fn good(&self, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{run}");
        run
    }

    fn json(&self, arguments: &[&str]) -> Json {
        serde_json::from_str(&self.good(arguments).stdout).unwrap()
    }

    /// The volume of the host, as its status tells it.
    fn volume(&self) -> Json {
        self.json(&["status", "prod", "--json"])["hosts"][0]["volumes"][0]["volume"].clone()
    }

    fn lock(&self) -> Json {
        let text = fs::read_to_string(self.0.path(".stackgen/local/stackgen.lock")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.0.run(&["local", "stop"]);
    }
}

fn restored() -> Json {
    let text = samples::host("B", IMAGE, "one").to_string();
    let text = text.replace("${Data}", "${DataRestored}").replace(r#"{"Ref":"Data"}"#, r#"{"Ref":"DataRestored"}"#);
    let mut template: Json = serde_json::from_str(&text).unwrap();
    let resources = template["Resources"].as_object_mut().unwrap();
    let mut volume = resources.shift_remove("Data").unwrap();
    volume["Properties"]["SnapshotId"] = json!(SNAPSHOT);
    resources.insert(MARK.to_owned(), volume);
    template
}

/// A text with ids and ages taken out.
fn plain(text: &str) -> String {
    let kinds = ["snap-", "vol-", "i-", "ami-"];
    let masked = |word: &str| {
        let at = kinds.iter().find_map(|kind| Some((word.find(kind)?, kind.len())))?;
        let digits = word[at.0 + at.1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        (digits == 17).then(|| format!("{}[ID]{}", &word[..at.0 + at.1], &word[at.0 + at.1 + digits..]))
    };
    let words = text.split(' ').map(|word| masked(word).unwrap_or_else(|| word.to_owned()));
    words.collect::<Vec<_>>().join(" ")
}

/// What a command says it is going to do, without what differs each time, and where its lines end.
fn steps(run: &Run) -> String {
    let is_step = |line: &&str| line.trim_start().starts_with("Step ") || line.starts_with("             ");
    let lines: Vec<&str> = run.stderr.lines().take_while(is_step).collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80 || line.contains("[TEMP]")), "{run}");
    timeless(&plain(&lines.join("\n").replace("\n             ", " ")))
}

#[test]
fn a_volume_is_copied_made_again_and_taken_back() {
    let project = Project::new();
    project.good(&["deploy", "--yes"]);
    let old = project.volume()["id"].as_str().unwrap().to_owned();
    let written = project.0.run(&["local", "volume", "write", &old, "rows", "1 2 3"]);
    assert_eq!(written.code, Some(0), "{written}");
    let nobody = project.0.run(&["local", "volume", "write", "vol-1", "rows", "1"]);
    assert_eq!((nobody.code, &*nobody.stderr), (Some(1), "error: there is no volume vol-1\n"));
    let unsure = project.run(&["volume", "snapshot", "prod"]);
    assert_eq!(unsure.code, Some(3), "{unsure}");
    assert!(unsure.stderr.contains(" is what a power cut would leave\n"), "{unsure}");
    let copied = project.good(&["volume", "snapshot", "prod", "--yes"]);
    let snapshot = copied.stdout.trim().to_owned();
    let listed = project.json(&["volume", "snapshot", "prod", "--list", "--json"]);
    assert_eq!((&listed[0]["id"], &listed[0]["volume"]), (&json!(snapshot), &json!(old)));

    let restore = ["volume", "restore", "prod", "--snapshot", &snapshot];
    let unsure = project.run(&restore);
    assert_eq!(unsure.code, Some(3), "{unsure}");
    assert!(!project.0.path(".stackgen/local/stackgen.lock").exists());
    let restored = project.good(&[&restore[..], &["--yes"]].concat());
    let mark = snapshot[snapshot.len() - 8..].to_uppercase();
    assert_snapshot!("restore", steps(&restored).replace(&mark, "[MARK]"));
    assert_eq!(project.lock()["volumes"]["prod"]["Data"], json!({"gib": 20, "snapshot": snapshot}));
    let again = project.good(&[&restore[..], &["--yes"]].concat());
    assert!(again.stderr.contains("Unchanged"), "{again}");
    let refused = project.run(&["deploy", "--yes"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    project.good(&["deploy", "--yes", "--handover"]);
    let new = project.volume();
    assert_eq!((&new["snapshot"], &new["on"][0]["state"]), (&json!(snapshot), &json!("attached")));

    let content = project.0.run(&["local", "volume", "read", new["id"].as_str().unwrap()]).stdout;
    assert_eq!(content, "rows: 1 2 3\n");

    let adopted = project.good(&["volume", "adopt", "prod", "--volume", &old, "--yes"]);
    assert_eq!(project.lock().get("volumes"), None, "{adopted}");
    project.good(&["deploy", "--yes", "--handover"]);
    assert_eq!(project.volume()["id"], json!(old));
}

#[test]
fn a_volume_outlives_its_stack() {
    let project = Project::new();
    project.good(&["deploy", "--yes"]);
    let old = project.volume()["id"].as_str().unwrap().to_owned();
    let held = project.run(&["volume", "adopt", "prod", "--volume", &old, "--yes"]);
    assert_eq!(held.code, Some(3), "{held}");
    assert!(held.stderr.contains("is on i-"), "{held}");
    project.good(&["destroy", "prod", "--yes"]);
    let unsure = project.run(&["volume", "adopt", "prod", "--volume", &old]);
    assert_eq!(unsure.code, Some(3), "{unsure}");
    assert!(project.run(&["status", "--all"]).stderr.contains("there are no stacks"), "not even a change set stays");
    let adopted = project.good(&["volume", "adopt", "prod", "--volume", &old, "--yes"]);
    assert_snapshot!("adopt", steps(&adopted));
    assert!(
        adopted.stderr.contains(&format!("Recorded in /stackgen/prod/data-volume: {old} is in service")),
        "{adopted}"
    );
    // To CloudFormation it is an update that lets somebody do more.
    project.good(&["deploy", "--yes", "--approve", "permission:Profile", "--approve", "permission:Role"]);
    assert_eq!(project.volume()["id"], json!(old));
    let status = project.json(&["status", "prod", "--json"]);
    assert_eq!(status["hosts"][0]["record"], json!(format!("in-service:{old}")));
}

#[test]
fn what_cannot_be_is_refused() {
    let project = Project::new();
    project.good(&["deploy", "--yes"]);
    let absent = project.run(&["volume", "restore", "prod", "--snapshot", "snap-0123456789abcdef0", "--yes"]);
    assert!(absent.stderr.contains("there is no snapshot snap-0123456789abcdef0"), "{absent}");
    let unknown = project.run(&["volume", "snapshot", "prod", "--volume", "Dta", "--yes"]);
    assert!(
        unknown.stderr.ends_with("error: no host of the stack has a volume `Dta`\nhint: it has: Data\n"),
        "{unknown}"
    );
    let id = project.good(&["volume", "snapshot", "prod", "--yes"]).stdout.trim().to_owned();
    let ready = project.run(&["volume", "restore", "prod", "--snapshot", &id, "--yes", "--assembly", "ready"]);
    assert_eq!(ready.code, Some(2), "{ready}");
    project.0.write("app.sh", "#!/bin/sh\ncp -r ready \"$STACKGEN_OUT\"\n");
    let deaf = project.run(&["volume", "restore", "prod", "--snapshot", &id, "--yes"]);
    assert_eq!(deaf.code, Some(3), "{deaf}");
    assert!(deaf.stderr.contains("the app does not go by what stackgen.lock says of `Data` of `prod`"), "{deaf}");
}

#[test]
fn a_host_has_a_status_for_people() {
    let project = Project::new();
    project.good(&["deploy", "--yes"]);
    let status = project.good(&["status", "prod"]).stdout;
    assert!(status.lines().all(|line| line.chars().count() <= 80), "{status}");
    let host: Vec<&str> = status.lines().skip_while(|line| !line.starts_with("host ")).collect();
    let (host, _) = host.split_at(host.iter().position(|line| line.is_empty()).unwrap());
    let words = plain(&host.join("\n"));
    assert_snapshot!("status", timeless(&words));
    let coloured = project.good(&["status", "prod", "--color", "always"]).stdout;
    assert!(coloured.contains("\u{1b}[1mmachine\u{1b}[0m"), "{coloured}");
}

/// A text without ages and addresses.
fn timeless(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        let unit = words[at].trim_end_matches([',', ')', '\n']).split(',').next().unwrap_or_default().to_owned();
        if ["s", "min", "h", "d"].contains(&&*unit) && words[at - 1].bytes().all(|digit| digit.is_ascii_digit()) {
            words[at - 1] = "[N]".to_owned();
        }
        if words[at].trim_end_matches(',').parse::<std::net::Ipv4Addr>().is_ok() {
            words[at] = "[IP],".to_owned();
        }
    }
    words.join(" ")
}
