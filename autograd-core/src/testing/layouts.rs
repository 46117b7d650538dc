//! Layouts: the same values laid out in memory in ways that a kernel must not mistake.

use crate::tensor::{AxisSlice, Element, Tensor};

/// Ways to lay out the same values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The axes in reverse order in memory.
    Permuted,
    /// Each second element of a larger tensor, from the second on, along each axis.
    Strided,
    /// Backwards in memory along each axis.
    Reversed,
    /// In row-major order, but not at the start of its memory.
    Offset,
}

/// All layouts.
pub const LAYOUTS: [Layout; 4] = [Layout::Permuted, Layout::Strided, Layout::Reversed, Layout::Offset];

impl Layout {
    /// The values of `x` laid out in this way.
    ///
    /// ```
    /// use autograd_core::{Tensor, testing::layouts::LAYOUTS};
    /// let x = Tensor::<f64>::arange(6).reshape([2, 3]);
    /// for layout in LAYOUTS {
    ///     assert_eq!(layout.of(&x), x);
    /// }
    /// ```
    pub fn of<T: Element>(self, x: &Tensor<T>) -> Tensor<T> {
        let backwards = vec![AxisSlice::from(..).step(-1); x.rank()];
        match self {
            Layout::Permuted => {
                let reverse: Vec<usize> = (0..x.rank()).rev().collect();
                x.permute(&reverse).contiguous().permute(&reverse)
            }
            Layout::Reversed => x.slice(backwards.as_slice()).contiguous().slice(backwards.as_slice()),
            Layout::Strided => {
                let wide: Vec<usize> = x.shape().iter().map(|n| 2 * n + 1).collect();
                let mut padded = Tensor::full(wide, T::default());
                let sizes = x.shape().to_vec();
                let values = x.to_vec();
                padded.write(|out| {
                    for (i, value) in values.into_iter().enumerate() {
                        out[doubled(i, &sizes)] = value;
                    }
                });
                padded.slice(vec![AxisSlice::from(1..).step(2); x.rank()])
            }
            Layout::Offset => {
                let flat = [vec![T::default(); 3], x.to_vec()].concat();
                let n = flat.len();
                Tensor::from_vec(flat, n).slice(3..n).reshape(x.shape())
            }
        }
    }
}

/// Where element `i` of a tensor lies in one of size `2n + 1` along each axis, at position `2j + 1`.
fn doubled(mut i: usize, sizes: &[usize]) -> usize {
    let (mut at, mut stride) = (0, 1);
    for &n in sizes.iter().rev() {
        at += (2 * (i % n) + 1) * stride;
        stride *= 2 * n + 1;
        i /= n;
    }
    at
}
