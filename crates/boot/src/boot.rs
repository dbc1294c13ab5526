//! One boot of a host: from its start to its end, however that comes.
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::keeper::{Keeper, PATH, finished};
use crate::outcome::{Call, Outcome};
use crate::rooted::Root;
use crate::user_data::{Part, WriteFile};
use crate::{BootError, Disk};

/// A host that is up, until this is dropped.
pub struct Boot {
    pub(crate) init: Keeper,
    pub(crate) host: Arc<Keeper>,
    /// Its root, as a boot sees it.
    root: Root,
    stand_ins: Arc<Root>,
    runs: AtomicU32,
}

/// How a script starts, and when it is cut short.
#[derive(Clone, Debug)]
pub struct Start {
    /// What bash's `$SECONDS` begins with: a script that waits for minutes is taken to the end of its patience without a
    /// change to it.
    pub seconds: u32,
    /// The same for what units run.
    pub unit_seconds: u32,
    /// When this is in a line of the log, everything is killed.
    pub stop_at: Option<(String, StopAt)>,
    /// How long it may take before it is killed.
    pub limit: Duration,
}

/// What is killed, without a word of warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopAt {
    /// The script and all other processes; the machine stays up, with its mounts.
    Processes,
    /// The machine, as by a loss of power, but for what the kernel had not written yet.
    Machine,
}

impl Default for Start {
    fn default() -> Self {
        Start { seconds: 0, unit_seconds: 0, stop_at: None, limit: Duration::from_secs(60) }
    }
}

impl Start {
    /// The same start, two seconds before the patience of a script ends that keeps it in `deadline=`. The script is as it is;
    /// only its clock has run before.
    #[must_use]
    pub fn near_the_end_of(self, script: &str) -> Start {
        let deadline = script.lines().find_map(|line| line.trim().strip_prefix("deadline="));
        let seconds: u32 = deadline.and_then(|text| text.trim_matches(['"', '\'']).parse().ok()).unwrap_or_default();
        Start { seconds: seconds.saturating_sub(2), ..self }
    }
}

/// What cloud-init does with scripts: each in turn, also after one that failed.
const PARTS: &str = r#"
cd /
status=0
for part in "$@"; do "$part" || { now=$?; [ "$status" -ne 0 ] || status=$now; }; done
echo "$status" >/stand-ins/status
"#;
/// Rights of root that reach beyond a namespace.
const WITHOUT: &str = "--bounding-set=-sys_module,-sys_time,-sys_rawio,-sys_boot,-syslog";

impl Boot {
    pub(crate) fn new(init: Keeper, host: Arc<Keeper>, stand_ins: Arc<Root>) -> Result<Boot, BootError> {
        let path = init.path("/");
        let root = Root::at(&path).map_err(BootError::file(&path))?;
        Ok(Boot { init, host, root, stand_ins, runs: AtomicU32::new(0) })
    }

    /// Attaches a disk; also while a script runs.
    pub fn attach(&self, name: &str, serial: &str, disk: &Disk) -> Result<(), BootError> {
        let (major, minor) = disk.number();
        // The kernel pads serial numbers of NVMe disks to twenty characters.
        let facts = [
            ("device/serial", format!("{serial:<20}\n")),
            ("dev", format!("{major}:{minor}\n")),
            ("size", format!("{}\n", disk.sectors())),
            ("removable", "0\n".to_owned()),
        ];
        for (file, text) in facts {
            self.put(&format!("/sys/block/{name}/{file}"), 0o644, text.as_bytes())?;
        }
        let mut mknod = Command::new("mknod");
        mknod.arg(self.init.path(&format!("/dev/{name}"))).args(["b", &major.to_string(), &minor.to_string()]);
        finished("attach a disk", &mut mknod).map(drop)
    }

    /// Runs what cloud-init would run.
    pub fn run(&self, parts: &[Part], start: &Start) -> Result<Outcome, BootError> {
        let mut scripts = Vec::new();
        for part in parts {
            match part {
                Part::File(file) => self.write(file)?,
                Part::Script(text) => {
                    let path = format!("/var/lib/cloud/instance/scripts/part-{:03}", scripts.len() + 1);
                    self.put(&path, 0o700, text)?;
                    scripts.push(path);
                }
            }
        }
        self.note("cloud-init-runs", "")?;
        let scripts: Vec<&str> = scripts.iter().map(String::as_str).collect();
        let outcome = self.execute(&scripts, start);
        let marker = Path::new("cloud-init-runs");
        self.stand_ins.remove(marker).map_err(BootError::file(marker))?;
        outcome
    }

    /// Runs one command in the root, recorded as a boot script is.
    pub fn command(&self, command: &str, start: &Start) -> Result<Outcome, BootError> {
        self.put("/stand-ins/command", 0o700, format!("#!/bin/bash\n{command}\n").as_bytes())?;
        self.execute(&["/stand-ins/command"], start)
    }

