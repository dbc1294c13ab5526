//! Traces of every command.

use crate::script::Script;
use crate::syntax::Word;
use crate::{Found, Rule};

pub static TRACE: Rule = Rule {
    id: "S2012",
    name: "trace",
    reason: "A trace prints every command with its values, secrets too, to the log of the boot and the serial console, \
             which roles that may only read can fetch.",
    fix: "Leave the trace out, and print what matters.",
    good: "set +x\necho 'mounting'\n",
    bad: "set -x\necho 'mounting'\n",
    check: trace,
};

fn trace(script: &Script<'_>) -> Vec<Found> {
    let shebang = script.text.lines().next().unwrap_or_default();
    let is_short = |text: &str| {
        text.strip_prefix('-')
            .is_some_and(|letters| letters.contains('x') && letters.bytes().all(|b| b.is_ascii_lowercase()))
    };
    let mut found = Vec::new();
    if shebang.split_whitespace().skip(1).any(is_short) {
        let message = "the first line traces every command into the log".to_owned();
        found.push(Found { line: script.first_line, statement: script.first_line, message });
    }
    for (id, command) in script.named(&["set", "bash", "sh"]) {
        let is_set = command.name() == "set";
        let is_option = |word: &&Word<'_>| word.text != "--" && (is_set || word.text.starts_with('-'));
        let options = command.arguments().iter().take_while(is_option);
        let words: Vec<&str> = options.map(|word| &*word.text).collect();
        let is_long =
            words.windows(2).any(|pair| pair[0].starts_with('-') && pair[0].ends_with('o') && pair[1] == "xtrace");
        if is_long || words.iter().any(|word| is_short(word)) {
            let message = format!("`{}` traces every command into the log", command.name());
            found.push(script.found(id, command.line, message));
        }
    }
    found
}
