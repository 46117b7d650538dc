//! `reshape`: the same elements under another shape.

use crate::ops::prelude::*;
use crate::tensor::views::reshape_shape;

impl<T: Real> Var<T> {
    /// The same elements in row-major order under another shape; a view where strides allow it.
    ///
    /// # Shape
    /// `[..] -> shape`, with as many elements
    ///
    /// # Gradient
    /// `dx = dy` under the shape of `x`. Saves that shape.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.reshape([4]);
    /// assert_eq!(y.to_vec(), [1.0, 2.0, 3.0, 4.0]);
    /// let gradients = y.backward_with(&[1.0, 0.0, 0.0, 2.0].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[1.0, 0.0], [0.0, 2.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "view")]
    pub fn reshape(&self, shape: impl Into<Shape>) -> Self {
        record(Reshape { shape: shape.into() }, [self])
    }
}

/// The op of [`Var::reshape`].
#[derive(Clone)]
pub struct Reshape {
    /// The shape of the result.
    pub shape: Shape,
}

impl<T: Real> Op<T> for Reshape {
    type Arity = Fixed<1>;
    const NAME: &'static str = "reshape";
    const RULE: &'static str = "[..] -> shape, with as many elements";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        reshape_shape(x, &self.shape)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.reshape(&self.shape)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.reshape(saved.shape(0)))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Reshape {
    fn cases() -> Cases<Self> {
        let to = |shape: &[usize]| Reshape { shape: shape.into() };
        Cases::new(|op, x| Tensor::from_vec(x[0].to_vec(), &op.shape), to(&[6, 2]), shapes![[3, 4]])
            .case(to(&[2, 1, 3, 1]), shapes![[6]])
            .case(to(&[]), shapes![[1, 1]])
            .case(to(&[0, 7]), shapes![[3, 0]])
            .rejects(to(&[5]), shapes![[2, 3]], "6 elements do not fill [5], which has 5")
            .rejects(to(&[usize::MAX, 2]), shapes![[2, 3]], "is more than memory can address")
            .rejects(to(&[0, usize::MAX, usize::MAX]), shapes![[0]], "is more than memory can address")
    }
}
