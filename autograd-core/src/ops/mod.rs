//! The ops, one a file. This page is the only list of them: `register!` gives each the permission to be recorded, and its test.

mod conv;
mod extremum;
mod pool;
mod prelude;
mod reduction;
mod unary;

pub use cross_entropy::CrossEntropyOptions;
pub use reduction::Reduction;
pub use unary::Unary;

mod abs;
mod add;
mod add_scalar;
mod amax;
mod amin;
mod avg_pool2d;
mod avg_unpool2d;
mod broadcast_to;
mod clamp;
mod concat;
mod conv2d;
mod conv2d_weight;
mod conv_transpose2d;
mod cos;
mod cross_entropy;
mod div;
mod div_scalar;
mod embed;
mod exp;
mod gather;
mod index_add;
mod index_select;
mod leaky_relu;
mod log;
mod log_softmax;
mod logsumexp;
mod masked_fill;
mod matmul;
mod max_pool2d;
mod maximum;
mod mean;
mod minimum;
mod mul;
mod mul_scalar;
mod neg;
mod operators;
mod pad;
mod permute;
mod pow;
mod pow_scalar;
mod rdiv_scalar;
mod relu;
mod reshape;
mod rsub_scalar;
mod scatter_add;
mod sigmoid;
mod sin;
mod slice;
mod softmax;
mod sqrt;
mod square;
mod stack;
mod sub;
mod sum;
mod sum_to;
mod tanh;
mod where_;

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
    elementwise: abs::Abs, add::Add, add_scalar::AddScalar, clamp::Clamp, cos::Cos, div::Div,
        div_scalar::DivScalar, exp::Exp, leaky_relu::LeakyRelu, log::Log, masked_fill::MaskedFill,
        maximum::Maximum, minimum::Minimum, mul::Mul, mul_scalar::MulScalar, neg::Neg, pow::Pow,
        pow_scalar::PowScalar, rdiv_scalar::RdivScalar, relu::Relu, rsub_scalar::RsubScalar,
        sigmoid::Sigmoid, sin::Sin, sqrt::Sqrt, square::Square, sub::Sub, tanh::Tanh, where_::Where;
    reduce: amax::Amax, amin::Amin, log_softmax::LogSoftmax, logsumexp::LogSumExp, mean::Mean,
        softmax::Softmax, sum::Sum, sum_to::SumTo;
    shape: broadcast_to::BroadcastTo, concat::Concat, embed::Embed, pad::Pad, permute::Permute,
        reshape::Reshape, slice::Slice, stack::Stack;
    index: gather::Gather, index_add::IndexAdd, index_select::IndexSelect, scatter_add::ScatterAdd;
    conv: conv2d::Conv2d, conv2d_weight::Conv2dWeight, conv_transpose2d::ConvTranspose2d;
    pool: avg_pool2d::AvgPool2d, avg_unpool2d::AvgUnpool2d, max_pool2d::MaxPool2d;
    loss: cross_entropy::CrossEntropy;
    linalg: matmul::MatMul;
}
