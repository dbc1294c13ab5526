//! Ranks and orders: who stands before whom, so that arrows mostly point the same way and seldom cross.

/// An arrow between two items. `from_at` and `to_at` say where on the item it starts and ends, from 0 to 1, because a card
/// with many rows has its arrows at different heights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) from_at: f64,
    pub(super) to_at: f64,
}

/// The items of each rank, in their order across.
pub(super) fn layers(count: usize, arrows: &[Arrow]) -> Vec<Vec<usize>> {
    let ranks = ranks(count, &without_cycles(count, arrows));
    let depth = ranks.iter().max().map_or(0, |rank| rank + 1);
    let mut layers = vec![Vec::new(); depth];
    for (item, &rank) in ranks.iter().enumerate() {
        layers[rank].push(item);
    }
    order(&mut layers, count, arrows);
    layers
}

/// The arrows as pairs, with those turned around that close a cycle.
fn without_cycles(count: usize, arrows: &[Arrow]) -> Vec<(usize, usize)> {
    let mut next = vec![Vec::new(); count];
    for arrow in arrows {
        next[arrow.from].push(arrow.to);
    }
    // When an item is left; an arrow to an item that is left later goes backwards.
    let mut left = vec![usize::MAX; count];
    let mut clock = 0;
    let mut entered = vec![false; count];
    for start in 0..count {
        let mut stack = vec![(start, 0)];
        while let Some((item, done)) = stack.pop() {
            if left[item] != usize::MAX {
                continue;
            }
            entered[item] = true;
            match next[item].get(done) {
                Some(&to) => {
                    stack.push((item, done + 1));
                    if left[to] == usize::MAX && !entered[to] {
                        stack.push((to, 0));
                    }
                }
                None => {
                    left[item] = clock;
                    clock += 1;
                }
            }
        }
    }
    let forwards =
        |arrow: &Arrow| if left[arrow.to] < left[arrow.from] { (arrow.from, arrow.to) } else { (arrow.to, arrow.from) };
    arrows.iter().filter(|arrow| arrow.from != arrow.to).map(forwards).collect()
}

/// The longest way to each item, and then sources moved up to what they point to: a volume stands beside its instance.
fn ranks(count: usize, pairs: &[(usize, usize)]) -> Vec<usize> {
    let mut ranks = vec![0; count];
    // Without cycles no way is longer than the number of items, so this ends.
    settle(count, || {
        let before = ranks.clone();
        pairs.iter().for_each(|&(from, to)| ranks[to] = ranks[to].max(ranks[from] + 1));
        ranks != before
    });
    let mut balance = vec![0_i32; count];
    for &(from, to) in pairs {
        balance[from] += 1;
        balance[to] -= 1;
    }
    settle(count, || {
        let mut nearest = vec![usize::MAX; count];
        pairs.iter().for_each(|&(from, to)| nearest[from] = nearest[from].min(ranks[to]));
        let before = ranks.clone();
        for item in (0..count).filter(|&item| balance[item] >= 0 && nearest[item] != usize::MAX) {
            ranks[item] = ranks[item].max(nearest[item] - 1);
        }
        ranks != before
    });
    ranks
}

/// Repeats a step until it changes nothing, or has had every chance to.
fn settle(count: usize, mut step: impl FnMut() -> bool) {
    for _ in 0..=count {
        if !step() {
            break;
        }
    }
}

const SWEEPS: usize = 12;

/// Sorts each layer by the mean place of its neighbours, to and fro, and keeps the order with the fewest crossings.
fn order(layers: &mut Vec<Vec<usize>>, count: usize, arrows: &[Arrow]) {
    let mut best = layers.clone();
    let mut fewest = crossings(layers, count, arrows);
    for sweep in 0..SWEEPS {
        let forwards = sweep % 2 == 0;
        let ranks: Vec<usize> =
            if forwards { (1..layers.len()).collect() } else { (0..layers.len().saturating_sub(1)).rev().collect() };
        for rank in ranks {
            let places = places(layers, count);
            let wish = |item: usize| {
                let ends = arrows.iter().filter_map(|arrow| other_end(arrow, item, forwards, &places));
                let (sum, count) = ends.fold((0.0, 0.0), |(sum, count), end| (sum + end, count + 1.0));
                if count == 0.0 { places[item] } else { sum / count }
            };
            layers[rank].sort_by(|&left, &right| wish(left).total_cmp(&wish(right)));
        }
        let now = crossings(layers, count, arrows);
        if now < fewest {
            (best, fewest) = (layers.clone(), now);
        }
    }
    *layers = best;
}

/// Where the other end of an arrow is, if that counts in this direction.
fn other_end(arrow: &Arrow, item: usize, forwards: bool, places: &[f64]) -> Option<f64> {
    match (arrow.from == item, arrow.to == item) {
        (_, true) if forwards => Some(places[arrow.from] + arrow.from_at),
        (true, _) if !forwards => Some(places[arrow.to] + arrow.to_at),
        _ => None,
    }
}

/// Each item's place in its layer, as a part of the layer.
fn places(layers: &[Vec<usize>], count: usize) -> Vec<f64> {
    let mut places = vec![0.0; count];
    for layer in layers {
        for (index, &item) in layer.iter().enumerate() {
            places[item] = index as f64;
        }
    }
    places
}

/// Pairs of arrows between the same two ranks that cross.
fn crossings(layers: &[Vec<usize>], count: usize, arrows: &[Arrow]) -> usize {
    let places = places(layers, count);
    let mut ranks = vec![0; count];
    for (rank, layer) in layers.iter().enumerate() {
        layer.iter().for_each(|&item| ranks[item] = rank);
    }
    let ends = |arrow: &Arrow| {
        let (from, to) = (places[arrow.from] + arrow.from_at, places[arrow.to] + arrow.to_at);
        if ranks[arrow.from] <= ranks[arrow.to] {
            (ranks[arrow.from], ranks[arrow.to], from, to)
        } else {
            (ranks[arrow.to], ranks[arrow.from], to, from)
        }
    };
    let ends: Vec<_> = arrows.iter().map(ends).collect();
    let mut crossings = 0;
    for (index, left) in ends.iter().enumerate() {
        for right in &ends[index + 1..] {
            let overlap = left.0.max(right.0) < left.1.min(right.1);
            crossings += usize::from(overlap && (left.2 - right.2) * (left.3 - right.3) < 0.0);
        }
    }
    crossings
}
