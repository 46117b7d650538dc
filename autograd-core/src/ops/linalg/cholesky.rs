//! `cholesky`: the triangular factor of a positive definite matrix.

use super::dense::{each, square, triangle};
use super::matrices::matrices;
use super::solve_triangular::SolveTriangular;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The lower triangular `y`, with a positive diagonal, for which `y yᵀ` is this symmetric positive definite matrix.
    ///
    /// `y yᵀ = x`
    ///
    /// Only the lower triangle of `x` is read; the upper one is taken to mirror it.
    ///
    /// # Shape
    /// `[.., n, n] -> [.., n, n]`
    ///
    /// # Gradient
    /// With `s = y⁻ᵀ Φ(yᵀ dy) y⁻¹`: `dx = Φ(s + sᵀ)`, where `Φ` keeps the lower triangle and halves the diagonal. It is a gradient for what
    /// is read: 0 above the diagonal, and for each element below it the sum of both that it stands for. Saves `y`.
    ///
    /// # Edge cases
    /// A matrix that is not positive definite gives NaN in each place, and a gradient of NaN in the lower triangle. With anomaly
    /// detection on, the op and its line are named. Whatever is above the diagonal leaks nowhere.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[4.0, 2.0], [2.0, 5.0]]);
    /// let y = x.cholesky();
    /// assert_eq!(*y.value(), [[2.0, 0.0], [1.0, 2.0]].into());
    /// let gradients = y.backward_with(&[[0.0, 0.0], [0.0, 1.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[0.0625, 0.0], [-0.25, 0.25]].into());
    /// ```
    ///
    /// Murray 2016, "Differentiation of the Cholesky decomposition", equation 8.
    #[track_caller]
    #[must_use]
    pub fn cholesky(&self) -> Self {
        record(Cholesky, [self])
    }
}

/// The op of [`Var::cholesky`].
#[derive(Clone)]
pub struct Cholesky;

/// The lower triangle, with half the diagonal: `Φ`.
#[track_caller]
fn phi<T: Real>(x: &Var<T>) -> Var<T> {
    (triangle(x, true, true) + triangle(x, true, false)) * T::of(0.5)
}

impl<T: Real> Op<T> for Cholesky {
    type Arity = Fixed<1>;
    const NAME: &'static str = "cholesky";
    const RULE: &'static str = "[.., n, n] -> [.., n, n]";
    const SAVES: Save = Save::OUTPUT;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        square(x).map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let (_, n) = square(x.shape()).expect("the shape rule accepted the operand");
        let matrices = matrices(x);
        each(x.shape().clone(), n * n, n, |i, y| T::cholesky(matrices.matrix(i), y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| {
            let yt = saved.y().mt();
            let back = |b: &Var<T>| yt.solve_triangular(b, SolveTriangular::upper());
            let st = back(&back(&phi(&yt.matmul(dy))).mt());
            phi(&(st.mt() + st))
        })]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Cholesky {
    fn cases() -> Cases<Self> {
        let nan = f64::NAN;
        let nans = || Tensor::full([2, 2], nan);
        Cases::new(textbook, Cholesky, shapes![[3, 3]])
            .case(Cholesky, shapes![[2, 1, 2, 2]])
            .case(Cholesky, shapes![[1, 1]])
            .case(Cholesky, shapes![[0, 0]])
            .case(Cholesky, shapes![[0, 2, 2]])
            .domain(Domain::between(-1.0, 1.0).diagonal(5.0))
            .pin(
                "the upper triangle is not read",
                Cholesky,
                tensors![[[4.0, nan], [2.0, 5.0]]],
                [[2.0, 0.0], [1.0, 2.0]],
                tensors![[[0.1875, 0.0], [0.25, 0.25]]],
            )
            .pin(
                "not positive definite",
                Cholesky,
                tensors![[[1.0, 2.0], [2.0, 1.0]]],
                nans(),
                tensors![[[nan, 0.0], [nan, nan]]],
            )
            .pin("singular", Cholesky, tensors![[[1.0, 1.0], [1.0, 1.0]]], nans(), tensors![[[nan, 0.0], [nan, nan]]])
            .rejects(Cholesky, shapes![[2, 3]], "the matrix is 2 by 3, it must be square")
            .rejects(Cholesky, shapes![[2]], "[2] has no matrix axes")
            .bench(Cholesky, shapes![[4, 32, 32]], Work::Flops(4 * 32 * 32 * 32 / 3))
    }
}

/// Row by row: what is left of each element after the products before it.
#[cfg(any(test, feature = "testing"))]
fn textbook(_: &Cholesky, x: &[Tensor<f64>]) -> Tensor<f64> {
    let n = x[0].shape()[x[0].rank() - 1];
    let (x, mut all) = (&x[0], Vec::new());
    for a in x.to_vec().chunks(n.max(1) * n.max(1)) {
        let mut y = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let left = a[i * n + j] - (0..j).map(|k| y[i * n + k] * y[j * n + k]).sum::<f64>();
                y[i * n + j] = if i == j { left.sqrt() } else { left / y[j * n + j] };
            }
        }
        all.extend(y);
    }
    Tensor::from_vec(all, x.shape())
}
