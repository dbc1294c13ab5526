//! One host with a root volume that is thrown away and a data volume that outlives it.
use serde::{Deserialize, Serialize};
use stackgen::agent::{Agent, Cpu, Disk, LogGroup, Memory, Netstat};
use stackgen::host::{Boot, Place, TwoVolumeHost};
use stackgen::iam::Grant;
use stackgen::lock::Lock;
use stackgen::userdata::{BootScript, SecretFile, SecretRef, Secrets, Section, Service, Services};
use stackgen::{Failure, Stack, template};

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
    /// Where the API says on the host itself that it is well.
    pub api_health: String,
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

/// Log groups, and the files whose lines go there.
const LOGS: [(&str, &str, &str); 4] = [
    ("ApiLogs", "zmanim-api", "/var/log/zmanim/api.log"),
    ("PostgresqlLogs", "postgresql", "/var/log/postgresql/*.log"),
    ("RedisLogs", "redis", "/var/log/redis/*.log"),
    ("UserDataLogs", "user-data", "/var/log/cloud-init-output.log"),
];

/// The host, its log groups, and what it may do.
pub fn compute(name: &str, region: &str, config: &Config, lock: &Lock, network: &Exports) -> Result<Stack, Failure> {
    let mut stack = Stack::new(name);
    stack.description("A host and its data volume").region(region);
    let agent = agent(&mut stack, config);
    let place = Place {
        subnet: network.network.public_in(&config.zone)?,
        security_groups: vec![network.host_security_group.reference()],
        grants: grants(config),
    };
    let host = TwoVolumeHost::add(&mut stack, &config.host, lock, place, |boot| boot_script(config, &agent, boot));
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

fn boot_script(config: &Config, agent: &Agent, boot: &Boot) -> BootScript {
    let directories = Directories { postgres: "/data/postgres", redis: "/data/redis" };
    let template = template!("userdata/directories.sh.hbs");
    boot.script()
        .section(boot.mount("/data"))
        .section(Section::new("directories", "the directories could not be made", template, &directories))
        .sections(secrets(config).sections())
        .section(agent.section())
        .sections(services(config).sections("/data", &["directories"]))
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
/// is an alias, which cannot be enabled. A server that wants a password answers too. Both servers work in the directory with
/// their data, and one that works elsewhere would lose it with the root disk.
fn services(config: &Config) -> Services {
    let in_data = |server: &str| format!("readlink \"/proc/$(pgrep -o -x {server})/cwd\" | grep -q '^/data/'");
    let postgres = format!("pg_isready -q && {}", in_data("postgres"));
    let redis = format!("redis-cli ping 2>&1 | grep -qE '^(PONG|NOAUTH)' && {}", in_data("redis-server"));
    let api = format!("curl -fsS -m 4 -o /dev/null {}", config.api_health);
    Services::new([
        Service::new("postgresql").instances("postgresql@").on_data().answers(postgres),
        Service::new("redis-server").on_data().answers(redis),
        Service::new("zmanim-api").on_data().answers(api),
        Service::new("amazon-cloudwatch-agent"),
    ])
}

/// What the CloudWatch agent reports. Metrics of all environments share a namespace; the instance's id tells them apart.
fn agent(stack: &mut Stack, config: &Config) -> Agent {
    let mut agent = Agent::new("zmanim")
        .cpu([Cpu::UsageActive, Cpu::UsageIowait])
        .memory([Memory::UsedPercent])
        .disk(["/", "/data"], [Disk::UsedPercent, Disk::InodesFree])
        .netstat([Netstat::TcpEstablished, Netstat::TcpTimeWait]);
    for (id, group, file) in LOGS {
        let name = format!("{}{group}", config.log_groups);
        agent.log_group(stack, id, LogGroup { name, retention_days: config.log_retention_days }, [file]);
    }
    agent
}
