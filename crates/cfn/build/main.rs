//! Writes the builders for the enabled services into `OUT_DIR`.
//!
//! `features` says which services are enabled, `plan` turns facts into names, `write` turns those into Rust. The facts are
//! compiled into this program, so a new fact file rebuilds and reruns it by itself.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use stackgen_schema::{Facts, names};

mod docs;
mod features;
mod generics;
mod model;
mod plan;
mod share;
mod types;
mod write;

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "this is how cargo and a build script talk")]
fn main() -> io::Result<()> {
    // The only input that the compiler does not know of; features rerun this program by themselves.
    println!("cargo::rerun-if-changed=build");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts"));
    generate(Facts::embedded(), &|feature| env::var_os(variable(feature)).is_some(), &out)
}

/// The variable in which cargo says that a feature is on.
fn variable(feature: &str) -> String {
    format!("CARGO_FEATURE_{}", feature.to_uppercase().replace('-', "_"))
}

/// Writes a file for each enabled service, the list of them, and the markers that they share.
pub fn generate(facts: &Facts, enabled: &dyn Fn(&str) -> bool, out: &Path) -> io::Result<()> {
    let mut types: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in facts.type_names() {
        types.entry(features::module(name)).or_default().push(name);
    }
    let features = features::features(facts.type_names());
    let modules = features.iter().filter(|(feature, _)| enabled(feature)).flat_map(|(_, modules)| modules);
    let services: Vec<model::Service> = modules.map(|module| plan::service(facts, module, &types[module])).collect();
    for service in &services {
        fs::write(out.join(format!("{}.rs", service.module)), write::service(service))?;
    }
    fs::write(out.join("missing.rs"), write::markers(services.iter()))?;
    fs::write(out.join("services.rs"), write::root(&services))
}
