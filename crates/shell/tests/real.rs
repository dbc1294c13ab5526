//! Scripts such as people write them, with what is found in each.

use stackgen_shell::check;

fn found(script: &str) -> Vec<String> {
    check(script).iter().map(|finding| format!("{} {}", finding.line, finding.rule.name)).collect()
}

macro_rules! scripts {
    ($($test:ident $file:literal $expected:expr;)*) => {
        $(#[test]
        fn $test() {
            let expected: &[&str] = &$expected;
            assert_eq!(found(include_str!(concat!("scripts/", $file))), expected);
        })*
    };
}

scripts! {
    docker_on_ubuntu "ubuntu-docker.sh" ["18 blocking-start"];
    a_gitlab_runner "gitlab-runner.sh" ["8 piped-to-shell", "13 secret-argument"];
    an_efs_mount "efs-mount.sh" [];
    a_web_server_on_amazon_linux "amazon-linux-web.sh" ["1 strict-mode", "4 blocking-start"];
    a_kubeadm_node "kubeadm-node.sh"
        ["2 trace", "17 blocking-start", "18 insecure-tls", "18 endless-wait", "22 secret-argument"];
    a_data_disk_by_serial_number "data-disk.sh" [];
    an_ecs_agent "ecs-agent.sh" [];
    a_postgres_replica "postgres-replica.sh" [];
    a_nat_instance "nat-instance.sh" [];
    a_build_agent "build-agent.sh" ["15 secret-on-disk"];
}
