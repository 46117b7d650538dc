//! `norm`: the p-norm over axes.

use super::{apex, extremum};
use crate::kernel::reduce;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The p-norm over the axes named; [`Axes::All`] for all of them.
    ///
    /// `y[i] = (Σⱼ |x[i, j]|ᵖ)^(1/p)`: with `p = 2` the Euclidean length, of a matrix the Frobenius norm; with `p = 1` the sum of the sizes; with
    /// `p = ∞` the largest size; with `p = 0` the number of elements that are not 0. Powers are taken relative to the largest size where they would
    /// overflow or vanish.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i] · sign(x[i, j]) · (|x[i, j]| / y[i])ᵖ⁻¹`; for `p = ∞` shared by the elements of the largest size, for `p = 0` none. Saves `x`
    /// and `y`.
    ///
    /// # Edge cases
    /// Where the norm is 0 so is the gradient. For each `p` but 2 an element of 0 has gradient 0. Of nothing the norm is 0. NaN wins for each
    /// `p > 0`; for `p = 0` it counts.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([3.0, -4.0]);
    /// let y = x.norm(2.0, 0, false);
    /// assert_eq!(y.item(), 5.0);
    /// assert_eq!(y.backward().get(&x).unwrap().to_vec(), [0.6, -0.8]);
    /// assert_eq!(x.norm(1.0, 0, false).item(), 7.0);
    /// assert_eq!(x.norm(f64::INFINITY, 0, false).item(), 4.0);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range or named twice, or `p` is negative or NaN.
    #[track_caller]
    #[must_use]
    #[doc(alias = "vector_norm")]
    #[doc(alias = "frobenius_norm")]
    pub fn norm(&self, p: f64, axes: impl Into<Axes>, keepdim: bool) -> Self {
        record(Norm { p, axes: axes.into(), keepdim }, [self])
    }
}

/// The op of [`Var::norm`].
#[derive(Clone)]
pub struct Norm {
    /// The exponent, from 0 to infinity.
    pub p: f64,
    /// The axes of the vectors that are measured.
    pub axes: Axes,
    /// Whether they stay, with size 1.
    pub keepdim: bool,
}

impl<T: Real> Op<T> for Norm {
    type Arity = Fixed<1>;
    const NAME: &'static str = "norm";
    const RULE: &'static str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        if self.p.is_nan() || self.p < 0.0 {
            return Err(Mismatch::new(format!("p is {}, it must be at least 0", self.p)));
        }
        Ok(x.reduced(&self.axes.resolve(x)?, self.keepdim))
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axes = self.axes.resolve(x.shape()).expect("the shape rule accepted the axes");
        let shape = x.shape().reduced(&axes, self.keepdim);
        if self.p == 1.0 {
            let (x, fold) = x.fold_over(&axes);
            return Tensor::build(shape, |out| reduce::sum_sizes(x.as_slice().expect("contiguous"), fold, out));
        }
        x.each_row(&axes, shape, |row| reduce::norm(row, self.p))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let x = saved.input(0);
        let spread = |each: Var<T>| each.spread(&self.axes, x.shape());
        let ratio = |x: &Var<T>| {
            let (y, dy) = apex::flatten(saved.y(), dy);
            (x / spread(y), spread(dy))
        };
        let dx = || match self.p {
            0.0 => Var::constant(Tensor::zeros(x.shape())),
            1.0 => signed(&x, spread(dy.clone())),
            2.0 => {
                let (ratio, dy) = ratio(&x);
                ratio * dy
            }
            f64::INFINITY => signed(&x, extremum::share(&x.value().map(T::abs), saved.y().value(), &self.axes, dy)),
            p => {
                // A power of 0 has no slope, or none that is finite: 1 stands in its place.
                let (ratio, dy) = ratio(&x.abs().masked_fill(&x.value().eq(T::zero()), T::one()));
                signed(&x, ratio.pow_scalar(T::of(p - 1.0)) * dy)
            }
        };
        [saved.needs(0).then(dx)]
    }
}

