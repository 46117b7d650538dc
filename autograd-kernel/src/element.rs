//! What a tensor may hold: `Element` for any value, `Real` for those that gradients are made of.

use crate::gemm::{Bias, Matrix, MatrixMut, Packed, Right};
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
    + crate::lanes::Lanes
    + crate::linalg::Dense
    + Sum
{
    /// The nearest value to `x`.
    fn of(x: f64) -> Self;
    /// The value in double precision, exact.
    fn as_f64(self) -> f64;
    /// `c ← a b + β c + bias`; with `β = 0`, `c` is not read. The one call into the matrix kernels of this type.
    #[doc(hidden)]
    fn product(a: Matrix<'_, Self>, b: Right<'_, Self>, beta: Self, bias: Bias<'_, Self>, c: MatrixMut<'_, Self>);
    /// [`Packed::new`] for this type.
    #[doc(hidden)]
    fn pack<'a>(b: Matrix<'_, Self>, panels: &'a mut [Self]) -> Packed<'a, Self>;
    /// `c ← a b + β c` with `c` row by row.
    #[doc(hidden)]
    fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, beta: Self, c: &mut [Self]) {
        let [[m, _], [_, n]] = [a.size(), b.size()];
        assert_eq!(c.len(), m * n, "the sizes of a product agree");
        Self::product(a, b.into(), beta, Bias::None, MatrixMut::new(c, [m, n], n));
    }
}

macro_rules! products {
    () => {
        fn product(a: Matrix<'_, Self>, b: Right<'_, Self>, beta: Self, bias: Bias<'_, Self>, c: MatrixMut<'_, Self>) {
            crate::gemm::product(a, b, beta, bias, c);
        }
        fn pack<'a>(b: Matrix<'_, Self>, panels: &'a mut [Self]) -> Packed<'a, Self> {
            crate::gemm::pack(b, panels)
        }
    };
}

impl Real for f32 {
    fn of(x: f64) -> f32 {
        x as f32
    }
    fn as_f64(self) -> f64 {
        f64::from(self)
    }
    products!();
}

impl Real for f64 {
    fn of(x: f64) -> f64 {
        x
    }
    fn as_f64(self) -> f64 {
        self
    }
    products!();
}
