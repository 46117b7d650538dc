//! `logsumexp`: the logarithm of the sum of exponentials over axes.

use super::extremum;
use crate::kernel::elementwise::{self, Function};
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logarithm of the sum of the exponentials over the axes named, a smooth maximum; [`Axes::All`] for all of them.
    ///
    /// `y[i] = ln Σⱼ exp(x[i, j])`, from `m + ln Σⱼ exp(x[i, j] - m)` with `m` the largest: nothing overflows.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i] · exp(x[i, j] - y[i])`, a softmax. Saves `x` and `y`.
    ///
    /// # Edge cases
    /// An element of minus infinity counts for nothing and has gradient 0. Of nothing, or if all elements are minus infinity, the result is
    /// minus infinity.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1000.0, 1000.0], [0.0, f64::NEG_INFINITY]]);
    /// let y = x.logsumexp(1, false);
    /// assert_eq!(y.to_vec(), [1000.0 + 2f64.ln(), 0.0]);
    /// let gradients = y.sum().backward();
    /// assert!((gradients.get(&x).unwrap().at([0, 0]) - 0.5).abs() < 1e-12);
    /// assert_eq!(gradients.get(&x).unwrap().slice(1..).to_vec(), [1.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn logsumexp(&self, axes: impl Into<Axes>, keepdim: bool) -> Self {
        record(LogSumExp { axes: axes.into(), keepdim }, [self])
    }
}

/// The op of [`Var::logsumexp`].
#[derive(Clone)]
pub struct LogSumExp {
    /// The axes summed over.
    pub axes: Axes,
    /// Whether they stay, with size 1.
    pub keepdim: bool,
}

/// The exponential of what one number is above another.
struct ExpAbove;

impl<T: Real> Function<(T, T), T> for ExpAbove {
    #[inline(always)]
    fn at(&self, (x, m): (T, T)) -> T {
        math::exp(x - m)
    }
}

impl<T: Real> Op<T> for LogSumExp {
    type Arity = Fixed<1>;
    const NAME: &'static str = "logsumexp";
    const RULE: &'static str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.reduced(&self.axes.resolve(x)?, self.keepdim))
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axes = self.axes.resolve(x.shape()).expect("the shape rule accepted the axes");
        let largest = extremum::fold(x, &self.axes, true, T::neg_infinity(), elementwise::max);
        // An infinity cannot be subtracted from itself; without it the formula gives the right infinity, or NaN.
        let m = largest.map(|m| if m.is_finite() { m } else { T::zero() });
        let terms = x.zip_by(&m.broadcast_to(x.shape()), 16, ExpAbove);
        let sums = terms.sum_over(&axes, m.shape().clone());
        m.zip_cost(&sums, 16, move |m, sum| m + sum.ln()).reshape(x.shape().reduced(&axes, self.keepdim))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let softmax = || {
            let (x, y) = (saved.input(0), saved.y());
            let empty = y.value().eq(T::neg_infinity());
            // There the elements are minus infinity too: any finite number in place of y makes their part 0.
            let y = if empty.any() { y.masked_fill(&empty, T::zero()) } else { y };
            (&x - y.spread(&self.axes, x.shape())).exp()
        };
        [saved.needs(0).then(|| softmax() * dy.spread(&self.axes, saved.input(0).shape()))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LogSumExp {
    fn cases() -> Cases<Self> {
        let over = |axes: &[isize], keepdim| LogSumExp { axes: axes.into(), keepdim };
        let all = LogSumExp { axes: Axes::All, keepdim: false };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, over(&[1], false), shapes![[3, 4]])
            .case(over(&[0, 2], true), shapes![[2, 3, 4]])
            .case(over(&[-1], true), shapes![[2, 5]])
            .case(all.clone(), shapes![[2, 3]])
            .case(all.clone(), shapes![[]])
            .case(over(&[1], false), shapes![[0, 3]])
            .case(over(&[], false), shapes![[2, 3]])
            .pin("large", all.clone(), tensors![[1000.0, 0.0]], 1000.0, tensors![[1.0, 0.0]])
            .pin("minus infinity", all.clone(), tensors![[-infinity, 1.0]], 1.0, tensors![[0.0, 1.0]])
            .pin("all minus infinity", all.clone(), tensors![[-infinity, -infinity]], -infinity, tensors![[0.0, 0.0]])
            .pin("NaN", all.clone(), tensors![[nan, 1.0]], nan, tensors![[nan, nan]])
            .pin("of nothing", all, tensors![Vec::<f64>::new()], -infinity, tensors![Vec::<f64>::new()])
            .rejects(over(&[2], false), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(over(&[0, -2], false), shapes![[2, 3]], "axis 0 is named twice")
            .shared(over(&[1], false), shapes![[200, 400]])
            .shared(over(&[0], false), shapes![[200, 400]])
            .bench(over(&[1], false), shapes![[1024, 1024]], Work::Bytes(4 << 20))
    }
}

/// The formula as it stands.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &LogSumExp, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::reduce(&x[0], &op.axes, op.keepdim, |all| all.iter().map(|x| x.exp()).sum::<f64>().ln())
}
