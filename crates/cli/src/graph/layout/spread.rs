//! Places along one line: as near as possible to where each thing wants to be, in order and without touching.

/// A thing on the line: where its middle wants to be, and its length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) middle: f64,
    pub(super) length: i32,
}

/// The starts of the things, at least `gap` apart, with the least sum of squared distances from the wishes.
///
/// This is isotonic regression by pooling: neighbours that would overlap become a block that moves as one.
pub(super) fn spread(wishes: &[Wish], gap: i32) -> Vec<i32> {
    let mut before = 0;
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let mut offsets = Vec::new();
    for wish in wishes {
        // Where the whole line would have to start, if all stood close together, for this one to get its wish.
        let start = wish.middle - f64::from(wish.length) / 2.0 - f64::from(before);
        offsets.push(before);
        before += wish.length + gap;
        let mut block = (start, 1);
        while let Some(&(mean, size)) = blocks.last().filter(|(mean, _)| *mean > block.0) {
            let total = size + block.1;
            block = ((mean * size as f64 + block.0 * block.1 as f64) / total as f64, total);
            blocks.pop();
        }
        blocks.push(block);
    }
    let starts = blocks.iter().flat_map(|&(mean, size)| std::iter::repeat_n(mean.round() as i32, size));
    starts.zip(offsets).map(|(start, offset)| start + offset).collect()
}
