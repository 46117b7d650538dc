//! `register!`: for each op of a group, the permission to be recorded, its test, and its entry in the list of ops.

/// For each op: the permission to be recorded, its test, and its entry in the list that benches and documentation walk.
macro_rules! register {
    ($group:ident: $($file:ident::$op:ident),+ $(,)?;) => {
        $(
            pub use $file::$op;
            impl crate::op::sealed::Sealed for $op {}
            impl<T: crate::tensor::Real> crate::op::Registered<T> for $op {}
        )+

        #[cfg(test)]
        mod suite {
            $(#[test]
            fn $file() {
                crate::testing::check::<super::$op>();
            })+
        }

        /// Each op of the group.
        #[cfg(any(test, feature = "testing"))]
        pub(super) fn entries() -> Vec<crate::testing::Entry> {
            vec![$(crate::testing::Entry::new::<$op>(stringify!($group), stringify!($file))),+]
        }
    };
}
