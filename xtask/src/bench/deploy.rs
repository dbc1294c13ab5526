//! `stackgen deploy` beside `aws cloudformation deploy` and `cdk deploy`: the same templates, on the same server, one after the
//! other. What takes time is the server's, so each is measured once; calls are counted exactly, by the journal of the local engine
//! or on the way to a server that has none.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::{Value as Json, json};
use stackgen_local::server::ask;

use super::count::Counter;
use super::{FOLDER, programs};
use crate::interop::clients;
use crate::interop::server::{Other, Running, environment};

/// How fast time passes: as for people who try the local engine, and as on AWS.
const PACES: [&str; 2] = ["30", "1"];
const PRODUCTION: [&str; 2] = ["prod-network", "prod-compute"];
const REGION: &str = "eu-west-1";
/// Stacks of other tools, with their templates as they are and no more in the account than they need.
const APP: &str = "
const { App, Stack, LegacyStackSynthesizer } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const [outdir, account, region, ...files] = process.argv.slice(2);
const app = new App({ outdir, analyticsReporting: false });
let before;
for (let at = 0; at < files.length; at += 2) {
  const stack = new Stack(app, files[at], { env: { account, region }, synthesizer: new LegacyStackSynthesizer() });
  new CfnInclude(stack, 'Template', { templateFile: files[at + 1] });
  if (before) stack.addDependency(before);
  before = stack;
}
app.synth();
";

/// What deploys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Stackgen,
    Aws,
    Cdk,
}

const TOOLS: [(Tool, &str); 3] =
    [(Tool::Stackgen, "stackgen deploy"), (Tool::Aws, "aws cloudformation deploy"), (Tool::Cdk, "cdk deploy")];

/// The programs, and where they work.
struct Bench {
    folder: PathBuf,
    stackgen: PathBuf,
    python: PathBuf,
    cdk: PathBuf,
}

/// Measures and prints.
pub(super) fn exec() -> anyhow::Result<()> {
    let bench = Bench::prepare()?;
    bench.production(PACES[0])?;
    let engine = Engine::start(&bench, PACES[0])?;
    bench.small("the local engine", engine.port)?;
    drop(engine);
    let ministack = Running::other(Other::Ministack)?;
    bench.small(ministack.name, ministack.port)?;
    bench.production(PACES[1])
}

/// Ratios are to the first.
fn row(name: &str, seconds: f64, calls: usize, first: &mut Option<(f64, usize)>) {
    let (wall, count) = *first.get_or_insert((seconds, calls));
    let (slower, more) = (seconds / wall, calls as f64 / count as f64);
    println!("{name:<28} {seconds:>8.1} s {calls:>5} calls   {slower:>5.2} x wall {more:>5.2} x calls");
}

