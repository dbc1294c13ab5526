//! Writing files into a folder that may hold other things.
//!
//! Everything is written beside its place first, so that nothing is half-written on a full disk, and then moved there.
//! Files that stackgen does not write are not touched. What is there already is respected: a link stays a link, a file
//! keeps its mode, and a pipe or a device is written into.
use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

/// What a new file may be used for, before the umask.
const NEW_FILE: u32 = 0o666;
/// No chain of links is longer; one that is has no end.
const MOST_LINKS: usize = 40;

/// A file or folder that could not be written.
#[derive(Debug, Error)]
#[error("cannot write `{}`", path.display())]
pub(crate) struct OutputError {
    path: PathBuf,
    source: io::Error,
}

/// Writes files, by name.
pub(crate) fn write(folder: &Path, files: &[(String, String)]) -> Result<(), OutputError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| OutputError { path, source }
    };
    if let Some(file) = folder.ancestors().find(|above| above.exists()).filter(|above| !above.is_dir()) {
        return Err(at(file)(io::Error::new(io::ErrorKind::NotADirectory, "it is a file, not a folder")));
    }
    fs::create_dir_all(folder).map_err(at(folder))?;
    let places = files.iter().map(|(name, text)| {
        let path = folder.join(name);
        let place = Place::of(&path).map_err(at(&path))?;
        let staged = place.stage(text).map_err(at(&path))?;
        Ok((path, text, place, staged))
    });
    let places: Vec<_> = places.collect::<Result<_, OutputError>>()?;
    for (path, text, place, staged) in places {
        match staged {
            Some(fresh) => fresh.persist(place.path).map(drop).map_err(|error| at(&path)(error.error))?,
            None => fs::write(place.path, text).map_err(at(&path))?,
        }
    }
    Ok(())
}

/// Where the text of a file goes.
struct Place {
    path: PathBuf,
    kind: PlaceKind,
}

enum PlaceKind {
    New,
    File(Permissions),
    /// A pipe or a device: nothing can take its place.
    Special,
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let (path, kind) = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if found.is_file() => (path.canonicalize()?, PlaceKind::File(found.permissions())),
            Ok(_) => (path.to_owned(), PlaceKind::Special),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (end_of_links(path), PlaceKind::New),
            Err(error) => return Err(error),
        };
        Ok(Place { path, kind })
    }

    /// The text in a file beside its place, or nothing if it has to be written right there.
    fn stage(&self, text: &str) -> io::Result<Option<NamedTempFile>> {
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".stackgen-").permissions(Permissions::from_mode(NEW_FILE));
        let mut fresh = match &self.kind {
            PlaceKind::Special => return Ok(None),
            PlaceKind::New => builder.tempfile_in(folder)?,
            PlaceKind::File(permissions) => {
                let fresh = builder.permissions(Permissions::from_mode(0o600)).tempfile_in(folder)?;
                fresh.as_file().set_permissions(permissions.clone())?;
                fresh
            }
        };
        fresh.write_all(text.as_bytes())?;
        Ok(Some(fresh))
    }
}

/// Where a link that leads nowhere yet leads.
fn end_of_links(path: &Path) -> PathBuf {
    let mut end = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(link) = fs::read_link(&end) else { break };
        end = end.parent().unwrap_or(Path::new("/")).join(link);
    }
    end
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    use std::process::Command;

    use super::*;

    fn write_one(folder: &Path, name: &str) -> String {
        write(folder, &[(name.to_owned(), "new".to_owned())]).unwrap();
        fs::read_to_string(folder.join(name)).unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn links_stay_and_what_they_lead_to_is_written() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("out");
        fs::create_dir(&folder).unwrap();
        fs::write(home.path().join("real"), "old").unwrap();
        for target in ["real", "not-yet"] {
            symlink(Path::new("..").join(target), folder.join("link")).unwrap();
            assert_eq!(write_one(&folder, "link"), "new");
            assert!(folder.join("link").is_symlink());
            assert_eq!(fs::read_to_string(home.path().join(target)).unwrap(), "new");
            fs::remove_file(folder.join("link")).unwrap();
        }
    }

    #[test]
    fn a_file_keeps_its_mode_and_a_new_one_gets_the_usual_one() {
        let home = tempfile::tempdir().unwrap();
        for name in ["old", "usual"] {
            fs::write(home.path().join(name), "old").unwrap();
        }
        for wanted in [0o600, 0o755, 0o664] {
            fs::set_permissions(home.path().join("old"), Permissions::from_mode(wanted)).unwrap();
            assert_eq!(write_one(home.path(), "old"), "new");
            assert_eq!(mode(&home.path().join("old")), wanted);
        }
        write_one(home.path(), "fresh");
        assert_eq!(mode(&home.path().join("fresh")), mode(&home.path().join("usual")));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_pipe_is_written_into() {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe).unwrap()
        });
        write(home.path(), &[("pipe".to_owned(), "new".to_owned())]).unwrap();
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
        assert_eq!(reader.join().unwrap(), "new");
        write(Path::new("/dev"), &[("null".to_owned(), "new".to_owned())]).unwrap();
        assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
