//! When a host is a new one, and when it counts as ready.
//!
//! EC2 runs a boot script at the first start of an instance and never again, and CloudFormation asks a wait condition only
//! when it is created. So whatever makes a boot different makes a new instance *and* a new condition: the logical ids of
//! both end in one number, taken from everything that only a new instance can have. The script names the condition's id, so
//! the number is taken from the script as it is before the id is in it. A host that only restarts with a changed script has
//! a number without it.
use stackgen_cfn::{cloudformation, ec2};
use stackgen_core::{CreationPolicy, Handle, IntoValue, Node, Stack, Value};

use super::boot::Boot;
use super::config::Config;
use super::image::HostImage;
use super::root;
use super::script_change::OnUserDataChange;
use super::wait::Wait;
use crate::network::Subnet;
use crate::userdata::BootScript;

/// A boot script, and the logical ids that change with it.
pub(super) struct Ready {
    instance: String,
    signal: String,
    script: BootScript,
    /// The number of the script alone.
    script_number: String,
}

impl Ready {
    pub(super) fn new(
        stack: &Stack,
        volume: &ec2::Volume,
        config: &Config,
        image: &HostImage<'_>,
        subnet: &Subnet,
        script: impl Fn(&Boot) -> BootScript,
    ) -> Self {
        let record = format!("/stackgen/{}/data-volume", stack.name());
        let (volume_id, signal) = (volume.reference(), "HostReady".to_owned());
        let mut boot = Boot { volume_id, signal, within: config.ready_within, record };
        let text = written(script(&boot).as_it_runs().node());
        let number = number(config, image, subnet, &text);
        boot.signal.push_str(&number);
        let (instance, script) = (format!("Host{number}"), script(&boot));
        Ready { instance, script, signal: boot.signal, script_number: generation(&[&text]) }
    }

    /// The script as the host gets it, unless its change is forbidden.
    pub(super) fn user_data(&self, config: &Config) -> Value<String> {
        let refusal = config.on_user_data_change.refusal(&self.script_number, config.accepted_script.as_deref());
        refusal.unwrap_or_else(|| (&self.script).into_value())
    }

    /// The logical id of the host.
    pub(super) fn instance_id(&self) -> &str {
        &self.instance
    }

    pub(super) fn script(&self) -> &BootScript {
        &self.script
    }

    /// The condition comes after the attachment. It does not hang on the parameter that detaches: were it gone and came
    /// back, it would wait for a signal that the old host never sends again.
    #[track_caller]
    pub(super) fn add_condition(
        &self,
        stack: &mut Stack,
        within: Wait,
        attachment: &ec2::VolumeAttachment,
        association: &ec2::EipAssociation,
    ) {
        let condition = stack.add(&self.signal, cloudformation::WaitCondition::new());
        let condition = condition.creation_policy(CreationPolicy::signals(1, &within.to_string()));
        drop(condition.depends_on(attachment).depends_on(association));
    }
}

/// The number of a host: another one if the image, the script, the root volume or the place is. An instance type is not in
/// it, since EC2 changes that with a stop and a start; nor is an image whose root a machine gets that stays.
fn number(config: &Config, image: &HostImage<'_>, subnet: &Subnet, script: &str) -> String {
    let [place, block] = [subnet.id(), subnet.block()].map(|value| written(value.node()));
    let root = written(root::mapping(&config.root, image.root_device()).into_value().node());
    let mut texts = vec![image.launched(), &root, subnet.zone(), &place, &block, script];
    if config.on_user_data_change == OnUserDataChange::RestartOnly {
        texts.pop();
    }
    generation(&texts)
}

/// A number that changes when one of the texts does: their FNV-1a hash, as eight hexadecimal digits. It is no secret and no
/// signature; it only has to be the same on every machine.
fn generation(texts: &[&str]) -> String {
    let hash = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    format!("{:08X}", texts.join("\0").bytes().fold(0x811c_9dc5, hash))
}

