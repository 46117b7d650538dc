//! `repeat` and `repeat_interleave`: the whole again and again, and each element again and again.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The whole variable so many times along each axis. There may be more numbers than axes: the first ones then repeat it along new
    /// leading axes.
    ///
    /// `y[i, j] = x[i mod m, j mod n]`
    ///
    /// # Shape
    /// `[m, n] -> [a m, b n]` for repeats `[a, b]`, and `[c, a m, b n]` for `[c, a, b]`
    ///
    /// # Gradient
    /// Each element gets the sum over its copies. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0]);
    /// let y = x.repeat([2]);
    /// assert_eq!(y.to_vec(), [1.0, 2.0, 1.0, 2.0]);
    /// let gradients = y.backward_with(&[1.0, 2.0, 3.0, 4.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [4.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If there are fewer repeats than axes.
    #[track_caller]
    #[must_use]
    #[doc(alias = "tile")]
    pub fn repeat(&self, repeats: impl AsRef<[usize]>) -> Self {
        let repeats = repeats.as_ref();
        let shape = repeated(self.shape(), repeats);
        let shape = self.value().accept("repeat", "[.., n, ..] -> [.., repeats n, ..]", shape);
        // Each axis becomes two, of which the outer one is stretched.
        let whole = [&vec![1; shape.rank() - self.rank()], &**self.shape()].concat();
        let thin: Shape = whole.iter().flat_map(|&n| [1, n]).collect();
        let wide: Shape = whole.iter().zip(repeats).flat_map(|(&n, &times)| [times, n]).collect();
        self.reshape(thin).broadcast_to(wide).reshape(shape)
    }

    /// Each element along an axis several times, side by side: all of them as often, or each as often as its own number says.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., repeats n, ..]`, or `[.., k, ..]` where `k` is the sum of `n` numbers
    ///
    /// # Gradient
    /// Each element gets the sum over its copies. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0]);
    /// assert_eq!(x.repeat_interleave(2, 0).to_vec(), [1.0, 1.0, 2.0, 2.0]);
    /// let y = x.repeat_interleave([1, 3], 0);
    /// assert_eq!(y.to_vec(), [1.0, 2.0, 2.0, 2.0]);
    /// let gradients = y.backward_with(&[1.0, 2.0, 3.0, 4.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 9.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range, or has another size than there are numbers.
    #[track_caller]
    #[must_use]
    pub fn repeat_interleave(&self, repeats: impl Into<Repeats>, axis: isize) -> Self {
        let (repeats, rule) = (repeats.into(), "[.., n, ..] -> [.., repeats n, ..]");
        let axis = self.value().accept("repeat_interleave", rule, self.shape().axis(axis));
        let shape = self.value().accept("repeat_interleave", rule, repeats.shape(self.shape(), axis));
        match repeats {
            Repeats::Times(times) => {
                let (before, behind) = self.shape().split_at(axis + 1);
                self.unsqueeze(axis as isize + 1).broadcast_to(Shape::joined([before, &[times], behind])).reshape(shape)
            }
            Repeats::Each(counts) => {
                let index = counts.iter().enumerate().flat_map(|(i, &count)| std::iter::repeat_n(i as i64, count));
                self.index_select(axis as isize, &index.collect::<Vec<_>>().into())
            }
        }
    }
}

/// How often [`repeat_interleave`](Var::repeat_interleave) takes each element: a number converts to it, and so does a list of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// All as often.
    Times(usize),
    /// Each as often as its own number says.
    Each(Vec<usize>),
}

impl Repeats {
    /// The shape after each element along `axis` was repeated.
    fn shape(&self, from: &Shape, axis: usize) -> Result<Shape, Mismatch> {
        let n = from[axis];
        let total = match self {
            Repeats::Times(times) => {
                // Copies of nothing count, too: a new axis is stretched before both become one.
                from.with(axis, n.max(1).saturating_mul(*times)).addressable()?;
                n.saturating_mul(*times)
            }
            Repeats::Each(counts) if counts.len() == n => counts.iter().fold(0, |sum: usize, &n| sum.saturating_add(n)),
            Repeats::Each(counts) => {
                let why = format!("{} numbers say how often, axis {axis} has size {n}", counts.len());
                return Err(Mismatch::new(why));
            }
        };
        from.with(axis, total).addressable()
    }
}

