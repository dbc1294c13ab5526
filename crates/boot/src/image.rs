//! What the machine image brings, over what this machine has.
use crate::rooted::is_plain;

/// Users, programs, units: what a boot script may count on.
#[derive(Clone, Debug, Default)]
pub struct Image {
    pub(crate) users: Vec<(String, u32)>,
    pub(crate) files: Vec<(String, u32, Vec<u8>)>,
    pub(crate) absent: Vec<String>,
    fault: Option<ImageFault>,
}

/// Something that an image cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} `{name}` of the image: {why}")]
pub struct ImageFault {
    /// `file`, `program`, `user`, `service`, or `path` of something that is taken away.
    pub what: &'static str,
    /// Its name or path.
    pub name: String,
    /// What it would have to be.
    pub why: &'static str,
}

/// What differs from machine to machine, so that two of them give the same result.
const NOT_OURS: [&str; 13] = [
    "/etc/systemd/system",
    "/usr/lib/systemd/system",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/srv",
    "/opt",
    "/home",
    "/root",
    "/mnt",
    "/media",
    "/data",
    "/var/tmp",
    "/var/log",
];
/// systemd's own limit for the name of a unit is 255 with its ending (systemd.unit(5)).
const LONGEST_SERVICE: usize = 200;
/// useradd(8): usernames may only be up to 32 characters long.
const LONGEST_USER: usize = 32;
/// All ones is nobody's number (credentials(7), `(uid_t) -1`).
const NO_ID: u32 = u32::MAX;

impl Image {
    /// This machine's programs and settings, without its units of systemd, without programs that are played here and without
    /// what people and services keep on it: of `/var/lib` there is only what dpkg knows.
    pub fn new() -> Self {
        NOT_OURS.iter().fold(Image::default(), |image, path| image.without(path))
    }

    /// Whether a machine can have all of it, and nothing would be written beside its root. [`crate::Host::new`] asks too.
    pub fn check(&self) -> Result<(), ImageFault> {
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// Keeps the first fault.
    fn must(&mut self, holds: bool, what: &'static str, name: &str, why: &'static str) {
        if !holds && self.fault.is_none() {
            self.fault = Some(ImageFault { what, name: name.to_owned(), why });
        }
    }

    /// A user and a group of that name and number.
    #[must_use]
    pub fn user(mut self, name: &str, id: u32) -> Self {
        let why = "a name begins with a small letter or `_`, goes on with small letters, digits, `_` and `-`, 32 in all at most";
        self.must(is_user(name), "user", name, why);
        self.must(id != NO_ID, "user", name, "this number is nobody's");
        self.users.push((name.to_owned(), id));
        self
    }

    /// A file of root's, with its mode.
    #[must_use]
    pub fn file(mut self, path: &str, mode: u32, content: impl AsRef<[u8]>) -> Self {
        self.must(is_plain(path), "file", path, PATH);
        self.files.push((path.to_owned(), mode, content.as_ref().to_vec()));
        self
    }

    /// A program.
    #[must_use]
    pub fn program(mut self, path: &str, script: &str) -> Self {
        self.must(is_plain(path), "program", path, PATH);
        self.must(script.starts_with("#!"), "program", path, "a script begins with `#!` and what runs it, `#!/bin/sh`");
        self.file(path, 0o755, script)
    }

    /// A service, by the text of its unit.
    #[must_use]
    pub fn service(mut self, name: &str, unit: &str) -> Self {
        let why = "a name has letters, digits, `:`, `_`, `.`, `@` and `-`, without `.service`";
        self.must(is_service(name), "service", name, why);
        self.file(&format!("/usr/lib/systemd/system/{name}.service"), 0o644, unit)
    }

    /// Takes a path of this machine away: a file is not there, a folder is empty.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.must(is_plain(path), "path", path, PATH);
        if !self.absent.iter().any(|absent| absent == path) {
            self.absent.push(path.to_owned());
        }
        self
    }

    /// `/etc/passwd` or `/etc/group` of this machine with the users in it.
    pub(crate) fn accounts(&self, own: &str, line: impl Fn(&str, u32) -> String) -> String {
        let is_ours = |line: &&str| {
            let name = line.split(':').next();
            let number = line.split(':').nth(2);
            self.users.iter().any(|(user, id)| name == Some(user) || number == Some(&id.to_string()))
        };
        let others = own.lines().filter(|line| !is_ours(line)).map(|line| format!("{line}\n"));
        let users = self.users.iter().map(|(user, id)| line(user, *id));
        others.chain(users).collect()
    }
}

const PATH: &str = "a path begins with `/` and has no `.` or `..` in it";

/// What Debian's adduser takes (adduser.conf(5), NAME_REGEX), without the `$` of Samba's machines.
fn is_user(name: &str) -> bool {
    let goes_on = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_-".contains(letter);
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(goes_on)
        && name.len() <= LONGEST_USER
}

/// What systemd takes (systemd.unit(5)), without the backslash of escapes.
fn is_service(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ":_.@-".contains(letter);
    !name.is_empty() && name.chars().all(fits) && name.len() <= LONGEST_SERVICE && !name.ends_with(".service")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(image: &Image) -> String {
        image.check().unwrap_err().to_string()
    }

    #[test]
    fn what_no_machine_could_have_is_refused() {
        let image = || Image::new();
        assert_eq!(image().user("_apt-2", 42).file("/a/b", 0o644, "").program("/c", "#!/bin/sh").check(), Ok(()));
        assert_eq!(image().service("getty@tty1", "").service("a:b_c.d-e", "").check(), Ok(()));
        for path in ["/../../tmp/x", "x", "/a/./b", "/"] {
            assert!(said(&image().file(path, 0o644, "")).contains(path), "{path}");
            assert!(said(&image().program(path, "#!/bin/sh")).contains("begins with `/`"), "{path}");
            assert!(said(&image().without(path)).contains(path), "{path}");
        }
        for name in ["../x", "a/b", "", "a b", "shop.service"] {
            assert!(said(&image().service(name, "")).starts_with("the service"), "{name}");
        }
        for name in ["Postgres", "1a", "", "a:b", "a\nb", "-a"] {
            assert!(said(&image().user(name, 1)).starts_with("the user"), "{name}");
        }
        assert!(said(&image().program("/a", "echo")).contains("`#!`"));
    }
}
