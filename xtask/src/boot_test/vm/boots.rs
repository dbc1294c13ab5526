//! The boots, in the order in which a production host sees them: a first machine whose volume comes late, and the machine of
//! a newer image that takes the volume over.
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::Prepared;
use super::disk::Disk;
use super::machine::{self, Machine};
use crate::boot_test::endpoints::{Endpoints, Signal};
use crate::boot_test::host::{RECORD, REGION, SECRETS, STACK, VOLUME};
use crate::boot_test::metadata::{INSTANCE, Metadata};
use crate::boot_test::parameters::Parameters;
use crate::boot_test::{enclosure, root};

/// The host's loopback, as QEMU shows it to the guest.
const LOOPBACK: &str = "10.0.2.2";
/// What must run in the end.
const UNITS: &str = "postgresql postgresql@17-main redis-server zmanim-api amazon-cloudwatch-agent stackgen-secrets";
/// How long the script waits in vain before the volume comes.
const LATE: Duration = Duration::from_secs(75);
/// Longer than a boot and all deadlines of the script.
const BOOT: Duration = Duration::from_secs(1500);
const VOLUME_GIB: u64 = 20;
const GROWN_GIB: u64 = 24;

/// What a run without an error has shown.
const SHOWN: [&str; 6] = [
    "cloud-init takes the machine for one of EC2 and gets the user-data for a token",
    "a volume that is attached while the script waits is known by its serial number, formatted and used",
    "a blank disk that is not the volume stays as it is",
    "a new image with other user numbers keeps the row and the key, though the disks have changed their names",
    "the file system grows with the volume",
    "everything is back when the machine has started again, and nothing signals twice",
];

/// What outlives the machines.
struct Account<'a> {
    prepared: &'a Prepared,
    scratch: PathBuf,
    began: Instant,
    endpoints: Endpoints,
    parameters: Parameters,
    volume: Disk,
    /// A disk that comes with the instance, as large as the volume and as blank as a new one.
    store: Disk,
}

/// Runs them all, inside the enclosure.
pub(super) fn exec(prepared: &Prepared) -> anyhow::Result<()> {
    let began = Instant::now();
    let scratch = enclosure::enter()?;
    let parameters = Parameters::start(&prepared.moto, &scratch)?;
    for (name, value) in SECRETS {
        parameters.put(name, value, "SecureString")?;
    }
    let endpoints = Endpoints::start(metadata(&prepared.host.user_data))?;
    let volume = Disk::blank(scratch.join("volume"), "vol0123456789abcdef0", VOLUME_GIB)?;
    let store = Disk::blank(scratch.join("store"), "AWS1A2B3C4D5E6F7A8B9", VOLUME_GIB)?;
    let account = Account { prepared, scratch, began, endpoints, parameters, volume, store };
    let done = account.first_machine().context("the first machine").and_then(|()| {
        account.volume.grow(GROWN_GIB)?;
        account.second_machine().context("the second machine")
    });
    if done.is_err() {
        println!("---- the end of the console\n{}", machine::console_tail(&account.scratch, 80));
    }
    done?;
    for what in SHOWN {
        println!("{:>14} {what}", "shown");
    }
    Ok(())
}

/// What a machine reads of the production host that is made up here.
fn metadata(user_data: &str) -> Metadata {
    Metadata::of_machine(INSTANCE, "ami-0123456789abcdef0", &format!("{REGION}a"), "vpc-0123456789abcdef0", user_data)
}

