//! `std`: the standard deviation over axes.

use super::apex;
use super::var::{Variance, divisor};
use crate::kernel::reduce;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The standard deviation over the axes named, the square root of the [variance](Var::var); [`Axes::All`] for all of them.
    ///
    /// `y[i] = √(Σⱼ (x[i, j] - m[i])² / (n - correction))` with `m` the mean
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i] · (x[i, j] - m[i]) / ((n - correction) · y[i])`. Saves `x` and `y`.
    ///
    /// # Edge cases
    /// Of equal elements exactly 0, and there the gradient is 0. It neither overflows nor vanishes where the variance does. With no more
    /// elements than the correction it divides by 0: NaN for a single one.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 3.0, 5.0], [4.0, 4.0, 4.0]]);
    /// let y = x.std(1, 1, false);
    /// assert_eq!(y.to_vec(), [2.0, 0.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [-0.5, 0.0, 0.5, 0.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "ddof")]
    pub fn std(&self, axes: impl Into<Axes>, correction: usize, keepdim: bool) -> Self {
        record(StandardDeviation(Variance { axes: axes.into(), correction, keepdim }), [self])
    }
}

/// The op of [`Var::std`]: the square root of a variance.
#[derive(Clone)]
pub struct StandardDeviation(pub Variance);

impl<T: Real> Op<T> for StandardDeviation {
    type Arity = Fixed<1>;
    const NAME: &'static str = "std";
    const RULE: &'static str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, x: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Op::<T>::shape(&self.0, x)
    }

    fn forward(&self, x: [&Tensor<T>; 1]) -> Tensor<T> {
        let variance = self.0.forward(x);
        if !variance.map(doubtful).any() {
            return variance.map_cost(4, T::sqrt);
        }
        let axes = self.0.axes.resolve(x[0].shape()).expect("the shape rule accepted the axes");
        let again = |row: &[T]| deviation(row, divisor(row.len(), self.0.correction));
        let again = x[0].each_row(&axes, variance.shape().clone(), again);
        variance.zip(&again, |variance, again| if doubtful(variance) { again } else { variance.sqrt() })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let dx = || {
            let (x, (y, dy)) = (saved.input(0), apex::flatten(saved.y(), dy));
            let [y, dy] = [y, dy].map(|each| each.spread(&self.0.axes, x.shape()));
            (self.0.deviations(&x) / y).mul_scalar(self.0.divisor::<T>(x.shape()).recip()) * dy
        };
        [saved.needs(0).then(dx)]
    }
}

/// Whether squares may have overflowed or vanished, in a variance or in the sum that it is made of.
fn doubtful<T: Real>(variance: T) -> bool {
    variance.is_infinite() || variance < T::min_positive_value() / T::epsilon() / T::epsilon()
}

/// The root of a variance, if it is doubtful that of the row brought near 1 by a power of two, which rounds nothing.
fn deviation<T: Real>(row: &[T], divisor: T) -> T {
    let sum = reduce::squared_deviations(row);
    let largest = row.iter().fold(T::zero(), |largest, x| largest.max(x.abs()));
    if !doubtful(sum) || !largest.is_normal() {
        return (sum / divisor).sqrt();
    }
    let unit = largest.log2().floor().exp2();
    let near: Vec<T> = row.iter().map(|&x| x / unit).collect();
    (reduce::squared_deviations(&near) / divisor).sqrt() * unit
}

#[cfg(any(test, feature = "testing"))]
impl Checked for StandardDeviation {
    fn cases() -> Cases<Self> {
        let of = |axes, correction, keepdim| StandardDeviation(Variance { axes, correction, keepdim });
        let over = |axes: &[isize], correction, keepdim| of(axes.into(), correction, keepdim);
        let all = |correction| of(Axes::All, correction, false);
        let nan = f64::NAN;
        Cases::new(textbook, over(&[1], 1, false), shapes![[3, 4]])
            .case(over(&[0, 2], 0, true), shapes![[2, 3, 4]])
            .case(over(&[0], 2, false), shapes![[4, 2]])
            .case(over(&[-1], 1, true), shapes![[2, 5]])
            .case(all(1), shapes![[2, 3]])
            .case(over(&[1], 1, false), shapes![[0, 3]])
            .domain(Domain::distinct(0.1))
            .pin("equal elements", all(1), tensors![[0.1, 0.1, 0.1]], 0.0, tensors![[0.0; 3]])
            .pin("far from zero", all(1), tensors![[1e9, 1e9 + 1.0, 1e9 + 2.0]], 1.0, tensors![[-0.5, 0.0, 0.5]])
            .pin("large", all(0), tensors![[-1e300, 1e300]], 1e300, tensors![[-0.5, 0.5]])
            .pin("small", all(0), tensors![[-1e-300, 1e-300]], 1e-300, tensors![[-0.5, 0.5]])
            .pin("one element", all(1), tensors![[3.0]], nan, tensors![[nan]])
            .pin("one element, no correction", all(0), tensors![[3.0]], 0.0, tensors![[0.0]])
            .pin("a single number", all(0), tensors![3.0], 0.0, tensors![0.0])
            .pin("infinite", all(0), tensors![[f64::INFINITY, 1.0]], nan, tensors![[nan, nan]])
            .pin("of nothing", all(0), tensors![Vec::<f64>::new()], nan, tensors![Vec::<f64>::new()])
            .rejects(over(&[2], 0, false), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(over(&[0, -2], 0, false), shapes![[2, 3]], "axis 0 is named twice")
            .shared(over(&[1], 1, false), shapes![[200, 400]])
            .bench(over(&[1], 1, false), shapes![[512, 1024]], Work::Bytes(2 << 20))
    }
}

/// The square root of the textbook's variance.
#[cfg(any(test, feature = "testing"))]
fn textbook(StandardDeviation(op): &StandardDeviation, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::reduce(&x[0], &op.axes, op.keepdim, |all| super::var::variance(all, op.correction).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional::grad_with;

    #[test]
    fn equal_elements_leave_second_derivatives_finite() {
        let (x, dy) = (Var::leaf([[0.1, 0.1, 0.1], [1.0, 2.0, 4.0]]), Var::leaf([3.0, 0.0]));
        let dx = grad_with(&x.std(1, 1, false), &dy, &x, true).expect("a gradient");
        let w = Var::constant([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]);
        for second in grad_with(&dx, &w, &[&x, &dy], false) {
            assert!(second.expect("a second gradient").to_vec().into_iter().all(|x| x == 0.0));
        }
    }
}
