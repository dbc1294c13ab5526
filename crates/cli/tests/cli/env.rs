//! A place of its own for every test: an empty home, no environment, eighty columns.
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};
use stackgen_assembly::{Assembly, FORMAT_VERSION, Manifest, ProblemEntry, ResourceEntry, StackEntry, UserDataEntry};

/// A project in a temporary folder.
pub struct TestEnv {
    temp: tempfile::TempDir,
}

impl TestEnv {
    pub fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        for folder in ["home", "tmp", "project"] {
            fs::create_dir(temp.path().join(folder)).unwrap();
        }
        TestEnv { temp }
    }

    /// A project whose app is a shell script. Whatever it writes, the assembly is in `$READY`.
    pub fn with_app(assembly: &Assembly, script: &str) -> Self {
        let env = TestEnv::new();
        env.assembly("ready", assembly);
        env.write("app.sh", &format!("#!/bin/sh\nREADY={}\n{script}\n", env.path("ready").display()));
        fs::set_permissions(env.path("app.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        env.write("stackgen.toml", "app = './app.sh'\n");
        env
    }

    /// A place in the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join("project").join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn assembly(&self, name: &str, assembly: &Assembly) {
        assembly.write(&self.path(name)).unwrap();
    }

    /// The files of a folder of the project, by name.
    pub fn files(&self, name: &str) -> BTreeMap<String, String> {
        let files = fs::read_dir(self.path(name)).unwrap().map(|entry| entry.unwrap().path());
        files.map(|file| (name_of(&file), fs::read_to_string(&file).unwrap_or_default())).collect()
    }

    /// What is left in the folder for temporary files.
    pub fn leftovers(&self) -> Vec<String> {
        fs::read_dir(self.temp.path().join("tmp")).unwrap().map(|entry| name_of(&entry.unwrap().path())).collect()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackgen"));
        command.args(arguments).current_dir(self.path("")).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.temp.path().join("home"));
        command.env("TMPDIR", self.temp.path().join("tmp")).env("COLUMNS", "80");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.outcome(&self.command(arguments).output().unwrap())
    }

    pub fn outcome(&self, output: &Output) -> Run {
        let temp = self.temp.path().canonicalize().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(temp.to_str().unwrap(), "[TEMP]");
        Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// How a command ended and what it said.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Display for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or("none".to_owned(), |code| code.to_string());
        write!(formatter, "exit code: {code}\n--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr)
    }
}

/// An assembly of a network, and a host with a data volume on it.
pub fn two_stacks() -> Assembly {
    let network = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}},
        "Outputs": {"VpcId": {"Value": {"Ref": "Vpc"}}},
    });
    let script = "#!/bin/sh\nmount /data\n";
    let compute = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "DataVolume": {"Type": "AWS::EC2::Volume", "Properties": {"Size": 20, "AvailabilityZone": "eu-west-1a"}},
            "Host": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-0123456789abcdef0", "UserData": {"Fn::Base64": script}}},
        },
    });
    let mut compute = stack("prod-compute", &compute);
    compute.0.dependencies.push("prod-network".to_owned());
    compute.0.user_data.push(UserDataEntry {
        id: "Host".into(),
        file: "prod-compute.Host.userdata.sh".into(),
        ..UserDataEntry::default()
    });
    compute.1.insert("prod-compute.Host.userdata.sh".to_owned(), script.to_owned());
    assembly(vec![stack("prod-network", &network), compute])
}

/// An assembly that says what is wrong.
pub fn problems(problems: Vec<ProblemEntry>) -> Assembly {
    let mut assembly = assembly(Vec::new());
    assembly.manifest.problems = problems;
    assembly
}

type Stack = (StackEntry, BTreeMap<String, String>);

pub fn assembly(stacks: Vec<Stack>) -> Assembly {
    let (stacks, files): (Vec<_>, Vec<_>) = stacks.into_iter().unzip();
    let manifest = Manifest {
        version: FORMAT_VERSION,
        generator: "a test".into(),
        stacks,
        problems: Vec::new(),
        images: Vec::new(),
    };
    Assembly { manifest, files: files.into_iter().flatten().collect() }
}

/// A stack with the resources of a template.
pub fn stack(name: &str, template: &Json) -> Stack {
    let file = format!("{name}.template.json");
    let resources = template["Resources"].as_object().unwrap().iter().map(|(id, body)| ResourceEntry {
        id: id.clone(),
        type_name: body["Type"].as_str().unwrap().to_owned(),
        source: "stacks/main.rs:1".to_owned(),
        stateful: false,
    });
    let entry = StackEntry {
        name: name.to_owned(),
        source: String::new(),
        template: file.clone(),
        region: Some("eu-west-1".to_owned()),
        account: None,
        tags: BTreeMap::new(),
        dependencies: Vec::new(),
        inputs: Vec::new(),
        resources: resources.collect(),
        others: Vec::new(),
        user_data: Vec::new(),
        retired: Vec::new(),
    };
    (entry, BTreeMap::from([(file, template.to_string())]))
}
