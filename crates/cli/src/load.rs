//! Getting an assembly: the one that is named, or a fresh one from the project's app.
use std::path::Path;

use stackgen_assembly::Assembly;

use crate::commands::volume::VolumeError;
use crate::error::CliError;
use crate::local::Place;
use crate::pins::locks::Locks;
use crate::problems::AppProblems;
use crate::project::{Project, ProjectError};
use crate::{Context, app};

/// An assembly, and the project that it belongs to.
pub(crate) struct Loaded {
    pub(crate) assembly: Assembly,
    /// None if a ready assembly was named outside of any project.
    pub(crate) project: Option<Project>,
    /// What the app goes by.
    pub(crate) locks: Locks,
}

/// Reads or makes the assembly. If the app has problems, they are shown and the command is over.
pub(crate) fn assembly(context: &Context) -> Result<Loaded, CliError> {
    assembly_for(context, false)
}

/// The same, for the AWS on this machine or for another.
pub(crate) fn assembly_for(context: &Context, is_local: bool) -> Result<Loaded, CliError> {
    let loaded = described(context, is_local)?;
    AppProblems::check(context, &loaded)?;
    Ok(loaded)
}

/// Reads or makes the assembly, which may say what is wrong with the app.
pub(crate) fn described(context: &Context, is_local: bool) -> Result<Loaded, CliError> {
    let folder = context.globals.project.as_deref().unwrap_or(Path::new("."));
    let found = Project::find(folder);
    let local = if is_local { Some(Place::find(context)?.folder) } else { None };
    if let Some(assembly) = &context.globals.assembly {
        let project = match found {
            Err(ProjectError::Missing { .. }) => None,
            other => Some(other?),
        };
        let locks = Locks::read(project.as_ref().map_or(folder, |project| &project.root), local)?;
        return Ok(Loaded { assembly: Assembly::read(assembly)?, project, locks });
    }
    let project = found?;
    let locks = Locks::read(&project.root, local)?;
    Ok(Loaded { assembly: app::run(context, &project, locks.for_app().as_ref())?, project: Some(project), locks })
}

/// The app as it describes itself by locks that are not written yet.
pub(crate) fn again(context: &Context, loaded: Loaded) -> Result<Loaded, CliError> {
    let Some(project) = loaded.project.as_ref().filter(|_| context.globals.assembly.is_none()) else {
        return Err(VolumeError::NoApp.into());
    };
    let assembly = app::run(context, project, Some(&loaded.locks.seen()))?;
    Ok(Loaded { assembly, ..loaded })
}
