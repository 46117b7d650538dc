//! `flip`: elements in reverse order.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The elements in reverse order along the axes named. A view.
    ///
    /// `y[i, j] = x[i, n − 1 − j]` along axis 1
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = flip(dy)`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.flip(1);
    /// assert_eq!(*y.value(), [[3.0, 2.0, 1.0], [6.0, 5.0, 4.0]].into());
    /// let gradients = y.backward_with(&[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[2.0, 1.0, 0.0], [5.0, 4.0, 3.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "fliplr")]
    #[doc(alias = "flipud")]
    pub fn flip(&self, axes: impl Into<Axes>) -> Self {
        record(Flip { axes: axes.into() }, [self])
    }
}

/// The op of [`Var::flip`].
#[derive(Clone)]
pub struct Flip {
    /// The axes that are reversed.
    pub axes: Axes,
}

impl<T: Real> Op<T> for Flip {
    type Arity = Fixed<1>;
    const NAME: &'static str = "flip";
    const RULE: &'static str = "[..] -> [..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        self.axes.resolve(x)?;
        Ok(x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.flip(self.axes.clone())
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.flip(self.axes.clone()))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Flip {
    fn cases() -> Cases<Self> {
        let along = |axes: &[isize]| Flip { axes: axes.into() };
        Cases::new(textbook, along(&[1]), shapes![[2, 5]])
            .case(along(&[0, -1]), shapes![[2, 3, 4]])
            .case(along(&[]), shapes![[2, 3]])
            .case(Flip { axes: Axes::All }, shapes![[2, 3]])
            .case(Flip { axes: Axes::All }, shapes![[]])
            .case(along(&[0]), shapes![[0, 3]])
            .case(along(&[1]), shapes![[0, 3]])
            .rejects(along(&[2]), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(along(&[1, -1]), shapes![[2, 3]], "axis 1 is named twice")
    }
}

/// Each element is fetched from the other end of its axis.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Flip, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axes = op.axes.resolve(x[0].shape()).expect("a case that is accepted");
    crate::testing::from_index(x[0].shape().clone(), |index| {
        let mut from = index.to_vec();
        axes.iter().for_each(|&axis| from[axis] = x[0].shape()[axis] - 1 - from[axis]);
        crate::testing::element(&x[0], &from)
    })
}
