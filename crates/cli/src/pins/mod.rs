//! Pinned images: the [`locks`] that they stand in, what happens when one is [`missing`], and what is said of them before a
//! deploy ([`told`]). The [`inputs`] of stacks are recorded beside them.
pub(crate) mod inputs;
pub(crate) mod locks;
pub(crate) mod missing;
pub(crate) mod told;

use std::io::{self, IsTerminal as _};

use stackgen_assembly::ImageEntry;
use thiserror::Error;

use crate::Context;
use crate::select::NoStack;
use crate::shell::STRONG;

/// Why nothing was pinned, or a pin cannot be used.
#[derive(Debug, Error)]
pub(crate) enum PinError {
    #[error("recording a pin needs a yes, and there is no terminal to ask on; nothing was done")]
    Unconfirmed { stacks: Vec<String>, words: String },
    #[error("not recorded; nothing was done")]
    Declined,
    #[error("cannot read an answer")]
    Answer(#[source] io::Error),
    #[error("images that cannot be deployed; nothing was done:\n  {}", .0.join("\n  "))]
    Misfits(Vec<String>),
    #[error("{} in stackgen.lock", crate::table::counted(*count, "fault"))]
    Faults { count: usize, words: String },
    #[error("the stack `{0}` wants no image")]
    NoImages(String),
    #[error("the stack `{stack}` wants {} images; say which one", images.len())]
    WhichImage { stack: String, images: Vec<String> },
    #[error("the stack `{stack}` has no image `{image}`")]
    NoImage { stack: String, image: String, images: Vec<String> },
    #[error("{id} has a root of {gib} GiB, and EC2 puts none into a machine whose root has {own}")]
    SmallRoot { id: String, gib: u32, own: u32 },
    #[error("`{0}` has no host yet that could stay")]
    NoHost(String),
    #[error("nothing says what to publish")]
    NothingToPublish,
    #[error("an image of {owner} cannot be published here: this account is another one")]
    OthersImage { owner: String },
    #[error(transparent)]
    Stack(#[from] NoStack),
}

/// Asks for a yes. Without a terminal there is no answer.
pub(crate) fn confirmed(context: &Context, question: &str) -> Result<Option<bool>, PinError> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    context.shell.message(&format!("{STRONG}{question} [y/N]{STRONG:#} "));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(PinError::Answer)?;
    Ok(Some(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes")))
}

/// The regions of some images, each once; none is wherever the credentials point.
pub(crate) fn regions(images: &[ImageEntry]) -> Vec<Option<String>> {
    let mut regions: Vec<Option<String>> = images.iter().map(|image| image.region.clone()).collect();
    regions.sort();
    regions.dedup();
    regions
}

/// The images of a region.
pub(crate) fn in_region<'a>(
    images: &'a [ImageEntry],
    region: &'a Option<String>,
) -> impl Iterator<Item = &'a ImageEntry> {
    images.iter().filter(move |image| image.region == *region)
}
