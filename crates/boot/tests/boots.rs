//! What a script meets in a host, and what is told of it.
#![expect(clippy::unwrap_used, reason = "this is a test")]
use std::time::Duration;

use stackgen_boot::user_data::{Part, parts};
use stackgen_boot::{Disk, Host, Image, Outcome, Start, StopAt, World, can_boot};

fn script(text: &str) -> Vec<Part> {
    vec![Part::Script(format!("#!/bin/bash\n{text}\n").into_bytes())]
}

fn ran(image: &Image, world: &World, text: &str) -> Outcome {
    let boot = Host::new(image).unwrap().boot(world, &[]).unwrap();
    boot.run(&script(text), &Start::default()).unwrap()
}

#[test]
fn files_come_before_scripts_and_scripts_in_turn() {
    if !can_boot() {
        return;
    }
    let message = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
        --b\nContent-Type: text/x-shellscript\n\n#!/bin/sh\n/opt/a/b; exit 3\n\
        --b\nContent-Type: text/x-shellscript\n\n#!/bin/sh\necho after it; exit 4\n\
        --b\nContent-Type: text/cloud-config\n\n#cloud-config\nwrite_files:\n\
        - {path: /opt/a/b, permissions: '0710', owner: 'mail:mail', content: \"#!/bin/sh\\nstat -c '%a %U' $0\\n\"}\n--b--\n";
    let boot = Host::new(&Image::new().without("/opt").user("mail", 908)).unwrap().boot(&World::new(), &[]).unwrap();
    let outcome = boot.run(&parts(message.as_bytes()).unwrap(), &Start::default()).unwrap();
    assert_eq!((outcome.status, outcome.log.as_str()), (Some(3), "710 mail\nafter it\n"));
}

#[test]
fn aws_answers_as_it_would() {
    if !can_boot() {
        return;
    }
    let world =
        World::new().parameter("/a/plain", "x").secure_parameter("/a/secret", "y").secret("b", "z").deaf_at_first(1);
    let get = "aws --region eu-west-1 --query Parameter.Value --output text ssm get-parameter --name";
    let signal = "aws --region r cloudformation signal-resource --stack-name s --logical-resource-id Ready --unique-id u --status";
    let outcome = ran(
        &Image::new(),
        &world,
        &format!(
            "exec 2>/dev/null\n{get} /a/plain; {get} /a/secret; {get} /a/secret --with-decryption; {get} /a/none; echo $?\n\
             aws --region r secretsmanager get-secret-value --secret-id b --query SecretString --output text\n\
             aws s3 ls; echo $?; aws ssm get-parameter --name /a/plain --query Parameter.Value --output text; echo $?\n\
             {signal} SUCCESS; echo $?; {signal} SUCCESS; echo $?"
        ),
    );
    assert_eq!(outcome.log, "x\nAQICAHgencrypted==\ny\n254\nz\n253\n253\n254\n0\n");
    assert_eq!(outcome.signals().len(), 1);
    assert_eq!(outcome.signals()[0].resource, "Ready");
}

#[test]
fn metadata_wants_a_token() {
    if !can_boot() {
        return;
    }
    let base = "http://169.254.169.254/latest";
    let outcome = ran(
        &Image::new(),
        &World::new(),
        &format!(
            "exec 2>/dev/null\ncurl -fsS {base}/meta-data/instance-id; echo $?\n\
             token=$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' {base}/api/token)\n\
             curl -fsS -H \"X-aws-ec2-metadata-token: $token\" {base}/meta-data/instance-id; echo\n\
             curl -s https://example.org/; echo $?"
        ),
    );
    assert_eq!(outcome.log, "22\ni-0123456789abcdef0\n6\n");
}

const AFTER_CLOUD_INIT: &str =
    "[Unit]\nAfter=cloud-final.service\n[Service]\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n";

#[test]
fn units_want_what_they_say() {
    if !can_boot() {
        return;
    }
    let image = Image::new()
        .service("late", AFTER_CLOUD_INIT)
        .service("broken", "[Service]\nExecStart=/usr/bin/false\n")
        .service("needy", "[Unit]\nRequires=broken.service\n[Service]\nExecStart=/usr/bin/true\n")
        .service("mounted", "[Unit]\nRequiresMountsFor=/nowhere\n[Service]\nExecStart=/usr/bin/true\n")
        .service("sure", "[Unit]\nAssertPathExists=/nowhere\n[Service]\nExecStart=/usr/bin/true\n")
        .service("set", "[Service]\nEnvironmentFile=/nowhere\nExecStart=/usr/bin/true\n")
        .service("good", "[Service]\nExecStart=-/usr/bin/false\n");
    let all = "for unit in late broken needy mounted sure set good none; do systemctl start $unit 2>/dev/null; echo $unit $?; done";
    let outcome = ran(
        &image,
        &World::new(),
        &format!("{all}\nsystemctl enable --now --no-block late; sleep 10; systemctl is-active late"),
    );
    let log = "late 1\nbroken 1\nneedy 1\nmounted 1\nsure 1\nset 1\ngood 0\nnone 5\nactive\n";
    assert_eq!(outcome.log, log);
    assert_eq!(
        (outcome.active, outcome.calls.iter().filter(|call| call.program == "blocked").count()),
        (vec!["good".to_owned(), "late".to_owned()], 1)
    );
}

/// Each way in which a script may betray a value, and where it is found.
#[test]
fn values_are_found_wherever_they_are() {
    if !can_boot() {
        return;
    }
    let ways = [
        ("echo $value", "the log"),
        ("/usr/bin/true --password=$value", "arguments of a program"),
        ("aws ssm get-parameter --name $value", "arguments of a program"),
        ("echo $value >/dev/kmsg", "the kernel's log"),
        ("umask 077; echo $value >/opt/file", "/opt/file"),
        ("echo $value >/run/file", "/run/file"),
        ("echo $value >/data/file", "a disk"),
        ("umask 077; echo $value >/run/file; chown mail /run/file", "/run/file"),
    ];
    let disk = Disk::blank(320).unwrap();
    disk.prepare("mkfs.xfs -q $disk").unwrap();
    let found = |way: &str| {
        let boot = Host::new(&Image::new()).unwrap().boot(&World::new(), &[("nvme1n1", "vol1", &disk)]).unwrap();
        // The script makes the value up, so that its own text does not have it.
        let text =
            format!("value=$(printf 'hidden%s' -77\\'41); mkdir -p /data; mount /dev/nvme1n1 /data; echo first; {way}");
        let outcome = boot.run(&script(&text), &Start::default()).unwrap();
        let leaks = boot.leaks(&outcome, &[&disk], &["not there", "hidden-77'41"]).unwrap();
        boot.ask("rm -f /data/file; sync -f /data; fstrim /data");
        assert!(leaks.iter().all(|leak| leak.value == 1), "{leaks:?}");
        assert!(leaks.iter().all(|leak| leak.place != "the log" || leak.line == Some(2)), "{leaks:?}");
        leaks.into_iter().map(|leak| leak.place).collect::<Vec<_>>()
    };
    assert_eq!(found("umask 077; echo $value >/run/file"), [] as [&str; 0]);
    for (way, place) in ways {
        assert!(found(way).iter().any(|found| found == place), "{way}");
    }
}

#[test]
fn a_kill_comes_without_warning_and_a_boot_begins_anew() {
    if !can_boot() {
        return;
    }
    let host = Host::new(&Image::new().without("/opt")).unwrap();
    let text = "trap 'echo trapped >/opt/trapped' EXIT TERM\ntouch /run/here /opt/here; echo go; sleep 1200; echo on";
    for (stop, memory) in [(StopAt::Processes, "/run/here\n/opt/here\n"), (StopAt::Machine, "/opt/here\n")] {
        let start = Start { stop_at: Some(("go".to_owned(), stop)), ..Start::default() };
        let boot = host.boot(&World::new(), &[]).unwrap();
        let outcome = boot.run(&script(text), &start).unwrap();
        assert_eq!((outcome.status, outcome.log.contains("on")), (None, false));
        let boot = if stop == StopAt::Machine { host.boot(&World::new(), &[]).unwrap() } else { boot };
        let look = boot.run(&script("ls -d /run/here /opt/* 2>/dev/null | sort -r"), &Start::default()).unwrap();
        assert_eq!(look.log, memory);
    }
}

/// The script's own clock may have run before, and sleeps are short; the script is what it is.
#[test]
fn patience_can_be_short() {
    if !can_boot() {
        return;
    }
    let boot = Host::new(&Image::new()).unwrap().boot(&World::new(), &[]).unwrap();
    let text = "until [ $SECONDS -ge 600 ]; do sleep 2; done; echo enough";
    let start = Start { seconds: 599, limit: Duration::from_secs(10), ..Start::default() };
    assert_eq!(boot.run(&script(text), &start).unwrap().log, "enough\n");
    let start = Start { limit: Duration::from_secs(1), ..Start::default() };
    let hung = boot.run(&script("echo waits; read -r _ < <(exec cat /dev/zero)"), &start).unwrap();
    assert_eq!((hung.is_late, hung.status, hung.log.as_str()), (true, None, "waits\n"));
}

/// Links of the root and of the script lead nowhere outside.
#[test]
fn nothing_is_written_beside_the_root() {
    if !can_boot() {
        return;
    }
    let outside = std::env::temp_dir().join(format!("stackgen-outside-{}", std::process::id()));
    std::fs::create_dir(&outside).unwrap();
    let boot = Host::new(&Image::new()).unwrap().boot(&World::new(), &[]).unwrap();
    let link = format!("mkdir -p {}; ln -s {} /opt/link; echo linked", outside.display(), outside.display());
    assert_eq!(boot.run(&script(&link), &Start::default()).unwrap().log, "linked\n");
    let write = |path: &str| format!("#cloud-config\nwrite_files: [{{path: {path}, content: x}}]\n");
    for path in ["/opt/link/a", &format!("/../../../../../..{}/b", outside.display())] {
        boot.run(&parts(write(path).as_bytes()).unwrap(), &Start::default()).unwrap();
    }
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    assert_eq!(boot.ask(&format!("ls {}", outside.display())).as_deref(), Some("a\nb"));
    std::fs::remove_dir(&outside).unwrap();
    assert!(Host::new(&Image::new().file("/../../x", 0o644, "")).is_err());
}

/// What people and services keep on this machine is not there, so that two machines agree.
#[test]
fn a_root_has_nothing_of_this_machines_own() {
    if !can_boot() {
        return;
    }
    let image = Image::new().file("/var/lib/shop/a", 0o644, "").program("/bin/shop-tool", "#!/bin/sh\necho works\n");
    let outcome = ran(
        &image,
        &World::new(),
        "ls -A /srv /opt/ /home /root /mnt /media /var/lib; ls -A /data; ls /var/lib/shop /var/lib/dpkg/status; shop-tool",
    );
    let log = "/home:\n\n/media:\n\n/mnt:\n\n/opt/:\n\n/root:\n\n/srv:\n\n/var/lib:\ncloud\ndpkg\nshop\n\
               ls: cannot access '/data': No such file or directory\n/var/lib/dpkg/status\n\n/var/lib/shop:\na\nworks\n";
    assert_eq!(outcome.log, log);
}
