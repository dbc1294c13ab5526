//! Programs that only start another one, such as `sudo` and `timeout`.

use crate::syntax::Word;

/// A wrapper, which of its options take a value, and how many of its own words come before the program.
const WRAPPERS: &[(&str, &[&str], usize)] = &[
    ("sudo", &["-u", "-g", "-C", "-h", "-p", "-D", "-R", "-T"], 0),
    ("env", &["-u", "-C", "-S"], 0),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("nice", &["-n"], 0),
    ("ionice", &["-c", "-n"], 0),
    ("nohup", &[], 0),
    ("exec", &["-a"], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("builtin", &[], 0),
];

/// Which of the words names the program that does the work.
pub fn program(words: &[Word]) -> usize {
    let mut at = after_assignments(words, 0);
    while let Some(word) = words.get(at) {
        let is_lookup = words.get(at + 1).is_some_and(|next| matches!(&*next.text, "-v" | "-V"));
        let name = word.text.rsplit('/').next().unwrap_or_default();
        let Some((_, with_value, own)) = WRAPPERS.iter().find(|(wrapper, ..)| *wrapper == name) else {
            if name == "command" && !is_lookup && at + 1 < words.len() {
                at += 1;
                continue;
            }
            return at;
        };
        let next = after_assignments(words, after_options(words, at + 1, with_value) + own);
        if next >= words.len() {
            return at;
        }
        at = next;
    }
    at
}

fn after_assignments(words: &[Word], from: usize) -> usize {
    from + words.iter().skip(from).take_while(|word| word.assignment().is_some()).count()
}

fn after_options(words: &[Word], mut at: usize, with_value: &[&str]) -> usize {
    while let Some(word) = words.get(at).filter(|word| word.text.starts_with('-')) {
        at += if with_value.contains(&&*word.text) { 2 } else { 1 };
    }
    at
}
