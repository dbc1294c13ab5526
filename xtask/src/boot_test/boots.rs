//! The boots, in the order of a host's life: each finds what the one before left on the volume.
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::endpoints::{Endpoints, Signal};
use super::host::{RECORD, REGION, SECRETS, STACK, VOLUME};
use super::machine::{Machine, Making};
use super::metadata::{INSTANCE, Metadata};
use super::parameters::Parameters;
use super::volume::Volume;
use super::{Prepared, enclosure};

/// What the script starts.
const SERVICES: [&str; 5] =
    ["postgresql", "postgresql@17-main", "redis-server", "zmanim-api", "amazon-cloudwatch-agent"];
/// Longer than any boot here needs to come to its end, good or bad: secrets are asked for during a minute.
const SIGNAL_SECONDS: u64 = 150;
/// How long a machine runs before its volume comes.
const LATE: Duration = Duration::from_secs(8);

/// What outlives the machines.
struct Account<'a> {
    prepared: &'a Prepared,
    scratch: PathBuf,
    endpoints: Endpoints,
    parameters: Parameters,
    volume: Volume,
}

/// Runs them all, inside the enclosure.
pub(super) fn exec(prepared: &Prepared) -> anyhow::Result<()> {
    let scratch = enclosure::enter()?;
    let endpoints = Endpoints::start(Metadata::of_host())?;
    let parameters = Parameters::start(&prepared.moto, &scratch)?;
    for (name, value) in SECRETS {
        parameters.put(name, value, "SecureString")?;
    }
    let volume = Volume::blank(&scratch)?;
    let account = Account { prepared, scratch, endpoints, parameters, volume };
    account.blank_volume()?;
    account.other_image()?;
    account.late_volume()?;
    account.missing_secret()?;
    account.packed_script()
}

