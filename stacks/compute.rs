//! One host with a root volume that is thrown away and a data volume that outlives it.
use serde::Deserialize;
use serde_json::json;
use stackgen::cfn::logs;
use stackgen::host::{Boot, Place, TwoVolumeHost};
use stackgen::iam::Grant;
use stackgen::script::Script;
use stackgen::{DeletionPolicy, Failure, Handle, Stack, UpdateReplacePolicy, Value, aws};

use super::network::Exports;

/// Its values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub zone: String,
    pub host: stackgen::host::Config,
    /// Where the host's parameters are in SSM, with a slash at the end.
    pub parameters: String,
    /// The id of the KMS key that encrypts them.
    pub parameters_key: String,
    pub backups_bucket: String,
    pub releases_bucket: String,
    pub mail: Mail,
    /// Where the names of the log groups begin, with a slash at the end. Two environments of an account need two.
    pub log_groups: String,
    pub log_retention_days: u32,
}

/// How the host tells people that a backup failed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub identity: String,
    pub from: String,
    pub to: Vec<String>,
}

const SECRETS: [&str; 3] = ["clerk-secret-key", "postgres-password", "restic-password"];
const METRICS: &str = "zmanim";
/// Log groups, and the files whose lines go there.
const LOGS: [(&str, &str, &str); 4] = [
    ("Api", "zmanim-api", "/var/log/zmanim/api.log"),
    ("Postgresql", "postgresql", "/var/log/postgresql/*.log"),
    ("Redis", "redis", "/var/log/redis/*.log"),
    ("UserData", "user-data", "/var/log/cloud-init-output.log"),
];

/// Units of the image that need the data volume. These are Debian's names; there, `redis` is an alias, which cannot be
/// enabled.
const SERVICES: [&str; 3] = ["postgresql", "redis-server", "zmanim-api"];
/// Seconds for the steps of the boot script that have deadlines of their own: secrets, the agent, one parameter.
const OWN_DEADLINES: u32 = 240;

/// The host, its log groups, and what it may do.
pub fn compute(name: &str, region: &str, config: &Config, network: &Exports) -> Result<Stack, Failure> {
    let mut stack = Stack::new(name);
    stack.description("A host and its data volume").region(region);
    let groups = LOGS.map(|(id, group, _)| {
        let group = logs::LogGroup::new().log_group_name(format!("{}{group}", config.log_groups));
        let group = stack.add(&format!("{id}Logs"), group.retention_in_days(config.log_retention_days));
        // Lines are thrown away after some days anyway, and groups that stay would keep their names from the next stack.
        group.deletion_policy(DeletionPolicy::Delete).update_replace_policy(UpdateReplacePolicy::Delete)
    });
    let place = Place {
        subnet: network.network.public_in(&config.zone)?,
        security_groups: vec![network.host_security_group.reference()],
        grants: grants(name, config, &groups),
    };
    let host = TwoVolumeHost::add(&mut stack, &config.host, place, |boot| boot_script(name, config, boot));
    let address = stack.output("PublicIp", host.public_ip());
    address.description("Where API Gateway finds the host").export(format!("{name}:PublicIp"));
    stack.output("InstanceId", &host.instance).description("Log in with Session Manager");
    stack.output("DataVolumeId", &host.volume).description("The volume with PostgreSQL and Redis");
    Ok(stack)
}

fn grants(name: &str, config: &Config, groups: &[logs::LogGroup]) -> Vec<Grant> {
    let secrets: Vec<String> = SECRETS.map(|secret| format!("{}{secret}", config.parameters)).into();
    let record = record(name);
    let readable = secrets.iter().map(String::as_str).chain([record.as_str()]);
    vec![
        Grant::read_write_bucket(&config.backups_bucket, ""),
        Grant::read_bucket(&config.releases_bucket, ""),
        Grant::read_parameters(readable),
        Grant::decrypt_parameters(&config.parameters_key, secrets.iter().map(String::as_str)),
        Grant::send_email(&config.mail.identity, &config.mail.from, &config.mail.to),
        Grant::put_metrics(METRICS),
        Grant::write_logs(groups),
    ]
}

/// The SSM parameter in which a deploy says whether the data volume is new.
fn record(stack: &str) -> String {
    format!("/stackgen/{stack}/data-volume")
}

fn boot_script(name: &str, config: &Config, boot: &Boot) -> Value<String> {
    let agent = serde_json::to_string_pretty(&agent(&config.log_groups)).expect("JSON of text and numbers");
    Script::new("userdata/compute.sh.hbs", include_str!("../userdata/compute.sh.hbs"))
        .set("region", aws::region())
        .set("suffix", aws::url_suffix())
        .set("stack", aws::stack_name())
        .set("stack_seconds", boot.within.seconds().to_string())
        .set("work_seconds", (boot.within.seconds() - OWN_DEADLINES).to_string())
        .set_list("services", SERVICES)
        .set("signal", boot.signal.as_str())
        .set("volume", &boot.volume_id)
        .set("record", record(name))
        .set("parameters", config.parameters.as_str())
        .set("agent", agent)
        .render()
}

/// What the CloudWatch agent reports. Metrics of all environments share a namespace; the instance's id tells them apart.
fn agent(log_groups: &str) -> serde_json::Value {
    let files = LOGS.map(|(_, group, file)| {
        json!({"file_path": file, "log_group_name": format!("{log_groups}{group}"), "log_stream_name": "{instance_id}"})
    });
    json!({
        "metrics": {
            "namespace": METRICS,
            "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
            "metrics_collected": {
                "cpu": {"measurement": ["usage_active", "usage_iowait"], "totalcpu": true},
                "mem": {"measurement": ["used_percent"]},
                "disk": {"measurement": ["used_percent", "inodes_free"], "resources": ["/", "/data"]},
                "netstat": {"measurement": ["tcp_established", "tcp_time_wait"]},
            }
        },
        "logs": {"logs_collected": {"files": {"collect_list": files}}}
    })
}
