//! What comes from the network.

use crate::script::Script;
use crate::syntax::{Command, Kind, Link, Word};
use crate::{Found, Rule};

pub static PIPED_TO_SHELL: Rule = Rule {
    id: "S2020",
    name: "piped-to-shell",
    reason: "Whatever the server sends runs as root, unseen and without a checksum, and half of it runs when the connection \
             breaks.",
    fix: "Download to a file, compare its sha256 with the one you know, then run it; or install a signed package.",
    good: "curl -fsSLo install.sh https://get.example.com\necho \"$sum  install.sh\" | sha256sum -c\nbash install.sh\n",
    bad: "curl -fsSL https://get.example.com | sudo bash -s -- --yes\n",
    check: piped_to_shell,
};

fn is_download(command: &Command<'_>) -> bool {
    matches!(command.name(), "curl" | "wget")
}

/// True if a command runs what it is given on standard input.
fn runs_input(command: &Command<'_>) -> bool {
    let arguments = command.arguments();
    match command.name() {
        "bash" | "sh" | "zsh" | "dash" | "ksh" => {
            let first = arguments.iter().find(|word| !word.text.starts_with('-'));
            let reads = arguments.iter().any(|word| matches!(&*word.text, "-s" | "-"));
            !command.has_argument("-c") && (reads || first.is_none_or(|word| word.text == "/dev/stdin"))
        }
        "python" | "python3" | "perl" | "ruby" | "node" => arguments.iter().all(|word| word.text == "-"),
        _ => false,
    }
}

fn piped_to_shell(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.simple().filter(|(_, command)| is_download(command)) {
        let later = std::iter::successors(command.next, |at| script.commands[*at].next)
            .take_while(|at| script.commands[*at].link == Link::Pipe);
        let by_pipe = later.into_iter().map(|at| &script.commands[at]).find(|later| runs_input(later));
        let outer =
            script.around(id).find(|at| script.commands[*at].kind == Kind::Simple).map(|at| &script.commands[at]);
        let by_word = outer.filter(|outer| match outer.name() {
            "eval" | "source" | "." => true,
            "bash" | "sh" | "zsh" | "dash" => {
                outer.has_argument("-c")
                    || outer.words.iter().any(|word| word.raw.starts_with("<("))
                    || outer.redirects.iter().any(|r| r.operator == "<" || r.operator == "<<<")
            }
            _ => false,
        });
        if let Some(runner) = by_pipe.or(by_word) {
            let what = url(command).map_or("what was downloaded".to_owned(), shown_address);
            found.push(script.found(id, command.line, format!("{} runs {what} unseen", runner.name())));
        }
    }
    found
}

fn url<'w, 'a>(command: &'w Command<'a>) -> Option<&'w Word<'a>> {
    command.arguments().iter().find(|word| word.text.contains("://"))
}

/// An address without the name, password and query that it may carry.
fn shown_address(word: &Word<'_>) -> String {
    let address = word.text.split('?').next().unwrap_or_default();
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    format!("{scheme}://{}", rest.rsplit('@').next().unwrap_or(rest))
}

pub static PLAIN_HTTP: Rule = Rule {
    id: "S2021",
    name: "plain-http",
    reason: "Without TLS anybody on the way can change what is downloaded.",
    fix: "Use https. Packages of apt and yum are signed and are not reported.",
    good: "curl -fsSo /tmp/app.tar https://example.com/app.tar\ncurl -fsS http://localhost:8080/health\n",
    bad: "curl -fsSo /tmp/app.tar http://example.com/app.tar\n",
    check: plain_http,
};

const FETCHERS: [&str; 10] = ["curl", "wget", "aria2c", "git", "pip", "pip3", "rpm", "npm", "gem", "helm"];

/// The host of a plain http address that is not on this machine or in a private network.
fn plain_host(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("http://").or_else(|| text.split_once("=http://").map(|(_, rest)| rest))?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let name = host.split(':').next()?;
    let local = name == "localhost"
        || !name.contains('.')
        || [".local", ".internal", ".localdomain"].iter().any(|end| name.ends_with(end));
    let in_172 = name
        .strip_prefix("172.")
        .and_then(|rest| rest.split('.').next()?.parse::<u8>().ok())
        .is_some_and(|n| (16..32).contains(&n));
    let private =
        in_172 || ["127.", "10.", "192.168.", "169.254.", "0.0.0.0"].iter().any(|start| name.starts_with(start));
    (!local && !private && !host.contains(['$', '[', '{'])).then_some(host)
}

