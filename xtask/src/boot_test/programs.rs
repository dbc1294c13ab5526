//! Programs that a boot needs beside the image: looked for first, and put beside the build otherwise.
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::tools;

/// An independent idea of how the parameter store answers, with the two packages that its server wants.
const MOTO: [&str; 3] = ["moto[ssm]==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];
/// The second has the library that the first wants in exactly its version.
const NSPAWN: [&str; 2] = ["systemd-container", "libsystemd-shared"];

/// Where `moto_server` is.
pub(super) fn moto() -> anyhow::Result<PathBuf> {
    let home = tools::beside_the_build("tools")?.join("moto");
    let server = home.join("bin").join("moto_server");
    if !answers(Command::new(&server).arg("--help")) {
        println!("{:>14} moto", "install");
        run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        run(Command::new(home.join("bin").join("pip")).args(["install", "--quiet"]).args(MOTO))?;
    }
    Ok(server)
}

/// Where `systemd-nspawn` is, and the folder of its library if that is not the system's.
///
/// Installing the package would upgrade systemd and whatever hangs on it, so on a machine without it the package is only
/// unpacked.
pub(super) fn nspawn() -> anyhow::Result<(PathBuf, Option<PathBuf>)> {
    let installed = PathBuf::from("systemd-nspawn");
    if answers(Command::new(&installed).arg("--version")) {
        return Ok((installed, None));
    }
    let home = tools::beside_the_build("tools")?.join("nspawn");
    let (program, library) = (home.join("usr/bin/systemd-nspawn"), home.join("usr/lib/systemd"));
    if !answers(Command::new(&program).arg("--version").env("LD_LIBRARY_PATH", &library)) {
        println!("{:>14} systemd-nspawn", "install");
        let packages = home.join("packages");
        fs::create_dir_all(&packages)?;
        run(Command::new("apt-get").args(["-qq", "download"]).args(NSPAWN).current_dir(&packages)).context(
            "`systemd-nspawn` is not here; `apt-get update` may help, or `apt-get install systemd-container`",
        )?;
        for package in fs::read_dir(&packages)? {
            run(Command::new("dpkg").arg("-x").arg(package?.path()).arg(&home))?;
        }
        fs::create_dir_all(&library)?;
        let found = libraries(&home)?;
        ensure!(!found.is_empty(), "{} has no library", NSPAWN[1]);
        for file in found {
            fs::copy(&file, library.join(file.file_name().context("a file has a name")?))?;
        }
    }
    Ok((program, Some(library)))
}

/// The libraries are in a folder that is named after the processor.
fn libraries(home: &std::path::Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for processor in fs::read_dir(home.join("usr/lib"))? {
        let folder = processor?.path().join("systemd");
        if folder.is_dir() {
            for file in fs::read_dir(folder)? {
                found.push(file?.path());
            }
        }
    }
    Ok(found)
}

fn answers(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs a program whose own message says what went wrong.
pub(super) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{:?} does not run", command.get_program()))?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}
