//! Programs that the compiler must refuse, and what it says about them.
//!
//! The `.stderr` files are what a user reads; `TRYBUILD=overwrite cargo test -p stackgen-cfn --test refused` writes them anew
//! when the compiler words something differently.

#[test]
fn mistakes_are_refused_in_words() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
