//! What a machine does to let its volumes go while it runs, and to take them again: scripts for any Linux with systemd, run as root.
const COMMON: &str = include_str!("common.sh");

/// Ends what uses volumes, and unmounts them.
pub(crate) fn let_go(volumes: &[String]) -> String {
    rendered(include_str!("let_go.sh"), volumes)
}

/// Mounts volumes that are back, and starts what was ended for them.
pub(crate) fn take(volumes: &[String]) -> String {
    rendered(include_str!("take.sh"), volumes)
}

fn rendered(script: &str, volumes: &[String]) -> String {
    let is_plain = |it: &char| it.is_ascii_alphanumeric() || *it == '-';
    let ids = volumes.iter().map(|id| id.chars().filter(is_plain).collect::<String>());
    let ids: Vec<String> = ids.filter(|id| id.starts_with("vol-")).collect();
    script.replace(". ./common.sh\n", &format!("set -- {}\n{COMMON}", ids.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_name_their_volumes_and_nothing_that_systems_manager_would_replace() {
        for script in [let_go, take] {
            let text = script(&["vol-0123".to_owned(), "vol-0456;reboot".to_owned()]);
            assert!(text.starts_with("#!/bin/bash\n") && text.contains("\nset -- vol-0123 vol-0456reboot\n"), "{text}");
            assert!(text.contains("disk_of()"), "{text}");
            // A command may be 64 KB long, and `{{` names a parameter of it (*Data elements and parameters*).
            assert!(text.len() < 60_000 && !text.contains("{{"));
        }
    }
}
