//! What becomes of values that nobody may see.
use stackgen_boot::{Start, World};

use super::disks::{assert_kept, used};
use super::subject::*;

const PASSWORD: &str = "/zmanim/prod/postgres-password";

fn refuses(subject: &Subject, world: &World) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(961, 962))?;
    let boot = host.boot(world, &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    // Units give up after a minute of their own; theirs begins near its end.
    let outcome = boot.run(&subject.parts, &Start { unit_seconds: 58, ..Start::default() }).map_err(told)?;
    assert_refuses(&boot, &outcome, &[&disk])?;
    ensure(outcome.log.contains(PASSWORD), || format!("the log does not name {PASSWORD}:\n{}", outcome.log))?;
    drop(boot);
    assert_kept(&disk)
}

pub fn missing(subject: &Subject) -> Verdict {
    refuses(subject, &in_service().without(PASSWORD))
}

pub fn empty(subject: &Subject) -> Verdict {
    refuses(subject, &in_service().secure_parameter(PASSWORD, ""))
}

/// Shells read the files too, and would act on these.
pub fn with_what_a_shell_acts_on(subject: &Subject) -> Verdict {
    for value in ["pass-$HOME-word", "pass-`id`-word", "pass\nword"] {
        refuses(subject, &in_service().secure_parameter(PASSWORD, value))
            .map_err(|said| format!("{value:?}: {said}"))?;
    }
    Ok(())
}

/// Blanks, both kinds of quotes, a backslash, `#` and `&` arrive as they are, in memory only.
pub fn arrive_as_they_are(subject: &Subject) -> Verdict {
    let disk = used(VOLUME)?;
    let host = host(&image(961, 962))?;
    let boot = host.boot(&in_service(), &[("nvme1n1", SERIAL, &disk)]).map_err(told)?;
    let outcome = boot.run(&subject.parts, &Start::default()).map_err(told)?;
    assert_runs(&boot, &outcome, &[&disk])?;
    let files = [
        ("/opt/zmanim/config.env", "CLERK_SECRET", 0),
        ("/opt/zmanim/config.env", "POSTGRES_PASSWORD", 1),
        ("/etc/restic/env", "RESTIC_PASSWORD", 2),
    ];
    for (file, name, place) in files {
        let seen = boot.ask(&format!(". {file}; printf '%s' \"${name}\"; stat -L -c ' %a %U' {file}; findmnt -n -o FSTYPE -T $(readlink -f {file})"));
        let expected = format!("{} 600 root\ntmpfs", SECRETS[place].1);
        ensure(seen.as_deref() == Some(&expected), || format!("{file} was to give {expected:?}, and gave {seen:?}"))?;
    }
    Ok(())
}
