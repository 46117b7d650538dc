//! `solve`: the solution of linear equations.

use super::dense::{each, solution, system};
use super::matrices::matrices;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The solution `x` of the linear equations `a x = b`, `a` being this variable: by elimination with row exchanges, better than
    /// multiplying by the inverse.
    ///
    /// `Σₖ a[.., i, k] · x[.., k, j] = b[.., i, j]`
    ///
    /// # Shape
    /// `[.., n, n] x [.., n, k] -> [.., n, k]`, or with a vector `[.., n, n] x [n] -> [.., n]`; leading axes are broadcast to one shape
    /// first
    ///
    /// # Gradient
    /// `db = a⁻ᵀ dx`, the solution of equations in turn, and `da = -db xᵀ`. Saves `a` and the result.
    ///
    /// # Edge cases
    /// A matrix that is singular to working precision gives NaN in each place of its solution, and its gradients are NaN: none of the
    /// digits would be right. That is a matrix which, once its rows and columns are brought to one scale, has an estimated reciprocal
    /// condition number (1-norm) below the machine epsilon. With anomaly detection on, the op and its line are named.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([[2.0, 0.0], [0.0, 4.0]]), Var::leaf([6.0, 4.0]));
    /// let x = a.solve(&b);
    /// assert_eq!(x.to_vec(), [3.0, 1.0]);
    /// let gradients = x.sum().backward();
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [0.5, 0.25]);
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [-1.5, -0.5, -0.75, -0.25]);
    /// ```
    ///
    /// Giles 2008, "Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic Differentiation", section 2.3.1.
    #[track_caller]
    #[must_use]
    pub fn solve(&self, b: &Var<T>) -> Self {
        system(Solve, self, b)
    }
}

/// The op of [`Var::solve`], on matrices with equal leading axes.
#[derive(Clone)]
pub struct Solve;

