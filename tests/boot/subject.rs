//! The script under test, and the host that it boots.
use stackgen::cfn::ec2::Instance;
use stackgen::userdata::{BootScript, Section, Template};
use stackgen_boot::user_data::{Part, evaluate, parts};
use stackgen_boot::{Boot, Disk, Host, Image, Outcome, Start, World};

use super::app;

pub const VOLUME: &str = "vol-0123456789abcdef0";
pub const SERIAL: &str = "vol0123456789abcdef0";
pub const RECORD: &str = "/stackgen/prod-compute/data-volume";
/// Long enough that nothing else has them by chance, and with what config files and shells may trip over.
pub const SECRETS: [(&str, &str); 3] = [
    ("/zmanim/prod/clerk-secret-key", "sk-live-8c1f2a97d3"),
    ("/zmanim/prod/postgres-password", "pw 5e77'41\"0b\\c9#d&e"),
    ("/zmanim/prod/restic-password", "restic-b2d4440c1e"),
];
pub const SERVICES: [&str; 4] = ["postgresql", "redis-server", "zmanim-api", "amazon-cloudwatch-agent"];

/// What a case says when it does not hold.
pub type Verdict = Result<(), String>;

/// What cloud-init would run.
#[derive(Clone)]
pub struct Subject {
    pub parts: Vec<Part>,
}

impl Subject {
    /// The script of the production stack, as EC2 would hand it over.
    pub fn production() -> Result<Subject, String> {
        let app = app::describe().map_err(|failure| format!("{failure:?}"))?;
        let app = app.synth().map_err(|problems| format!("{problems:?}"))?;
        let stack = app.stack("prod-compute").ok_or("the app has no prod-compute")?;
        let host = &stack.user_data.first().ok_or("prod-compute has no boot script")?.logical_id;
        let known = [
            ("AWS::Region", "eu-west-1"),
            ("AWS::StackName", "prod-compute"),
            ("AWS::URLSuffix", "amazonaws.com"),
            ("DataVolume", VOLUME),
        ];
        let value = |name: &str| known.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let text = evaluate(&stack.template.json(), host, value).map_err(told)?;
        Ok(Subject { parts: parts(text.as_bytes()).map_err(told)? })
    }

    /// The script that this host began with.
    pub fn first() -> Subject {
        Subject { parts: vec![Part::Script(include_bytes!("first.sh").to_vec())] }
    }

    /// A script of more than EC2 takes as it is.
    pub fn packed() -> Result<Subject, String> {
        let text = "echo \"it's {{{region}}}\" '& \"$HOME\"'\n# filler of many lines\n".to_owned()
            + &"# and more of it\n".repeat(2000);
        let values = std::collections::BTreeMap::from([("region", stackgen::aws::region())]);
        let template = Template::new("packed.sh.hbs", text.leak());
        let script = BootScript::new(60).section(Section::new("say", "it cannot be said", template, &values));
        let mut stack = stackgen::Stack::new("packed");
        stack.add("Host", Instance::new().image_id("ami-0123456789abcdef0").user_data(script));
        let app = stackgen::App::from(stack).synth().map_err(|problems| format!("{problems:?}"))?;
        let region = |name: &str| (name == "AWS::Region").then(|| "eu-west-1".to_owned());
        let text = evaluate(&app.stacks[0].template.json(), "Host", region).map_err(told)?;
        ensure(app.stacks[0].user_data[0].is_packed, || "it is sent as it is".to_owned())?;
        Ok(Subject { parts: parts(text.as_bytes()).map_err(told)? })
    }

    /// All its text.
    pub fn text(&self) -> String {
        self.parts.iter().map(|part| String::from_utf8_lossy(content(part)).into_owned()).collect()
    }

    /// The same script with a piece of it changed; the piece must be there.
    pub fn with(&self, from: &str, to: &str) -> Result<Subject, String> {
        if !self.text().contains(from) {
            return Err(format!("the script has no `{from}` any more; change the mutant"));
        }
        let change = |part: &Part| match part {
            Part::Script(text) => Part::Script(replaced(text, from, to)),
            Part::File(file) => {
                let mut file = file.clone();
                file.content = replaced(&file.content, from, to);
                Part::File(file)
            }
        };
        Ok(Subject { parts: self.parts.iter().map(change).collect() })
    }

    /// Names of its sections, in their order. Without any, no kill would be tried and nobody would notice.
    pub fn sections(&self) -> Vec<String> {
        let text = self.text();
        let begun = text.lines().filter_map(|line| line.strip_prefix("begin ")?.split(' ').next());
        begun.map(str::to_owned).collect()
    }

    /// A start two seconds before its patience ends. The script is as it is; only its clock has run before.
    pub fn impatient(&self) -> Start {
        Start::default().near_the_end_of(&self.text())
    }
}

fn content(part: &Part) -> &[u8] {
    match part {
        Part::Script(text) => text,
        Part::File(file) => &file.content,
    }
}

fn replaced(text: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(text).replace(from, to).into_bytes()
}

