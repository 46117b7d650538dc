//! `var`: the variance over axes.

use crate::kernel::reduce;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The variance over the axes named; [`Axes::All`] for all of them.
    ///
    /// `y[i] = Σⱼ (x[i, j] - m[i])² / (n - correction)` with `m` the mean, found first: no difference of large squares is taken. A correction of 1
    /// makes it the unbiased estimate from a sample (Bessel), one of 0 the variance of the elements themselves.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i] · 2 (x[i, j] - m[i]) / (n - correction)`. Saves `x`.
    ///
    /// # Edge cases
    /// Of equal elements exactly 0, with gradient 0. With no more elements than the correction it divides by 0: NaN for a single one.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 6.0]]);
    /// let y = x.var(1, 1, false);
    /// assert_eq!(y.to_vec(), [7.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [-2.0, -1.0, 3.0]);
    /// assert_eq!(x.var(1, 0, false).to_vec(), [14.0 / 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "ddof")]
    pub fn var(&self, axes: impl Into<Axes>, correction: usize, keepdim: bool) -> Self {
        record(Variance { axes: axes.into(), correction, keepdim }, [self])
    }
}

/// The op of [`Var::var`].
#[derive(Clone)]
pub struct Variance {
    /// The axes of the elements that vary.
    pub axes: Axes,
    /// What is taken from their number before dividing.
    pub correction: usize,
    /// Whether the axes stay, with size 1.
    pub keepdim: bool,
}

impl Variance {
    /// The number that the sum of squares is divided by.
    pub(super) fn divisor<T: Real>(&self, x: &Shape) -> T {
        let axes = self.axes.resolve(x).expect("the shape rule accepted the axes");
        divisor(axes.iter().map(|&axis| x[axis]).product(), self.correction)
    }

    /// `x` less its mean.
    pub(super) fn deviations<T: Real>(&self, x: &Var<T>) -> Var<T> {
        // A number near the mean is taken off first: what is left of equal elements is then exactly 0.
        let near = x - x.detach().mean_axes(self.axes.clone(), true);
        &near - near.mean_axes(self.axes.clone(), true)
    }
}

pub(super) fn divisor<T: Real>(n: usize, correction: usize) -> T {
    T::of(n.saturating_sub(correction) as f64)
}

impl<T: Real> Op<T> for Variance {
    type Arity = Fixed<1>;
    const NAME: &'static str = "var";
    const RULE: &'static str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.reduced(&self.axes.resolve(x)?, self.keepdim))
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axes = self.axes.resolve(x.shape()).expect("the shape rule accepted the axes");
        x.each_row(&axes, x.shape().reduced(&axes, self.keepdim), |row| {
            reduce::squared_deviations(row) / divisor(row.len(), self.correction)
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let dx = || {
            let x = saved.input(0);
            let slope = self.deviations(&x).mul_scalar(T::of(2.0) / self.divisor(x.shape()));
            slope * dy.spread(&self.axes, x.shape())
        };
        [saved.needs(0).then(dx)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Variance {
    fn cases() -> Cases<Self> {
        let over = |axes: &[isize], correction, keepdim| Variance { axes: axes.into(), correction, keepdim };
        let all = |correction| Variance { axes: Axes::All, correction, keepdim: false };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, over(&[1], 1, false), shapes![[3, 4]])
            .case(over(&[0, 2], 0, true), shapes![[2, 3, 4]])
            .case(over(&[0], 2, false), shapes![[3, 2]])
            .case(over(&[-1], 1, true), shapes![[2, 5]])
            .case(all(1), shapes![[2, 3]])
            .case(all(0), shapes![[]])
            .case(over(&[1], 1, false), shapes![[0, 3]])
            .case(over(&[], 0, false), shapes![[2, 3]])
            .pin("equal elements", all(1), tensors![[0.1, 0.1, 0.1]], 0.0, tensors![[0.0; 3]])
            .pin("far from zero", all(1), tensors![[1e9, 1e9 + 1.0, 1e9 + 2.0]], 1.0, tensors![[-1.0, 0.0, 1.0]])
            .pin("one element", all(1), tensors![[3.0]], nan, tensors![[nan]])
            .pin("one element, no correction", all(0), tensors![[3.0]], 0.0, tensors![[0.0]])
            .pin("too few elements", all(2), tensors![[0.0, 2.0]], infinity, tensors![[-infinity, infinity]])
            .pin("infinite", all(0), tensors![[infinity, 1.0]], nan, tensors![[nan, nan]])
            .pin("of nothing", all(0), tensors![Vec::<f64>::new()], nan, tensors![Vec::<f64>::new()])
            .rejects(over(&[2], 0, false), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(over(&[0, -2], 0, false), shapes![[2, 3]], "axis 0 is named twice")
            .shared(over(&[1], 1, false), shapes![[200, 400]])
            .shared(over(&[0], 1, false), shapes![[200, 400]])
            .bench(over(&[1], 1, false), shapes![[512, 1024]], Work::Bytes(2 << 20))
            .bench(over(&[0], 1, false), shapes![[1024, 512]], Work::Bytes(2 << 20))
    }
}

/// The formula as it stands.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Variance, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::reduce(&x[0], &op.axes, op.keepdim, |all| variance(all, op.correction))
}

/// The variance of a few numbers.
#[cfg(any(test, feature = "testing"))]
pub(super) fn variance(all: &[f64], correction: usize) -> f64 {
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (all.len() as f64 - correction as f64)
}
