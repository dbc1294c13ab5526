//! Does what the engine wants with the machines, and tells it what is so. One step looks at everything once and waits for
//! nothing that takes long, so that all of it can be asked again.
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::engine::{Engine, Move, Run, Want};
use super::hosts::Hosts;

const PAUSE: Duration = Duration::from_secs(1);
/// How long a system may take to shut down, and after how long it is told so again.
const PATIENCE: Duration = Duration::from_secs(300);
const AGAIN: Duration = Duration::from_secs(60);

/// Drives from now on. If that fails the whole test ends, and with it whatever waits for a machine.
pub(super) fn start(engine: Engine, hosts: &Arc<Hosts>, say: impl Fn(&str) + Send + 'static) {
    let hosts = Arc::clone(hosts);
    thread::spawn(move || {
        loop {
            if let Err(error) = step(engine, &hosts, &say) {
                println!("{}", hosts.consoles());
                eprintln!("error: driving the machines: {error:#}");
                process::exit(1);
            }
            thread::sleep(PAUSE);
        }
    });
}

fn step(engine: Engine, hosts: &Hosts, say: &impl Fn(&str)) -> anyhow::Result<()> {
    let wanted = engine.wanted()?;
    for want in &wanted {
        match want {
            Want::Start(start) => {
                hosts.start(start)?;
                say(&format!("machine: {} starts from {}", start.instance, start.image));
                engine.tell("running", &start.instance, None)?;
            }
            Want::Stop { instance } => {
                if is_off(hosts, instance, say)? {
                    engine.tell("stopped", instance, None)?;
                }
            }
            Want::Terminate { instance } => {
                if is_off(hosts, instance, say)? {
                    hosts.remove(instance)?;
                    engine.tell("terminated", instance, None)?;
                }
            }
            Want::Reboot { instance } => {
                // The machine may be gone before its answer comes.
                let _answer = hosts.with(instance, |machine| machine.run("systemctl --no-block reboot"));
                engine.tell("rebooted", instance, None)?;
            }
            Want::Attach(volume) => attach(engine, hosts, volume, say)?,
            Want::Detach(volume) => detach(engine, hosts, volume, say)?,
            Want::ReplaceRoot(start) => {
                if is_off(hosts, &start.instance, say)? {
                    hosts.start(start)?;
                    say(&format!("machine: {} starts from a root of {}", start.instance, start.image));
                    engine.tell("rootreplaced", &start.instance, Some(&start.root()?.volume))?;
                }
            }
            Want::Run(run) => run_script(engine, hosts, run, say)?,
        }
    }
    by_themselves(engine, hosts, say)
}

/// Whether the machine of an instance is off. One that runs is told to shut down; a system that is not up yet does not hear
/// it, so it is told again. In the end the power goes, as on EC2.
fn is_off(hosts: &Hosts, instance: &str, say: &impl Fn(&str)) -> anyhow::Result<bool> {
    let mut all = hosts.all();
    let Some(host) = all.get_mut(instance) else { return Ok(true) };
    let Some(machine) = &mut host.machine else { return Ok(true) };
    if machine.is_off()? || host.presses.first().is_some_and(|first| first.elapsed() > PATIENCE) {
        host.machine = None;
        say(&format!("machine: {instance} is off"));
        return Ok(true);
    }
    if host.presses.last().is_none_or(|last| last.elapsed() > AGAIN) {
        machine.press_power()?;
        host.presses.push(Instant::now());
        say(&format!("machine: the power button of {instance} is pressed"));
    }
    Ok(false)
}

fn attach(engine: Engine, hosts: &Hosts, wanted: &Move, say: &impl Fn(&str)) -> anyhow::Result<()> {
    let Move { instance, volume, gib, .. } = wanted;
    let disk = hosts.disk(volume, *gib)?;
    hosts.with(instance, |machine| if machine.has(&disk) { Ok(()) } else { machine.attach(&disk) })?;
    say(&format!("machine: {instance} gets the disk {}", disk.serial));
    engine.tell("attached", instance, Some(volume))
}

