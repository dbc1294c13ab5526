//! Each rule on ways to write its mistake, and on what looks like it and is none.

use stackgen_shell::{RULES, check};

/// The rule, scripts that make its mistake, and scripts that do not. Scripts without a first line are strict.
type Variants = (&'static str, &'static [&'static str], &'static [&'static str]);

const FETCH: &str = "aws ssm get-parameter --name /a --with-decryption --query Parameter.Value --output text";

#[rustfmt::skip]
const VARIANTS: &[Variants] = &[
    ("strict-mode",
     &["#!/bin/bash\nset -e\nmkdir a\nmkdir b\n", "#!/bin/bash -eu\nmkdir a\nmkdir b\n", "#!/bin/sh\nset -u\nmkdir a\nmkdir b\n",
       "#!/bin/bash\nf() { set -euo pipefail; }\nmkdir a\nmkdir b\n", "#!/bin/bash\necho 'set -euo pipefail'\n# set -euo pipefail\nmkdir b\n"],
     &["#!/bin/bash\nset -e -u -o pipefail\nmkdir a\nmkdir b\n", "#!/bin/bash -eu\nset -o pipefail\nmkdir a\nmkdir b\n",
       "#!/usr/bin/env bash\nset -o errexit\nset -o nounset\nset -o pipefail\nmkdir a\n", "#!/bin/sh -eu\nmkdir a\nmkdir b\n",
       "#!/bin/bash -euo pipefail\nmkdir a\nmkdir b\n", "#!/bin/sh\nexec /usr/bin/app \"$@\"\n", "#!/usr/bin/python3\nimport os\n",
       "#cloud-config\npackages: [nginx]\n", "#!/bin/bash\nset -Eeuo pipefail\nmkdir a\nmkdir b\n"]),
    ("masked-exit-status",
     &["export NOW=$(date +%F) HERE=$(pwd)\n", "export A=`blkid /x`\n", "f() { local a=\"x$(find_disk)\"; }\n", "readonly -r A=$(cat /f)\n", "declare -x A=$(\n  cat /f\n)\n"],
     &["A=$(cat /f)\nexport A\n", "export A='$(cat /f)'\n", "f() { local now=$(date +%F) here=$(pwd); }\n", "local_a=$(cat /f)\n", "# export A=$(cat /f)\n",
       "cat <<'EOF'\nexport A=$(cat /f)\nEOF\n"]),
    ("ignored-failure",
     &["umount /x || :\n", "umount /x || true # why\n", "rm /a; true\n", "set +e\n", "{ cp a b; cp c d; } || true\n", "x=$(cat /f || true)\n",
       "mount /data || true # it may be there already\n", "# ok\numount /x || /bin/true\n",
       "# stackgen allow=S2003\numount /x || true\n", "# stackgen allow=S2003: it is too far away\n\numount /x || true\n",
       "# stackgen allow=S2004: of another rule\numount /x || true\n"],
     &["umount /x || true # it is not mounted on the first boot\n", "# Not mounted on the\n# first boot of all.\numount /x || true\n",
       "p=$(command -v psql || true)\n", "n=$(ps | grep -c app || true)\n", "while true; do break; done\n", "echo '|| true'\n",
       "set +e # the next command tells three things by its status\n", "true\n: \"${A:=b}\"\n", "if true; then echo a; fi\n",
       "# stackgen allow=S2003: gone is fine\numount /x || true\n", "umount /x || true # stackgen allow=ignored-failure: gone is fine\n"]),
    ("device-name",
     &["mount /dev/sdf1 /x\n", "dev=/dev/xvdf\n", "dd if=\"/dev/nvme1n1\" of=/x\n", "parted '/dev/nvme0n1p1' print\n", "cat <<X >>/etc/fstab\n/dev/xvdh /x xfs defaults 0 0\nX\n",
       "cat </dev/sdb\n", "for d in /dev/xvdf /dev/nvme1n1; do echo \"$d\"; done\n"],
     &["ls /dev/nvme*n1\n", "mount /dev/disk/by-id/nvme-x /x\n", "echo x >/dev/null 2>/dev/stderr </dev/zero\n", "# mount /dev/sdf /x\n", "echo 'no /dev/sdf here'\n",
       "aws ec2 attach-volume --device /dev/sdf --volume-id v --instance-id i\n", "ls /dev/nvme[0-9]n1 /dev/sd? /dev/shm/x /dev/vda-backup /dev/mapper/sdf\n",
       "cat <<'X'\nmount /dev/sdf /x\nX\n", "fail \"there is no /dev/nvme1n1 on this machine\"\n"]),
    ("unguarded-mkfs",
     &["mkfs -t ext4 \"$d\"\n", "blkid \"$d\" || exit 1\nmkfs.xfs /dev/disk/by-id/x\n", "sudo mkfs.ext4 \"${d}\"\nblkid \"$d\"\n", "[ -b \"$d\" ] && mkfs.xfs \"$d\"\n", "f() { mkfs.xfs \"$1\"; }\nf \"$d\"\n",
       "if [ -e \"$d\" ]; then mke2fs \"$d\"; fi\n", "case \"$kind\" in new) mkfs.xfs \"$d\"; blkid \"$d\" ;; esac\n"],
     &["dd if=\"$d\" of=/x\nt=$(blkid -o value \"$d\")\ncase \"$t\" in '') mkfs.xfs \"$d\" ;; esac\n", "file -s \"$d\" | grep -q ': data$' && mkfs.xfs \"$d\"\n",
       "blank() { [ -z \"$(wipefs -n \"$1\")\" ]; }\nblank \"$d\" || exit 1\nmkfs.xfs \"$d\"\n", "mkfs.ext4 -q disk.img\n", "echo mkfs.xfs \"$d\"\n",
       "f() { mkfs.xfs \"$1\"; }\nif ! lsblk -no FSTYPE \"$d\" | grep -q .; then f \"$d\"; fi\n", "wipefs -n \"$d\" | grep -q . || { say new; mkfs.xfs \"$d\"; }\n"]),
    ("blkid-failure-formats",
     &["if ! blkid \"$d\"; then mkfs.xfs \"$d\"; fi\n", "blkid \"$d\" | grep -q xfs || mkfs.xfs \"$d\"\n", "[ -z \"$(blkid \"$d\")\" ] && mkfs.xfs \"$d\"\n",
       "if blkid \"$d\"; then :; else mkfs.xfs \"$d\"; fi\n", "! blkid \"$d\" && mkfs.ext4 \"$d\"\n", "blkid \"$d\" >/dev/null 2>&1 || { mkfs.xfs \"$d\"; }\n"],
     &["dd if=\"$d\" of=/x count=1\nblkid -p \"$d\" || mkfs.xfs \"$d\"\n", "[ -b \"$d\" ]\nif [ -z \"$(blkid \"$d\")\" ]; then mkfs.xfs \"$d\"; fi\n",
       "file -s \"$d\" | grep -q ': data$' && mkfs.xfs \"$d\"\n", "blkid \"$d\" || exit 1\n"]),
    ("forced-mkfs",
     &["blockdev --getsz \"$d\"\nblkid \"$d\" | grep . || mkfs.ext4 -qF \"$d\"\n", "wipefs \"$d\" || mkfs -t xfs -f \"$d\"\n", "wipefs \"$d\" && mkfs.btrfs --force \"$d\"\n"],
     &["wipefs \"$d\" && mkfs.vfat -F 32 \"$d\"\n", "wipefs \"$d\" && mkfs.ext4 -f 4096 \"$d\"\n", "wipefs \"$d\" && mkfs.xfs -L f \"$d\"\n", "mkfs.ext4 -F /tmp/disk.img\n"]),
    ("disk-not-awaited",
     &["mount /dev/nvme1n1 /x\n", "d=/dev/xvdf\nmount \"$d\" /x\n", "mkfs.ext4 -q '/dev/sdg'\n"],
     &["mount /dev/xvda1 /x\n", "until [ -b /dev/sdf ]; do [ \"$SECONDS\" -lt 9 ] || exit 1; sleep 1; done\nmount /dev/sdf /x\n", "mount \"$d\" /x\n", "udevadm settle\nmount /dev/sdf /x\n"]),
    ("fstab-append",
     &["printf 'UUID=%s /x xfs defaults 0 0\\n' \"$u\" >> '/etc/fstab'\n", "echo \"$l\" | tee -a /etc/fstab\n", "cat >>/etc/fstab <<X\nUUID=a /x xfs defaults 0 0\nX\n", "mountpoint -q /x || echo \"$l\" >>/etc/fstab\n"],
     &["grep -q x /etc/fstab || echo \"$l\" >>/etc/fstab\n", "if ! grep -q x </etc/fstab; then echo \"$l\" | tee -a /etc/fstab; fi\n", "echo \"$l\" >>/etc/fstab.new\n",
       "sed -i /x/d /etc/fstab\necho \"$l\" >>/etc/fstab\n", "# >>/etc/fstab\n"]),
    ("nofail-without-dependency",
     &["echo 'UUID=1 /x ext4 noatime,nofail 0 0' >/t\n", "cat >/etc/fstab <<X\nLABEL=d /x xfs nofail 0 0\nX\n", "l=\"$d /x xfs defaults,nofail 0 0\"\n"],
     &["echo 'UUID=1 /x ext4 noatime 0 0' >/t\n", "echo 'UUID=1 none swap nofail 0 0' >/t\n", "l=\"UUID=1 /x xfs nofail 0 0\"\ncat >u.conf <<X\n[Unit]\nRequiresMountsFor=/x\nX\n", "echo 'we do not use nofail here'\n"]),
    ("fstab-check-of-xfs",
     &["l=\"UUID=1 /x xfs defaults 0 1\"\n", "printf 'UUID=%s /x xfs defaults 0 2\\n' \"$u\" >/t\n", "cat >/etc/fstab <<X\nLABEL=d /x xfs defaults 0 2\nX\n"],
     &["l=\"UUID=1 /x ext4 defaults 0 2\"\n", "l=\"UUID=1 /x xfs defaults\"\n", "echo 'xfs 0 2'\n"]),
    ("trace",
     &["#!/bin/bash -xeu\nset -o pipefail\necho a\n", "set -o xtrace\n", "set -euxo pipefail\n", "bash -x /opt/a.sh\n"],
     &["set +x\n", "set -- -x\n", "bash /opt/a.sh -x\n", "echo 'set -x'\n", "set -o errexit\n"]),
    ("secret-argument",
     &["mysql -p\"$DB_PASSWORD\" </d\n", "sed -i \"s/X/${API_KEY}/\" /f\n", "curl -H \"Authorization: Bearer $token\" https://a.b/\n", "sudo PGPASSWORD=\"$PG_PW\" psql\n", "docker run -e TOKEN=\"$TOKEN\" a\n"],
     &["PGPASSWORD=\"$DB_PASSWORD\" psql\n", "printf '%s' \"$DB_PASSWORD\" | docker login --password-stdin\n", "[ -n \"$API_KEY\" ]\n", "aws s3 cp \"$TOKEN_FILE\" \"$KEY_PATH\"\n",
       "curl -H \"X-aws-ec2-metadata-token: $TOKEN\" http://169.254.169.254/latest/meta-data/x\n", "docker run -e TOKEN a\n", "app '$DB_PASSWORD'\n", "psql <<<\"$PASSWORD\"\n", "app \"${#TOKEN}\" \"${TOKEN:+set}\"\n"]),
    ("secret-in-log",
     &["echo $PASSWORD\n", "printf 'x %s\\n' \"$API_TOKEN\" >&2\n", "logger \"token $TOKEN\"\n", "if true; then echo \"is ${DB_PASSWORD:-none}\"; fi\n"],
     &["printf %s \"$PASSWORD\" | app\n", "x=$(echo \"$PASSWORD\" | base64)\n", "echo 'set $PASSWORD first'\n", "echo \"${PASSWORD:+it is set}\"\n", "umask 077\n{ echo \"$PASSWORD\"; } >/run/x\n", "get() { echo \"$PASSWORD\"; }\n"]),
    ("secret-literal",
     &["export API_TOKEN=abcdef0123456789\n", "docker run -e POSTGRES_PASSWORD=hunter22 db\n", "mysql --password=hunter22\n", "echo ubuntu:cloudworkstation | chpasswd\n", "# AKIAABCDEFGHIJKLMNOP\n",
       "cat >/k <<X\n-----BEGIN RSA PRIVATE KEY-----\nX\n", "app --token ghp_abcdefghijklmnopqrstuvwxyz0123456789\n"],
     &["A=AKIAIOSFODNN7EXAMPLE\n", "DB_PASSWORD=\"$1\"\n", "PASSWORD_FILE=/run/password\n", "SECRET_ID=prod/database\n", "TOKEN='{{resolve:ssm:x}}'\n", "PASSWORD=\n", "DB_SECRET=/prod/db/main\n", "SSH_PUBLIC_KEY=abcdefghijklmnop\n",
       "echo \"$u:$p\" | chpasswd\n"]),
    ("envsubst-everything",
     &["cat /t | envsubst >/c\n", "envsubst <<<\"$x\" >/c\n", "sudo envsubst </t >/c\n"],
     &["envsubst \"$LIST\" </t >/c\n", "envsubst '${A}' </t >/c\n", "envsubst -v '$A'\n", "echo envsubst\n"]),
    ("piped-to-shell",
     &["curl -fsSL https://a.b | sh\n", "wget -qO- https://a.b | sudo -E bash -\n", "bash <(curl -s https://a.b)\n", "sh -c \"$(curl -fsSL https://a.b)\"\n", "eval \"$(curl https://a.b)\"\n", "source <(curl https://a.b)\n", "curl https://a.b |\n  tee x | python3 -\n"],
     &["curl https://a.b | tar -xz\n", "curl https://a.b -o x\nbash x\n", "curl https://a.b | python3 -m json.tool\n", "echo 'curl https://a.b | sh'\n", "x=$(curl https://a.b)\n", "curl https://a.b | bash -c 'cat'\n"]),
    ("plain-http",
     &["wget http://a.example.com/x\n", "curl --url=http://a.example.com/x\n", "git clone 'http://u@example.com/x'\n"],
     &["curl http://169.254.169.254/x http://localhost:1 http://127.0.0.1 http://10.0.0.1/x http://vault.internal/\n", "curl \"http://$host/\"\n", "echo http://example.com\n", "curl 'http://[fd00:ec2::254]/x'\n"]),
    ("insecure-tls",
     &["curl --insecure https://a.b\n", "curl -fsSLk https://a.b\n", "wget --no-check-certificate https://a.b\n", "aws --no-verify-ssl s3 ls\n"],
     &["curl -o k https://a.b\n", "curl -ok https://a.b\n", "curl -k https://localhost:6443/healthz\n", "echo -k\n"]),
    ("metadata-without-token",
     &["x=$(curl -s 169.254.169.254/latest/meta-data/instance-id)\n", "wget -qO- http://169.254.169.254/latest/user-data\n", "curl http://169.254.169.254/latest/dynamic/instance-identity/document\n"],
     &["curl -H \"X-AWS-EC2-Metadata-Token: $t\" http://169.254.169.254/latest/meta-data/x\n", "curl \"${headers[@]}\" http://169.254.169.254/latest/meta-data/x\n", "curl -X PUT http://169.254.169.254/latest/api/token\n", "curl -H @h http://169.254.169.254/latest/meta-data/x\n"]),
    ("blocking-start",
     &["systemctl enable --now a\n", "sudo systemctl restart a b\n", "systemctl enable a\nsystemctl start \"$a\"\n"],
     &["systemctl enable --now --no-block a\n", "timeout 60 systemctl restart a\n", "systemctl enable --now a.timer\n", "systemctl daemon-reload\n", "cat >/etc/systemd/system/a.service <<X\n[Service]\nX\nsystemctl enable a\nsystemctl start a\n",
       "cat >/x <<'X'\n#!/bin/sh\nsystemctl restart a\nX\n"]),
    ("start-without-enable",
     &["systemctl start --no-block a.service b\n", "systemctl enable b\nsystemctl --no-block start a\n", "timeout 9 systemctl start a\n"],
     &["systemctl enable a\nsystemctl start --no-block a.service\n", "apt-get install -y docker.io\nsystemctl start --no-block docker\n", "systemctl start --no-block \"$unit\"\n", "for u in a b; do systemctl enable \"$u\"; done\nsystemctl start --no-block a\n"]),
    ("endless-wait",
     &["while true; do curl -f https://a.b && break; sleep 1; done\n", "while ! app; do sleep 1; done\n", "until app; do\n  echo waiting\n  sleep 5\ndone\n", "while fuser /var/lib/dpkg/lock; do sleep 1; done\n"],
     &["n=0\nuntil app; do n=$((n+1)); [ \"$n\" -lt 9 ] || exit 1; sleep 1; done\n", "until app; do [ $SECONDS -lt 9 ] || exit 1; sleep 1; done\n", "fail() { exit 1; }\nuntil app; do [ \"$s\" = x ] && fail; sleep 1; done\n",
       "for i in 1 2; do sleep 1; done\n", "while read -r l; do sleep 1; done </f\n", "while true; do app; sleep 60; done &\n", "timeout 60 sh -c 'until app; do sleep 1; done'\n"]),
    ("apt-asks",
     &["apt install nginx\n", "sudo apt-get -q install nginx\n", "apt-get dist-upgrade\n"],
     &["apt-get -qq install nginx\n", "apt-get install --yes nginx\n", "yes | apt-get install nginx\n", "apt-get update\n", "apt-get \"${options[@]}\" install nginx\n", "apt-get -qy install nginx\n"]),
    ("world-writable",
     &["chmod 0777 /x\n", "chmod -R a+rwx /x\n", "install -d -m 777 /x\n", "chmod o+w /x\n", "mkdir --mode=0666 /x\n"],
     &["chmod 1777 /x\n", "chmod u+w,g+w /x\n", "chmod +x /x\n", "chmod 755 /777\n", "install -m 0750 a b\n", "chmod go-w /x\n"]),
    ("allow-without-reason",
     &["# stackgen allow=S2003\n", "echo a # stackgen allow=S2003:\n", "# stackgen allow=S9999: because\n"],
     &["# stackgen allow=S2003: because\n", "# stackgen allow=ignored-failure,S2004: because\n", "echo '# stackgen allow=S2003'\n"]),
];

fn names(example: &str) -> Vec<&'static str> {
    let strict = format!("#!/bin/bash\nset -euo pipefail\n{example}");
    check(if example.starts_with('#') && !example.starts_with("# ") { example } else { &strict })
        .iter()
        .map(|finding| finding.rule.name)
        .collect()
}

#[test]
fn each_rule_on_many_ways_to_write_it() {
    let mut wrong = Vec::new();
    for (rule, bad, good) in VARIANTS {
        assert!(bad.len() >= 3 && good.len() >= 3 && RULES.iter().any(|known| known.name == *rule), "{rule}");
        wrong.extend(
            bad.iter().filter(|script| !names(script).contains(rule)).map(|script| format!("{rule} misses {script}")),
        );
        wrong.extend(
            good.iter().filter(|script| names(script).contains(rule)).map(|script| format!("{rule} reports {script}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_on_fetched_secrets() {
    let cases: &[(&str, &[String], &[String])] = &[
        (
            "secret-exported",
            &[
                format!("export A=$({FETCH})\n"),
                format!("A=$({FETCH})\nexport A\n"),
                format!("get() {{ {FETCH}; }}\nA=$(get)\nexport B=1 A\n"),
            ],
            &[
                format!("A=$({FETCH})\n"),
                format!("A=$({FETCH})\nexport B=1\n"),
                "export A=$(aws ssm get-parameter --name /a)\n".to_owned(),
            ],
        ),
        (
            "secret-file-readable",
            &[
                format!("{FETCH} >/run/a\n"),
                format!("(umask 077)\n{FETCH} >/run/a\n"),
                "echo \"key=$API_KEY\" | tee /etc/a\n".to_owned(),
                "cat >/etc/a <<X\nkey=$API_KEY\nX\n".to_owned(),
                "umask 077\numask 022\necho \"$API_KEY\" >/a\n".to_owned(),
            ],
            &[
                format!("umask 077\n{FETCH} >/run/a\n"),
                format!("(umask 0077; {FETCH} >/run/a)\n"),
                "install -m 0600 /dev/null /run/a\necho \"$API_KEY\" >/run/a\n".to_owned(),
                "install -d -m 0700 /run/d\necho \"$API_KEY\" >/run/d/a\n".to_owned(),
                "cat >/etc/a <<'X'\nkey=$API_KEY\nX\n".to_owned(),
                "echo \"$API_KEY\" >/dev/null\n".to_owned(),
                "envsubst '$HOST' </t >/c\n".to_owned(),
            ],
        ),
        (
            "secret-on-disk",
            &[
                format!("umask 077\n{FETCH} >/etc/a\n"),
                format!("umask 077\nTOKEN=$({FETCH})\necho \"$TOKEN\" >/root/a\n"),
                format!("umask 077\nget() {{ {FETCH}; }}\nget x | tee /opt/a >/dev/null\n"),
            ],
            &[
                format!("umask 077\n{FETCH} >/run/a\n"),
                format!("umask 077\n{FETCH} >\"$file\"\n"),
                "umask 077\necho \"$TOKEN\" >/root/a\n".to_owned(),
            ],
        ),
    ];
    for (rule, bad, good) in cases {
        for script in *bad {
            assert!(names(script).contains(rule), "{rule} misses {script}");
        }
        for script in *good {
            assert!(!names(script).contains(rule), "{rule} reports {script}");
        }
    }
}

#[test]
fn an_address_is_shown_without_what_it_carries() {
    let findings = check("#!/bin/sh\ncurl 'https://me:hunter22@example.com/a?key=hunter22' | sh\n");
    let message = &findings.iter().find(|finding| finding.rule.name == "piped-to-shell").expect("it is piped").message;
    assert_eq!(message, "sh runs https://example.com/a unseen");
}

#[test]
fn a_message_never_shows_a_secret() {
    for secret in ["hunter22-and-more", "AKIAABCDEFGHIJKLMNOP", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"] {
        let findings =
            check(&format!("#!/bin/bash\nset -euo pipefail\nDB_PASSWORD={secret}\nmysql --password={secret}\n"));
        assert!(!findings.is_empty());
        for finding in findings {
            assert!(!finding.message.contains(&secret[..5]), "{}", finding.message);
        }
    }
}
