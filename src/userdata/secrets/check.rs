//! Names that a store, a file, a shell or systemd would not take, or would take for something else.
use std::collections::BTreeSet;

use stackgen_core::Fault;

use super::file::SecretFile;
use super::{Credential, Secrets};

/// What else is in `/run/stackgen`: the folder of single values, what was said, and a place to look at a disk; and by their
/// ends, files that are not whole yet and reasons why a unit failed.
const TAKEN: [&str; 3] = ["secrets", "said", "look"];
const TAKEN_ENDS: [&str; 2] = [".new", ".refused"];

/// Everything that is wrong.
pub(super) fn faults(secrets: &Secrets) -> Vec<Fault> {
    let ids = secrets.all().into_iter().filter(|secret| !is_id(&secret.id));
    let ids = ids.map(|secret| {
        let message = format!("`{}` is no name of a parameter or a secret", secret.id.escape_debug());
        fault(message, "letters, digits and any of `_./@+=-`")
    });
    let of_files = secrets.files.iter().flat_map(|file| [paths(file), variables(file), plain(file)].concat());
    let of_credentials = secrets.credentials.iter().flat_map(credential);
    ids.chain(of_files).chain(of_credentials).chain(units(secrets)).chain(twice(secrets)).collect()
}

fn fault(message: String, hint: &str) -> Fault {
    Fault::new(message, Some(hint.to_owned()))
}

fn consists_of(text: &str, others: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || others.contains(letter))
}

/// Sources: `Name` in *PutParameter* of the Systems Manager API and in *CreateSecret* of the Secrets Manager API.
fn is_id(id: &str) -> bool {
    consists_of(id, "_./@+=-")
}

fn is_path(path: &str) -> bool {
    let mut steps = path.strip_prefix('/').unwrap_or_default().split('/');
    consists_of(path, "_./@-") && steps.all(|step| !["", ".", ".."].contains(&step))
}

fn is_variable(name: &str) -> bool {
    !name.starts_with(|letter: char| letter.is_ascii_digit()) && consists_of(name, "_")
}

fn paths(file: &SecretFile) -> Vec<Fault> {
    let wrong = [Some(&file.path), file.template.as_ref()].into_iter().flatten().filter(|path| !is_path(path));
    let mut faults: Vec<Fault> = wrong
        .map(|path| {
            let message = format!("`{}` is no absolute name of a file", path.escape_debug());
            fault(message, "write it as `/etc/restic/env`, with letters, digits and any of `_.@-`, and without `..`")
        })
        .collect();
    let name = file.name();
    if TAKEN.contains(&name.as_str()) || TAKEN_ENDS.iter().any(|end| name.ends_with(end)) {
        let message = format!("`{}` would be `{name}` in memory, where something else has that name", file.path);
        faults.push(fault(message, "put it into a folder, or give it another name"));
    }
    faults
}

fn variables(file: &SecretFile) -> Vec<Fault> {
    let names = file.plain.iter().map(|(name, _)| name).chain(file.variables.iter().map(|(name, _)| name));
    let wrong = names.filter(|name| !is_variable(name)).map(|name| {
        let message = format!("`{}` is no name of a variable", name.escape_debug());
        fault(message, "letters, digits and `_`, not beginning with a digit")
    });
    wrong.collect()
}

fn plain(file: &SecretFile) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, value) in &file.plain {
        if file.template.is_some() {
            let message = format!("`{}` is made from a template, which has no place for `{name}`", file.path);
            faults.push(fault(message, "write what is no secret into the template, in the image"));
        }
        if value.contains(['$', '`']) || value.contains(char::is_control) {
            let message = format!("the value of `{name}` has what a shell acts on");
            faults.push(fault(message, "take out `$`, backticks and line breaks"));
        }
    }
    faults
}

/// A credential's name is that of a file. Source: `LoadCredential=` in systemd.exec(5).
fn credential(credential: &Credential) -> Option<Fault> {
    let name = &credential.name;
    let is_name = consists_of(name, "_.-") && ![".", ".."].contains(&name.as_str());
    let message = || format!("`{}` is no name of a credential", name.escape_debug());
    (!is_name).then(|| fault(message(), "letters, digits and any of `_.-`"))
}

/// Source: *Description* in systemd.unit(5), but for the backslash, which shells act on.
fn units(secrets: &Secrets) -> Vec<Fault> {
    let of_files = secrets.files.iter().filter_map(|file| file.unit.as_ref());
    let units = of_files.chain(secrets.credentials.iter().map(|credential| &credential.unit));
    let wrong = units.filter(|unit| !consists_of(unit, ":_.@-")).map(|unit| {
        let message = format!("`{}` is no name of a service", unit.escape_debug());
        fault(message, "write it as `postgresql` or `postgresql@17-main`")
    });
    wrong.collect()
}

/// Two things in one place, where the second would replace the first.
fn twice(secrets: &Secrets) -> Vec<Fault> {
    let mut names = BTreeSet::new();
    let files = secrets.files.iter().filter(|file| !names.insert(file.name()));
    let files = files.map(|file| {
        let message = format!("`{}` is a second file named `{}`", file.path, file.name());
        fault(message, "in memory they share a folder")
    });
    let in_files = secrets.files.iter().filter_map(|file| Some((file.unit.as_deref()?, file.name())));
    let mut uses: BTreeSet<(&str, String)> = in_files.collect();
    let credentials = secrets.credentials.iter().filter(|given| !uses.insert((&given.unit, given.name.clone())));
    let credentials = credentials.map(|given| {
        let message = format!("the service `{}` is given `{}` twice", given.unit, given.name);
        fault(message, "give the second another name")
    });
    files.chain(credentials).collect()
}
