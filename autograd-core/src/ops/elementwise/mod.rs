//! Elementwise ops: one number in, one out, wherever they lie.

mod abs;
mod acos;
mod acosh;
mod add;
mod add_scalar;
mod asin;
mod asinh;
mod atan;
mod atan2;
mod atanh;
mod binary;
mod ceil;
mod clamp;
mod clamp_between;
mod copysign;
mod cos;
mod cosh;
mod div;
mod div_scalar;
mod elu;
mod erf;
mod erfc;
mod exp;
mod exp2;
mod expm1;
mod floor;
mod gelu;
mod gelu_tanh;
mod hard;
mod hardswish;
mod hypot;
mod leaky_relu;
mod lerp;
mod lerp_scalar;
mod log;
mod log10;
mod log1p;
mod log2;
mod log_sigmoid;
mod logaddexp;
mod masked_fill;
mod maximum;
mod maxout;
mod minimum;
mod mish;
mod mul;
mod mul_scalar;
mod neg;
mod operators;
mod pow;
mod pow_scalar;
mod prelu;
mod rdiv_scalar;
mod reciprocal;
mod relu;
mod remainder;
mod round;
mod rsqrt;
mod rsub_scalar;
mod shrink;
mod sigmoid;
mod sign;
mod silu;
mod sin;
mod sinh;
mod softplus;
mod softsign;
mod sqrt;
mod square;
mod sub;
#[cfg(test)]
mod tails;
mod tan;
mod tanh;
mod ternary;
mod trunc;
mod unary;
mod where_;
mod where_positive;
mod xlogy;

pub use unary::Unary;

register! {
    elementwise:
        abs::Abs, acos::Acos, acosh::Acosh, add::Add, add_scalar::AddScalar, asin::Asin, asinh::Asinh,
        atan::Atan, atan2::Atan2, atanh::Atanh, ceil::Ceil, clamp::Clamp, copysign::Copysign, cos::Cos,
        cosh::Cosh, div::Div, div_scalar::DivScalar, elu::Elu, erf::Erf, erfc::Erfc, exp::Exp, exp2::Exp2,
        expm1::Expm1, floor::Floor, gelu::Gelu, gelu_tanh::GeluTanh, hardswish::Hardswish, hypot::Hypot, leaky_relu::LeakyRelu,
        lerp::Lerp, lerp_scalar::LerpScalar, log::Log, log10::Log10, log1p::Log1p, log2::Log2,
        log_sigmoid::LogSigmoid, logaddexp::LogAddExp, masked_fill::MaskedFill, maximum::Maximum,
        minimum::Minimum, mish::Mish, mul::Mul, mul_scalar::MulScalar, neg::Neg, pow::Pow,
        pow_scalar::PowScalar, prelu::Prelu, rdiv_scalar::RdivScalar, reciprocal::Reciprocal, relu::Relu,
        remainder::Remainder, round::Round, rsqrt::Rsqrt, rsub_scalar::RsubScalar, sigmoid::Sigmoid, sign::Sign,
        silu::Silu, sin::Sin, sinh::Sinh, softplus::Softplus, softsign::Softsign, sqrt::Sqrt, square::Square,
        sub::Sub, tan::Tan, tanh::Tanh, trunc::Trunc, where_::Where,
        where_positive::WherePositive, xlogy::Xlogy;
}