impl Bench {
    /// Builds and installs, and writes the assembly of the production stacks.
    fn prepare() -> anyhow::Result<Bench> {
        let built = Command::new("cargo").args(["build", "--quiet", "--package", "stackgen-cli"]).status()?;
        ensure!(built.success(), "stackgen does not build");
        let folder = std::path::absolute(FOLDER)?.join("deploy");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("snapshots"))?;
        fs::copy("stackgen.toml", folder.join("stackgen.toml"))?;
        for snapshot in fs::read_dir("snapshots")?.flatten().filter(|it| it.path().is_file()) {
            fs::copy(snapshot.path(), folder.join("snapshots").join(snapshot.file_name()))?;
        }
        fs::write(folder.join("app.js"), APP)?;
        let written = Command::new(programs::stacks()?).env("STACKGEN_OUT", folder.join("assembly")).status()?;
        ensure!(written.success(), "the app does not describe its stacks");
        let stackgen = std::env::current_exe()?.with_file_name("stackgen");
        Ok(Bench { folder, stackgen, python: clients::python()?, cdk: clients::cdk()? })
    }

    fn template(&self, stack: &str) -> PathBuf {
        self.folder.join("assembly").join(format!("{stack}.template.json"))
    }

    /// The production stacks by each tool, while time passes at a pace.
    fn production(&self, pace: &str) -> anyhow::Result<()> {
        let stacks = PRODUCTION.map(|name| (name.to_owned(), self.template(name)));
        let server = Engine::start(self, pace)?;
        println!("\nthe two production stacks, {pace} seconds in one");
        let mut first = None;
        for (tool, name) in TOOLS {
            server.reset(self)?;
            let seconds = self.run(tool, "assembly", &stacks, server.port, true)?;
            row(name, seconds, server.calls()?, &mut first);
            if tool == Tool::Stackgen {
                println!("{:<28} {:>8.1} s", "the engine's own durations", server.durations(pace)?);
            }
        }
        Ok(())
    }

    /// A stack of everyday types without a machine, by each tool under a name of its own.
    fn small(&self, server: &str, port: u16) -> anyhow::Result<()> {
        println!("\na stack without machines, on {server}");
        let counter = Counter::before(port)?;
        let mut first = None;
        for (tool, name) in TOOLS {
            let stack = format!("small-{}", name.split(' ').next().unwrap_or_default());
            let folder = self.folder.join(&stack);
            fs::create_dir_all(&folder)?;
            let file = folder.join(format!("{stack}.template.json"));
            fs::write(&file, small().to_string())?;
            fs::write(folder.join("manifest.json"), manifest(&stack).to_string())?;
            let seconds = self.run(tool, &stack, &[(stack.clone(), file)], counter.port, false)?;
            row(name, seconds, counter.take(), &mut first);
        }
        Ok(())
    }

    /// Deploys stacks with a tool: how long it took.
    fn run(
        &self,
        tool: Tool,
        assembly: &str,
        stacks: &[(String, PathBuf)],
        port: u16,
        is_local: bool,
    ) -> anyhow::Result<f64> {
        let commands = match tool {
            Tool::Stackgen => vec![self.stackgen(assembly, port, is_local)],
            Tool::Aws => stacks.iter().map(|(name, file)| self.aws(name, file)).collect(),
            Tool::Cdk => vec![self.cdk(assembly, stacks)?],
        };
        let began = Instant::now();
        for mut command in commands {
            let output = command.envs(environment(port)).current_dir(&self.folder).stdin(Stdio::null()).output()?;
            let said =
                || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            ensure!(output.status.success(), "{command:?} failed:\n{}", said());
        }
        Ok(began.elapsed().as_secs_f64())
    }

    fn stackgen(&self, assembly: &str, port: u16, is_local: bool) -> Command {
        let mut command = Command::new(&self.stackgen);
        command.args(["deploy", "--yes", "--timings", "--assembly", assembly]);
        match is_local {
            true => command.arg("--local"),
            false => command.args(["--endpoint-url", &url(port)]),
        };
        command
    }

    fn aws(&self, name: &str, file: &Path) -> Command {
        let mut command = Command::new(&self.python);
        command.arg("-c").arg("import sys, awscli.clidriver; sys.argv[0] = 'aws'; sys.exit(awscli.clidriver.main())");
        command.args(["cloudformation", "deploy", "--capabilities", "CAPABILITY_NAMED_IAM", "--stack-name", name]);
        command.arg("--template-file").arg(file);
        command
    }

    /// The app is run beforehand, as those of the others are.
    fn cdk(&self, assembly: &str, stacks: &[(String, PathBuf)]) -> anyhow::Result<Command> {
        let out = self.folder.join(format!("{assembly}.cdk"));
        let modules = self.cdk.join("node_modules");
        let mut synth = Command::new("node");
        synth.arg(self.folder.join("app.js")).arg(&out).args([ACCOUNT, REGION]).env("NODE_PATH", &modules);
        for (name, file) in stacks {
            synth.arg(name).arg(file);
        }
        let output = synth.output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut command = Command::new("node");
        command.arg(modules.join("aws-cdk").join("bin").join("cdk")).args(["deploy", "--all", "--app"]).arg(&out);
        command.args(["--require-approval", "never", "--no-notices", "--no-version-reporting"]);
        command.env("CI", "true").env("HOME", &self.folder).env("CDK_DISABLE_CLI_TELEMETRY", "true");
        Ok(command)
    }
}