    /// What a command in the root prints, not recorded; nothing if it fails.
    pub fn ask(&self, command: &str) -> Option<String> {
        let mut asked = self.inside();
        asked.args(["env", "-i", &format!("PATH={PATH}"), "bash", "-c", command]);
        finished("ask", &mut asked).ok()
    }

    fn execute(&self, programs: &[&str], start: &Start) -> Result<Outcome, BootError> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let status = Path::new("status");
        self.stand_ins.remove(status).map_err(BootError::file(status))?;
        self.note("world/unit-seconds", &start.unit_seconds.to_string())?;
        let before = self.calls()?.len();
        let child = self.traced(run, programs, start)?;
        let (log, is_late) = self.followed(child, start)?;
        let status = self.stand_ins.read(status).ok();
        let status = status.and_then(|text| String::from_utf8_lossy(&text).trim().parse().ok());
        let calls = self.calls()?.split_off(before);
        let active = fs::read_dir(self.host.path("/mnt/stand-ins/active")).into_iter().flatten().flatten();
        let mut active: Vec<String> = active.map(|unit| unit.file_name().to_string_lossy().into_owned()).collect();
        active.sort();
        Ok(Outcome { status, log, is_late, calls, active })
    }

    /// strace sees every program that is started with its arguments, however short it lives; it stops at nothing else.
    fn traced(&self, run: u32, programs: &[&str], start: &Start) -> Result<Child, BootError> {
        let mut command = self.inside();
        command.args(["strace", "-f", "--seccomp-bpf", "-qq", "-xx", "-s", "65536", "-e", "trace=execve,execveat"]);
        command.args(["-e", "signal=none", "-o", &format!("/stand-ins/programs.{}.{run}", self.init.pid())]);
        command.args(["setpriv", WITHOUT, "env", "-i", &format!("PATH={PATH}"), "LANG=C.UTF-8"]);
        if start.seconds > 0 {
            command.arg(format!("SECONDS={}", start.seconds));
        }
        command.args(["bash", "-c", &format!("exec 2>&1\n{PARTS}"), "cloud-init"]).args(programs);
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().map_err(|source| BootError::Tool { tool: "nsenter".to_owned(), source })
    }

    /// The log of a script that runs, until it ends or is ended, and whether that was because it took too long.
    fn followed(&self, mut child: Child, start: &Start) -> Result<(String, bool), BootError> {
        let lines = lines(BufReader::new(child.stdout.take().expect("it was piped")));
        let (mut log, mut is_late, started) = (String::new(), false, Instant::now());
        let mut stop = None;
        loop {
            match lines.recv_timeout(start.limit.saturating_sub(started.elapsed())) {
                Ok(line) => {
                    log.push_str(&line);
                    let wanted = start.stop_at.as_ref().filter(|(pattern, _)| line.contains(pattern.as_str()));
                    stop = stop.or(wanted.map(|(_, stop)| *stop));
                    match wanted {
                        Some((_, StopAt::Processes)) => self.kill_processes(),
                        Some((_, StopAt::Machine)) => self.init.kill(),
                        None => {}
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    is_late = true;
                    self.init.kill();
                    break;
                }
            }
        }
        child.wait().map_err(|source| BootError::Tool { tool: "nsenter".to_owned(), source })?;
        Ok((log, is_late))
    }

    /// Everything but the first process and who kills.
    fn kill_processes(&self) {
        let mut kill = self.inside();
        // It ends with them.
        let _ = kill.args(["bash", "-c", "kill -KILL -1"]).stderr(Stdio::null()).status();
    }

    fn inside(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.env("PATH", PATH);
        command.args(["--target", &self.init.pid().to_string()]);
        command.args(["--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd"]);
        command
    }

    pub(crate) fn calls(&self) -> Result<Vec<Call>, BootError> {
        let text = self.stand_ins.read("calls").map_err(BootError::file(Path::new("calls")))?;
        Ok(Call::all(&String::from_utf8_lossy(&text)))
    }

    fn write(&self, file: &WriteFile) -> Result<(), BootError> {
        let mode = u32::from_str_radix(&file.permissions, 8).expect("they are octal digits");
        self.put(&file.path, mode, &file.content)?;
        let mut owner = self.inside();
        finished("give a file away", owner.args(["chown", &file.owner, &file.path])).map(drop)
    }

    /// A file in the root, where its links and no others lead.
    fn put(&self, path: &str, mode: u32, content: &[u8]) -> Result<(), BootError> {
        self.root.write(path, mode, content).map_err(BootError::file(Path::new(path)))
    }

    /// Something that the played programs look at.
    fn note(&self, file: &str, text: &str) -> Result<(), BootError> {
        self.stand_ins.write(file, 0o600, text).map_err(BootError::file(Path::new(file)))
    }
}

/// Lines as they come, from a thread of their own, so that waiting for one can end.
fn lines(mut output: impl BufRead + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).into_owned();
            line.clear();
            if sender.send(text).is_err() {
                return;
            }
        }
    });
    receiver
}
