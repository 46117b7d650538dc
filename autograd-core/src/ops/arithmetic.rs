//! Arithmetic of tensors: operators and the commonest functions, computed as those of variables, without a history.

use crate::tensor::{Axes, Real, Tensor};
use crate::var::Var;
use std::ops;

/// One operator between tensors, and with a number on the right.
macro_rules! operator {
    ($($Trait:ident, $method:ident;)+) => {$(
        operator! { @ $Trait, $method, &Tensor<T>, &Tensor<T>, |a, b| (Var::constant(a), Var::constant(b)) }
        operator! { @ $Trait, $method, &Tensor<T>, Tensor<T>, |a, b| (Var::constant(a), Var::constant(b)) }
        operator! { @ $Trait, $method, Tensor<T>, &Tensor<T>, |a, b| (Var::constant(a), Var::constant(b)) }
        operator! { @ $Trait, $method, Tensor<T>, Tensor<T>, |a, b| (Var::constant(a), Var::constant(b)) }
        operator! { @ $Trait, $method, &Tensor<T>, T, |a, c| (Var::constant(a), c) }
        operator! { @ $Trait, $method, Tensor<T>, T, |a, c| (Var::constant(a), c) }
    )+};
    (@ $Trait:ident, $method:ident, $A:ty, $B:ty, |$a:ident, $b:ident| $operands:expr) => {
        /// As between variables: shapes are broadcast, and a mistake is refused in the same words.
        impl<T: Real> ops::$Trait<$B> for $A {
            type Output = Tensor<T>;
            #[track_caller]
            fn $method(self, $b: $B) -> Tensor<T> {
                let $a = self;
                let (a, b) = $operands;
                ops::$Trait::$method(a, b).into_value()
            }
        }
    };
}
operator! {
    Add, add;
    Sub, sub;
    Mul, mul;
    Div, div;
}

/// One operator with a number on the left, whose types must be named one by one.
macro_rules! number_left {
    ($($Trait:ident, $method:ident;)+) => {$(
        number_left! { @ $Trait, $method, f32, f64 }
    )+};
    (@ $Trait:ident, $method:ident, $($T:ty),+) => {$(
        impl ops::$Trait<&Tensor<$T>> for $T {
            type Output = Tensor<$T>;
            fn $method(self, x: &Tensor<$T>) -> Tensor<$T> {
                ops::$Trait::$method(self, Var::constant(x)).into_value()
            }
        }
        impl ops::$Trait<Tensor<$T>> for $T {
            type Output = Tensor<$T>;
            fn $method(self, x: Tensor<$T>) -> Tensor<$T> {
                ops::$Trait::$method(self, Var::constant(x)).into_value()
            }
        }
    )+};
}
number_left! {
    Add, add;
    Sub, sub;
    Mul, mul;
    Div, div;
}

impl<T: Real> ops::Neg for &Tensor<T> {
    type Output = Tensor<T>;
    fn neg(self) -> Tensor<T> {
        (-Var::constant(self)).into_value()
    }
}
impl<T: Real> ops::Neg for Tensor<T> {
    type Output = Tensor<T>;
    fn neg(self) -> Tensor<T> {
        -&self
    }
}

/// Methods that do what those of variables do.
macro_rules! methods {
    ($($(#[$note:meta])* $name:ident($($argument:ident: $Type:ty),*);)+) => {
        /// # Arithmetic
        ///
        /// Tensors take `+ - * /` among each other and with numbers, and the commonest functions. All others are those of variables, which a
        /// tensor becomes without a copy: `Var::constant(&x).erf().value()`.
        ///
        /// ```
        /// use autograd_core::Tensor;
        /// let x = Tensor::from([[1.0, 2.0], [3.0, 6.0]]);
        /// let standard = (&x - x.mean_axes(0, true)) / x.std(0, 0, true);
        /// assert_eq!(standard, Tensor::from([[-1.0, -1.0], [1.0, 1.0]]));
        /// assert_eq!((&x * 2.0 - 1.0).sum().item(), 20.0);
        /// ```
        impl<T: Real> Tensor<T> {$(
            #[doc = concat!("As [`Var::", stringify!($name), "`].")]
            $(#[$note])*
            #[track_caller]
            #[must_use]
            pub fn $name(&self $(, $argument: $Type)*) -> Tensor<T> {
                Var::constant(self).$name($($argument),*).into_value()
            }
        )+}
    };
}
methods! {
    sum();
    sum_axes(axes: impl Into<Axes>, keepdim: bool);
    mean();
    mean_axes(axes: impl Into<Axes>, keepdim: bool);
    var(axes: impl Into<Axes>, correction: usize, keepdim: bool);
    std(axes: impl Into<Axes>, correction: usize, keepdim: bool);
    amax(axes: impl Into<Axes>, keepdim: bool);
    amin(axes: impl Into<Axes>, keepdim: bool);
    norm(p: f64, axes: impl Into<Axes>, keepdim: bool);
    abs();
    sign();
    exp();
    log();
    sqrt();
    square();
    sigmoid();
    softmax(axis: isize);
    log_softmax(axis: isize);
    gather(axis: isize, index: &Tensor<i64>);
    clamp(min: Option<T>, max: Option<T>);
    cumsum(axis: isize);
    squeeze(axes: impl Into<Axes>);
    unsqueeze(axis: isize);
}

impl<T: Real> Tensor<T> {
    /// As [`Var::matmul`].
    #[track_caller]
    #[must_use]
    pub fn matmul(&self, other: &Tensor<T>) -> Tensor<T> {
        Var::constant(self).matmul(&Var::constant(other)).into_value()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, Var};

    #[test]
    fn tensors_compute_what_variables_do() {
        let (a, b) = (Tensor::from([[1.0, -2.0], [3.0, 0.5]]), Tensor::from([4.0, -0.25]));
        let (x, y) = (Var::leaf(&a), Var::leaf(&b));
        let index = Tensor::from([[1i64], [0]]);
        for (tensor, var) in [
            (&a + &b, &x + &y),
            (a.clone() - &b, &x - &y),
            (&a * b.clone(), &x * &y),
            (a.clone() / b.clone(), &x / &y),
            (&a + 2.0, &x + 2.0),
            (a.clone() / 3.0, &x / 3.0),
            (1.0 - &a, 1.0 - &x),
            (2.0 / a.clone(), 2.0 / &x),
            (-&a, -&x),
            (-a.clone(), -&x),
            (a.amax(1, true), x.amax(1, true)),
            (a.norm(2.0, 0, false), x.norm(2.0, 0, false)),
            (a.clamp(Some(0.0), None).sign().unsqueeze(0), x.clamp(Some(0.0), None).sign().unsqueeze(0)),
            (a.matmul(&a), x.matmul(&x)),
            (a.softmax(-1), x.softmax(-1)),
            (a.gather(1, &index), x.gather(1, &index)),
        ] {
            assert_eq!(&tensor, var.value());
        }
    }

    #[test]
    #[should_panic(expected = "mul: shapes do not broadcast")]
    fn shapes_that_do_not_broadcast_are_refused_in_the_same_words() {
        let _ = Tensor::<f32>::zeros([2, 3]) * Tensor::<f32>::zeros([4]);
    }
}
