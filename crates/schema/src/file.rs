//! The container: a header, then tables of byte strings with constant-time access.
//!
//! ```text
//! "SGFACTS\0"  version u32  count u32  (offset u32, length u32) × count    one row per section
//! section      count u32  start u32 × ceil(count / 4)  (length varint, bytes) × count
//! ```
//!
//! Every fourth item has its place in the section's index; the three after it are found by hopping over lengths. That is as
//! quick as an index of all and takes half the room. Numbers are little-endian, a varint has seven bits a byte,
//! the lowest first. Nothing here knows what the items mean; that is `wire`.
use std::fmt;
use std::ops::Range;

/// The first eight bytes of a fact file.
pub(crate) const MAGIC: [u8; 8] = *b"SGFACTS\0";
/// Raised whenever the meaning of a byte changes; a reader takes its own version only.
pub(crate) const VERSION: u32 = 2;

/// The sections of a file, in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Section {
    /// One item: sources and regions.
    Meta,
    /// Every distinct word, the most used first, so that common ones have one-byte numbers.
    Words,
    /// Every distinct text as numbers of words, the most used first.
    Strings,
    /// One item a shape.
    Shapes,
    /// Names of resource types, sorted.
    TypeNames,
    /// One item a resource type, in the order of the names.
    Types,
    /// Service prefixes of IAM, sorted.
    Prefixes,
    /// One item a prefix, in the order of the prefixes.
    Services,
    /// Names of demands beyond the resource types, sorted.
    ExtensionNames,
    /// One item a demand, in the order of the names.
    Extensions,
    /// One item: when runtimes and services end.
    Dates,
}

/// How many sections there are.
pub(crate) const SECTIONS: usize = 11;

/// Why a fact file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactsError {
    /// The file does not begin like a fact file.
    NotFacts,
    /// The file was written for another version of the reader.
    Version {
        /// The version in the file.
        found: u32,
        /// The version that this reader takes.
        expected: u32,
    },
    /// The file ends before something that its header promises.
    Truncated,
    /// Something in the file is not what it should be.
    Corrupt(&'static str),
}

impl fmt::Display for FactsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FactsError::NotFacts => f.write_str("this is not a fact file"),
            FactsError::Version { found, expected } => {
                write!(f, "the fact file has version {found}, but this reader takes version {expected}")
            }
            FactsError::Truncated => f.write_str("the fact file is cut short"),
            FactsError::Corrupt(what) => write!(f, "the fact file is corrupt: {what}"),
        }
    }
}

impl std::error::Error for FactsError {}

/// Where one section lies in the file.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Table {
    /// Where the index begins.
    index: usize,
    /// Where the items begin.
    items: usize,
    end: usize,
    count: usize,
}

/// How many items share one place in the index.
const STEP: usize = 4;

impl Table {
    fn open(bytes: &[u8], range: Range<usize>) -> Result<Table, FactsError> {
        if range.end > bytes.len() {
            return Err(FactsError::Truncated);
        }
        let count = number(bytes, range.start)? as usize;
        let items = range.start + 4 + 4 * count.div_ceil(STEP);
        if items > range.end {
            return Err(FactsError::Truncated);
        }
        Ok(Table { index: range.start + 4, items, end: range.end, count })
    }

    /// The number of items.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// One item, or nothing if there is no such item or its place is not inside the section.
    pub(crate) fn get<'a>(&self, bytes: &'a [u8], index: usize) -> Option<&'a [u8]> {
        if index >= self.count {
            return None;
        }
        let start = number(bytes, self.index + 4 * (index / STEP)).ok()? as usize;
        let mut rest = bytes.get(self.items..self.end)?.get(start..)?;
        for _ in 0..index % STEP {
            let (length, after) = varint(rest)?;
            rest = after.get(length..)?;
        }
        let (length, after) = varint(rest)?;
        after.get(..length)
    }
}

/// Reads a number off the front.
pub(crate) fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (place, byte) in bytes.iter().enumerate().take(4) {
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[place + 1..]));
        }
    }
    None
}

/// Reads the header.
pub(crate) fn open(bytes: &[u8]) -> Result<[Table; SECTIONS], FactsError> {
    if bytes.get(..MAGIC.len()) != Some(&MAGIC[..]) {
        return Err(FactsError::NotFacts);
    }
    let found = number(bytes, 8)?;
    if found != VERSION {
        return Err(FactsError::Version { found, expected: VERSION });
    }
    if number(bytes, 12)? as usize != SECTIONS {
        return Err(FactsError::Corrupt("number of sections"));
    }
    let mut tables = [Table::default(); SECTIONS];
    for (index, table) in tables.iter_mut().enumerate() {
        let start = number(bytes, 16 + 8 * index)? as usize;
        let length = number(bytes, 20 + 8 * index)? as usize;
        let end = start.checked_add(length).ok_or(FactsError::Truncated)?;
        *table = Table::open(bytes, start..end)?;
    }
    Ok(tables)
}

fn number(bytes: &[u8], at: usize) -> Result<u32, FactsError> {
    let end = at.checked_add(4).ok_or(FactsError::Truncated)?;
    let slice = bytes.get(at..end).ok_or(FactsError::Truncated)?;
    Ok(u32::from_le_bytes([slice[0], slice[1], slice[2], slice[3]]))
}

/// Writes a file; the counterpart of [`open`].
#[cfg(feature = "encode")]
pub(crate) fn write(sections: &[Vec<Vec<u8>>; SECTIONS]) -> Option<Vec<u8>> {
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend(u32::try_from(SECTIONS).ok()?.to_le_bytes());
    let mut bodies = Vec::new();
    let header = out.len() + 8 * SECTIONS;
    for items in sections {
        let start = header + bodies.len();
        bodies.extend(u32::try_from(items.len()).ok()?.to_le_bytes());
        let mut packed = Vec::new();
        for (place, item) in items.iter().enumerate() {
            if place % STEP == 0 {
                bodies.extend(u32::try_from(packed.len()).ok()?.to_le_bytes());
            }
            push_varint(&mut packed, item.len())?;
            packed.extend(item);
        }
        bodies.extend(packed);
        out.extend(u32::try_from(start).ok()?.to_le_bytes());
        out.extend(u32::try_from(header + bodies.len() - start).ok()?.to_le_bytes());
    }
    out.extend(bodies);
    Some(out)
}

/// Writes a number at the end.
#[cfg(feature = "encode")]
pub(crate) fn push_varint(out: &mut Vec<u8>, mut value: usize) -> Option<()> {
    if value >= 1 << 28 {
        return None;
    }
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    Some(())
}
