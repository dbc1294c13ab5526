//! Everything that the test starts, mounts and attaches is inside kernel namespaces of its own, so that the kernel undoes
//! it all when the first process there ends, in whatever way.
//!
//! The outer process prepares what needs the network, starts itself again as that first process, and passes on Ctrl-C.
//! Sockets inside are on a loopback of their own, so well-known addresses and ports are free.
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, bail, ensure};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::Uid;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::programs::run;
use crate::tools;

/// The address of the metadata service.
pub(super) const METADATA: &str = "169.254.169.254";

/// Says how, if this is not root.
pub(super) fn require_root() -> anyhow::Result<()> {
    ensure!(
        Uid::effective().is_root(),
        "booting needs root, for a container, mounts and a loop device; try `sudo --preserve-env=HOME,PATH cargo xtask boot-test`"
    );
    Ok(())
}

/// Starts this program again with these arguments, as the first process of its namespaces, and waits for it.
pub(super) fn enclose(arguments: &[&str]) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let groups = control_groups()?;
    unshare(CloneFlags::CLONE_NEWPID).context("a new process namespace")?;
    let mut inside = Command::new(env::current_exe()?).args(arguments).spawn()?;
    let ended = wait(&mut inside, &stop);
    for group in groups {
        remove_tree(&group.join("payload"));
    }
    match ended? {
        None => bail!("stopped; everything is undone"),
        Some(status) if status.success() => Ok(()),
        Some(_) => bail!("the boot test failed"),
    }
}

fn wait(inside: &mut Child, stop: &AtomicBool) -> anyhow::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = inside.try_wait()? {
            return Ok(Some(status));
        }
        if stop.load(Ordering::Relaxed) {
            inside.kill()?;
            inside.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Makes the rest of the enclosure, from inside. Gives a folder whose files are in memory and seen by nobody outside.
pub(super) fn enter() -> anyhow::Result<PathBuf> {
    set_pdeathsig(Signal::SIGKILL)?;
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET).context("new mount and network namespaces")?;
    run(Command::new("mount").args(["--make-rprivate", "/"]))?;
    run(Command::new("mount").args(["-t", "proc", "proc", "/proc"]))?;
    let scratch = tools::beside_the_build("boot-scratch")?;
    for folder in [scratch.as_path(), Path::new("/run/systemd")] {
        fs::create_dir_all(folder)?;
        run(Command::new("mount").args(["-t", "tmpfs", "-o", "mode=0755", "tmpfs"]).arg(folder))?;
    }
    run(Command::new("ip").args(["link", "set", "lo", "up"]))?;
    run(Command::new("ip").args(["address", "add", METADATA, "dev", "lo"]))?;
    Ok(scratch)
}

/// The control groups of this process in the hierarchies that systemd uses: the container makes its own below.
fn control_groups() -> anyhow::Result<Vec<PathBuf>> {
    let mounts = fs::read_to_string("/proc/self/mounts")?;
    let mounted = |wanted: &dyn Fn(&str, &str) -> bool| {
        let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        fields.filter(|fields| wanted(fields[2], fields[3])).map(|fields| PathBuf::from(fields[1])).next()
    };
    let mut groups = Vec::new();
    for line in fs::read_to_string("/proc/self/cgroup")?.lines() {
        let hierarchy = match line.split(':').collect::<Vec<_>>()[..] {
            ["0", "", group] => mounted(&|kind, _| kind == "cgroup2").map(|at| (at, group)),
            [_, "name=systemd", group] => mounted(&|_, options| options.contains("name=systemd")).map(|at| (at, group)),
            _ => None,
        };
        groups.extend(hierarchy.map(|(at, group)| at.join(group.trim_start_matches('/'))));
    }
    Ok(groups)
}

/// A control group can be removed only without its inner ones. What is still in use stays.
fn remove_tree(group: &Path) {
    for entry in fs::read_dir(group).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_tree(&entry.path());
        }
    }
    let _ = fs::remove_dir(group);
}
