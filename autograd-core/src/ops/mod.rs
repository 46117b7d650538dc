//! The ops, one a file. This page is the only list of them: `register!` gives each the permission to be recorded, and its test.

mod prelude;
mod unary;

pub use unary::Unary;

mod add;
mod broadcast_to;
mod concat;
mod conv;
mod conv2d;
mod conv2d_weight;
mod conv_transpose2d;
mod embed;
mod exp;
mod gather;
mod index_add;
mod index_select;
mod matmul;
mod mul;
mod neg;
mod operators;
mod pad;
mod permute;
mod reshape;
mod scatter_add;
mod slice;
mod stack;
mod sum;
mod sum_to;

/// For each op: the permission to be recorded, its test, and its entry in the list that benches and documentation walk.
macro_rules! register {
    ($($group:ident: $($file:ident::$op:ident),+;)+) => {
        $($(
            pub use $file::$op;
            impl crate::op::sealed::Sealed for $op {}
            impl<T: crate::tensor::Real> crate::op::Registered<T> for $op {}
        )+)+

        #[cfg(test)]
        mod suite {
            $(mod $group {
                $(#[test]
                fn $file() {
                    crate::testing::check::<super::super::$op>();
                })+
            })+
        }

        /// Each op of the register.
        #[cfg(any(test, feature = "testing"))]
        pub(crate) fn entries() -> Vec<crate::testing::Entry> {
            vec![$($(crate::testing::Entry::new::<$op>(stringify!($group), stringify!($file))),+),+]
        }
    };
}

register! {
    elementwise: add::Add, exp::Exp, mul::Mul, neg::Neg;
    reduce: sum::Sum, sum_to::SumTo;
    shape: broadcast_to::BroadcastTo, concat::Concat, embed::Embed, pad::Pad, permute::Permute, reshape::Reshape, slice::Slice,
        stack::Stack;
    index: gather::Gather, index_add::IndexAdd, index_select::IndexSelect, scatter_add::ScatterAdd;
    conv: conv2d::Conv2d, conv2d_weight::Conv2dWeight, conv_transpose2d::ConvTranspose2d;
    linalg: matmul::MatMul;
}
