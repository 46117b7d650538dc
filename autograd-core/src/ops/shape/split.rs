//! `split`, `split_sizes`, `chunk` and `unbind`: a variable in parts along an axis.

use crate::ops::prelude::*;
use crate::tensor::AxisIndex;

/// What `split` and its kin say of shapes.
const RULE: &str = "[.., n, ..] -> [.., n0, ..], [.., n1, ..], .. with n0 + n1 + .. = n";

impl<T: Real> Var<T> {
    /// The parts of `size` elements along an axis; the last one is smaller if the size does not divide the axis. Views.
    ///
    /// # Shape
    /// `[.., n, ..] ->` as many `[.., size, ..]` as there are; one, which is empty, for an axis of size 0
    ///
    /// # Gradient
    /// `dx` is the gradients of the parts side by side. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0, 3.0, 4.0, 5.0]);
    /// let parts = x.split(2, 0);
    /// assert_eq!(parts[1].to_vec(), [3.0, 4.0]);
    /// assert_eq!(parts[2].to_vec(), [5.0]);
    /// let y = (&parts[0] * &parts[1]).sum();
    /// assert_eq!(y.backward().get(&x).unwrap().to_vec(), [3.0, 4.0, 1.0, 2.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or `size` is 0.
    #[track_caller]
    #[must_use]
    #[doc(alias = "array_split")]
    pub fn split(&self, size: usize, axis: isize) -> Vec<Self> {
        let found = self.shape().axis(axis).and_then(|axis| match size {
            0 => Err(Mismatch::new("the parts have size 0, it must be at least 1")),
            _ => Ok(axis),
        });
        let axis = self.value().accept("split", RULE, found);
        self.parts(axis, &ends(self.shape()[axis], size))
    }

    /// The parts of these sizes along an axis, one behind the other; together they are the whole axis. Views.
    ///
    /// # Shape
    /// `[.., n₀ + n₁ + .., ..] -> [.., n₀, ..], [.., n₁, ..], ..`
    ///
    /// # Gradient
    /// `dx` is the gradients of the parts side by side. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let [a, b] = x.split_sizes([1, 2], 1).try_into().unwrap();
    /// assert_eq!(*b.value(), [[2.0, 3.0], [5.0, 6.0]].into());
    /// assert_eq!((a * b).sum().backward().get(&x).unwrap().to_vec(), [5.0, 1.0, 1.0, 11.0, 4.0, 4.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or the sizes do not add up to its own.
    #[track_caller]
    #[must_use]
    #[doc(alias = "split_with_sizes")]
    pub fn split_sizes(&self, sizes: impl AsRef<[usize]>, axis: isize) -> Vec<Self> {
        let sizes = sizes.as_ref();
        let found = self.shape().axis(axis).and_then(|axis| {
            let (total, n) =
                (sizes.iter().fold(0, |total: usize, &size| total.saturating_add(size)), self.shape()[axis]);
            match total == n {
                true => Ok(axis),
                false => Err(Mismatch::new(format!("the sizes add up to {total}, axis {axis} has size {n}"))),
            }
        });
        let axis = self.value().accept("split_sizes", RULE, found);
        let mut end = 0;
        let ends: Vec<usize> = sizes.iter().map(|size| (end += size, end).1).collect();
        self.parts(axis, &ends)
    }

    /// The axis in `count` parts of equal size; the last one is smaller if the number does not divide the axis, and there are fewer parts
    /// if they would be empty. Views.
    ///
    /// # Shape
    /// `[.., n, ..] ->` at most `count` of `[.., ⌈n / count⌉, ..]`
    ///
    /// # Gradient
    /// `dx` is the gradients of the parts side by side. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let gates = Var::leaf([[1.0, 2.0, 3.0, 4.0]]);
    /// let [a, b] = gates.chunk(2, -1).try_into().unwrap();
    /// assert_eq!((a.to_vec(), b.to_vec()), (vec![1.0, 2.0], vec![3.0, 4.0]));
    /// assert_eq!((a * b).sum().backward().get(&gates).unwrap().to_vec(), [3.0, 4.0, 1.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or `count` is 0.
    #[track_caller]
    #[must_use]
    pub fn chunk(&self, count: usize, axis: isize) -> Vec<Self> {
        let found = self.shape().axis(axis).and_then(|axis| match count {
            0 => Err(Mismatch::new("an axis cannot be cut into 0 parts")),
            _ => Ok(axis),
        });
        let axis = self.value().accept("chunk", RULE, found);
        let n = self.shape()[axis];
        self.parts(axis, &ends(n, n.div_ceil(count)))
    }

    /// The part at each position along an axis, which is dropped. Views.
    ///
    /// `yᵢ[..] = x[.., i, ..]`
    ///
    /// # Shape
    /// `[.., n, ..] -> n` of `[.., ..]`
    ///
    /// # Gradient
    /// `dx` is the gradients of the parts, stacked. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let columns = x.unbind(1);
    /// assert_eq!(columns[1].to_vec(), [2.0, 4.0]);
    /// let y = (&columns[0] * &columns[1]).sum();
    /// assert_eq!(*y.backward().get(&x).unwrap(), [[2.0, 1.0], [4.0, 3.0]].into());
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    #[must_use]
    #[doc(alias = "unstack")]
    pub fn unbind(&self, axis: isize) -> Vec<Self> {
        let axis = self.value().accept("unbind", "[.., n, ..] -> n of [.., ..]", self.shape().axis(axis));
        let n = self.shape()[axis];
        let mut parts = if n == 0 { Vec::new() } else { self.parts(axis, &ends(n, 1)) };
        let shape = self.shape().reduced(&[axis], false);
        // A loop, not a closure: within a closure the caller's line is lost.
        for part in &mut parts {
            *part = part.reshape(&shape);
        }
        parts
    }

