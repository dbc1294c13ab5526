//! `stackgen local`: an AWS on this machine.
mod image;
mod reset;
mod serve;
mod start;
mod status;
mod stop;
mod volume;

use crate::Context;
use crate::error::CliError;

/// Run an AWS on this machine, to try stacks on
///
/// A CloudFormation with what of EC2, IAM, SSM, S3, STS and CloudWatch Logs a deploy needs, on a port that only this machine
/// reaches. It speaks as AWS does, so that the AWS CLI, SDKs and CDK can use it too. Nothing in it costs anything or exists
/// anywhere else. Signatures and permissions are not checked.
///
/// What it has is kept in .stackgen/local of the project, or of this folder where there is no project. docs/local.md says what
/// it does otherwise than AWS.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Start(start::Args),
    Stop(stop::Args),
    Status(status::Args),
    Reset(reset::Args),
    Image(image::Args),
    Volume(volume::Args),
    #[command(hide = true)]
    Serve(serve::Args),
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    match &args.command {
        Command::Start(args) => start::exec(context, args),
        Command::Stop(args) => stop::exec(context, args),
        Command::Status(args) => status::exec(context, args),
        Command::Reset(args) => reset::exec(context, args),
        Command::Image(args) => image::exec(context, args),
        Command::Volume(args) => volume::exec(context, args),
        Command::Serve(args) => serve::exec(context, args),
    }
}
