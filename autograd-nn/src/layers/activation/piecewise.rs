//! Activations in pieces: `HardSigmoid`, `HardSwish`, `HardTanh`, `Softshrink`, `HardShrink`, `Tanhshrink` and `Threshold`.

use crate::layers::prelude::*;

/// `min(max(x + 3, 0), 6) / 6`, elementwise: a [`Sigmoid`](crate::Sigmoid) of three straight lines.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, HardSigmoid};
/// let x = Var::leaf([-4.0, 0.0, 5.0]);
/// let y = HardSigmoid.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 0.5, 1.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0 / 6.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct HardSigmoid;

/// `x min(max(x + 3, 0), 6) / 6`, elementwise: a [`Silu`](crate::Silu) without exponentials.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, HardSwish};
/// let x = Var::leaf([-4.0, 0.0, 5.0]);
/// let y = HardSwish.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 0.0, 5.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.5, 1.0]);
/// ```
///
/// Howard et al. 2019, "Searching for MobileNetV3", section 5.2.
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct HardSwish;

/// `min(max(x, min), max)`, elementwise: a [`Tanh`](crate::Tanh) of three straight lines.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, HardTanh};
/// let x = Var::leaf([-2.0, 0.5, 3.0]);
/// let y = HardTanh::default().forward(&x);
/// assert_eq!(y.to_vec(), [-1.0, 0.5, 1.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct HardTanh {
    /// The lowest result.
    #[doc(alias = "min_val")]
    pub min: f64,
    /// The highest result.
    #[doc(alias = "max_val")]
    pub max: f64,
}

impl Default for HardTanh {
    /// From -1 to 1.
    fn default() -> Self {
        HardTanh { min: -1.0, max: 1.0 }
    }
}

/// `x - lambda` above `lambda`, `x + lambda` below `-lambda`, 0 between, elementwise: the proximal step of the 1-norm.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Softshrink};
/// let x = Var::leaf([-2.0, 0.25, 3.0]);
/// let y = Softshrink::default().forward(&x);
/// assert_eq!(y.to_vec(), [-1.5, 0.0, 2.5]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Softshrink {
    /// How far elements are drawn towards 0; at least 0.
    #[doc(alias = "lambd")]
    pub lambda: f64,
}

impl Default for Softshrink {
    /// By one half.
    fn default() -> Self {
        Softshrink { lambda: 0.5 }
    }
}

/// `x` where `|x| > lambda`, else 0, elementwise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, HardShrink};
/// let x = Var::leaf([-2.0, 0.25, 3.0]);
/// let y = HardShrink::default().forward(&x);
/// assert_eq!(y.to_vec(), [-2.0, 0.0, 3.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct HardShrink {
    /// How far from 0 elements become 0.
    #[doc(alias = "lambd")]
    pub lambda: f64,
}

impl Default for HardShrink {
    /// Up to one half.
    fn default() -> Self {
        HardShrink { lambda: 0.5 }
    }
}

/// `x - tanh(x)`, elementwise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Tanhshrink};
/// let x = Var::leaf([0.0, 100.0]);
/// let y = Tanhshrink.forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 99.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct Tanhshrink;

/// `x` where `x > threshold`, else `value`, elementwise.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, Threshold};
/// let x = Var::leaf([-2.0, 3.0]);
/// let y = Threshold { threshold: 0.5, value: -7.0 }.forward(&x);
/// assert_eq!(y.to_vec(), [-7.0, 3.0]);
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Module)]
#[module(stateless)]
pub struct Threshold {
    /// Above this elements stay.
    pub threshold: f64,
    /// What the others become.
    pub value: f64,
}

forwards! {
    HardSigmoid: |_layer, x| x.hardsigmoid();
    HardSwish: |_layer, x| x.hardswish();
    HardTanh: |layer, x| x.hardtanh(T::of(layer.min), T::of(layer.max));
    Softshrink: |layer, x| x.softshrink(T::of(layer.lambda));
    HardShrink: |layer, x| x.hardshrink(T::of(layer.lambda));
    Tanhshrink: |_layer, x| x - x.tanh();
    Threshold: |layer, x| x.threshold(T::of(layer.threshold), T::of(layer.value));
}

#[cfg(test)]
checked! {
    HardSigmoid: "plain" => HardSigmoid;
    HardSwish: "plain" => HardSwish;
    HardShrink: "plain" => HardShrink::default(), "wide" => HardShrink { lambda: 3.0 };
    Tanhshrink: "plain" => Tanhshrink;
    Threshold: "at 0" => Threshold { threshold: 0.0, value: 0.0 }, "at 1" => Threshold { threshold: 1.0, value: -7.0 };
}

#[cfg(test)]
impl Checked for HardTanh {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("plain", |_| HardTanh::default(), [3, 4]).output([3, 4]))
            .case(Case::forward("not about 0", |_| HardTanh { min: -0.5, max: 1.5 }, [3, 4]).output([3, 4]))
            .rejects("hardtanh: min is 1, which is larger than max, -1", |_| {
                let _ = HardTanh { min: 1.0, max: -1.0 }.forward(&Var::constant(1.0));
            })
    }
}

#[cfg(test)]
impl Checked for Softshrink {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("plain", |_| Softshrink::default(), [3, 4]).output([3, 4]))
            .case(Case::forward("wide", |_| Softshrink { lambda: 1.0 }, [3, 4]).output([3, 4]))
            .rejects("softshrink: lambda is -1, it must be at least 0", |_| {
                let _ = Softshrink { lambda: -1.0 }.forward(&Var::constant(1.0));
            })
    }
}
