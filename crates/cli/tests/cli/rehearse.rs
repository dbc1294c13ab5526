//! Rehearsals of deploys to a server of this machine that leaps through time, and the deploys after them.
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::env::{Run, TestEnv, assembly, stack};

/// A project with a host on a server, which is stopped whatever happens.
struct Rehearsals(TestEnv);

impl Rehearsals {
    fn new() -> Self {
        let env = TestEnv::new();
        env.write("stackgen.toml", "app = 'none'\n");
        let project = Rehearsals(env);
        project.describe("m7g.medium", "ami-0123456789abcdef0");
        let started = project.0.run(&["local", "start", "--port", "0", "--pace", "leap"]);
        assert_eq!(started.code, Some(0), "{started}");
        let made = project.run(&["deploy", "--yes"]);
        assert_eq!(made.code, Some(0), "{made}");
        let hour = project.ask("POST", "advance?seconds=3600");
        assert!(hour["now"].is_string(), "{hour}");
        project
    }

    fn describe(&self, kind: &str, image: &str) {
        let zone = "eu-west-1a";
        let script = json!({"Fn::Base64": {"Fn::Sub": "#!/bin/sh\nmount ${Disk} /data\n"}});
        let host = json!({"Resources": {
            "Disk": {"Type": "AWS::EC2::Volume", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
                     "Properties": {"AvailabilityZone": zone, "Size": 10, "VolumeType": "gp3"}},
            "Host": {"Type": "AWS::EC2::Instance", "Properties": {
                "ImageId": image, "InstanceType": kind, "AvailabilityZone": zone, "UserData": script}},
            "Attachment": {"Type": "AWS::EC2::VolumeAttachment", "Properties": {
                "Device": "/dev/sdf", "InstanceId": {"Ref": "Host"}, "VolumeId": {"Ref": "Disk"}}},
        }});
        self.0.assembly("ready", &assembly(vec![stack("host", &host)]));
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.0.run(&[arguments, &["--local", "--assembly", "ready"]].concat())
    }

    fn json(&self, arguments: &[&str]) -> Json {
        serde_json::from_str(&self.run(arguments).stdout).unwrap()
    }

