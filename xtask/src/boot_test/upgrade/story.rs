//! What an operator does with a production host, from its first deploy on.
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value as Json, json};

use super::data::Data;
use super::engine::Engine;
use super::front::Front;
use super::hosts::{Hosts, Image};
use super::project::Project;
use super::{Prepared, Way, driver, imds, ways};
use crate::boot_test::enclosure;
use crate::boot_test::host::{RECORD, SECRETS, STACK};

/// The image of the first deploy.
const FIRST: Image = Image { id: "ami-01111111111111111", is_renumbered: false, change: "true" };
/// What must run in the end.
const UNITS: &str = "postgresql postgresql@17-main redis-server zmanim-api amazon-cloudwatch-agent stackgen-secrets";
/// Longer than a machine takes to boot and to start everything.
const SETTLING: Duration = Duration::from_secs(600);

/// What a run without an error has shown, besides what its ways have.
const SHOWN: [&str; 3] = [
    "the deploy's own user-data boots a machine, and the machine's signal completes the stack",
    "rows, key and file are the same after each handover, also where the users of the new image have other numbers",
    "one machine is left each time, and the volume is said to be in service",
];

/// What there is during a run.
pub(super) struct Story {
    began: Instant,
    pub(super) engine: Engine,
    pub(super) project: Project,
    pub(super) hosts: Arc<Hosts>,
    _front: Front,
}

/// The host that serves.
pub(super) struct Serving {
    pub(super) instance: String,
    pub(super) image: &'static Image,
    /// What was written at the beginning.
    pub(super) written: Data,
    /// The numbers of users in its image.
    numbers: String,
}

/// Runs it, inside the enclosure.
pub(super) fn exec(prepared: &Prepared) -> anyhow::Result<()> {
    let began = Instant::now();
    let scratch = enclosure::enter()?;
    let project = Project::copy(prepared, scratch.join("project"))?;
    let engine = Engine::start(&project)?;
    let front = Front::start(&scratch, engine.port())?;
    let images = std::iter::once(&FIRST).chain(ways::images()).collect();
    let hosts = Hosts::new(scratch, prepared.image.clone(), images, front.names.clone(), front.certificate.clone())?;
    let hosts = Arc::new(hosts);
    imds::start(&hosts)?;
    driver::start(engine, &hosts, move |what| say(began, what));
    let story = Story { began, engine, project, hosts, _front: front };
    let done = story.tell(&prepared.ways);
    if done.is_err() {
        println!("{}", story.hosts.consoles());
    }
    done?;
    for what in SHOWN.iter().chain(prepared.ways.iter().flat_map(|way| way.shown())) {
        println!("{:>14} {what}", "shown");
    }
    Ok(())
}

impl Story {
    fn tell(&self, ways: &[Way]) -> anyhow::Result<()> {
        for (name, value) in SECRETS {
            self.engine.ssm("PutParameter", &json!({"Name": name, "Value": value, "Type": "SecureString"}))?;
        }
        self.project.pin(FIRST.id)?;
        self.project.run(&["deploy", "prod-network", STACK, "--local", "--yes"])?;
        let instance = self.only_host(&FIRST)?;
        let written = self.hosts.with(&instance, Data::write)?;
        self.say(&format!("written: {written}"));
        let numbers = self.numbers(&instance)?;
        let mut host = Serving { instance, image: &FIRST, written, numbers };
        for way in ways {
            way.try_with(self, &mut host)?;
        }
        self.project.run(&["status", STACK, "--local"])?;
        self.project.run(&["local", "stop"])
    }

