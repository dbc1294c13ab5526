//! What the machine image brings, over what this machine has.
/// Users, programs, units: what a boot script may count on.
#[derive(Clone, Debug, Default)]
pub struct Image {
    pub(crate) users: Vec<(String, u32)>,
    pub(crate) files: Vec<(String, u32, Vec<u8>)>,
    pub(crate) absent: Vec<String>,
}

impl Image {
    /// This machine's files, without its units of systemd and without programs that are played here.
    pub fn new() -> Self {
        let not_ours = ["/etc/systemd/system", "/usr/lib/systemd/system", "/usr/local/bin", "/usr/local/sbin"];
        not_ours.iter().fold(Image::default(), |image, path| image.without(path))
    }

    /// A user and a group of that name and number.
    #[must_use]
    pub fn user(mut self, name: &str, id: u32) -> Self {
        self.users.push((name.to_owned(), id));
        self
    }

    /// A file of root's, with its mode.
    #[must_use]
    pub fn file(mut self, path: &str, mode: u32, content: impl AsRef<[u8]>) -> Self {
        self.files.push((path.to_owned(), mode, content.as_ref().to_vec()));
        self
    }

    /// A program.
    #[must_use]
    pub fn program(self, path: &str, script: &str) -> Self {
        self.file(path, 0o755, script)
    }

    /// A service, by the text of its unit.
    #[must_use]
    pub fn service(self, name: &str, unit: &str) -> Self {
        self.file(&format!("/usr/lib/systemd/system/{name}.service"), 0o644, unit)
    }

    /// Takes a path of this machine away: a file is not there, a folder is empty.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.absent.push(path.to_owned());
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
