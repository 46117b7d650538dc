//! `Unflatten`: one axis as several.

use crate::layers::prelude::*;

/// One axis as several: undoes a [`Flatten`](crate::Flatten).
///
/// # Shape
/// `[.., a b .., ..] -> [.., a, b, .., ..]` for the sizes `[a, b, ..]`
///
/// # Example
/// ```
/// use autograd_core::{Tensor, Var};
/// use autograd_nn::{Forward, Unflatten};
/// let x = Var::leaf(Tensor::<f64>::arange(12).reshape([2, 6]));
/// let y = Unflatten::new(1, [3, 2]).forward(&x);
/// assert_eq!(*y.shape(), [2, 3, 2]);
/// assert_eq!(y.to_vec(), x.to_vec());
/// let gradients = y.square().sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec()[..3], [0.0, 2.0, 4.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct Unflatten {
    /// The axis; counted from the end if negative.
    pub axis: isize,
    /// The sizes of those that take its place.
    pub sizes: Vec<usize>,
}

impl Unflatten {
    /// A layer that puts axes of these sizes in the place of one; a negative axis counts from the end.
    pub fn new(axis: isize, sizes: impl Into<Vec<usize>>) -> Self {
        Unflatten { axis, sizes: sizes.into() }
    }
}

impl<T: Real> Forward<T> for Unflatten {
    /// # Panics
    /// If there is no such axis, or its size is not the product of the sizes.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let (shape, rank, sizes) = (x.shape(), x.rank(), &self.sizes);
        let axis = if self.axis < 0 { rank.checked_add_signed(self.axis) } else { Some(self.axis.unsigned_abs()) };
        let Some(axis) = axis.filter(|&axis| axis < rank) else {
            refuse!("Unflatten: axis {} is out of range, x has {rank} axes", self.axis);
        };
        let product = sizes.iter().fold(1, |product: usize, &size| product.saturating_mul(size));
        let size = shape[axis];
        require!(product == size, "Unflatten: axis {axis} has size {size}, which is not the product of {sizes:?}");
        report(self, x.reshape([&shape[..axis], sizes, &shape[axis + 1..]].concat()))
    }
}

#[cfg(test)]
impl Checked for Unflatten {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("in the middle", |_| Unflatten::new(1, [2, 3]), [2, 6, 1]).output([2, 2, 3, 1]))
            .case(Case::forward("at the end", |_| Unflatten::new(-1, [3, 1, 2]), [2, 6]).output([2, 3, 1, 2]))
            .rejects("Unflatten: axis 1 has size 6, which is not the product of [2, 2]", |_| {
                let _ = Unflatten::new(-1, [2, 2]).forward(&Var::constant([[0.0; 6]]));
            })
            .rejects("Unflatten: axis 0 has size 4, which is not the product of", |_| {
                let _ = Unflatten::new(0, [usize::MAX, 4]).forward(&Var::constant([0.0; 4]));
            })
            .rejects("Unflatten: axis -3 is out of range, x has 2 axes", |_| {
                let _ = Unflatten::new(-3, [2, 2]).forward(&Var::constant([[0.0; 4]]));
            })
            .rejects("Unflatten: axis 2 is out of range, x has 2 axes", |_| {
                let _ = Unflatten::new(2, [2, 2]).forward(&Var::constant([[0.0; 4]]));
            })
    }
}
