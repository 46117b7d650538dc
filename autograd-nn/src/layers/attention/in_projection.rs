//! `InProjection`: the weights that queries, keys and values of several heads are made with.

use crate::layers::prelude::*;

/// The weights that queries, keys and values of several heads are made with: one matrix, or three where their operands differ.
#[derive(Clone, Debug)]
pub enum InProjection<T: Real = f32> {
    /// `W_q`, `W_k` and `W_v` one below the other, `[3 embed, embed]`; named `in_proj_weight`.
    Joint(Parameter<T>),
    /// `[embed, embed]`, `[embed, kdim]` and `[embed, vdim]`; named `q_proj_weight`, `k_proj_weight` and `v_proj_weight`.
    Separate([Parameter<T>; 3]),
}

impl<T: Real> InProjection<T> {
    /// One matrix, Xavier uniform as a whole.
    pub(super) fn joint(embed: usize, generator: &mut Generator) -> Self {
        InProjection::Joint(xavier([3 * embed, embed], generator))
    }

    /// Three matrices, each Xavier uniform.
    pub(super) fn separate(embed: usize, kdim: usize, vdim: usize, generator: &mut Generator) -> Self {
        InProjection::Separate([embed, kdim, vdim].map(|inputs| xavier([embed, inputs], generator)))
    }

    /// The number of features of queries, and of all heads together.
    pub fn embed(&self) -> usize {
        match self {
            InProjection::Joint(weight) => weight.shape()[1],
            InProjection::Separate([query, ..]) => query.shape()[0],
        }
    }

    /// `W_q`, `W_k` and `W_v`.
    pub(super) fn weights(&self) -> [Var<T>; 3] {
        match self {
            InProjection::Joint(weight) => thirds(&weight.var()),
            InProjection::Separate(weights) => weights.each_ref().map(Parameter::var),
        }
    }
}

/// What a joint weight or bias holds for queries, keys and values.
pub(super) fn thirds<T: Real>(joint: &Var<T>) -> [Var<T>; 3] {
    let third = joint.shape()[0] / 3;
    let parts = joint.split_sizes([third; 3], 0);
    parts.try_into().expect("as many parts as sizes")
}

fn xavier<T: Real>(shape: [usize; 2], generator: &mut Generator) -> Parameter<T> {
    Parameter::new(init::xavier_uniform(shape, init::Gain::Linear, generator))
}

impl<T: Real> Module<T> for InProjection<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        match self {
            InProjection::Joint(weight) => visitor.field("in_proj_weight", weight),
            InProjection::Separate(weights) => {
                let names = ["q_proj_weight", "k_proj_weight", "v_proj_weight"];
                names.iter().zip(weights).for_each(|(name, weight)| visitor.field(name, weight));
            }
        }
    }
}
