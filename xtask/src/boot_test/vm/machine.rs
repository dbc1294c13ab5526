//! A whole machine that looks like an instance on EC2: QEMU without acceleration, which runs anywhere and takes minutes.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail, ensure};
use serde_json::{Value, json};

use super::disk::{Disk, ROOT_PARTITION};
use super::line::Line;

/// The address of its network card, which the metadata names too.
pub(in crate::boot_test) const MAC: &str = "02:00:00:00:00:01";
/// cloud-init takes a machine for one of EC2 when its serial number is its UUID and begins with `ec2` (`identify_aws` in
/// DataSourceEc2.py).
const UUID: &str = "ec2a1b2c-0001-4000-8000-000000000001";
const CONSOLE: &str = "console.log";
const MONITOR: &str = "monitor";
const AGENT: &str = "agent";
const COMPLAINTS: &str = "qemu.log";
/// Places for disks, one a slot, as disks can only be attached to slots that were there from the start.
const SLOTS: usize = 4;

/// A machine that runs until it is dropped.
pub(in crate::boot_test) struct Machine {
    process: Child,
    folder: PathBuf,
    monitor: Line,
    /// The serial number of the disk in each slot.
    slots: [Option<String>; SLOTS],
    questions: u64,
}

/// What a script in the guest did.
struct Ran {
    status: i64,
    output: String,
}

impl Machine {
    /// Starts a machine whose disks come in this order. Its sockets and its console are in `folder`, and its kernel is
    /// that of the image.
    pub(in crate::boot_test) fn start(folder: &Path, image: &Path, disks: &[&Disk]) -> anyhow::Result<Self> {
        for left_over in [CONSOLE, MONITOR, AGENT] {
            let _absent = fs::remove_file(folder.join(left_over));
        }
        let mut command = Command::new("qemu-system-x86_64");
        command.args(arguments(&kernel(image)?));
        for slot in 0..SLOTS {
            command.arg("-device").arg(format!("pcie-root-port,id=slot{slot},chassis={slot},slot={slot}"));
        }
        for (slot, disk) in disks.iter().enumerate() {
            command.arg("-blockdev").arg(backend(slot, disk).to_string());
            command.arg("-device").arg(controller(slot, disk).to_string());
        }
        let complaints = fs::File::create(folder.join(COMPLAINTS))?;
        let process = command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(complaints).spawn();
        let mut process = process.context("`qemu-system-x86_64` is the machine; install qemu-system-x86")?;
        let monitor = match monitor(&mut process, folder) {
            Ok(monitor) => monitor,
            Err(error) => {
                stop(&mut process);
                return Err(error);
            }
        };
        let slots = std::array::from_fn(|slot| disks.get(slot).map(|disk| disk.serial.clone()));
        Ok(Machine { process, folder: folder.to_owned(), monitor, slots, questions: 0 })
    }

    /// Puts a disk into a free slot while the machine runs.
    pub(in crate::boot_test) fn attach(&mut self, disk: &Disk) -> anyhow::Result<()> {
        let free = self.slots.iter().position(Option::is_none);
        let slot = free.with_context(|| format!("the machine has {SLOTS} slots for disks and no free one"))?;
        self.monitor.ask("blockdev-add", &backend(slot, disk))?;
        self.monitor.ask("device_add", &controller(slot, disk))?;
        self.slots[slot] = Some(disk.serial.clone());
        Ok(())
    }

    /// Whether a disk is in a slot.
    pub(in crate::boot_test) fn has(&self, disk: &Disk) -> bool {
        self.slots.iter().flatten().any(|serial| *serial == disk.serial)
    }

    /// Takes a disk out while the machine runs, as soon as its kernel has let it go.
    pub(in crate::boot_test) fn detach(&mut self, disk: &Disk) -> anyhow::Result<()> {
        let slot = self.slots.iter().position(|serial| serial.as_ref() == Some(&disk.serial));
        let slot = slot.with_context(|| format!("the machine has no disk {}", disk.serial))?;
        self.monitor.ask("device_del", &json!({"id": format!("nvme{slot}")}))?;
        let began = Instant::now();
        // Until then somebody uses it, and this is refused.
        while let Err(error) = self.monitor.ask("blockdev-del", &json!({"node-name": format!("disk{slot}")})) {
            ensure!(began.elapsed() < Duration::from_secs(120), "the machine keeps {}: {error:#}", disk.serial);
            std::thread::sleep(Duration::from_secs(1));
        }
        self.slots[slot] = None;
        Ok(())
    }

    /// Presses the button at which a system shuts down.
    pub(in crate::boot_test) fn press_power(&mut self) -> anyhow::Result<()> {
        self.monitor.ask("system_powerdown", &json!({})).map(drop)
    }

    /// Whether it is off.
    pub(in crate::boot_test) fn is_off(&mut self) -> anyhow::Result<bool> {
        Ok(self.process.try_wait()?.is_some())
    }

    /// The number of its process.
    pub(in crate::boot_test) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Runs a script in the guest as root, and gives its output. A script that fails is an error, and so is a guest that
    /// does not answer within a minute.
    pub(in crate::boot_test) fn run(&mut self, script: &str) -> anyhow::Result<String> {
        let ran = self.try_run(script)?;
        ensure!(ran.status == 0, "in the guest, `{script}` ended with status {}:\n{}", ran.status, ran.output);
        Ok(ran.output)
    }

