//! When a host is a new one, and when it counts as ready.
//!
//! EC2 runs a boot script at the first start of an instance and never again, and CloudFormation asks a wait condition only
//! when it is created. So whatever makes a boot different makes a new instance *and* a new condition: the logical ids of
//! both end in one number, taken from everything that only a new instance can have. The script names the condition's id, so
//! the number is taken from the script as it is before the id is in it.
use stackgen_cfn::{cloudformation, ec2};
use stackgen_core::{CreationPolicy, Handle, IntoValue, Node, Stack, Value};

use super::boot::Boot;
use super::config::Config;
use super::root;
use super::wait::Wait;
use crate::network::Subnet;
use crate::userdata::BootScript;

/// A boot script, and the logical ids that change with it.
pub(super) struct Ready {
    instance: String,
    signal: String,
    script: BootScript,
}

impl Ready {
    pub(super) fn new(
        stack: &Stack,
        volume: &ec2::Volume,
        config: &Config,
        subnet: &Subnet,
        script: impl Fn(&Boot) -> BootScript,
    ) -> Self {
        let record = format!("/stackgen/{}/data-volume", stack.name());
        let (volume_id, signal) = (volume.reference(), "HostReady".to_owned());
        let mut boot = Boot { volume_id, signal, within: config.ready_within, record };
        let number = number(config, subnet, &script(&boot).as_it_runs());
        boot.signal.push_str(&number);
        Ready { instance: format!("Host{number}"), script: script(&boot), signal: boot.signal }
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
/// it, since EC2 changes that with a stop and a start.
fn number(config: &Config, subnet: &Subnet, script: &Value<String>) -> String {
    let [place, block, script] = [subnet.id(), subnet.block(), script].map(|value| written(value.node()));
    let root = written(root::mapping(&config.root, &config.image).into_value().node());
    generation(&[&config.image.id, &root, subnet.zone(), &place, &block, &script])
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
    use stackgen_core::{App, Stack, Value, intrinsic};

    use super::super::config::{Architecture, DataVolume, Image, RootVolume};
    use super::super::{Config, Place, TwoVolumeHost, Wait};
    use crate::network::{Network, Subnet};
    use crate::userdata::{BootScript, Section, Template};

    fn config() -> Config {
        let image = Image {
            source: "/images/host".to_owned(),
            id: "ami-0123456789abcdef0".to_owned(),
            architecture: Architecture::Arm64,
            root_device: "/dev/sda1".to_owned(),
        };
        let (root, data) = (RootVolume::default(), DataVolume::default());
        Config { instance_type: "m7g.medium".to_owned(), image, root, data, ready_within: Wait::default() }
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

    /// The logical ids of the host and of its readiness, in this order.
    fn ids(config: &Config, subnet: &Subnet, word: impl Into<Value<String>>) -> [String; 2] {
        let mut stack = Stack::new("test");
        let place = Place { subnet, security_groups: vec!["sg-0123456789abcdef0".into()], grants: Vec::new() };
        let script = script(word);
        TwoVolumeHost::add(&mut stack, config, place, |_| script.clone());
        let app = App::from(stack).synth().expect("nothing is wrong with it");
        ["AWS::EC2::Instance", "AWS::CloudFormation::WaitCondition"].map(|kind| {
            let found = app.stacks[0].resources.iter().find(|resource| resource.type_name == kind);
            found.map(|resource| resource.logical_id.clone()).expect("a host has both")
        })
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
        let changes: [fn(&mut Config); 3] = [
            |config| config.image.id = "ami-0fedcba9876543210".to_owned(),
            |config| config.image.root_device = "/dev/xvda".to_owned(),
            |config| config.root.gib += 1,
        ];
        for change in changes {
            let mut config = config();
            change(&mut config);
            assert_another_host(&before, &ids(&config, &home(), "one"));
        }
        let elsewhere = [("subnet-0fedcba9876543210", "eu-west-1a"), ("subnet-0123456789abcdef0", "eu-west-1b")];
        for (subnet, zone) in elsewhere {
            assert_another_host(&before, &ids(&config(), &Subnet::existing(subnet, zone), "one"));
        }
    }

    #[test]
    fn what_a_host_can_take_on_leaves_it_alone() {
        let before = ids(&config(), &home(), "one");
        let changes: [fn(&mut Config); 4] = [
            |config| config.instance_type = "m7g.large".to_owned(),
            |config| config.data.gib += 1,
            |config| config.ready_within = "PT20M".parse().expect("a time"),
            |config| config.image.source = "/images/other".to_owned(),
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
        TwoVolumeHost::add(&mut stack, &config(), Place { subnet, security_groups: vec![], grants: vec![] }, |_| {
            script("one")
        });
        let app = App::from(stack).synth().expect("nothing is wrong with it");
        let way_out = ["PublicAssociationA", "InternetGatewayAttachment", "PublicRouteA"];
        for kind in ["AWS::EC2::Instance", "AWS::EC2::EIP"] {
            app.stacks[0].template.assert_body(kind, serde_json::json!({"DependsOn": way_out}));
        }
    }
}
