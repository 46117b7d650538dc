//! Elementwise ops: one number in, one out, wherever they lie.

mod abs;
mod add;
mod add_scalar;
mod clamp;
mod cos;
mod div;
mod div_scalar;
mod exp;
mod leaky_relu;
mod log;
mod masked_fill;
mod maximum;
mod minimum;
mod mul;
mod mul_scalar;
mod neg;
mod operators;
mod pow;
mod pow_scalar;
mod rdiv_scalar;
mod relu;
mod rsub_scalar;
mod sigmoid;
mod sin;
mod sqrt;
mod square;
mod sub;
mod tanh;
mod unary;
mod where_;

pub use unary::Unary;

register! {
    elementwise:
        abs::Abs, add::Add, add_scalar::AddScalar, clamp::Clamp, cos::Cos, div::Div, div_scalar::DivScalar,
        exp::Exp, leaky_relu::LeakyRelu, log::Log, masked_fill::MaskedFill, maximum::Maximum,
        minimum::Minimum, mul::Mul, mul_scalar::MulScalar, neg::Neg, pow::Pow, pow_scalar::PowScalar,
        rdiv_scalar::RdivScalar, relu::Relu, rsub_scalar::RsubScalar, sigmoid::Sigmoid, sin::Sin, sqrt::Sqrt,
        square::Square, sub::Sub, tanh::Tanh, where_::Where;
}
