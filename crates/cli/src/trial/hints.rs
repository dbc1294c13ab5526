//! What a log says of things that a trial does not have, and where they come from.
use std::path::Path;

use super::image::DEFAULT;

/// What programs say of something that is not there.
const ABSENT: [&str; 6] = [
    ".service does not exist",
    ".service not found",
    ".service could not be found",
    "No such file or directory",
    "command not found",
    "invalid user",
];
/// What programs say without a network.
const UNREACHABLE: [&str; 4] = [
    "Could not resolve host",
    "Temporary failure in name resolution",
    "Temporary failure resolving",
    "Network is unreachable",
];

pub(super) fn of(log: &str, image: Option<&Path>) -> Vec<String> {
    let says = |texts: &[&str]| texts.iter().any(|text| log.contains(text));
    let mut hints = Vec::new();
    if says(&ABSENT) {
        let place = match image {
            Some(path) => format!("`{}`", path.display()),
            None => format!("`{DEFAULT}`, which this project does not have yet"),
        };
        hints.push(format!(
            "users, files, programs and services of the image are in {place}; docs/boot-scripts.md has an example"
        ));
    }
    if says(&UNREACHABLE) {
        hints.push(
            "a trial has no network, only AWS is played; `programs` in the image can stand for what downloads"
                .to_owned(),
        );
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_once() {
        assert_eq!(of("all is well\n", None), [] as [&str; 0]);
        let log = "x: line 3: shop: command not found\nchown: invalid user: 'shop'\n";
        let [hint] = &of(log, None)[..] else { panic!("one hint") };
        assert!(hint.contains("does not have yet"), "{hint}");
        assert!(of(log, Some(Path::new("a/image.yaml")))[0].contains("`a/image.yaml`"));
        assert!(of("curl: (6) Could not resolve host: x\n", None)[0].contains("no network"));
    }
}
