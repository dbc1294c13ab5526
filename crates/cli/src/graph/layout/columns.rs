//! Puts layers of items side by side as columns, or as rows one under the other.
use std::cmp::Ordering;

use super::Item;
use super::layers::Arrow;
use super::rect::{Arrangement, Aspect, Rect};
use super::spread::{Wish, spread};

/// Units between items of a layer, so that two arrows can pass.
pub(super) const ACROSS: i32 = 3;
/// Units between layers, before arrows need more.
const ALONG: i32 = 5;
const MOST_ALONG: i32 = 12;
const SWEEPS: usize = 8;
/// Cards of a column get the same width if they differ by no more than this.
const STRETCH: i32 = 12;

/// How a frame's content should look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wished {
    pub(super) aspect: Aspect,
    /// Whether layers begin at one line, as stacks do, instead of standing where arrows run straight.
    pub(super) flush: bool,
}

/// The best of several ways to place connected items.
pub(super) fn columns(items: &[Item], layers: &[Vec<usize>], arrows: &[Arrow], wish: Wished) -> Arrangement {
    let mut best: Option<(i64, Arrangement)> = None;
    for down in [false, true] {
        let seen: Vec<Item> = items.iter().map(|item| if down { item.turned() } else { *item }).collect();
        let longest = layers.iter().map(|layer| extent(&seen, layer)).max().unwrap_or(0);
        for part in 1..=4 {
            let folded = fold(&seen, layers, longest / part);
            let mut places = place(&seen, &folded, arrows, down, wish.flush);
            if down {
                places.iter_mut().for_each(|place| *place = place.turned());
            }
            let found = Arrangement::of(places);
            // A broken layer costs longer arrows, so it has to spare a good deal of room.
            let score = found.score(wish.aspect) / 4 * i64::from(3 + part);
            if best.as_ref().is_none_or(|(least, _)| score < *least) {
                best = Some((score, found));
            }
        }
    }
    best.map(|(_, found)| found).unwrap_or_default()
}

fn extent(items: &[Item], layer: &[usize]) -> i32 {
    layer.iter().map(|&item| items[item].height + ACROSS).sum()
}

/// Breaks layers that are longer than `limit`: thirty log groups make a block and no tower.
fn fold(items: &[Item], layers: &[Vec<usize>], limit: i32) -> Vec<Vec<usize>> {
    let mut folded = Vec::new();
    for layer in layers {
        let parts = (extent(items, layer) / limit.max(1)).clamp(1, layer.len().max(1) as i32) as usize;
        folded.extend(layer.chunks(layer.len().div_ceil(parts).max(1)).map(<[usize]>::to_vec));
    }
    folded
}

fn place(items: &[Item], layers: &[Vec<usize>], arrows: &[Arrow], down: bool, flush: bool) -> Vec<Rect> {
    let mut places = vec![Rect::default(); items.len()];
    let mut x = 0;
    for (rank, layer) in layers.iter().enumerate() {
        let width = layer.iter().map(|&item| items[item].width).max().unwrap_or(0);
        let mut y = if flush { 0 } else { -extent(items, layer) / 2 };
        for &item in layer {
            let Item { width: own, height, is_card } = items[item];
            let stretched = is_card && !down && width - own <= STRETCH;
            let left = if stretched { 0 } else { aside(item, items[item], width, rank, layers, arrows) };
            let own = if stretched { width } else { own };
            places[item] = Rect { x: x + left, y, width: own, height };
            y += height + ACROSS;
        }
        x += width + room(layers, rank, arrows);
    }
    if !flush {
        straighten(&mut places, layers, arrows, down);
    }
    places
}

/// How far into its layer a narrow item stands: near to those that it has most to do with.
fn aside(item: usize, own: Item, width: i32, rank: usize, layers: &[Vec<usize>], arrows: &[Arrow]) -> i32 {
    let before = |other: usize| layers[..rank].iter().flatten().any(|&one| one == other);
    let others = arrows.iter().filter_map(|arrow| match (arrow.from == item, arrow.to == item) {
        (true, false) => Some(arrow.to),
        (false, true) => Some(arrow.from),
        _ => None,
    });
    let (back, on): (Vec<usize>, Vec<usize>) = others.partition(|&other| before(other));
    match back.len().cmp(&on.len()) {
        Ordering::Greater => 0,
        Ordering::Equal => (width - own.width) / 2,
        Ordering::Less => width - own.width,
    }
}

/// Units between a layer and the next one: every arrow that passes wants a line of its own.
fn room(layers: &[Vec<usize>], rank: usize, arrows: &[Arrow]) -> i32 {
    let upto = |item: usize| layers[..=rank].iter().flatten().any(|&other| other == item);
    let passing = arrows.iter().filter(|arrow| upto(arrow.from) != upto(arrow.to)).count();
    ALONG + (passing as i32 / 2).min(MOST_ALONG)
}

/// Moves items across so that arrows run straight where they can.
fn straighten(places: &mut [Rect], layers: &[Vec<usize>], arrows: &[Arrow], down: bool) {
    let end = |place: Rect, at: f64| {
        // Rows have their arrows at the sides of a card; seen from above, these are at both its ends.
        let at = if down { 0.5 } else { at };
        f64::from(place.y) + f64::from(place.height) * at
    };
    for sweep in 0..SWEEPS {
        let ranks: Vec<usize> =
            if sweep % 2 == 0 { (0..layers.len()).collect() } else { (0..layers.len()).rev().collect() };
        for rank in ranks {
            let wish = |&item: &usize| {
                let place = places[item];
                let middle = f64::from(place.y) + f64::from(place.height) / 2.0;
                let wants = arrows.iter().filter_map(|arrow| {
                    let (own, other) = match (arrow.from == item, arrow.to == item) {
                        (true, false) => (end(place, arrow.from_at), end(places[arrow.to], arrow.to_at)),
                        (false, true) => (end(place, arrow.to_at), end(places[arrow.from], arrow.from_at)),
                        _ => return None,
                    };
                    Some(middle + other - own)
                });
                let (sum, count) = wants.fold((0.0, 0.0), |(sum, count), want| (sum + want, count + 1.0));
                Wish { middle: if count == 0.0 { middle } else { sum / count }, length: place.height }
            };
            let wishes: Vec<Wish> = layers[rank].iter().map(wish).collect();
            for (&item, y) in layers[rank].iter().zip(spread(&wishes, ACROSS)) {
                places[item].y = y;
            }
        }
    }
}
