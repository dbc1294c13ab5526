//! Reading the fact file.
use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

use serde::{Deserialize, Serialize};

use crate::dates::{RuntimeLife, ServiceEnd, WireDates};
use crate::extension::Extension;
use crate::file::{self, FactsError, SECTIONS, Section, Table};
use crate::iam::ServiceActions;
use crate::model::{ResourceType, Shape, ShapeId};
use crate::wire::{self, Str, Texts};

static EMBEDDED: LazyLock<Facts> = LazyLock::new(|| {
    let bytes = include_bytes!("../facts.bin");
    Facts::open(Cow::Borrowed(bytes)).expect("a test parses the facts that are compiled in")
});

/// The facts, decoded piece by piece as they are asked for.
#[derive(Debug)]
pub struct Facts {
    bytes: Cow<'static, [u8]>,
    tables: [Table; SECTIONS],
    meta: Meta,
    /// IAM's services, decoded when first asked for: a policy asks for the same few again and again.
    services: Box<[OnceLock<ServiceActions>]>,
    dates: OnceLock<WireDates>,
}

/// What the file says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) sources: Vec<Source>,
    pub(crate) regions: Vec<String>,
}

/// A package that the facts were taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name in its registry.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The day its facts were collected, as `2026-10-20`.
    pub date: String,
}

