//! A machine: the image under a root that is thrown away, booted by systemd-nspawn.
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::host::VOLUME;
use super::programs::run;
use super::volume::Volume;
use super::{Prepared, root};

/// How a container ends that is not its own unit and wants to be started again (`EXIT_FORCE_RESTART` in systemd's
/// src/nspawn/nspawn.c).
const WANTS_TO_START_AGAIN: i32 = 133;

/// A machine that runs, until it is dropped.
pub(super) struct Machine {
    folder: PathBuf,
    start: Command,
    container: Child,
}

/// What is different from machine to machine.
pub(super) struct Making<'a> {
    pub name: &'a str,
    pub user_data: &'a str,
    /// Whether its users have the numbers that they had in another image: PostgreSQL and Redis have changed places.
    pub other_users: bool,
    /// The volume, if it is attached before the machine starts.
    pub volume: Option<&'a Volume>,
}

impl Machine {
    /// Makes its root and starts it.
    pub(super) fn start(prepared: &Prepared, scratch: &Path, making: &Making, trusted: &Path) -> anyhow::Result<Self> {
        let folder = scratch.join(making.name);
        seed(&root::over(&prepared.image, &folder)?, making, trusted)?;
        let mut start = container(prepared, &folder, making)?;
        let container = spawn(&mut start, &folder)?;
        let machine = Self { folder, start, container };
        machine.wait_for_systemd()?;
        if let Some(volume) = making.volume {
            machine.show(volume)?;
        }
        Ok(machine)
    }

    /// Attaches a volume to a machine that runs: makes its node, and has udev look at it.
    pub(super) fn attach(&self, volume: &Volume) -> anyhow::Result<()> {
        let ((major, minor), name) = (volume.numbers()?, volume.name()?);
        self.run(&format!("mknod -m 0600 /dev/{name} b {major} {minor} && udevadm trigger --settle /dev/{name}"))?;
        self.show(volume)
    }

    /// Lets the volume's device look as the script expects a volume to look: NVMe disks have serial numbers in `/sys`, and
    /// loop devices have none. Beside it are a disk of another volume and a path of a multipath disk, which has no node. A
    /// unit does it again at the next boot, before anybody looks for the disk, where a real disk would be there by itself.
    fn show(&self, volume: &Volume) -> anyhow::Result<()> {
        let (serial, device) = (VOLUME.replace('-', ""), volume.name()?);
        self.run(&format!(
            "cat >/usr/local/sbin/boot-test-disk <<'DISK'
#!/bin/bash
set -euo pipefail
mount -t tmpfs tmpfs /sys/block
cd /sys/block
mkdir -p nvme0n1/device nvme1c1n1/device nvme1n1/device
echo vol0aaaaaaaaaaaaaaaa >nvme0n1/device/serial
echo {serial} | tee nvme1c1n1/device/serial >nvme1n1/device/serial
ln -sfn {device} /dev/nvme1n1
DISK
             chmod 0755 /usr/local/sbin/boot-test-disk
             printf '%s\\n' '[Unit]' DefaultDependencies=no Before=stackgen-data.service '[Service]' Type=oneshot \
               RemainAfterExit=yes ExecStart=/usr/local/sbin/boot-test-disk '[Install]' WantedBy=multi-user.target \
               >/etc/systemd/system/boot-test-disk.service
             systemctl daemon-reload
             systemctl enable --quiet --now boot-test-disk"
        ))?;
        Ok(())
    }

