//! The plan of a batch of sequences: which of its rows belong to which step.
//!
//! Examples are sorted by falling length and cut into groups, which take their steps independently. In the order of the plan, the rows
//! of a group lie together, step after step: rows of a step are neighbours, and padding has no row.

use crate::element::Real;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;

/// Which rows of `[steps, batch]` belong to which step.
pub struct Plan {
    /// The examples by falling length.
    pub order: Vec<usize>,
    /// For each row, in the order of the plan, its place among those of `[steps, batch]`.
    pub rows: Vec<usize>,
    /// Examples that take their steps together.
    pub groups: Vec<Group>,
    /// Rows of `[steps, batch]`, those of padding included.
    places: usize,
}

/// Examples that take their steps together.
pub struct Group {
    /// Their places in the order of the plan.
    pub examples: Range<usize>,
    /// The first row of each step, and the one behind the last. The examples that have ended are the last ones of the group.
    starts: Vec<usize>,
}

impl Group {
    /// The number of steps, those of the longest example.
    pub fn steps(&self) -> usize {
        self.starts.len() - 1
    }

    /// The rows of all steps.
    pub fn rows(&self) -> Range<usize> {
        self.starts[0]..self.starts[self.steps()]
    }

    /// The rows of a step, counted from the first of the group; none behind the last step.
    pub fn step(&self, s: usize) -> Range<usize> {
        let start = |s: usize| self.starts[s.min(self.steps())] - self.starts[0];
        start(s)..start(s + 1)
    }
}

impl Plan {
    /// The plan for examples of these lengths, or of `steps` each, in groups of at most `together`. In reverse, an example begins at its
    /// own last step.
    pub fn new([steps, batch]: [usize; 2], lengths: Option<&[i64]>, reverse: bool, together: usize) -> Self {
        let length = |example: usize| lengths.map_or(steps, |lengths| lengths[example] as usize);
        let mut order: Vec<usize> = (0..batch).collect();
        order.sort_by_key(|&example| Reverse(length(example)));
        let (mut rows, mut groups) = (Vec::new(), Vec::new());
        for first in (0..batch).step_by(together) {
            let examples = first..batch.min(first.saturating_add(together));
            let mut starts = vec![rows.len()];
            for s in 0..length(order[first]) {
                for &example in order[examples.clone()].iter().take_while(|&&example| length(example) > s) {
                    let time = if reverse { length(example) - 1 - s } else { s };
                    rows.push(time * batch + example);
                }
                starts.push(rows.len());
            }
            groups.push(Group { examples, starts });
        }
        Plan { order, rows, groups, places: steps * batch }
    }

    /// Some rows of `x`, which has one for each step and example, in the order of the plan.
    pub fn pack<'a, T: Real>(&self, rows: Range<usize>, x: &'a [T], width: usize) -> Cow<'a, [T]> {
        match self.in_order(rows.clone()) {
            true => Cow::Borrowed(&x[rows.start * width..rows.end * width]),
            false => Cow::Owned(take(x, &self.rows[rows], width)),
        }
    }

    /// Whether rows lie in the order of the plan already, as do those of a batch that is one group of one length.
    pub fn in_order(&self, rows: Range<usize>) -> bool {
        rows.clone().eq(self.rows[rows].iter().copied())
    }

    /// `out ←` rows in the order of the plan, each back at its step and example; 0 in padding.
    pub fn unpack<T: Real>(&self, packed: &[T], width: usize, out: &mut [T]) {
        self.clear_padding(out);
        put(packed, &self.rows, width, out);
    }

    /// States of the examples in the order of the plan, back in that of the batch.
    pub fn states_back<T: Real>(&self, states: &[T], width: usize, out: &mut [T]) {
        put(states, &self.order, width, out);
    }

    /// Clears what [`unpack`](Plan::unpack) would not write.
    pub fn clear_padding<T: Real>(&self, out: &mut [T]) {
        if self.rows.len() < self.places {
            out.fill(T::zero());
        }
    }
}

/// Rows of a matrix, one behind the other.
pub fn take<T: Real>(x: &[T], rows: &[usize], width: usize) -> Vec<T> {
    let mut taken = Vec::with_capacity(rows.len() * width);
    rows.iter().for_each(|&row| taken.extend_from_slice(&x[row * width..][..width]));
    taken
}

/// Rows back to where [`take`] took them.
pub fn put<T: Real>(x: &[T], rows: &[usize], width: usize, out: &mut [T]) {
    for (i, &row) in rows.iter().enumerate() {
        out[row * width..][..width].copy_from_slice(&x[i * width..][..width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_sorted_by_length_and_each_step_has_those_that_still_run() {
        let plan = Plan::new([3, 4], Some(&[1, 3, 0, 3]), false, 3);
        assert_eq!(plan.order, [1, 3, 0, 2]);
        assert_eq!(plan.rows, [1, 3, 0, 5, 7, 9, 11]); // step · 4 + example
        let running = |group: &Group| (0..=group.steps()).map(|s| group.step(s).len()).collect::<Vec<_>>();
        assert_eq!(plan.groups.iter().map(running).collect::<Vec<_>>(), [vec![3, 2, 2, 0], vec![0]]);
        let reversed = Plan::new([3, 4], Some(&[1, 3, 0, 3]), true, 3);
        assert_eq!(reversed.rows, [9, 11, 0, 5, 7, 1, 3]);
    }

    #[test]
    fn what_is_unpacked_lies_where_it_was_and_padding_is_zero() {
        let x: Vec<f64> = (0..12).map(f64::from).collect();
        for (lengths, reverse, together) in [(None, false, 9), (None, true, 2), (Some([2, 0, 1]), true, 2)] {
            let plan = Plan::new([2, 3], lengths.as_ref().map(|l| &l[..]), reverse, together);
            let mut back = vec![f64::NAN; 12];
            plan.unpack(&plan.pack(0..plan.rows.len(), &x, 2), 2, &mut back);
            for (i, &found) in back.iter().enumerate() {
                let runs = lengths.is_none_or(|lengths| lengths[i / 2 % 3] as usize > i / 6);
                assert_eq!(found, if runs { x[i] } else { 0.0 });
            }
        }
        let plan = Plan::new([2, 3], None, false, 3);
        assert!(matches!(plan.pack(0..6, &x, 2), Cow::Borrowed(_)));
    }
}
