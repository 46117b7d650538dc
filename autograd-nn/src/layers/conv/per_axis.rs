//! `PerAxis` and `IntoPadding`: sizes along each axis of a window, as layers take them.

use crate::refuse::require;
use autograd_core::ops::Padding;

/// A number for each of `D` axes: one that holds for all, as `3`, or an array, as `[3, 5]`.
///
/// ```
/// use autograd_core::Generator;
/// use autograd_nn::Conv2d;
/// let mut generator = Generator::seed(0);
/// let square = Conv2d::<f32>::new(1, 8, 3, &mut generator).stride(2);
/// let oblong = Conv2d::<f32>::new(1, 8, [3, 5], &mut generator).stride([1, 2]);
/// assert_eq!(square.weight.shape(), [8, 1, 3, 3]);
/// assert_eq!(oblong.weight.shape(), [8, 1, 3, 5]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no number for each of {D} axes",
    note = "a number, as `3`, holds for each axis; an array, as `[3, 5]`, has one for each"
)]
pub trait PerAxis<const D: usize> {
    /// The number for each axis.
    fn per_axis(self) -> [usize; D];
}

impl<const D: usize> PerAxis<D> for usize {
    fn per_axis(self) -> [usize; D] {
        [self; D]
    }
}

impl<const D: usize> PerAxis<D> for [usize; D] {
    fn per_axis(self) -> [usize; D] {
        self
    }
}

/// What is put around the images of a convolution: so much on every side, as `1`; so much on both sides of each axis, as `[1, 2]`; so much
/// before and after, as `[(2, 0), (1, 1)]`; or [`Padding::Same`].
///
/// ```
/// use autograd_core::{Generator, Tensor, Var, ops::Padding};
/// use autograd_nn::{Conv1d, Forward};
/// let x = Var::constant(Tensor::<f32>::zeros([1, 1, 10]));
/// let conv = || Conv1d::new(1, 1, 4, &mut Generator::seed(0));
/// assert_eq!(*conv().padding(1).forward(&x).shape(), [1, 1, 9]);
/// assert_eq!(*conv().padding([(3, 0)]).forward(&x).shape(), [1, 1, 10]); // causal: no window sees what comes later
/// assert_eq!(*conv().padding(Padding::Same).forward(&x).shape(), [1, 1, 10]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no padding of {D} axes",
    note = "a number, as `1`, holds for every side; `[1, 2]` has one for each axis, `[(2, 0), (1, 1)]` one for each side",
    note = "`Padding::Same` keeps the size"
)]
pub trait IntoPadding<const D: usize> {
    /// The padding.
    fn into_padding(self) -> Padding<D>;
}

impl<const D: usize> IntoPadding<D> for usize {
    fn into_padding(self) -> Padding<D> {
        [self; D].into()
    }
}

impl<const D: usize> IntoPadding<D> for [usize; D] {
    fn into_padding(self) -> Padding<D> {
        self.into()
    }
}

impl<const D: usize> IntoPadding<D> for [(usize, usize); D] {
    fn into_padding(self) -> Padding<D> {
        self.into()
    }
}

impl<const D: usize> IntoPadding<D> for Padding<D> {
    fn into_padding(self) -> Padding<D> {
        self
    }
}

/// The number for each axis, none of which may be 0: a window must have a size, and must move.
#[track_caller]
pub(crate) fn positive<const D: usize>(layer: &str, name: &str, sizes: impl PerAxis<D>) -> [usize; D] {
    let sizes = sizes.per_axis();
    require!(!sizes.contains(&0), "{layer}: the {name} is {sizes:?}, it must be at least 1");
    sizes
}
