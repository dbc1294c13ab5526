//! `stackgen explain`.
use stackgen_schema::Facts;

use crate::Context;
use crate::error::CliError;
use crate::explain::{Answer, Question};

/// Explain a resource type or one of its properties
///
/// Shows what CloudFormation does with it: what a change replaces, which values it takes, what Ref and Fn::GetAtt return. The
/// last parts of a name will do, in any case. Needs no project and no network.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A type, such as AWS::EC2::Volume, or a property, such as AWS::EC2::Instance.BlockDeviceMappings.Ebs
    #[arg(value_name = "TYPE[.PROPERTY]")]
    name: String,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<(), CliError> {
    let facts = Facts::embedded();
    let question = Question::parse(facts, &args.name)?;
    let answer = Answer::to(facts, &question);
    if args.json {
        let json = serde_json::to_string_pretty(&answer).expect("an answer has text keys");
        return context.shell.data(&format!("{json}\n"));
    }
    context.shell.view(&answer.show(context.shell.width()))
}