    /// The parts of an axis that end where `ends` say.
    #[track_caller]
    fn parts(&self, axis: usize, ends: &[usize]) -> Vec<Self> {
        let mut parts = Vec::with_capacity(ends.len());
        self.halve(axis, 0, ends, &mut parts);
        parts
    }

    /// Cuts into halves, these into halves, and so on: the gradient of each cut is as large as what it cuts, so that `k` parts cost
    /// the gradient `log k` passes over the whole, and not `k`.
    #[track_caller]
    fn halve(&self, axis: usize, start: usize, ends: &[usize], parts: &mut Vec<Self>) {
        match ends {
            [] => {}
            [_] => parts.push(self.clone()),
            _ => {
                let (left, right) = ends.split_at(ends.len() / 2);
                let cut = left[left.len() - 1];
                let mut ranges = List::filled(AxisIndex::from(..), axis + 1);
                ranges[axis] = (..cut - start).into();
                self.slice(&ranges[..]).halve(axis, start, left, parts);
                ranges[axis] = (cut - start..).into();
                self.slice(&ranges[..]).halve(axis, cut, right, parts);
            }
        }
    }
}

/// Where parts of `size` along an axis of `n` end; a single, empty one if the axis is.
fn ends(n: usize, size: usize) -> List<usize> {
    let count = n.div_ceil(size.max(1)).max(1);
    (1..=count).map(|i| i.saturating_mul(size).min(n)).collect()
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    fn sizes(parts: &[Var<f64>], axis: usize) -> Vec<usize> {
        parts.iter().map(|part| part.shape()[axis]).collect()
    }

    /// The parts, each scaled by its own number and cubed, so that an exchange would be seen.
    fn weighted(parts: &[Var<f64>]) -> Var<f64> {
        let parts: Vec<Var<f64>> =
            parts.iter().enumerate().map(|(i, part)| part.mul_scalar(i as f64 + 1.0).pow_scalar(3.0).sum()).collect();
        Var::stack(&parts, 0)
    }

    #[test]
    fn parts_side_by_side_are_the_whole() {
        let x = Var::leaf(Tensor::<f64>::arange(42).reshape([2, 7, 3]));
        for parts in [x.split(3, 1), x.split(usize::MAX, 1), x.split_sizes([2, 0, 4, 1], 1), x.chunk(3, 1)] {
            assert_eq!(Var::concat(&parts, 1).value(), x.value());
        }
        let rows = x.unbind(-2);
        assert_eq!(Var::stack(&rows, 1).value(), x.value());
    }

    #[test]
    fn sizes_are_pytorchs() {
        let x = Var::leaf(Tensor::<f64>::arange(7));
        assert_eq!(sizes(&x.split(3, 0), 0), [3, 3, 1]);
        assert_eq!(sizes(&x.chunk(3, 0), 0), [3, 3, 1]);
        assert_eq!(sizes(&x.chunk(4, 0), 0), [2, 2, 2, 1]);
        assert_eq!(sizes(&x.chunk(5, 0), 0), [2, 2, 2, 1]);
        assert_eq!(sizes(&x.chunk(usize::MAX, 0), 0), [1; 7]);
        let empty = Var::leaf(Tensor::<f64>::zeros([0, 2]));
        assert_eq!(sizes(&empty.split(3, 0), 0), [0]);
        assert_eq!(sizes(&empty.chunk(3, 0), 0), [0]);
        assert_eq!(sizes(&empty.split_sizes([0, 0], 0), 0), [0, 0]);
        assert!(empty.unbind(0).is_empty());
        assert!(empty.split_sizes([], 0).is_empty());
    }

    #[test]
    fn gradients_come_back_to_their_places() {
        let x = [Tensor::<f64>::linspace(-1.0, 1.0, 15).reshape([3, 5])];
        check_gradients(|x| weighted(&x[0].split(2, 1)), &x);
        check_gradients(|x| weighted(&x[0].split_sizes([1, 3, 1], -1)), &x);
        check_gradients(|x| weighted(&x[0].chunk(4, 1)), &x);
        check_gradients(|x| weighted(&x[0].unbind(0)[1..]), &x);
    }

    #[test]
    #[should_panic(expected = "split: the parts have size 0, it must be at least 1")]
    fn parts_of_nothing_are_refused() {
        let _ = Var::leaf([1.0, 2.0]).split(0, 0);
    }

    #[test]
    #[should_panic(expected = "split_sizes: the sizes add up to 4, axis 1 has size 3")]
    fn sizes_must_fill_the_axis() {
        let _ = Var::leaf([[1.0, 2.0, 3.0]]).split_sizes([2, 2], 1);
    }

    #[test]
    #[should_panic(expected = "chunk: an axis cannot be cut into 0 parts")]
    fn no_parts_are_refused() {
        let _ = Var::leaf([1.0, 2.0]).chunk(0, 0);
    }

    #[test]
    #[should_panic(expected = "unbind: axis 1 is out of range, the axes are -1 to 0")]
    fn the_axis_must_be_there() {
        let _ = Var::leaf([1.0, 2.0]).unbind(1);
    }
}
