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
mod tests;
