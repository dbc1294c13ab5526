//! The services of a machine: what they need before they may start, and how one sees that they answer.
use serde::Serialize;

use super::section::Section;
use super::template::Template;

/// A unit of the image, by its name without `.service`.
#[derive(Clone, Debug, Serialize)]
pub struct Service {
    name: String,
    instances: Option<String>,
    probe: Option<String>,
    needs_data: bool,
}

/// The units that make up a machine, in the order in which they are named.
#[derive(Clone, Debug, Default)]
pub struct Services(Vec<Service>);

impl Service {
    /// A unit that is ready when systemd says that it is active.
    pub fn new(name: impl Into<String>) -> Self {
        Service { name: name.into(), instances: None, probe: None, needs_data: false }
    }

    /// A command that succeeds once the service answers. systemd counts many as active that do not answer yet.
    #[must_use]
    pub fn answers(mut self, command: impl Into<String>) -> Self {
        self.probe = Some(command.into());
        self
    }

    /// Keeps it from starting before the data volume is mounted, also at every later boot. Without this a service starts on
    /// the root disk when the volume is late, and its writes are hidden as soon as the volume comes.
    #[must_use]
    pub fn on_data(mut self) -> Self {
        self.needs_data = true;
        self
    }

    /// The template unit that does its work, such as `postgresql@`: what the service needs, its instances need too.
    #[must_use]
    pub fn instances(mut self, template_unit: impl Into<String>) -> Self {
        self.instances = Some(template_unit.into());
        self
    }
}

#[derive(Serialize)]
struct Start<'a> {
    data: Option<Data<'a>>,
    units: Vec<&'a str>,
}

#[derive(Serialize)]
struct Data<'a> {
    mount_point: &'a str,
    needs: String,
    units: Vec<&'a str>,
}

#[derive(Serialize)]
struct Probe<'a> {
    unit: &'a str,
    command: &'a str,
}

#[derive(Serialize)]
struct Ready<'a> {
    units: Vec<&'a str>,
    probes: Vec<Probe<'a>>,
}

const START: Template = Template::new("src/userdata/services.sh.hbs", include_str!("services.sh.hbs"));
const READY: Template = Template::new("src/userdata/ready.sh.hbs", include_str!("ready.sh.hbs"));

impl Services {
    /// These units.
    pub fn new(services: impl IntoIterator<Item = Service>) -> Self {
        Services(services.into_iter().collect())
    }

    /// The sections `services`, in which they are enabled and begin to start, and `ready`, in which all of them must answer.
    /// `data` is where the data volume is mounted; `checks` are names of what is done
    /// [at every boot](crate::userdata#words) before a service may touch it, besides looking at the volume itself.
    pub fn sections(&self, data: &str, checks: &[&str]) -> [Section; 2] {
        let on_data = self.0.iter().filter(|service| service.needs_data);
        let on_data: Vec<&str> =
            on_data.flat_map(|one| [Some(one.name.as_str()), one.instances.as_deref()]).flatten().collect();
        let needs = ["data"].iter().chain(checks).map(|check| format!("stackgen-{check}.service"));
        let needs = needs.collect::<Vec<_>>().join(" ");
        let data = (!on_data.is_empty()).then_some(Data { mount_point: data, needs, units: on_data });
        let units: Vec<&str> = self.0.iter().map(|service| service.name.as_str()).collect();
        let probes = self.0.iter().filter_map(|one| Some(Probe { unit: &one.name, command: one.probe.as_deref()? }));
        let ready = Ready { units: units.clone(), probes: probes.collect() };
        [
            Section::new("services", "the services could not be started", START, &Start { data, units }),
            Section::new("ready", "a service does not answer", READY, &ready),
        ]
    }
}
