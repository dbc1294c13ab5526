//! Scripts such as people write them, with what is found in each.

use stackgen_shell::check;

fn found(script: &str) -> Vec<String> {
    check(script).iter().map(|finding| format!("{} {}", finding.line, finding.rule.name)).collect()
}

#[test]
fn dump() {
    for name in [
        "ubuntu-docker",
        "gitlab-runner",
        "efs-mount",
        "amazon-linux-web",
        "kubeadm-node",
        "data-disk",
        "ecs-agent",
        "postgres-replica",
        "nat-instance",
        "build-agent",
    ] {
        let t = std::fs::read_to_string(format!("{}/tests/scripts/{name}.sh", env!("CARGO_MANIFEST_DIR"))).unwrap();
        println!("{name}: {:?}", found(&t));
        if std::process::Command::new("bash")
            .arg("-n")
            .arg(format!("{}/tests/scripts/{name}.sh", env!("CARGO_MANIFEST_DIR")))
            .status()
            .unwrap()
            .success()
        {
        } else {
            println!("BASH -n FAILS");
        }
    }
}
