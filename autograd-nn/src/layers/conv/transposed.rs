//! `transposed!`: what `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d` have in common, which is all but the number of axes.

use crate::refuse::refuse;
use autograd_core::{Shape, ops};

/// The options with the output padding by which an operand of shape `x` gives a result of this size.
#[track_caller]
pub(super) fn reaching<const D: usize>(
    layer: &str,
    options: ops::ConvTranspose<D>,
    [x, weight]: [&Shape; 2],
    size: [usize; D],
) -> ops::ConvTranspose<D> {
    // An operand with other axes is refused by the op, in its own words.
    let Some(Ok(places)) = x.get(2..).map(<[usize; D]>::try_from) else { return options };
    let mut output_padding = [0; D];
    for (d, more) in output_padding.iter_mut().enumerate() {
        let around = options.dilation[d].saturating_mul(weight[d + 2].saturating_sub(1));
        let cut = match options.padding {
            ops::Padding::Zeros(zeros) => zeros[d].0.saturating_add(zeros[d].1),
            ops::Padding::Same => around,
        };
        let steps = places[d].saturating_sub(1).saturating_mul(options.stride[d]);
        let whole = steps.saturating_add(around).saturating_add(1);
        let asked = size[d];
        // What is cut off may be more than there is; the output padding then makes up for it.
        let Some(padding) = asked.saturating_add(cut).checked_sub(whole) else {
            let least = whole.saturating_sub(cut);
            refuse!("{layer}: a size of {asked} is asked for along axis {}, the least is {least}", d + 2);
        };
        *more = padding;
    }
    options.output_padding(output_padding)
}

/// Constructors, options and forward passes of a transposed convolution over `$d` axes by the op `$op`.
macro_rules! transposed {
    ($Layer:ident, $d:literal, $op:ident) => {
        impl<T: Real> $Layer<T> {
            /// A layer from `inputs` channels to `outputs` with a kernel of these sizes; stride 1, nothing cut off.
            ///
            /// Weight and bias begin uniform within `±1/√(outputs · kernel volume)` as in PyTorch.
            ///
            /// # Panics
            /// If the kernel has size 0.
            #[track_caller]
            pub fn new(inputs: usize, outputs: usize, kernel: impl PerAxis<$d>, generator: &mut Generator) -> Self {
                $Layer::grouped(inputs, outputs, kernel, 1, generator)
            }

            /// A layer whose channels are in groups that do not see each other.
            ///
            /// # Panics
            /// If `groups` is 0 or does not divide both numbers of channels, or the kernel has size 0.
            #[track_caller]
            pub fn grouped(
                inputs: usize,
                outputs: usize,
                kernel: impl PerAxis<$d>,
                groups: usize,
                generator: &mut Generator,
            ) -> Self {
                grouped(stringify!($Layer), inputs, outputs, groups);
                let kernel = positive(stringify!($Layer), "kernel", kernel);
                let (weight, bias) = first_values([inputs, outputs / groups], kernel, outputs, generator);
                $Layer { weight, bias, options: ops::$Layer::default().groups(groups) }
            }

            /// Puts the kernels down this far apart: about how many times larger the result is.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            pub fn stride(self, stride: impl PerAxis<$d>) -> Self {
                let stride = positive(stringify!($Layer), "stride", stride);
                $Layer { options: self.options.stride(stride), ..self }
            }

            /// Cuts from the result what the convolution with this padding would have put around its operand. See [`IntoPadding`].
            #[must_use]
            pub fn padding(self, padding: impl IntoPadding<$d>) -> Self {
                $Layer { options: self.options.padding(padding.into_padding()), ..self }
            }

            /// Makes the result longer at the end of each axis by this much, which must be less than stride or dilation.
            ///
            /// Operands of several sizes are brought to one by a convolution with a stride; this says to which of them the way back leads.
            #[must_use]
            pub fn output_padding(self, output_padding: impl PerAxis<$d>) -> Self {
                $Layer { options: self.options.output_padding(output_padding.per_axis()), ..self }
            }

            /// Spreads the window: neighbouring kernel elements lie this far apart.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            pub fn dilation(self, dilation: impl PerAxis<$d>) -> Self {
                let dilation = positive(stringify!($Layer), "dilation", dilation);
                $Layer { options: self.options.dilation(dilation), ..self }
            }

            /// The same layer without bias.
            #[must_use]
            pub fn without_bias(self) -> Self {
                $Layer { bias: None, ..self }
            }

            /// The result with this size along the last axes, which takes the place of the output padding: as when a decoder comes back to
            /// the size that its encoder saw.
            ///
            /// # Panics
            /// If no output padding gives this size.
            #[track_caller]
            #[doc(alias = "output_size")]
            pub fn forward_to(&self, x: &Var<T>, size: impl PerAxis<$d>) -> Var<T> {
                let shapes = [x.shape(), &self.weight.shape()];
                self.apply(x, reaching(stringify!($Layer), self.options, shapes, size.per_axis()))
            }

            #[track_caller]
            fn apply(&self, x: &Var<T>, options: ops::$Layer) -> Var<T> {
                report(self, biased(x.$op(&self.weight.var(), options), self.bias.as_ref()))
            }
        }

        impl<T: Real> Forward<T> for $Layer<T> {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                self.apply(x, self.options)
            }
        }
    };
}

pub(super) use transposed;