    /// Asks the server something that is not for AWS.
    fn ask(&self, method: &str, what: &str) -> Json {
        use std::io::{Read as _, Write as _};
        let record = self.0.path(".stackgen/local/server.json");
        let record: Json = serde_json::from_str(&std::fs::read_to_string(record).unwrap()).unwrap();
        let port = u16::try_from(record["port"].as_u64().unwrap()).unwrap();
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let head = "host: 127.0.0.1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        write!(stream, "{method} /_stackgen/{what} HTTP/1.1\r\n{head}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// What a rehearsal says from its events on, with volumes and machines by one name.
    fn story(&self, arguments: &[&str]) -> String {
        let run = self.run(&[&["rehearse", "host"], arguments].concat());
        let told = run.stdout.split_once("\nWhat would happen\n").map_or(run.stdout.as_str(), |(_, told)| told);
        let words = told.split_inclusive([' ', '\n']).map(|word| {
            let end = &word[word.trim_end().len()..];
            let name = ["vol", "i"].iter().find(|name| word.starts_with(&format!("{name}-0")) && word.len() > 18);
            name.map_or(word.to_owned(), |name| format!("[{name}]{end}"))
        });
        format!("exit code: {}\n{}", run.code.unwrap(), words.collect::<String>())
    }
}

impl Drop for Rehearsals {
    fn drop(&mut self) {
        self.0.run(&["local", "stop"]);
    }
}

#[test]
fn a_collision_is_told_before_it_happens_and_nothing_moves() {
    let project = Rehearsals::new();
    project.describe("m7g.medium", "ami-0fedcba9876543210");
    let before = project.ask("GET", "status")["calls"].as_u64().unwrap();
    assert_snapshot!(project.story(&[]), @"
    exit code: 1
       0:04     Updating host UPDATE_IN_PROGRESS
       0:05     Updating Host  AWS::EC2::Instance
       0:22      Updated Host  AWS::EC2::Instance
       0:22     Updating Attachment  AWS::EC2::VolumeAttachment
       0:22       Failed Attachment  AWS::EC2::VolumeAttachment
                         [vol] is already attached to an instance
       0:22 Rolling back host UPDATE_ROLLBACK_IN_PROGRESS
                         The following resource(s) failed to update: [Attachment].
       0:23     Updating Host  AWS::EC2::Instance
       0:23      Updated Host  AWS::EC2::Instance
       0:23     Updating Attachment  AWS::EC2::VolumeAttachment
       0:23      Updated Attachment  AWS::EC2::VolumeAttachment
       0:23  Cleaning up host UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS
       0:24     Deleting Host  AWS::EC2::Instance
       0:56      Deleted Host  AWS::EC2::Instance
       0:56  Rolled back host UPDATE_ROLLBACK_COMPLETE

    Calls that change something
       1     0:00  cloudformation:CreateChangeSet host
       2     0:04  cloudformation:ExecuteChangeSet host

    Downtime
      host/Host  none

    Afterwards
      host  UPDATE_ROLLBACK_COMPLETE

    It would fail: host/Attachment (AWS::EC2::VolumeAttachment):
                   [vol] is already attached to an instance
    hint: a volume goes to one instance at a time: let the old one go first
    ");
    let calls = project.ask("GET", &format!("journal?since={before}"));
    let calls = calls["calls"].as_array().unwrap();
    let reads = |call: &Json| {
        let name = call["operation"].as_str().unwrap();
        ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
    };
    assert!(calls.len() > 5 && calls.iter().all(reads), "{calls:?}");
    // The deploy does just that.
    let story = project.json(&["rehearse", "host", "--json"]);
    let done = project.run(&["deploy", "host", "--yes", "--approve", "collision:Attachment"]);
    assert_eq!((done.code, &story["works"]), (Some(1), &json!(false)), "{done}");
    let shape = |event: &Json| format!("{} {}", event["id"].as_str().unwrap(), event["status"].as_str().unwrap());
    let told: Vec<String> = story["events"].as_array().unwrap().iter().map(shape).collect();
    let happened = project.run(&["events", "host", "--json"]).stdout;
    let happened: Vec<Json> = happened.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let happened: Vec<String> = happened.iter().map(shape).collect();
    assert_eq!(told, happened);
}

#[test]
fn a_restart_takes_the_host_away_for_a_while() {
    let project = Rehearsals::new();
    project.describe("m7g.large", "ami-0123456789abcdef0");
    let story = project.story(&[]);
    assert_snapshot!(story, @"
    exit code: 0
       0:04     Updating host UPDATE_IN_PROGRESS
       0:05     Updating Host  AWS::EC2::Instance
       0:52      Updated Host  AWS::EC2::Instance
       0:52  Cleaning up host UPDATE_COMPLETE_CLEANUP_IN_PROGRESS
       0:53      Updated host UPDATE_COMPLETE

    Calls that change something
       1     0:00  cloudformation:CreateChangeSet host
       2     0:04  cloudformation:ExecuteChangeSet host

    Downtime
      host/Host  about 1 min 27 s, from 0:05 to 1:32

    Afterwards
      host  UPDATE_COMPLETE

    It would work, in about 53 s.
    ");
    assert_snapshot!(project.story(&["--fail", "Host=there is no room"]), @"
    exit code: 1
       0:04     Updating host UPDATE_IN_PROGRESS
       0:05     Updating Host  AWS::EC2::Instance
       0:05       Failed Host  AWS::EC2::Instance
                         there is no room
       0:05 Rolling back host UPDATE_ROLLBACK_IN_PROGRESS
                         The following resource(s) failed to update: [Host].
       0:06     Updating Host  AWS::EC2::Instance
       0:06      Updated Host  AWS::EC2::Instance
       0:06  Cleaning up host UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS
       0:07  Rolled back host UPDATE_ROLLBACK_COMPLETE

    Calls that change something
       1     0:00  cloudformation:CreateChangeSet host
       2     0:04  cloudformation:ExecuteChangeSet host

    Downtime
      host/Host  none

    Afterwards
      host  UPDATE_ROLLBACK_COMPLETE

    It would fail: host/Host (AWS::EC2::Instance): there is no room
    ");
    assert_snapshot!(project.story(&["--kill-at", "2"]), @"
    exit code: 0
       0:04     Updating host UPDATE_IN_PROGRESS
       0:04       Client dies at call 2
       0:04       Client another one goes on with `stackgen resume`
       0:05     Updating Host  AWS::EC2::Instance
       0:52      Updated Host  AWS::EC2::Instance
       0:52  Cleaning up host UPDATE_COMPLETE_CLEANUP_IN_PROGRESS
       0:53      Updated host UPDATE_COMPLETE

    Calls that change something
       1     0:00  cloudformation:CreateChangeSet host
       2     0:04  cloudformation:ExecuteChangeSet host

    When the client dies at call 2, ExecuteChangeSet host
      host  UPDATE_IN_PROGRESS
      host/Host [i] running

    Downtime
      host/Host  about 1 min 27 s, from 0:05 to 1:32

    Afterwards
      host  UPDATE_COMPLETE

    It would end well: `stackgen resume` goes on where the client died.
    ");
    let offline = project.run(&["rehearse", "host", "--offline"]);
    assert!(offline.stdout.starts_with("offline: from what was seen "), "{offline}");
    assert_eq!(project.story(&["--offline"]), story);
    assert!(!project.0.run(&["rehearse", "host", "--assembly", "ready", "--offline"]).stderr.is_empty());
    assert_eq!(project.run(&["deploy", "host", "--yes"]).code, Some(0));
    assert!(project.run(&["rehearse", "host", "--offline"]).stderr.contains("`host` was deployed from here"));
    assert_eq!(project.run(&["rehearse", "host"]).code, Some(0));
    // There is nothing to do, so that nothing is out of date afterwards.
    assert_eq!(project.run(&["deploy", "host", "--yes"]).code, Some(0));
    assert_eq!(project.run(&["rehearse", "host", "--offline"]).code, Some(0));
}

#[test]
fn what_makes_no_sense() {
    let project = Rehearsals::new();
    assert_snapshot!(project.run(&["rehearse", "--fail", "=why"]), @"
    exit code: 2
    --- stdout
    --- stderr
    error: `=why` does not say what fails
    hint: for instance: --fail Host='no room in the zone'
    ");
    project.describe("m7g.large", "ami-0123456789abcdef0");
    let refused = |arguments: &[&str]| project.run(&[&["rehearse"], arguments].concat()).stderr;
    let hints = [refused(&["--fail", "Hst"]), refused(&["--kill-at", "9"])].concat();
    let hints: Vec<&str> = hints.lines().filter(|line| !line.contains("Looking")).collect();
    assert_snapshot!(hints.join("\n"), @"
    error: nothing is done to `Hst`, so it cannot fail
    hint: what would change: Host, Attachment
    error: the client makes 2 calls that change something, so it cannot die at number 9
    hint: without --kill-at, the calls that change something are listed with their
          numbers
    ");
    let unseen = project.0.run(&["rehearse", "host", "--assembly", "ready", "--offline"]);
    assert_snapshot!(unseen, @"
    exit code: 1
    --- stdout
    --- stderr
    error: nobody looked at `host` in eu-west-1 yet
    hint: rehearse once without --offline: what is seen then is kept in
          .stackgen/observed
    ");
}

#[test]
fn a_deletion_is_told_before_it_happens_and_offline_too() {
    let project = Rehearsals::new();
    let before = project.ask("GET", "status")["calls"].as_u64().unwrap();
    let story = project.story(&["--destroy"]);
    assert_snapshot!(story, @"
    exit code: 0
       0:01       Client host: stopping [i] so that its disks can
                         be detached
       0:35     Deleting host DELETE_IN_PROGRESS
       0:36     Deleting Attachment  AWS::EC2::VolumeAttachment
       0:38      Deleted Attachment  AWS::EC2::VolumeAttachment
       0:38     Deleting Host  AWS::EC2::Instance
       0:40      Deleted Host  AWS::EC2::Instance
       0:40         Kept Disk  AWS::EC2::Volume
       0:40      Deleted host DELETE_COMPLETE

    Calls that change something
       1     0:01  ec2:StopInstances [i]
       2     0:35  cloudformation:DeleteStack host

    Afterwards
      host  DELETE_COMPLETE
      * host/Disk (AWS::EC2::Volume) [vol] which holds data, stays,
        belongs to no stack and goes on to cost
      * host/Attachment (AWS::EC2::VolumeAttachment)
        [vol] is deleted
      * host/Host (AWS::EC2::Instance) [i] is deleted

    It would work, in about 40 s.
    ");
    let calls = project.ask("GET", &format!("journal?since={before}"));
    let calls = calls["calls"].as_array().unwrap();
    let reads = |call: &Json| {
        let name = call["operation"].as_str().unwrap();
        ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
    };
    assert!(calls.len() > 5 && calls.iter().all(reads), "{calls:?}");
    assert_eq!(project.story(&["--destroy", "--offline"]), story);
    assert_snapshot!(project.story(&["--destroy", "--fail", "Host=it is protected"]), @"
    exit code: 1
       0:01       Client host: stopping [i] so that its disks can
                         be detached
       0:35     Deleting host DELETE_IN_PROGRESS
       0:36     Deleting Attachment  AWS::EC2::VolumeAttachment
       0:38      Deleted Attachment  AWS::EC2::VolumeAttachment
       0:38     Deleting Host  AWS::EC2::Instance
       0:38       Failed Host  AWS::EC2::Instance
                         it is protected
       0:38       Failed host DELETE_FAILED
                         The following resource(s) failed to delete: [Host].

    Calls that change something
       1     0:01  ec2:StopInstances [i]
       2     0:35  cloudformation:DeleteStack host

    Downtime
      host/Host  from 0:01 on: it does not come back by itself

    Afterwards
      host  DELETE_FAILED
      * host/Attachment (AWS::EC2::VolumeAttachment)
        [vol] is deleted

    It would fail: host/Host (AWS::EC2::Instance): it is protected
    ");
    assert_snapshot!(project.story(&["--destroy", "--kill-at", "1"]), @"
    exit code: 0
       0:01       Client host: stopping [i] so that its disks can
                         be detached
       0:01       Client dies at call 1
       0:01       Client another one goes on with `stackgen resume`
       0:01       Client host: stopping [i] so that its disks can
                         be detached
       0:31     Deleting host DELETE_IN_PROGRESS
       0:32     Deleting Attachment  AWS::EC2::VolumeAttachment
       0:34      Deleted Attachment  AWS::EC2::VolumeAttachment
       0:34     Deleting Host  AWS::EC2::Instance
       0:36      Deleted Host  AWS::EC2::Instance
       0:36         Kept Disk  AWS::EC2::Volume
       0:36      Deleted host DELETE_COMPLETE

    Calls that change something
       1     0:01  ec2:StopInstances [i]
       2     0:02  ec2:StopInstances [i]
       3     0:31  cloudformation:DeleteStack host

    When the client dies at call 1, StopInstances [i]
      host  CREATE_COMPLETE
      host/Host [i] stopping

    Afterwards
      host  DELETE_COMPLETE
      * host/Disk (AWS::EC2::Volume) [vol] which holds data, stays,
        belongs to no stack and goes on to cost
      * host/Attachment (AWS::EC2::VolumeAttachment)
        [vol] is deleted
      * host/Host (AWS::EC2::Instance) [i] is deleted

    It would end well: `stackgen resume` goes on where the client died.
    ");
    // The deletion does just that.
    let story = project.json(&["rehearse", "host", "--destroy", "--json"]);
    assert_eq!((&story["doing"], &story["works"]), (&json!("destroy"), &json!(true)));
    let done = project.run(&["destroy", "host", "--yes"]);
    assert_eq!(done.code, Some(0), "{done}");
    let disk = story["remains"]["retained"][0]["physical_id"].as_str().unwrap();
    assert!(done.stderr.contains(&format!("Disk (AWS::EC2::Volume) {disk}")), "{done}");
    // Of what it was then nothing follows any more.
    assert_snapshot!(project.run(&["rehearse", "host", "--destroy", "--offline"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: what was seen is out of date: since then, `host` was destroyed from here
    hint: type the same without --offline: that looks again, and keeps what it sees
    ");
    // What is gone can be rehearsed as well.
    assert_snapshot!(project.story(&["--destroy"]), @"
    exit code: 0
    host: no changes

      Remarks
      * there is no stack of this name in eu-west-1

    1 stack: 1 without changes

    It would work: there is nothing to do.
    ");
}

#[test]
fn a_deletion_that_makes_no_sense() {
    let project = Rehearsals::new();
    let refused = |arguments: &[&str]| {
        let run = project.run(&[&["rehearse", "--destroy"], arguments].concat());
        let lines: Vec<&str> = run.stderr.lines().filter(|line| !line.contains("Looking")).collect();
        format!("exit code: {}\n{}\n{}", run.code.unwrap(), run.stdout, lines.join("\n"))
    };
    for wrong in [&["--handover"][..], &["-e"], &["--parameter", "a=b"], &["--tag", "a=b"], &["--unlock", "Disk"]] {
        let told = refused(wrong);
        assert!(told.starts_with("exit code: 2") && told.contains("cannot be used with"), "{told}");
    }
    assert_snapshot!(refused(&["--fail", "Disk"]), @"
    exit code: 2

    error: nothing is done to `Disk`, so it cannot fail
    hint: what would change: Host, Attachment
    ");
    assert_snapshot!(refused(&["hst", "--offline"]), @"
    exit code: 1

    error: nobody looked at `hst` in eu-west-1 yet
    hint: rehearse once without --offline: what is seen then is kept in
          .stackgen/observed
    ");
    assert_snapshot!(refused(&["--retain", "Host"]), @"
    exit code: 1

    It would be refused: CloudFormation keeps resources only when it deletes `host`
                         for a second time; give `Host` a deletion policy instead
    ");
    assert_eq!(project.run(&["deploy", "--yes", "--termination-protection"]).code, Some(0));
    assert_snapshot!(refused(&["host"]), @"
    exit code: 1

    It would be refused: the stack `host` is protected against deletion; nothing was
                         done
    hint: if it shall go: `aws cloudformation update-termination-protection
          --no-enable-termination-protection`
    ");
    let outside = project.0.run(&["rehearse", "--destroy", "--local", "--project", "/"]);
    assert!(outside.code == Some(1) && outside.stderr.contains("stackgen.toml"), "{outside}");
}
