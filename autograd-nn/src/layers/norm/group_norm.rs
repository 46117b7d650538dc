//! `GroupNorm`: groups of channels of each example normalised.

use crate::layers::prelude::*;

/// Groups of channels of each example normalised: `y = γ (x - mean) / √(variance + eps) + β`, with `γ` and `β` for each channel.
///
/// One group is a [`LayerNorm`](crate::LayerNorm) over channels and places, as many groups as channels an
/// [`InstanceNorm2d`](crate::InstanceNorm2d).
///
/// # Shape
/// `[n, c, ..] -> [n, c, ..]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, GroupNorm};
/// let layer = GroupNorm::new(2, 4).eps(0.0);
/// let x = Var::leaf([[1.0, 3.0, 10.0, 30.0]]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [-1.0, 1.0, -1.0, 1.0]);
/// let gradients = y.backward_with(&[[1.0, 2.0, 3.0, 4.0]].into());
/// assert_eq!(layer.weight.as_ref().unwrap().gradient(&gradients).unwrap().to_vec(), [-1.0, 2.0, -3.0, 4.0]);
/// ```
///
/// Wu, He 2018, "Group Normalization", equations 1 to 7.
#[derive(Debug, Module)]
pub struct GroupNorm<T: Real = f32> {
    /// `γ`, of shape `[c]`.
    pub weight: Option<Parameter<T>>,
    /// `β`, of shape `[c]`.
    pub bias: Option<Parameter<T>>,
    /// The number of groups.
    pub num_groups: usize,
    /// The number of channels, `c`.
    pub num_channels: usize,
    /// What is added to the variance.
    pub eps: f64,
}

impl<T: Real> GroupNorm<T> {
    /// A layer for channels in groups of neighbours, with an eps of 10⁻⁵; `γ` begins as ones, `β` as zeros.
    ///
    /// # Panics
    /// If the groups do not divide the channels.
    #[track_caller]
    pub fn new(num_groups: usize, num_channels: usize) -> Self {
        let divides = num_groups > 0 && num_channels.is_multiple_of(num_groups);
        require!(divides, "GroupNorm: {num_groups} groups do not divide {num_channels} channels");
        let new = |value| Some(Parameter::new(init::constant([num_channels], value)));
        GroupNorm { weight: new(1.0), bias: new(0.0), num_groups, num_channels, eps: 1e-5 }
    }

    /// Adds this to variances.
    ///
    /// # Panics
    /// If it is no finite number of at least 0.
    #[must_use]
    #[track_caller]
    pub fn eps(self, eps: f64) -> Self {
        GroupNorm { eps: super::epsilon("GroupNorm", eps), ..self }
    }

    /// Without `γ` and `β`.
    #[must_use]
    #[doc(alias = "affine")]
    pub fn without_affine(self) -> Self {
        GroupNorm { weight: None, bias: None, ..self }
    }

    /// Without `β`.
    #[must_use]
    pub fn without_bias(self) -> Self {
        GroupNorm { bias: None, ..self }
    }
}

impl<T: Real> Forward<T> for GroupNorm<T> {
    /// # Panics
    /// If the operand is not `[n, c, ..]` with the layer's number of channels.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        super::channels::accept("GroupNorm", x, 2..=usize::MAX, "[n, c, ..]", self.num_channels);
        let [weight, bias] = [&self.weight, &self.bias].map(|parameter| parameter.as_ref().map(Parameter::var));
        report(self, x.group_norm(self.num_groups, weight.as_ref(), bias.as_ref(), self.eps))
    }
}

#[cfg(test)]
impl Checked for GroupNorm<f64> {
    fn cases() -> Cases<Self> {
        Cases::new(
            Case::forward("two groups", |_| GroupNorm::new(2, 4), [2, 4, 3])
                .output([2, 4, 3])
                .state(["weight [4]", "bias [4]"]),
        )
        .case(
            Case::forward("one group, no bias", |_| GroupNorm::new(1, 3).without_bias().eps(0.5), [2, 3])
                .output([2, 3])
                .state(["weight [3]"]),
        )
        .case(
            Case::forward("no parameters", |_| GroupNorm::new(2, 2).without_affine(), [2, 2, 2, 2])
                .output([2, 2, 2, 2]),
        )
        .rejects("GroupNorm: 3 groups do not divide 4 channels", |_| drop(GroupNorm::<f64>::new(3, 4)))
        .rejects("GroupNorm: 0 groups do not divide 4 channels", |_| drop(GroupNorm::<f64>::new(0, 4)))
        .rejects("GroupNorm: x has shape [4], it must be [n, c, ..]", |_| {
            let _ = GroupNorm::new(2, 4).forward(&Var::constant([0.0; 4]));
        })
        .rejects("GroupNorm: x has 6 channels, the layer 4", |_| {
            let _ = GroupNorm::new(2, 4).without_affine().forward(&Var::constant([[0.0; 6]]));
        })
        .rejects("GroupNorm: eps is -1", |_| drop(GroupNorm::<f64>::new(2, 2).eps(-1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InstanceNorm1d, LayerNorm};

    #[test]
    fn its_extremes_are_layer_and_instance_normalisation() {
        let x = Var::constant(Tensor::<f64>::uniform([2, 3, 4], -1.0, 1.0, &mut Generator::seed(5)));
        let one = GroupNorm::new(1, 3).forward(&x);
        crate::layers::norm::close(&one.to_vec(), &LayerNorm::new([3, 4]).forward(&x).to_vec());
        let all = GroupNorm::new(3, 3).forward(&x);
        crate::layers::norm::close(&all.to_vec(), &InstanceNorm1d::new(3).forward(&x).to_vec());
    }
}
