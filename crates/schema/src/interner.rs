//! Numbers for texts, and texts as words.
//!
//! The names of AWS are made of few words, so spelling them with numbers of words takes less than half the room.
use std::collections::HashMap;

use crate::file::push_varint;
use crate::wire::{Parts, Str};

/// The items of one section of the file.
pub(crate) type Items = Vec<Vec<u8>>;

/// Numbers for texts.
#[derive(Default)]
pub(crate) struct Interner {
    ids: HashMap<String, Str>,
    texts: Vec<String>,
    uses: Vec<u32>,
}

impl Interner {
    pub(crate) fn id(&mut self, text: &str) -> Str {
        let id = match self.ids.get(text) {
            Some(id) => *id,
            None => {
                let id = self.texts.len() as Str;
                self.ids.insert(text.to_owned(), id);
                self.texts.push(text.to_owned());
                self.uses.push(0);
                id
            }
        };
        self.uses[id as usize] += 1;
        id
    }

    pub(crate) fn all(&mut self, texts: &[String]) -> Vec<Str> {
        texts.iter().map(|text| self.id(text)).collect()
    }

    pub(crate) fn parts(&mut self, texts: &[String], separator: &str) -> Vec<Parts> {
        texts.iter().map(|text| text.split(separator).map(|part| self.id(part)).collect()).collect()
    }

    pub(crate) fn parts_by_key(&mut self, list: &[(String, Vec<String>)], separator: &str) -> Vec<(Str, Vec<Parts>)> {
        list.iter().map(|(key, texts)| (self.id(key), self.parts(texts, separator))).collect()
    }

    pub(crate) fn opt(&mut self, text: &Option<String>) -> Option<Str> {
        text.as_ref().map(|text| self.id(text))
    }

    pub(crate) fn keyed(&mut self, list: &[(String, Vec<String>)]) -> Vec<(Str, Vec<Str>)> {
        list.iter().map(|(key, texts)| (self.id(key), self.all(texts))).collect()
    }

    pub(crate) fn groups(&mut self, groups: &[Vec<String>]) -> Vec<Vec<Str>> {
        groups.iter().map(|group| self.all(group)).collect()
    }

    /// The same texts, the most used first.
    pub(crate) fn by_use(self) -> Interner {
        let mut order: Vec<(u32, String)> = self.uses.into_iter().zip(self.texts).collect();
        order.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut sorted = Interner::default();
        for (_, text) in order {
            sorted.id(&text);
        }
        sorted
    }

    /// The words of all texts, and the texts as numbers of words.
    pub(crate) fn spell(self) -> Option<(Items, Items)> {
        let mut counting = Interner::default();
        for text in &self.texts {
            for word in words(text) {
                counting.id(word);
            }
        }
        let mut numbering = counting.by_use();
        let mut spelled = Vec::new();
        for text in &self.texts {
            let mut bytes = Vec::new();
            for word in words(text) {
                push_varint(&mut bytes, numbering.id(word) as usize)?;
            }
            spelled.push(bytes);
        }
        Some((numbering.texts.into_iter().map(String::into_bytes).collect(), spelled))
    }
}

/// Cuts a text where a capital, a digit or a sign begins: `DescribeDBInstances` is `Describe`, `DBInstances`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut letters = rest.char_indices().peekable();
        let (_, mut last) = letters.next()?;
        let end = letters.find(|(_, letter)| !continues(std::mem::replace(&mut last, *letter), *letter));
        let (word, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(word)
    })
}

fn continues(before: char, letter: char) -> bool {
    let upper = |letter: char| letter.is_ascii_uppercase();
    let lower = |letter: char| letter.is_ascii_lowercase();
    let digit = |letter: char| letter.is_ascii_digit();
    (upper(before) && (upper(letter) || lower(letter)))
        || (lower(before) && lower(letter))
        || (digit(before) && digit(letter))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn cuts() {
        let cut = |text| words(text).collect::<Vec<_>>().join("|");
        assert_eq!(cut("DescribeVolumes"), "Describe|Volumes");
        assert_eq!(cut("DBInstance"), "DBInstance");
        assert_eq!(cut("ec2:RunInstances"), "ec|2|:|Run|Instances");
        assert_eq!(cut("^[a-z]{1,12}$"), "^|[|a|-|z|]|{|1|,|12|}|$");
        assert_eq!(cut("größe"), "gr|ö|ß|e");
        assert_eq!(cut(""), "");
    }
}
