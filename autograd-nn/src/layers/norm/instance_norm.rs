//! `InstanceNorm1d`, `InstanceNorm2d` and `InstanceNorm3d`: each channel of each example normalised.

use super::channels::{Running, channel_norm};
use crate::layers::prelude::*;

/// The statistics of each example; running ones follow their means over the batch.
#[track_caller]
fn over_each_example<T: Real>(
    layer: &str,
    x: &Var<T>,
    [weight, bias]: [Option<&Var<T>>; 2],
    eps: f64,
    running: Option<Running<'_, T>>,
) -> Var<T> {
    let count: usize = x.shape()[2..].iter().product();
    require!(count > 1, "{layer}: each channel of an example has {count} elements, a variance needs at least 2");
    let y = x.instance_norm(weight, bias, eps);
    if let Some(running) = running.filter(|_| x.shape()[0] > 0) {
        let x = x.detach();
        let axes: Vec<isize> = (2..x.rank() as isize).collect();
        let over_the_batch = |statistic: Var<T>| statistic.mean_axes(0, false).value().clone();
        let mean = over_the_batch(x.mean_axes(&*axes, false));
        running.update(&mean, &over_the_batch(x.var(&*axes, 1, false)));
    }
    y
}

macro_rules! instance_norm {
    ($Layer:ident, $axes:expr, $layout:literal, $example:literal) => {
        channel_norm! {
            /// Each channel of each example normalised: `y = γ (x - mean) / √(variance + eps) + β`.
            ///
            /// Mean and variance are those of the example, in training and evaluation alike. With running statistics, those follow the
            /// batch in training, and take their place in evaluation. As in PyTorch there are neither these nor `γ` and `β` unless
            #[doc = concat!("they are asked for: `", stringify!($Layer), "::new(64).affine(true)`.")]
            ///
            /// # Shape
            #[doc = concat!("`", $layout, " -> ", $layout, "`")]
            ///
            /// # Example
            /// ```
            /// use autograd_core::Var;
            #[doc = concat!("use autograd_nn::{", stringify!($Layer), ", Forward};")]
            #[doc = concat!("let layer = ", stringify!($Layer), "::new(2).eps(0.0);")]
            #[doc = concat!("let x = Var::leaf(", $example, ");")]
            /// let y = layer.forward(&x);
            /// assert_eq!(y.to_vec(), [-1.0, 1.0, -1.0, 1.0]);
            /// // The squares add up to the number of elements whatever `x` is: no gradient is left but rounding.
            /// let dx: Vec<f64> = y.square().sum().backward().get(&x).unwrap().to_vec();
            /// assert!(dx.iter().all(|dx| dx.abs() < 1e-15));
            /// ```
            ///
            /// Ulyanov, Vedaldi, Lempitsky 2016, "Instance Normalization", equation 3.
            $Layer, $axes, $layout, false, over_each_example
        }
    };
}
instance_norm!(InstanceNorm1d, 3..=3, "[n, c, l]", "[[[1.0, 3.0], [10.0, 30.0]]]");
instance_norm!(InstanceNorm2d, 4..=4, "[n, c, h, w]", "[[[[1.0, 3.0]], [[10.0, 30.0]]]]");
instance_norm!(InstanceNorm3d, 5..=5, "[n, c, d, h, w]", "[[[[[1.0, 3.0]]], [[[10.0, 30.0]]]]]");

#[cfg(test)]
macro_rules! checked {
    ($Layer:ident, $shape:expr, $layout:literal) => {
        impl Checked for $Layer<f64> {
            fn cases() -> Cases<Self> {
                let case = |name, build: fn($Layer<f64>) -> $Layer<f64>| {
                    Case::forward(name, move |_| build($Layer::new(3)), $shape).output($shape)
                };
                Cases::new(case("plain", |layer| layer))
                    .case(case("affine", |layer| layer.affine(true)).state(["weight [3]", "bias [3]"]))
                    .case(
                        case("running statistics", |layer| layer.track_running_stats(true).eps(0.5))
                            .state(["running_mean [3]", "running_var [3]", "num_batches_tracked []"])
                            .trains_otherwise(),
                    )
                    .rejects(concat!(stringify!($Layer), ": x has shape [3], it must be ", $layout), |_| {
                        let _ = $Layer::new(3).forward(&Var::constant([0.0; 3]));
                    })
                    .rejects(concat!(stringify!($Layer), ": x has 3 channels, the layer 2"), |_| {
                        let _ = $Layer::new(2).forward(&Var::constant(Tensor::<f64>::zeros($shape)));
                    })
                    .rejects(
                        concat!(
                            stringify!($Layer),
                            ": each channel of an example has 1 elements, a variance needs at least 2"
                        ),
                        |_| {
                            let single = $shape.map(|n| if n == 3 { 3 } else { 1 });
                            let _ = $Layer::new(3).forward(&Var::constant(Tensor::<f64>::zeros(single)));
                        },
                    )
            }
        }
    };
}
#[cfg(test)]
checked!(InstanceNorm1d, [2, 3, 4], "[n, c, l]");
#[cfg(test)]
checked!(InstanceNorm2d, [2, 3, 2, 2], "[n, c, h, w]");
#[cfg(test)]
checked!(InstanceNorm3d, [1, 3, 2, 1, 2], "[n, c, d, h, w]");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::norm::close;

    #[test]
    fn two_batches_and_an_evaluation_have_the_numbers_of_pytorch() {
        let layer = InstanceNorm1d::new(2).affine(true).track_running_stats(true);
        layer.weight.as_ref().unwrap().set([2.0, -1.0]);
        layer.bias.as_ref().unwrap().set([0.5, 0.25]);
        let first = Var::constant([[[1.0, 2.0], [-1.0, 0.5]], [[4.0, -3.0], [2.0, 2.5]]]);
        let expected = [
            -1.4999600011999599,
            2.49996000119996,
            1.2499911112296278,
            -0.7499911112296278,
            2.4999991836739692,
            -1.4999991836739692,
            1.2499200095987204,
            -0.7499200095987202,
        ];
        close(&layer.forward(&first).to_vec(), &expected);
        let _ = layer.forward(&Var::constant([[[0.0, 1.0], [3.0, -2.0]], [[2.0, 2.0], [1.0, -1.0]]]));
        let of = |buffer: &Option<Buffer<f64>>| buffer.as_ref().unwrap().value().to_vec();
        close(&of(&layer.running_mean), &[0.215, 0.115]);
        close(&of(&layer.running_var), &[1.96, 1.59125]);
        layer.eval();
        let expected = [
            1.6214257106523462,
            3.0499934949228513,
            1.1339023619683664,
            -0.05520395458100541,
            5.907129063463861,
            -4.092845426429673,
            -1.2443102711303773,
            -1.6406790433135012,
        ];
        close(&layer.forward(&first).to_vec(), &expected);
    }
}
