//! One host with a root volume that is thrown away and a data volume that outlives it.
use serde::{Deserialize, Serialize};
use serde_json::json;
use stackgen::cfn::logs;
use stackgen::host::{Boot, Place, TwoVolumeHost};
use stackgen::iam::Grant;
use stackgen::userdata::{BootScript, SecretFile, SecretRef, Secrets, Section, Service, Services};
use stackgen::{DeletionPolicy, Failure, Handle, Stack, UpdateReplacePolicy, template};

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

const METRICS: &str = "zmanim";
/// Log groups, and the files whose lines go there.
const LOGS: [(&str, &str, &str); 4] = [
    ("Api", "zmanim-api", "/var/log/zmanim/api.log"),
    ("Postgresql", "postgresql", "/var/log/postgresql/*.log"),
    ("Redis", "redis", "/var/log/redis/*.log"),
    ("UserData", "user-data", "/var/log/cloud-init-output.log"),
];

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
        grants: grants(config),
    };
    let agent = agent(&config.log_groups, &groups);
    let host = TwoVolumeHost::add(&mut stack, &config.host, place, |boot| boot_script(config, &agent, boot));
    let address = stack.output("PublicIp", host.public_ip());
    address.description("Where API Gateway finds the host").export(format!("{name}:PublicIp"));
    stack.output("InstanceId", &host.instance).description("Log in with Session Manager");
    stack.output("DataVolumeId", &host.volume).description("The volume with PostgreSQL and Redis");
    Ok(stack)
}

fn grants(config: &Config) -> Vec<Grant> {
    vec![
        Grant::read_write_bucket(&config.backups_bucket, ""),
        Grant::read_bucket(&config.releases_bucket, ""),
        Grant::send_email(&config.mail.identity, &config.mail.from, &config.mail.to),
    ]
}

#[derive(Serialize)]
struct Directories {
    postgres: &'static str,
    redis: &'static str,
}

fn boot_script(config: &Config, agent: &Section, boot: &Boot) -> BootScript {
    let directories = Directories { postgres: "/data/postgres", redis: "/data/redis" };
    let template = template!("userdata/directories.sh.hbs");
    boot.script()
        .section(boot.mount("/data"))
        .section(Section::new("directories", "the directories could not be made", template, &directories))
        .sections(secrets(config).sections())
        .section(agent.clone())
        .sections(services().sections("/data"))
}

/// Who gets which secret. The API's file has a template in the image, because it also has what is no secret.
fn secrets(config: &Config) -> Secrets {
    let secret =
        |name: &str| SecretRef::parameter(format!("{}{name}", config.parameters)).encrypted_by(&config.parameters_key);
    let api = SecretFile::new("/opt/zmanim/config.env")
        .from_template("/opt/zmanim/config.env.template")
        .secret("CLERK_SECRET", &secret("clerk-secret-key"))
        .secret("POSTGRES_PASSWORD", &secret("postgres-password"));
    let restic = SecretFile::new("/etc/restic/env")
        .plain("RESTIC_REPOSITORY", format!("s3:s3.amazonaws.com/{}", config.backups_bucket))
        .secret("RESTIC_PASSWORD", &secret("restic-password"));
    Secrets::new().file(api.for_unit("zmanim-api")).file(restic)
}

/// Units of the image, by Debian's names. There `postgresql` counts as active whatever becomes of its instances, and `redis`
/// is an alias, which cannot be enabled. A server that wants a password answers too.
fn services() -> Services {
    let redis = "! command -v redis-cli >/dev/null || redis-cli ping 2>&1 | grep -qE '^(PONG|NOAUTH)'";
    Services::new([
        Service::new("postgresql")
            .instances("postgresql@")
            .on_data()
            .answers("! command -v pg_isready >/dev/null || pg_isready -q"),
        Service::new("redis-server").on_data().answers(redis),
        Service::new("zmanim-api").on_data(),
        Service::new("amazon-cloudwatch-agent"),
    ])
}

/// What the CloudWatch agent reports. Metrics of all environments share a namespace; the instance's id tells them apart.
fn agent(log_groups: &str, groups: &[logs::LogGroup]) -> Section {
    let files = LOGS.map(|(_, group, file)| {
        json!({"file_path": file, "log_group_name": format!("{log_groups}{group}"), "log_stream_name": "{instance_id}"})
    });
    let configuration = json!({
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
    });
    let template =
        stackgen::userdata::Template::new("src/userdata/agent.sh.hbs", include_str!("../src/userdata/agent.sh.hbs"));
    let configuration = serde_json::to_string_pretty(&configuration).expect("JSON of text and numbers");
    let section = Section::new(
        "agent",
        "the CloudWatch agent does not take its configuration",
        template,
        &json!({"configuration": configuration}),
    );
    section.needs([Grant::put_metrics(METRICS), Grant::write_logs(groups)])
}