impl Account<'_> {
    fn first_machine(&self) -> anyhow::Result<()> {
        self.parameters.put(RECORD, &format!("new:{VOLUME}"), "String")?;
        // The stack hears the second signal only.
        self.endpoints.reset(1);
        let root = self.root_disk("first", false)?;
        self.say("the first machine starts, with its root disk and a blank disk of the instance");
        let mut machine = Machine::start(&self.scratch, &self.prepared.image, &[&root, &self.store])?;
        machine.wait_for("the boot script", BOOT, "[ \"$(systemctl is-active cloud-final)\" != inactive ]")?;
        self.versions(&mut machine)?;
        self.say("the boot script runs, and the volume is not there");
        thread::sleep(LATE);
        let waits = "[ \"$(systemctl is-active cloud-final)\" = activating ]";
        machine.run(waits).context("the script did not wait for its volume")?;
        ensure!(self.endpoints.signals().is_empty(), "there was a signal without a volume");
        machine.attach(&self.volume)?;
        self.say("the volume is attached to the running machine");
        self.comes_up(&mut machine)?;
        machine.run("[ \"$(findmnt -no FSTYPE /data)\" = xfs ]")?;
        machine.run(
            "runuser -u postgres -- psql -qc \"create table kept (word text); insert into kept values ('row')\" &&
             redis-cli set kept key",
        )?;
        self.has_kept(&mut machine)?;
        self.say("a row and a key are written");
        machine.shut_down()?;
        ensure!(self.store.is_blank()?, "the boot script has written to a disk that is not its volume");
        self.say("the machine is off; not a byte of the other disk has changed");
        self.parameters.put(RECORD, &format!("in-service:{VOLUME}"), "String")?;
        root.remove()
    }

    fn second_machine(&self) -> anyhow::Result<()> {
        self.endpoints.reset(0);
        let root = self.root_disk("second", true)?;
        self.say(
            "the second machine starts: a new root disk with other user numbers, behind the volume, which has grown",
        );
        let mut machine = Machine::start(&self.scratch, &self.prepared.image, &[&self.volume, &root])?;
        machine.wait_for("the guest", BOOT, "true")?;
        self.disks(&mut machine)?;
        machine
            .run("[ \"$(findmnt -no SOURCE /)\" = /dev/nvme1n1p1 ]")
            .context("the kernel did not name the disks in the order of their slots; run it again")?;
        self.comes_up(&mut machine)?;
        self.has_kept(&mut machine)?;
        self.say("the row and the key are there");
        let grown = format!("[ \"$(findmnt -bno SIZE /data)\" -gt {} ]", VOLUME_GIB << 30);
        machine.wait_for("a larger file system", Duration::from_secs(60), &grown)?;
        self.say("the file system has grown with the volume");
        machine.reboot()?;
        self.say("it has started again");
        self.disks(&mut machine)?;
        self.everything_runs(&mut machine)?;
        self.has_kept(&mut machine)?;
        ensure!(self.endpoints.signals().len() == 1, "starting again has signalled");
        self.say("everything is back, the row and the key too");
        machine.shut_down()?;
        root.remove()
    }

    /// A root disk with what is in the image, and with the way to the services here.
    fn root_disk(&self, name: &str, other_users: bool) -> anyhow::Result<Disk> {
        let root = root::over(&self.prepared.image, &self.scratch.join(name))?;
        root::tell_of_aws(&root, LOOPBACK, &self.parameters.certificate)?;
        // Nothing is asked of name servers, and whoever asks must not wait for one.
        std::fs::write(root.join("etc/resolv.conf"), "")?;
        if other_users {
            root::change_users(&root)?;
        }
        Disk::of_folder(self.scratch.join(format!("{name}-root")), "vol0aaaaaaaaaaaaaaaa", &root)
    }

    /// The stack hears one SUCCESS, and everything runs.
    fn comes_up(&self, machine: &mut Machine) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.endpoints.signals().is_empty() {
            machine.ensure_runs()?;
            ensure!(began.elapsed() < BOOT, "there was no signal within {} s", BOOT.as_secs());
            thread::sleep(Duration::from_millis(500));
        }
        let expected = Signal {
            stack: STACK.to_owned(),
            resource: self.prepared.host.wait_condition.clone(),
            unique_id: INSTANCE.to_owned(),
            status: "SUCCESS".to_owned(),
        };
        let heard = self.endpoints.signals();
        ensure!(heard == [expected], "the stack heard {heard:?} and not one SUCCESS");
        self.say("the stack hears SUCCESS; the log of the boot script:");
        // For people only: nothing here hangs on how the log is worded.
        for line in machine.run("grep ' stackgen ' /var/log/cloud-init-output.log || true")?.lines() {
            println!("{:>14} {line}", "|");
        }
        self.everything_runs(machine)?;
        machine.run("[ \"$(cloud-id)\" = aws ]").context("cloud-init did not find EC2")?;
        Ok(())
    }

    fn everything_runs(&self, machine: &mut Machine) -> anyhow::Result<()> {
        let active = format!("systemctl is-active {UNITS} && pg_isready && curl -fsS 127.0.0.1:8080");
        machine.wait_for("a machine on which everything runs", Duration::from_secs(300), &active)?;
        let serial = machine.run("cat /sys/block/$(basename $(findmnt -no SOURCE /data))/device/serial")?;
        if serial.trim() != self.volume.serial {
            bail!("/data is on the disk with the serial number {serial}");
        }
        Ok(())
    }

    fn has_kept(&self, machine: &mut Machine) -> anyhow::Result<()> {
        let row = machine.run("runuser -u postgres -- psql -tAc 'select word from kept'")?;
        let key = machine.run("redis-cli get kept")?;
        let (row, key) = (row.trim(), key.trim());
        ensure!(row == "row" && key == "key", "the volume kept `{row}` and `{key}` instead of `row` and `key`");
        Ok(())
    }

    fn versions(&self, machine: &mut Machine) -> anyhow::Result<()> {
        let ask = "uname -r; cloud-init --version; systemctl --version | head -n 1; cloud-init query subplatform; \
                   cat /sys/class/dmi/id/sys_vendor";
        self.say(&format!("it is up: {}", machine.run(ask)?.trim().replace('\n', ", ")));
        self.disks(machine)
    }

    /// Says which disk has which name.
    fn disks(&self, machine: &mut Machine) -> anyhow::Result<()> {
        let list = "for disk in /sys/block/nvme*n*; do echo ${disk##*/} is $(cat $disk/device/serial); done";
        self.say(machine.run(list)?.trim().replace('\n', ", ").as_str());
        Ok(())
    }

    fn say(&self, what: &str) {
        println!("{:>12} s {what}", self.began.elapsed().as_secs());
    }
}