impl<T: Real> Op<T> for Solve {
    type Arity = Fixed<2>;
    const NAME: &'static str = "solve";
    const RULE: &'static str = "[.., n, n] x [.., n, k] -> [.., n, k]";
    const SAVES: Save = Save::input(0).and(Save::OUTPUT);

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        solution(a, b)
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        let (_, [n, k]) = b.shape().matrix().expect("the shape rule accepted the operands");
        let (a, right) = (matrices(a), matrices(b));
        each(b.shape().clone(), n * k, n + n * n / k.max(1), |i, x| {
            T::solve(a.matrix(i), right.matrix(i), x);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        if !saved.needs(0) && !saved.needs(1) {
            return [None, None];
        }
        let db = record(Solve, [&saved.input(0).mt(), dy]);
        [saved.needs(0).then(|| -db.matmul(&saved.y().mt())), saved.needs(1).then(|| db.clone())]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Solve {
    fn cases() -> Cases<Self> {
        let nan = f64::NAN;
        let nans = || Tensor::full([2, 2], nan);
        Cases::new(|_, x| super::dense::eliminate(&x[0], &x[1]), Solve, shapes![[3, 3], [3, 2]])
            .case(Solve, shapes![[2, 1, 2, 2], [2, 1, 2, 3]])
            .case(Solve, shapes![[3, 3], [3, 3]])
            .case(Solve, shapes![[1, 1], [1, 1]])
            .case(Solve, shapes![[0, 0], [0, 2]])
            .case(Solve, shapes![[2, 2], [2, 0]])
            .case(Solve, shapes![[0, 2, 2], [0, 2, 1]])
            .domains([Domain::between(-1.0, 1.0).diagonal(5.0), Domain::between(-2.0, 2.0)])
            .pin(
                "rows are exchanged",
                Solve,
                tensors![[[0.0, 2.0], [1.0, 0.0]], [[4.0], [3.0]]],
                [[3.0], [2.0]],
                tensors![[[-1.5, -1.0], [-3.0, -2.0]], [[0.5], [1.0]]],
            )
            .pin(
                "singular",
                Solve,
                tensors![[[1.0, 2.0], [2.0, 4.0]], [[1.0], [2.0]]],
                [[nan], [nan]],
                vec![nans(), [[nan], [nan]].into()],
            )
            .pin(
                "singular but for rounding",
                Solve,
                tensors![[[0.1, 0.3], [0.3, 0.9]], [[1.0], [2.0]]],
                [[nan], [nan]],
                vec![nans(), [[nan], [nan]].into()],
            )
            .pin(
                "rows and columns of other units",
                Solve,
                tensors![[[1.0, 0.0], [0.0, 2f64.powi(-100)]], [[1.0], [2f64.powi(-100)]]],
                [[1.0], [1.0]],
                vec![[[-1.0, -1.0], [-(2f64.powi(100)), -(2f64.powi(100))]].into(), [[1.0], [2f64.powi(100)]].into()],
            )
            .rejects(Solve, shapes![[2, 3], [2, 1]], "the matrix is 2 by 3, it must be square")
            .rejects(Solve, shapes![[3, 3], [2, 1]], "the matrix has 3 rows, the right side has 2")
            .rejects(Solve, shapes![[2, 2, 2], [3, 2, 1]], "batch axes differ, [2] and [3]")
            .rejects(Solve, shapes![[2], [2, 1]], "[2] has no matrix axes")
            .bench(Solve, shapes![[4, 32, 32], [4, 32, 32]], Work::Flops(4 * 8 * 32 * 32 * 32 / 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::linalg::dense::eliminate;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn batches_broadcast_and_a_vector_is_one_column() {
        let a = Tensor::from([[[2.0, 1.0], [0.5, 3.0]], [[1.0, 0.0], [0.3, -2.0]]]);
        let shape = |b: &[usize]| Var::constant(&a).solve(&Var::constant(Tensor::ones(b))).shape().to_vec();
        assert_eq!(shape(&[2]), [2, 2]);
        assert_eq!(shape(&[2, 3]), [2, 2, 3]);
        assert_eq!(shape(&[4, 1, 2, 3]), [4, 2, 2, 3]);
        let x = [a, Tensor::from([1.0, -0.5])];
        gradcheck(|x| x[0].solve(&x[1]), &x).unwrap();
        gradgradcheck(|x| x[0].solve(&x[1]), &x).unwrap();
    }

    #[test]
    fn one_matrix_for_a_whole_batch() {
        let a = Tensor::from([[2.0, 1.0], [0.5, 3.0]]);
        let b = Tensor::from_fn([3, 2, 2, 2], |i| (i as f64).sin());
        let x = Var::constant(&a).solve(&Var::constant(&b));
        let expected = eliminate(&a.broadcast_to([3, 2, 2, 2]), &b);
        assert_eq!(x.shape(), b.shape());
        let pairs = x.to_vec().into_iter().zip(expected.to_vec());
        pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-14));
        let empty = Var::constant(Tensor::zeros([1 << 40, 2, 0]));
        assert_eq!(Var::constant(&a).solve(&empty).shape(), empty.shape());
        let x = [a, b];
        gradcheck(|x| x[0].solve(&x[1]), &x).unwrap();
        gradgradcheck(|x| x[0].solve(&x[1]), &x).unwrap();
    }

    #[test]
    #[should_panic(expected = "solve: the result holds a NaN, 2 of 2 elements are")]
    fn anomaly_detection_names_the_solution_of_singular_equations() {
        let (a, b) = (Var::constant([[1.0, 2.0], [2.0, 4.0]]), Var::constant([1.0, 2.0]));
        crate::detect_anomaly(|| a.solve(&b));
    }

    #[test]
    #[should_panic(
        expected = "solve: shapes do not broadcast, axis -1 is 2 and 3\n  a     [2, 2, 2]\n  b     [3, 2, 1]\n"
    )]
    fn batches_that_do_not_broadcast_are_refused_as_they_were_given() {
        let (a, b) = (Var::constant(Tensor::<f64>::ones([2, 2, 2])), Var::constant(Tensor::ones([3, 2, 1])));
        let _ = a.solve(&b);
    }
}