/// A value with everything that tells it from another one, also inside of functions, where people read only their names.
fn written(node: &Node) -> String {
    let list = |nodes: &[Node]| nodes.iter().map(written).collect::<Vec<_>>().concat();
    match node {
        Node::Text(text) => text.to_string(),
        Node::List(items) | Node::Concat(items) => list(items),
        Node::Object(object) => object.iter().map(|(key, node)| format!("{key}={}\n", written(node))).collect(),
        Node::Call(function, argument) => format!("${{{function} {}}}", written(argument)),
        Node::Reference(to) => {
            let (stack, attribute) = (to.stack.as_deref().unwrap_or_default(), to.attribute.as_deref());
            format!("${{{stack}:{}.{}}}", to.id, attribute.unwrap_or_default())
        }
        Node::Bool(flag) => flag.to_string(),
        Node::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use stackgen_core::{App, Problem, Stack, SynthesizedApp, Value, intrinsic};

    use super::super::config::{Architecture, DataVolume, RootVolume};
    use super::super::{Config, Image, OnUserDataChange, Place, TwoVolumeHost, Wait};
    use crate::lock::{Lock, Pin, PinSource, Restored};
    use crate::network::{Network, Subnet};
    use crate::userdata::{BootScript, Section, Template};

    fn config() -> Config {
        let (root, data) = (RootVolume::default(), DataVolume::default());
        Config {
            instance_type: "m7g.medium".to_owned(),
            image: Image::of_parameter("/images/host", Architecture::Arm64),
            root,
            data,
            ready_within: Wait::default(),
            on_user_data_change: OnUserDataChange::Replace,
            accepted_script: None,
        }
    }

    fn pin() -> Pin {
        Pin {
            architecture: "arm64".to_owned(),
            created: "2026-11-01T00:00:00Z".to_owned(),
            id: "ami-0123456789abcdef0".to_owned(),
            launched: None,
            name: "host-1".to_owned(),
            owner: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            root_device: "/dev/sda1".to_owned(),
            root_gib: 8,
            source: PinSource::Parameter { parameter: "/images/host".to_owned(), version: Some(1) },
        }
    }

    fn lock(pin: Pin) -> Lock {
        let mut lock = Lock::default();
        lock.set_pin("test", "HostImage", pin);
        lock
    }

    fn home() -> Subnet {
        Subnet::existing("subnet-0123456789abcdef0", "eu-west-1a")
    }

    /// A script with a word in it.
    fn script(word: impl Into<Value<String>>) -> BootScript {
        let words = std::collections::BTreeMap::from([("word", word.into())]);
        let template = Template::new("test.sh.hbs", "echo {{word}}\n");
        BootScript::new(60).section(Section::new("test", "it cannot echo", template, &words))
    }

    fn synth(
        config: &Config,
        lock: &Lock,
        subnet: &Subnet,
        script: &BootScript,
    ) -> Result<SynthesizedApp, Vec<Problem>> {
        let mut stack = Stack::new("test");
        let place = Place { subnet, security_groups: vec!["sg-0123456789abcdef0".into()], grants: Vec::new() };
        TwoVolumeHost::add(&mut stack, config, lock, place, |_| script.clone());
        App::from(stack).synth()
    }

    fn ids_of(app: &SynthesizedApp) -> [String; 2] {
        ["AWS::EC2::Instance", "AWS::CloudFormation::WaitCondition"].map(|kind| {
            let found = app.stacks[0].resources.iter().find(|resource| resource.type_name == kind);
            found.map(|resource| resource.logical_id.clone()).expect("a host has both")
        })
    }

    /// The logical ids of the host and of its readiness, in this order.
    fn ids_with(pin: Pin, config: &Config, subnet: &Subnet, word: impl Into<Value<String>>) -> [String; 2] {
        ids_of(&synth(config, &lock(pin), subnet, &script(word)).expect("nothing is wrong with it"))
    }

    fn ids(config: &Config, subnet: &Subnet, word: impl Into<Value<String>>) -> [String; 2] {
        ids_with(pin(), config, subnet, word)
    }

    /// The one thing that is wrong.
    #[track_caller]
    fn problem(config: &Config, lock: &Lock, word: &str) -> Problem {
        let problems = synth(config, lock, &home(), &script(word)).expect_err("something is wrong with it");
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems[0].clone()
    }

    #[track_caller]
    fn assert_another_host(ids: &[String; 2], other: &[String; 2]) {
        assert!(ids[0] != other[0] && ids[1] != other[1], "{ids:?} {other:?}");
        assert_eq!(other[0].trim_start_matches("Host"), other[1].trim_start_matches("HostReady"));
    }

    #[test]
    fn what_only_a_new_instance_can_have_makes_a_new_host_and_a_new_condition() {
        let before = ids(&config(), &home(), "one");
        assert_another_host(&before, &ids(&config(), &home(), "two"));
        let mut larger = config();
        larger.root.gib += 1;
        assert_another_host(&before, &ids(&larger, &home(), "one"));
        let pins = [
            Pin { id: "ami-0fedcba9876543210".to_owned(), ..pin() },
            Pin { root_device: "/dev/xvda".to_owned(), ..pin() },
        ];
        for pin in pins {
            assert_another_host(&before, &ids_with(pin, &config(), &home(), "one"));
        }
        let elsewhere = [("subnet-0fedcba9876543210", "eu-west-1a"), ("subnet-0123456789abcdef0", "eu-west-1b")];
        for (subnet, zone) in elsewhere {
            assert_another_host(&before, &ids(&config(), &Subnet::existing(subnet, zone), "one"));
        }
    }

    #[test]
    fn a_volume_that_is_made_from_a_snapshot_has_an_id_of_its_own() {
        let of = |gib| {
            let mut lock = lock(pin());
            lock.restore("test", "DataVolume", Restored { gib, snapshot: "snap-0123456789abcdef0".to_owned() });
            lock
        };
        let app = synth(&config(), &of(20), &home(), &script("one")).expect("nothing is wrong with it");
        let volumes = app.stacks[0].resources.iter().filter(|resource| resource.type_name == "AWS::EC2::Volume");
        assert_eq!(volumes.map(|volume| &*volume.logical_id).collect::<Vec<_>>(), ["DataVolume9ABCDEF0"]);
        let told = problem(&config(), &of(30), "one");
        assert!(told.message.contains("20 GiB are less than the 30 GiB of the snapshot"), "{told:?}");
    }

    #[test]
    fn a_machine_that_stays_keeps_its_name_with_another_image() {
        let lock_of = |id: &str, launched: Option<String>| lock(Pin { id: id.to_owned(), launched, ..pin() });
        let other = "ami-0fedcba9876543210";
        let told =
            |lock: &Lock| ids_of(&synth(&config(), lock, &home(), &script("one")).expect("nothing is wrong with it"));
        let before = told(&lock(pin()));
        assert_another_host(&before, &told(&lock_of(other, None)));
        assert_eq!(told(&lock_of(other, Some(pin().id))), before);
    }

    #[test]
    fn what_a_host_can_take_on_leaves_it_alone() {
        let before = ids(&config(), &home(), "one");
        let changes: [fn(&mut Config); 4] = [
            |config| config.instance_type = "m7g.large".to_owned(),
            |config| config.data.gib += 1,
            |config| config.ready_within = "PT20M".parse().expect("a time"),
            |config| config.image = Image::of_parameter("/images/other", Architecture::Arm64),
        ];
        for change in changes {
            let mut config = config();
            change(&mut config);
            assert_eq!(before, ids(&config, &home(), "one"));
        }
    }

    #[test]
    fn scripts_differ_by_what_is_inside_of_functions_too() {
        let import = |name: &str| intrinsic::import_value(name.to_owned());
        assert_another_host(&ids(&config(), &home(), import("one")), &ids(&config(), &home(), import("two")));
    }

    #[test]
    fn a_host_and_its_address_wait_for_the_way_out_of_their_subnet() {
        let mut stack = Stack::new("test");
        let network = serde_json::json!({"cidr": "10.0.0.0/16", "zones": ["eu-west-1a"]});
        let network = serde_json::from_value(network).expect("the values of a network");
        let network = Network::add(&mut stack, &network);
        let subnet = network.public_in("eu-west-1a").expect("it has this zone");
        let place = Place { subnet, security_groups: vec![], grants: vec![] };
        TwoVolumeHost::add(&mut stack, &config(), &lock(pin()), place, |_| script("one"));
        let app = App::from(stack).synth().expect("nothing is wrong with it");
        let way_out = ["PublicAssociationA", "InternetGatewayAttachment", "PublicRouteA"];
        for kind in ["AWS::EC2::Instance", "AWS::EC2::EIP"] {
            app.stacks[0].template.assert_body(kind, serde_json::json!({"DependsOn": way_out}));
        }
    }
    #[test]
    fn what_the_lock_says_of_an_image_does_not_make_a_host() {
        let told = Pin { name: "host-2".to_owned(), created: "2026-12-01T00:00:00Z".to_owned(), root_gib: 9, ..pin() };
        assert_eq!(ids(&config(), &home(), "one"), ids_with(told, &config(), &home(), "one"));
    }

    #[test]
    fn a_missing_pin_is_a_problem_with_the_command_that_solves_it() {
        let missing = problem(&config(), &Lock::default(), "one");
        assert_eq!(missing.logical_id.as_deref(), Some("HostImage"));
        assert!(missing.hint.is_some_and(|hint| hint.contains("`stackgen lock update --stack test`")));
    }

    #[test]
    fn a_pin_that_does_not_fit_is_refused_with_the_fix() {
        let intel = Pin { architecture: "x86_64".to_owned(), ..pin() };
        let said = problem(&config(), &lock(intel), "one");
        assert!(said.message.contains("is for x86_64, and the host wants arm64"), "{said}");
        let large = Pin { root_gib: 11, ..pin() };
        let said = problem(&config(), &lock(large), "one");
        assert!(said.message.contains("has 10 GiB and the snapshot of the pinned image"), "{said}");
        assert_eq!(said.hint.as_deref(), Some("give the root 11 GiB at least"));
    }

    #[test]
    fn a_host_that_only_restarts_keeps_its_ids_when_the_script_changes() {
        let config = Config { on_user_data_change: OnUserDataChange::RestartOnly, ..config() };
        let before = ids(&config, &home(), "one");
        assert_eq!(before, ids(&config, &home(), "two"));
        assert_another_host(
            &before,
            &ids_with(Pin { id: "ami-12345678".to_owned(), ..pin() }, &config, &home(), "one"),
        );
    }

    #[test]
    fn a_forbidden_script_is_refused_until_its_number_is_accepted() {
        let mut config = Config { on_user_data_change: OnUserDataChange::Forbid, ..config() };
        let number = |said: &Problem| {
            let hint = said.hint.clone().expect("it says what to write");
            hint.split("accepted_script: ").nth(1).expect("the line to write").chars().take(8).collect::<String>()
        };
        let said = problem(&config, &lock(pin()), "one");
        assert_eq!(said.path, "/Properties/UserData");
        config.accepted_script = Some(number(&said));
        let before = ids(&config, &home(), "one");
        let said = problem(&config, &lock(pin()), "two");
        assert!(said.message.contains("the boot script has changed"), "{said}");
        assert_ne!(config.accepted_script, Some(number(&said)));
        config.accepted_script = Some(number(&said));
        // Accepted is accepted as what it is: a new host.
        assert_another_host(&before, &ids(&config, &home(), "two"));
    }
}
