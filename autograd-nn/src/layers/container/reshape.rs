//! `Reshape`: each example under another shape.

use crate::layers::prelude::*;

/// Each example of a batch under another shape, with as many elements.
///
/// # Shape
/// `[n, ..] -> [n, sizes ..]`
///
/// # Example
/// ```
/// use autograd_core::{Tensor, Var};
/// use autograd_nn::{Forward, Reshape};
/// let x = Var::leaf(Tensor::<f64>::arange(24).reshape([2, 4, 3]));
/// let y = Reshape::new([2, 3, 2]).forward(&x);
/// assert_eq!(*y.shape(), [2, 2, 3, 2]);
/// assert_eq!(y.to_vec(), x.to_vec());
/// let gradients = y.square().sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec()[..3], [0.0, 2.0, 4.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
#[doc(alias = "View")]
pub struct Reshape {
    /// The shape of an example.
    pub sizes: Vec<usize>,
    /// The number of leading axes that stay.
    pub keep: usize,
}

impl Reshape {
    /// A layer that gives each example this shape.
    pub fn new(sizes: impl Into<Vec<usize>>) -> Self {
        Reshape { sizes: sizes.into(), keep: 1 }
    }

    /// Keeps so many leading axes as they are, instead of the batch axis alone.
    #[must_use]
    pub fn keep(self, keep: usize) -> Self {
        Reshape { keep, ..self }
    }
}

impl<T: Real> Forward<T> for Reshape {
    /// # Panics
    /// If there are fewer axes than stay, or an example has another number of elements.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let (shape, keep) = (x.shape(), self.keep);
        require!(shape.rank() >= keep, "Reshape: {keep} axes are to stay, the operand has shape {shape}");
        report(self, x.reshape([&shape[..keep], &self.sizes].concat()))
    }
}

#[cfg(test)]
impl Checked for Reshape {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("after the batch", |_| Reshape::new([3, 2]), [2, 6]).output([2, 3, 2]))
            .case(Case::forward("after two axes", |_| Reshape::new([4]).keep(2), [2, 1, 2, 2]).output([2, 1, 4]))
            .case(Case::forward("all of it", |_| Reshape::new([2, 3]).keep(0), [6]).output([2, 3]))
            .rejects("reshape: 6 elements do not fill [1, 4], which has 4", |_| {
                let _ = Reshape::new([4]).forward(&Var::constant([[0.0; 6]]));
            })
            .rejects("Reshape: 1 axes are to stay, the operand has shape []", |_| {
                let _ = Reshape::new([1]).forward(&Var::constant(0.0));
            })
    }
}
