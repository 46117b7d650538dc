//! `linear_recurrence`: each result is its predecessor, times a factor, plus an element.

use super::neighbours::rest;
use crate::kernel::scan;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each result along an axis is the one before it times a factor, plus an element: decaying averages, filters, linear recurrent layers.
    ///
    /// `y[0] = x[0]` and `y[j] = a[j - 1] · y[j - 1] + x[j]`, with one factor between neighbours
    ///
    /// # Shape
    /// `[.., n, ..] x [.., n - 1, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// `dx[j] = dy[j] + a[j] · dx[j + 1]`, the same recurrence from the other end, and `da[j] = dx[j + 1] · y[j]`. Saves the factors and `y`.
    ///
    /// # Edge cases
    /// A factor of 0 begins anew, and no gradient passes it. Of a single element there are no factors, and `y = x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, a) = (Var::leaf([1.0, 2.0, 3.0]), Var::leaf([10.0, 0.5]));
    /// let y = x.linear_recurrence(&a, 0);
    /// assert_eq!(y.to_vec(), [1.0, 12.0, 9.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [16.0, 1.5, 1.0]);
    /// assert_eq!(gradients.get(&a).unwrap().to_vec(), [1.5, 12.0]);
    /// ```
    ///
    /// E. Martin, C. Cundy: Parallelizing Linear Recurrent Neural Nets Over Sequence Length (2018).
    #[track_caller]
    #[must_use]
    #[doc(alias = "associative_scan")]
    pub fn linear_recurrence(&self, factors: &Var<T>, axis: isize) -> Self {
        record(LinearRecurrence { axis, reverse: false }, [self, factors])
    }

    /// [`linear_recurrence`](Var::linear_recurrence) from the other end, and its adjoint: returns from discounted rewards.
    ///
    /// `y[n - 1] = x[n - 1]` and `y[j] = a[j] · y[j + 1] + x[j]`
    ///
    /// ```
    /// use autograd_core::Var;
    /// let (rewards, discount) = (Var::leaf([1.0, 0.0, 8.0]), Var::constant([0.5, 0.5]));
    /// let returns = rewards.linear_recurrence_reverse(&discount, 0);
    /// assert_eq!(returns.to_vec(), [3.0, 4.0, 8.0]);
    /// assert_eq!(returns.sum().backward().get(&rewards).unwrap().to_vec(), [1.0, 1.5, 1.75]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn linear_recurrence_reverse(&self, factors: &Var<T>, axis: isize) -> Self {
        record(LinearRecurrence { axis, reverse: true }, [self, factors])
    }
}

/// The op of [`Var::linear_recurrence`] and [`Var::linear_recurrence_reverse`].
#[derive(Clone)]
pub struct LinearRecurrence {
    /// The axis along which it runs; counted from the end if negative.
    pub axis: isize,
    /// Whether it begins at the end of the axis.
    pub reverse: bool,
}

impl<T: Real> Op<T> for LinearRecurrence {
    type Arity = Fixed<2>;
    const NAME: &'static str = "linear_recurrence";
    const RULE: &'static str = "[.., n, ..] x [.., n - 1, ..] -> [.., n, ..]";
    const SAVES: Save = Save::input(1).and(Save::OUTPUT);
    const OPERANDS: &'static [&'static str] = &["x", "factors"];

    fn shape(&self, [x, a]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let axis = x.axis(self.axis)?;
        let between = x.with(axis, x[axis].saturating_sub(1));
        match *a == between {
            true => Ok(x.clone()),
            false => Err(Mismatch::new(format!("the factors have shape {a}, between neighbours there are {between}"))),
        }
    }

    fn forward(&self, [x, a]: [&Tensor<T>; 2]) -> Tensor<T> {
        let axis = x.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let ((x, fold), a) = (x.fold_over(&[axis]), a.contiguous());
        let (x_values, a_values) = (x.as_slice().expect("contiguous"), a.as_slice().expect("contiguous"));
        Tensor::build(x.shape(), |out| scan::recurrence(x_values, a_values, fold, self.reverse, out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let axis = dy.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let back = LinearRecurrence { axis: self.axis, reverse: !self.reverse };
        let dx = record(back, [dy, &saved.input(1)]);
        let da = saved.needs(1).then(|| rest(&dx, axis, self.reverse) * rest(&saved.y(), axis, !self.reverse));
        [saved.needs(0).then_some(dx), da]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LinearRecurrence {
    fn cases() -> Cases<Self> {
        let along = |axis| LinearRecurrence { axis, reverse: false };
        let reverse = |axis| LinearRecurrence { axis, reverse: true };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, along(1), shapes![[3, 4], [3, 3]])
            .case(along(0), shapes![[4, 2], [3, 2]])
            .case(along(-2), shapes![[2, 3, 2], [2, 2, 2]])
            .case(reverse(1), shapes![[2, 3, 2], [2, 2, 2]])
            .case(reverse(0), shapes![[4], [3]])
            .case(along(0), shapes![[1, 3], [0, 3]])
            .case(reverse(1), shapes![[2, 0], [2, 0]])
            .case(along(0), shapes![[3, 0], [2, 0]])
            .pin(
                "a factor of 0 begins anew",
                along(0),
                tensors![[5.0, 2.0, 1.0], [0.0, 3.0]],
                [5.0, 2.0, 7.0],
                tensors![[1.0, 4.0, 1.0], [20.0, 2.0]],
            )
            .pin("one element", along(0), tensors![[3.0], Vec::<f64>::new()], [3.0], tensors![[1.0], Vec::<f64>::new()])
            .pin(
                "what is not finite stays so",
                along(0),
                tensors![[1.0, infinity, nan], [1.0, 1.0]],
                [1.0, infinity, nan],
                tensors![[3.0, 2.0, 1.0], [2.0, infinity]],
            )
            .rejects(
                along(1),
                shapes![[2, 3], [2, 3]],
                "the factors have shape [2, 3], between neighbours there are [2, 2]",
            )
            .rejects(along(2), shapes![[2, 3], [2, 2]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(along(0), shapes![[], []], "axis 0 of a single number, which has none")
            .bench(along(1), shapes![[128, 1024], [128, 1023]], Work::Bytes(3 << 19))
            .bench(reverse(1), shapes![[8, 256, 64], [8, 255, 64]], Work::Bytes(3 << 19))
    }
}

/// The recurrence run anew up to each element.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &LinearRecurrence, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    let (n, reverse) = (x[0].shape()[axis], op.reverse);
    crate::testing::from_index(x[0].shape().clone(), |at| {
        let element = |x: &Tensor<f64>, j: usize| {
            let mut index = at.to_vec();
            index[axis] = j;
            crate::testing::element(x, &index)
        };
        let way: Vec<usize> = if reverse { (at[axis]..n).rev().collect() } else { (0..=at[axis]).collect() };
        way.iter().enumerate().fold(0.0, |y, (passed, &j)| match passed {
            0 => element(&x[0], j),
            _ => element(&x[1], if reverse { j } else { j - 1 }) * y + element(&x[0], j),
        })
    })
}