    /// Hands over to the image that is pinned. Says whether that succeeded.
    pub(super) fn hand_over(&self, way: Way, hear: impl FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<bool> {
        let arguments = ["deploy", STACK, "--local", "--yes", "--handover", "--strategy", way.word()];
        let status = self.project.try_run(&arguments, hear)?;
        self.say(&format!("the command ended with {status}"));
        Ok(status.success())
    }

    /// The host is the same as before, and serves as before.
    pub(super) fn is_back(&self, host: &Serving) -> anyhow::Result<()> {
        let there = self.only_host(host.image)?;
        ensure!(there == host.instance, "{} is not there any more", host.instance);
        self.has_kept(&host.instance, &host.written)
    }

    /// Another image serves, perhaps on another machine, with all that was written.
    pub(super) fn has_moved(&self, host: &mut Serving, image: &'static Image) -> anyhow::Result<()> {
        host.instance = self.only_host(image)?;
        self.has_kept(&host.instance, &host.written)?;
        let numbers = self.numbers(&host.instance)?;
        let has_changed = host.image.is_renumbered != image.is_renumbered;
        ensure!(
            (host.numbers != numbers) == has_changed,
            "the numbers of users were {} and are {numbers}",
            host.numbers
        );
        self.say(&format!("the numbers of postgres and redis were {} and are {numbers}", host.numbers));
        (host.image, host.numbers) = (image, numbers);
        Ok(())
    }

    fn has_kept(&self, instance: &str, written: &Data) -> anyhow::Result<()> {
        let kept = self.hosts.with(instance, Data::read)?;
        self.say(&format!("read:    {kept}"));
        ensure!(kept == *written, "the volume kept something else");
        let (volume, record) = (self.volume(instance)?, self.record()?);
        ensure!(record == format!("in-service:{volume}"), "{RECORD} says {record}");
        self.say(&format!("{RECORD} says {record}"));
        Ok(())
    }

    /// The only instance, which runs from an image with everything that belongs on it.
    fn only_host(&self, image: &Image) -> anyhow::Result<String> {
        let instances = self.engine.ec2("instances")?;
        let present = instances.iter().filter(|(_, it)| it["state"] != "terminated").collect::<Vec<_>>();
        let [(id, instance)] = &*present else { anyhow::bail!("there are {} instances and not one", present.len()) };
        ensure!(instance["state"] == "running", "{id} is {instance}");
        ensure!(self.hosts.running() == 1, "{} machines run and not one", self.hosts.running());
        let everything = format!("systemctl is-active {UNITS} && pg_isready && curl -fsS 127.0.0.1:8080 >/dev/null");
        let began = Instant::now();
        while let Err(error) = self.hosts.with(id, |machine| machine.run(&everything)) {
            ensure!(began.elapsed() < SETTLING, "not everything runs on {id}: {error:#}");
            thread::sleep(Duration::from_secs(2));
        }
        let on = self.hosts.with(id, |machine| machine.run("cat /etc/image"))?;
        ensure!(on == image.id, "{id} has booted from {on}");
        self.say(&format!("{id} is the only host, runs from {}, and everything runs on it", image.id));
        Ok((*id).clone())
    }

    /// The id of the volume on an instance that is not its root. There is no other one.
    fn volume(&self, instance: &str) -> anyhow::Result<String> {
        let volumes = self.engine.ec2("volumes")?;
        let is_root = |it: &Json| it["attachments"][0]["device"] == "/dev/sda1";
        let data = volumes.iter().filter(|(_, it)| !is_root(it)).collect::<Vec<_>>();
        let [(id, volume)] = &*data else { anyhow::bail!("there are {} data volumes and not one", data.len()) };
        ensure!(volume["attachments"][0]["instance"] == instance, "{id} is not on {instance}: {volume}");
        Ok((*id).clone())
    }

    fn record(&self) -> anyhow::Result<String> {
        let known = self.engine.ssm("GetParameter", &json!({"Name": RECORD}))?;
        Ok(known.pointer("/Parameter/Value").and_then(Json::as_str).unwrap_or_default().to_owned())
    }

    fn numbers(&self, instance: &str) -> anyhow::Result<String> {
        let said = self.hosts.with(instance, |machine| machine.run("id -u postgres redis | paste -sd ' '"))?;
        Ok(said.trim().to_owned())
    }

    pub(super) fn say(&self, what: &str) {
        say(self.began, what);
    }
}

fn say(began: Instant, what: &str) {
    println!("{:>12} s {what}", began.elapsed().as_secs());
}
