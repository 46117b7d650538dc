//! `+ - * /` on references and values, and unary minus.

use crate::tensor::Real;
use crate::var::Var;
use std::ops;

macro_rules! operator {
    ($($Trait:ident, $method:ident;)+) => {$(
        impl<T: Real> ops::$Trait<&Var<T>> for &Var<T> {
            type Output = Var<T>;
            #[track_caller]
            #[inline]
            fn $method(self, other: &Var<T>) -> Var<T> {
                Var::$method(self, other)
            }
        }
        impl<T: Real> ops::$Trait<Var<T>> for &Var<T> {
            type Output = Var<T>;
            #[track_caller]
            #[inline]
            fn $method(self, other: Var<T>) -> Var<T> {
                Var::$method(self, &other)
            }
        }
        impl<T: Real> ops::$Trait<&Var<T>> for Var<T> {
            type Output = Var<T>;
            #[track_caller]
            #[inline]
            fn $method(self, other: &Var<T>) -> Var<T> {
                Var::$method(&self, other)
            }
        }
        impl<T: Real> ops::$Trait<Var<T>> for Var<T> {
            type Output = Var<T>;
            #[track_caller]
            #[inline]
            fn $method(self, other: Var<T>) -> Var<T> {
                Var::$method(&self, &other)
            }
        }
    )+};
}
operator! { Add, add; Mul, mul; }

impl<T: Real> ops::Neg for &Var<T> {
    type Output = Var<T>;
    #[track_caller]
    fn neg(self) -> Var<T> {
        Var::neg(self)
    }
}
impl<T: Real> ops::Neg for Var<T> {
    type Output = Var<T>;
    #[track_caller]
    fn neg(self) -> Var<T> {
        Var::neg(&self)
    }
}
