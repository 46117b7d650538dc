//! `solve_triangular`: the solution of linear equations whose matrix is triangular.

use super::dense::{each, solution, system, triangle};
use super::matrices::matrices;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The solution `x` of the linear equations `a x = b`, `a` being this variable, by substitution: only one triangle of `a` is read.
    ///
    /// `Σₖ a[.., i, k] · x[.., k, j] = b[.., i, j]`, with `k ≤ i` for the lower triangle and `k ≥ i` for the upper one
    ///
    /// # Shape
    /// `[.., n, n] x [.., n, k] -> [.., n, k]`, or with a vector `[.., n, n] x [n] -> [.., n]`; leading axes are broadcast to one shape
    /// first
    ///
    /// # Gradient
    /// `db = a⁻ᵀ dx`, the solution of triangular equations in turn, and `da = -db xᵀ` in the triangle that is read, 0 elsewhere. Saves `a`
    /// and the result.
    ///
    /// # Edge cases
    /// A zero on the diagonal gives NaN in each place, and gradients of NaN in the triangle. Whatever is in the other triangle leaks
    /// nowhere.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::SolveTriangular};
    /// let (a, b) = (Var::leaf([[2.0, 9.0], [1.0, 4.0]]), Var::leaf([2.0, 9.0]));
    /// let x = a.solve_triangular(&b, SolveTriangular::lower());
    /// assert_eq!(x.to_vec(), [1.0, 2.0]);
    /// let gradients = x.sum().backward();
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.375, 0.25]);
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [-0.375, 0.0, -0.25, -0.5]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "triangular_solve")]
    pub fn solve_triangular(&self, b: &Var<T>, options: SolveTriangular) -> Self {
        system(options, self, b)
    }
}

/// The op of [`Var::solve_triangular`], and its options: `SolveTriangular::upper().unit()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SolveTriangular {
    /// Whether the triangle below the diagonal is read, not that above.
    pub lower: bool,
    /// Whether the diagonal is taken to be ones, and not read.
    pub unit: bool,
}

impl SolveTriangular {
    /// For the triangle below the diagonal, and the diagonal.
    pub fn lower() -> Self {
        SolveTriangular { lower: true, unit: false }
    }

    /// For the triangle above the diagonal, and the diagonal.
    pub fn upper() -> Self {
        SolveTriangular { lower: false, unit: false }
    }

    /// With ones on the diagonal, whatever is there.
    #[must_use]
    pub fn unit(self) -> Self {
        SolveTriangular { unit: true, ..self }
    }
}

impl<T: Real> Op<T> for SolveTriangular {
    type Arity = Fixed<2>;
    const NAME: &'static str = "solve_triangular";
    const RULE: &'static str = "[.., n, n] x [.., n, k] -> [.., n, k]";
    const SAVES: Save = Save::input(0).and(Save::OUTPUT);

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        solution(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        let (_, [n, k]) = b.shape().matrix().expect("the shape rule accepted the operands");
        let (a, right) = (matrices(a), matrices(b));
        each(b.shape().clone(), n * k, n, |i, x| {
            T::solve_triangular(a.matrix(i), right.matrix(i), self.lower, self.unit, x);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        if !saved.needs(0) && !saved.needs(1) {
            return [None, None];
        }
        let db = record(SolveTriangular { lower: !self.lower, ..*self }, [&saved.input(0).mt(), dy]);
        let da = || triangle(&-db.matmul(&saved.y().mt()), self.lower, !self.unit);
        [saved.needs(0).then(da), saved.needs(1).then(|| db.clone())]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for SolveTriangular {
    fn cases() -> Cases<Self> {
        let (lower, upper, nan) = (SolveTriangular::lower(), SolveTriangular::upper(), f64::NAN);
        Cases::new(textbook, lower, shapes![[3, 3], [3, 2]])
            .case(upper, shapes![[3, 3], [3, 2]])
            .case(lower.unit(), shapes![[2, 3, 3], [2, 3, 1]])
            .case(upper.unit(), shapes![[2, 3, 3], [2, 3, 1]])
            .case(upper, shapes![[2, 2], [2, 2]])
            .case(lower, shapes![[1, 1], [1, 1]])
            .case(lower, shapes![[0, 0], [0, 2]])
            .case(upper, shapes![[2, 2], [2, 0]])
            .domains([Domain::between(-1.0, 1.0).diagonal(4.0), Domain::between(-2.0, 2.0)])
            .pin(
                "the other triangle is not read",
                lower,
                tensors![[[1.0, nan], [1.0, 2.0]], [[1.0], [3.0]]],
                [[1.0], [1.0]],
                tensors![[[-0.5, 0.0], [-0.5, -0.5]], [[0.5], [0.5]]],
            )
            .pin(
                "nor a diagonal of ones",
                upper.unit(),
                tensors![[[0.0, 2.0], [nan, nan]], [[3.0], [1.0]]],
                [[1.0], [1.0]],
                tensors![[[0.0, -1.0], [0.0, 0.0]], [[1.0], [-1.0]]],
            )
            .pin(
                "zero on the diagonal",
                lower,
                tensors![[[1.0, 0.0], [1.0, 0.0]], [[1.0], [1.0]]],
                [[nan], [nan]],
                tensors![[[nan, 0.0], [nan, nan]], [[nan], [nan]]],
            )
            .rejects(lower, shapes![[2, 3], [2, 1]], "the matrix is 2 by 3, it must be square")
            .rejects(lower, shapes![[3, 3], [2, 1]], "the matrix has 3 rows, the right side has 2")
            .rejects(lower, shapes![[2, 2, 2], [3, 2, 1]], "batch axes differ, [2] and [3]")
            .bench(lower, shapes![[4, 32, 32], [4, 32, 64]], Work::Flops(4 * 32 * 32 * 64))
    }
}

/// Elimination on the matrix with zeros in the other triangle.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &SolveTriangular, x: &[Tensor<f64>]) -> Tensor<f64> {
    let a = crate::testing::from_index(x[0].shape().clone(), |index| match index {
        [.., i, j] if i == j && op.unit => 1.0,
        [.., i, j] if (op.lower && j > i) || (!op.lower && j < i) => 0.0,
        _ => crate::testing::element(&x[0], index),
    });
    super::dense::eliminate(&a, &x[1])
}
