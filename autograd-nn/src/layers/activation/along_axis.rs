//! Activations along an axis: `Softmax`, `LogSoftmax`, `Softmin`, `Maxout` and `Glu`.

use crate::layers::prelude::*;

/// `eˣ / Σ eˣ` along an axis: scores become probabilities.
///
/// # Shape
/// `[.., n, ..] -> [.., n, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Softmax};
/// let x = Var::leaf([[1.0, 1.0], [7.0, 7.0]]);
/// let y = Softmax { axis: -1 }.forward(&x);
/// assert_eq!(y.to_vec(), [0.5; 4]);
/// let gradients = y.backward_with(&[[4.0, 0.0], [0.0, 4.0]].into());
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, -1.0, -1.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
#[doc(alias = "Softmax2d")]
pub struct Softmax {
    /// The axis; counted from the end if negative.
    #[doc(alias = "dim")]
    pub axis: isize,
}

/// `x - log Σ eˣ` along an axis: the logarithm of [`Softmax`], exact where that underflows.
///
/// # Shape
/// `[.., n, ..] -> [.., n, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, LogSoftmax};
/// let x = Var::leaf([[0.0, 1000.0]]);
/// let y = LogSoftmax { axis: 1 }.forward(&x);
/// assert_eq!(y.to_vec(), [-1000.0, 0.0]);
/// let gradients = y.backward_with(&[[1.0, 0.0]].into());
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, -1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct LogSoftmax {
    /// The axis; counted from the end if negative.
    #[doc(alias = "dim")]
    pub axis: isize,
}

/// `e⁻ˣ / Σ e⁻ˣ` along an axis: [`Softmax`] of costs instead of scores.
///
/// # Shape
/// `[.., n, ..] -> [.., n, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Softmin};
/// let x = Var::leaf([[0.0, 1000.0], [3.0, 3.0]]);
/// let y = Softmin { axis: 1 }.forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 0.0, 0.5, 0.5]);
/// let gradients = y.backward_with(&[[1.0, 0.0], [4.0, 0.0]].into());
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, -1.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Softmin {
    /// The axis; counted from the end if negative.
    #[doc(alias = "dim")]
    pub axis: isize,
}

/// The largest of each `pieces` neighbours along an axis: behind a linear map, a unit that learns its activation.
///
/// # Shape
/// `[.., pieces · n, ..] -> [.., n, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Maxout};
/// let x = Var::leaf([[1.0, 5.0, 4.0, -2.0]]);
/// let y = Maxout { pieces: 2, axis: -1 }.forward(&x);
/// assert_eq!(y.to_vec(), [5.0, 4.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 1.0, 0.0]);
/// ```
///
/// Goodfellow et al. 2013, "Maxout Networks", section 3.
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Maxout {
    /// How many neighbours compete.
    pub pieces: usize,
    /// The axis; counted from the end if negative.
    pub axis: isize,
}

/// `a σ(b)` for the halves `a` and `b` of an axis, with the logistic function `σ`: the gated linear unit.
///
/// # Shape
/// `[.., 2n, ..] -> [.., n, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Glu};
/// let x = Var::leaf([[4.0, 8.0, 0.0, 0.0]]);
/// let y = Glu::default().forward(&x);
/// assert_eq!(y.to_vec(), [2.0, 4.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 0.5, 1.0, 2.0]);
/// ```
///
/// Dauphin et al. 2017, "Language Modeling with Gated Convolutional Networks", equation 1.
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Glu {
    /// The axis; counted from the end if negative.
    #[doc(alias = "dim")]
    pub axis: isize,
}

impl Default for Glu {
    /// Along the last axis.
    fn default() -> Self {
        Glu { axis: -1 }
    }
}

