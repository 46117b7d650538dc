//! `+ - * /` and their assignments on references and values, with numbers on either side, and unary minus.

use super::binary::broadcast;
use super::{Add, Div, Mul, Sub};
use crate::tensor::Real;
use crate::var::Var;
use std::ops;

/// One operator between variables, and with a number on the right.
macro_rules! operator {
    ($($Trait:ident, $method:ident, $scalar:ident, $Assign:ident, $assign:ident;)+) => {$(
        operator! { @ $Trait, $method, &Var<T>, &Var<T>, |a, b| broadcast($Trait, a, b) }
        operator! { @ $Trait, $method, &Var<T>, Var<T>, |a, b| broadcast($Trait, a, b) }
        operator! { @ $Trait, $method, Var<T>, &Var<T>, |a, b| broadcast($Trait, a, b) }
        operator! { @ $Trait, $method, Var<T>, Var<T>, |a, b| broadcast($Trait, a, b) }
        operator! { @ $Trait, $method, &Var<T>, T, |a, c| a.$scalar(c) }
        operator! { @ $Trait, $method, Var<T>, T, |a, c| a.$scalar(c) }
        operator! { = $Assign, $assign, &Var<T>, |a, b| broadcast($Trait, a, b) }
        operator! { = $Assign, $assign, Var<T>, |a, b| broadcast($Trait, a, b) }
        operator! { = $Assign, $assign, T, |a, c| a.$scalar(c) }
    )+};
    (@ $Trait:ident, $method:ident, $A:ty, $B:ty, |$a:ident, $b:ident| $y:expr) => {
        impl<T: Real> ops::$Trait<$B> for $A {
            type Output = Var<T>;
            #[track_caller]
            #[inline]
            fn $method(self, $b: $B) -> Var<T> {
                let $a = self;
                $y
            }
        }
    };
    (= $Assign:ident, $assign:ident, $B:ty, |$a:ident, $b:ident| $y:expr) => {
        /// The variable becomes the result; what it was before stays in the graph.
        impl<T: Real> ops::$Assign<$B> for Var<T> {
            #[track_caller]
            #[inline]
            fn $assign(&mut self, $b: $B) {
                let $a = &*self;
                *self = $y;
            }
        }
    };
}
operator! {
    Add, add, add_scalar, AddAssign, add_assign;
    Sub, sub, sub_number, SubAssign, sub_assign;
    Mul, mul, mul_scalar, MulAssign, mul_assign;
    Div, div, div_scalar, DivAssign, div_assign;
}

impl<T: Real> Var<T> {
    /// `x - c`, which is `x + (-c)` bit for bit.
    #[track_caller]
    #[inline]
    fn sub_number(&self, c: T) -> Self {
        self.add_scalar(-c)
    }
}

/// One operator with a number of type `f32` or `f64` on the left: only for types named one by one does the language allow it.
macro_rules! number_left {
    ($($Trait:ident, $method:ident, $scalar:ident;)+) => {$(
        number_left! { @ $Trait, $method, $scalar, f32, f64 }
    )+};
    (@ $Trait:ident, $method:ident, $scalar:ident, $($T:ty),+) => {$(
        impl ops::$Trait<&Var<$T>> for $T {
            type Output = Var<$T>;
            #[track_caller]
            #[inline]
            fn $method(self, x: &Var<$T>) -> Var<$T> {
                x.$scalar(self)
            }
        }
        impl ops::$Trait<Var<$T>> for $T {
            type Output = Var<$T>;
            #[track_caller]
            #[inline]
            fn $method(self, x: Var<$T>) -> Var<$T> {
                x.$scalar(self)
            }
        }
    )+};
}
number_left! {
    Add, add, add_scalar;
    Sub, sub, rsub_scalar;
    Mul, mul, mul_scalar;
    Div, div, rdiv_scalar;
}

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

#[cfg(test)]
mod tests {
    use crate::Var;
    use crate::functional::grad;

    #[test]
    fn numbers_stand_on_either_side() {
        let x = Var::<f64>::leaf([2.0, 49.0]);
        assert_eq!((&x + 1.0).to_vec(), [3.0, 50.0]);
        assert_eq!((1.0 + &x).to_vec(), [3.0, 50.0]);
        assert_eq!((&x - 1.0).to_vec(), [1.0, 48.0]);
        assert_eq!((3.0 - &x).to_vec(), [1.0, -46.0]);
        assert_eq!((&x * 2.0).to_vec(), [4.0, 98.0]);
        assert_eq!((2.0 * x.clone()).to_vec(), [4.0, 98.0]);
        assert_eq!((x.clone() / 4.0).to_vec(), [0.5, 12.25]);
        assert_eq!((49.0 / x.clone()).to_vec(), [24.5, 1.0]);
        let x = Var::leaf([0.5f32]);
        assert_eq!((1.0 - 3.0 / &x * 0.5 + 1.0).to_vec(), [-1.0]);
    }

    #[test]
    fn what_is_given_away_is_recorded_as_what_is_lent_is() {
        let leaves = [Var::<f64>::leaf([1.5, -2.0]), Var::leaf([0.5, 3.0])];
        // Each form of an operator, of values that a graph is behind.
        let forms = |op: &dyn Fn(Var<f64>, Var<f64>) -> [Var<f64>; 4]| {
            let [a, b] = leaves.each_ref().map(|x| x * x);
            op(a, b).map(|y| {
                let first = grad(&y.sum(), &leaves.each_ref(), true).into_iter().map(|d| d.expect("reached"));
                let first: Vec<_> = first.collect();
                let second = grad(&(&first[0] * &first[0] + &first[1] * &first[1]).sum(), &leaves.each_ref(), false);
                let numbers = |d: Vec<Var<f64>>| d.iter().flat_map(|d| d.to_vec()).collect::<Vec<_>>();
                (y.to_vec(), numbers(first), numbers(second.into_iter().map(|d| d.expect("reached")).collect()))
            })
        };
        let all = [
            forms(&|a, b| [&a + &b, &a + b.clone(), a.clone() + &b, a + b]),
            forms(&|a, b| [&a - &b, &a - b.clone(), a.clone() - &b, a - b]),
            forms(&|a, b| [&a * &b, &a * b.clone(), a.clone() * &b, a * b]),
            forms(&|a, b| [&a / &b, &a / b.clone(), a.clone() / &b, a / b]),
        ];
        for [lent, others @ ..] in all {
            others.iter().for_each(|other| assert_eq!(*other, lent));
        }
        let [x, _] = leaves;
        assert_eq!((x.clone() * x.clone()).sum().backward().get(&x).unwrap().to_vec(), [3.0, -4.0]);
    }

    #[test]
    fn an_assignment_keeps_what_was_before_in_the_graph() {
        let x = Var::leaf(3.0);
        let mut y = x.clone();
        y *= &x;
        y += x.clone();
        y -= 1.0;
        y /= 2.0;
        assert_eq!(y.item(), 5.5);
        assert_eq!(y.backward().get(&x).unwrap().item(), 3.5); // (2x + 1) / 2
    }
}
