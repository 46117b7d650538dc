//! `ChannelShuffle`: the channels of several groups in turn.

use crate::layers::prelude::*;

/// The channels dealt out anew: the first of each group, then the second of each, and so on. Between two grouped convolutions it lets the
/// groups see each other.
///
/// # Shape
/// `[n, c, ..] -> [n, c, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{ChannelShuffle, Forward};
/// let x = Var::leaf([[[1.0], [2.0], [3.0], [4.0]]]);
/// let y = ChannelShuffle::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 3.0, 2.0, 4.0]);
/// let gradients = y.backward_with(&[[[10.0], [20.0], [30.0], [40.0]]].into());
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [10.0, 30.0, 20.0, 40.0]);
/// ```
///
/// Zhang, Zhou, Lin and Sun, "ShuffleNet" (2018), section 3.1.
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct ChannelShuffle {
    /// The number of groups.
    pub groups: usize,
}

impl ChannelShuffle {
    /// A layer for so many groups.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn new(groups: usize) -> Self {
        require!(groups > 0, "ChannelShuffle: there are no groups");
        ChannelShuffle { groups }
    }
}

impl<T: Real> Forward<T> for ChannelShuffle {
    /// # Panics
    /// If the channels do not form so many groups.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let (shape, groups) = (x.shape(), self.groups);
        let [n, c, rest @ ..] = &**shape else {
            refuse!("ChannelShuffle: x has {} axes, it must have at least 2", shape.rank());
        };
        require!(groups > 0 && c.is_multiple_of(groups), "ChannelShuffle: {c} channels do not form {groups} groups");
        let grouped = x.reshape([&[*n, groups, c / groups], rest].concat());
        report(self, grouped.transpose(1, 2).reshape(shape))
    }
}

#[cfg(test)]
impl Checked for ChannelShuffle {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("images", |_| ChannelShuffle::new(3), [2, 6, 2, 1]).output([2, 6, 2, 1]))
            .case(Case::forward("no place", |_| ChannelShuffle::new(2), [3, 4]).output([3, 4]))
            .rejects("ChannelShuffle: 4 channels do not form 3 groups", |_| {
                let _ = ChannelShuffle::new(3).forward(&Var::constant([[[0.0]; 4]]));
            })
            .rejects("ChannelShuffle: x has 1 axes, it must have at least 2", |_| {
                let _ = ChannelShuffle::new(3).forward(&Var::constant([0.0; 3]));
            })
            .rejects("ChannelShuffle: there are no groups", |_| {
                let _ = ChannelShuffle::new(0);
            })
    }
}