pub fn told(error: impl std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |source| source.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The image of the production host: what its packages bring, and a service of its own.
pub fn image(postgres: u32, redis: u32) -> Image {
    const AGENT: &str = "/opt/aws/amazon-cloudwatch-agent";
    // Nothing of the machine's own PostgreSQL may help or hinder.
    let image = ["/usr/lib/postgresql", "/usr/bin/pg_isready", "/usr/bin/postgres", "/opt", "/data"]
        .iter()
        .fold(Image::new(), |image, path| image.without(path));
    let wanted = "[Install]\nWantedBy=multi-user.target\n";
    let service = |lines: &str| format!("[Unit]\nAfter=network.target\n[Service]\n{lines}{wanted}");
    let record = "#!/bin/bash\n. /stand-ins/bin/common.sh\n";
    image
        .user("postgres", postgres)
        .user("redis", redis)
        .program(
            "/usr/lib/postgresql/15/bin/postgres",
            "#!/bin/sh\necho 'postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)'\n",
        )
        .program("/usr/bin/pg_isready", "#!/bin/sh\nexec systemctl is-active -q postgresql\n")
        // A server that works where its data is.
        .program(
            "/usr/bin/pgrep",
            "#!/bin/sh\ncase $3 in redis*) cd /data/redis ;; *) cd /data/postgres ;; esac || exit 1\n\
             sleep 10 >/dev/null 2>&1 & echo $!\n",
        )
        .program("/usr/bin/redis-cli", "#!/bin/sh\necho PONG\n")
        .program("/usr/bin/envsubst", "#!/bin/bash\nwhile read -r line; do eval \"echo \\\"$line\\\"\"; done\n")
        .file(
            "/opt/zmanim/config.env.template",
            0o644,
            "CLERK_SECRET=$CLERK_SECRET\nPOSTGRES_PASSWORD=$POSTGRES_PASSWORD\n",
        )
        // The real one reads the file and restarts the service; a file that is no JSON it refuses.
        .program(
            &format!("{AGENT}/bin/amazon-cloudwatch-agent-ctl"),
            &format!("{record}record amazon-cloudwatch-agent-ctl \"$@\"\n"),
        )
        .file(&format!("{AGENT}/etc/README"), 0o644, "")
        .service("postgresql", &service("ExecStart=/usr/bin/true\n"))
        .service("redis-server", &service("ExecStart=/usr/bin/true\n"))
        .service("redis", &service("ExecStart=/usr/bin/true\n"))
        .service("amazon-cloudwatch-agent", &service("ExecStart=/usr/bin/true\n"))
        .service(
            "zmanim-api",
            &format!("[Unit]\nAfter=cloud-final.service\n[Service]\nExecStart=/usr/bin/true\n{wanted}"),
        )
}

pub fn world(record: &str) -> World {
    let world = World::new().parameter(RECORD, record);
    SECRETS.iter().fold(world, |world, (name, value)| world.secure_parameter(name, value))
}

pub fn new_volume() -> World {
    world(&format!("new:{VOLUME}"))
}

pub fn in_service() -> World {
    world(&format!("in-service:{VOLUME}"))
}

pub fn host(image: &Image) -> Result<Host, String> {
    Ok(Host::new(image).map_err(told)?.watching(&["/data/postgres", "/data/redis"]))
}

/// What is true of every boot, and of those that must work.
pub fn assert_runs(boot: &Boot, outcome: &Outcome, disks: &[&Disk]) -> Verdict {
    assert_no_leak(boot, outcome, disks)?;
    let log = &outcome.log;
    ensure(outcome.status == Some(0), || format!("it ended with {:?}:\n{log}", outcome.status))?;
    let signals: Vec<String> = outcome.signals().into_iter().map(|signal| signal.status).collect();
    ensure(signals == ["SUCCESS"], || format!("the signals were {signals:?}:\n{log}"))?;
    ensure(outcome.blocked().is_empty(), || format!("{:?} would wait for cloud-init", outcome.blocked()))?;
    for unit in SERVICES {
        ensure(outcome.active.iter().any(|active| active == unit), || format!("{unit} does not run:\n{log}"))?;
    }
    assert_services_saw_their_folders(outcome)
}

/// At the moment at which the services started, and not only in the end.
pub fn assert_services_saw_their_folders(outcome: &Outcome) -> Verdict {
    let folders = [
        ("postgresql", ["/data/postgres postgres:postgres 700", "/data/postgres on xfs"]),
        ("redis", ["/data/redis redis:redis 750", "/data/redis on xfs"]),
    ];
    for (unit, wanted) in folders {
        let seen = outcome.started().into_iter().find(|(started, _)| started.starts_with(unit)).map(|(_, seen)| seen);
        let as_wanted = seen.is_some_and(|seen| wanted.iter().all(|wanted| seen.lines().any(|line| line == *wanted)));
        ensure(as_wanted, || format!("{unit} was to see {wanted:?}, and saw {seen:?}"))?;
    }
    Ok(())
}

/// A boot that must not go on: it says so, and starts nothing.
pub fn assert_refuses(boot: &Boot, outcome: &Outcome, disks: &[&Disk]) -> Verdict {
    assert_no_leak(boot, outcome, disks)?;
    let log = &outcome.log;
    ensure(outcome.status.is_some_and(|status| status != 0), || format!("it ended with {:?}:\n{log}", outcome.status))?;
    let signals: Vec<String> = outcome.signals().into_iter().map(|signal| signal.status).collect();
    ensure(signals == ["FAILURE"], || format!("the signals were {signals:?}:\n{log}"))?;
    let started = outcome.started().into_iter().find(|(unit, _)| SERVICES.contains(unit) || *unit == "redis");
    ensure(started.is_none(), || format!("{started:?} was started:\n{log}"))
}

fn assert_no_leak(boot: &Boot, outcome: &Outcome, disks: &[&Disk]) -> Verdict {
    let world = new_volume();
    let leaks = boot.leaks(outcome, disks, &world.confidential()).map_err(told)?;
    ensure(leaks.is_empty(), || format!("a secret can be read: {leaks:?}"))
}

pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}
