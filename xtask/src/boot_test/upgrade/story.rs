//! What an operator does with a production host, from its first deploy to its handover.
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value as Json, json};

use super::data::Data;
use super::engine::Engine;
use super::front::Front;
use super::hosts::{Hosts, Image};
use super::project::Project;
use super::{Prepared, driver, imds};
use crate::boot_test::enclosure;
use crate::boot_test::host::{RECORD, SECRETS};

/// The image of the first deploy, and the one that takes its place, in which PostgreSQL and Redis have each other's numbers.
static IMAGES: [Image; 2] = [
    Image { id: "ami-01111111111111111", is_renumbered: false, change: "true" },
    Image { id: "ami-02222222222222222", is_renumbered: true, change: "true" },
];
/// What must run in the end.
const UNITS: &str = "postgresql postgresql@17-main redis-server zmanim-api amazon-cloudwatch-agent stackgen-secrets";
/// Longer than it takes until services that have answered once have settled.
const SETTLING: Duration = Duration::from_secs(300);
/// Longer than a machine takes to go off.
const STOPPING: Duration = Duration::from_secs(600);

/// What a run without an error has shown.
const SHOWN: [&str; 4] = [
    "the deploy's own user-data boots a machine, and its signal completes the stack",
    "a handover stops the machine, moves its disk to the machine of a newer image, and completes the stack",
    "rows, key and file are the same, though the users of the new image have other numbers",
    "one machine is left, on the new image, and the volume is said to be in service",
];

/// What there is during a run.
struct Story {
    began: Instant,
    engine: Engine,
    project: Project,
    hosts: Arc<Hosts>,
    _front: Front,
}

/// Runs it, inside the enclosure.
pub(super) fn exec(prepared: &Prepared) -> anyhow::Result<()> {
    let began = Instant::now();
    let scratch = enclosure::enter()?;
    let project = Project::copy(prepared, scratch.join("project"))?;
    let engine = Engine::start(&project)?;
    let front = Front::start(&scratch, engine.port())?;
    let hosts = Hosts::new(scratch, prepared.image.clone(), &IMAGES, front.names.clone(), front.certificate.clone())?;
    let hosts = Arc::new(hosts);
    imds::start(&hosts)?;
    driver::start(engine, &hosts, move |what| say(began, what));
    let story = Story { began, engine, project, hosts, _front: front };
    let done = story.tell();
    if done.is_err() {
        println!("{}", story.hosts.consoles());
    }
    done?;
    for what in SHOWN {
        println!("{:>14} {what}", "shown");
    }
    Ok(())
}

impl Story {
    fn tell(&self) -> anyhow::Result<()> {
        let [first, second] = &IMAGES;
        for (name, value) in SECRETS {
            self.engine.ssm("PutParameter", &json!({"Name": name, "Value": value, "Type": "SecureString"}))?;
        }
        self.project.pin(first.id)?;
        self.deploy(&[])?;
        let old = self.only_host(first)?;
        let numbers = self.numbers(&old)?;
        let written = self.hosts.with(&old, Data::write)?;
        self.say(&format!("written: {written}"));

        self.hand_over(second, &old)?;
        let new = self.only_host(second)?;
        ensure!(new != old, "{old} is still there");
        let kept = self.hosts.with(&new, Data::read)?;
        self.say(&format!("read:    {kept}"));
        ensure!(kept == written, "the volume kept something else");
        let others = self.numbers(&new)?;
        ensure!(numbers != others, "the new image has the same numbers of users, {others}");
        self.say(&format!("numbers of users were {numbers} and are {others}"));
        let volume = self.volume()?;
        let record = self.record()?;
        ensure!(record == format!("in-service:{volume}"), "{RECORD} says {record}");
        self.say(&format!("{RECORD} says {record}"));
        self.project.run(&["status", "prod-compute", "--local"])?;
        self.project.run(&["local", "stop"])
    }

    fn deploy(&self, more: &[&str]) -> anyhow::Result<()> {
        self.project.run(&[&["deploy", "prod-network", "prod-compute", "--local", "--yes"], more].concat())
    }

    fn hand_over(&self, image: &Image, old: &str) -> anyhow::Result<()> {
        self.engine.stop(old)?;
        let began = Instant::now();
        while self.state(old)? != "stopped" {
            ensure!(began.elapsed() < STOPPING, "{old} does not stop");
            thread::sleep(Duration::from_secs(1));
        }
        self.deploy(&["--parameter", "prod-compute:DataAttachment=detached"])?;
        self.project.pin(image.id)?;
        self.deploy(&["--parameter", "prod-compute:DataAttachment=attached"])
    }

    /// The only instance, which runs from an image with everything that belongs on it.
    fn only_host(&self, image: &Image) -> anyhow::Result<String> {
        let instances = self.engine.ec2("instances")?;
        let present = instances.iter().filter(|(_, it)| it["state"] != "terminated").collect::<Vec<_>>();
        let [(id, instance)] = &*present else { anyhow::bail!("there are {} instances and not one", present.len()) };
        ensure!(instance["image"] == image.id && instance["state"] == "running", "{id} is {instance}");
        ensure!(self.hosts.running() == 1, "{} machines run and not one", self.hosts.running());
        let on = self.hosts.with(id, |machine| machine.run("cat /etc/image"))?;
        ensure!(on == image.id, "{id} has booted from {on}");
        let everything = format!("systemctl is-active {UNITS} && pg_isready && curl -fsS 127.0.0.1:8080 >/dev/null");
        let began = Instant::now();
        while let Err(error) = self.hosts.with(id, |machine| machine.run(&everything)) {
            ensure!(began.elapsed() < SETTLING, "not everything runs on {id}: {error:#}");
            thread::sleep(Duration::from_secs(2));
        }
        self.say(&format!("{id} is the only host, runs from {}, and everything runs on it", image.id));
        Ok((*id).clone())
    }

    fn state(&self, instance: &str) -> anyhow::Result<String> {
        Ok(self.engine.ec2("instances")?[instance]["state"].as_str().unwrap_or_default().to_owned())
    }

    /// The id of the data volume: the only one that is no root.
    fn volume(&self) -> anyhow::Result<String> {
        let volumes = self.engine.ec2("volumes")?;
        let is_data = |it: &Json| it["attachments"][0]["device"] != "/dev/sda1";
        volumes.into_iter().find(|(_, it)| is_data(it)).map(|(id, _)| id).context("there is no data volume")
    }

    fn record(&self) -> anyhow::Result<String> {
        let known = self.engine.ssm("GetParameter", &json!({"Name": RECORD}))?;
        Ok(known.pointer("/Parameter/Value").and_then(Json::as_str).unwrap_or_default().to_owned())
    }

    fn numbers(&self, instance: &str) -> anyhow::Result<String> {
        let said = self.hosts.with(instance, |machine| machine.run("id -u postgres redis | paste -sd ' '"))?;
        Ok(said.trim().to_owned())
    }

    fn say(&self, what: &str) {
        say(self.began, what);
    }
}

fn say(began: Instant, what: &str) {
    println!("{:>12} s {what}", began.elapsed().as_secs());
}
