//! Files with secrets, and who may read and write them.

use crate::script::{Script, Touched};
use crate::secret::{fetched, fetches, is_secret_name, secret_in};
use crate::syntax::{Command, Kind, Word};
use crate::{Found, Rule};

pub static READABLE: Rule = Rule {
    id: "S2016",
    name: "secret-file-readable",
    reason: "With the usual umask a new file can be read by everybody. A chmod after the writing leaves a moment in which it \
             was open, so the mode must be there before; a chmod of the same file in the script is taken as good enough.",
    fix: "Write `umask 077` before, or make the file with `install -m 0600` first.",
    good: "umask 077\nprintf 'password=%s\\n' \"$DB_PASSWORD\" >/run/app.env\n",
    bad: "printf 'password=%s\\n' \"$DB_PASSWORD\" >/run/app.env\n",
    check: readable,
};

/// A command that writes a secret to a file.
struct Write<'s, 'a> {
    id: usize,
    target: &'s Word<'a>,
    /// The value comes out of a store of secrets, not only out of a variable with such a name.
    is_fetched: bool,
}

fn writes<'s, 'a>(script: &'s Script<'a>) -> Vec<Write<'s, 'a>> {
    let fetched = if script.commands.iter().any(fetches) { fetched(script) } else { Touched::default() };
    let mut writes = Vec::new();
    for (id, command) in script.simple() {
        let Some(target) = destination(script, id) else { continue };
        let prints = matches!(command.name(), "echo" | "printf");
        let shown = command
            .arguments()
            .iter()
            .filter(|_| prints)
            .chain(command.redirects.iter().filter(|r| r.operator.starts_with("<<")).map(|r| &r.target));
        let (mut by_name, mut by_fetch) =
            (false, fetches(command) || fetched.functions.iter().any(|name| *name == command.name()));
        for word in shown {
            by_name |= secret_in(word).is_some();
            by_fetch |= word.substitutions.iter().any(|inner| script.touches(*inner, &fetches, &fetched));
            by_fetch |=
                word.expansions.iter().any(|e| crate::secret::shows_secret(e) && fetched.variables.contains(&e.name));
        }
        if command.name() == "envsubst" {
            let is_listed = lists_variables(command);
            let names_secret =
                command.arguments().iter().any(|word| word.text.split(['$', '{', '}', ' ']).any(is_secret_name));
            by_fetch |= (!is_listed || names_secret) && !fetched.variables.is_empty();
            by_name |= names_secret
                || (!is_listed && script.assignments.iter().any(|a| a.builtin == "export" && is_secret_name(a.name)));
        }
        if by_name || by_fetch {
            writes.push(Write { id, target, is_fetched: by_fetch });
        }
    }
    writes
}

/// The file that takes what a command prints: its own, that of `tee` after it, or that of a group around it.
fn destination<'s, 'a>(script: &'s Script<'a>, id: usize) -> Option<&'s Word<'a>> {
    for at in std::iter::once(id).chain(script.around(id)) {
        let command = &script.commands[at];
        if let Some((target, _)) = command.output() {
            return (!target.text.starts_with("/dev/") && !target.text.starts_with('&')).then_some(target);
        }
        if command.name() == "tee" {
            return command.arguments().iter().find(|word| !word.text.starts_with('-'));
        }
        if let Some(next) =
            command.next.map(|next| &script.commands[next]).filter(|next| next.link == crate::syntax::Link::Pipe)
        {
            let is_tee = next.name() == "tee";
            return next.arguments().iter().find(|word| is_tee && !word.text.starts_with('-'));
        }
        if matches!(command.kind, Kind::Substitution) || command.function.is_some() {
            return None;
        }
    }
    None
}

fn readable(script: &Script<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for write in writes(script) {
        if has_umask(script, write.id) || has_mode(script, write.target) {
            continue;
        }
        let line = script.commands[write.id].line;
        found.push(script.found(
            write.id,
            line,
            format!("everybody can read the secrets in {}: no umask 077 holds here", write.target.text),
        ));
    }
    found
}

/// True if the last umask before a command, in its own shell, keeps others out.
fn has_umask(script: &Script<'_>, id: usize) -> bool {
    let holds = |umask: usize| {
        script
            .around(umask)
            .filter(|at| matches!(script.commands[*at].kind, Kind::Subshell | Kind::Substitution))
            .all(|shell| script.is_within(id, shell))
    };
    let last = script.named(&["umask"]).take_while(|(at, _)| *at < id).filter(|(at, _)| holds(*at)).last();
    last.is_some_and(|(_, command)| {
        command
            .arguments()
            .first()
            .is_some_and(|word| word.text.ends_with('7') || word.text.contains("o=") && word.text.ends_with('='))
    })
}

