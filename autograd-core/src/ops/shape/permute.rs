//! `permute`: the axes in another order.

use crate::ops::prelude::*;
use crate::tensor::views::permute_shape;
use smallvec::SmallVec;

impl<T: Real> Var<T> {
    /// The axes in another order: axis `i` of the result is axis `axes[i]` of this variable. A view.
    ///
    /// # Shape
    /// `[n₀, n₁, ..] -> [n_axes[0], n_axes[1], ..]`
    ///
    /// # Gradient
    /// `dx` is `dy` with the axes put back. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.permute([1, 0]);
    /// assert_eq!(y.to_vec(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    /// let gradients = y.backward_with(&[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "transpose")]
    pub fn permute(&self, axes: impl AsRef<[usize]>) -> Self {
        record(Permute { axes: SmallVec::from_slice(axes.as_ref()) }, [self])
    }

    /// The last two axes exchanged: the transposed matrix, or matrices. A [`permute`](Var::permute).
    ///
    /// # Shape
    /// `[.., m, n] -> [.., n, m]`
    ///
    /// # Gradient
    /// `dx` is `dy` transposed back. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0]]);
    /// let y = x.mt();
    /// assert_eq!(*y.value(), [[1.0], [2.0], [3.0]].into());
    /// let gradients = y.backward_with(&[[4.0], [5.0], [6.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[4.0, 5.0, 6.0]].into());
    /// ```
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[track_caller]
    #[must_use]
    #[doc(alias = "transpose")]
    pub fn mt(&self) -> Self {
        let mut axes: SmallVec<[usize; 4]> = (0..self.rank()).collect();
        if let Err(why) = self.shape().matrix() {
            crate::Error::refused("mt", "[.., m, n] -> [.., n, m]", why, &[], std::iter::once(self.shape())).raise();
        }
        axes.swap(self.rank() - 2, self.rank() - 1);
        record(Permute { axes }, [self])
    }
}

/// The op of [`Var::permute`].
#[derive(Clone)]
pub struct Permute {
    /// Axis `i` of the result is axis `axes[i]` of the operand.
    pub axes: SmallVec<[usize; 4]>,
}

impl<T: Real> Op<T> for Permute {
    type Arity = Fixed<1>;
    const NAME: &'static str = "permute";
    const RULE: &'static str = "[..] -> [..] with axes in the order named";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        permute_shape(x, &self.axes)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.permute(&self.axes)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let mut back: SmallVec<[usize; 4]> = SmallVec::from_elem(0, self.axes.len());
        self.axes.iter().enumerate().for_each(|(to, &from)| back[from] = to);
        [saved.needs(0).then(|| dy.permute(back))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Permute {
    fn cases() -> Cases<Self> {
        let by = |axes: &[usize]| Permute { axes: SmallVec::from_slice(axes) };
        Cases::new(textbook, by(&[2, 0, 1]), shapes![[2, 3, 4]])
            .case(by(&[1, 0]), shapes![[3, 2]])
            .case(by(&[0]), shapes![[5]])
            .case(by(&[]), shapes![[]])
            .case(by(&[1, 0, 2]), shapes![[2, 0, 3]])
            .rejects(by(&[0, 0]), shapes![[2, 3]], "axis 0 is named twice")
            .rejects(by(&[0, 2]), shapes![[2, 3]], "axis 2 is out of range for 2 axes")
            .rejects(by(&[0]), shapes![[2, 3]], "1 axes are named, the operand has 2")
    }
}

/// Each element is carried to its place by its index.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Permute, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape: Shape = op.axes.iter().map(|&axis| x[0].shape()[axis]).collect();
    crate::testing::from_index(shape, |index| {
        let mut from = vec![0; index.len()];
        op.axes.iter().zip(index).for_each(|(&axis, &i)| from[axis] = i);
        crate::testing::element(&x[0], &from)
    })
}
