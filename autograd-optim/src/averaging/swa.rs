//! `Swa`: the mean of points.

use super::{AveragedModel, Averaging};

/// The settings of [`Swa`]. The default is PyTorch's: of parameters alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SwaOptions {
    /// Whether buffers are averaged too; else those of the model are used.
    pub use_buffers: bool,
}

/// Stochastic weight averaging: the mean of the points at the ends of epochs, late in a training at a rate that stays high or goes up and down.
///
/// ```text
/// a ← a + (w - a) / (t + 1)      after t updates
/// ```
///
/// The mean lies nearer to the middle of a wide valley than any of the points, and generalises better (Izmailov et al. 2018, algorithm 1). As
/// PyTorch's `AveragedModel`. Statistics of batch normalisation belong to the points, not to the mean: after
/// [`apply`](AveragedModel::apply), [`update_bn`](crate::update_bn) computes them anew.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Swa, SwaOptions};
///
/// let w = Parameter::new([0.0]);
/// let mut swa = Swa::new(&w, SwaOptions::default())?;
/// for point in [1.0, 2.0, 6.0] {
///     w.set([point]);
///     swa.update();
/// }
/// swa.apply(); // for good
/// assert_eq!(w.value().to_vec(), [3.0]);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
#[doc(alias = "get_swa_multi_avg_fn")]
pub type Swa<T = f32> = AveragedModel<SwaOptions, T>;

impl Averaging for SwaOptions {
    fn share(&self, updates: u64) -> f64 {
        1.0 / (updates as f64 + 1.0)
    }

    fn use_buffers(&self) -> bool {
        self.use_buffers
    }
}
