//! Getting an assembly: the one that is named, or a fresh one from the project's app.
use std::path::Path;

use stackgen_assembly::Assembly;

use crate::error::CliError;
use crate::problems::AppProblems;
use crate::project::{Project, ProjectError};
use crate::{Context, app};

/// An assembly without problems, and the project that it belongs to.
pub(crate) struct Loaded {
    pub(crate) assembly: Assembly,
    /// None if a ready assembly was named outside of any project.
    pub(crate) project: Option<Project>,
}

/// Reads or makes the assembly. If the app has problems, they are shown and the command is over.
pub(crate) fn assembly(context: &Context) -> Result<Loaded, CliError> {
    let folder = context.globals.project.as_deref().unwrap_or(Path::new("."));
    let found = Project::find(folder);
    let loaded = match &context.globals.assembly {
        Some(assembly) => {
            let project = match found {
                Err(ProjectError::Missing { .. }) => None,
                other => Some(other?),
            };
            Loaded { assembly: Assembly::read(assembly)?, project }
        }
        None => {
            let project = found?;
            Loaded { assembly: app::run(context, &project)?, project: Some(project) }
        }
    };
    AppProblems::check(context, &loaded)?;
    Ok(loaded)
}
