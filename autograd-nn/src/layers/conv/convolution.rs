//! `convolution!`: what `Conv1d`, `Conv2d` and `Conv3d` have in common, which is all but the number of axes.

use crate::layers::prelude::*;
use autograd_core::Shape;
use std::array;

/// Weight `[first, second, kernel ..]` and bias, both uniform within `±1/√(second · kernel volume)`.
///
/// This is what PyTorch draws for transposed convolutions, too, although their second axis is not that of the inputs.
#[track_caller]
pub(super) fn first_values<T: Real, const D: usize>(
    [first, second]: [usize; 2],
    kernel: [usize; D],
    outputs: usize,
    generator: &mut Generator,
) -> (Parameter<T>, Option<Parameter<T>>) {
    let Some(fan_in) = kernel.iter().try_fold(second, |fan_in, &size| fan_in.checked_mul(size)) else {
        refuse!("convolution: a kernel {kernel:?} of {second} channels is more than memory can address");
    };
    let shape: Shape = [first, second].into_iter().chain(kernel).collect();
    let weight = Parameter::new(init::fan_in_uniform(shape, fan_in, generator));
    let bias = Parameter::new(init::fan_in_uniform([outputs], fan_in, generator));
    (weight, Some(bias))
}

/// Refuses groups that do not divide the channels.
#[track_caller]
pub(super) fn grouped(layer: &str, inputs: usize, outputs: usize, groups: usize) {
    let divides = |channels: usize| groups > 0 && channels.is_multiple_of(groups);
    require!(
        divides(inputs) && divides(outputs),
        "{layer}: {groups} groups do not divide {inputs} input and {outputs} output channels"
    );
}

/// `y + b`, if there is a `b`.
#[track_caller]
pub(super) fn biased<T: Real>(y: Var<T>, bias: Option<&Parameter<T>>) -> Var<T> {
    match bias {
        Some(bias) => y.add_bias(&bias.var()),
        None => y,
    }
}

/// `x` with the border that its own elements make, and the options of the convolution that is left to do.
#[track_caller]
pub(super) fn bordered<T: Real, const D: usize>(
    x: &Var<T>,
    weight: &Shape,
    options: ops::Conv<D>,
    mode: Option<ops::PadMode>,
) -> (Var<T>, ops::Conv<D>) {
    // An operand with other axes is refused by the convolution, in its own words.
    let Some(mode) = mode.filter(|_| x.rank() == D + 2) else { return (x.clone(), options) };
    let border: [(usize, usize); D] = match options.padding {
        ops::Padding::Zeros(border) => border,
        // The op refuses to keep the size with a stride.
        ops::Padding::Same if options.stride != [1; D] => return (x.clone(), options),
        ops::Padding::Same => array::from_fn(|d| {
            let both = options.dilation[d].saturating_mul(weight[d + 2].saturating_sub(1));
            (both / 2, both - both / 2)
        }),
    };
    let pads: Vec<_> = [(0, 0); 2].into_iter().chain(border).collect();
    (x.pad_with(pads, mode), options.padding([0; D]))
}

/// Constructors, options and forward pass of a convolution over `$d` axes by the op `$op`.
macro_rules! convolution {
    ($Layer:ident, $d:literal, $op:ident) => {
        impl<T: Real> $Layer<T> {
            /// A layer from `inputs` channels to `outputs` with a kernel of these sizes; stride 1, no padding.
            ///
            /// Weight and bias begin uniform within `±1/√(inputs · kernel volume)` as in PyTorch, with the inputs of one group.
            ///
            /// # Panics
            /// If the kernel has size 0.
            #[track_caller]
            pub fn new(inputs: usize, outputs: usize, kernel: impl PerAxis<$d>, generator: &mut Generator) -> Self {
                $Layer::grouped(inputs, outputs, kernel, 1, generator)
            }

            /// A layer whose channels are in groups that do not see each other; as many groups as inputs is a depthwise convolution.
            ///
            /// # Panics
            /// If `groups` is 0 or does not divide both numbers of channels, or the kernel has size 0.
            #[track_caller]
            #[doc(alias = "depthwise")]
            pub fn grouped(
                inputs: usize,
                outputs: usize,
                kernel: impl PerAxis<$d>,
                groups: usize,
                generator: &mut Generator,
            ) -> Self {
                grouped(stringify!($Layer), inputs, outputs, groups);
                let kernel = positive(stringify!($Layer), "kernel", kernel);
                let (weight, bias) = first_values([outputs, inputs / groups], kernel, outputs, generator);
                $Layer { weight, bias, options: ops::$Layer::default().groups(groups), padding_mode: None }
            }

            /// Moves the window by this much.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            pub fn stride(self, stride: impl PerAxis<$d>) -> Self {
                let stride = positive(stringify!($Layer), "stride", stride);
                $Layer { options: self.options.stride(stride), ..self }
            }

            /// Puts a border around the operand: as much on every side (`1`), as much on both sides of each axis, so much before and after
            /// each axis, or as much as keeps the size ([`Padding::Same`](ops::Padding::Same), for stride 1). See [`IntoPadding`].
            #[must_use]
            pub fn padding(self, padding: impl IntoPadding<$d>) -> Self {
                $Layer { options: self.options.padding(padding.into_padding()), ..self }
            }

            /// Makes the border of the operand's own elements, instead of zeros.
            #[must_use]
            pub fn padding_mode(self, mode: ops::PadMode) -> Self {
                $Layer { padding_mode: Some(mode), ..self }
            }

            /// Spreads the window: neighbouring kernel elements lie this far apart.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            #[doc(alias = "atrous")]
            pub fn dilation(self, dilation: impl PerAxis<$d>) -> Self {
                let dilation = positive(stringify!($Layer), "dilation", dilation);
                $Layer { options: self.options.dilation(dilation), ..self }
            }

            /// The same layer without bias.
            #[must_use]
            pub fn without_bias(self) -> Self {
                $Layer { bias: None, ..self }
            }
        }

        impl<T: Real> Forward<T> for $Layer<T> {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                report(self, crate::Weighted::forward_with(self, &self.weight.var(), x))
            }
        }

        impl<T: Real> crate::Weighted<T> for $Layer<T> {
            fn weight(&self) -> &Parameter<T> {
                &self.weight
            }

            fn bias(&self) -> Option<&Parameter<T>> {
                self.bias.as_ref()
            }

            #[track_caller]
            fn forward_with(&self, weight: &Var<T>, x: &Var<T>) -> Var<T> {
                let (x, options) = bordered(x, weight.shape(), self.options, self.padding_mode);
                biased(x.$op(weight, options), self.bias.as_ref())
            }
        }
    };
}

pub(super) use convolution;
