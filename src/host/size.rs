//! What gp3 volumes can be.
use thiserror::Error;

/// Source: EC2's API model, `CreateVolume`; the ratios from *General Purpose SSD volumes* in the Amazon EBS User Guide.
const GIB: std::ops::RangeInclusive<u32> = 1..=65_536;
const IOPS: std::ops::RangeInclusive<u32> = 3_000..=80_000;
const THROUGHPUT: std::ops::RangeInclusive<u32> = 125..=2_000;
const IOPS_A_GIB: u32 = 500;
/// A quarter of a MiB a second for each operation.
const IOPS_A_MIB: u32 = 4;

/// Why a gp3 volume is not possible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SizeError {
    /// A value is out of range.
    #[error("{value} {unit} is not possible for gp3; it takes {least} to {most}")]
    Range {
        /// What is counted.
        unit: &'static str,
        /// The value.
        value: u32,
        /// The least possible.
        least: u32,
        /// The most possible.
        most: u32,
    },
    /// Too many operations for the size.
    #[error("{iops} IOPS need at least {least} GiB")]
    TooSmall {
        /// The operations.
        iops: u32,
        /// The size that they need.
        least: u32,
    },
    /// Too few operations for the throughput.
    #[error("{throughput} MiB/s need at least {least} IOPS")]
    TooSlow {
        /// The throughput.
        throughput: u32,
        /// The operations that it needs.
        least: u32,
    },
    /// Smaller than what it is made from.
    #[error("{gib} GiB are less than the {least} GiB of the snapshot in stackgen.lock that the volume is made from")]
    Snapshot {
        /// The size.
        gib: u32,
        /// The size of the snapshot.
        least: u32,
    },
}

/// Checks size, operations a second and throughput together.
///
/// # Errors
/// Names the value that is not possible.
pub fn check_gp3(gib: u32, iops: u32, throughput: u32) -> Result<(), SizeError> {
    for (unit, value, range) in [("GiB", gib, GIB), ("IOPS", iops, IOPS), ("MiB/s", throughput, THROUGHPUT)] {
        if !range.contains(&value) {
            return Err(SizeError::Range { unit, value, least: *range.start(), most: *range.end() });
        }
    }
    // Every size has the baseline.
    let least = iops.div_ceil(IOPS_A_GIB);
    if iops > *IOPS.start() && gib < least {
        return Err(SizeError::TooSmall { iops, least });
    }
    let least = throughput * IOPS_A_MIB;
    if iops < least { Err(SizeError::TooSlow { throughput, least }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SizeError, check_gp3};

    #[test]
    fn the_baseline_fits_every_size() {
        assert_eq!(check_gp3(1, 3_000, 125), Ok(()));
        assert_eq!(check_gp3(20, 3_000, 125), Ok(()));
        assert!(matches!(check_gp3(0, 3_000, 125), Err(SizeError::Range { unit: "GiB", .. })));
        assert_eq!(check_gp3(20, 16_000, 125), Err(SizeError::TooSmall { iops: 16_000, least: 32 }));
        assert_eq!(check_gp3(500, 3_000, 1_000), Err(SizeError::TooSlow { throughput: 1_000, least: 4_000 }));
    }

    proptest! {
        #[test]
        fn what_an_error_asks_for_is_enough(gib in 1_u32..=65_536, iops in 3_000_u32..=80_000, throughput in 125_u32..=2_000) {
            let enough = match check_gp3(gib, iops, throughput) {
                Ok(()) => return Ok(()),
                Err(SizeError::TooSmall { least, .. }) => check_gp3(least, iops, throughput),
                Err(SizeError::TooSlow { least, .. }) => check_gp3(65_536, least, throughput),
                Err(error) => Err(error),
            };
            let still = matches!(enough, Err(SizeError::TooSmall { .. } | SizeError::Range { .. }));
            prop_assert!(!still, "{:?}", enough);
        }
    }
}
