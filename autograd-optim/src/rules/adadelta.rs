//! `Adadelta`: steps of the size of the steps before, so that the rate has no unit.

use crate::rules::prelude::*;

/// The settings of [`Adadelta`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdadeltaOptions {
    /// What each step is multiplied with; 1 in the paper.
    pub lr: f64,
    /// The share of both averages that is kept.
    pub rho: f64,
    /// What is added to both averages; it also starts the first steps, which are of about its root.
    pub eps: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for AdadeltaOptions {
    fn default() -> Self {
        AdadeltaOptions { lr: 1.0, rho: 0.9, eps: 1e-6, weight_decay: 0.0, maximize: false }
    }
}

impl From<f64> for AdadeltaOptions {
    fn from(lr: f64) -> Self {
        AdadeltaOptions { lr, ..AdadeltaOptions::default() }
    }
}

/// Steps whose size is that of the steps before, so that no rate has to be found.
///
/// ```text
/// g ← dw + weight_decay · w
/// v ← ρ v + (1 - ρ) g²
/// d ← √(u + eps) / √(v + eps) · g
/// u ← ρ u + (1 - ρ) d²
/// w ← w - lr · d
/// ```
///
/// As PyTorch's (Zeiler 2012, algorithm 1, where `lr` is 1). It begins slowly: the first step is about `√(eps / (1 - ρ))`.
///
/// Remembers `square_avg` (v) and `acc_delta` (u).
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Adadelta, Optimizer};
/// let w = Parameter::new([1.0f64, -2.0]);
/// let mut optimizer = Adadelta::new(vec![w.clone()], 1.0)?;
/// optimizer.step(&w.var().square().sum().backward())?;
/// let first = (1e-6f64 / 0.1).sqrt(); // whatever the gradient
/// assert!((w.value().to_vec()[0] - (1.0 - first)).abs() < 1e-8);
/// assert!((w.value().to_vec()[1] - (first - 2.0)).abs() < 1e-8);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type Adadelta<T = f32> = Stepper<AdadeltaOptions, T>;

impl Rule for AdadeltaOptions {
    const NAME: &'static str = "adadelta";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("adadelta", "lr", self.lr)?;
        check::share("adadelta", "rho", self.rho)?;
        check::not_negative("adadelta", "eps", self.eps)?;
        check::not_negative("adadelta", "weight_decay", self.weight_decay)
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) {
        self.lr = lr;
    }

    fn maximize(&self) -> bool {
        self.maximize
    }

    fn coupled_decay(&self) -> f64 {
        self.weight_decay
    }

    fn slots(&self) -> &'static [&'static str] {
        &["square_avg", "acc_delta"]
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let [lr, rho, fresh, eps] = [self.lr, self.rho, 1.0 - self.rho, self.eps].map(T::of);
        part.each(|w, g, [v, u]| {
            let v = rho * v + fresh * g * g;
            let d = (u + eps).sqrt() / (v + eps).sqrt() * g;
            (w - lr * d, [v, rho * u + fresh * d * d])
        });
    }
}

#[cfg(test)]
impl Checked for AdadeltaOptions {
    fn cases() -> Cases {
        let good = AdadeltaOptions::default();
        // It soon finds the valley of Rosenbrock; along it the steps grow until it swings from side to side.
        Cases::rule(good, [Quadratic(1000), Rosenbrock(500, 0.5), Network(600)])
            .case(AdadeltaOptions { eps: 1e-4, ..good }, [Quadratic(300)])
            .path("adadelta", move |settings| AdadeltaOptions { lr: number(settings, "lr"), ..good })
            .path("adadelta_decay", |settings| AdadeltaOptions {
                lr: number(settings, "lr"),
                rho: number(settings, "rho"),
                eps: number(settings, "eps"),
                weight_decay: number(settings, "weight_decay"),
                maximize: flag(settings, "maximize"),
            })
            .refuses(
                AdadeltaOptions { lr: -1.0, ..good },
                "adadelta: lr is -1, it must be a number that is not negative",
            )
            .refuses(AdadeltaOptions { rho: 1.0, ..good }, "adadelta: rho is 1, it must be at least 0 and below 1")
            .refuses(
                AdadeltaOptions { eps: f64::NAN, ..good },
                "adadelta: eps is NaN, it must be a number that is not negative",
            )
            .refuses(
                AdadeltaOptions { weight_decay: -1.0, ..good },
                "adadelta: weight_decay is -1, it must be a number that is not negative",
            )
    }
}
