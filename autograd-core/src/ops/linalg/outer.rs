//! `outer` and `kron`: each element of one operand times each of another.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The outer product of two vectors.
    ///
    /// `y[i, j] = a[i] · b[j]`
    ///
    /// # Shape
    /// `[m] x [n] -> [m, n]`
    ///
    /// # Gradient
    /// `da = dy b`, `db = dyᵀ a`. The matrix product of a column and a row, which saves both.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([1.0, 2.0]), Var::leaf([3.0, 4.0, 5.0]));
    /// let y = a.outer(&b);
    /// assert_eq!(*y.value(), [[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]].into());
    /// assert_eq!(y.sum().backward().get(&a).unwrap().to_vec(), [12.0, 12.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "ger")]
    pub fn outer(&self, other: &Var<T>) -> Self {
        let (a, b) = (self.shape(), other.shape());
        let rule = "[m] x [n] -> [m, n]";
        let [m, n] = match (&a[..], &b[..]) {
            (&[m], &[n]) => [m, n],
            _ => refuse("outer", rule, "the operands must have one axis each", [a, b]),
        };
        if let Err(why) = Shape::from([m, n]).addressable() {
            refuse("outer", rule, why.why(), [a, b]);
        }
        self.reshape([m, 1]).matmul(&other.reshape([1, n]))
    }

    /// The Kronecker product of two matrices: the second one in place of each element of the first, times that element.
    ///
    /// `y[i·p + k, j·q + l] = a[i, j] · b[k, l]`
    ///
    /// # Shape
    /// `[m, n] x [p, q] -> [m·p, n·q]`
    ///
    /// # Gradient
    /// `da[i, j] = Σ dy[i·p + k, j·q + l] · b[k, l]`, and for `b` likewise. A product of broadcast operands, which saves both.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([[1.0, 2.0]]), Var::leaf([[1.0], [3.0]]));
    /// let y = a.kron(&b);
    /// assert_eq!(*y.value(), [[1.0, 2.0], [3.0, 6.0]].into());
    /// assert_eq!(y.sum().backward().get(&a).unwrap().to_vec(), [4.0, 4.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn kron(&self, other: &Var<T>) -> Self {
        let (a, b) = (self.shape(), other.shape());
        let rule = "[m, n] x [p, q] -> [m·p, n·q]";
        let ([m, n], [p, q]) = match (&a[..], &b[..]) {
            (&[m, n], &[p, q]) => ([m, n], [p, q]),
            _ => refuse("kron", rule, "the operands must have two axes each", [a, b]),
        };
        if let Err(why) = Shape::from([m, p, n, q]).addressable() {
            refuse("kron", rule, why.why(), [a, b]);
        }
        (self.reshape([m, 1, n, 1]) * other.reshape([1, p, 1, q])).reshape([m * p, n * q])
    }
}

#[cold]
#[track_caller]
fn refuse(method: &'static str, rule: &str, why: &str, operands: [&Shape; 2]) -> ! {
    crate::Error::refused(method, rule, Mismatch::new(why), &[], operands.into_iter()).raise()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn derivatives() {
        let [a, b] = [[0.3, -1.2], [0.7, 2.0]].map(Tensor::from);
        gradcheck(|x| x[0].outer(&x[1]), &[a.clone(), b.clone()]).unwrap();
        gradgradcheck(|x| x[0].outer(&x[1]), &[a.clone(), b.clone()]).unwrap();
        let (a, b) = (a.reshape([1, 2]), Tensor::from([[1.0, -0.5, 2.0], [0.1, 0.2, 0.3]]));
        gradcheck(|x| x[0].kron(&x[1]), &[a.clone(), b.clone()]).unwrap();
        gradgradcheck(|x| x[0].kron(&x[1]), &[a, b]).unwrap();
    }

    #[test]
    fn the_kronecker_product_repeats_the_second_operand() {
        let a = Var::constant([[1.0, 10.0], [100.0, 1000.0]]);
        let y = a.kron(&Var::constant([[1.0, 2.0]]));
        assert_eq!(*y.value(), [[1.0, 2.0, 10.0, 20.0], [100.0, 200.0, 1000.0, 2000.0]].into());
        assert_eq!(*a.kron(&Var::constant(Tensor::zeros([0, 3]))).shape(), [0, 6]);
    }

    #[test]
    #[should_panic(expected = "outer: the operands must have one axis each")]
    fn the_outer_product_is_of_vectors() {
        let _ = Var::constant([[1.0, 2.0]]).outer(&Var::constant([1.0]));
    }

    #[test]
    #[should_panic(expected = "kron: the operands must have two axes each")]
    fn the_kronecker_product_is_of_matrices() {
        let _ = Var::constant([[1.0, 2.0]]).kron(&Var::constant([1.0]));
    }
}
