//! Vectors of `f32` and of `f64` under one name, for kernels that are generic over the element and over the set of instructions.

use pulp::Simd;

/// An element of which vectors can be made.
pub trait Vector: Copy + 'static {
    /// A register full.
    type Of<S: Simd>: Copy;

    /// Every lane the same.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Of<S>;

    /// `a + b`.
    fn add<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;

    /// `a b + c`, rounded once where the machine can.
    fn fma<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>, c: Self::Of<S>) -> Self::Of<S>;
}

macro_rules! vector {
    ($T:ty, $lanes:ident, $splat:ident, $mul_add:ident, $mul:ident, $add:ident) => {
        impl Vector for $T {
            type Of<S: Simd> = S::$lanes;

            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: $T) -> S::$lanes {
                simd.$splat(x)
            }

            #[inline(always)]
            fn add<S: Simd>(simd: S, a: S::$lanes, b: S::$lanes) -> S::$lanes {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn fma<S: Simd>(simd: S, a: S::$lanes, b: S::$lanes, c: S::$lanes) -> S::$lanes {
                match S::IS_SCALAR {
                    // Without the instruction, rounding once would be a call for each element.
                    true => simd.$add(simd.$mul(a, b), c),
                    false => simd.$mul_add(a, b, c),
                }
            }
        }
    };
}
vector!(f32, f32s, splat_f32s, mul_add_f32s, mul_f32s, add_f32s);
vector!(f64, f64s, splat_f64s, mul_add_f64s, mul_f64s, add_f64s);

/// How many elements a register holds.
pub(super) const fn lanes<S: Simd, T: Vector>() -> usize {
    size_of::<T::Of<S>>() / size_of::<T>()
}

/// # Safety
/// A register full must be readable from `x` on.
#[inline(always)]
pub(super) unsafe fn load<S: Simd, T: Vector>(x: *const T) -> T::Of<S> {
    // SAFETY: the caller's promise; a vector is as many elements side by side.
    unsafe { x.cast::<T::Of<S>>().read_unaligned() }
}

/// # Safety
/// A register full must be writable from `y` on.
#[inline(always)]
pub(super) unsafe fn store<S: Simd, T: Vector>(y: *mut T, value: T::Of<S>) {
    // SAFETY: the caller's promise; a vector is as many elements side by side.
    unsafe { y.cast::<T::Of<S>>().write_unaligned(value) }
}
