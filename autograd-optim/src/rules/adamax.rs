//! `Adamax`: Adam with the largest gradient in place of the mean square.

use crate::rules::prelude::*;

/// The settings of [`Adamax`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamaxOptions {
    /// The learning rate: no step in any element is longer, once the first moment is settled.
    pub lr: f64,
    /// The shares of the first moment and of the largest gradient that are kept.
    pub betas: (f64, f64),
    /// What is added to the size of the gradient.
    pub eps: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for AdamaxOptions {
    fn default() -> Self {
        AdamaxOptions { lr: 2e-3, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0, maximize: false }
    }
}

impl From<f64> for AdamaxOptions {
    fn from(lr: f64) -> Self {
        AdamaxOptions { lr, ..AdamaxOptions::default() }
    }
}

/// [`Adam`](crate::Adam) in the maximum norm: steps scaled by the largest gradient so far, which fades slowly.
///
/// ```text
/// g ← dw + weight_decay · w
/// m ← β₁ m + (1 - β₁) g
/// u ← max(β₂ u, |g| + eps)
/// w ← w - lr / (1 - β₁ᵗ) · m / u      in step t = 1, 2, ..
/// ```
///
/// As PyTorch's (Kingma and Ba 2015, algorithm 2, which has no `eps`).
///
/// Remembers `exp_avg` (m) and `exp_inf` (u).
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Adamax, Optimizer};
/// let w = Parameter::new([1.0f64, 2.0]);
/// let mut optimizer = Adamax::new(vec![w.clone()], 0.25)?;
/// optimizer.step(&w.var().square().sum().backward())?;
/// let after = w.value().to_vec();
/// assert!((after[0] - 0.75).abs() < 1e-6 && (after[1] - 1.75).abs() < 1e-6); // the first step is lr, whatever the gradient
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type Adamax<T = f32> = Stepper<AdamaxOptions, T>;

impl Rule for AdamaxOptions {
    const NAME: &'static str = "adamax";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("adamax", "lr", self.lr)?;
        check::betas("adamax", self.betas)?;
        check::not_negative("adamax", "eps", self.eps)?;
        check::not_negative("adamax", "weight_decay", self.weight_decay)
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
        &["exp_avg", "exp_inf"]
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let (beta1, beta2) = self.betas;
        let rate = self.lr / (1.0 - beta1.powf(part.t as f64));
        let [rate, b1, fresh1, b2, eps] = [rate, beta1, 1.0 - beta1, beta2, self.eps].map(T::of);
        part.each(|w, g, [m, u]| {
            let (m, u) = (b1 * m + fresh1 * g, (b2 * u).max(g.abs() + eps));
            (w - rate * m / u, [m, u])
        });
    }
}

#[cfg(test)]
impl Checked for AdamaxOptions {
    fn cases() -> Cases {
        let good = AdamaxOptions::default();
        let read = move |settings: &Value| AdamaxOptions {
            lr: number(settings, "lr"),
            weight_decay: number(settings, "weight_decay"),
            maximize: flag(settings, "maximize"),
            ..good
        };
        Cases::rule(AdamaxOptions { lr: 0.1, ..good }, [Quadratic(500), Network(300)])
            .case(AdamaxOptions { lr: 0.1, betas: (0.9, 0.99), ..good }, [Rosenbrock(4000, 1e-2)])
            .path("adamax", read)
            .path("adamax_decay", read)
            .path("adamax_betas", move |settings| AdamaxOptions {
                betas: two(settings, "betas"),
                eps: number(settings, "eps"),
                ..read(settings)
            })
            .refuses(AdamaxOptions { lr: -1.0, ..good }, "adamax: lr is -1, it must be a number that is not negative")
            .refuses(
                AdamaxOptions { betas: (1.0, 0.999), ..good },
                "adamax: betas.0 is 1, it must be at least 0 and below 1",
            )
            .refuses(
                AdamaxOptions { betas: (0.9, -1.0), ..good },
                "adamax: betas.1 is -1, it must be at least 0 and below 1",
            )
            .refuses(AdamaxOptions { eps: -1.0, ..good }, "adamax: eps is -1, it must be a number that is not negative")
            .refuses(
                AdamaxOptions { weight_decay: f64::NAN, ..good },
                "adamax: weight_decay is NaN, it must be a number that is not negative",
            )
    }
}
