//! How wide a text is. A picture has no font of its own, so this measures with the widths of Helvetica, which Arial and
//! Liberation Sans share; the writer pins each text to the measured width, so that another font cannot push it over a box.

/// Widths of the characters from space to `~`, in thousandths of the font size.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
];

/// A size and weight of letters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Font {
    pub(super) size: i32,
    pub(super) bold: bool,
}

impl Font {
    /// The width of a text in pixels, rounded up.
    pub(super) fn width(self, text: &str) -> i32 {
        let thousandths: i32 = text.chars().map(|letter| self.letter(letter)).sum();
        (thousandths * self.size + 999) / 1000
    }

    /// Letters beyond ASCII are taken for as wide as they get; the picture may have some air, but nothing overlaps.
    fn letter(self, letter: char) -> i32 {
        let widths = if self.bold { &BOLD } else { &REGULAR };
        let index = u32::from(letter).checked_sub(32).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| widths.get(index)).map_or(1000, |&width| i32::from(width))
    }

    /// The text, with its middle left out if it is wider than `room`. Both ends of a logical id tell something.
    pub(super) fn fit(self, text: &str, room: i32) -> String {
        if self.width(text) <= room {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        for kept in (0..letters.len()).rev() {
            let (head, tail) = (kept.div_ceil(2), kept / 2);
            let short: String = letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect();
            if self.width(&short) <= room {
                return short;
            }
        }
        String::new()
    }
}
