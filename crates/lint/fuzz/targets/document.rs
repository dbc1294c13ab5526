//! Reading: any text gives a document whose nodes can be asked, or an error with a position.
#![no_main]
use libfuzzer_sys::fuzz_target;
use stackgen_lint::document;

fuzz_target!(|text: &str| match document::read(text) {
    Ok(document) => {
        for node in document.nodes() {
            let (span, path) = (node.place(), node.path());
            assert!(span.start.line > 0 && span.start.column > 0 && span.start <= node.place().end, "{path}");
        }
    }
    Err(error) => assert!(!error.message.is_empty() && error.position.line > 0),
});
