//! `cumsum`: running sums along an axis.

use crate::kernel::scan;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sum of the elements up to each along an axis.
    ///
    /// `y[j] = Σ x[k]` over `k ≤ j`, added up in double precision
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// `dx[j] = Σ dy[k]` over `k ≥ j`: the same sum from the other end. Saves nothing.
    ///
    /// # Edge cases
    /// An infinity stays in all sums behind it, and so does NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0, 3.0]);
    /// let y = x.cumsum(0);
    /// assert_eq!(y.to_vec(), [1.0, 3.0, 6.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [3.0, 2.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cumsum(&self, axis: isize) -> Self {
        record(CumSum { axis, reverse: false }, [self])
    }

    /// The sum of the elements from each on along an axis: [`cumsum`](Var::cumsum) from the other end, and its adjoint.
    ///
    /// `y[j] = Σ x[k]` over `k ≥ j`
    ///
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0, 3.0]);
    /// let y = x.cumsum_reverse(0);
    /// assert_eq!(y.to_vec(), [6.0, 5.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 2.0, 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn cumsum_reverse(&self, axis: isize) -> Self {
        record(CumSum { axis, reverse: true }, [self])
    }
}

/// The op of [`Var::cumsum`] and [`Var::cumsum_reverse`].
#[derive(Clone)]
pub struct CumSum {
    /// The axis along which elements are added up; counted from the end if negative.
    pub axis: isize,
    /// Whether the sums begin at its end.
    pub reverse: bool,
}

impl<T: Real> Op<T> for CumSum {
    type Arity = Fixed<1>;
    const NAME: &'static str = "cumsum";
    const RULE: &'static str = "[.., n, ..] -> [.., n, ..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        x.axis(self.axis).map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.by_rows(self.axis, |x, fold, out| scan::sums(x, fold, self.reverse, out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| record(CumSum { axis: self.axis, reverse: !self.reverse }, [dy]))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for CumSum {
    fn cases() -> Cases<Self> {
        let along = |axis| CumSum { axis, reverse: false };
        let reverse = |axis| CumSum { axis, reverse: true };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, along(1), shapes![[3, 4]])
            .case(along(0), shapes![[3, 2]])
            .case(along(-2), shapes![[2, 3, 4]])
            .case(reverse(1), shapes![[2, 3, 4]])
            .case(reverse(-1), shapes![[5]])
            .case(along(0), shapes![[1, 3]])
            .case(along(0), shapes![[0, 3]])
            .case(reverse(0), shapes![[3, 0]])
            .pin(
                "infinite",
                along(0),
                tensors![[1.0, infinity, 2.0]],
                [1.0, infinity, infinity],
                tensors![[3.0, 2.0, 1.0]],
            )
            .pin("NaN", along(0), tensors![[1.0, nan, 2.0]], [1.0, nan, nan], tensors![[3.0, 2.0, 1.0]])
            .rejects(along(2), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(along(0), shapes![[]], "axis 0 of a single number, which has none")
            .bench(along(1), shapes![[256, 1024]], Work::Bytes(2 << 20))
            .bench(reverse(0), shapes![[1024, 256]], Work::Bytes(2 << 20))
    }
}

/// The elements that were passed, added up anew for each.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &CumSum, x: &[Tensor<f64>]) -> Tensor<f64> {
    let passed = |at: &[usize]| super::neighbours::passed(&x[0], op.axis, op.reverse, at);
    crate::testing::from_index(x[0].shape().clone(), |at| passed(at).iter().sum())
}
