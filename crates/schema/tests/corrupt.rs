//! Whatever the bytes are, reading them gives facts or an error and never a panic.
use proptest::prelude::*;
use stackgen_schema::{Facts, FactsError};

fn good() -> Vec<u8> {
    include_bytes!("../facts.bin").to_vec()
}

#[test]
fn the_embedded_file_is_sound() {
    let facts = Facts::parse(good()).unwrap();
    assert!(facts.type_names().count() > 1_900);
}

#[test]
fn another_version_is_refused() {
    let mut bytes = good();
    bytes[8] = 99;
    assert!(matches!(Facts::parse(bytes), Err(FactsError::Version { found: 99, .. })));
    assert_eq!(Facts::parse(b"PK\x03\x04".to_vec()).unwrap_err(), FactsError::NotFacts);
    assert_eq!(Facts::parse(Vec::new()).unwrap_err(), FactsError::NotFacts);
}

proptest! {
    // Reading the whole file takes a quarter of a second in a debug build.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn cut_short(keep in 0.0..1.0f64) {
        let mut bytes = good();
        bytes.truncate((bytes.len() as f64 * keep) as usize);
        prop_assert!(Facts::parse(bytes).is_err());
    }

    #[test]
    fn header_changed(at in 0..200usize, value: u8) {
        let mut bytes = good();
        bytes[at] = value;
        drop(Facts::parse(bytes));
    }

    #[test]
    fn bits_flipped(flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8), 1..40)) {
        let mut bytes = good();
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        drop(Facts::parse(bytes));
    }

    #[test]
    fn noise_after_the_magic(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = good()[..16].to_vec();
        bytes.extend(noise);
        prop_assert!(Facts::parse(bytes).is_err());
    }
}
