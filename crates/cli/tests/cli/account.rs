//! Commands against an account, which is a server in this process: one for all tests, each with stacks of its own names.
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stackgen_local::cloudformation::operation::Mishap;
use stackgen_local::resources::Doing;
use stackgen_local::server::{Fault, Handle, Options, Script, Server, Then, When};

use crate::env::{Run, TestEnv, assembly, stack};

fn server() -> &'static Handle {
    static SERVER: OnceLock<Handle> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Options::default()).unwrap())
}

/// A project with one stack.
struct Account {
    env: TestEnv,
    name: &'static str,
}

impl Account {
    fn new(name: &'static str, template: &Json) -> Self {
        let env = TestEnv::new();
        env.write("stackgen.toml", "app = 'none'\n");
        let account = Account { env, name };
        account.describe(template);
        account
    }

    /// One whose stack is deployed.
    fn deployed(name: &'static str, template: &Json) -> Self {
        let account = Account::new(name, template);
        let made = account.run(&["deploy", "--yes"]);
        assert_eq!(made.code, Some(0), "{made}");
        account
    }

    /// What the app says now.
    fn describe(&self, template: &Json) {
        self.env.assembly("ready", &assembly(vec![stack(self.name, template)]));
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let url = server().endpoint();
        let mut command = self.env.command(&[arguments, &["--endpoint-url", &url, "--assembly", "ready"]].concat());
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        let mut run = self.env.outcome(&command.output().unwrap());
        for text in [&mut run.stdout, &mut run.stderr] {
            *text = text.replace(&url, "[URL]");
        }
        run
    }

    fn json(&self, arguments: &[&str]) -> Json {
        let run = self.run(arguments);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
    }

    /// Change sets that wait.
    fn waiting(&self) -> Vec<String> {
        let all = self.json(&["changeset", "list", self.name, "--json"]);
        let waiting = all.as_array().unwrap().iter().filter(|entry| entry["execution"] == "AVAILABLE");
        waiting.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// A group that lets somebody in, a table that holds data, and a queue.
fn service(cidr: &str, table: &str, delay: u32) -> Json {
    json!({
        "Resources": {
            "Web": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
                "GroupDescription": "web", "SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": cidr, "Description": "web"}]}},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
                "TableName": table, "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}},
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": delay}},
        },
        "Outputs": {"Table": {"Value": {"Ref": "Table"}}},
    })
}

