//! `mean`: the arithmetic mean over axes.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The mean of all elements, a single number.
    ///
    /// `y = Σ x / n`
    ///
    /// See [`mean_axes`](Var::mean_axes) for the mean over some axes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.mean();
    /// assert_eq!(y.item(), 2.5);
    /// assert_eq!(y.backward().get(&x).unwrap().to_vec(), [0.25; 4]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn mean(&self) -> Self {
        record(Mean { axes: Axes::All, keepdim: false }, [self])
    }

    /// The mean over the axes named.
    ///
    /// `y[i] = Σⱼ x[i, j] / n`
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i] / n`. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// The mean of nothing is NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.mean_axes(0, false);
    /// assert_eq!(y.to_vec(), [2.0, 3.0]);
    /// let gradients = y.backward_with(&[1.0, 5.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5, 2.5, 0.5, 2.5]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn mean_axes(&self, axes: impl Into<Axes>, keepdim: bool) -> Self {
        record(Mean { axes: axes.into(), keepdim }, [self])
    }
}

/// The op of [`Var::mean`] and [`Var::mean_axes`].
#[derive(Clone)]
pub struct Mean {
    /// The axes averaged over.
    pub axes: Axes,
    /// Whether they stay, with size 1.
    pub keepdim: bool,
}

impl Mean {
    /// How many elements go into each mean.
    fn count<T: Real>(&self, x: &Shape) -> T {
        let axes = self.axes.resolve(x).expect("the shape rule accepted the axes");
        T::of(axes.iter().map(|&axis| x[axis]).product::<usize>() as f64)
    }
}

impl<T: Real> Op<T> for Mean {
    type Arity = Fixed<1>;
    const NAME: &'static str = "mean";
    const RULE: &'static str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.reduced(&self.axes.resolve(x)?, self.keepdim))
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axes = self.axes.resolve(x.shape()).expect("the shape rule accepted the axes");
        let mut y = x.sum_over(&axes, x.shape().reduced(&axes, self.keepdim));
        let n = self.count(x.shape());
        y.write(|y| y.iter_mut().for_each(|y| *y /= n));
        y
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let x = saved.shape(0);
        [saved.needs(0).then(|| dy.div_scalar(self.count(x)).spread(&self.axes, x))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Mean {
    fn cases() -> Cases<Self> {
        let over = |axes: &[isize], keepdim| Mean { axes: axes.into(), keepdim };
        let all = Mean { axes: Axes::All, keepdim: false };
        Cases::new(textbook, over(&[1], false), shapes![[3, 4]])
            .case(over(&[0, 2], true), shapes![[2, 3, 4]])
            .case(over(&[-1], true), shapes![[2, 5]])
            .case(all.clone(), shapes![[2, 3]])
            .case(all.clone(), shapes![[]])
            .case(over(&[0], false), shapes![[3, 0]])
            .case(over(&[], false), shapes![[2, 3]])
            .pin("of nothing", all, tensors![Vec::<f64>::new()], f64::NAN, tensors![Vec::<f64>::new()])
            .rejects(over(&[2], false), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(over(&[0, -2], false), shapes![[2, 3]], "axis 0 is named twice")
            .shared(over(&[1], false), shapes![[200, 400]])
            .shared(over(&[0], false), shapes![[200, 400]])
            .bench(over(&[1], false), shapes![[1024, 1024]], Work::Bytes(4 << 20))
    }
}

/// The sum of the elements by their number.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Mean, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::reduce(&x[0], &op.axes, op.keepdim, |all| all.iter().sum::<f64>() / all.len() as f64)
}
