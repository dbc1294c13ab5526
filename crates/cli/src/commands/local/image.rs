//! `stackgen local image`: images to try an upgrade with.
use stackgen_assembly::{ImageEntry, ImageWish};
use stackgen_deploy::image::{self, Publication};

use crate::Context;
use crate::deploy::way::{Account, Way};
use crate::error::CliError;
use crate::load;
use crate::local::REGION;
use crate::pins::PinError;
use crate::project::{Project, ProjectError};

/// Publish images on this machine
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Publish(Publish),
}

/// Publish a newer image, as whoever builds the images of a host does
///
/// Copies Ubuntu's newest under a new name and writes its id to the SSM parameter where the app's stack looks for it. After
/// that, `stackgen status --local` says that a newer image is published, and `stackgen ami bump STACK --local` pins it.
#[derive(Debug, clap::Args)]
struct Publish {
    /// The stack that the image is for; needs not be said if one stack wants an image
    #[arg(value_name = "STACK")]
    stack: Option<String>,
    /// Its name; without it, that of the parameter and the time
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Its architecture, such as arm64; without it, that of the stack
    #[arg(long, value_name = "NAME")]
    architecture: Option<String>,
    /// Write its id to this SSM parameter; without it, to that of the stack
    #[arg(long, value_name = "NAME")]
    parameter: Option<String>,
    /// Publish in this region; without it, in that of the stack
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// How large its root is at least, in GiB; without it, as large as that of the stack's host
    #[arg(long, value_name = "GIB")]
    root_gib: Option<u32>,
    /// Copy this image instead of Ubuntu's newest
    #[arg(long, value_name = "AMI")]
    from: Option<String>,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let Command::Publish(args) = &args.command;
    let wanted = wanted(context, args)?;
    let region = args.region.clone().or_else(|| wanted.as_ref()?.region.clone());
    let account = Way::to_this_machine().open(context, Some(region.unwrap_or_else(|| REGION.to_owned())))?;
    let publication = publication(&account, args, wanted.as_ref())?;
    let pin = account.ask(image::publish(&account.connection, &publication))?;
    let (id, region) = (&pin.id, &pin.region);
    context.shell.status("Published", &format!("{id} ({}) for {} in {region}", pin.name, pin.architecture));
    if let Some(parameter) = &publication.parameter {
        context.shell.status("Wrote", &format!("{} to {}", id, parameter));
    }
    context.shell.data(&format!("{id}\n"))
}

/// The image that the app wants, unless the arguments say everything or there is no app.
fn wanted(context: &Context, args: &Publish) -> Result<Option<ImageEntry>, CliError> {
    if args.stack.is_none() && args.name.is_some() && args.architecture.is_some() {
        return Ok(None);
    }
    let folder = context.globals.project.as_deref().unwrap_or(std::path::Path::new("."));
    if let (None, Err(ProjectError::Missing { .. })) = (&context.globals.assembly, Project::find(folder)) {
        return Err(PinError::NothingToPublish.into());
    }
    let loaded = load::described(context, true)?;
    let images = loaded.assembly.manifest.images.iter();
    let is_meant = |image: &&ImageEntry| args.stack.as_ref().is_none_or(|stack| *stack == image.stack);
    let meant: Vec<&ImageEntry> = images.filter(is_meant).collect();
    match (meant.as_slice(), &args.stack) {
        ([one], _) => Ok(Some((*one).clone())),
        ([], Some(stack)) => Err(PinError::NoImages(stack.clone()).into()),
        _ => Err(PinError::NothingToPublish.into()),
    }
}

fn publication(account: &Account<'_>, args: &Publish, wanted: Option<&ImageEntry>) -> Result<Publication, PinError> {
    let stamp: String = account.now.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
    let (parameter, name) = match wanted.map(|wanted| &wanted.wish) {
        Some(ImageWish::Parameter { parameter }) => {
            let folder = parameter.trim_matches('/').rsplit_once('/').map_or(&**parameter, |(folder, _)| folder);
            (Some(parameter.clone()), Some(format!("{}-{stamp}", folder.trim_matches('/').replace('/', "-"))))
        }
        Some(ImageWish::Newest { name, owner }) if owner == "self" => (None, Some(name.replace(['*', '?'], &stamp))),
        Some(ImageWish::Newest { owner, .. }) => return Err(PinError::OthersImage { owner: owner.clone() }),
        None => (None, None),
    };
    let architecture = args.architecture.clone().or_else(|| Some(wanted?.architecture.clone()));
    match (args.name.clone().or(name), architecture) {
        (Some(name), Some(architecture)) => Ok(Publication {
            name,
            architecture,
            from: args.from.clone(),
            root_gib: args.root_gib.or_else(|| Some(wanted?.root_gib)),
            parameter: args.parameter.clone().or(parameter),
        }),
        _ => Err(PinError::NothingToPublish),
    }
}
