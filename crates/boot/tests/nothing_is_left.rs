//! Whatever becomes of the program that boots hosts, processes, mounts and loop devices end with it.
#![expect(clippy::unwrap_used, reason = "this is a test")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stackgen_boot::user_data::Part;
use stackgen_boot::{Disk, Host, Image, Start, World, can_boot};

/// A size that no other disk has, in MiB, and a number of seconds that nobody else sleeps.
const SIZE: u64 = 337;
const SLEEP: &str = "48611.5";

fn hold(mut up: impl FnMut(&str)) {
    let disk = Disk::blank(SIZE).unwrap();
    up(&disk.prepare("mkfs.xfs -q $disk; echo $disk").unwrap());
    let host = Host::new(&Image::new()).unwrap();
    let boot = host.boot(&World::new(), &[("nvme1n1", "vol1", &disk)]).unwrap();
    let script =
        format!("#!/bin/bash\nmkdir -p /data; mount /dev/nvme1n1 /data\nsetsid sleep {SLEEP} &\nsleep {SLEEP}\n");
    let start = Start { limit: Duration::from_secs(3), ..Start::default() };
    boot.run(&[Part::Script(script.into_bytes())], &start).unwrap();
}

#[test]
#[ignore = "the other test starts and kills it"]
fn holds_a_host() {
    hold(|device| println!("device {device}"));
}

#[test]
fn a_killed_program_leaves_nothing() {
    if !can_boot() {
        return;
    }
    let mut held = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "holds_a_host", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(held.stdout.take().unwrap()).lines().map_while(Result::ok);
    let device = lines.into_iter().find_map(|line| line.strip_prefix("device ").map(str::to_owned)).unwrap();
    assert!(is_attached(&device), "{device} is not a disk of {SIZE} MiB");
    let sleeps = until(sleeping);
    held.kill().unwrap();
    held.wait().unwrap();
    assert!(sleeps, "the script does not run");
    assert!(until(|| !sleeping()), "its processes still run");
    assert!(until(|| !is_attached(&device)), "{device} is still attached");
}

#[test]
fn a_script_that_does_not_end_is_ended() {
    if !can_boot() {
        return;
    }
    let mut device = String::new();
    hold(|one| one.clone_into(&mut device));
    assert!(until(|| !is_attached(&device)), "{device} is still attached");
}

fn until(holds: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(10) {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

fn is_attached(device: &str) -> bool {
    let folder = format!("/sys/block/{}", device.trim_start_matches("/dev/"));
    let sectors = fs::read_to_string(format!("{folder}/size")).unwrap_or_default();
    sectors.trim() == (SIZE << 11).to_string() && fs::exists(format!("{folder}/loop/backing_file")).unwrap_or_default()
}

fn sleeping() -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let line = |entry: &fs::DirEntry| fs::read(entry.path().join("cmdline")).unwrap_or_default();
    processes.into_iter().any(|entry| String::from_utf8_lossy(&line(&entry)).contains(&format!("sleep\0{SLEEP}")))
}