/// A parameter that stays when its stack goes.
fn note(name: &str) -> Json {
    json!({"Resources": {"Note": {
        "Type": "AWS::SSM::Parameter", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": {"Name": name, "Type": "String", "Value": "as written"}}}})
}

#[test]
fn what_a_deploy_would_do() {
    let account = Account::deployed("diffed", &service("10.0.0.0/8", "diffed-a", 1));
    let none = account.run(&["diff", "--fail"]);
    assert_eq!(none.code, Some(0), "{none}");
    assert_snapshot!(none.stdout, @r"
    diffed: no changes

    1 stack: 1 without changes
    ");
    account.describe(&service("0.0.0.0/0", "diffed-b", 2));
    let text = account.run(&["diff", "--fail"]);
    assert_eq!(text.code, Some(1), "{text}");
    assert_snapshot!(text.stdout, @r#"
    diffed: update in eu-west-1, about 30 s
      1 data at risk, 2 changed in place; 2 approvals needed

      ! data at risk
        ! Table  AWS::DynamoDB::Table                               stacks/main.rs:1
          is replaced: TableName changes; its data is lost
          TableName: diffed-a → diffed-b  (replaces it)

      ~ changed in place
        ~ Web  AWS::EC2::SecurityGroup                              stacks/main.rs:1
          SecurityGroupIngress:
                  "ToPort": "443",
            -     "CidrIp": "10.0.0.0/8",
            +     "CidrIp": "0.0.0.0/0",
                  "Description": "web"
        ~ Queue  AWS::SQS::Queue                                    stacks/main.rs:1
          DelaySeconds: 1 → 2

      Network
        + 0.0.0.0/0 can reach Web on tcp 443 (more than before)

      Approvals needed
        ! --approve replace:Table
          is replaced: TableName changes; its data is lost
        ! --approve ingress:Web
          it lets 0.0.0.0/0 reach it on tcp 443

    1 stack: 1 to update, 2 approvals needed
    "#);
    assert_eq!(text.stderr, "    Planning in eu-west-1, at [URL]\n");
    let markdown = account.run(&["diff", "--format", "markdown"]);
    assert_eq!(markdown.code, Some(0), "without --fail a change is no failure");
    assert_snapshot!(markdown.stdout, @r#"
    ### Plan for `eu-west-1`

    1 stack: 1 to update, 2 approvals needed

    > [!WARNING]
    > **This needs approval:**
    > - `--approve replace:Table` in `diffed`: is replaced: TableName changes; its data is lost
    > - `--approve ingress:Web` in `diffed`: it lets 0.0.0.0/0 reach it on tcp 443

    <details open><summary><b>diffed</b>: update; 1 data at risk, 2 changed in place; about 30 s</summary>

    | | Resource | What happens |
    |---|---|---|
    | `!` **data at risk** | `Table`<br>AWS::DynamoDB::Table<br>`stacks/main.rs:1` | is replaced: TableName changes; its data is lost |
    | `~` changed in place | `Web`<br>AWS::EC2::SecurityGroup<br>`stacks/main.rs:1` | changes in place: SecurityGroupIngress changes |
    | `~` changed in place | `Queue`<br>AWS::SQS::Queue<br>`stacks/main.rs:1` | changes in place: DelaySeconds changes |

    <details><summary>Properties</summary>

    `Table`
    ```diff
      TableName  (replaces it)
    - diffed-a
    + diffed-b
    ```

    `Web`
    ```diff
      SecurityGroupIngress
          "ToPort": "443",
    -     "CidrIp": "10.0.0.0/8",
    +     "CidrIp": "0.0.0.0/0",
          "Description": "web"
    ```

    `Queue`
    ```diff
      DelaySeconds
    - 1
    + 2
    ```

    </details>

    **Network**

    ```diff
    + 0.0.0.0/0 can reach Web on tcp 443  (more than before)
    ```

    </details>
    "#);
    let plan = account.json(&["diff", "--json"]);
    let dangers = plan["stacks"][0]["dangers"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap());
    assert_eq!(dangers.collect::<Vec<_>>(), ["Table", "Web"]);
    assert_eq!(account.waiting(), [""; 0], "nothing is left behind");
}

#[test]
fn without_a_terminal_dangers_need_their_names() {
    let account = Account::deployed("feared", &service("10.0.0.0/8", "feared-a", 1));
    account.describe(&service("0.0.0.0/0", "feared-b", 1));
    let refused = account.run(&["deploy", "--yes"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    let said = refused.stderr.split("error: ").nth(1).unwrap();
    assert_snapshot!(said, @r"
    this needs approval, and there is no terminal to ask on; nothing was done:
      replace:Table (feared): is replaced: TableName changes; its data is lost
      ingress:Web (feared): it lets 0.0.0.0/0 reach it on tcp 443
    hint: if all of it is meant: --yes --approve replace:Table --approve ingress:Web
    ");
    let half = account.run(&["deploy", "--yes", "--approve", "replace:Table"]);
    assert_eq!(half.code, Some(3), "{half}");
    assert_eq!(account.waiting(), [""; 0]);
    let done = account.run(&["deploy", "--yes", "--approve", "replace:Table", "--approve", "feared/ingress:Web"]);
    assert_eq!(done.code, Some(0), "{done}");
}

#[test]
fn change_sets_wait_and_are_carried_out_or_deleted() {
    let account = Account::deployed("waiting", &service("10.0.0.0/8", "waiting", 1));
    for delay in [2, 3] {
        account.describe(&service("10.0.0.0/8", "waiting", delay));
        assert_eq!(account.run(&["deploy", "--no-execute"]).code, Some(0));
    }
    let names = account.waiting();
    assert_eq!(names.len(), 2);
    let unclear = account.run(&["changeset", "show", "waiting"]);
    assert_eq!(unclear.code, Some(1));
    assert!(unclear.stderr.contains("has 2 change sets; say which one"), "{unclear}");
    let shown = account.run(&["changeset", "show", "waiting", &names[0]]);
    assert!(shown.stdout.contains("~ Queue  AWS::SQS::Queue"), "{shown}");
    let listed = account.run(&["changeset", "list", "waiting"]).stdout;
    assert!(listed.starts_with("CHANGE SET") && listed.contains("AVAILABLE"), "{listed}");
    let deleted = account.run(&["changeset", "delete", "waiting", &names[0]]);
    assert_eq!((deleted.code, deleted.stderr), (Some(0), format!("     Deleted {}\n", names[0])));
    let silent = account.run(&["changeset", "execute", "waiting", &names[1]]);
    assert_eq!(silent.code, Some(3), "{silent}");
    assert_eq!(account.waiting(), [names[1].clone()], "it stays if nobody says yes");
    let done = account.run(&["changeset", "execute", "waiting", &names[1], "--yes"]);
    assert_eq!(done.code, Some(0), "{done}");
    let missing = account.run(&["changeset", "delete", "waiting", &names[0]]);
    assert!(missing.stderr.contains(&format!("has no change set named `{}`", names[0])), "{missing}");
}

#[test]
fn what_is_there_already_is_taken_in() {
    let account = Account::deployed("leaver", &note("/taken"));
    let gone = account.run(&["destroy", "leaver", "--yes"]);
    assert_eq!(gone.code, Some(0), "{gone}");
    assert!(gone.stderr.contains("Retained Note (AWS::SSM::Parameter) /taken"), "{gone}");
    let again = account.run(&["deploy", "--yes"]);
    let again = again.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(again.matches("AWS::SSM::Parameter `/taken` is there already").count(), 1, "{again}");
    assert!(again.contains("hint: take it in with `stackgen import leaver Note=/taken "), "{again}");
    let taker = Account::new("taker", &note("/taken"));
    let wrong = taker.run(&["import", "taker", "Noto=/taken", "--yes"]);
    assert_eq!(wrong.code, Some(1), "{wrong}");
    assert!(wrong.stderr.contains("has no resource `Noto`") && wrong.stderr.contains("there are: Note"), "{wrong}");
    let bad = taker.run(&["import", "taker", "Note", "--yes"]);
    assert_eq!(bad.code, Some(2), "{bad}");
    let taken = taker.run(&["import", "taker", "Note=/taken", "--yes"]);
    assert_eq!(taken.code, Some(0), "{taken}");
    assert!(taken.stderr.contains("IMPORT_COMPLETE"), "{taken}");
    assert!(taken.stderr.contains("  1 taken in\n"), "{taken}");
    let same = taker.run(&["drift", "taker", "--fail"]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), "taker is what its template says\n"), "{same}");
}

#[test]
fn what_somebody_changed_by_hand_is_seen() {
    let account = Account::deployed("drifting", &note("/drifting"));
    server().world(|world| {
        let parameter = world.region("eu-west-1").ssm.parameters.get_mut("/drifting").unwrap();
        "by hand".clone_into(&mut parameter.versions.last_mut().unwrap().value);
    });
    let drifted = account.run(&["drift", "drifting", "--fail"]);
    assert_eq!(drifted.code, Some(1), "{drifted}");
    assert_snapshot!(drifted.stdout, @r"
    drifting differs in 1 resource
      modified Note (AWS::SSM::Parameter) /drifting
        Value: as written -> by hand
    ");
    assert_eq!(account.json(&["drift", "drifting", "--json"])[0]["resources"][0]["id"], "Note");
}

#[test]
fn what_happened_to_a_stack_that_is_finished() {
    let account = Account::deployed("finished", &note("/finished"));
    let chart = account.run(&["events", "finished", "--chart"]).stdout;
    assert!(chart.starts_with("Note  █"), "{chart}");
    let events = account.run(&["events", "finished", "--json"]).stdout;
    let events: Vec<Json> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ends = events.last().unwrap();
    assert_eq!((&ends["id"], &ends["status"]), (&json!("finished"), &json!("CREATE_COMPLETE")));
    let watched = account.run(&["watch", "finished"]);
    assert_eq!(watched.code, Some(0), "{watched}");
    assert_eq!(watched.stderr, "     Nothing goes on with finished: it is in CREATE_COMPLETE\n");
    let refused = account.run(&["rollback", "finished"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    assert_snapshot!(refused.stderr, @r#"
    error: `finished` is in CREATE_COMPLETE, from which there is nothing to roll back
    hint: `stackgen events finished --endpoint-url [URL]` shows how
          it came there
    "#);
}

#[test]
fn a_stack_of_somebody_else_is_not_taken_over_by_accident() {
    let account = Account::deployed("owned", &note("/owned"));
    account.describe(&json!({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}));
    let refused = account.run(&["deploy", "--yes"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    let said = refused.stderr.split("error: ").nth(1).unwrap();
    assert_snapshot!(said, @r"
    this needs approval, and there is no terminal to ask on; nothing was done:
      takeover:owned (owned): a stack of this name is there, made by somebody else, it seems: its one resource is not in this template, and it goes
    hint: if all of it is meant: --yes --approve takeover:owned
    ");
}

#[test]
fn plans_that_are_not_for_here() {
    let account = Account::deployed("planned", &service("10.0.0.0/8", "planned", 1));
    account.describe(&service("10.0.0.0/8", "planned", 2));
    assert_eq!(account.run(&["deploy", "--no-execute"]).code, Some(0));
    let elsewhere = account.run(&["deploy", "--plan", "stackgen.plan.json", "--region", "us-east-1", "--yes"]);
    assert_eq!(elsewhere.code, Some(3));
    assert!(elsewhere.stderr.contains("the plan is for eu-west-1, and this is us-east-1"), "{elsewhere}");
    assert_eq!(account.run(&["changeset", "delete", "planned"]).code, Some(0));
    let gone = account.run(&["deploy", "--plan", "stackgen.plan.json", "--yes"]);
    assert!(gone.stderr.contains("is gone: its change set was carried out or deleted"), "{gone}");
    let nothing = account.run(&["destroy", "planed", "--yes"]);
    assert_eq!(nothing.code, Some(0));
    assert!(nothing.stderr.contains("planed: there is no stack of this name in eu-west-1"), "{nothing}");
}

#[test]
fn logins_that_are_missing_or_over() {
    let account = Account::new("unknown", &note("/unknown"));
    let config = "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n\
                  sso_registration_scopes = sso:account:access\n\
                  [profile over]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n";
    account.env.write("../home/.aws/config", config);
    // The name of the file is the SHA-1 of the session's.
    let token = json!({"startUrl": "https://corp.example/start", "region": "eu-west-1", "accessToken": "x",
                       "expiresAt": "2020-01-01T00:00:00Z"});
    let file = "../home/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    account.env.write(file, &token.to_string());
    let said = |profile: &[&str]| {
        let mut command = account.env.command(&[&["diff", "--assembly", "ready"], profile].concat());
        let url = server().endpoint();
        command.env("AWS_ENDPOINT_URL_CLOUDFORMATION", url).env("AWS_EC2_METADATA_DISABLED", "true");
        let run = account.env.outcome(&command.output().unwrap());
        assert_eq!(run.code, Some(1), "{run}");
        run.stderr.lines().filter(|line| !line.contains("Planning")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(said(&[]), @r"
    error: cannot read the stack `unknown`: there are no credentials: none in the environment or the default profile, and this is no machine or container of AWS that has some
    hint: log in with `aws sso login` or `aws configure`, or choose a profile with
          --profile; --local needs no account
    ");
    assert_snapshot!(said(&["--profile", "nobody"]), @r"
    error: there is no profile `nobody` in ~/.aws/config or ~/.aws/credentials; there are: over
    hint: `aws configure list-profiles` lists them; --local needs no account
    ");
    assert_snapshot!(said(&["--profile", "over"]), @r"
    error: cannot read the stack `unknown`: the SSO login has expired
    hint: log in again: `aws sso login --profile over`. Nothing is lost: `stackgen
          resume` goes on
    ");
    std::fs::remove_file(account.env.path(file)).unwrap();
    assert_snapshot!(said(&["--profile", "over"]), @r"
    error: cannot read the stack `unknown`: nobody is logged in: the profile is of SSO, and there is no token of a login
    hint: log in with `aws sso login --profile over` or `aws configure --profile
          over`, or choose a profile with --profile; --local needs no account
    ");
}

#[test]
fn a_profile_that_nobody_wrote_is_refused_whoever_else_has_credentials() {
    let account = Account::new("elsewhere", &note("/elsewhere"));
    account.env.write("../home/.aws/config", "[profile prod]\nregion = eu-west-1\n");
    let told = |arguments: &[&str], variable: &str| {
        let url = server().endpoint();
        let arguments = [&["diff", "--assembly", "ready", "--endpoint-url", &url], arguments].concat();
        let mut command = account.env.command(&arguments);
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_PROFILE", variable);
        account.env.outcome(&command.output().unwrap())
    };
    let near = told(&["--profile", "prodd"], "");
    assert_eq!(near.code, Some(1), "{near}");
    assert!(
        near.stderr.contains("error: there is no profile `prodd`") && near.stderr.contains("mean `prod`?"),
        "{near}"
    );
    let variable = told(&[], "trial");
    assert_eq!(variable.code, Some(1), "{variable}");
    assert!(variable.stderr.contains("`trial`") && variable.stderr.contains("which AWS_PROFILE names"), "{variable}");
    let there = told(&[], "prod");
    assert_eq!(there.code, Some(0), "{there}");
}

#[test]
fn whoever_leaves_a_plan_is_told_what_is_left() {
    let server = Server::start(Options::default()).unwrap();
    let stall =
        Fault { operation: "DescribeChangeSet".to_owned(), when: When::Always, then: Then::Stall { seconds: 5.0 } };
    server.faults(Script { seed: 1, faults: vec![stall] });
    let account = Account::new("halfway", &note("/halfway"));
    let command = |arguments: &[&str]| {
        let url = server.endpoint();
        let mut command = account.env.command(&[arguments, &["--assembly", "ready", "--endpoint-url", &url]].concat());
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let mut child = command(&["diff"]).spawn().unwrap();
    let is_made = || server.journal(0).iter().any(|entry| entry.operation == "CreateChangeSet");
    while !is_made() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let left = account.env.outcome(&child.wait_with_output().unwrap());
    assert_eq!(left.code, Some(130), "{left}");
    assert!(left.stderr.contains("nothing was done, but change sets are left in halfway"), "{left}");
    let said = left.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("hint: `stackgen resume --endpoint-url "), "{left}");
    server.faults(Script::default());
    let resumed = account.env.outcome(&command(&["resume"]).output().unwrap());
    assert!(resumed.stderr.contains("deleting a change set that was not carried out"), "{resumed}");
    let nothing = account.env.outcome(&command(&["resume"]).output().unwrap());
    assert!(nothing.stderr.contains("was left unfinished here"), "{nothing}");
}

#[test]
fn a_rollback_that_fails_says_how_to_go_on() {
    let account = Account::deployed("stuck", &note("/stuck"));
    let change = |value: &str| {
        let mut template = note("/stuck");
        template["Resources"]["Note"]["Properties"]["Value"] = value.into();
        account.describe(&template);
    };
    let fails = |times: u32| {
        let (stack, logical_id, reason) = ("stuck".to_owned(), "Note".to_owned(), "it rains".to_owned());
        let mishap = Mishap { stack, logical_id, doing: Doing::Update, reason, times, late: true };
        server().world(|world| world.mishaps.push(mishap));
    };
    change("b");
    fails(2);
    let failed = account.run(&["deploy", "--yes"]);
    assert_eq!(failed.code, Some(1), "{failed}");
    assert_eq!(failed.stderr.matches("Rolling back stuck").count(), 1, "{failed}");
    let said = failed.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("`stuck` failed and is in UPDATE_ROLLBACK_FAILED: Note"), "{failed}");
    assert!(said.contains("let the rollback go on: `stackgen rollback stuck --endpoint-url [URL]`"), "{failed}");
    assert!(said.contains("`stackgen rollback stuck --skip Note --endpoint-url [URL]` leaves it"), "{failed}");
    let back = account.run(&["rollback", "stuck"]);
    assert_eq!(back.code, Some(0), "{back}");
    assert_eq!(back.stderr.matches("Rolling back stuck").count(), 1, "{back}");
    fails(1);
    let quiet = account.run(&["deploy", "--yes", "--quiet"]);
    assert_eq!(quiet.code, Some(1), "{quiet}");
    assert!(quiet.stderr.starts_with("error: `stuck` failed and is in UPDATE_ROLLBACK_COMPLETE: Note"), "{quiet}");
    assert!(quiet.stderr.contains("it rains"), "{quiet}");
}

#[test]
fn what_cannot_be_deleted_after_an_update_is_told_and_the_exit_code_says_so() {
    let both = json!({"Resources": {
        "Old": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "leftover-bucket"}},
        "Queue": {"Type": "AWS::SQS::Queue"},
    }});
    let account = Account::deployed("leftover", &both);
    let filler = Account::new("filler", &large("a"));
    assert_eq!(filler.run(&["deploy", "--yes", "--s3-bucket", "leftover-bucket"]).code, Some(0));
    account.describe(&json!({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}));
    let left = account.run(&["deploy", "--yes", "--approve", "delete:Old"]);
    assert_eq!(left.code, Some(4), "{left}");
    let told: String = left.stderr.lines().filter(|line| line.contains("leftover-bucket")).collect();
    assert_snapshot!(told, @"warning: leftover: `leftover-bucket` could not be deleted and belongs to no stack now");
}

/// A template of 60,000 bytes.
fn large(note: &str) -> Json {
    let text = format!("{note}{}", "x".repeat(4000));
    let parameter = |number| {
        let properties = json!({"Type": "String", "Value": text});
        (format!("Text{number}"), json!({"Type": "AWS::SSM::Parameter", "Properties": properties}))
    };
    json!({"Resources": (0..15).map(parameter).collect::<serde_json::Map<_, _>>()})
}

#[test]
fn a_large_template_needs_a_bucket_which_bootstrap_makes() {
    let account = Account::new("large", &large("a"));
    let without = account.run(&["deploy", "--yes"]);
    assert_eq!(without.code, Some(1), "{without}");
    assert_snapshot!(without.stderr, @r"
        Planning in eu-west-1, at [URL]
    error: the template of `large` has 61250 bytes, and CloudFormation takes 51200 in a request; a larger one goes through a bucket, and there is none in eu-west-1
    hint: name a bucket of this region that you may write to: --s3-bucket NAME; or
          make one: `stackgen bootstrap --endpoint-url [URL]`
    ");
    assert_eq!(account.run(&["bootstrap"]).code, Some(3));
    let made = account.run(&["bootstrap", "--yes"]);
    assert_eq!(made.code, Some(0), "{made}");
    assert!(made.stdout.starts_with("stackgen-bootstrap.BucketName = stackgen-bootstrap-templates-"), "{made}");
    assert!(account.run(&["bootstrap", "--yes"]).stderr.contains("  No changes stackgen-bootstrap\n"));
    let done = account.run(&["deploy", "--yes"]);
    assert_eq!(done.code, Some(0), "{done}");
}

#[test]
fn what_bootstrap_deploys_has_no_faults() {
    let env = TestEnv::new();
    env.write("template.json", include_str!("../../../deploy/src/bootstrap/template.json"));
    assert_eq!(
        env.run(&["lint", "template.json"]).to_string(),
        "exit code: 0\n--- stdout\n1 template, nothing wrong\n--- stderr\n"
    );
}
