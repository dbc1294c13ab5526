//! `stackgen import`.
use std::collections::BTreeMap;
use std::process::ExitCode;

use stackgen_assembly::StackEntry;
use stackgen_deploy::plan::{self, Selection};
use stackgen_schema::Facts;

use crate::deploy::DeployError;
use crate::deploy::carry::{Carrier, Telling};
use crate::deploy::consent::Given;
use crate::deploy::way::Way;
use crate::deploy::wishes::{Wanted, setting};
use crate::error::CliError;
use crate::{Context, load, select};

/// Take resources that are there already into a stack
///
/// The app must describe them, each with a deletion policy, and nothing else may change at the same time. CloudFormation does
/// not check whether they are what the template says: `stackgen drift` does, afterwards.
///
/// What is taken in does not stay untouched: CloudFormation then puts the tags of the stack on it, and if it may not, all goes
/// back to what it was.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack
    #[arg(value_name = "STACK")]
    stack: String,
    /// Which resource is what: `DataVolume=vol-0abc`, and `ID.PROPERTY=VALUE` where one value does not tell it
    #[arg(value_name = "ID=VALUE", required = true)]
    resources: Vec<String>,
    #[command(flatten)]
    telling: Telling,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    way: Way,
}

pub(crate) fn exec(context: &Context, args: &Args) -> Result<ExitCode, CliError> {
    let loaded = load::assembly_for(context, args.way.is_local())?;
    let entry = select::stack(&loaded.assembly, &args.stack)?;
    let mut wishes = args.wanted.wishes()?;
    wishes.imports.insert(entry.name.clone(), imports(entry, &args.resources)?);
    let names = vec![entry.name.clone()];
    let account = args.way.to_stacks(context, &loaded.assembly, &names)?;
    account.prepare_records(&args.way)?;
    let selection = Selection { stacks: names, only: true };
    let plan =
        account.plan(plan::make(&account.connection, &account.records, &loaded.assembly, &selection, &wishes))?;
    let carrier = Carrier::new(&account, args.telling, &args.given);
    carrier.deploy(&plan)
}

/// What identifies each resource.
fn imports(stack: &StackEntry, given: &[String]) -> Result<BTreeMap<String, BTreeMap<String, String>>, DeployError> {
    let mut imports: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for given in given {
        let (name, value) = setting(given).map_err(|_| DeployError::BadImport { given: given.clone() })?;
        let (id, property) = name.split_once('.').map_or((name, None), |(id, property)| (id, Some(property)));
        let parts = identifier(stack, id)?;
        let property = match (property, parts.as_slice()) {
            (Some(property), parts) if parts.is_empty() || parts.iter().any(|part| part == property) => {
                property.to_owned()
            }
            (None, [part]) => part.clone(),
            _ => {
                let type_name = type_of(stack, id)?.to_owned();
                return Err(DeployError::Identifier { id: id.to_owned(), type_name, parts });
            }
        };
        imports.entry(id.to_owned()).or_default().insert(property, value.to_owned());
    }
    Ok(imports)
}

/// The properties that together tell one resource of a type from the others.
fn identifier(stack: &StackEntry, id: &str) -> Result<Vec<String>, DeployError> {
    let facts = Facts::embedded().resource(type_of(stack, id)?);
    Ok(facts.map(|facts| facts.primary_identifier.clone()).unwrap_or_default())
}

fn type_of<'a>(stack: &'a StackEntry, id: &str) -> Result<&'a str, DeployError> {
    let found = stack.resources.iter().find(|resource| resource.id == id);
    found.map(|resource| resource.type_name.as_str()).ok_or_else(|| DeployError::NoResource {
        stack: stack.name.clone(),
        id: id.to_owned(),
        known: stack.resources.iter().map(|resource| resource.id.clone()).collect(),
    })
}