    /// Waits until a script succeeds in the guest, and gives its output.
    pub(in crate::boot_test) fn wait_for(
        &mut self,
        what: &str,
        within: Duration,
        script: &str,
    ) -> anyhow::Result<String> {
        let began = Instant::now();
        loop {
            let ran = self.try_run(script);
            if let Ok(Ran { status: 0, output }) = ran {
                return Ok(output);
            }
            self.ensure_runs()?;
            if began.elapsed() > within {
                let why = ran.map_or_else(|error| error, |ran| anyhow!("status {}: {}", ran.status, ran.output));
                return Err(why.context(format!("{what} did not come within {} s", within.as_secs())));
            }
            std::thread::sleep(Duration::from_secs(2));
        }
    }

    /// Complains if the machine is off.
    pub(in crate::boot_test) fn ensure_runs(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.process.try_wait()? {
            let complaints = fs::read_to_string(self.folder.join(COMPLAINTS)).unwrap_or_default();
            bail!("the machine has ended with {status}: {}", complaints.trim());
        }
        Ok(())
    }

    /// Starts the guest again from within, as an administrator does.
    pub(in crate::boot_test) fn reboot(&mut self) -> anyhow::Result<()> {
        let boot = "cat /proc/sys/kernel/random/boot_id";
        let before = self.run(boot)?;
        // The machine may be gone before its answer comes.
        let _answer = self.run("systemctl --no-block reboot");
        let is_another = format!("[ \"$({boot})\" != {} ]", before.trim());
        self.wait_for("another boot", Duration::from_secs(600), &is_another)?;
        Ok(())
    }

    /// Lets the guest shut down, and waits until the machine is off.
    pub(in crate::boot_test) fn shut_down(mut self) -> anyhow::Result<()> {
        // The machine may be gone before its answer comes.
        let _answer = self.run("systemctl --no-block poweroff");
        let began = Instant::now();
        while self.process.try_wait()?.is_none() {
            ensure!(began.elapsed() < Duration::from_secs(300), "the machine did not shut down within 300 s");
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    fn try_run(&mut self, script: &str) -> anyhow::Result<Ran> {
        let mut agent = Line::connect(&self.folder.join(AGENT), Duration::from_secs(60))?;
        self.questions += 1;
        agent.synchronize(self.questions)?;
        let started = agent.ask(
            "guest-exec",
            &json!({"path": "/bin/bash", "arg": ["-c", format!("{{ {script}\n}} 2>&1")], "capture-output": true}),
        )?;
        loop {
            let state = agent.ask("guest-exec-status", &json!({"pid": started["pid"]}))?;
            if state["exited"] == json!(true) {
                return ran(&state);
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        stop(&mut self.process);
    }
}

/// The last lines of the console of the machine that ran in this folder.
pub(in crate::boot_test) fn console_tail(folder: &Path, lines: usize) -> String {
    let text = fs::read(folder.join(CONSOLE)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<_> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

fn stop(process: &mut Child) {
    // Both fail only for a process that is gone already.
    let _gone = process.kill();
    let _gone = process.wait();
}

fn ran(state: &Value) -> anyhow::Result<Ran> {
    use base64::Engine;
    let output = state["out-data"].as_str().unwrap_or_default();
    let output = base64::engine::general_purpose::STANDARD.decode(output)?;
    let status = state["exitcode"].as_i64().unwrap_or(-1);
    Ok(Ran { status, output: String::from_utf8_lossy(&output).into_owned() })
}

fn kernel(image: &Path) -> anyhow::Result<PathBuf> {
    for entry in fs::read_dir(image.join("boot"))? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vmlinuz-")) {
            return Ok(path);
        }
    }
    bail!("the image has no kernel in /boot")
}

/// QEMU starts the kernel itself: a boot loader would add nothing that the boot script sees. NVMe and ext4 are built into
/// Debian's cloud kernel, so it needs no initial RAM disk either, which saves half a minute here.
fn arguments(kernel: &Path) -> Vec<String> {
    let kernel = kernel.display();
    let identity = format!("type=1,manufacturer=Amazon EC2,product=m7i.large,uuid={UUID},serial={UUID}");
    let command_line = format!("root={ROOT_PARTITION} rw rootwait console=ttyS0 net.ifnames=0 TERM=dumb");
    let words = format!(
        "-nodefaults -no-user-config -display none -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 \
         -serial file:{CONSOLE} -qmp unix:{MONITOR},server=on,wait=off \
         -netdev user,id=network -device virtio-net-pci,netdev=network,mac={MAC} -device virtio-rng-pci \
         -device virtio-serial-pci -chardev socket,id=agent,path={AGENT},server=on,wait=off \
         -device virtserialport,chardev=agent,name=org.qemu.guest_agent.0"
    );
    let words = words.split_whitespace().map(str::to_owned);
    words
        .chain(["-kernel".into(), kernel.to_string(), "-append".into(), command_line, "-smbios".into(), identity])
        .collect()
}

fn monitor(process: &mut Child, folder: &Path) -> anyhow::Result<Line> {
    let socket = folder.join(MONITOR);
    while !socket.exists() {
        if process.try_wait()?.is_some() {
            bail!("qemu did not start: {}", fs::read_to_string(folder.join(COMPLAINTS))?.trim());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut monitor = Line::connect(&socket, Duration::from_secs(30))?;
    monitor.ask("qmp_capabilities", &json!({}))?;
    Ok(monitor)
}

fn backend(slot: usize, disk: &Disk) -> Value {
    json!({"driver": "raw", "node-name": format!("disk{slot}"), "file": {"driver": "file", "filename": disk.file}})
}

fn controller(slot: usize, disk: &Disk) -> Value {
    let (bus, drive) = (format!("slot{slot}"), format!("disk{slot}"));
    json!({"driver": "nvme", "id": format!("nvme{slot}"), "drive": drive, "serial": disk.serial, "bus": bus})
}
