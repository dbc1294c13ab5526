//! What ShellCheck says of a script, where it is installed.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A script of the size that EC2 takes needs well under a second.
const LONGEST: Duration = Duration::from_secs(10);

/// One remark of ShellCheck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// `error`, `warning`, or `note`.
    pub level: String,
    /// `SC2155` and so on.
    pub code: String,
    /// Its words.
    pub message: String,
}

/// The version that is installed.
#[must_use]
pub fn version() -> Option<String> {
    let child = Command::new("shellcheck")
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let (_, output) = finish(child.ok()?, Vec::new()).ok()?;
    output.lines().find_map(|line| line.strip_prefix("version: ")).map(|version| version.trim().to_owned())
}

/// Its remarks on a script; nothing if it is not installed. It reads no other file.
pub fn check(script: &str) -> io::Result<Option<Vec<Remark>>> {
    let mut command = Command::new("shellcheck");
    command.args(["--norc", "--format=gcc", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let (status, output) = finish(child, script.as_bytes().to_vec())?;
    match status.code() {
        // 1 says that there are remarks. (shellcheck(1), return values)
        Some(0 | 1) => Ok(Some(output.lines().filter_map(remark).collect())),
        _ => {
            Err(io::Error::other(format!("shellcheck ended with {status}; run `shellcheck` on the script to see why")))
        }
    }
}

/// Gives a program its input and takes its output, both at once, and ends it when it takes too long.
fn finish(mut child: Child, input: Vec<u8>) -> io::Result<(ExitStatus, String)> {
    let stdin = child.stdin.take();
    let mut stdout = child.stdout.take().expect("its output is a pipe");
    // It may end before it has read everything; what it printed counts.
    let writer = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let reader = thread::spawn(move || {
        let mut output = Vec::new();
        stdout.read_to_end(&mut output).map(|_| output)
    });
    let status = wait(&mut child);
    writer.join().expect("the writing does not panic");
    let output = reader.join().expect("the reading does not panic")?;
    Ok((status?, String::from_utf8_lossy(&output).into_owned()))
}

fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > LONGEST {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("shellcheck took longer than {} seconds", LONGEST.as_secs()),
            ));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Reads `-:3:8: warning: Declare and assign separately. [SC2155]`.
fn remark(line: &str) -> Option<Remark> {
    let mut parts = line.strip_prefix("-:")?.splitn(3, ':');
    let (line, column) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (level, rest) = parts.next()?.trim().split_once(": ")?;
    let (message, code) = rest.rsplit_once(" [")?;
    Some(Remark {
        line,
        column,
        level: level.to_owned(),
        code: code.trim_end_matches(']').to_owned(),
        message: message.to_owned(),
    })
}
