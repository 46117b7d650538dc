//! Vectors of `f32` and of `f64` under one name, so that a kernel is written once for both and for each set of instructions.
//!
//! `T::Vector<S>` is a register of the set `S`. What is here must be inlined into a kernel that [`crate::isa::dispatch`] runs.

use pulp::{MemMask, Simd};

/// An element whose vectors kernels compute with.
pub trait Lanes: Copy + Send + Sync + 'static {
    /// A register of elements.
    type Vector<S: Simd>: Copy;
    /// Which lanes of a register count.
    type Mask<S: Simd>: Copy;

    /// The number of elements in a register.
    #[inline(always)]
    fn count<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
    /// The first `n` lanes; all if there are no more than `n`.
    fn first<S: Simd>(simd: S, n: usize) -> Self::Mask<S>;
    /// The same value in each lane.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// `a + b`
    fn add_each<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `a - b`
    fn sub_each<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `a b`
    fn mul_each<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `a b + c`, rounded once where there is an instruction for it.
    fn mul_add_each<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
    /// The sum of the lanes, in an order that depends on `S` only.
    fn sum_lanes<S: Simd>(simd: S, a: Self::Vector<S>) -> Self;

    /// The elements from `from` on, aligned or not.
    ///
    /// # Safety
    /// All of them must be there.
    unsafe fn load<S: Simd>(simd: S, from: *const Self) -> Self::Vector<S>;
    /// The elements in the lanes of `mask`, zero in the others.
    ///
    /// # Safety
    /// Those of `mask` must be there.
    unsafe fn load_masked<S: Simd>(simd: S, mask: Self::Mask<S>, from: *const Self) -> Self::Vector<S>;
    /// Writes all lanes, aligned or not.
    ///
    /// # Safety
    /// There must be room for them.
    unsafe fn store<S: Simd>(simd: S, to: *mut Self, a: Self::Vector<S>);
    /// Writes the lanes of `mask` and nothing else.
    ///
    /// # Safety
    /// There must be room for those.
    unsafe fn store_masked<S: Simd>(simd: S, mask: Self::Mask<S>, to: *mut Self, a: Self::Vector<S>);
}

