//! Where a value stands that nobody may see.
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::{Boot, BootError, Disk, Outcome};

/// A place where a secret can be read by somebody who should not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// A file, `the log`, `arguments of a program`, `the kernel's log`, `the journal`, `a disk`.
    pub place: String,
}

impl Boot {
    /// Looks for values in the log, in the arguments of every program that was started, in the journal and the kernel's log,
    /// on the root volume, on disks, and in memory: there a file may have them that only root can read.
    ///
    /// A value is looked for as it is, and as shells, JSON and hexadecimal digits write it.
    pub fn leaks(&self, outcome: &Outcome, disks: &[&Disk], values: &[&str]) -> Result<Vec<Leak>, BootError> {
        let forms: Vec<String> =
            values.iter().filter(|value| !value.is_empty()).flat_map(|value| forms(value)).collect();
        let leaky = |bytes: &[u8]| has_any(bytes, &forms);
        let mut places = Vec::new();
        if leaky(outcome.log.as_bytes()) {
            places.push("the log".to_owned());
        }
        self.records(&leaky, &mut places)?;
        visit(&self.host.path("/mnt/upper"), &mut |path, _| {
            if fs::read(path).is_ok_and(|bytes| leaky(&bytes)) {
                places.push(shown(path, "upper"));
            }
        });
        for folder in ["run", "tmp", "dev/shm"] {
            visit(&self.init.path(folder), &mut |path, metadata| {
                let private = metadata.uid() == 0 && metadata.mode() & 0o077 == 0;
                if !private && fs::read(path).is_ok_and(|bytes| leaky(&bytes)) {
                    places.push(shown(path, "root"));
                }
            });
        }
        // What is in the cache of a file system is not on its disk yet.
        self.ask("findmnt -rn -o TARGET -t xfs,ext4,ext3,ext2,btrfs | xargs -r sync -f");
        for disk in disks {
            let content = disk.content_as_it_is()?;
            places.extend(content.has_any(&forms).then(|| "a disk".to_owned()));
        }
        Ok(places.into_iter().map(|place| Leak { place }).collect())
    }

    fn records(&self, leaky: &impl Fn(&[u8]) -> bool, places: &mut Vec<String>) -> Result<(), BootError> {
        let folder = self.host.path("/mnt/stand-ins");
        for entry in fs::read_dir(&folder).map_err(BootError::file(&folder))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let place = match name.split('.').next().unwrap_or_default() {
                "calls" | "programs" => "arguments of a program",
                "units" => "the journal",
                "kmsg" => "the kernel's log",
                _ => continue,
            };
            if fs::read(entry.path()).is_ok_and(|bytes| leaky(&bytes)) {
                places.push(place.to_owned());
            }
        }
        Ok(())
    }
}

fn forms(value: &str) -> Vec<String> {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    let json = escaped.replace('\n', "\\n");
    // This is how strace writes arguments.
    let hexadecimal: String = value.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    vec![value.to_owned(), escaped, json, hexadecimal]
}

/// What is no UTF-8 in between changes nothing for texts that are.
pub(crate) fn has_any(bytes: &[u8], forms: &[String]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    forms.iter().any(|form| text.contains(form.as_str()))
}

fn visit(folder: &Path, see: &mut impl FnMut(&Path, &fs::Metadata)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            visit(&entry.path(), see);
        } else if metadata.is_file() {
            see(&entry.path(), &metadata);
        }
    }
}

/// A path as the host has it.
fn shown(path: &Path, after: &str) -> String {
    let text = path.display().to_string();
    text.split_once(&format!("/{after}/")).map_or(text.clone(), |(_, rest)| format!("/{rest}"))
}
