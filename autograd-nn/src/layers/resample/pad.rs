//! `Pad`: a border around images and sequences.

use crate::layers::prelude::*;
use autograd_core::ops::PadMode;

/// Of what [`Pad`] makes a border.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PadWith {
    /// One number.
    Value(f64),
    /// The elements themselves.
    Elements(PadMode),
}

impl From<f64> for PadWith {
    fn from(value: f64) -> Self {
        PadWith::Value(value)
    }
}

impl From<PadMode> for PadWith {
    fn from(mode: PadMode) -> Self {
        PadWith::Elements(mode)
    }
}

/// A border along the last axes: of zeros, unless [`with`](Pad::with) says otherwise.
///
/// # Shape
/// `[.., h, w] -> [.., top + h + bottom, left + w + right]` for the border `[(top, bottom), (left, right)]`; a border has as many pairs as
/// axes are to get one, in the order of the axes (PyTorch's begins with the last). A reflected border is narrower than its axis, a circular
/// one at most as wide.
///
/// # Example
/// ```
/// use autograd_core::{Var, ops::PadMode};
/// use autograd_nn::{Forward, Pad};
/// let x = Var::leaf([[1.0, 2.0, 3.0]]);
/// assert_eq!(Pad::new([(0, 0), (1, 2)]).forward(&x).to_vec(), [0.0, 1.0, 2.0, 3.0, 0.0, 0.0]);
/// assert_eq!(Pad::new([(1, 1)]).with(-9.0).forward(&x).to_vec(), [-9.0, 1.0, 2.0, 3.0, -9.0]);
/// let y = Pad::new([(2, 1)]).with(PadMode::Reflect).forward(&x);
/// assert_eq!(y.to_vec(), [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 3.0, 2.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
#[doc(alias = "ZeroPad2d")]
#[doc(alias = "ConstantPad2d")]
#[doc(alias = "ReflectionPad2d")]
#[doc(alias = "ReplicationPad2d")]
#[doc(alias = "CircularPad2d")]
pub struct Pad {
    /// For each of the last axes how many elements come before and behind.
    pub border: Vec<(usize, usize)>,
    /// What they are.
    pub with: PadWith,
}

impl Pad {
    /// A border along as many of the last axes as there are pairs: for each how many elements come before and behind.
    pub fn new(border: impl Into<Vec<(usize, usize)>>) -> Self {
        Pad { border: border.into(), with: PadWith::Value(0.0) }
    }

    /// Makes the border of this number, or of the elements themselves.
    #[must_use]
    pub fn with(self, with: impl Into<PadWith>) -> Self {
        Pad { with: with.into(), ..self }
    }
}

impl<T: Real> Forward<T> for Pad {
    /// # Panics
    /// If there are fewer axes than are to get a border, or one is wider than its axis allows.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let (rank, axes) = (x.rank(), self.border.len());
        require!(axes <= rank, "Pad: {axes} axes are to get a border, x has {rank}");
        let mut pads = vec![(0, 0); rank - axes];
        pads.extend(&self.border);
        let y = match self.with {
            PadWith::Value(value) => x.pad(pads, T::of(value)),
            PadWith::Elements(mode) => x.pad_with(pads, mode),
        };
        report(self, y)
    }
}

#[cfg(test)]
impl Checked for Pad {
    fn cases() -> Cases<Self> {
        let with = |mode: PadMode| move |_: &mut Generator| Pad::new([(1, 0), (1, 2)]).with(mode);
        Cases::new(Case::forward("zeros", |_| Pad::new([(1, 0), (0, 2)]), [2, 2, 3]).output([2, 3, 5]))
            .case(Case::forward("a number, last axis only", |_| Pad::new([(1, 1)]).with(3.0), [2, 3]).output([2, 5]))
            .case(Case::forward("reflected", with(PadMode::Reflect), [2, 2, 3]).output([2, 3, 6]))
            .case(Case::forward("replicated", with(PadMode::Replicate), [2, 2, 3]).output([2, 3, 6]))
            .case(Case::forward("circular", with(PadMode::Circular), [2, 2, 3]).output([2, 3, 6]))
            .rejects("Pad: 2 axes are to get a border, x has 1", move |g| {
                let _ = with(PadMode::Reflect)(g).forward(&Var::constant([0.0; 3]));
            })
            .rejects("pad_with: axis 1 has size 2, a reflected border is at most 1 wide, not 2", move |g| {
                let _ = with(PadMode::Reflect)(g).forward(&Var::constant([[0.0; 2]; 2]));
            })
    }
}
