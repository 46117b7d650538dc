//! The optimisers whose steps follow from each parameter's own gradient, one a file.
//!
//! In the formulas `g` is the gradient, `m` a running mean of it, `v` one of its square, and `η` the learning rate. The corrections of the
//! first steps and the `eps` in denominators are left out; the page of each optimiser has them.
//!
//! | optimiser | `w ← w - ..` | when |
//! |---|---|---|
//! | [`Sgd`] | `η g`, or `η b` with momentum `b ← μ b + g` | convolutional networks with a schedule; the least memory |
//! | [`Adam`] | `η m / √v` | first choice for most models |
//! | [`AdamW`] | `η m / √v + η λ w` | the same with weight decay: transformers, fine-tuning |
//! | [`NAdam`] | `η (α g + β m) / √v`, momentum ahead by a step | recurrent networks, where Adam is slow |
//! | [`RAdam`] | `η r m / √v`, `r` from 0 to 1 | Adam without a warm-up of the rate |
//! | [`Adamax`] | `η m / max ∣g∣` | gradients with rare large values, embeddings |
//! | [`RmsProp`] | `η g / √v` | recurrent networks, reinforcement learning |
//! | [`Adagrad`] | `η g / √(Σ g²)` | sparse features, convex problems |
//! | [`Adadelta`] | `√u / √v · g`, `u` the mean square of the steps | when no rate is known |
//! | [`Lion`] | `η sign(β m + (1 - β) g) + η λ w` | large models with large batches; half of Adam's memory |
//! | [`Lamb`] | `η ‖w‖/‖d‖ · d` with `d = m / √v + λ w` | very large batches |
//! | [`Muon`] | `η U Vᵀ` of the momentum `U S Vᵀ` | the matrices of hidden layers, [`AdamW`] for the rest |
//! | [`Rprop`] | `s · sign(g)`, `s` grows while signs stay | small problems with gradients of the whole data |
//! | [`Asgd`] | `ηₜ g`, and the mean of all `w` | convex problems with noisy gradients |
//!
//! For embeddings of which a batch names few rows, any of those that work element by element with
//! [`sparse_rows`](crate::Stepper::sparse_rows). For smooth losses without noise, [`Lbfgs`](crate::Lbfgs) and
//! [`NewtonCg`](crate::NewtonCg).

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod asgd;
mod lamb;
mod lion;
mod muon;
mod nadam;
mod prelude;
mod radam;
mod rmsprop;
mod rprop;
mod sgd;

use crate::register::register;

register! {
    adadelta: Adadelta, AdadeltaOptions;
    adagrad: Adagrad, AdagradOptions;
    adam: Adam, AdamOptions;
    adamax: Adamax, AdamaxOptions;
    adamw: AdamW, AdamWOptions;
    asgd: Asgd, AsgdOptions;
    lamb: Lamb, LambOptions;
    lion: Lion, LionOptions;
    muon: Muon, MuonOptions;
    nadam: NAdam, NAdamOptions;
    radam: RAdam, RAdamOptions;
    rmsprop: RmsProp, RmsPropOptions;
    rprop: Rprop, RpropOptions;
    sgd: Sgd, SgdOptions, Velocity;
}

pub use muon::AdjustLr;
