//! `cargo xtask boot-test`: the user-data of the production host, booted for real.
mod image;
mod vm;

/// Boot the production host's user-data under real systemd and cloud-init
#[derive(clap::Args)]
pub struct Args {
    /// In a virtual machine with NVMe disks, which takes minutes, instead of a container
    #[arg(long)]
    vm: bool,
}

/// Runs the command.
pub fn exec(args: &Args) -> anyhow::Result<()> {
    if args.vm {
        return vm::exec();
    }
    let image = image::ensure("container", &[])?;
    println!("{}", image.display());
    Ok(())
}
