//! The scripts on true disks, with true mounts and processes; only systemd is played.
use stackgen_boot::{Boot, Disk, Host, Image, World, can_boot};

use super::{let_go, take};

const VOLUME: &str = "vol-0123456789abcdef0";
/// What systemd would make of `/etc/fstab`.
const FSTAB: &str = "LABEL=root / ext4 defaults 0 1\n/dev/nvme1n1 /data ext4 noatime,nofail 0 2\n";

struct Machine {
    boot: Boot,
    _host: Host,
    _disk: Disk,
}

impl Machine {
    /// A machine whose volume is mounted, with services: one uses the volume and has a socket and a part, one requires the mount, one
    /// has nothing to do with it.
    fn with(fstab: &str) -> Option<Machine> {
        if !can_boot() {
            return None;
        }
        let disk = Disk::blank(64).expect("a disk can be made");
        let prepared = disk.prepare("mkfs.ext4 -q $disk; mount $disk $at; echo '1 2 3' >$at/rows; mkdir $at/sub");
        prepared.expect("it can be formatted");
        let ids = [VOLUME.to_owned()];
        let image = Image::new()
            .program("/usr/bin/systemctl", include_str!("systemctl.sh"))
            .program("/let_go", &let_go(&ids))
            .program("/take", &take(&ids))
            .file("/etc/fstab", 0o644, fstab)
            .file("/units/app.service", 0o644, "tail -f /data/rows")
            .file("/units/app.service.show", 0o644, "TriggeredBy=app.socket\nConsistsOf=part.service\n")
            .file("/units/app.socket", 0o644, "")
            .file("/units/part.service", 0o644, "")
            .file("/units/needs.service", 0o644, "")
            .file("/units/idle.service", 0o644, "")
            .file("/units/default.target", 0o644, "")
            .file("/units/other.service", 0o644, "tail -f /etc/fstab")
            .file("/units/data.mount.show", 0o644, "RequiredBy=needs.service idle.service local-fs.target\n");
        let host = Host::new(&image).expect("a root can be made");
        let boot = host.boot(&World::new(), &[("nvme1n1", "vol0123456789abcdef0", &disk)]).expect("it boots");
        let machine = Machine { boot, _host: host, _disk: disk };
        machine.ask("mkdir -p /data /run/systemd/system; mount -o noatime /dev/nvme1n1 /data");
        machine.ask("systemctl start app.socket app.service part.service needs.service other.service");
        Some(machine)
    }

    #[track_caller]
    fn ask(&self, command: &str) -> String {
        self.boot.ask(command).unwrap_or_else(|| panic!("{command} fails"))
    }

    /// Runs a script as the agent does, and gives its status and what it wrote.
    fn run(&self, script: &str) -> (i32, String) {
        let told = self.ask(&format!("sh -c '{script}' 2>&1 </dev/null; echo $?"));
        let (text, status) = told.rsplit_once('\n').unwrap_or(("", &told));
        (status.parse().expect("it is a number"), text.to_owned())
    }

    /// The units that are up.
    fn up(&self) -> String {
        self.ask("cd /run/units; ls | tr '\\n' ' '")
    }

    fn rows(&self) -> String {
        self.ask("cat /data/rows 2>/dev/null || echo none")
    }

    #[track_caller]
    fn assert_as_before(&self, what: &str) {
        assert_eq!(self.up(), ALL, "{what}");
        assert_eq!(self.rows(), "1 2 3", "{what}");
        let left = self.ask("ls -A /run/systemd/system; ls /run/stackgen | grep -x let-go || true");
        assert_eq!(left, "", "{what}");
        assert!(self.ask("findmnt -no OPTIONS /data").contains("noatime"), "{what}");
    }
}

const ALL: &str = "app.service app.socket needs.service other.service part.service";

#[test]
fn a_volume_is_let_go_and_taken_again() {
    for fstab in [FSTAB, "LABEL=root / ext4 defaults 0 1\n"] {
        let Some(machine) = Machine::with(fstab) else { return };
        for time in ["once", "twice"] {
            assert_eq!(machine.run("/let_go"), (0, format!("let go of {VOLUME}")), "{time}");
            assert_eq!((machine.up(), machine.rows()), ("other.service".to_owned(), "none".to_owned()), "{time}");
            assert_eq!(machine.ask("grep -l nvme1n1 /proc/[0-9]*/mountinfo || true"), "");
            assert_eq!(machine.ask("stat -c %a /run/stackgen/let-go"), "600");
        }
        // Who comes by meanwhile does not write to the empty folder.
        for unit in ["needs.service", "app.socket", "data.mount"] {
            assert_ne!(machine.run(&format!("systemctl start {unit}")).0, 0, "{unit}");
        }
        for time in ["once", "twice"] {
            assert_eq!(machine.run("/take"), (0, format!("mounted {VOLUME}")), "{time}");
            machine.assert_as_before(time);
        }
    }
}

