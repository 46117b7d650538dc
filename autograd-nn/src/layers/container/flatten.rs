//! `Flatten`: several axes as one.

use crate::layers::prelude::*;
use autograd_core::Shape;

/// All axes but the first few as one axis.
///
/// # Shape
/// `[n, a, b, ..] -> [n, a b ..]`
///
/// # Example
/// ```
/// use autograd_core::{Tensor, Var};
/// use autograd_nn::{Flatten, Forward};
/// let x = Var::leaf(Tensor::<f64>::arange(12).reshape([2, 3, 2]));
/// let y = Flatten::default().forward(&x);
/// assert_eq!(*y.shape(), [2, 6]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().shape(), x.shape());
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct Flatten {
    /// The number of leading axes that stay.
    pub keep: usize,
}

impl Default for Flatten {
    /// Keeps the batch axis alone.
    fn default() -> Self {
        Flatten { keep: 1 }
    }
}

impl<T: Real> Forward<T> for Flatten {
    /// # Panics
    /// If there are fewer axes than stay.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let shape = x.shape();
        require!(shape.rank() >= self.keep, "Flatten: {} axes are to stay, the operand has shape {shape}", self.keep);
        let (kept, rest) = shape.split_at(self.keep);
        let joined = rest.iter().product();
        report(self, x.reshape(kept.iter().copied().chain([joined]).collect::<Shape>()))
    }
}

#[cfg(test)]
impl Checked for Flatten {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("after the batch", |_| Flatten::default(), [2, 3, 2]).output([2, 6]))
            .rejects("Flatten: 1 axes are to stay, the operand has shape []", |_| {
                drop(Flatten::default().forward(&Var::constant(1.0)))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autograd_core::Tensor;

    #[test]
    fn any_number_of_axes_can_stay() {
        let x = Var::constant(Tensor::<f32>::arange(12).reshape([2, 3, 2]));
        assert_eq!(*Flatten { keep: 0 }.forward(&x).shape(), [12]);
        assert_eq!(*Flatten { keep: 3 }.forward(&x).shape(), [2, 3, 2, 1]);
    }

    #[test]
    #[should_panic(expected = "Flatten: 1 axes are to stay, the operand has shape []")]
    fn a_number_cannot_keep_its_batch_axis() {
        let _ = Flatten::default().forward(&Var::constant(1.0f32));
    }
}
