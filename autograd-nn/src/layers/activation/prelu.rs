//! `PRelu`: the rectifier that learns its slope.

use crate::layers::prelude::*;

/// `x` above 0, `weight · x` below, with a slope that is learnt: one for all elements, or one for each channel.
///
/// # Shape
/// `[..] -> [..]` with one weight, `[n, c, ..] -> [n, c, ..]` with `c`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, PRelu};
/// let layer = PRelu::new();
/// let x = Var::leaf([-4.0, 2.0]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [-1.0, 2.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25, 1.0]);
/// assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), [-4.0]);
/// ```
///
/// He et al. 2015, "Delving Deep into Rectifiers", equation 1. A decay of weights would draw the slope towards that of [`Relu`](crate::Relu).
#[derive(Debug, Module)]
pub struct PRelu<T: Real = f32> {
    /// The slope below 0, of shape `[1]` or `[c]`.
    pub weight: Parameter<T>,
}

impl<T: Real> PRelu<T> {
    /// One slope for all elements, which begins as 0.25.
    pub fn new() -> Self {
        PRelu::channels(1)
    }

    /// A slope for each of so many channels; all begin as 0.25.
    ///
    /// # Panics
    /// If there are no channels.
    #[track_caller]
    #[doc(alias = "num_parameters")]
    pub fn channels(channels: usize) -> Self {
        require!(channels > 0, "PRelu: 0 channels, there is at least one");
        PRelu { weight: Parameter::new(init::constant([channels], 0.25)) }
    }

    /// The same layer with slopes that begin as `slope`.
    #[must_use]
    #[doc(alias = "init")]
    pub fn slope(self, slope: f64) -> Self {
        self.weight.set(init::constant(self.weight.shape(), slope));
        self
    }
}

impl<T: Real> Default for PRelu<T> {
    /// One slope, which begins as 0.25.
    fn default() -> Self {
        PRelu::new()
    }
}

impl<T: Real> Forward<T> for PRelu<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, x.prelu(&self.weight.var()))
    }
}

#[cfg(test)]
impl Checked for PRelu<f64> {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("one slope", |_| PRelu::new(), [3, 4]).output([3, 4]).state(["weight [1]"]))
            .case(
                Case::forward("a slope a channel", |_| PRelu::channels(3).slope(0.5), [2, 3, 2])
                    .output([2, 3, 2])
                    .state(["weight [3]"]),
            )
            .rejects("PRelu: 0 channels", |_| drop(PRelu::<f64>::channels(0)))
            .rejects("prelu: there are 3 weights for 2 channels", |_| {
                let _ = PRelu::channels(3).forward(&Var::constant([[1.0, 2.0]]));
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_begin_as_a_quarter_or_as_they_are_told() {
        assert_eq!(PRelu::<f32>::channels(2).weight.value().to_vec(), [0.25, 0.25]);
        assert_eq!(PRelu::<f32>::default().slope(0.125).weight.value().to_vec(), [0.125]);
    }
}