    /// What a shell inside says.
    pub(super) fn run(&self, script: &str) -> anyhow::Result<String> {
        let mut enter = Command::new("nsenter");
        enter.arg("--target").arg(self.first_process()?.to_string());
        enter.args([
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--pid",
            "--cgroup",
            "--root",
            "--wd=/",
            "/usr/bin/env",
            "-i",
        ]);
        enter.args(["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "/bin/bash", "-euo", "pipefail", "-c", script]);
        let output = enter.stdin(Stdio::null()).output().context("`nsenter` does not run")?;
        let said = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        ensure!(output.status.success(), "`{script}` failed: {said}{}", String::from_utf8_lossy(&output.stderr));
        Ok(said)
    }

    /// Waits for something, as long as the machine runs.
    pub(super) fn wait(&self, failure: &str, seconds: u64, done: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let started = Instant::now();
        while !done(self) {
            ensure!(started.elapsed() < Duration::from_secs(seconds), "{failure} in {seconds} s");
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// The process that is number one inside, if there is one.
    fn first_process(&self) -> anyhow::Result<u32> {
        let container = self.container.id();
        let children = fs::read_to_string(format!("/proc/{container}/task/{container}/children"))?;
        children.split_whitespace().next().context("the machine does not run")?.parse().context("a process's number")
    }

    fn wait_for_systemd(&self) -> anyhow::Result<()> {
        self.wait("systemd does not start", 60, |machine| machine.run("test -S /run/systemd/private").is_ok())
    }

    /// Shuts it down as an instance is stopped, so that services end and file systems are unmounted.
    pub(super) fn shut_down(mut self) -> anyhow::Result<()> {
        self.run("systemctl poweroff --no-block")?;
        self.ended().map(drop)
    }

    /// Restarts it from inside.
    pub(super) fn reboot(&mut self) -> anyhow::Result<()> {
        self.run("systemctl reboot --no-block")?;
        let code = self.ended()?.code();
        ensure!(code == Some(WANTS_TO_START_AGAIN), "the machine ended with {code:?} instead of a reboot");
        self.container = spawn(&mut self.start, &self.folder)?;
        self.wait_for_systemd()
    }

    fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.container.try_wait()? {
                return Ok(status);
            }
            ensure!(started.elapsed() < Duration::from_secs(90), "the machine does not shut down");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// What it has written to its root disk.
    pub(super) fn written(&self) -> PathBuf {
        self.folder.join("written")
    }

    /// What cloud-init has logged.
    pub(super) fn output(&self) -> String {
        let log = self.folder.join("root/var/log/cloud-init-output.log");
        fs::read_to_string(log).unwrap_or_else(|error| format!("no log of cloud-init: {error}"))
    }

    /// The ends of its logs, for people.
    pub(super) fn last_words(&self) -> String {
        let console = fs::read_to_string(self.folder.join("console")).unwrap_or_default();
        let journal = self.run("journalctl --no-pager --lines=60; systemctl --failed --no-pager");
        let journal = journal.unwrap_or_else(|error| format!("{error:#}"));
        [("console", console), ("cloud-init-output.log", self.output()), ("journal", journal)]
            .map(|(name, text)| {
                let lines: Vec<&str> = text.lines().collect();
                format!("---- {name}\n{}\n", lines[lines.len().saturating_sub(60)..].join("\n"))
            })
            .concat()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The container's processes end with its first one.
        if let Ok(first) = self.first_process() {
            let _ = run(Command::new("kill").args(["-KILL", &first.to_string()]));
        }
        let _ = self.container.kill();
        let _ = self.container.wait();
    }
}

/// Writes what a machine finds when it starts: its user-data, and where its AWS is.
fn seed(root: &Path, making: &Making, trusted: &Path) -> anyhow::Result<()> {
    let seed = root.join("var/lib/cloud/seed/nocloud");
    fs::create_dir_all(&seed)?;
    fs::write(seed.join("meta-data"), format!("instance-id: i-{}\n", making.name))?;
    fs::write(seed.join("user-data"), making.user_data)?;
    let configuration = "datasource_list: [NoCloud]\nnetwork: {config: disabled}\n";
    fs::write(root.join("etc/cloud/cloud.cfg.d/99-boot-test.cfg"), configuration)?;
    root::tell_of_aws(root, "127.0.0.1", trusted)?;
    for unit in OF_THE_HOST {
        std::os::unix::fs::symlink("/dev/null", root.join("etc/systemd/system").join(unit))?;
    }
    let trigger = root.join("etc/systemd/system/systemd-udev-trigger.service.d");
    fs::create_dir_all(&trigger)?;
    fs::write(
        trigger.join("boot-test.conf"),
        "[Service]\nExecStart=\nExecStart=udevadm trigger --action=add --sysname-match=loop*\n",
    )?;
    if making.other_users {
        root::change_users(root)?;
    }
    Ok(())
}

/// Units that would change the kernel of whoever runs the test, as `/proc/sys` and `/sys` can be written to.
const OF_THE_HOST: [&str; 3] = ["systemd-sysctl.service", "systemd-pstore.service", "systemd-binfmt.service"];

fn spawn(start: &mut Command, folder: &Path) -> anyhow::Result<Child> {
    let udev = folder.join("udev");
    let _ = fs::remove_dir_all(&udev);
    fs::create_dir(&udev)?;
    File::create(udev.join("control"))?;
    start.spawn().context("systemd-nspawn does not run")
}

/// The command that starts the container.
///
/// udev runs inside, so that devices come and go and `/data` is mounted again after a reboot as on a real machine. It wants a
/// `/sys` that can be written to (where it cannot, systemd ignores devices in `/etc/fstab`), and it wants to send messages
/// (`CAP_NET_ADMIN`, over the enclosure's own network). systemd listens to it only if there is a sign of udev before systemd
/// starts, which is `/run/udev/control` (`device_monitor_new_full` in its src/libsystemd/sd-device). udev makes no nodes for devices, here as anywhere.
fn container(prepared: &Prepared, folder: &Path, making: &Making) -> anyhow::Result<Command> {
    let mut container = Command::new(&prepared.nspawn);
    if let Some(library) = &prepared.nspawn_library {
        container.env("LD_LIBRARY_PATH", library);
    }
    container.env("SYSTEMD_NSPAWN_API_VFS_WRITABLE", "yes").env("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1");
    container.args(["--quiet", "--boot", "--register=no", "--keep-unit", "--machine=boot-test", "--console=pipe"]);
    container.args(["--capability=CAP_NET_ADMIN", "--drop-capability=CAP_MKNOD"]);
    container.args(["--resolv-conf=off", "--timezone=off", "--link-journal=no"]);
    container.arg(format!("--bind={}:/run/udev", folder.join("udev").display()));
    if let Some(volume) = making.volume {
        container.arg(format!("--bind={}", volume.device.display()));
    }
    let console = File::create(folder.join("console"))?;
    container.arg("--directory").arg(folder.join("root"));
    container.stdin(Stdio::null()).stdout(console.try_clone()?).stderr(console);
    Ok(container)
}
