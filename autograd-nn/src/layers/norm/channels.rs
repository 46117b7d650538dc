//! What batch and instance normalisation share: the layers but for their formula, and running statistics.

use crate::layers::prelude::*;
use std::ops::RangeInclusive;

/// A layer that normalises channels, from its documentation, the axes of its operand, what it begins with, and its formula.
macro_rules! channel_norm {
    ($(#[$documentation:meta])* $Layer:ident, $axes:expr, $layout:literal, $on:literal, $formula:path) => {
        $(#[$documentation])*
        #[derive(Debug, Module)]
        pub struct $Layer<T: Real = f32> {
            /// `γ`, of shape `[c]`.
            pub weight: Option<Parameter<T>>,
            /// `β`, of shape `[c]`.
            pub bias: Option<Parameter<T>>,
            /// The running mean, of shape `[c]`.
            pub running_mean: Option<Buffer<T>>,
            /// The running variance, of shape `[c]`.
            pub running_var: Option<Buffer<T>>,
            /// How many batches the running statistics have seen.
            pub num_batches_tracked: Option<Counter>,
            /// The number of channels, `c`.
            pub num_features: usize,
            /// What is added to the variance.
            pub eps: f64,
            /// The share of a new batch in the running statistics; without one they are the mean over all batches.
            pub momentum: Option<f64>,
            /// Whether statistics are those of the batch, and the running ones follow.
            pub training: Training,
        }

        impl<T: Real> $Layer<T> {
            /// A layer for so many channels, with an eps of 10⁻⁵ and a momentum of 0.1.
            #[doc = concat!("[`affine`](Self::affine) and [`track_running_stats`](Self::track_running_stats) begin as `", $on, "`.")]
            pub fn new(num_features: usize) -> Self {
                let layer = $Layer {
                    weight: None,
                    bias: None,
                    running_mean: None,
                    running_var: None,
                    num_batches_tracked: None,
                    num_features,
                    eps: 1e-5,
                    momentum: Some(0.1),
                    training: Training::default(),
                };
                layer.affine($on).track_running_stats($on)
            }

            /// Adds this to variances.
            ///
            /// # Panics
            /// If it is no finite number of at least 0.
            #[must_use]
            #[track_caller]
            pub fn eps(self, eps: f64) -> Self {
                $Layer { eps: super::epsilon(stringify!($Layer), eps), ..self }
            }

            /// Gives a new batch this share in the running statistics; with `None` they are the mean over all batches.
            ///
            /// # Panics
            /// If the share does not lie from 0 to 1.
            #[must_use]
            #[track_caller]
            pub fn momentum(self, momentum: impl Into<Option<f64>>) -> Self {
                let momentum = momentum.into();
                if let Some(share) = momentum {
                    let fits = (0.0..=1.0).contains(&share);
                    require!(fits, concat!(stringify!($Layer), ": momentum is {}, a share lies from 0 to 1"), share);
                }
                $Layer { momentum, ..self }
            }

            /// With new affine parameters `γ`, ones, and `β`, zeros, or with none.
            #[must_use]
            pub fn affine(self, affine: bool) -> Self {
                let new = |value| affine.then(|| Parameter::new(init::constant([self.num_features], value)));
                $Layer { weight: new(1.0), bias: new(0.0), ..self }
            }

            /// Without `β`.
            #[must_use]
            pub fn without_bias(self) -> Self {
                $Layer { bias: None, ..self }
            }

            /// With new running statistics, which take over in evaluation, or with none.
            #[must_use]
            pub fn track_running_stats(self, track: bool) -> Self {
                let new = |value| track.then(|| Buffer::new(init::constant([self.num_features], value)));
                $Layer {
                    running_mean: new(0.0),
                    running_var: new(1.0),
                    num_batches_tracked: track.then(Counter::default),
                    ..self
                }
            }
        }

        impl<T: Real> Forward<T> for $Layer<T> {
            /// # Panics
            #[doc = concat!("If the operand is not `", $layout, "` with the layer's number of channels, or, while statistics are")]
            /// those of the operand, if they were of a single element.
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                super::channels::accept(stringify!($Layer), x, $axes, $layout, self.num_features);
                let running = match (&self.running_mean, &self.running_var, &self.num_batches_tracked) {
                    (Some(mean), Some(var), Some(batches)) => {
                        Some(super::channels::Running { mean, var, batches, momentum: self.momentum })
                    }
                    _ => None,
                };
                let [weight, bias] = [&self.weight, &self.bias].map(|parameter| parameter.as_ref().map(Parameter::var));
                let affine = [weight.as_ref(), bias.as_ref()];
                let y = match running {
                    Some(running) if !self.training.is_on() => {
                        let [mean, var] = [running.mean, running.var].map(Buffer::value);
                        x.batch_norm_eval(&mean, &var, affine[0], affine[1], self.eps)
                    }
                    running => $formula(stringify!($Layer), x, affine, self.eps, running),
                };
                report(self, y)
            }
        }
    };
}

pub(super) use channel_norm;

/// Refuses an operand with another number of axes or channels.
#[track_caller]
pub(super) fn accept<T: Real>(layer: &str, x: &Var<T>, axes: RangeInclusive<usize>, layout: &str, num_features: usize) {
    let shape = x.shape();
    require!(axes.contains(&shape.rank()), "{layer}: x has shape {shape}, it must be {layout}");
    let channels = shape[1];
    require!(channels == num_features, "{layer}: x has {channels} channels, the layer {num_features}");
}

/// Running statistics, and how they follow those of a batch.
pub(super) struct Running<'a, T: Real> {
    pub mean: &'a Buffer<T>,
    pub var: &'a Buffer<T>,
    pub batches: &'a Counter,
    pub momentum: Option<f64>,
}

impl<T: Real> Running<'_, T> {
    /// Takes in the statistics of one more batch.
    pub fn update(&self, mean: &Tensor<T>, var: &Tensor<T>) {
        let batches = self.batches.increment();
        let share = self.momentum.unwrap_or(1.0 / batches as f64);
        let (old, new) = (T::of(1.0 - share), T::of(share));
        for (running, batch) in [(self.mean, mean), (self.var, var)] {
            running.set(running.value().zip(batch, |running, batch| old * running + new * batch));
        }
    }
}
