//! `matmul`: the matrix product, over any leading batch axes.

use super::matrices::matrices;
use crate::kernel::threads;
use crate::ops::prelude::*;

/// Multiplications of a matrix of a batch from which on it is spread over the threads itself.
const SPREAD: usize = 1 << 22;

impl<T: Real> Var<T> {
    /// The matrix product `y = a b`, batched over leading axes.
    ///
    /// `y[.., i, j] = Σₖ a[.., i, k] · b[.., k, j]`
    ///
    /// # Shape
    /// `[.., m, k] x [.., k, n] -> [.., m, n]`; leading axes are broadcast to one shape first. A vector `[k]` counts as a row on the left
    /// and as a column on the right, and its axis is left out of the result.
    ///
    /// # Gradient
    /// `da = dy bᵀ`, `db = aᵀ dy`. Saves both operands.
    ///
    /// # Edge cases
    /// With `k = 0` the result is zero.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([[1.0, 2.0], [3.0, 4.0]]), Var::leaf([[1.0], [10.0]]));
    /// let y = a.matmul(&b);
    /// assert_eq!(y.to_vec(), [21.0, 43.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [1.0, 10.0, 1.0, 10.0]);
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [4.0, 6.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "mm")]
    #[doc(alias = "bmm")]
    #[doc(alias = "dot")]
    #[doc(alias = "mv")]
    #[doc(alias = "inner")]
    pub fn matmul(&self, other: &Var<T>) -> Self {
        let (a, b) = (self.shape(), other.shape());
        if let Err(why) = accepts(a, b) {
            // Refused here, so that the message shows what the caller gave, not what was made of it.
            let rule = <MatMul as Op<T>>::RULE;
            crate::Error::refused("matmul", rule, why, &[], [a, b].into_iter()).raise();
        }
        match (a.rank(), b.rank()) {
            (2, 2) => record(MatMul, [self, other]),
            (1, 1) => self.reshape([1, a[0]]).matmul(&other.reshape([b[0], 1])).reshape([]),
            (1, _) => without_axis(&self.reshape([1, a[0]]).matmul(other), -2),
            (_, 1) => without_axis(&self.matmul(&other.reshape([b[0], 1])), -1),
            // One matrix for the whole batch: its rows are those of one tall matrix.
            (n, 2) => {
                let rows = a[..n - 1].iter().product::<usize>();
                record(MatMul, [&self.reshape([rows, b[0]]), other]).reshape(a.with(n - 1, b[1]))
            }
            _ => {
                let [a, b] = batched(self, other);
                record(MatMul, [&a, &b])
            }
        }
    }
}

/// Whether two operands have a product, vectors and batches that broadcast included.
fn accepts(a: &Shape, b: &Shape) -> Result<(), Mismatch> {
    if a.rank() == 0 || b.rank() == 0 {
        return Err(Mismatch::new("a single number has no matrix axes").help("multiply by a number with *"));
    }
    let (k, k2) = (a[a.rank() - 1], b[b.rank().saturating_sub(2)]);
    if k != k2 {
        return Err(Mismatch::new(format!("inner dimensions differ, {k} and {k2}")));
    }
    let batch = |shape: &Shape| Shape::from(&shape[..shape.rank().saturating_sub(2)]);
    let rows = a.iter().rev().skip(1).take(1);
    let columns = b.iter().rev().take(usize::from(b.rank() > 1));
    let batch = batch(a).broadcast(&batch(b))?;
    batch.iter().chain(rows).chain(columns).copied().collect::<Shape>().addressable().map(|_| ())
}

/// Matrices with their batch axes broadcast to one shape: views, of which nothing is copied.
#[track_caller]
pub(super) fn batched<T: Real>(a: &Var<T>, b: &Var<T>) -> [Var<T>; 2] {
    let (n, m) = (a.rank() - 2, b.rank() - 2);
    let batch = Shape::from(&a.shape()[..n]).broadcast(&b.shape()[..m].into()).expect("the caller has checked");
    let with = |matrix: &[usize]| Shape::joined([&*batch, matrix]);
    [a.broadcast_to(with(&a.shape()[n..])), b.broadcast_to(with(&b.shape()[m..]))]
}

/// The variable without an axis of size 1.
#[track_caller]
pub(super) fn without_axis<T: Real>(x: &Var<T>, axis: isize) -> Var<T> {
    let axis = x.shape().axis(axis).expect("the product has both matrix axes");
    x.reshape(x.shape().reduced(&[axis], false))
}

/// The op of [`Var::matmul`], on matrices with equal leading axes.
#[derive(Clone)]
pub struct MatMul;

