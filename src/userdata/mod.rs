//! Boot scripts as programs.
//!
//! A [`BootScript`] is a list of [`Section`]s. Each comes from a [`Template`], a handlebars file under `userdata/` that is
//! bound to a struct. The kit brings the sections that every host needs: [`network`], [`Secrets`], [`Services`]; others bring
//! their own. What a section needs to be allowed travels with it, so that grants follow from use.
//!
//! # Words
//!
//! Every script begins with a few functions, which all sections may use:
//!
//! - `say TEXT` writes a line to the log, with time and section;
//! - `fail TEXT` ends the boot with this reason;
//! - `wait_for TEXT COMMAND…` repeats a command until it succeeds, and fails with the text when the time is over;
//! - `call …` is the AWS command line in the region of the stack, with a time limit;
//! - `at_every_boot NAME DESCRIPTION UNIT_LINES SECONDS <<'END'` reads a program, runs it now, and makes it the unit
//!   `stackgen-NAME.service` that runs at every boot. The program says why it refuses in `/run/stackgen/NAME.refused`.
mod boot_script;
mod names;
mod pack;
mod quotes;
mod secrets;
mod section;
mod services;
mod tag;
mod template;
#[cfg(test)]
mod tests;

use serde::Serialize;
use stackgen_core::{Value, aws};

pub use boot_script::BootScript;
pub use secrets::{SecretFile, SecretRef, Secrets};
pub use section::Section;
pub use services::{Service, Services};
pub use template::Template;

/// Waits until AWS can be reached.
pub fn network() -> Section {
    #[derive(Serialize)]
    struct Network {
        region: Value<String>,
        suffix: Value<String>,
    }
    let template = Template::new("src/userdata/network.sh.hbs", include_str!("network.sh.hbs"));
    let values = Network { region: aws::region(), suffix: aws::url_suffix() };
    Section::new("network", "AWS cannot be reached", template, &values)
}
