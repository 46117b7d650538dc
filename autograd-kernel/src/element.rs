//! What a tensor may hold: `Element` for any value, `Real` for those that gradients are made of.

use crate::fused::{Kind, Source};
use crate::gemm::{Bias, Matrix, MatrixMut, Packed, Right};
use crate::list::List;
use crate::view::{Reader, View};
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
    /// A view as an operand of an expression.
    #[doc(hidden)]
    fn source(view: View<'_, Self>) -> Source<'_>;
}

#[cold]
fn of_another_type(name: &str) -> ! {
    panic!("the elements are no {name}")
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
            pub(crate) fn chunks(self, size: usize) -> List<ValuesMut<'a>> {
                match self {$( ValuesMut::$Kind(x) => x.chunks_mut(size).map(ValuesMut::$Kind).collect(), )+}
            }
        }

        $(impl Element for $T {
            const KIND: Kind = Kind::$Kind;
            const NAME: &'static str = stringify!($T);
            const ANY_BITS: bool = $any_bits;

            #[inline]
            fn values(x: &[$T]) -> Values<'_> {
                Values::$Kind(x)
            }
            #[inline]
            fn values_mut(x: &mut [$T]) -> ValuesMut<'_> {
                ValuesMut::$Kind(x)
            }
            #[inline]
            fn slice(x: Values<'_>) -> &[$T] {
                match x {
                    Values::$Kind(x) => x,
                    _ => of_another_type(Self::NAME),
                }
            }
            #[inline]
            fn slice_mut(x: ValuesMut<'_>) -> &mut [$T] {
                match x {
                    ValuesMut::$Kind(x) => x,
                    _ => of_another_type(Self::NAME),
                }
            }
            fn source(view: View<'_, $T>) -> Source<'_> {
                Source::$Kind(Reader::new(view))
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
    + crate::product::Subnormal
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
    // Always inlined, here and below: a call for each element would keep loops from becoming vector code.
    #[inline(always)]
    fn of(x: f64) -> f32 {
        x as f32
    }
    #[inline(always)]
    fn as_f64(self) -> f64 {
        f64::from(self)
    }
    products!();
}

impl Real for f64 {
    #[inline(always)]
    fn of(x: f64) -> f64 {
        x
    }
    #[inline(always)]
    fn as_f64(self) -> f64 {
        self
    }
    products!();
}
