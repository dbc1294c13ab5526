//! What a machine that the engine makes up does with a script: it runs no programs, and sees words.
//!
//! | words | what is done |
//! |---|---|
//! | `umount` | the data volumes that the script names (`vol-0123…` or `vol0123…`), or all, are not mounted any more |
//! | `mount`, without `umount` | they are mounted; one that is named and not attached fails the command |
//! | `cloud-init status` | then the end of the boot is waited for: 0 if it went well, 1 if not |
//!
//! Anything else succeeds and writes nothing, unless a setting makes it fail. A command whose machine stops or boots anew while it
//! runs is heard of no more, until its time is over.
use crate::ec2::boot::BootPhase;
use crate::ec2::instance::State;
use crate::ec2::{Place, attachment, boot};
use crate::world::World;

/// What a script came to: its code, what it wrote, and what it wrote of errors.
type End = (i64, &'static str, String);

/// Goes on with a script that runs.
pub(super) fn run(world: &mut World, region: &str, id: &str, instance: &str) {
    let now = world.now();
    let command = &world.region(region).ssm.commands[id];
    let (script, one) = (command.script.clone(), &command.invocations[instance]);
    let (boot, has_acted) = (one.boot, one.has_acted);
    let ec2 = &world.region(region).ec2;
    let Some(host) = ec2.instances.get(instance).filter(|_| ec2.driver.is_none()) else { return };
    if host.state != State::Running || host.boot.number != boot {
        return;
    }
    let end = if has_acted { None } else { act(world, region, instance, &script) };
    let end = end.or_else(|| wait(world, region, instance, &script));
    super::change(world, region, id, instance, |it| {
        it.has_acted = true;
        if let Some((code, output, error)) = end {
            it.end(now, code, output.to_owned(), &error);
        }
    });
}

/// Mounts, unmounts, or fails because a test wants it so.
fn act(world: &mut World, region: &str, instance: &str, script: &str) -> Option<End> {
    let fails = |(code, text): (i64, String)| (code, "", text);
    let at = &mut Place::new(world, region);
    if let Some(failure) = at.ec2().settings.strike(|word| has(script, word)) {
        return Some(fails(failure));
    }
    let named = boot::volumes(&[script.to_owned()]);
    if has(script, "umount") {
        attachment::unmount(at, instance, &named);
    } else if has(script, "mount") {
        return attachment::mount(at, instance, &named).err().map(|text| fails((1, text)));
    }
    None
}

fn wait(world: &mut World, region: &str, instance: &str, script: &str) -> Option<End> {
    if !has(script, "cloud-init status") {
        return Some((0, "", String::new()));
    }
    match world.region(region).ec2.instances.get(instance)?.boot.phase {
        BootPhase::Up => Some((0, "status: done\n", String::new())),
        BootPhase::Failed => Some((1, "status: error\n", String::new())),
        BootPhase::Booting | BootPhase::Off => None,
    }
}

/// Whether words stand in a text by themselves: `umount` is not in `/sbin/umount.nfs` nor in `--no-umount`.
fn has(text: &str, words: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || "_-.".contains(it);
    text.match_indices(words)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + words.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn words_stand_by_themselves() {
        for text in ["umount /data", "sudo /bin/umount", "sync; umount; true", "(umount)"] {
            assert!(has(text, "umount"), "{text}");
        }
        for text in ["umount.nfs x", "auto-umount", "umounts", "/etc/umount_all"] {
            assert!(!has(text, "umount"), "{text}");
        }
        assert!(!has("umount /data; mountpoint /data; systemctl stop data.mount", "mount"));
        assert!(has("timeout 600 cloud-init status --wait", "cloud-init status"));
    }
}
