//! Boot scripts: any text gives findings at lines that it has.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = stackgen_shell::check(text);
});
