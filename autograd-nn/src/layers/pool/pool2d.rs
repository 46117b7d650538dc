//! `MaxPool2d` and `AvgPool2d`: the largest, or the mean, of each window.

use crate::layers::prelude::*;

/// The largest element of each window; the window moves by its own size unless a stride is given.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h', w']` with `h' = (h + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down, and likewise `w'`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, MaxPool2d};
/// let x = Var::leaf([[[[1.0, 2.0, 5.0, 3.0], [4.0, 3.0, 1.0, 0.0]]]]);
/// let y = MaxPool2d::new([2, 2]).forward(&x);
/// assert_eq!(y.to_vec(), [4.0, 5.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct MaxPool2d {
    /// Window, stride and padding.
    pub options: ops::MaxPool2d,
}

/// The mean of each window; the window moves by its own size unless a stride is given.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h', w']` with `h' = (h + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down, and likewise `w'`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{AvgPool2d, Forward};
/// let x = Var::leaf([[[[1.0, 2.0, 5.0, 3.0], [4.0, 3.0, 1.0, 1.0]]]]);
/// let y = AvgPool2d::new([2, 2]).forward(&x);
/// assert_eq!(y.to_vec(), [2.5, 2.5]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25; 8]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AvgPool2d {
    /// Window, stride and padding.
    pub options: ops::AvgPool2d,
}

macro_rules! pool {
    ($Layer:ident, $method:ident) => {
        impl $Layer {
            /// A layer with a window of this height and width.
            pub fn new(kernel: [usize; 2]) -> Self {
                $Layer { options: ops::$Layer::new(kernel) }
            }

            /// Moves the window by this many rows and columns.
            #[must_use]
            pub fn stride(self, stride: [usize; 2]) -> Self {
                $Layer { options: self.options.stride(stride) }
            }

            /// Puts this many rows (columns) on both sides.
            #[must_use]
            pub fn padding(self, padding: [usize; 2]) -> Self {
                $Layer { options: self.options.padding(padding) }
            }
        }

        impl<T: Real> Forward<T> for $Layer {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                report(self, x.$method(self.options))
            }
        }
    };
}
pool!(MaxPool2d, max_pool2d);
pool!(AvgPool2d, avg_pool2d);

impl MaxPool2d {
    /// Spreads the window: its neighbouring elements lie this many rows and columns apart.
    #[must_use]
    pub fn dilation(self, dilation: [usize; 2]) -> Self {
        MaxPool2d { options: self.options.dilation(dilation) }
    }
}

impl AvgPool2d {
    /// Whether the zeros of the padding count in the mean, as they do unless this is said.
    #[must_use]
    pub fn count_include_pad(self, count_include_pad: bool) -> Self {
        AvgPool2d { options: self.options.count_include_pad(count_include_pad) }
    }
}

#[cfg(test)]
macro_rules! checked {
    ($Layer:ident) => {
        impl Checked for $Layer {
            fn cases() -> Cases<Self> {
                let strided = |_: &mut Generator| $Layer::new([2, 2]).stride([1, 2]).padding([1, 0]);
                Cases::new(Case::forward("plain", |_| $Layer::new([2, 3]), [2, 2, 4, 7]).output([2, 2, 2, 2]))
                    .case(Case::forward("strided and padded", strided, [1, 2, 3, 4]).output([1, 2, 4, 2]))
                    .rejects("pool2d: ", |_| {
                        let _ = $Layer::new([2, 2]).forward(&Var::constant([0.0; 4]));
                    })
            }
        }
    };
}
#[cfg(test)]
checked!(MaxPool2d);
#[cfg(test)]
checked!(AvgPool2d);

#[cfg(test)]
mod tests {
    use super::*;
    use autograd_core::Tensor;

    #[test]
    fn options_reach_the_op() {
        let x = Var::constant(Tensor::<f32>::arange(36).reshape([1, 1, 6, 6]));
        assert_eq!(*MaxPool2d::new([3, 2]).stride([1, 2]).padding([1, 0]).forward(&x).shape(), [1, 1, 6, 3]);
        assert_eq!(*MaxPool2d::new([3, 3]).dilation([2, 2]).stride([1, 1]).forward(&x).shape(), [1, 1, 2, 2]);
        assert_eq!(*AvgPool2d::new([2, 3]).stride([2, 1]).padding([0, 1]).forward(&x).shape(), [1, 1, 3, 6]);
        let corner =
            |count| AvgPool2d::new([2, 2]).padding([1, 1]).count_include_pad(count).forward(&(&x + 4.0)).to_vec()[0];
        assert_eq!((corner(true), corner(false)), (1.0, 4.0));
    }
}
