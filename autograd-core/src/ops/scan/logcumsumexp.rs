//! `logcumsumexp`: the logarithm of running sums of exponentials along an axis.

use super::LinearRecurrence;
use super::neighbours::rest;
use crate::kernel::scan;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logarithm of the sum of the exponentials up to each element along an axis.
    ///
    /// `y[j] = ln Σ exp(x[k])` over `k ≤ j`, from sums relative to the largest element so far: nothing overflows.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// `dx[j] = exp(x[j] - y[j]) · s[j]` with `s[j] = dy[j] + exp(y[j] - y[j + 1]) · s[j + 1]`, a
    /// [`linear_recurrence`](Var::linear_recurrence) from the other end whose factors are at most 1. Saves `x` and `y`.
    ///
    /// # Edge cases
    /// An element of minus infinity counts for nothing and has gradient 0; as long as all are, the result is minus infinity. From an
    /// element of infinity on the result is infinite, and the gradient of that element is NaN; those before and behind it have theirs.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([0.0, 0.0, f64::NEG_INFINITY]);
    /// let y = x.logcumsumexp(0);
    /// assert_eq!(y.to_vec(), [0.0, 2f64.ln(), 2f64.ln()]);
    /// let gradients = y.sum().backward();
    /// let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-15);
    /// close(gradients.get(&x).unwrap().at([0]), 1.0 + 0.5 + 0.5);
    /// close(gradients.get(&x).unwrap().at([1]), 0.5 + 0.5);
    /// close(gradients.get(&x).unwrap().at([2]), 0.0);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "cumlogsumexp")]
    pub fn logcumsumexp(&self, axis: isize) -> Self {
        record(LogCumSumExp { axis }, [self])
    }
}

/// The op of [`Var::logcumsumexp`].
#[derive(Clone)]
pub struct LogCumSumExp {
    /// The axis along which elements are summed; counted from the end if negative.
    pub axis: isize,
}

impl<T: Real> Op<T> for LogCumSumExp {
    type Arity = Fixed<1>;
    const NAME: &'static str = "logcumsumexp";
    const RULE: &'static str = "[.., n, ..] -> [.., n, ..]";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        x.axis(self.axis).map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.map_rows(self.axis, scan::running_logsumexp)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let axis = dy.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let dx = || {
            let (x, y) = (saved.input(0), saved.y());
            let before = rest(&y, axis, true);
            let factors = share(&before, &rest(&y, axis, false));
            // Of an infinity no share is known, but only its own gradient is NaN for that: what comes back to the elements before it is times 0.
            let endless = before.value().eq(T::infinity());
            let factors = if endless.any() { factors.masked_fill(&endless, T::one()) } else { factors };
            share(&x, &y) * record(LinearRecurrence { axis: self.axis, reverse: true }, [dy, &factors])
        };
        [saved.needs(0).then(dx)]
    }
}

/// `exp(part - whole)`, and 0 of a part of minus infinity, which may be the whole.
fn share<T: Real>(part: &Var<T>, whole: &Var<T>) -> Var<T> {
    let (share, nothing) = (part - whole, part.value().eq(T::neg_infinity()));
    let share = if nothing.any() { share.masked_fill(&nothing, T::neg_infinity()) } else { share };
    share.exp()
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LogCumSumExp {
    fn cases() -> Cases<Self> {
        let along = |axis| LogCumSumExp { axis };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, along(1), shapes![[3, 4]])
            .case(along(0), shapes![[3, 2]])
            .case(along(-2), shapes![[2, 3, 4]])
            .case(along(0), shapes![[5]])
            .case(along(0), shapes![[1, 3]])
            .case(along(0), shapes![[0, 3]])
            .pin("large", along(0), tensors![[0.0, 1000.0, 0.0]], [0.0, 1000.0, 1000.0], tensors![[1.0, 2.0, 0.0]])
            .pin(
                "large and negative",
                along(0),
                tensors![[-infinity, -2000.0, -1000.0]],
                [-infinity, -2000.0, -1000.0],
                tensors![[0.0, 1.0, 1.0]],
            )
            .pin(
                "minus infinity",
                along(0),
                tensors![[-infinity, 1.0, -infinity]],
                [-infinity, 1.0, 1.0],
                tensors![[0.0, 2.0, 0.0]],
            )
            .pin("all minus infinity", along(0), tensors![[-infinity, -infinity]], [-infinity; 2], tensors![[0.0, 0.0]])
            .pin("infinite", along(0), tensors![[infinity, infinity, 1.0]], [infinity; 3], tensors![[nan, nan, 0.0]])
            .pin(
                "infinite behind a number",
                along(0),
                tensors![[1.0, infinity, 2.0, infinity]],
                [1.0, infinity, infinity, infinity],
                tensors![[1.0, nan, 0.0, nan]],
            )
            .pin("NaN", along(0), tensors![[0.0, nan, 1.0]], [0.0, nan, nan], tensors![[nan, nan, nan]])
            .rejects(along(2), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(along(0), shapes![[]], "axis 0 of a single number, which has none")
            .bench(along(1), shapes![[128, 1024]], Work::Bytes(1 << 20))
    }
}

/// The formula as it stands.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &LogCumSumExp, x: &[Tensor<f64>]) -> Tensor<f64> {
    let passed = |at: &[usize]| super::neighbours::passed(&x[0], op.axis, false, at);
    crate::testing::from_index(x[0].shape().clone(), |at| passed(at).iter().map(|x| x.exp()).sum::<f64>().ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional::grad_with;

    #[test]
    fn many_small_terms_are_not_lost_in_single_precision() {
        let n = 100_000;
        let x = Tensor::from_fn([n + 1], |i| if i == 0 { 0f32 } else { 2f32.powi(-25).ln() });
        let expected = (n as f32 * 2f32.powi(-25)).ln_1p();
        assert!((Var::constant(x).logcumsumexp(0).value().at([n]) / expected - 1.0).abs() < 1e-4);
    }

    #[test]
    fn second_derivatives_are_finite_behind_minus_infinity() {
        let infinity = f64::INFINITY;
        let x = Var::leaf([-infinity, -infinity, -1000.0, 0.0, -infinity]);
        let dy = Var::leaf([1.0, -2.0, 3.0, -4.0, 5.0]);
        let dx = grad_with(&x.logcumsumexp(0), &dy, &x, true).expect("a gradient");
        assert!(dx.value().is_finite(), "{dx}");
        for second in grad_with(&dx, &dy, &[&x, &dy], false) {
            let second = second.expect("a second gradient");
            assert!(second.value().is_finite(), "{second}");
        }
    }
}