impl<T: Real> Forward<T> for Glu {
    /// # Panics
    /// If the axis cannot be halved.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let Glu { axis } = *self;
        // What is said of an axis out of range, `split_sizes` says.
        let n = x.shape().axis(axis).map_or(0, |axis| x.shape()[axis]);
        require!(n.is_multiple_of(2), "Glu: axis {axis} has size {n}, which cannot be halved");
        let halves = x.split_sizes([n / 2, n / 2], axis);
        report(self, &halves[0] * halves[1].sigmoid())
    }
}

forwards! {
    Softmax: |layer, x| x.softmax(layer.axis);
    LogSoftmax: |layer, x| x.log_softmax(layer.axis);
    Softmin: |layer, x| (-x).softmax(layer.axis);
    Maxout: |layer, x| x.maxout(layer.axis, layer.pieces);
}

#[cfg(test)]
macro_rules! checked_along {
    ($($Layer:ident $op:literal;)+) => {$(
        impl Checked for $Layer {
            fn cases() -> Cases<Self> {
                Cases::new(Case::forward("rows", |_| $Layer { axis: -1 }, [3, 4]).output([3, 4]))
                    .case(Case::forward("in the middle", |_| $Layer { axis: 1 }, [2, 3, 2]).output([2, 3, 2]))
                    .rejects(concat!($op, ": axis 2 is out of range, the axes are -1 to 0"), |_| {
                        let _ = $Layer { axis: 2 }.forward(&Var::constant([1.0]));
                    })
            }
        }
    )+};
}
#[cfg(test)]
checked_along! {
    Softmax "softmax";
    LogSoftmax "log_softmax";
    Softmin "softmax";
}

#[cfg(test)]
impl Checked for Maxout {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("pairs", |_| Maxout { pieces: 2, axis: -1 }, [3, 4]).output([3, 2]))
            .case(Case::forward("of channels", |_| Maxout { pieces: 3, axis: 1 }, [2, 6, 2]).output([2, 2, 2]))
            .rejects("maxout: axis 0 has size 3, no multiple of 2 pieces", |_| {
                let _ = Maxout { pieces: 2, axis: 0 }.forward(&Var::constant([1.0, 2.0, 3.0]));
            })
    }
}

#[cfg(test)]
impl Checked for Glu {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("rows", |_| Glu::default(), [3, 4]).output([3, 2]))
            .case(Case::forward("channels", |_| Glu { axis: 1 }, [2, 6, 2]).output([2, 3, 2]))
            .rejects("Glu: axis -1 has size 3, which cannot be halved", |_| {
                let _ = Glu::default().forward(&Var::constant([1.0, 2.0, 3.0]));
            })
            .rejects("split_sizes: axis 1 is out of range, the axes are -1 to 0", |_| {
                let _ = Glu { axis: 1 }.forward(&Var::constant([1.0, 2.0]));
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmin_and_glu_have_the_numbers_of_pytorch() {
        let x = Var::leaf([[1.0, -2.0, 0.5, 3.0], [0.0, 1.0, 2.0, -1.0]]);
        let close = |y: &Tensor<f64>, expected: &[f64]| {
            assert_eq!(y.numel(), expected.len());
            y.to_vec().iter().zip(expected).for_each(|(y, expected)| assert!((y - expected).abs() < 1e-14));
        };
        let y = Softmin { axis: 1 }.forward(&x);
        close(
            &y.value().slice((0, ..)),
            &[0.0437261817093628, 0.8782638372334198, 0.0720922858707253, 0.0059176951864922],
        );
        let y = Glu { axis: 1 }.forward(&x);
        close(y.value(), &[0.6224593312018546, -1.9051482536448667, 0.0, 0.2689414213699951]);
        let dx = y.square().sum().backward();
        let expected = [0.7749112380005202, -3.6295898683660854, 0.2925605070539152, 0.3442729375674215];
        close(&dx.get(&x).unwrap().slice((0, ..)), &expected);
        let y = Glu { axis: 0 }.forward(&x);
        close(y.value(), &[0.5, -1.4621171572600098, 0.4403985389889412, 0.8068242641099853]);
    }
}
