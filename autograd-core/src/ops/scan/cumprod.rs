//! `cumprod`: running products along an axis.

use super::LinearRecurrence;
use super::neighbours::{lag, rest};
use crate::kernel::scan;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The product of the elements up to each along an axis.
    ///
    /// `y[j] = Π x[k]` over `k ≤ j`, multiplied in double precision
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// `dx[j] = y[j - 1] · s[j]` with `s[j] = dy[j] + x[j + 1] · s[j + 1]`, a [`linear_recurrence`](Var::linear_recurrence) from the other end:
    /// nothing is divided, so each order is exact with zeros. Saves `x` and `y`.
    ///
    /// # Edge cases
    /// From the first zero on the products are 0. The gradient reaches that zero through all products from it up to the next.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([2.0, 0.0, 3.0]);
    /// let y = x.cumprod(0);
    /// assert_eq!(y.to_vec(), [2.0, 0.0, 0.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 8.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cumprod(&self, axis: isize) -> Self {
        record(CumProd { axis, reverse: false }, [self])
    }

    /// The product of the elements from each on along an axis: [`cumprod`](Var::cumprod) from the other end.
    ///
    /// `y[j] = Π x[k]` over `k ≥ j`
    ///
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([2.0, 0.0, 3.0]);
    /// let y = x.cumprod_reverse(0);
    /// assert_eq!(y.to_vec(), [0.0, 0.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 9.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cumprod_reverse(&self, axis: isize) -> Self {
        record(CumProd { axis, reverse: true }, [self])
    }
}

/// The op of [`Var::cumprod`] and [`Var::cumprod_reverse`].
#[derive(Clone)]
pub struct CumProd {
    /// The axis along which elements are multiplied; counted from the end if negative.
    pub axis: isize,
    /// Whether the products begin at its end.
    pub reverse: bool,
}

impl<T: Real> Op<T> for CumProd {
    type Arity = Fixed<1>;
    const NAME: &'static str = "cumprod";
    const RULE: &'static str = "[.., n, ..] -> [.., n, ..]";
    const SAVES: Save = Save::INPUTS.and(Save::OUTPUT);

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        x.axis(self.axis).map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.by_rows(self.axis, |x, fold, out| scan::products(x, fold, self.reverse, out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let axis = dy.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let dx = || {
            let before = lag(&saved.y(), axis, self.reverse, T::one());
            let back = LinearRecurrence { axis: self.axis, reverse: !self.reverse };
            before * record(back, [dy, &rest(&saved.input(0), axis, self.reverse)])
        };
        [saved.needs(0).then(dx)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for CumProd {
    fn cases() -> Cases<Self> {
        let along = |axis| CumProd { axis, reverse: false };
        let reverse = |axis| CumProd { axis, reverse: true };
        let nan = f64::NAN;
        Cases::new(textbook, along(1), shapes![[3, 4]])
            .case(along(0), shapes![[3, 2]])
            .case(along(-2), shapes![[2, 3, 4]])
            .case(reverse(1), shapes![[2, 3, 4]])
            .case(reverse(-1), shapes![[5]])
            .case(along(0), shapes![[1, 3]])
            .case(along(0), shapes![[0, 3]])
            .case(reverse(0), shapes![[3, 0]])
            .pin("one zero", along(0), tensors![[2.0, 0.0, 3.0]], [2.0, 0.0, 0.0], tensors![[1.0, 8.0, 0.0]])
            .pin("one zero, reverse", reverse(0), tensors![[2.0, 0.0, 3.0]], [0.0, 0.0, 3.0], tensors![[0.0, 9.0, 1.0]])
            .pin(
                "two zeros",
                along(0),
                tensors![[2.0, 0.0, 3.0, 0.0, 5.0]],
                [2.0, 0.0, 0.0, 0.0, 0.0],
                tensors![[1.0, 8.0, 0.0, 0.0, 0.0]],
            )
            .pin("NaN", along(0), tensors![[2.0, nan, 3.0]], [2.0, nan, nan], tensors![[nan, 8.0, nan]])
            .rejects(along(2), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(along(0), shapes![[]], "axis 0 of a single number, which has none")
            .bench(along(1), shapes![[256, 1024]], Work::Bytes(2 << 20))
            .bench(along(0), shapes![[1024, 256]], Work::Bytes(2 << 20))
    }
}

/// The elements that were passed, multiplied anew for each.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &CumProd, x: &[Tensor<f64>]) -> Tensor<f64> {
    let passed = |at: &[usize]| super::neighbours::passed(&x[0], op.axis, op.reverse, at);
    crate::testing::from_index(x[0].shape().clone(), |at| passed(at).iter().product())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn both_orders_are_exact_with_zeros() {
        // A polynomial is smooth there too, so that difference quotients say the truth.
        let x = tensors![[[2.0, 0.0, 3.0, 4.0], [0.0, 5.0, 0.0, 1.0], [0.0, 0.0, 0.0, -2.0]]];
        for reverse in [false, true] {
            let f = |x: &[Var<f64>]| record(CumProd { axis: 1, reverse }, [&x[0]]);
            gradcheck(f, &x).unwrap();
            gradgradcheck(f, &x).unwrap();
        }
    }
}
