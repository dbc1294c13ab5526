//! `cargo xtask boot-test`: the user-data of the production host, booted for real. `docs/boot-test.md` says what is real.
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

mod boots;
mod enclosure;
mod endpoints;
mod host;
mod image;
mod machine;
mod metadata;
mod parameters;
mod programs;
mod root;
mod upgrade;
mod vm;
mod volume;

/// Boot the production host's user-data under real systemd and cloud-init
#[derive(clap::Args)]
pub struct Args {
    /// In a virtual machine with NVMe disks, which takes minutes, instead of a container
    #[arg(long)]
    vm: bool,
    /// Hand a host over to other images, with the local engine and machines of its own: in all ways, or in these
    #[arg(long, value_name = "WAYS", num_args = 0..=1, value_delimiter = ',', conflicts_with = "vm")]
    upgrade: Option<Vec<upgrade::Way>>,
    /// What the enclosed process is given; not for people
    #[arg(long, hide = true)]
    enclosed: Option<String>,
}

/// What was made before the enclosure, where there is a network.
#[derive(Serialize, Deserialize)]
struct Prepared {
    host: host::Host,
    image: PathBuf,
    moto: PathBuf,
    nspawn: PathBuf,
    nspawn_library: Option<PathBuf>,
}

/// Runs the command.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    if let Some(ways) = &args.upgrade {
        return upgrade::exec(ways, args.enclosed.as_deref());
    }
    if args.vm {
        return vm::exec(args.enclosed.as_deref());
    }
    if let Some(prepared) = &args.enclosed {
        return boots::exec(&serde_json::from_str(prepared)?);
    }
    enclosure::require_root()?;
    let (nspawn, nspawn_library) = programs::nspawn()?;
    let prepared = Prepared {
        host: host::Host::describe()?,
        image: image::ensure("container", &[])?,
        moto: programs::moto()?,
        nspawn,
        nspawn_library,
    };
    enclosure::enclose(&["boot-test", "--enclosed", &serde_json::to_string(&prepared)?])
}