impl Facts {
    /// The facts that this version of stackgen carries.
    pub fn embedded() -> &'static Facts {
        &EMBEDDED
    }

    /// Reads facts from bytes of unknown origin and checks all of them, which takes some ten milliseconds.
    ///
    /// # Errors
    ///
    /// Anything that is not what the encoder writes, so that no later call can meet it.
    pub fn parse(bytes: Vec<u8>) -> Result<Facts, FactsError> {
        let facts = Facts::open(Cow::Owned(bytes))?;
        facts.verify()?;
        Ok(facts)
    }

    /// The packages that the facts were taken from.
    pub fn sources(&self) -> &[Source] {
        &self.meta.sources
    }

    /// The names of all resource types, sorted.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.texts_of(Section::TypeNames)
    }

    /// Everything about one resource type.
    pub fn resource(&self, name: &str) -> Option<ResourceType> {
        let index = self.find(Section::TypeNames, name)?;
        let bytes = self.item(Section::Types, index)?;
        Some(wire::resource(name, bytes, self).expect("`parse` or a test has decoded every resource type"))
    }

    /// One shape.
    ///
    /// # Panics
    ///
    /// If the number did not come from these facts.
    pub fn shape(&self, id: ShapeId) -> Shape {
        let bytes = self.item(Section::Shapes, id.0 as usize).expect("shape numbers come from the same facts");
        wire::shape(bytes, self).expect("`parse` or a test has decoded every shape")
    }

    /// The regions that facts are known for, in the order of the bits in [`ResourceType::regions`].
    pub fn regions(&self) -> &[String] {
        &self.meta.regions
    }

    /// The IAM actions of one service prefix, such as `s3`.
    pub fn actions(&self, prefix: &str) -> Option<&ServiceActions> {
        let index = self.find(Section::Prefixes, prefix)?;
        let bytes = self.item(Section::Services, index)?;
        let decode = || wire::service(prefix, bytes, self).expect("`parse` or a test has decoded every service");
        Some(self.services.get(index)?.get_or_init(decode))
    }

    /// All service prefixes of IAM, sorted.
    pub fn action_prefixes(&self) -> impl Iterator<Item = &str> {
        self.texts_of(Section::Prefixes)
    }

    /// A demand beyond the resource types, such as `aws_dynamodb_table/billingmode_exclusive`.
    pub fn extension(&self, name: &str) -> Option<Extension> {
        let index = self.find(Section::ExtensionNames, name)?;
        let bytes = self.item(Section::Extensions, index)?;
        Some(wire::extension(name, bytes, self).expect("`parse` or a test has decoded every extension"))
    }

    /// The names of all demands beyond the resource types, sorted.
    pub fn extension_names(&self) -> impl Iterator<Item = &str> {
        self.texts_of(Section::ExtensionNames)
    }

    /// When a runtime of Lambda ends.
    pub fn runtime(&self, name: &str) -> Option<&RuntimeLife> {
        let runtimes = &self.dates().runtimes;
        let index = runtimes.binary_search_by(|life| life.name.as_str().cmp(name)).ok()?;
        runtimes.get(index)
    }

    /// The resource types whose service ends or has ended, by name.
    pub fn service_ends(&self) -> impl Iterator<Item = ServiceEnd> {
        self.dates().ends.iter().filter_map(move |&(number, phase, date)| {
            let name = self.item(Section::TypeNames, number as usize)?;
            Some(ServiceEnd { type_name: std::str::from_utf8(name).ok()?.to_owned(), phase, date })
        })
    }

    /// The number of shapes.
    pub fn shape_count(&self) -> usize {
        self.table(Section::Shapes).len()
    }

    fn dates(&self) -> &WireDates {
        self.dates.get_or_init(|| self.read_dates().expect("`parse` or a test has decoded the dates"))
    }

    fn read_dates(&self) -> Result<WireDates, FactsError> {
        let bytes = self.item(Section::Dates, 0).ok_or(FactsError::Truncated)?;
        postcard::from_bytes(bytes).map_err(|_| FactsError::Corrupt("dates"))
    }

    fn open(bytes: Cow<'static, [u8]>) -> Result<Facts, FactsError> {
        let tables = file::open(&bytes)?;
        let meta = tables[Section::Meta as usize].get(&bytes, 0).ok_or(FactsError::Truncated)?;
        let meta = postcard::from_bytes(meta).map_err(|_| FactsError::Corrupt("meta"))?;
        let services = (0..tables[Section::Services as usize].len()).map(|_| OnceLock::new()).collect();
        Ok(Facts { bytes, tables, meta, services, dates: OnceLock::new() })
    }

    fn table(&self, section: Section) -> &Table {
        &self.tables[section as usize]
    }

    fn item(&self, section: Section, index: usize) -> Option<&[u8]> {
        self.table(section).get(&self.bytes, index)
    }

    fn texts_of(&self, section: Section) -> impl Iterator<Item = &str> {
        let texts = (0..self.table(section).len()).map(move |index| self.item(section, index));
        texts.filter_map(|bytes| std::str::from_utf8(bytes?).ok())
    }

    fn find(&self, section: Section, name: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.table(section).len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.item(section, middle)?.cmp(name.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// Decodes everything once, so that the rest of the program may trust it.
    fn verify(&self) -> Result<(), FactsError> {
        let indexes = [
            (Section::TypeNames, Section::Types),
            (Section::Prefixes, Section::Services),
            (Section::ExtensionNames, Section::Extensions),
        ];
        for (names, items) in indexes {
            if self.table(names).len() != self.table(items).len() {
                return Err(FactsError::Corrupt("an index and its table differ in length"));
            }
            let sorted: Vec<&str> = self.texts_of(names).collect();
            if sorted.len() != self.table(names).len() || !sorted.is_sorted_by(|a, b| a < b) {
                return Err(FactsError::Corrupt("index"));
            }
        }
        for index in 0..self.table(Section::Shapes).len() {
            let bytes = self.item(Section::Shapes, index).ok_or(FactsError::Truncated)?;
            self.verify_links(wire::shape(bytes, self)?.links())?;
        }
        for (index, name) in self.type_names().enumerate() {
            let bytes = self.item(Section::Types, index).ok_or(FactsError::Truncated)?;
            self.verify_links(wire::resource(name, bytes, self)?.links())?;
        }
        for (index, prefix) in self.action_prefixes().enumerate() {
            let bytes = self.item(Section::Services, index).ok_or(FactsError::Truncated)?;
            wire::service(prefix, bytes, self)?.verify()?;
        }
        for (index, name) in self.extension_names().enumerate() {
            let bytes = self.item(Section::Extensions, index).ok_or(FactsError::Truncated)?;
            self.verify_links(wire::extension(name, bytes, self)?.links())?;
        }
        self.read_dates()?.verify(self.table(Section::TypeNames).len())
    }

    fn verify_links(&self, links: Vec<ShapeId>) -> Result<(), FactsError> {
        let known = |id: &ShapeId| (id.0 as usize) < self.table(Section::Shapes).len();
        if links.iter().all(known) { Ok(()) } else { Err(FactsError::Corrupt("a shape that is not there")) }
    }
}

impl Texts for Facts {
    fn append(&self, id: Str, to: &mut String) -> Result<(), FactsError> {
        let fault = FactsError::Corrupt("text");
        let mut rest = self.item(Section::Strings, id as usize).ok_or(fault.clone())?;
        while !rest.is_empty() {
            let (word, after) = file::varint(rest).ok_or(fault.clone())?;
            let bytes = self.item(Section::Words, word).ok_or(fault.clone())?;
            to.push_str(std::str::from_utf8(bytes).map_err(|_| fault.clone())?);
            rest = after;
        }
        Ok(())
    }
}