fn has_mode(script: &Script<'_>, target: &Word<'_>) -> bool {
    let closed = |mode: &str| {
        let mode = mode.trim_start_matches("-m").trim_start_matches("--mode=");
        (mode.len() >= 3 && mode.ends_with('0') && mode.bytes().all(|b| b.is_ascii_digit()))
            || mode.contains("go=")
            || mode.contains("o-r")
            || mode.contains("go-")
    };
    let covers = |word: &Word<'_>| {
        word.text == target.text
            || target.text.strip_prefix(&*word.text).is_some_and(|rest| word.text.len() > 1 && rest.starts_with('/'))
    };
    let by_mode = script.named(&["chmod", "install", "mkdir"]).any(|(_, command)| {
        command.arguments().iter().any(|word| closed(&word.text)) && command.arguments().iter().any(covers)
    });
    let is_made = |name: &str| {
        script.assignments.iter().any(|assignment| {
            let word = &script.commands[assignment.command].words[assignment.word];
            assignment.name == name
                && word
                    .substitutions
                    .iter()
                    .any(|at| script.with_inner(*at).iter().any(|command| command.name() == "mktemp"))
        })
    };
    by_mode || target.expansions.iter().any(|expansion| is_made(expansion.name))
}

pub static ON_DISK: Rule = Rule {
    id: "S2017",
    name: "secret-on-disk",
    reason: "A secret fetched from a store and written to the root disk stays there: in snapshots, in images made of the \
             machine, and after the secret was changed.",
    fix: "Write it under /run, which is memory, and fetch it again at every boot, for example by a root-only unit.",
    good: "umask 077\naws secretsmanager get-secret-value --secret-id app --query SecretString --output text >/run/app.json\n",
    bad: "umask 077\naws secretsmanager get-secret-value --secret-id app --query SecretString --output text >/etc/app.json\n",
    check: on_disk,
};

fn on_disk(script: &Script<'_>) -> Vec<Found> {
    let stays = |path: &str| {
        path.starts_with('/')
            && !["/run/", "/var/run/", "/dev/shm/", "/tmp/"].iter().any(|memory| path.starts_with(memory))
    };
    let writes = writes(script)
        .into_iter()
        .filter(|write| write.is_fetched && write.target.is_literal() && stays(&write.target.text));
    writes
        .map(|write| {
            let line = script.commands[write.id].line;
            script.found(write.id, line, format!("{} keeps fetched secrets on the disk", write.target.text))
        })
        .collect()
}

pub static ENVSUBST: Rule = Rule {
    id: "S2019",
    name: "envsubst-everything",
    reason: "Without a list envsubst replaces every `$WORD` of the template, also those that are not meant, and writes \
             nothing for a variable that is not set.",
    fix: "Name the variables: `envsubst '$HOST $PORT'`.",
    good: "envsubst '$HOST $PORT' </etc/app.template >/etc/app.conf\n",
    bad: "envsubst </etc/app.template >/etc/app.conf\n",
    check: envsubst,
};

fn lists_variables(command: &Command<'_>) -> bool {
    command.arguments().iter().any(|word| {
        word.text.contains('$') || matches!(&*word.text, "-v" | "--variables" | "-V" | "--version" | "-h" | "--help")
    })
}

fn envsubst(script: &Script<'_>) -> Vec<Found> {
    let bare = script.named(&["envsubst"]).filter(|(_, command)| !lists_variables(command));
    bare.map(|(id, command)| {
        script.found(
            id,
            command.line,
            "envsubst has no list of variables and replaces every $WORD, unset ones by nothing".to_owned(),
        )
    })
    .collect()
}

pub static WORLD_WRITABLE: Rule = Rule {
    id: "S2028",
    name: "world-writable",
    reason: "Everybody on the machine may change the file, and whoever runs or reads it trusts that.",
    fix: "Give the file to the user who needs it: `install -d -o app -m 0750 /srv/app`.",
    good: "chmod 1777 /srv/scratch\n",
    bad: "chmod -R 777 /srv/app\n",
    check: world_writable,
};

fn world_writable(script: &Script<'_>) -> Vec<Found> {
    let is_open = |word: &&Word<'_>| {
        let mode = word.text.trim_start_matches("-m").trim_start_matches("--mode=");
        let is_octal = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
        let others = mode.split(',').any(|one| {
            let (who, what) = one.split_once(['+', '=']).unwrap_or(("-", ""));
            who.bytes().all(|b| b"ugoa".contains(&b))
                && (who.is_empty() || who.contains(['o', 'a']))
                && what.contains('w')
        });
        let is_plain = is_octal
            && mode.ends_with(['2', '3', '6', '7'])
            && !(mode.len() == 4 && mode.starts_with(['1', '3', '5', '7']));
        is_plain || (others && word.is_literal() && !mode.contains("+t"))
    };
    let mut found = Vec::new();
    for (id, command) in script.named(&["chmod", "install", "mkdir"]) {
        let arguments = command.arguments();
        let mode = match command.name() {
            "chmod" => arguments.iter().find(|word| !word.text.starts_with('-')),
            _ => arguments.iter().enumerate().find_map(|(at, word)| {
                let is_apart = matches!(&*word.text, "-m" | "--mode");
                if is_apart {
                    arguments.get(at + 1)
                } else {
                    Some(word).filter(|word| word.text.starts_with("-m") || word.text.starts_with("--mode="))
                }
            }),
        };
        if let Some(mode) = mode.filter(is_open) {
            let path = arguments.last().map_or("the file", |word| word.raw);
            found.push(script.found(id, command.line, format!("mode {} lets everybody change {path}", mode.text)));
        }
    }
    found
}
