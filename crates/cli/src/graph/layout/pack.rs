//! Fits groups of items together: each connected group in layers, single cards in a grid beside or under them.
use super::Item;
use super::columns::{Wished, columns};
use super::layers::{Arrow, layers};
use super::rect::{Arrangement, Rect};

/// Units between groups.
const GAP: i32 = 4;

/// Places for all items of one frame.
pub(super) fn pack(items: &[Item], arrows: &[Arrow], wish: Wished) -> Arrangement {
    let groups = groups(items.len(), arrows);
    let (cards, others): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|group| group.len() == 1 && items[group[0]].is_card);
    let cards: Vec<usize> = cards.into_iter().flatten().collect();
    let pieces: Vec<(Vec<usize>, Arrangement)> =
        others.into_iter().map(|group| piece(items, arrows, group, wish)).collect();
    let mut places = vec![Rect::default(); items.len()];
    let (width, height) = shelve(&pieces, &mut places, wish);
    if cards.is_empty() {
        return Arrangement::of(places);
    }
    let sizes: Vec<Item> = cards.iter().map(|&card| items[card]).collect();
    let grids = (1..=cards.len()).map(|count| grid(&sizes, count));
    let spots = grids.flat_map(|grid| [(0, height + GAP, grid.clone()), (width + GAP, 0, grid)]);
    let spots = spots.filter(|(x, y, _)| width > 0 || (*x, *y) == (0, height + GAP));
    let candidates = spots.map(|(x, y, grid)| {
        let mut places = places.clone();
        cards.iter().zip(&grid.places).for_each(|(&card, place)| places[card] = place.moved(x, y));
        Arrangement::of(places)
    });
    candidates.min_by_key(|found| found.score(wish.aspect)).unwrap_or_default()
}

/// Items that arrows connect, in the order of their first items.
fn groups(count: usize, arrows: &[Arrow]) -> Vec<Vec<usize>> {
    let mut names: Vec<usize> = (0..count).collect();
    for arrow in arrows {
        let (kept, gone) = (names[arrow.from].min(names[arrow.to]), names[arrow.from].max(names[arrow.to]));
        names.iter_mut().filter(|name| **name == gone).for_each(|name| *name = kept);
    }
    let members = |name| (0..count).filter(|&item| names[item] == name).collect::<Vec<usize>>();
    (0..count).filter(|&item| names[item] == item).map(members).collect()
}

fn piece(items: &[Item], arrows: &[Arrow], group: Vec<usize>, wish: Wished) -> (Vec<usize>, Arrangement) {
    let own: Vec<Item> = group.iter().map(|&item| items[item]).collect();
    let position = |item| group.iter().position(|&member| member == item);
    let inside = arrows.iter().filter_map(|arrow| {
        let (from, to) = (position(arrow.from)?, position(arrow.to)?);
        Some(Arrow { from, to, ..*arrow })
    });
    let inside: Vec<Arrow> = inside.collect();
    let arrangement = columns(&own, &layers(own.len(), &inside), &inside, wish);
    (group, arrangement)
}

/// Puts pieces on shelves, the highest first, and tells how much room they take.
fn shelve(pieces: &[(Vec<usize>, Arrangement)], places: &mut [Rect], wish: Wished) -> (i32, i32) {
    let mut order: Vec<&(Vec<usize>, Arrangement)> = pieces.iter().collect();
    order.sort_by_key(|(_, piece)| -piece.height);
    let sizes: Vec<(i32, i32)> = order.iter().map(|(_, piece)| (piece.width, piece.height)).collect();
    let limits = (1..=sizes.len()).map(|count| sizes[..count].iter().map(|(width, _)| width + GAP).sum::<i32>());
    let corners = limits.map(|limit| shelves(&sizes, limit));
    let whole = |corners: &Vec<(i32, i32)>| {
        let boxes = corners.iter().zip(&sizes).map(|(&(x, y), &(width, height))| Rect { x, y, width, height });
        Arrangement::of(boxes.collect())
    };
    let Some(corners) = corners.min_by_key(|corners| whole(corners).score(wish.aspect)) else { return (0, 0) };
    for ((group, piece), &(x, y)) in order.iter().zip(&corners) {
        group.iter().zip(&piece.places).for_each(|(&item, place)| places[item] = place.moved(x, y));
    }
    let whole = whole(&corners);
    (whole.width, whole.height)
}

fn shelves(sizes: &[(i32, i32)], limit: i32) -> Vec<(i32, i32)> {
    let (mut x, mut y, mut highest) = (0, 0, 0);
    let mut corners = Vec::new();
    for &(width, height) in sizes {
        if x > 0 && x + width > limit {
            (x, y, highest) = (0, y + highest + GAP, 0);
        }
        corners.push((x, y));
        x += width + GAP;
        highest = highest.max(height);
    }
    corners
}

/// Cards in `count` columns, each as wide as its widest card.
fn grid(items: &[Item], count: usize) -> Arrangement {
    let rows = items.len().div_ceil(count);
    let mut places = Vec::new();
    let mut x = 0;
    for column in items.chunks(rows) {
        let width = column.iter().map(|item| item.width).max().unwrap_or(0);
        let mut y = 0;
        for item in column {
            places.push(Rect { x, y, width, height: item.height });
            y += item.height + super::columns::ACROSS;
        }
        x += width + super::columns::ACROSS;
    }
    Arrangement::of(places)
}