impl<T: Real> Op<T> for MatMul {
    type Arity = Fixed<2>;
    const NAME: &'static str = "matmul";
    const RULE: &'static str = "[.., m, k] x [.., k, n] -> [.., m, n]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let ((batch_a, [m, k]), (batch_b, [k2, n])) = (a.matrix()?, b.matrix()?);
        if k != k2 {
            return Err(Mismatch::new(format!("inner dimensions differ, {k} and {k2}")));
        }
        if batch_a != batch_b {
            return Err(Mismatch::new(format!("batch axes differ, {batch_a:?} and {batch_b:?}")));
        }
        batch_a.iter().copied().chain([m, n]).collect::<Shape>().addressable()
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
        let shape = Op::<T>::shape(self, [a.shape(), b.shape()]).expect("accepted before");
        let (_, [m, n]) = shape.matrix().expect("a product is a matrix");
        let (a, b) = (matrices(a), matrices(b));
        let k = a.size[1];
        Tensor::build(shape, |out| {
            let product = |i: usize, c: &mut [T]| T::gemm(a.matrix(i), b.matrix(i), T::zero(), c);
            if m.saturating_mul(n).saturating_mul(k) >= SPREAD {
                // Not empty, since a size of zero makes no large product.
                out.chunks_exact_mut(m * n).enumerate().for_each(|(i, c)| product(i, c));
            } else {
                threads::chunks(out, m * n, (k / 32).max(1), |start, c| product(start / (m * n), c));
            }
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        [
            saved.needs(0).then(|| dy.matmul(&saved.input(1).mt())), // [m, n] [n, k]
            saved.needs(1).then(|| saved.input(0).mt().matmul(dy)),  // [k, m] [m, n]
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for MatMul {
    fn cases() -> Cases<Self> {
        Cases::new(textbook, MatMul, shapes![[2, 3], [3, 4]])
            .case(MatMul, shapes![[2, 2, 3], [2, 3, 2]])
            .case(MatMul, shapes![[2, 1, 2, 1], [2, 1, 1, 3]])
            .case(MatMul, shapes![[1, 1], [1, 1]])
            .case(MatMul, shapes![[2, 0], [0, 3]])
            .case(MatMul, shapes![[0, 3], [3, 4]])
            .rejects(MatMul, shapes![[2, 3], [4, 5]], "inner dimensions differ, 3 and 4")
            .rejects(MatMul, shapes![[3], [3, 4]], "[3] has no matrix axes")
            .rejects(MatMul, shapes![[2, 2, 3], [3, 3, 4]], "batch axes differ, [2] and [3]")
            .rejects(MatMul, shapes![[1 << 40, 0], [0, 1 << 40]], "is more than memory can address")
            .bench(MatMul, shapes![[512, 512], [512, 512]], Work::Flops(2 * 512 * 512 * 512))
            .bench(MatMul, shapes![[64, 64], [64, 64]], Work::Flops(2 * 64 * 64 * 64))
    }
}

/// Three loops, nothing clever.
#[cfg(any(test, feature = "testing"))]
fn textbook(_: &MatMul, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(&MatMul, [x[0].shape(), x[1].shape()]).expect("a case that is accepted");
    let (rank, k) = (shape.rank(), x[0].shape()[shape.rank() - 1]);
    crate::testing::from_index(shape, |index| {
        let with = |i: usize, j: usize| [&index[..rank - 2], &[i, j]].concat();
        let (i, j) = (index[rank - 2], index[rank - 1]);
        let term = |k: usize| crate::testing::element(&x[0], &with(i, k)) * crate::testing::element(&x[1], &with(k, j));
        (0..k).map(term).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    fn filled(shape: &[usize]) -> Tensor<f64> {
        Tensor::from_fn(shape, |i| (i as f64 * 0.7 + shape.len() as f64).sin())
    }

    #[test]
    fn operands_of_any_rank_have_a_product() {
        for (a, b, equation) in [
            (&[3][..], &[3][..], "k,k->"),
            (&[3], &[3, 2], "k,kj->j"),
            (&[3], &[2, 3, 4], "k,bkj->bj"),
            (&[2, 3], &[3], "ik,k->i"),
            (&[4, 2, 3], &[3], "bik,k->bi"),
            (&[4, 2, 3], &[3, 2], "bik,kj->bij"),
            (&[2, 3], &[4, 3, 2], "ik,bkj->bij"),
            (&[2, 1, 2, 3], &[4, 3, 1], "...ik,...kj->...ij"),
        ] {
            let x = [filled(a), filled(b)];
            let [a, b] = [0, 1].map(|i| Var::constant(&x[i]));
            let (found, expected) = (a.matmul(&b), Var::einsum(equation, &[&a, &b]));
            assert_eq!(found.shape(), expected.shape(), "{equation}");
            let pairs = found.to_vec().into_iter().zip(expected.to_vec());
            pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-14, "{equation}"));
            gradcheck(|x| x[0].matmul(&x[1]), &x).unwrap();
            gradgradcheck(|x| x[0].matmul(&x[1]), &x).unwrap();
        }
    }

    #[test]
    fn batches_without_elements_cost_no_memory() {
        let (a, b) = (Var::constant(Tensor::<f64>::zeros([1 << 40, 0, 2])), Var::constant(Tensor::zeros([1, 2, 3])));
        assert_eq!(*a.matmul(&b).shape(), [1 << 40, 0, 3]);
    }

    #[test]
    #[should_panic(expected = "matmul: [1099511627776, 1099511627776] is more than memory can address")]
    fn a_product_that_no_memory_holds_is_refused() {
        let (a, b) = (Tensor::<f64>::zeros([1 << 40, 0]), Tensor::zeros([0, 1 << 40]));
        let _ = Var::constant(a).matmul(&Var::constant(b));
    }
}
