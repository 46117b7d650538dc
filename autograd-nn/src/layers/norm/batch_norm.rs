//! `BatchNorm1d`, `BatchNorm2d` and `BatchNorm3d`: each channel normalised over the batch.

use super::channels::{Running, channel_norm};
use crate::layers::prelude::*;

/// The statistics of the batch, which the running ones follow with the unbiased variance.
#[track_caller]
fn over_the_batch<T: Real>(
    _layer: &str,
    x: &Var<T>,
    [weight, bias]: [Option<&Var<T>>; 2],
    eps: f64,
    running: Option<Running<'_, T>>,
) -> Var<T> {
    let [y, mean, var] = x.batch_norm(weight, bias, eps);
    if let Some(running) = running {
        let count = (x.numel() / x.shape()[1].max(1)) as f64;
        let unbiased = T::of(count / (count - 1.0));
        running.update(mean.value(), &var.value().map(|var| var * unbiased));
    }
    y
}

macro_rules! batch_norm {
    ($Layer:ident, $axes:expr, $layout:literal, $example:literal) => {
        channel_norm! {
            /// Each channel normalised over the batch: `y = γ (x - mean) / √(variance + eps) + β`.
            ///
            /// In training mean and variance are those of the batch, and running ones follow them:
            /// `running = (1 - momentum) running + momentum batch`, with the unbiased variance, as in PyTorch. In evaluation the running
            /// ones take their place; without them, it computes as in training.
            ///
            /// # Shape
            #[doc = concat!("`", $layout, "`, and the same of the result")]
            ///
            /// # Example
            /// ```
            /// use autograd_core::Var;
            #[doc = concat!("use autograd_nn::{", stringify!($Layer), ", Forward, Module};")]
            #[doc = concat!("let layer = ", stringify!($Layer), "::new(2).eps(0.0);")]
            #[doc = concat!("let x = Var::leaf(", $example, ");")]
            /// let y = layer.forward(&x);
            /// assert_eq!(y.to_vec(), [-1.0, -1.0, 1.0, 1.0]);
            /// let gradients = y.square().sum().backward();
            /// assert_eq!(layer.weight.as_ref().unwrap().gradient(&gradients).unwrap().to_vec(), [4.0, 4.0]);
            ///
            /// assert_eq!(layer.running_mean.as_ref().unwrap().value().to_vec(), [0.2, 2.0]);
            /// layer.eval();
            /// layer.running_mean.as_ref().unwrap().set([1.0, 10.0]);
            /// layer.running_var.as_ref().unwrap().set([4.0, 100.0]);
            /// assert_eq!(layer.forward(&x).to_vec(), [0.0, 0.0, 1.0, 2.0]);
            /// ```
            ///
            /// Ioffe, Szegedy 2015, "Batch Normalization", algorithms 1 and 2.
            $Layer, $axes, $layout, true, over_the_batch
        }
    };
}
batch_norm!(BatchNorm1d, 2..=3, "[n, c] or [n, c, l]", "[[1.0, 10.0], [3.0, 30.0]]");
batch_norm!(BatchNorm2d, 4..=4, "[n, c, h, w]", "[[[[1.0]], [[10.0]]], [[[3.0]], [[30.0]]]]");
batch_norm!(BatchNorm3d, 5..=5, "[n, c, d, h, w]", "[[[[[1.0]]], [[[10.0]]]], [[[[3.0]]], [[[30.0]]]]]");

#[cfg(test)]
const STATE: [&str; 5] = ["weight [3]", "bias [3]", "running_mean [3]", "running_var [3]", "num_batches_tracked []"];

