//! `sum`: the sum over axes.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sum of all elements, a single number.
    ///
    /// `y = Σ x`
    ///
    /// See [`sum_axes`](Var::sum_axes) for the sum over some axes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.sum();
    /// assert_eq!(y.item(), 10.0);
    /// assert_eq!(y.backward().get(&x).unwrap().to_vec(), [1.0; 4]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn sum(&self) -> Self {
        record(Sum { axes: Axes::All, keepdim: false }, [self])
    }

    /// The sum over the axes named.
    ///
    /// `y[i] = Σⱼ x[i, j]`, by pairs over fixed blocks: the error grows with the logarithm of the count.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i]`. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// The sum of nothing is 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.sum_axes(0, false);
    /// assert_eq!(y.to_vec(), [4.0, 6.0]);
    /// let gradients = y.backward_with(&[1.0, 5.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 5.0, 1.0, 5.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn sum_axes(&self, axes: impl Into<Axes>, keepdim: bool) -> Self {
        record(Sum { axes: axes.into(), keepdim }, [self])
    }
}

/// The op of [`Var::sum`] and [`Var::sum_axes`].
#[derive(Clone)]
pub struct Sum {
    /// The axes summed over.
    pub axes: Axes,
    /// Whether they stay, with size 1.
    pub keepdim: bool,
}

impl<T: Real> Op<T> for Sum {
    type Arity = Fixed<1>;
    const NAME: &'static str = "sum";
    const RULE: &'static str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.reduced(&self.axes.resolve(x)?, self.keepdim))
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axes = self.axes.resolve(x.shape()).expect("the shape rule accepted the axes");
        x.sum_over(&axes, x.shape().reduced(&axes, self.keepdim))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.spread(&self.axes, saved.shape(0)))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Sum {
    fn cases() -> Cases<Self> {
        let over = |axes: &[isize], keepdim| Sum { axes: axes.into(), keepdim };
        Cases::new(textbook, over(&[1], false), shapes![[3, 4]])
            .case(over(&[0, 2], true), shapes![[2, 3, 4]])
            .case(over(&[-1], true), shapes![[2, 5]])
            .case(Sum { axes: Axes::All, keepdim: false }, shapes![[2, 3]])
            .case(Sum { axes: Axes::All, keepdim: false }, shapes![[]])
            .case(over(&[0], false), shapes![[0, 3]])
            .case(over(&[], false), shapes![[2, 3]])
            .rejects(over(&[2], false), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(over(&[0, -2], false), shapes![[2, 3]], "axis 0 is named twice")
            .shared(over(&[1], false), shapes![[200, 400]])
            .shared(over(&[0], false), shapes![[200, 400]])
            .bench(over(&[1], false), shapes![[1024, 1024]], Work::Bytes(4 << 20))
            .bench(over(&[0], false), shapes![[1024, 1024]], Work::Bytes(4 << 20))
    }
}

/// Each element is added to its sum.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Sum, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::reduce(&x[0], &op.axes, op.keepdim, |all| all.iter().sum())
}
