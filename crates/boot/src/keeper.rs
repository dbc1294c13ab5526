//! A process that keeps a namespace, and everything in it, for as long as this program lives.
//!
//! It waits for the end of its input, which comes when it is dropped and also when this program dies in whatever way. With it
//! end its mounts, the files on them, and loop devices that only it has open.
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::BootError;

pub(crate) struct Keeper {
    child: Child,
    /// The process in the namespace, as this program sees it.
    pid: u32,
}

/// Where root's tools are, wherever the caller looks for its own.
pub(crate) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Around every script that keeps: what it says last is its own number and a fact, and then it waits.
const KEEP: &str = "\nread -r pid _ </proc/self/stat\necho \"$pid ${fact:-}\"\nread -r _ || exit 0\n";

impl Keeper {
    /// Runs a script in a mount namespace of its own and keeps it. Gives what the script has left in `$fact`.
    pub(crate) fn start(doing: &str, script: &str, arguments: &[&str]) -> Result<(Keeper, String), BootError> {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "bash", "-euc"]).arg(format!("{script}{KEEP}"));
        command.arg("keeper").args(arguments);
        Keeper::of(doing, command)
    }

    /// Keeps a command that does by itself what the scripts of [`Keeper::start`] do.
    pub(crate) fn of(doing: &str, mut command: Command) -> Result<(Keeper, String), BootError> {
        let tool = command.get_program().to_string_lossy().into_owned();
        let command = command.env("PATH", PATH).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|source| BootError::Tool { tool, source })?;
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it was piped");
        let read = BufReader::new(stdout).read_line(&mut line);
        let (pid, fact) = line.trim_end_matches('\n').split_once(' ').unwrap_or_default();
        match (read, pid.parse()) {
            (Ok(_), Ok(pid)) => Ok((Keeper { child, pid }, fact.to_owned())),
            _ => {
                drop(child.stdin.take());
                let output = child.wait_with_output();
                let said = output.map_or_else(|error| error.to_string(), |output| text(&output.stderr));
                Err(BootError::Refused { doing: doing.to_owned(), said })
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// A path of the namespace, from outside. Symbolic links in it lead astray.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root/{}", self.pid, inside.trim_start_matches('/')))
    }

    /// Runs a script in the namespace, to its end.
    pub(crate) fn run(&self, doing: &str, script: &str, arguments: &[&str]) -> Result<String, BootError> {
        let mut command = Command::new("nsenter");
        command.args(["--mount", "--target", &self.pid.to_string(), "bash", "-euc", script, doing]).args(arguments);
        finished(doing, &mut command)
    }

    /// Ends the process at once, and whatever is in a process namespace that it began.
    pub(crate) fn kill(&self) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.kill();
        let _ = self.child.wait();
    }
}

/// What a command printed, if it succeeded.
pub(crate) fn finished(doing: &str, command: &mut Command) -> Result<String, BootError> {
    let tool = command.get_program().to_string_lossy().into_owned();
    let output =
        command.env("PATH", PATH).stdin(Stdio::null()).output().map_err(|source| BootError::Tool { tool, source })?;
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(BootError::Refused { doing: doing.to_owned(), said: text(&output.stderr) })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