impl Account<'_> {
    fn blank_volume(&self) -> anyhow::Result<()> {
        self.parameters.put(RECORD, &format!("new:{VOLUME}"), "String")?;
        // The stack hears the second signal only.
        self.endpoints.reset(1);
        let making = self.making("blank-volume");
        self.boot("a blank volume", &Making { volume: Some(&self.volume), ..making }, |machine| {
            self.comes_up(machine)?;
            machine.run(
                "runuser -u postgres -- psql -qc \"create table kept (word text); insert into kept values ('row')\"
                 redis-cli set kept key && redis-cli save",
            )?;
            self.has_kept(machine)
        })?;
        self.parameters.put(RECORD, &format!("in-service:{VOLUME}"), "String")
    }

    fn other_image(&self) -> anyhow::Result<()> {
        self.endpoints.reset(0);
        let making = self.making("other-image");
        let making = Making { other_users: true, volume: Some(&self.volume), ..making };
        self.boot("another image, and then a reboot", &making, |machine| {
            self.comes_up(machine)?;
            self.has_kept(machine)?;
            self.comes_back(machine)
        })
    }

    fn late_volume(&self) -> anyhow::Result<()> {
        self.endpoints.reset(0);
        self.boot("the volume comes late", &self.making("late-volume"), |machine| {
            thread::sleep(LATE);
            ensure!(self.endpoints.signals().is_empty(), "there was a signal without a volume");
            machine.run("pgrep --full /var/lib/stackgen/boot").context("the script does not wait")?;
            machine.attach(&self.volume)?;
            self.comes_up(machine)?;
            self.has_kept(machine)
        })
    }

    fn missing_secret(&self) -> anyhow::Result<()> {
        self.endpoints.reset(0);
        // The last that is asked for, so that the others were there to be spilt.
        let (missing, _) = SECRETS[SECRETS.len() - 1];
        self.parameters.delete(missing)?;
        let making = self.making("missing-secret");
        self.boot("a parameter is missing", &Making { volume: Some(&self.volume), ..making }, |machine| {
            self.signals(machine, "FAILURE")?;
            for unit in SERVICES {
                let state = machine.run(&format!("systemctl show --property=ActiveState --value {unit}"))?;
                ensure!(state == "inactive", "{unit} is {state} without its secrets");
            }
            // A container has no log of the kernel, so what is written there ends in a file of that name.
            let log = machine.output() + &machine.run("cat /dev/kmsg 2>/dev/null || true")?;
            ensure!(log.contains(missing), "no log names {missing}");
            machine.run("for file in /opt/zmanim/config.env /etc/restic/env; do test ! -s $file; done")?;
            no_secrets(machine)
        })
    }

    /// cloud-init unpacks what EC2 would not have taken otherwise.
    fn packed_script(&self) -> anyhow::Result<()> {
        self.endpoints.reset(0);
        let making = Making { user_data: &self.prepared.host.packed, ..self.making("packed-script") };
        ensure!(making.user_data.starts_with("Content-Type: multipart/mixed"), "the example's script is not packed");
        self.boot("a packed script", &making, |machine| {
            // 2 says that something is amiss which it could do without: this image has no server whose keys it could make.
            machine.run("timeout 60 cloud-init status --wait || test $? -eq 2")?;
            let wrote =
                machine.run("cat /etc/denied/region; wc -l </etc/denied/names; stat -c %a /var/lib/stackgen/boot")?;
            ensure!(wrote.lines().eq([REGION, "1500", "600"]), "the script wrote {wrote}");
            Ok(())
        })
    }

    fn making<'a>(&'a self, name: &'a str) -> Making<'a> {
        Making { name, user_data: &self.prepared.host.user_data, other_users: false, volume: None }
    }

    fn boot(
        &self,
        what: &str,
        making: &Making,
        check: impl FnOnce(&mut Machine) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        let mut machine = Machine::start(self.prepared, &self.scratch, making, &self.parameters.certificate)?;
        if let Err(error) = check(&mut machine) {
            println!("{}", machine.last_words());
            return Err(error.context(format!("boot `{what}`")));
        }
        machine.shut_down().with_context(|| format!("boot `{what}`"))?;
        println!("{:>14} {what}: {:.1} s", "boot", started.elapsed().as_secs_f64());
        Ok(())
    }

    /// Waits for the only signal and checks it.
    fn signals(&self, machine: &Machine, status: &str) -> anyhow::Result<()> {
        machine.wait("no signal", SIGNAL_SECONDS, |_| !self.endpoints.signals().is_empty())?;
        machine.run("timeout 30 cloud-init status --wait || true")?;
        let expected = Signal {
            stack: STACK.to_owned(),
            resource: self.prepared.host.wait_condition.clone(),
            unique_id: INSTANCE.to_owned(),
            status: status.to_owned(),
        };
        let heard = self.endpoints.signals();
        ensure!(heard == [expected], "the stack heard {heard:?} and not one {status}");
        Ok(())
    }

    /// The boot is a success, and everything runs with its secrets.
    fn comes_up(&self, machine: &Machine) -> anyhow::Result<()> {
        self.signals(machine, "SUCCESS")?;
        for unit in SERVICES {
            machine.run(&format!("systemctl is-active {unit}"))?;
        }
        answers_with_secrets(machine)?;
        no_secrets(machine)
    }

    /// The machine restarts itself; its script does not run, and everything is there again.
    fn comes_back(&self, machine: &mut Machine) -> anyhow::Result<()> {
        machine.reboot()?;
        for unit in SERVICES {
            let active = format!("systemctl is-active {unit}");
            machine.wait(&format!("{unit} does not come back"), 60, |machine| machine.run(&active).is_ok())?;
        }
        machine.wait("PostgreSQL does not answer", 30, |machine| machine.run("pg_isready").is_ok())?;
        answers_with_secrets(machine)?;
        self.has_kept(machine)?;
        let ends = machine.output().matches("everything runs").count();
        ensure!(ends == 1, "the script has run {ends} times, and a reboot must not run it");
        ensure!(self.endpoints.signals().len() == 1, "a reboot has signalled");
        no_secrets(machine)
    }

    fn has_kept(&self, machine: &Machine) -> anyhow::Result<()> {
        let row = machine.run("runuser -u postgres -- psql -tAc 'select word from kept'")?;
        let key = machine.run("redis-cli get kept")?;
        ensure!(row == "row" && key == "key", "the volume kept `{row}` and `{key}` instead of `row` and `key`");
        let source = machine.run("findmnt --noheadings --output FSTYPE,FSROOT /data")?;
        ensure!(source.split_whitespace().eq(["xfs", "/"]), "/data is {source}");
        Ok(())
    }
}

/// The stand-in for the API says what it was given, as hashes.
fn answers_with_secrets(machine: &Machine) -> anyhow::Result<()> {
    let answer = machine.run("curl -fsS --retry 5 --retry-connrefused 127.0.0.1:8080")?;
    for (name, value) in &SECRETS[..2] {
        ensure!(answer.contains(&sha256(value)?), "the API was not given {name} as it is");
    }
    Ok(())
}

/// Nothing that outlives memory has a secret in it: neither the root disk nor the journal.
fn no_secrets(machine: &Machine) -> anyhow::Result<()> {
    let journal = machine.run("journalctl --all --no-pager --output=json; cat /dev/kmsg 2>/dev/null || true")?;
    for (name, value) in SECRETS {
        ensure!(!journal.contains(value), "{name} is in the journal");
        let mut search = Command::new("grep");
        search.args(["--recursive", "--files-with-matches", "--text", "--fixed-strings", "--regexp", value]);
        let found = search.arg(machine.written()).output()?;
        match found.status.code() {
            Some(1) => {}
            Some(0) => bail!("{name} is written to {}", String::from_utf8_lossy(&found.stdout)),
            _ => bail!("grep: {}", String::from_utf8_lossy(&found.stderr)),
        }
    }
    Ok(())
}

fn sha256(text: &str) -> anyhow::Result<String> {
    let mut sum = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    sum.stdin.take().context("it was piped")?.write_all(text.as_bytes())?;
    let output = sum.wait_with_output()?;
    Ok(String::from_utf8(output.stdout)?.split_whitespace().next().context("sha256sum says a sum")?.to_owned())
}
