//! The plan of a batch of sequences: which of its rows belong to which step.
//!
//! Examples are sorted by falling length. In the order of the plan, the rows of a step lie together, step after step: those of an example that
//! has ended are missing at the end of a step, and padding has no row.

use crate::element::Real;
use crate::list::List;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;

/// Which rows of `[steps, batch]` belong to which step.
pub struct Plan {
    /// The examples by falling length.
    pub order: List<usize>,
    /// For each row, in the order of the plan, its place among those of `[steps, batch]`.
    pub rows: List<usize>,
    /// The first row of each step, and the one behind the last.
    starts: List<usize>,
    /// Whether the rows of `[steps, batch]` are in the order of the plan, all of them, as in a batch of one length.
    in_order: bool,
}

impl Plan {
    /// The plan for examples of these lengths, or of `steps` each. In reverse, an example begins at its own last step.
    pub fn new([steps, batch]: [usize; 2], lengths: Option<&[i64]>, reverse: bool) -> Self {
        let length = |example: usize| lengths.map_or(steps, |lengths| lengths[example] as usize);
        let mut order: List<usize> = (0..batch).collect();
        order.sort_by_key(|&example| Reverse(length(example)));
        let (mut rows, mut starts) = (List::new(), List::from([0]));
        for s in 0..order.first().map_or(0, |&longest| length(longest)) {
            for &example in order.iter().take_while(|&&example| length(example) > s) {
                let time = if reverse { length(example) - 1 - s } else { s };
                rows.push(time * batch + example);
            }
            starts.push(rows.len());
        }
        let in_order = rows.iter().copied().eq(0..steps * batch);
        Plan { order, rows, starts, in_order }
    }

    /// The number of steps, those of the longest example.
    pub fn steps(&self) -> usize {
        self.starts.len() - 1
    }

    /// The rows of a step; none behind the last step.
    pub fn step(&self, s: usize) -> Range<usize> {
        let start = |s: usize| self.starts[s.min(self.steps())];
        start(s)..start(s + 1)
    }

    /// Whether the rows of `[steps, batch]` are in the order of the plan already, and all of them.
    pub fn in_order(&self) -> bool {
        self.in_order
    }

    /// The rows of `x`, which has one for each step and example, in the order of the plan.
    #[inline(never)]
    pub fn pack<'a, T: Real>(&self, x: &'a [T], width: usize) -> Cow<'a, [T]> {
        if self.in_order { Cow::Borrowed(x) } else { Cow::Owned(take(x, &self.rows, width)) }
    }

    /// `out ←` rows in the order of the plan, each back at its step and example; 0 in padding.
    #[inline(never)]
    pub fn unpack<T: Real>(&self, packed: &[T], width: usize, out: &mut [T]) {
        if packed.len() < out.len() {
            out.fill(T::zero());
        }
        put(packed, &self.rows, width, out);
    }

    /// States of the examples of the batch, in the order of the plan.
    #[inline(never)]
    pub fn states<'a, T: Real>(&self, states: &'a [T], width: usize) -> Cow<'a, [T]> {
        if self.in_order { Cow::Borrowed(states) } else { Cow::Owned(take(states, &self.order, width)) }
    }

    /// States of the examples in the order of the plan, back in that of the batch.
    #[inline(never)]
    pub fn states_back<T: Real>(&self, states: &[T], width: usize, out: &mut [T]) {
        put(states, &self.order, width, out);
    }

    /// `last ←` the state of each example at its last step, of the states at all; one that has no step keeps what `last` holds.
    #[inline(never)]
    pub fn last<T: Real>(&self, states: &[T], width: usize, last: &mut [T]) {
        for s in 0..self.steps() {
            let step = self.step(s);
            // Those that are not among the rows of the next step end here.
            let ended = self.step(s + 1).len()..step.len();
            put(&states[(step.start + ended.start) * width..], &self.order[ended], width, last);
        }
    }

    /// For each row the state before it, of the initial ones in the order of the plan and those of all rows.
    #[inline(never)]
    pub fn before<T: Real>(&self, initial: &[T], states: &[T], width: usize, mut out: &mut [T]) {
        for s in 0..self.steps() {
            let part = out.split_off_mut(..self.step(s).len() * width).expect("there is a row for each");
            let before = s.checked_sub(1).map_or(initial, |s| &states[self.step(s).start * width..]);
            part.copy_from_slice(&before[..part.len()]);
        }
    }
}

/// Rows of a matrix, one behind the other.
fn take<T: Real>(x: &[T], rows: &[usize], width: usize) -> Vec<T> {
    let mut taken = Vec::with_capacity(rows.len() * width);
    rows.iter().for_each(|&row| taken.extend_from_slice(&x[row * width..][..width]));
    taken
}

/// Rows back to where [`take`] took them.
fn put<T: Real>(x: &[T], rows: &[usize], width: usize, out: &mut [T]) {
    for (i, &row) in rows.iter().enumerate() {
        out[row * width..][..width].copy_from_slice(&x[i * width..][..width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_sorted_by_length_and_each_step_has_those_that_still_run() {
        let plan = Plan::new([3, 4], Some(&[1, 3, 0, 3]), false);
        assert_eq!(*plan.order, [1, 3, 0, 2]);
        assert_eq!(*plan.rows, [1, 3, 0, 5, 7, 9, 11]); // step · 4 + example
        assert_eq!((0..=plan.steps()).map(|s| plan.step(s)).collect::<Vec<_>>(), [0..3, 3..5, 5..7, 7..7]);
        let reversed = Plan::new([3, 4], Some(&[1, 3, 0, 3]), true);
        assert_eq!(*reversed.rows, [9, 11, 0, 5, 7, 1, 3]);
    }

    #[test]
    fn what_is_unpacked_lies_where_it_was_and_padding_is_zero() {
        let x: Vec<f64> = (0..12).map(f64::from).collect();
        for (lengths, reverse) in [(None, false), (None, true), (Some([2, 0, 1]), true)] {
            let plan = Plan::new([2, 3], lengths.as_ref().map(|l| &l[..]), reverse);
            let mut back = vec![f64::NAN; 12];
            plan.unpack(&plan.pack(&x, 2), 2, &mut back);
            for (i, &found) in back.iter().enumerate() {
                let runs = lengths.is_none_or(|lengths| lengths[i / 2 % 3] as usize > i / 6);
                assert_eq!(found, if runs { x[i] } else { 0.0 });
            }
        }
        assert!(matches!(Plan::new([2, 3], None, false).pack(&x, 2), Cow::Borrowed(_)));
    }

    #[test]
    fn states_are_those_of_the_step_before_and_of_the_last() {
        let plan = Plan::new([3, 3], Some(&[1, 3, 0]), false); // rows 1, 0 | 1 | 1
        let states = [10.0, 11.0, 12.0, 13.0];
        let (mut before, mut last) = ([0.0; 4], [7.0, 8.0, 9.0]);
        plan.before(&[1.0, 2.0, 3.0], &states, 1, &mut before);
        plan.last(&states, 1, &mut last);
        assert_eq!((before, last), ([1.0, 2.0, 10.0, 12.0], [11.0, 13.0, 9.0]));
    }
}