#[test]
fn a_process_of_nobody_stays_and_so_does_all_else() {
    let Some(machine) = Machine::with(FSTAB) else { return };
    for uses in ["cd /data/sub; exec sleep 600", "exec 7</data/rows; exec sleep 600"] {
        let pid = machine.ask(&format!("( {uses} ) </dev/null >/dev/null 2>&1 & echo $!"));
        let (status, told) = machine.run("/let_go");
        assert!(status == 1 && told.starts_with(&format!("process {pid} (")), "{told}");
        assert!(told.ends_with("uses the volume and belongs to no service; end it first"), "{told}");
        machine.assert_as_before(uses);
        machine.ask(&format!("kill {pid}; while [ -e /proc/{pid} ]; do sleep 0.05; done"));
    }
    assert_eq!(machine.run("/let_go").0, 0);
}

#[test]
fn what_could_not_be_started_again_is_not_ended() {
    let Some(machine) = Machine::with(FSTAB) else { return };
    for (state, word) in [("Transient=yes", "cannot be started again"), ("ActiveState=activating", "at work just now")]
    {
        machine.ask(&format!("echo {state} >/units/app.service.is"));
        let (status, told) = machine.run("/let_go");
        assert!(status == 1 && told.starts_with("app.service uses the volume and ") && told.contains(word), "{told}");
        machine.assert_as_before(state);
    }
}

#[test]
fn what_fails_in_the_middle_is_given_back() {
    let Some(machine) = Machine::with(FSTAB) else { return };
    machine.ask("touch /units/app.service.stuck");
    let (status, told) = machine.run("/let_go");
    assert!(status == 1 && told.contains("app.service") && told.ends_with("cannot be stopped"), "{told}");
    machine.assert_as_before("a service that does not stop");
    machine.ask("rm /units/app.service.stuck");
    // A container has the volume mounted for itself, without a file of it open.
    let apart = "unshare --mount --propagation private sleep 600 </dev/null >/dev/null 2>&1 & echo $!";
    let pid = machine.ask(apart);
    machine.ask(&format!(
        "until [ \"$(readlink /proc/{pid}/ns/mnt)\" != \"$(readlink /proc/self/ns/mnt)\" ]; do sleep 0.05; done"
    ));
    let (status, told) = machine.run("/let_go");
    assert!(status == 1 && told.starts_with(&format!("{VOLUME} is still mounted for process {pid} (")), "{told}");
    machine.assert_as_before("a mount elsewhere");
}

#[test]
fn mounts_of_all_kinds_are_known() {
    let Some(machine) = Machine::with(FSTAB) else { return };
    machine.ask("mkdir '/a b' /whole; mount --bind /data/sub '/a b'; mount /dev/nvme1n1 /whole");
    assert_eq!(machine.run("/let_go").0, 0);
    assert_eq!(machine.ask("grep -c nvme1n1 /proc/self/mountinfo || true"), "0");
    assert_eq!(machine.run("/take").0, 0);
    assert_eq!(machine.ask("grep -c nvme1n1 /proc/self/mountinfo"), "3");
    machine.ask("touch '/a b/x'; [ -e /data/sub/x ]");
    machine.ask("umount '/a b' /whole; mount -t tmpfs tmpfs /data/sub");
    let refused = (1, "/data/sub is mounted below /data".to_owned());
    assert_eq!(machine.run("/let_go"), refused);
    machine.ask("umount /data/sub");
    machine.assert_as_before("something else below");
}

#[test]
fn after_a_boot_the_volume_is_mounted_where_it_belongs() {
    let Some(machine) = Machine::with(FSTAB) else { return };
    assert_eq!(machine.run("/let_go").0, 0);
    machine.ask("rm -r /run/stackgen /run/systemd/system/*");
    assert_eq!(machine.run("/take"), (0, format!("mounted {VOLUME}")));
    assert_eq!((machine.rows(), machine.up()), ("1 2 3".to_owned(), "default.target other.service".to_owned()));
    machine.ask("umount /data; sed -i /nvme/d /etc/fstab");
    assert_eq!(machine.run("/take"), (1, format!("nothing says where {VOLUME} is mounted")));
    machine.ask("rm /dev/nvme1n1");
    assert_eq!(machine.run("SECONDS=359 /take"), (1, format!("{VOLUME} did not appear")));
    let (status, told) = machine.run("/let_go");
    assert!(status == 1 && told.contains("serial number"), "{told}");
}

#[test]
fn scripts_name_their_volumes_and_nothing_that_systems_manager_would_replace() {
    for script in [let_go, take] {
        let text = script(&["vol-0123".to_owned(), "vol-0456;reboot".to_owned()]);
        assert!(text.starts_with("#!/bin/bash\n") && text.contains("\nset -- vol-0123 vol-0456reboot\n"), "{text}");
        assert!(text.contains("disk_of()"), "{text}");
        // A command may be 64 KB long, and `{{` names a parameter of it (*Data elements and parameters*).
        assert!(text.len() < 60_000 && !text.contains("{{"));
    }
}
