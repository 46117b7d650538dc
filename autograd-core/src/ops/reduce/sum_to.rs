//! `sum_to`: the sum over what `broadcast_to` would repeat.

use crate::ops::prelude::*;
use crate::tensor::views::broadcast_shape;

impl<T: Real> Var<T> {
    /// The sum over the axes along which `shape` would be repeated to become the shape of this variable.
    ///
    /// # Shape
    /// `[..] -> shape`, where `shape` broadcasts to `[..]`
    ///
    /// # Gradient
    /// `dx = broadcast_to(dy, shape of x)`. Saves that shape.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.sum_to([2]);
    /// assert_eq!(y.to_vec(), [4.0, 6.0]);
    /// let gradients = y.backward_with(&[1.0, 5.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 5.0, 1.0, 5.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn sum_to(&self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        match *self.shape() == shape {
            true => self.clone(),
            false => record(SumTo { shape }, [self]),
        }
    }
}

/// The op of [`Var::sum_to`].
#[derive(Clone)]
pub struct SumTo {
    /// The shape of the result.
    pub shape: Shape,
}

impl<T: Real> Op<T> for SumTo {
    type Arity = Fixed<1>;
    const NAME: &'static str = "sum_to";
    const RULE: &'static str = "[..] -> shape, where shape broadcasts to [..]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        match broadcast_shape(&self.shape, x) {
            Ok(_) => Ok(self.shape.clone()),
            Err(_) => Err(Mismatch::new(format!("{} does not broadcast to {x}", self.shape))),
        }
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let new = x.rank() - self.shape.rank();
        let summed = |&axis: &usize| axis < new || self.shape[axis - new] != x.shape()[axis];
        let axes: List<usize> = (0..x.rank()).filter(summed).collect();
        x.sum_over(&axes, self.shape.clone())
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.broadcast_to(saved.shape(0)))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for SumTo {
    fn cases() -> Cases<Self> {
        let to = |shape: &[usize]| SumTo { shape: shape.into() };
        Cases::new(textbook, to(&[3, 1]), shapes![[2, 3, 4]])
            .case(to(&[]), shapes![[2, 3]])
            .case(to(&[2, 3]), shapes![[2, 3]])
            .case(to(&[1, 3]), shapes![[0, 3]])
            .rejects(to(&[2, 4]), shapes![[2, 3]], "[2, 4] does not broadcast to [2, 3]")
    }
}

/// Each element of the operand is added where `broadcast_to` would have fetched it.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &SumTo, x: &[Tensor<f64>]) -> Tensor<f64> {
    let new = x[0].rank() - op.shape.rank();
    crate::testing::scatter(op.shape.clone(), &x[0], |index| {
        index[new..].iter().zip(&*op.shape).map(|(&i, &n)| if n == 1 { 0 } else { i }).collect()
    })
}
