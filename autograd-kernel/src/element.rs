//! What a tensor may hold: `Element` for any value, `Real` for those that gradients are made of.

use std::fmt::{Debug, Display};
use std::iter::Sum;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for i64 {}
    impl Sealed for bool {}
}

/// A value that a tensor can hold: `f32`, `f64`, `i64` or `bool`.
///
/// The trait is sealed: buffers are recycled between element types, which is sound only for types known here.
pub trait Element: Copy + Default + PartialEq + Debug + Display + Send + Sync + sealed::Sealed + 'static {
    /// The type's name, as error messages print it.
    const NAME: &'static str;
    /// Whether each pattern of bits is a valid value, so that a recycled buffer needs no clearing.
    const ANY_BITS: bool;
}

impl Element for f32 {
    const NAME: &'static str = "f32";
    const ANY_BITS: bool = true;
}
impl Element for f64 {
    const NAME: &'static str = "f64";
    const ANY_BITS: bool = true;
}
impl Element for i64 {
    const NAME: &'static str = "i64";
    const ANY_BITS: bool = true;
}
impl Element for bool {
    const NAME: &'static str = "bool";
    const ANY_BITS: bool = false;
}

/// A floating-point element, `f32` or `f64`: what can be differentiated.
pub trait Real:
    Element
    + num_traits::Float
    + num_traits::NumAssign
    + num_traits::FloatConst
    + num_traits::FromPrimitive
    + crate::linalg::Dense
    + crate::conv::Vector
    + Sum
{
    /// The nearest value to `x`.
    fn of(x: f64) -> Self;
    /// The value in double precision, exact.
    fn as_f64(self) -> f64;
    /// `c ← a b + β c` on strided matrices: the one call into the matrix kernel of this type.
    #[doc(hidden)]
    fn gemm(a: crate::gemm::Matrix<'_, Self>, b: crate::gemm::Matrix<'_, Self>, beta: Self, c: &mut [Self]);
}

impl Real for f32 {
    fn of(x: f64) -> f32 {
        x as f32
    }
    fn as_f64(self) -> f64 {
        f64::from(self)
    }
    fn gemm(a: crate::gemm::Matrix<'_, f32>, b: crate::gemm::Matrix<'_, f32>, beta: f32, c: &mut [f32]) {
        crate::gemm::sgemm(a, b, beta, c);
    }
}

impl Real for f64 {
    fn of(x: f64) -> f64 {
        x
    }
    fn as_f64(self) -> f64 {
        self
    }
    fn gemm(a: crate::gemm::Matrix<'_, f64>, b: crate::gemm::Matrix<'_, f64>, beta: f64, c: &mut [f64]) {
        crate::gemm::dgemm(a, b, beta, c);
    }
}