impl From<usize> for Repeats {
    fn from(times: usize) -> Self {
        Repeats::Times(times)
    }
}
impl From<Vec<usize>> for Repeats {
    fn from(counts: Vec<usize>) -> Self {
        Repeats::Each(counts)
    }
}
impl From<&[usize]> for Repeats {
    fn from(counts: &[usize]) -> Self {
        Repeats::Each(counts.to_vec())
    }
}
impl<const N: usize> From<[usize; N]> for Repeats {
    fn from(counts: [usize; N]) -> Self {
        Repeats::Each(counts.to_vec())
    }
}

/// The shape after the whole was repeated.
fn repeated(from: &Shape, repeats: &[usize]) -> Result<Shape, Mismatch> {
    let Some(new) = repeats.len().checked_sub(from.rank()) else {
        return Err(Mismatch::new(format!("{} repeats for {} axes", repeats.len(), from.rank())));
    };
    let n = |axis: usize| if axis < new { 1 } else { from[axis - new] };
    let copies = |(axis, &times): (usize, &usize)| times.max(1).saturating_mul(n(axis).max(1));
    // Copies of nothing count, too: each axis is stretched before two become one.
    repeats.iter().enumerate().map(copies).collect::<Shape>().addressable()?;
    Ok(repeats.iter().enumerate().map(|(axis, times)| times * n(axis)).collect())
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    #[test]
    fn the_whole_is_repeated() {
        let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
        let row = [1.0, 2.0, 1.0, 2.0];
        assert_eq!(*x.repeat([1, 2]).value(), [row, [3.0, 4.0, 3.0, 4.0]].into());
        assert_eq!(*x.repeat([2, 1, 1]).value(), [[[1.0, 2.0], [3.0, 4.0]]; 2].into());
        assert_eq!(*x.repeat([0, 3]).shape(), [0, 6]);
        assert_eq!(*Var::leaf(5.0).repeat([3]).value(), [5.0; 3].into());
        assert_eq!(*Var::leaf(5.0).repeat([]).value(), 5.0.into());
        assert_eq!(*Var::leaf(Tensor::<f64>::zeros([0, 2])).repeat([2, 2]).shape(), [0, 4]);
    }

    #[test]
    fn each_element_is_repeated() {
        let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(*x.repeat_interleave(2, 1).value(), [[1.0, 1.0, 2.0, 2.0], [3.0, 3.0, 4.0, 4.0]].into());
        assert_eq!(*x.repeat_interleave([2, 1], 0).value(), [[1.0, 2.0], [1.0, 2.0], [3.0, 4.0]].into());
        assert_eq!(*x.repeat_interleave([0, 0], -1).shape(), [2, 0]);
        assert_eq!(*x.repeat_interleave(0, -1).shape(), [2, 0]);
        assert_eq!(*Var::leaf(Tensor::<f64>::zeros([0, 2])).repeat_interleave(vec![], 0).shape(), [0, 2]);
    }

    #[test]
    fn gradients_of_both_orders() {
        let x = [Tensor::<f64>::linspace(-1.0, 1.0, 6).reshape([2, 3])];
        check_gradients(|x| x[0].repeat([2, 1, 2]).pow_scalar(3.0), &x);
        check_gradients(|x| x[0].repeat_interleave(3, 0).pow_scalar(3.0), &x);
        check_gradients(|x| x[0].repeat_interleave([2, 0, 1], 1).pow_scalar(3.0), &x);
    }

    #[test]
    #[should_panic(expected = "repeat: 1 repeats for 2 axes")]
    fn each_axis_needs_a_number() {
        let _ = Var::leaf([[1.0, 2.0]]).repeat([2]);
    }

    #[test]
    #[should_panic(expected = "is more than memory can address")]
    fn copies_beyond_memory_are_refused() {
        let _ = Var::leaf([[1.0, 2.0]]).repeat([1, usize::MAX]);
    }

    #[test]
    #[should_panic(expected = "repeat: [1099511627776, 1099511627776] is more than memory can address")]
    fn copies_of_nothing_beyond_memory_are_refused() {
        let _ = Var::leaf(Tensor::<f64>::zeros([0, 0])).repeat([1 << 40, 1 << 40]);
    }

    #[test]
    #[should_panic(expected = "repeat_interleave: [18446744073709551615, 2] is more than memory can address")]
    fn elements_of_nothing_beyond_memory_are_refused() {
        let _ = Var::leaf(Tensor::<f64>::zeros([0, 2])).repeat_interleave(usize::MAX, 0);
    }

    #[test]
    #[should_panic(expected = "repeat_interleave: 3 numbers say how often, axis 0 has size 2")]
    fn each_element_needs_a_number() {
        let _ = Var::leaf([1.0, 2.0]).repeat_interleave([1, 1, 1], 0);
    }
}