fn plain_http(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.named(&FETCHERS) {
        for word in command.arguments() {
            if let Some(host) = plain_host(&word.text) {
                found.push(script.found(
                    id,
                    word.line,
                    format!("{} takes from {host} what anybody on the way can change", command.name()),
                ));
            }
        }
    }
    found
}

pub static INSECURE_TLS: Rule = Rule {
    id: "S2022",
    name: "insecure-tls",
    reason: "Without a look at the certificate anybody on the way can be the server.",
    fix: "Leave the option out; give an own authority with --cacert.",
    good: "curl -fsS --cacert /etc/own-ca.pem https://example.com/app.tar -o /tmp/app.tar\n",
    bad: "curl -fsSk https://example.com/app.tar -o /tmp/app.tar\n",
    check: insecure_tls,
};

/// The short options of curl that take a value.
const CURL_VALUES: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

fn insecure_tls(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.named(&["curl", "wget", "aws", "git"]) {
        if url(command)
            .is_some_and(|word| ["://localhost", "://127.", "://[::1]"].iter().any(|host| word.text.contains(host)))
        {
            continue;
        }
        let is_unsafe = |text: &str| match command.name() {
            "curl" => text == "--insecure" || is_curl_k(text),
            "wget" => text == "--no-check-certificate",
            "aws" => text == "--no-verify-ssl",
            _ => text.eq_ignore_ascii_case("http.sslVerify=false"),
        };
        if let Some(word) = command.arguments().iter().find(|word| is_unsafe(&word.text)) {
            found.push(script.found(
                id,
                word.line,
                format!("`{} {}` takes anybody for the server", command.name(), word.raw),
            ));
        }
    }
    found
}

fn is_curl_k(text: &str) -> bool {
    let letters = text.strip_prefix('-').filter(|letters| !letters.starts_with('-')).unwrap_or_default();
    letters.chars().take_while(|letter| !CURL_VALUES.contains(*letter)).any(|letter| letter == 'k')
}

pub static METADATA_WITHOUT_TOKEN: Rule = Rule {
    id: "S2023",
    name: "metadata-without-token",
    reason: "Instances that require IMDSv2 answer 401 without a token, and instances that do not give their role's \
             credentials to whoever can make a program on them fetch an address. (EC2 user guide, Use the Instance Metadata Service)",
    fix: "PUT http://169.254.169.254/latest/api/token first and send its answer in the header X-aws-ec2-metadata-token.",
    good: "token=$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)\n\
           curl -fsS -H \"X-aws-ec2-metadata-token: $token\" http://169.254.169.254/latest/meta-data/instance-id\n",
    bad: "curl -fsS http://169.254.169.254/latest/meta-data/instance-id\n",
    check: metadata_without_token,
};

fn metadata_without_token(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, command) in script.named(&["curl", "wget"]) {
        let arguments = command.arguments();
        let asks = |text: &str| {
            ["169.254.169.254/", "[fd00:ec2::254]/"].iter().any(|host| {
                let path = text
                    .split_once(host)
                    .map_or("", |(_, path)| path)
                    .trim_start_matches("latest/")
                    .trim_start_matches("1.0/");
                ["meta-data", "user-data", "dynamic"].iter().any(|part| path.starts_with(part))
            })
        };
        let Some(address) = arguments.iter().find(|word| asks(&word.text)) else { continue };
        let may_hold_header = |word: &Word<'_>| !word.is_literal() && !asks(&word.text) && !word.text.contains("://");
        let has_header = arguments.iter().any(|word| {
            word.text.to_ascii_lowercase().contains("x-aws-ec2-metadata-token")
                || word.text.starts_with('@')
                || may_hold_header(word)
        });
        if !has_header {
            found.push(script.found(id, address.line, format!("{} is asked without a token (IMDSv1)", address.text)));
        }
    }
    found
}
