//! Pinned images: the lock, what happens without a pin, and how pins move. The server of this machine leaps through time.
use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, ImageEntry, ImageWish, InputEntry, ProblemEntry};

use crate::env::{Run, TestEnv, assembly, problems, stack};

/// Stands in the ready assembly where the app puts what the lock has.
const PLACE: &str = "ami-00000000000000000";
/// The app: describes its stacks with the image of the lock, or says that none is pinned.
const APP: &str = r#"
LOCK=${STACKGEN_LOCK:-stackgen.lock}
ID=$(grep -s -o -m 1 '"ami-[0-9a-f]*"' "$LOCK" | tr -d '"')
test -n "$ID" || { cp -r unpinned "$STACKGEN_OUT"; exit 1; }
cp -r "$READY" "$STACKGEN_OUT"
sed -i "s/ami-00000000000000000/$ID/" "$STACKGEN_OUT"/*.json
"#;

/// A project whose host wants the image that an SSM parameter names, and a server, which is stopped whatever happens.
struct Project(TestEnv);

impl Project {
    fn new() -> Self {
        let env = TestEnv::with_app(&pinned(), APP);
        env.assembly("unpinned", &unpinned());
        let project = Project(env);
        let started = project.0.run(&["local", "start", "--port", "0", "--pace", "leap"]);
        assert_eq!(started.code, Some(0), "{started}");
        project
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.0.run(&[arguments, &["--local"]].concat())
    }

    /// A run for which the server is AWS itself.
    fn far(&self, arguments: &[&str]) -> Run {
        let record = fs::read_to_string(self.0.path(".stackgen/local/server.json")).unwrap();
        let port = serde_json::from_str::<Json>(&record).unwrap()["port"].to_string();
        let mut command: Command = self.0.command(arguments);
        command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")).env("AWS_REGION", "eu-west-1");
        command.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x");
        self.0.outcome(&command.output().unwrap())
    }

    /// Publishes an image; answers with its id.
    fn publish(&self, name: &str, architecture: &str) -> String {
        let arguments = ["local", "image", "publish", "prod-compute", "--name", name, "--architecture", architecture];
        let run = self.0.run(&arguments);
        assert_eq!(run.code, Some(0), "{run}");
        run.stdout.trim().to_owned()
    }

    fn lock(&self, name: &str) -> Json {
        serde_json::from_str(&fs::read_to_string(self.0.path(name)).unwrap()).unwrap()
    }

    /// The image that is pinned on this machine.
    fn here(&self) -> Json {
        self.lock(".stackgen/local/stackgen.lock")["images"]["prod-compute"]["HostImage"]["id"].clone()
    }

    /// A lock of the project, with one pin.
    fn pin(&self, stack: &str, id: &str, change: impl Fn(&mut Json)) {
        let mut pin = json!({
            "architecture": "arm64", "created": "2026-01-01T00:00:00Z", "id": id, "name": "zmanim-0", "owner": "123456789012",
            "region": "eu-west-1", "root_device": "/dev/sda1", "root_gib": 8, "source": {"parameter": "/zmanim/prod/ami-id"},
        });
        change(&mut pin);
        let lock = json!({"version": 1, "images": {stack: {"HostImage": pin}}});
        self.0.write("stackgen.lock", &lock.to_string());
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.0.run(&["local", "stop"]);
    }
}

fn wish(pin: Option<&str>) -> ImageEntry {
    ImageEntry {
        stack: "prod-compute".to_owned(),
        region: Some("eu-west-1".to_owned()),
        parameter: "HostImage".to_owned(),
        wish: ImageWish::Parameter { parameter: "/zmanim/prod/ami-id".to_owned() },
        architecture: "arm64".to_owned(),
        instance_type: "m7g.medium".to_owned(),
        root_gib: 10,
        pin: pin.map(str::to_owned),
    }
}

fn pinned() -> Assembly {
    let network = json!({
        "Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}},
        "Outputs": {"VpcId": {"Value": {"Ref": "Vpc"}}},
    });
    let compute = json!({
        "Parameters": {
            "HostImage": {"Type": "AWS::EC2::Image::Id", "Default": PLACE},
            "VpcId": {"Type": "String"},
        },
        "Resources": {
            "Host": {"Type": "AWS::EC2::Instance", "Properties": {
                "ImageId": {"Ref": "HostImage"}, "InstanceType": "m7g.medium", "AvailabilityZone": "eu-west-1a",
                "Tags": [{"Key": "Network", "Value": {"Ref": "VpcId"}}]}},
        },
    });
    let mut compute = stack("prod-compute", &compute);
    compute.0.dependencies.push("prod-network".to_owned());
    let [parameter, producer, output] = ["VpcId", "prod-network", "VpcId"].map(str::to_owned);
    compute.0.inputs.push(InputEntry { parameter, stack: producer, output });
    let mut assembly = assembly(vec![stack("prod-network", &network), compute]);
    assembly.manifest.images.push(wish(Some(PLACE)));
    assembly
}

fn unpinned() -> Assembly {
    let problem = ProblemEntry {
        stack: "prod-compute".to_owned(),
        id: Some("HostImage".to_owned()),
        path: String::new(),
        source: None,
        message: "no image is pinned in stackgen.lock".to_owned(),
        hint: Some("pin the newest: `stackgen lock update --stack prod-compute`".to_owned()),
    };
    let mut assembly = problems(vec![problem]);
    assembly.manifest.images.push(wish(None));
    assembly
}

/// A text with ids, times and ages taken out.
fn plain(run: &Run, ids: &[&str]) -> String {
    let mut text = run.to_string();
    for (at, id) in ids.iter().enumerate() {
        text = text.replace(id, &format!("[AMI {}]", at + 1));
    }
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let is_number = !word.is_empty() && word.bytes().all(|digit| digit.is_ascii_digit());
        words.push(if is_number { "N".to_owned() } else { word.to_owned() });
    }
    let text = words.join(" ");
    ["N s", "N min", "N h", "N d"].iter().fold(text, |text, age| text.replace(&format!("{age} old"), "[AGE] old"))
}

#[test]
fn a_missing_pin_is_resolved_and_recorded_only_with_a_yes() {
    let project = Project::new();
    let synth = project.0.run(&["synth"]);
    assert_eq!(synth.code, Some(1));
    assert!(synth.stderr.contains("`stackgen lock update --stack prod-compute`"), "{synth}");
    let nowhere = project.run(&["deploy", "--yes"]);
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.stderr.contains("there is no SSM parameter /zmanim/prod/ami-id in eu-west-1"), "{nowhere}");
    let id = project.publish("zmanim-1", "arm64");
    let refused = project.run(&["deploy"]);
    assert_snapshot!(plain(&refused, &[&id]), @"
    exit code: 3
    --- stdout
    --- stderr
           Found prod-compute HostImage: [AMI 1] (zmanim-1, [AGE] old), from /zmanim/prod/ami-id version 1
    error: recording a pin needs a yes, and there is no terminal to ask on; nothing was done
    hint: pin and review it: `stackgen lock update --stack prod-compute --local`; or
          say --yes
    ");
    assert!(!project.0.path(".stackgen/local/stackgen.lock").exists());
    let deployed = project.run(&["deploy", "--yes"]);
    assert_eq!(deployed.code, Some(0), "{deployed}");
    assert_eq!(project.here(), json!(id));
    // What is pinned on this machine is none of the project's business.
    assert!(!project.0.path("stackgen.lock").exists());
    let again = project.run(&["deploy", "--yes"]);
    assert!(again.stderr.contains("  No changes prod-network\n  No changes prod-compute\n"), "{again}");
    assert_eq!(project.0.run(&["local", "reset", "--yes"]).code, Some(0));
    assert!(!project.0.path(".stackgen/local/stackgen.lock").exists());
}

#[test]
fn a_newer_image_is_told_and_moves_only_by_a_bump() {
    let project = Project::new();
    let first = project.publish("zmanim-1", "arm64");
    assert_eq!(project.run(&["lock", "update", "--stack", "prod-compute"]).code, Some(0));
    assert_eq!(project.run(&["deploy", "--yes"]).code, Some(0));
    let newest = project.run(&["lock", "check", "--newest"]);
    assert_snapshot!(plain(&newest, &[&first]), @"
    exit code: 0
    --- stdout
    prod-compute HostImage
      [AMI 1] (zmanim-1, [AGE] old)
      from /zmanim/prod/ami-id version 1
      on this machine only
      the newest
    --- stderr
    ");

    let second = project.publish("zmanim-2", "arm64");
    let deployed = project.run(&["deploy", "--yes"]);
    assert!(deployed.stderr.contains("No changes prod-compute"), "{deployed}");
    assert_eq!(project.here(), json!(first));
    for told in [deployed, project.run(&["diff"]), project.run(&["status"]), project.run(&["status", "prod-compute"])] {
        let line = format!("Newer image prod-compute: {second} (");
        assert!(told.stderr.contains(&line), "{told}");
        assert!(told.stderr.contains(" newer) is published; `stackgen ami bump prod-compute --local`"), "{told}");
    }
    let comment = project.run(&["diff", "--format", "markdown"]).stdout;
    assert!(comment.contains(&format!("\n> Newer image: prod-compute: {second} (")), "{comment}");
    assert_eq!(project.run(&["lock", "check"]).code, Some(0));
    assert_eq!(project.run(&["lock", "check", "--newest"]).code, Some(4));
    // A pin that fits is not looked up again.
    assert!(project.run(&["lock", "update"]).stderr.contains("Unchanged"));
    assert_eq!(project.here(), json!(first));

    let bumped = project.run(&["ami", "bump", "prod-compute"]);
    assert_snapshot!(plain(&bumped, &[&first, &second]), @"
    exit code: 0
    --- stdout
    --- stderr
           Moved prod-compute HostImage: [AMI 1] (zmanim-1, [AGE] old) -> [AMI 2] (zmanim-2, [AGE] old), from /zmanim/prod/ami-id version 2
           Wrote [TEMP]/project/.stackgen/local/stackgen.lock: `stackgen diff --local` shows what it means
    ");
    assert_eq!(project.here(), json!(second));
    assert!(project.run(&["ami", "bump", "prod-compute"]).stderr.contains("Unchanged"));
    let plan = project.run(&["diff", "prod-compute"]);
    assert!(plan.stdout.contains(&format!("HostImage: {first} → {second}")), "{plan}");

    let back = project.run(&["ami", "bump", "prod-compute", "--to", &first]);
    assert!(back.stderr.contains("from /zmanim/prod/ami-id, by hand"), "{back}");
    assert_eq!(project.here(), json!(first));
}

#[test]
fn pins_that_cannot_be() {
    let project = Project::new();
    let first = project.publish("zmanim-1", "arm64");
    assert_eq!(project.run(&["lock", "update"]).code, Some(0));
    let intel = project.publish("zmanim-2", "x86_64");
    let said = |arguments: &[&str]| {
        let run = project.run(&[&["ami", "bump"], arguments].concat());
        assert_ne!(run.code, Some(0), "{run}");
        run.stderr
    };
    assert!(said(&["prod-compute"]).contains(&format!("{intel} is for x86_64, and the host (m7g.medium) needs arm64")));
    assert!(said(&["prod-compute", "--to", "latest"]).contains("`latest` is no id of an image"));
    assert!(said(&["prod-compute", "--to", PLACE]).contains("there is no image ami-00000000000000000 in eu-west-1"));
    assert!(said(&["prod-network"]).contains("the stack `prod-network` wants no image"));
    assert!(said(&["prod-comput"]).contains("did you mean `prod-compute`?"));
    assert!(said(&["prod-compute", "--image", "Host"]).contains("there are: --image HostImage"));
    assert!(project.run(&["lock", "update", "--stack", "prod-comput"]).stderr.contains("did you mean `prod-compute`?"));
    assert_eq!(project.here(), json!(first));
}

#[test]
fn a_pin_that_does_not_fit_is_refused_before_any_change_set() {
    let project = Project::new();
    let intel = project.publish("zmanim-1", "x86_64");
    project.pin("prod-compute", &intel, |_| {});
    let refused = project.far(&["deploy", "--yes"]);
    assert_eq!(refused.code, Some(3), "{refused}");
    assert!(refused.stderr.contains("images that cannot be deployed; nothing was done:"), "{refused}");
    assert!(refused.stderr.contains("is for x86_64, and the host (m7g.medium) needs arm64"), "{refused}");
    assert!(project.run(&["status", "--all"]).stderr.contains("there are no stacks in eu-west-1"));
    project.pin("prod-compute", "ami-0123456789abcdef0", |_| {});
    let gone = project.far(&["diff"]);
    assert_eq!(gone.code, Some(3), "{gone}");
    assert!(gone.stderr.contains("there is no image ami-0123456789abcdef0 in eu-west-1"), "{gone}");
    // On this machine it is promised, since nobody can publish an image under an id.
    assert_eq!(project.run(&["diff"]).code, Some(0));
}

#[test]
fn the_lock_against_the_app_without_asking_anybody() {
    let project = Project::new();
    project.pin("prod-compute", "ami-0123456789abcdef0", |_| {});
    let right = project.0.run(&["lock", "check", "--offline"]);
    assert_eq!(right.code, Some(0), "{right}");
    let said = |change: &dyn Fn(&mut Json)| {
        project.pin("prod-compute", "ami-0123456789abcdef0", change);
        let run = project.0.run(&["lock", "check", "--offline"]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.contains("error: 1 fault in stackgen.lock\n"), "{run}");
        run.stderr
    };
    assert!(said(&|pin| pin["architecture"] = json!("x86_64")).contains("needs arm64"));
    assert!(said(&|pin| pin["root_gib"] = json!(11)).contains("make it 11 GiB at least"));
    assert!(
        said(&|pin| pin["region"] = json!("us-east-1")).contains("is in us-east-1, and the stack is for eu-west-1")
    );
    assert!(said(&|pin| pin["source"] = json!({"parameter": "/x"})).contains("and the app wants /zmanim/prod/ami-id"));
    project.pin("gone", "ami-0123456789abcdef0", |_| {});
    let both = project.0.run(&["lock", "check", "--offline"]);
    assert_snapshot!(both, @"
    exit code: 1
    --- stdout
    --- stderr
    warning: gone HostImage: an image is pinned that no stack wants
    warning: prod-compute HostImage: no image is pinned
    error: 2 faults in stackgen.lock
    hint: look up again what does not fit: `stackgen lock update`
    ");
}

#[test]
fn the_project_has_a_lock_that_is_kept_in_order() {
    let project = Project::new();
    project.publish("zmanim-1", "arm64");
    project.pin("gone", "ami-0123456789abcdef0", |_| {});
    let updated = project.far(&["lock", "update"]);
    assert_eq!(updated.code, Some(0), "{updated}");
    assert!(updated.stderr.contains("Removed gone HostImage: no stack wants it"), "{updated}");
    let lock = project.lock("stackgen.lock");
    assert_eq!(lock["images"].as_object().unwrap().keys().collect::<Vec<_>>(), ["prod-compute"]);
    assert_eq!(lock["images"]["prod-compute"]["HostImage"]["source"]["version"], 1);
    let right = project.far(&["lock", "check"]);
    assert_eq!(right.code, Some(0), "{right}");
    project.0.write("stackgen.lock", "<<<<<<< ours\n");
    assert_snapshot!(project.0.run(&["lock", "check", "--offline"]), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `[TEMP]/project/stackgen.lock` is damaged
    Caused by:
      expected value at line 1 column 1
    hint: after a merge, keep one side of each entry; `stackgen lock update` looks
          up what is missing
    ");
}

#[test]
fn inputs_are_recorded_after_a_good_deploy_and_told_when_they_move() {
    let project = Project::new();
    project.publish("zmanim-1", "arm64");
    assert_eq!(project.far(&["deploy", "--yes"]).code, Some(0));
    let mut lock = project.lock("stackgen.lock");
    let vpc = lock["inputs"]["prod-network"]["VpcId"].as_str().unwrap().to_owned();
    assert!(vpc.starts_with("vpc-"), "{lock}");
    lock["inputs"]["prod-network"]["VpcId"] = json!("vpc-0");
    project.0.write("stackgen.lock", &lock.to_string());
    // A value of another account says nothing about this machine's.
    assert!(!project.run(&["diff"]).stdout.contains("has moved"));
    let told = project.far(&["diff"]);
    let words = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the parameter `VpcId` has moved: `VpcId` of prod-network was vpc-0"), "{told}");
    assert_eq!(project.far(&["deploy", "--yes"]).code, Some(0));
    assert_eq!(project.lock("stackgen.lock")["inputs"]["prod-network"]["VpcId"], json!(vpc));
}

#[test]
fn what_is_published_without_an_app() {
    let env = TestEnv::new();
    assert!(env.run(&["local", "image", "publish", "--name", "x-1"]).stderr.contains("nothing says what to publish"));
}
