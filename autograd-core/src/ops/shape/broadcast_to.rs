//! `broadcast_to`: repetition along axes of size 1 and along new ones.

use crate::ops::prelude::*;
use crate::tensor::views::broadcast_shape;

impl<T: Real> Var<T> {
    /// The variable repeated, without copying, along axes of size 1 and along new leading axes. A view.
    ///
    /// # Shape
    /// `[..] -> shape`, where sizes, from the last axis, are equal or were 1
    ///
    /// # Gradient
    /// `dx = sum_to(dy, shape of x)`: each element gets the sum over its copies. Saves that shape.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0], [2.0]]);
    /// let y = x.broadcast_to([2, 3]);
    /// assert_eq!(y.to_vec(), [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [3.0, 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "expand")]
    pub fn broadcast_to(&self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        match *self.shape() == shape {
            true => self.clone(),
            false => record(BroadcastTo { shape }, [self]),
        }
    }
}

/// The op of [`Var::broadcast_to`].
#[derive(Clone)]
pub struct BroadcastTo {
    /// The shape of the result.
    pub shape: Shape,
}

impl<T: Real> Op<T> for BroadcastTo {
    type Arity = Fixed<1>;
    const NAME: &'static str = "broadcast_to";
    const RULE: &'static str = "[..] -> shape, where sizes are equal or were 1, from the last axis";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        broadcast_shape(x, &self.shape)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.broadcast_to(&self.shape)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.sum_to(saved.shape(0)))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for BroadcastTo {
    fn cases() -> Cases<Self> {
        let to = |shape: &[usize]| BroadcastTo { shape: shape.into() };
        Cases::new(textbook, to(&[2, 3, 4]), shapes![[3, 1]])
            .case(to(&[2, 3]), shapes![[]])
            .case(to(&[2, 3]), shapes![[2, 3]])
            .case(to(&[4, 2, 3]), shapes![[2, 3]])
            .case(to(&[0, 3]), shapes![[1, 3]])
            .rejects(to(&[2, 4]), shapes![[2, 3]], "[2, 3] does not broadcast to [2, 4]")
            .rejects(to(&[3]), shapes![[1, 3]], "[1, 3] does not broadcast to [3]")
            .rejects(to(&[1 << 40, 1 << 40]), shapes![[]], "is more than memory can address")
    }
}

/// Each element of the result finds its own: the last axes of its index, 0 where the operand's size is 1.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &BroadcastTo, x: &[Tensor<f64>]) -> Tensor<f64> {
    let from = x[0].shape();
    crate::testing::from_index(op.shape.clone(), |index| {
        let last = &index[index.len() - from.rank()..];
        let at: Vec<usize> = last.iter().zip(&**from).map(|(&i, &n)| if n == 1 { 0 } else { i }).collect();
        crate::testing::element(&x[0], &at)
    })
}
