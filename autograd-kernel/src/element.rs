//! What a tensor may hold: `Element` for any value, `Real` for those that gradients are made of.

use crate::fused::{Kind, Room};
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
    /// The type as a value.
    #[doc(hidden)]
    const KIND: Kind;
    /// The type's name, as error messages print it.
    const NAME: &'static str;
    /// Whether each pattern of bits is a valid value, so that a recycled buffer needs no clearing.
    const ANY_BITS: bool;

    /// Elements without their type.
    #[doc(hidden)]
    fn values(x: &[Self]) -> Values<'_>;
    /// Elements to be written without their type.
    #[doc(hidden)]
    fn values_mut(x: &mut [Self]) -> ValuesMut<'_>;
    /// Elements of this type.
    #[doc(hidden)]
    fn slice(x: Values<'_>) -> &[Self];
    /// Elements of this type to be written.
    #[doc(hidden)]
    fn slice_mut(x: ValuesMut<'_>) -> &mut [Self];
    /// Room for elements of this type.
    #[doc(hidden)]
    fn room(room: &mut Room) -> &mut Vec<Self>;
}

macro_rules! elements {
    ($($T:ident, $Kind:ident, $any_bits:literal;)+) => {
        /// Elements whose type is known when the program runs only.
        #[derive(Clone, Copy, Debug)]
        pub enum Values<'a> {$(
            #[doc = concat!("`", stringify!($T), "`")]
            $Kind(&'a [$T]),
        )+}

        /// Elements to be written whose type is known when the program runs only.
        #[derive(Debug)]
        pub enum ValuesMut<'a> {$(
            #[doc = concat!("`", stringify!($T), "`")]
            $Kind(&'a mut [$T]),
        )+}

        impl<'a> ValuesMut<'a> {
            /// The number of elements.
            #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
            pub fn len(&self) -> usize {
                match self {$( ValuesMut::$Kind(x) => x.len(), )+}
            }

            /// Parts of `size` elements, the last of those that are left.
            pub(crate) fn chunks(self, size: usize) -> Vec<ValuesMut<'a>> {
                match self {$( ValuesMut::$Kind(x) => x.chunks_mut(size).map(ValuesMut::$Kind).collect(), )+}
            }

            /// The `len` elements from `start` on.
            pub(crate) fn part(&self, start: usize, len: usize) -> Values<'_> {
                match self {$( ValuesMut::$Kind(x) => Values::$Kind(&x[start..start + len]), )+}
            }

            /// The `len` elements from `start` on.
            pub(crate) fn part_mut(&mut self, start: usize, len: usize) -> ValuesMut<'_> {
                match self {$( ValuesMut::$Kind(x) => ValuesMut::$Kind(&mut x[start..start + len]), )+}
            }
        }

        $(impl Element for $T {
            const KIND: Kind = Kind::$Kind;
            const NAME: &'static str = stringify!($T);
            const ANY_BITS: bool = $any_bits;

            fn values(x: &[$T]) -> Values<'_> {
                Values::$Kind(x)
            }
            fn values_mut(x: &mut [$T]) -> ValuesMut<'_> {
                ValuesMut::$Kind(x)
            }
            fn slice(x: Values<'_>) -> &[$T] {
                match x {
                    Values::$Kind(x) => x,
                    other => panic!("{other:?} are no {}", Self::NAME),
                }
            }
            fn slice_mut(x: ValuesMut<'_>) -> &mut [$T] {
                match x {
                    ValuesMut::$Kind(x) => x,
                    other => panic!("{other:?} are no {}", Self::NAME),
                }
            }
            fn room(room: &mut Room) -> &mut Vec<$T> {
                &mut room.$T
            }
        })+
    };
}
elements! {
    f32, F32, true;
    f64, F64, true;
    i64, I64, true;
    bool, Bool, false;
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
    + crate::math::Math
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