/// A disk that is mounted is not taken out; a machine that does not say whether it is, is asked again.
fn detach(engine: Engine, hosts: &Hosts, wanted: &Move, say: &impl Fn(&str)) -> anyhow::Result<()> {
    let Move { instance, volume, gib, is_forced } = wanted;
    let disk = hosts.disk(volume, *gib)?;
    let mounted = format!(
        "for disk in /sys/block/nvme*; do
           if [ \"$(tr -d ' ' <$disk/device/serial)\" = {} ]; then findmnt -n -S /dev/${{disk##*/}} && echo mounted; fi
         done; true",
        disk.serial
    );
    let mounted = hosts.with(instance, |machine| machine.run(&mounted));
    match mounted {
        Err(_) if !is_forced => Ok(()),
        Ok(said) if said.contains("mounted") && !is_forced => engine.tell("busy", instance, Some(volume)),
        _ => {
            hosts.with(instance, |machine| if machine.has(&disk) { machine.detach(&disk) } else { Ok(()) })?;
            say(&format!("machine: {instance} has let go of the disk {}", disk.serial));
            engine.tell("released", instance, Some(volume))
        }
    }
}

/// Has a script run, and hears of its end. A guest that does not answer yet is asked again.
fn run_script(engine: Engine, hosts: &Hosts, wanted: &Run, say: &impl Fn(&str)) -> anyhow::Result<()> {
    let ask = asking(&format!("/run/commands/{}", wanted.command), &wanted.script);
    let Ok(said) = hosts.with(&wanted.instance, |machine| machine.run(&ask)) else { return Ok(()) };
    let Some((code, output)) = said.split_once('\n') else { return Ok(()) };
    let last = output.trim_end().lines().next_back().unwrap_or_default();
    say(&format!("machine: a script of {} has ended with {code}: {last}", wanted.instance));
    engine.ran(wanted, code.parse()?, output)
}

/// What starts a script the first time, and later says whether it has ended, and how. As with the agent of Systems Manager
/// (`runshellscript.go`), the script is a program: its first line says of which language.
fn asking(folder: &str, script: &str) -> String {
    let script = STANDARD.encode(script);
    format!(
        "cd / && if [ ! -e {folder} ]; then
           mkdir -p {folder} && echo {script} | base64 -d >{folder}/script && chmod 0700 {folder}/script
           setsid sh -c 'sh -c {folder}/script >{folder}/output 2>&1; echo $? >{folder}/ended; mv {folder}/ended {folder}/code' \
             </dev/null >/dev/null 2>&1 &
         fi
         if [ -e {folder}/code ]; then cat {folder}/code {folder}/output; fi"
    )
}

/// Machines that went off although nobody wanted it.
fn by_themselves(engine: Engine, hosts: &Hosts, say: &impl Fn(&str)) -> anyhow::Result<()> {
    let mut off = Vec::new();
    for (instance, host) in hosts.all().iter_mut() {
        let Some(machine) = host.machine.as_mut().filter(|_| host.presses.is_empty()) else { continue };
        if machine.is_off()? {
            host.machine = None;
            off.push(instance.clone());
        }
    }
    for instance in off {
        say(&format!("machine: {instance} went off by itself"));
        engine.tell("stopped", &instance, None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::asking;

    #[test]
    fn scripts_are_programs_whose_end_is_told() {
        let folder = std::env::temp_dir().join(format!("scripts-{}", std::process::id()));
        let folder = folder.display();
        let ask = asking(&folder.to_string(), "#!/bin/bash\nset -o pipefail\necho ran\n[[ 1 -eq 2 ]]");
        let twice = format!("{ask}\nuntil [ -e {folder}/code ]; do :; done\n{ask}\n{ask}\nrm -r {folder}");
        let said = Command::new("bash").args(["-c", &twice]).output().expect("bash is here");
        assert_eq!(String::from_utf8_lossy(&said.stdout), "1\nran\n1\nran\n");
    }
}
