//! The options of convolutions over one, two or three axes: stride, padding, dilation and groups.

/// Zeros around the images of a convolution.
///
/// [`Conv::padding`] takes `[1, 1]` for as many on both sides of each axis and `[(2, 0), (2, 0)]` for those before and after. A causal
/// convolution of signals, which sees the past only, has `[(dilation * (kernel - 1), 0)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding<const D: usize> {
    /// So many before and after, along each axis.
    Zeros([(usize, usize); D]),
    /// So many that the result has the size of the image; the odd one comes after. The stride must be 1.
    Same,
}

impl<const D: usize> From<[usize; D]> for Padding<D> {
    fn from(both: [usize; D]) -> Self {
        Padding::Zeros(both.map(|n| (n, n)))
    }
}

impl<const D: usize> From<[(usize, usize); D]> for Padding<D> {
    fn from(zeros: [(usize, usize); D]) -> Self {
        Padding::Zeros(zeros)
    }
}

/// The options of a convolution over `D` axes, and the op: `Conv2d::default().stride([2, 2]).padding([1, 1])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv<const D: usize> {
    /// Distance between neighbouring patches along each axis; 1 if not set.
    pub stride: [usize; D],
    /// Zeros around the image; none if not set.
    pub padding: Padding<D>,
    /// Distance between neighbours in a patch; 1 if not set.
    pub dilation: [usize; D],
    /// Groups of channels that have nothing to do with each other; 1 if not set.
    pub groups: usize,
}

impl<const D: usize> Default for Conv<D> {
    fn default() -> Self {
        Conv { stride: [1; D], padding: [0; D].into(), dilation: [1; D], groups: 1 }
    }
}

impl<const D: usize> Conv<D> {
    /// With patches at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; D]) -> Self {
        Conv { stride, ..self }
    }

    /// With so many zeros around the image: `[1, 1]`, `[(2, 1), (2, 1)]` or [`Padding::Same`].
    #[must_use]
    pub fn padding(self, padding: impl Into<Padding<D>>) -> Self {
        Conv { padding: padding.into(), ..self }
    }

    /// With neighbours in a patch at this distance.
    #[must_use]
    #[doc(alias = "atrous")]
    pub fn dilation(self, dilation: [usize; D]) -> Self {
        Conv { dilation, ..self }
    }

    /// With so many groups of channels; as many as channels is a depthwise convolution.
    #[must_use]
    #[doc(alias = "depthwise")]
    pub fn groups(self, groups: usize) -> Self {
        Conv { groups, ..self }
    }
}

/// The options of a transposed convolution over `D` axes, and the op: `ConvTranspose2d::default().stride([2, 2])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvTranspose<const D: usize> {
    /// Distance between neighbouring patches of the result along each axis; 1 if not set.
    pub stride: [usize; D],
    /// What is cut from the result; nothing if not set.
    pub padding: Padding<D>,
    /// Elements added at the end of the result, fewer than stride or dilation; none if not set.
    pub output_padding: [usize; D],
    /// Distance between neighbours in a patch; 1 if not set.
    pub dilation: [usize; D],
    /// Groups of channels that have nothing to do with each other; 1 if not set.
    pub groups: usize,
}

impl<const D: usize> Default for ConvTranspose<D> {
    fn default() -> Self {
        ConvTranspose { stride: [1; D], padding: [0; D].into(), output_padding: [0; D], dilation: [1; D], groups: 1 }
    }
}

impl<const D: usize> ConvTranspose<D> {
    /// With patches at this distance.
    #[must_use]
    pub fn stride(self, stride: [usize; D]) -> Self {
        ConvTranspose { stride, ..self }
    }

    /// With so much cut from the result: what the convolution with this padding would add to its images.
    #[must_use]
    pub fn padding(self, padding: impl Into<Padding<D>>) -> Self {
        ConvTranspose { padding: padding.into(), ..self }
    }

    /// With so much added at the end of the result.
    #[must_use]
    pub fn output_padding(self, output_padding: [usize; D]) -> Self {
        ConvTranspose { output_padding, ..self }
    }

    /// With neighbours in a patch at this distance.
    #[must_use]
    pub fn dilation(self, dilation: [usize; D]) -> Self {
        ConvTranspose { dilation, ..self }
    }

    /// With so many groups of channels.
    #[must_use]
    pub fn groups(self, groups: usize) -> Self {
        ConvTranspose { groups, ..self }
    }
}

/// The op that gives the gradient of the filters of a convolution over `D` axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvWeight<const D: usize> {
    /// The convolution whose filters have this gradient.
    pub conv: Conv<D>,
    /// The sizes of its kernel.
    pub kernel: [usize; D],
}
