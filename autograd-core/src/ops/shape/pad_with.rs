//! `pad_with`: a border made of the elements themselves.

use crate::ops::prelude::*;

/// Of what [`pad_with`](Var::pad_with) makes a border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PadMode {
    /// The elements as a mirror on the outermost one shows them: `c b | a b c | b a`.
    Reflect,
    /// The outermost element: `a a | a b c | c c`.
    Replicate,
    /// The elements from the other end: `b c | a b c | a b`.
    Circular,
}

impl<T: Real> Var<T> {
    /// The variable with a border of its own elements: for each axis how many come before and behind.
    ///
    /// See [`pad`](Var::pad) for a border of one value.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., before + n + behind, ..]`; a reflected border is smaller than `n`, a circular one at most `n`, and a
    /// replicated one needs an element
    ///
    /// # Gradient
    /// Each element gets the sum over its copies. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::PadMode};
    /// let x = Var::leaf([1.0, 2.0, 3.0]);
    /// assert_eq!(x.pad_with([(2, 1)], PadMode::Replicate).to_vec(), [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]);
    /// assert_eq!(x.pad_with([(2, 1)], PadMode::Circular).to_vec(), [2.0, 3.0, 1.0, 2.0, 3.0, 1.0]);
    /// let y = x.pad_with([(2, 1)], PadMode::Reflect);
    /// assert_eq!(y.to_vec(), [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 3.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If there are fewer borders than axes, or more, or one is wider than the shape allows.
    #[track_caller]
    #[must_use]
    #[doc(alias = "reflection_pad")]
    #[doc(alias = "replication_pad")]
    #[doc(alias = "circular_pad")]
    pub fn pad_with(&self, pads: impl AsRef<[(usize, usize)]>, mode: PadMode) -> Self {
        let pads = pads.as_ref();
        self.value().accept(
            "pad_with",
            "[.., n, ..] -> [.., before + n + behind, ..]",
            mode.accepts(pads, self.shape()),
        );
        let mut y = self.clone();
        for (axis, &(before, behind)) in pads.iter().enumerate().filter(|(_, pad)| **pad != (0, 0)) {
            let n = self.shape()[axis];
            let source = |i: usize| mode.source(i as i64 - before as i64, n as i64);
            y = y.index_select(axis as isize, &Tensor::from_fn(before + n + behind, source));
        }
        y
    }
}

impl PadMode {
    fn accepts(self, pads: &[(usize, usize)], x: &Shape) -> Result<(), Mismatch> {
        if pads.len() != x.rank() {
            return Err(Mismatch::new(format!("{} borders for {} axes", pads.len(), x.rank())));
        }
        for (axis, (&(before, behind), &n)) in pads.iter().zip(&**x).enumerate() {
            let widest = match self {
                PadMode::Reflect => n.saturating_sub(1),
                PadMode::Circular => n,
                PadMode::Replicate if n == 0 => 0,
                PadMode::Replicate => usize::MAX,
            };
            if before.max(behind) > widest {
                let (wide, mode) = (before.max(behind), self.name());
                let why = format!("axis {axis} has size {n}, a {mode} border is at most {widest} wide, not {wide}");
                return Err(Mismatch::new(why));
            }
        }
        let padded =
            |(&n, &(before, behind)): (&usize, &(usize, usize))| n.saturating_add(before).saturating_add(behind);
        x.iter().zip(pads).map(padded).collect::<Shape>().addressable().map(|_| ())
    }

    fn name(self) -> &'static str {
        match self {
            PadMode::Reflect => "reflected",
            PadMode::Replicate => "replicated",
            PadMode::Circular => "circular",
        }
    }

    /// The element of `n` that stands at place `i` of the border; the axis itself begins at 0.
    fn source(self, i: i64, n: i64) -> i64 {
        match self {
            PadMode::Reflect if i < 0 => -i,
            PadMode::Reflect if i >= n => 2 * (n - 1) - i,
            PadMode::Reflect => i,
            PadMode::Replicate => i.clamp(0, n - 1),
            PadMode::Circular => i.rem_euclid(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PadMode::{self, Circular, Reflect, Replicate};
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    #[test]
    fn borders_are_pytorchs() {
        let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let padded = |mode| x.pad_with([(1, 0), (1, 2)], mode).value().clone();
        assert_eq!(
            padded(Reflect),
            [[5.0, 4.0, 5.0, 6.0, 5.0, 4.0], [2.0, 1.0, 2.0, 3.0, 2.0, 1.0], [5.0, 4.0, 5.0, 6.0, 5.0, 4.0]].into()
        );
        assert_eq!(
            padded(Replicate),
            [[1.0, 1.0, 2.0, 3.0, 3.0, 3.0], [1.0, 1.0, 2.0, 3.0, 3.0, 3.0], [4.0, 4.0, 5.0, 6.0, 6.0, 6.0]].into()
        );
        assert_eq!(
            padded(Circular),
            [[6.0, 4.0, 5.0, 6.0, 4.0, 5.0], [3.0, 1.0, 2.0, 3.0, 1.0, 2.0], [6.0, 4.0, 5.0, 6.0, 4.0, 5.0]].into()
        );
        assert_eq!(x.pad_with([(0, 0), (3, 3)], Circular).to_vec()[..9], [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
        assert!(x.pad_with([(0, 0), (0, 0)], Reflect).value().shares(x.value()));
        assert_eq!(Var::leaf(1.0).pad_with([], Reflect).item(), 1.0);
    }

    #[test]
    fn gradients_of_both_orders() {
        let x = [Tensor::<f64>::linspace(-1.0, 1.0, 12).reshape([3, 4])];
        for mode in [Reflect, Replicate, Circular] {
            check_gradients(|x| x[0].pad_with([(2, 1), (0, 3)], mode).pow_scalar(3.0), &x);
        }
    }

    fn pad(shape: [usize; 2], pads: &[(usize, usize)], mode: PadMode) {
        let _ = Var::leaf(Tensor::<f64>::zeros(shape)).pad_with(pads, mode);
    }

    #[test]
    #[should_panic(expected = "pad_with: axis 1 has size 3, a reflected border is at most 2 wide, not 3")]
    fn a_mirror_shows_no_more_than_there_is() {
        pad([2, 3], &[(0, 0), (0, 3)], Reflect);
    }

    #[test]
    #[should_panic(expected = "pad_with: axis 0 has size 2, a circular border is at most 2 wide, not 3")]
    fn no_border_goes_around_twice() {
        pad([2, 3], &[(3, 0), (0, 0)], Circular);
    }

    #[test]
    #[should_panic(expected = "pad_with: axis 0 has size 0, a replicated border is at most 0 wide, not 1")]
    fn nothing_cannot_be_replicated() {
        pad([0, 3], &[(1, 0), (0, 0)], Replicate);
    }

    #[test]
    #[should_panic(expected = "pad_with: 1 borders for 2 axes")]
    fn each_axis_needs_a_border() {
        pad([2, 3], &[(0, 0)], Replicate);
    }

    #[test]
    #[should_panic(expected = "is more than memory can address")]
    fn a_border_beyond_memory_is_refused() {
        pad([2, 3], &[(0, 0), (usize::MAX, 0)], Replicate);
    }
}