#[cfg(test)]
macro_rules! checked {
    ($Layer:ident, $shape:expr, $layout:literal) => {
        impl Checked for $Layer<f64> {
            fn cases() -> Cases<Self> {
                let case = |name, build: fn($Layer<f64>) -> $Layer<f64>| {
                    Case::forward(name, move |_| build($Layer::new(3)), $shape).output($shape)
                };
                Cases::new(case("plain", |layer| layer).state(STATE).trains_otherwise())
                    .case(
                        case("no affine parameters, mean over all batches", |layer| layer.affine(false).momentum(None))
                            .state([STATE[2], STATE[3], STATE[4]])
                            .trains_otherwise(),
                    )
                    .case(
                        case("no running statistics, no bias, large eps", |layer| {
                            layer.track_running_stats(false).without_bias().eps(0.5)
                        })
                        .state([STATE[0]]),
                    )
                    .rejects(concat!(stringify!($Layer), ": x has shape [3], it must be ", $layout), |_| {
                        let _ = $Layer::new(3).forward(&Var::constant([0.0; 3]));
                    })
                    .rejects(concat!(stringify!($Layer), ": x has 3 channels, the layer 2"), |_| {
                        let _ = $Layer::new(2).forward(&Var::constant(Tensor::<f64>::zeros($shape)));
                    })
                    .rejects("batch_norm: each channel has 1 elements, a variance needs at least 2", |_| {
                        let single = $shape.map(|n| if n == 3 { 3 } else { 1 });
                        let _ = $Layer::new(3).forward(&Var::constant(Tensor::<f64>::zeros(single)));
                    })
                    .rejects(concat!(stringify!($Layer), ": momentum is 1.5, a share lies from 0 to 1"), |_| {
                        let _ = $Layer::<f64>::new(3).momentum(1.5);
                    })
                    .rejects(concat!(stringify!($Layer), ": eps is -1, it must be a number of at least 0"), |_| {
                        let _ = $Layer::<f64>::new(3).eps(-1.0);
                    })
            }
        }
    };
}
#[cfg(test)]
checked!(BatchNorm1d, [4, 3], "[n, c] or [n, c, l]");
#[cfg(test)]
checked!(BatchNorm2d, [2, 3, 2, 1], "[n, c, h, w]");
#[cfg(test)]
checked!(BatchNorm3d, [2, 3, 2, 1, 1], "[n, c, d, h, w]");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::norm::close;

    /// Two batches of `[n, c, l]`, as PyTorch was given them.
    fn batches() -> [Var<f64>; 2] {
        [
            Var::leaf([[[1.0, 2.0], [-1.0, 0.5]], [[4.0, -3.0], [2.0, 2.5]]]),
            Var::leaf([[[0.0, 1.0], [3.0, -2.0]], [[2.0, 2.0], [1.0, -1.0]]]),
        ]
    }

    /// The running mean and variance.
    fn running(layer: &BatchNorm1d<f64>) -> [Vec<f64>; 2] {
        [&layer.running_mean, &layer.running_var].map(|buffer| buffer.as_ref().unwrap().value().to_vec())
    }

    #[test]
    fn two_batches_and_an_evaluation_have_the_numbers_of_pytorch() {
        let layer = BatchNorm1d::new(2);
        layer.weight.as_ref().unwrap().set([2.0, -1.0]);
        layer.bias.as_ref().unwrap().set([0.5, 0.25]);
        let [first, second] = batches();
        let y = layer.forward(&first).to_vec();
        let expected = [
            0.5,
            1.2844639371191704,
            1.710589591780058,
            0.6151473979450145,
            2.8533918113575116,
            -2.637855748476682,
            -0.480294795890029,
            -0.8454421938350435,
        ];
        close(&y, &expected);
        let _ = layer.forward(&second);
        let [mean, var] = running(&layer);
        close(&mean, &[0.215, 0.115]);
        close(&var, &[1.6816666666666666, 1.5266666666666666]);
        assert_eq!(layer.num_batches_tracked.as_ref().unwrap().get(), 2);
        layer.eval();
        let expected = [
            1.710677310275598,
            3.2529413997986527,
            1.1524046684187406,
            -0.06159264335534986,
            6.337469578844763,
            -4.458379047816622,
            -1.2755899551294403,
            -1.6802557257208037,
        ];
        close(&layer.forward(&first).to_vec(), &expected);
        assert_eq!(layer.num_batches_tracked.as_ref().unwrap().get(), 2);
    }

    #[test]
    fn other_momenta_have_the_running_statistics_of_pytorch() {
        let expected = [
            (Some(0.3), [0.585, 0.285], [2.585, 2.49]),
            (None, [1.125, 0.625], [4.791666666666666, 3.7083333333333335]),
        ];
        for (momentum, mean, var) in expected {
            let layer = BatchNorm1d::new(2).momentum(momentum);
            batches().iter().for_each(|batch| drop(layer.forward(batch)));
            let found = running(&layer);
            close(&found[0], &mean);
            close(&found[1], &var);
        }
    }

    #[test]
    fn gradients_in_training_have_the_numbers_of_pytorch() {
        let layer = BatchNorm1d::new(2);
        let [x, _] = batches();
        let weights = [[[1.0, -2.0], [0.5, 1.0]], [[2.0, 0.0], [-1.0, 3.0]]];
        let gradients = layer.forward(&x).backward_with(&weights.into());
        let expected = [
            0.29417397641968895,
            -0.9428652162016384,
            0.11562793207735834,
            0.18865896962028342,
            0.5053760841515591,
            0.14331515563039038,
            -1.564046982561864,
            1.2597600808642222,
        ];
        close(&gradients.get(&x).unwrap().to_vec(), &expected);
        let of =
            |parameter: &Option<Parameter<f64>>| parameter.as_ref().unwrap().gradient(&gradients).unwrap().to_vec();
        close(&of(&layer.weight), &[1.568927874238341, 1.460589591780058]);
        close(&of(&layer.bias), &[1.0, 3.5]);
    }
}
