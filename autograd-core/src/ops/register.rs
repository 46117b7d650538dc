//! `register!`: for each op of a family, the permission to be recorded, its code, its test, and its entry in the list of ops.

/// For each op and each composite: the permission to be recorded, its code, its test, and its entry in the list that benches and
/// documentation walk.
///
/// The code: naming [`apply`](crate::op::apply) of an op makes the compiler compile it here, with all that the op computes. What of it is
/// `#[inline(never)]`, crates that use the op take from here, and compile no loop anew. Double precision, which few programs train in and all
/// tests need, comes with the feature `testing`.
macro_rules! register {
    (
        $family:ident:
        $($file:ident::$op:ident),* $(,)?;
        $(composites: $($composite_file:ident::$composite:ident),+ $(,)?;)?
    ) => {
        $(
            pub use $file::$op;
            impl crate::op::sealed::Sealed for $op {
                #[inline(never)]
                fn code() -> crate::op::sealed::Code {
                    let double = if cfg!(feature = "testing") { Some(crate::op::apply::<f64, Self> as _) } else { None };
                    [Some(crate::op::apply::<f32, Self> as _), double]
                }
            }
            impl<T: crate::tensor::Real> crate::op::Registered<T> for $op {}
        )*
        $($(
            pub use $composite_file::$composite;
            impl crate::op::sealed::Sealed for $composite {
                #[inline(never)]
                fn code() -> crate::op::sealed::Code {
                    let double = if cfg!(feature = "testing") { Some(crate::composite::apply::<f64, Self> as _) } else { None };
                    [Some(crate::composite::apply::<f32, Self> as _), double]
                }
            }
            impl<T: crate::tensor::Real> crate::composite::RegisteredComposite<T> for $composite {}
        )+)?

        #[cfg(test)]
        mod suite {
            $(#[test]
            fn $file() {
                crate::testing::check::<super::$op>();
            })*
            $($(#[test]
            fn $composite_file() {
                crate::testing::check_composite::<super::$composite>();
            })+)?
        }

        /// Each op of the family.
        #[cfg(any(test, feature = "testing"))]
        pub(super) fn entries() -> Vec<crate::testing::Entry> {
            vec![
                $(crate::testing::Entry::new::<$op>(stringify!($family), stringify!($file)),)*
                $($(crate::testing::Entry::composite::<$composite>(stringify!($family), stringify!($composite_file)),)+)?
            ]
        }
    };
}