/// The number of the local engine's account, and of the others' as they are started.
const ACCOUNT: &str = "123456789012";

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// The local engine; it ends with this value.
struct Engine {
    port: u16,
    stackgen: PathBuf,
    folder: PathBuf,
}

impl Engine {
    fn start(bench: &Bench, pace: &str) -> anyhow::Result<Engine> {
        let _ = fs::remove_dir_all(bench.folder.join(".stackgen"));
        let mut command = Command::new(&bench.stackgen);
        command.args(["local", "start", "--port", "0", "--pace", pace]).current_dir(&bench.folder);
        let output = command.stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let port = said
            .lines()
            .find_map(|line| line.strip_prefix("export AWS_ENDPOINT_URL=")?.rsplit(':').next()?.parse().ok());
        let port = port
            .with_context(|| format!("stackgen local does not start: {}", String::from_utf8_lossy(&output.stderr)))?;
        Ok(Engine { port, stackgen: bench.stackgen.clone(), folder: bench.folder.clone() })
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> anyhow::Result<Json> {
        let (status, text) = ask(self.port, method, &format!("/_stackgen/{path}"), body)?;
        ensure!(status == 200, "the engine answers {path} with {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// An empty account with the images that the templates name.
    fn reset(&self, bench: &Bench) -> anyhow::Result<()> {
        self.ask("POST", "reset", "")?;
        let mut ids: Vec<String> = Vec::new();
        for name in PRODUCTION {
            let text = fs::read_to_string(bench.template(name))?;
            ids.extend(text.split('"').filter(|word| word.starts_with("ami-")).map(str::to_owned));
        }
        ids.sort();
        ids.dedup();
        self.ask("PUT", "images", &json!({"region": REGION, "ids": ids}).to_string()).map(drop)
    }

    fn calls(&self) -> anyhow::Result<usize> {
        let total = self.ask("GET", "journal", "")?["total"].as_u64().context("there is no journal")?;
        Ok(usize::try_from(total)?)
    }

    /// How long the stacks took by their own events, one after the other, with three seconds for each change set.
    fn durations(&self, pace: &str) -> anyhow::Result<f64> {
        let mut seconds = 0.0;
        stacks(&self.ask("GET", "state", "")?, &mut |stack| {
            let time = |event: Option<&Json>| event?["at"].as_str()?.parse::<jiff::Timestamp>().ok();
            let events = stack["events"].as_array().map_or(&[][..], Vec::as_slice);
            if let (Some(from), Some(to)) = (time(events.get(1)), time(events.last())) {
                seconds += to.duration_since(from).as_secs_f64() + 3.0;
            }
        });
        ensure!(seconds > 0.0, "the engine shows no stacks");
        Ok(seconds / pace.parse::<f64>()?)
    }
}

/// Shows all stacks in a saved world.
fn stacks(world: &Json, show: &mut impl FnMut(&Json)) {
    match world {
        Json::Object(members) => {
            for (name, value) in members {
                match value {
                    Json::Object(all) if name == "stacks" => all.values().for_each(&mut *show),
                    value => stacks(value, show),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| stacks(item, show)),
        _ => {}
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = Command::new(&self.stackgen).args(["local", "stop"]).current_dir(&self.folder).output();
    }
}

fn manifest(stack: &str) -> Json {
    let resources = small()["Resources"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, resource)| json!({"id": id, "type": resource["Type"], "source": "bench.rs:1"}))
        .collect::<Vec<_>>();
    json!({"version": stackgen_assembly::FORMAT_VERSION, "generator": "bench", "problems": [],
           "stacks": [{"name": stack, "template": format!("{stack}.template.json"), "region": REGION, "resources": resources}]})
}

fn small() -> Json {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    json!({
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Queue"}}},
        },
        "Outputs": {"Queue": {"Value": {"Ref": "Queue"}}, "Topic": {"Value": {"Ref": "Topic"}}},
    })
}
