//! Order among things that need each other.

/// Positions `0..count` in an order in which each comes after what it needs; `(a, b)` says that `a` needs `b`. Otherwise
/// the original order stands.
///
/// # Errors
/// One cycle: each in it needs the next, and the last needs the first.
pub(super) fn order(count: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Result<Vec<usize>, Vec<usize>> {
    let mut needs = vec![Vec::new(); count];
    for (from, to) in edges {
        needs[from].push(to);
    }
    let mut visit = Visit { needs, state: vec![State::New; count], order: Vec::with_capacity(count) };
    (0..count).try_for_each(|start| visit.from(start))?;
    Ok(visit.order)
}

struct Visit {
    needs: Vec<Vec<usize>>,
    state: Vec<State>,
    order: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

impl Visit {
    /// Depth first with a stack of its own: a chain of ten thousand resources must not overflow the thread's.
    fn from(&mut self, start: usize) -> Result<(), Vec<usize>> {
        if self.state[start] != State::New {
            return Ok(());
        }
        self.state[start] = State::Open;
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            let Some(&to) = self.needs[at].get(*next) else {
                self.state[at] = State::Done;
                self.order.push(at);
                path.pop();
                continue;
            };
            *next += 1;
            match self.state[to] {
                State::Done => {}
                State::New => {
                    self.state[to] = State::Open;
                    path.push((to, 0));
                }
                State::Open => {
                    let path: Vec<usize> = path.iter().map(|(position, _)| *position).collect();
                    let begin = path.iter().position(|&position| position == to).unwrap_or_default();
                    return Err(path[begin..].to_vec());
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::order;

    #[test]
    fn keeps_the_given_order_where_nothing_is_needed() {
        assert_eq!(order(3, []), Ok(vec![0, 1, 2]));
        assert_eq!(order(3, [(0, 2)]), Ok(vec![2, 0, 1]));
    }

    #[test]
    fn names_a_cycle() {
        assert_eq!(order(4, [(0, 1), (1, 2), (2, 1)]), Err(vec![1, 2]));
        assert_eq!(order(1, [(0, 0)]), Err(vec![0]));
    }

    proptest! {
        #[test]
        fn everything_comes_after_what_it_needs(edges in prop::collection::vec((0_usize..30, 0_usize..30), 0..60)) {
            match order(30, edges.clone()) {
                Ok(sorted) => {
                    let at = |thing: usize| sorted.iter().position(|&other| other == thing);
                    prop_assert_eq!(sorted.len(), 30);
                    prop_assert!(edges.iter().all(|&(from, to)| at(to) < at(from)));
                }
                Err(cycle) => {
                    let closed = cycle.iter().zip(cycle.iter().cycle().skip(1));
                    prop_assert!(!cycle.is_empty());
                    prop_assert!(closed.into_iter().all(|(&from, &to)| edges.contains(&(from, to))));
                }
            }
        }
    }
}
