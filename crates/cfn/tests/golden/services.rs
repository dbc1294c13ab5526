/// Resource types of Toys: 2 of them.
#[allow(clippy::all, reason = "generated")]
pub mod toys {
    include!(concat!(env!("OUT_DIR"), "/toys.rs"));
}