/// The names that the instructions have for one type: its registers, masks, and unsigned integers of its size.
macro_rules! lanes {
    (
        $T:ty: $vectors:ident, $masks:ident, $U:ty;
        $first:ident $splat:ident $add:ident $sub:ident $mul:ident $mul_add:ident $sum:ident
        $load:ident $store:ident
    ) => {
        impl Lanes for $T {
            type Vector<S: Simd> = S::$vectors;
            type Mask<S: Simd> = S::$masks;

            #[inline(always)]
            fn first<S: Simd>(simd: S, n: usize) -> S::$masks {
                simd.$first(0, n.min(Self::count::<S>()) as $U).mask()
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> S::$vectors {
                simd.$splat(x)
            }
            #[inline(always)]
            fn add_each<S: Simd>(simd: S, a: S::$vectors, b: S::$vectors) -> S::$vectors {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn sub_each<S: Simd>(simd: S, a: S::$vectors, b: S::$vectors) -> S::$vectors {
                simd.$sub(a, b)
            }
            #[inline(always)]
            fn mul_each<S: Simd>(simd: S, a: S::$vectors, b: S::$vectors) -> S::$vectors {
                simd.$mul(a, b)
            }
            #[inline(always)]
            fn mul_add_each<S: Simd>(simd: S, a: S::$vectors, b: S::$vectors, c: S::$vectors) -> S::$vectors {
                // Without the instruction, rounding once is a call of a function.
                if S::IS_SCALAR { simd.$add(simd.$mul(a, b), c) } else { simd.$mul_add(a, b, c) }
            }
            #[inline(always)]
            fn sum_lanes<S: Simd>(simd: S, a: S::$vectors) -> Self {
                simd.$sum(a)
            }
            #[inline(always)]
            unsafe fn load<S: Simd>(_: S, from: *const Self) -> S::$vectors {
                // SAFETY: the caller's promise; any bits are a register.
                unsafe { from.cast::<S::$vectors>().read_unaligned() }
            }
            #[inline(always)]
            unsafe fn load_masked<S: Simd>(simd: S, mask: S::$masks, from: *const Self) -> S::$vectors {
                // SAFETY: the caller's promise.
                unsafe { simd.$load(MemMask::new(mask), from) }
            }
            #[inline(always)]
            unsafe fn store<S: Simd>(_: S, to: *mut Self, a: S::$vectors) {
                // SAFETY: the caller's promise.
                unsafe { to.cast::<S::$vectors>().write_unaligned(a) }
            }
            #[inline(always)]
            unsafe fn store_masked<S: Simd>(simd: S, mask: S::$masks, to: *mut Self, a: S::$vectors) {
                // SAFETY: the caller's promise.
                unsafe { simd.$store(MemMask::new(mask), to, a) }
            }
        }
    };
}
lanes! {
    f32: f32s, m32s, u32;
    mask_between_m32s splat_f32s add_f32s sub_f32s mul_f32s mul_add_f32s reduce_sum_f32s
    mask_load_ptr_f32s mask_store_ptr_f32s
}
lanes! {
    f64: f64s, m64s, u64;
    mask_between_m64s splat_f64s add_f64s sub_f64s mul_f64s mul_add_f64s reduce_sum_f64s
    mask_load_ptr_f64s mask_store_ptr_f64s
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{Isa, WithSimd};

    /// Each operation against the same on single numbers; `T` gives small integers, which round nowhere.
    struct Check<T>(fn(usize) -> T);

    impl<T: Lanes + PartialEq + std::fmt::Debug + num_traits::NumAssign + std::iter::Sum> WithSimd for Check<T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let n = T::count::<S>();
            let x: Vec<T> = (0..3 * n + 1).map(self.0).collect();
            let (x, y, z) = (&x[1..=n], &x[n + 1..=2 * n], &x[2 * n + 1..]);
            // SAFETY: each of the slices has `n` elements, and no mask more lanes.
            let load = |x: &[T]| unsafe { T::load(simd, x[..n].as_ptr()) };
            let list = |v: T::Vector<S>| {
                let mut list = vec![T::zero(); n];
                // SAFETY: as above.
                unsafe { T::store(simd, list.as_mut_ptr(), v) };
                list
            };
            let each = |f: fn(T, T, T) -> T| (0..n).map(|i| f(x[i], y[i], z[i])).collect::<Vec<T>>();
            let (a, b, c) = (load(x), load(y), load(z));
            assert_eq!(list(T::splat(simd, x[0])), vec![x[0]; n]);
            assert_eq!(list(T::add_each(simd, a, b)), each(|x, y, _| x + y));
            assert_eq!(list(T::sub_each(simd, a, b)), each(|x, y, _| x - y));
            assert_eq!(list(T::mul_each(simd, a, b)), each(|x, y, _| x * y));
            assert_eq!(list(T::mul_add_each(simd, a, b, c)), each(|x, y, z| x * y + z));
            assert_eq!(T::sum_lanes(simd, a), x.iter().copied().sum());
            for count in 0..n + 2 {
                let (mask, kept) = (T::first(simd, count), count.min(n));
                let mut to = vec![self.0(99); n];
                // SAFETY: as above.
                let loaded = unsafe {
                    T::store_masked(simd, mask, to.as_mut_ptr(), a);
                    T::load_masked(simd, mask, y.as_ptr())
                };
                assert_eq!(to, [&x[..kept], &vec![self.0(99); n - kept]].concat());
                assert_eq!(list(loaded), [&y[..kept], &vec![T::zero(); n - kept]].concat());
            }
        }
    }

    #[test]
    fn vectors_compute_what_numbers_do() {
        for isa in Isa::all() {
            isa.dispatch(Check(|i| (i * 7 % 31) as f32));
            isa.dispatch(Check(|i| (i * 7 % 31) as f64));
        }
    }
}
