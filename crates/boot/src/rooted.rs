//! Writing into a root from outside of it. The kernel looks every path up as a process in that root would: neither `..` nor a
//! symbolic link leads out of it (openat2(2), `RESOLVE_IN_ROOT`).
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, XattrFlags, fchmod, fsetxattr, mkdirat, mknodat, openat,
    openat2, statat, unlinkat,
};

pub(crate) struct Root(OwnedFd);

/// Where something is made: in which folder, and by what name.
struct Place {
    folder: OwnedFd,
    name: PathBuf,
}

impl Root {
    /// The root of a process, or a folder that only this program makes.
    pub(crate) fn at(folder: &Path) -> io::Result<Root> {
        Ok(Root(openat(CWD, folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
    }

    /// A file with this mode and content; its folders are made, as others make them.
    pub(crate) fn write(&self, path: impl AsRef<Path>, mode: u32, content: impl AsRef<[u8]>) -> io::Result<()> {
        let path = path.as_ref();
        for folder in ancestors(path) {
            self.make_folder(folder, Mode::from_raw_mode(0o755))?;
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC;
        let mut file = File::from(self.open(path, flags, Mode::from_raw_mode(0o600))?);
        file.write_all(content.as_ref())?;
        file.set_permissions(Permissions::from_mode(mode))
    }

    pub(crate) fn read(&self, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::from(self.open(path.as_ref(), OFlags::RDONLY, Mode::empty())?).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// What is there, itself and not what it points to.
    pub(crate) fn kind(&self, path: &Path) -> Option<FileType> {
        let place = self.place(path).ok()?;
        let facts = statat(&place.folder, &place.name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some(FileType::from_raw_mode(facts.st_mode))
    }

    /// A folder; whether it is new.
    pub(crate) fn make_folder(&self, path: &Path, mode: Mode) -> io::Result<bool> {
        if self.open(path, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).is_ok() {
            return Ok(false);
        }
        let place = self.place(path)?;
        mkdirat(&place.folder, &place.name, mode)?;
        fchmod(self.open(path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?, mode)?;
        Ok(true)
    }

    /// The folder hides what is below it, and a mark hides what is below the mark, in overlayfs' own terms (the kernel's
    /// documentation, *Overlay Filesystem*, whiteouts and opaque directories).
    pub(crate) fn hide_below(&self, folder: &Path) -> io::Result<()> {
        let folder = self.open(folder, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
        Ok(fsetxattr(folder, "trusted.overlay.opaque", b"y", XattrFlags::empty())?)
    }

    pub(crate) fn mark_absent(&self, path: &Path) -> io::Result<()> {
        let place = self.place(path)?;
        Ok(mknodat(&place.folder, &place.name, FileType::CharacterDevice, Mode::empty(), 0)?)
    }

    /// Takes a file or a link away, if there is one.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<()> {
        let place = self.place(path)?;
        match unlinkat(&place.folder, &place.name, AtFlags::empty()) {
            Err(error) if io::Error::from(error).kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn open(&self, path: &Path, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::CLOEXEC;
        let path = if path.file_name().is_none() && path.components().count() < 2 { Path::new(".") } else { path };
        Ok(openat2(&self.0, path, flags, mode, ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS)?)
    }

    fn place(&self, path: &Path) -> io::Result<Place> {
        let name = path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no name"))?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let folder = self.open(folder, OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?;
        Ok(Place { folder, name: PathBuf::from(name) })
    }
}

/// The folders of a path, from the top, without the top itself.
pub(crate) fn ancestors(path: &Path) -> Vec<&Path> {
    let mut folders: Vec<&Path> = path.ancestors().skip(1).filter(|folder| folder.file_name().is_some()).collect();
    folders.reverse();
    folders
}

/// Whether a path says by itself where it is: from the top, and straight.
pub(crate) fn is_plain(path: &str) -> bool {
    let straight = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
    path.starts_with('/')
        && !path.ends_with('/')
        && !path.contains(['\0', '\n'])
        && Path::new(path).components().all(straight)
        // `components` leaves `.` out.
        && !path.split('/').any(|part| part == ".")
}

/// The machine's own place of a path, where its folders are links such as `/bin`.
pub(crate) fn own_place(path: &Path, is_made: impl Fn(&Path) -> bool) -> PathBuf {
    let mut place = PathBuf::from("/");
    for part in path.components().skip(1) {
        place.push(part);
        let is_link = fs::symlink_metadata(&place).is_ok_and(|own| own.is_symlink());
        if is_link
            && !is_made(&place)
            && let Ok(own) = fs::canonicalize(&place)
        {
            place = own;
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_are_told() {
        for path in ["/a", "/a/b.c", "/a/..b"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["", "a", "/", "/a/", "/../a", "/a/../b", "/a/..", "/./a", "/a/.", "../a"] {
            assert!(!is_plain(path), "{path}");
        }
    }

    /// Even if nobody looked at the path before.
    #[test]
    fn nothing_is_written_outside() {
        let folder = std::env::temp_dir().join(format!("stackgen-rooted-{}", std::process::id()));
        let inside = folder.join("root");
        fs::create_dir_all(&inside).unwrap();
        symlink(&folder, inside.join("absolute")).unwrap();
        symlink("../..", inside.join("relative")).unwrap();
        symlink(folder.join("target"), inside.join("file")).unwrap();
        let root = Root::at(&inside).unwrap();
        for path in ["/../up", "/x/../../../up", "/relative/up", "/absolute/up", "/file"] {
            // Whether it is refused or lands inside is the same.
            let _ = root.write(path, 0o644, "x");
        }
        let mut outside: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        outside.sort();
        assert_eq!(outside, ["root"]);
        assert!(!folder.with_file_name("up").exists());
        assert_eq!(root.read("/up").unwrap(), b"x");
        fs::remove_dir_all(&folder).unwrap();
    }
}