/// `sign(x) · size`, 0 where `x` is 0.
fn signed<T: Real>(x: &Var<T>, size: Var<T>) -> Var<T> {
    let zero = T::zero();
    Var::where_(&x.value().lt(zero), &size.neg(), &size).masked_fill(&x.value().eq(zero), zero)
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Norm {
    fn cases() -> Cases<Self> {
        let over = |p, axes: &[isize], keepdim| Norm { p, axes: axes.into(), keepdim };
        let all = |p| Norm { p, axes: Axes::All, keepdim: false };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        let large = 2f64.powi(1000);
        let nothing = || tensors![Vec::<f64>::new()];
        Cases::new(textbook, over(2.0, &[1], false), shapes![[3, 4]])
            .case(over(2.0, &[0, 2], true), shapes![[2, 3, 4]])
            .case(over(1.0, &[0], false), shapes![[3, 2]])
            .case(over(infinity, &[-1], true), shapes![[2, 5]])
            .case(over(infinity, &[0], false), shapes![[3, 2]])
            .case(over(3.0, &[1], false), shapes![[2, 3]])
            .case(over(1.5, &[0], true), shapes![[3]])
            .case(over(0.5, &[0], false), shapes![[3]])
            .case(over(0.0, &[1], false), shapes![[2, 3]])
            .case(all(2.0), shapes![[]])
            .case(over(2.0, &[1], false), shapes![[2, 0]])
            .case(over(2.0, &[1], false), shapes![[0, 3]])
            .case(over(2.0, &[], false), shapes![[2, 3]])
            .domain(Domain::distinct(0.1))
            .pin("2-norm of zeros", all(2.0), tensors![[0.0, 0.0]], 0.0, tensors![[0.0, 0.0]])
            .pin("1-norm at zero", all(1.0), tensors![[0.0, -2.0]], 2.0, tensors![[0.0, -1.0]])
            .pin("3-norm at zero", all(3.0), tensors![[0.0, -2.0]], 2.0, tensors![[0.0, -1.0]])
            .pin("1/2-norm at zero", all(0.5), tensors![[0.0, -4.0]], 4.0, tensors![[0.0, -1.0]])
            .pin("3-norm of zeros", all(3.0), tensors![[0.0, 0.0]], 0.0, tensors![[0.0, 0.0]])
            .pin("0-norm", all(0.0), tensors![[0.0, -2.0, nan]], 2.0, tensors![[0.0, 0.0, 0.0]])
            .pin("infinity-norm, tie", all(infinity), tensors![[2.0, -2.0, 1.0]], 2.0, tensors![[0.5, -0.5, 0.0]])
            .pin("infinity-norm of zeros", all(infinity), tensors![[0.0, 0.0]], 0.0, tensors![[0.0, 0.0]])
            .pin("large", all(2.0), tensors![[3.0 * large, -4.0 * large]], 5.0 * large, tensors![[0.6, -0.8]])
            .pin("small", all(2.0), tensors![[3.0 / large, 4.0 / large]], 5.0 / large, tensors![[0.6, 0.8]])
            .pin("2-norm of NaN", all(2.0), tensors![[nan, infinity]], nan, tensors![[nan, nan]])
            .pin("2-norm, infinite", all(2.0), tensors![[-infinity, 1.0]], infinity, tensors![[nan, 0.0]])
            .pin("infinity-norm of NaN", all(infinity), tensors![[nan, infinity]], nan, tensors![[1.0, 0.0]])
            .pin("2-norm of nothing", all(2.0), nothing(), 0.0, nothing())
            .pin("infinity-norm of nothing", all(infinity), nothing(), 0.0, nothing())
            .rejects(all(-1.0), shapes![[3]], "p is -1, it must be at least 0")
            .rejects(all(nan), shapes![[3]], "p is NaN, it must be at least 0")
            .rejects(over(2.0, &[2], false), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(over(2.0, &[0, -2], false), shapes![[2, 3]], "axis 0 is named twice")
            .shared(over(2.0, &[1], false), shapes![[200, 400]])
            .shared(all(1.0), shapes![[200, 400]])
            .bench(over(2.0, &[1], false), shapes![[512, 1024]], Work::Bytes(2 << 20))
            .bench(all(1.0), shapes![[512, 1024]], Work::Bytes(2 << 20))
    }
}

/// The formula as it stands.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Norm, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::reduce(&x[0], &op.axes, op.keepdim, |all| match op.p {
        0.0 => all.iter().filter(|&&x| x != 0.0).count() as f64,
        f64::INFINITY => all.iter().fold(0.0, |largest, x| largest.max(x.abs())),
        p => all.iter().map(|x| x.abs().powf(p)).sum::<f64>().powf(p.recip()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional::grad_with;

    /// The second derivative of `Σ x.norm(p)` over rows, along `w`.
    fn curvature(p: f64, x: [[f64; 2]; 2], w: [[f64; 2]; 2]) -> Vec<f64> {
        let x = Var::leaf(x);
        let dy = Var::constant([1.0, 1.0]);
        let dx = grad_with(&x.norm(p, 1, false), &dy, &x, true).expect("a gradient");
        grad_with(&dx, &Var::constant(w), &x, false).map_or(vec![0.0; 4], |ddx| ddx.to_vec())
    }

    #[test]
    fn zeros_leave_second_derivatives_finite() {
        // Beside a zero the 2-norm is curved as 1 / y, the 3-norm not at all.
        let x = [[0.0, 0.0], [0.0, 4.0]];
        assert_eq!(curvature(2.0, x, [[1.0, 2.0], [3.0, 0.0]]), [0.0, 0.0, 0.75, 0.0]);
        for p in [0.0, 0.5, 1.0, 1.5, 2.5, 3.0, f64::INFINITY] {
            assert_eq!(curvature(p, x, [[1.0, 2.0], [3.0, 0.0]]), [0.0; 4], "p = {p}");
        }
    }
}
