//! All rules: any text gives findings, in order.
#![no_main]
use libfuzzer_sys::fuzz_target;
use stackgen_lint::{Options, lint};

fuzz_target!(|text: &str| {
    let findings = lint(text, &Options::default());
    assert!(findings.is_sorted_by_key(|finding| finding.span));
});
