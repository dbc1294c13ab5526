//! No text makes the checker panic, and its time grows with the text only.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use stackgen_shell::check;

const OWN: &str = include_str!("../../../snapshots/prod-compute.Host.userdata.sh.snap");
const PIECES: &[&str] = &[
    "$(",
    ")",
    "`",
    "'",
    "\"",
    "${",
    "}",
    "((",
    "))",
    "$((",
    "<<EOF\n",
    "EOF\n",
    "<<-'X'\n",
    "case x in ",
    "esac\n",
    ";;",
    "if ",
    "then ",
    "fi\n",
    "while ",
    "do ",
    "done\n",
    "{ ",
    "&&",
    "||",
    "|",
    "&",
    ";",
    "\\",
    "\\\n",
    "[[ ",
    " ]]",
    "f() ",
    "function ",
    "#",
    "é",
    "\0",
    "\r\n",
    "mkfs.xfs ",
    "blkid ",
    "export A=",
    "a=(",
    "<(",
    ">",
    "2>&1",
    "!",
    " ",
    "\n",
    "\t",
    "/dev/sdf",
    "@(",
    "$'",
    "for x in ",
    "elif ",
    "else ",
];

fn script(text: &str) -> String {
    format!("#!/bin/bash\n{text}")
}

fn read(text: &str) {
    assert!(check(text).iter().all(|finding| !finding.message.is_empty()));
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC*") {
        read(&script(&text));
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(&script(&String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn any_pieces_are_read(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..120)) {
        read(&script(&pieces.concat()));
    }

    #[test]
    fn lines_are_within_the_text(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
        let text = script(&pieces.concat());
        let last = text.split('\n').count();
        for finding in check(&text) {
            prop_assert!((1..=last).contains(&finding.line), "{} {}", finding.line, finding.rule.name);
        }
    }
}

#[test]
fn every_cut_and_every_change_of_the_real_script_is_read() {
    let own = &OWN[OWN.find("#!").expect("it has a first line")..];
    for at in (0..own.len()).step_by(23).filter(|at| own.is_char_boundary(*at)) {
        read(&own[..at]);
        let piece = PIECES[at % PIECES.len()];
        read(&format!("{}{piece}{}", &own[..at], &own[at..]));
    }
}

/// Four times of what EC2 takes; anything that grows with the square of the text takes much longer.
#[test]
fn repeated_pieces_take_little_time() {
    for piece in PIECES.iter().chain(&["$((", "`\\", "$(`", "a() {", "if x; then ", "x && ", "<<A "]) {
        let text = script(&piece.repeat(64 * 1024 / piece.len()));
        let start = Instant::now();
        read(&text);
        assert!(start.elapsed() < Duration::from_secs(2), "{piece:?} took {:?}", start.elapsed());
    }
}

/// Found by fuzzing: what looks like the name of a function had a heredoc before it.
#[test]
fn a_heredoc_before_parentheses() {
    for script in ["#!/bin/sh\n<<: f()\n", "#!/bin/sh\n<<l s()\nl\n", "#!/bin/sh\n <<-EOF n ( )\n\tEOF\n{ x; }\n"] {
        let _ = check(script);
    }
}
