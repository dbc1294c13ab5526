//! Everything that exists, and the time in which it does.
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::cloudformation::operation::Mishap;
use crate::cloudformation::{self, Stacks};
use crate::resources::cloudformation::exchange::Custom;

/// One AWS account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct World {
    /// The number of the account.
    pub account: String,
    now: Timestamp,
    agenda: Agenda,
    made: u64,
    /// What each region has; a region appears when it is first asked for.
    pub regions: BTreeMap<String, Region>,
    /// Where this world is served, for the URLs that it gives out.
    pub endpoint: Option<String>,
    /// What will go wrong, for rehearsals and tests.
    pub mishaps: Vec<Mishap>,
    /// What IAM has; it knows no regions.
    #[serde(default)]
    pub iam: crate::iam::Iam,
    /// What S3 has; names of buckets are the same everywhere.
    #[serde(default)]
    pub s3: crate::s3::S3,
    /// Whether a property that replaces does so in a drift-aware change set even where the resource has its new value already. AWS
    /// does not say.
    #[serde(default)]
    pub sync_replaces: bool,
    /// What is taken over from elsewhere, while it is.
    #[serde(skip)]
    pub adoption: Option<crate::adopt::Adoption>,
    /// Attributes as they were seen elsewhere, by physical id.
    #[serde(skip)]
    learned: BTreeMap<String, Map<String, Json>>,
    /// What custom resources were asked and answered.
    #[serde(default)]
    pub custom: Custom,
}

/// What one region has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Region {
    /// The stacks of CloudFormation.
    pub stacks: Stacks,
    /// What EC2 has.
    pub ec2: crate::ec2::Ec2,
    /// The parameter store.
    #[serde(default)]
    pub ssm: crate::ssm::Store,
    /// What CloudWatch Logs has.
    #[serde(default)]
    pub logs: crate::logs::Logs,
    /// What Lambda has.
    #[serde(default)]
    pub lambda: crate::lambda::Lambda,
    /// Resources of types that have no store of their own, by type and physical id.
    pub others: BTreeMap<String, BTreeMap<String, crate::resources::generic::Thing>>,
}

/// What happens at a time, in the order in which it was entered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Agenda {
    entered: u64,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    at: Timestamp,
    number: u64,
    region: String,
    due: Due,
}

/// Something that wants to be looked at when its time has come. Looking twice must do no harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Due {
    /// A stack's operation can go on.
    Stack(String),
    /// A change set has been computed.
    ChangeSet(String),
    /// A thing of EC2 gets further, by its id.
    Ec2(String),
    /// A parameter of the parameter store is looked at, by its name.
    Parameter(String),
    /// A command that was sent to instances gets further, by its id.
    Command(String),
}

impl World {
    /// An account with nothing in it, at a time.
    #[must_use]
    pub fn new(account: &str, now: Timestamp) -> World {
        World {
            account: account.to_owned(),
            now,
            agenda: Agenda::default(),
            made: 0,
            regions: BTreeMap::new(),
            mishaps: Vec::new(),
            endpoint: None,
            iam: crate::iam::Iam::default(),
            s3: crate::s3::S3::default(),
            sync_replaces: false,
            adoption: None,
            learned: BTreeMap::new(),
            custom: Custom::default(),
        }
    }

    /// Remembers attributes that a thing has elsewhere.
    pub(crate) fn learn(&mut self, physical_id: &str, attributes: Map<String, Json>) {
        self.learned.entry(physical_id.to_owned()).or_default().extend(attributes);
    }

    /// The attributes that a thing has elsewhere, as far as they are known.
    pub(crate) fn learned(&self, physical_id: &str) -> Map<String, Json> {
        self.learned.get(physical_id).cloned().unwrap_or_default()
    }

    /// The time in this world.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A region.
    pub fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }

    /// Enters something that is due after a while.
    pub fn after(&mut self, wait: SignedDuration, region: &str, due: Due) {
        let at = self.now.checked_add(wait).expect("no wait reaches the end of time");
        self.at(at, region, due);
    }

    /// Enters something that is due at a time; what is past happens at the next [`World::advance`].
    pub fn at(&mut self, at: Timestamp, region: &str, due: Due) {
        self.agenda.entered += 1;
        let entry = Entry { at, number: self.agenda.entered, region: region.to_owned(), due };
        let place = self.agenda.entries.partition_point(|other| (other.at, other.number) < (entry.at, entry.number));
        self.agenda.entries.insert(place, entry);
    }

    /// Strikes out what need not be looked at any more, so that nobody leaps there.
    pub fn strike_out(&mut self, region: &str, due: &Due) {
        self.agenda.entries.retain(|entry| entry.region != region || entry.due != *due);
    }

    /// When the next thing is due.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.agenda.entries.first().map(|entry| entry.at)
    }

    /// Lets everything happen that is due until a time, each at its own.
    pub fn advance(&mut self, until: Timestamp) {
        while self.next().is_some_and(|at| at <= until) {
            let entry = self.agenda.entries.remove(0);
            self.now = self.now.max(entry.at);
            self.happen(&entry.region, entry.due);
        }
        self.now = self.now.max(until);
    }

    fn happen(&mut self, region: &str, due: Due) {
        match due {
            Due::Stack(id) => cloudformation::go_on(self, region, &id),
            Due::ChangeSet(id) => cloudformation::compute(self, region, &id),
            Due::Parameter(name) => crate::ssm::happen(self, region, &name),
            Due::Command(id) => crate::ssm::command::look(self, region, &id),
            Due::Ec2(id) => crate::ec2::happen(self, region, &id),
        }
    }

    /// A number that was never given before.
    pub fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// A new id such as `vol-0a1b2c3d4e5f60718`: the prefix, a dash, and 17 hexadecimal digits that look like AWS's and depend
    /// only on how many were made before; or the id that was promised, if it is such a one.
    pub fn id(&mut self, prefix: &str) -> String {
        let number = self.number();
        let fits =
            |id: &str| id.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-') && !rest[1..].contains('-'));
        if let Some(promised) = self.promised(fits) {
            return promised;
        }
        format!("{prefix}-0{:016x}", scramble(number))
    }

    /// A new UUID, which depends only on how many were made before.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (scramble(self.number()), scramble(self.number()));
        let (first, second, third) = (high >> 32, high >> 16 & 0xffff, high & 0xfff);
        format!(
            "{first:08x}-{second:04x}-4{third:03x}-{:04x}-{:012x}",
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }

    /// A new mark of letters and digits, as CloudFormation puts behind the names that it makes up.
    pub fn letters(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut rest = scramble(self.number());
        let mut letters = String::new();
        for _ in 0..length {
            letters.push(char::from(LETTERS[(rest % 36) as usize]));
            rest = scramble(rest);
        }
        letters
    }
}

/// A bijection of 64-bit numbers without visible order: the finisher of SplitMix64.
fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
