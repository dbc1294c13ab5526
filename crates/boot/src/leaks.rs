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
    /// Which of the values it is, counted from zero.
    pub value: usize,
    /// The line of the log or of a file, counted from one.
    pub line: Option<usize>,
}

/// What is looked for: every way in which each value may be written.
struct Wanted(Vec<Vec<String>>);

impl Boot {
    /// Looks for values in the log, in the arguments of every program that was started, in the journal and the kernel's log,
    /// on the root volume, on disks, and in memory: there a file may have them that only root can read.
    ///
    /// A value is looked for as it is, and as shells, JSON and hexadecimal digits write it.
    pub fn leaks(&self, outcome: &Outcome, disks: &[&Disk], values: &[&str]) -> Result<Vec<Leak>, BootError> {
        let wanted = Wanted(values.iter().map(|value| forms(value)).collect());
        let mut leaks = Vec::new();
        wanted.look(outcome.log.as_bytes(), "the log", &mut leaks);
        self.records(&wanted, &mut leaks)?;
        visit(&self.host.path("/mnt/upper"), &mut |path, _| {
            wanted.look(&fs::read(path).unwrap_or_default(), &shown(path, "upper"), &mut leaks);
        });
        for folder in ["run", "tmp", "dev/shm"] {
            visit(&self.init.path(folder), &mut |path, metadata| {
                let private = metadata.uid() == 0 && metadata.mode() & 0o077 == 0;
                if !private {
                    wanted.look(&fs::read(path).unwrap_or_default(), &shown(path, "root"), &mut leaks);
                }
            });
        }
        // What is in the cache of a file system is not on its disk yet.
        self.ask("findmnt -rn -o TARGET -t xfs,ext4,ext3,ext2,btrfs | xargs -r sync -f");
        for disk in disks {
            let content = disk.content_as_it_is()?;
            let found = wanted.0.iter().enumerate().filter(|(_, forms)| content.has_any(forms));
            leaks.extend(found.map(|(value, _)| Leak { place: "a disk".to_owned(), value, line: None }));
        }
        Ok(leaks)
    }

    fn records(&self, wanted: &Wanted, leaks: &mut Vec<Leak>) -> Result<(), BootError> {
        let folder = self.host.path("/mnt/stand-ins");
        for entry in fs::read_dir(&folder).map_err(BootError::file(&folder))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let place = match name.split('.').next().unwrap_or_default() {
                "calls" | "programs" => "arguments of a program",
                "units" => "the journal",
                "kmsg" => "the kernel's log",
                _ => continue,
            };
            let before = leaks.len();
            wanted.look(&fs::read(entry.path()).unwrap_or_default(), place, leaks);
            // Nobody sees these files, so their lines say nothing.
            leaks[before..].iter_mut().for_each(|leak| leak.line = None);
        }
        Ok(())
    }
}

impl Wanted {
    fn look(&self, bytes: &[u8], place: &str, leaks: &mut Vec<Leak>) {
        let text = String::from_utf8_lossy(bytes);
        for (value, forms) in self.0.iter().enumerate() {
            if let Some(at) = forms.iter().find_map(|form| text.find(form.as_str())) {
                let line = Some(text[..at].matches('\n').count() + 1);
                leaks.push(Leak { place: place.to_owned(), value, line });
            }
        }
    }
}

fn forms(value: &str) -> Vec<String> {
    if value.is_empty() {
        return Vec::new();
    }
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
