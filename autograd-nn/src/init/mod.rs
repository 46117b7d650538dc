//! First values of parameters, each drawn from an explicit generator.
//!
//! | values | source |
//! |---|---|
//! | [`zeros`], [`ones`], [`constant`] | |
//! | [`uniform`], [`normal`], [`truncated_normal`] | |
//! | [`fan_in_uniform`] | what PyTorch gives linear layers and convolutions |
//! | [`xavier_uniform`], [`xavier_normal`] | Glorot and Bengio 2010 |
//! | [`he_uniform`], [`he_normal`] | He et al. 2015 |
//! | [`orthogonal`] | Saxe, McClelland and Ganguli 2014 |
//! | [`sparse`] | Martens 2010 |
//! | [`identity`], [`dirac`] | signals pass unchanged |
//!
//! They give tensors: for a [`Parameter`](crate::Parameter) to be made of, or to be [set](crate::Parameter::set) to. [`apply`] goes by a rule
//! through a module, and [`lsuv`] scales its layers by what they give (Mishkin and Matas 2016).

mod fans;
mod lsuv;
mod random;
mod rule;
mod scaled;
mod structured;

pub use fans::{Fan, Fans, Gain};
pub use lsuv::{LsuvError, LsuvLayer, LsuvOptions, LsuvReport, lsuv};
pub use random::{constant, normal, ones, truncated_normal, uniform, zeros};
pub use rule::apply;
pub use scaled::{fan_in_uniform, he_normal, he_uniform, xavier_normal, xavier_uniform};
pub use structured::{dirac, identity, orthogonal, sparse};

#[cfg(test)]
mod test_support {
    use autograd_core::Tensor;

    /// Mean, variance and largest absolute value.
    pub(super) fn moments(x: &Tensor<f64>) -> (f64, f64, f64) {
        let (x, n) = (x.to_vec(), x.numel() as f64);
        let mean = x.iter().sum::<f64>() / n;
        (mean, x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n, x.iter().fold(0.0, |a, x| a.max(x.abs())))
    }
}
