//! `Adam`: steps scaled by the moments of the gradient.

use crate::rules::prelude::*;

/// The settings of [`Adam`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamOptions {
    /// The learning rate: about the size of a step in each element.
    pub lr: f64,
    /// The shares of the first and second moment that are kept.
    pub betas: (f64, f64),
    /// What is added to the root of the second moment.
    pub eps: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// Whether steps are scaled by the largest second moment so far (Reddi, Kale and Kumar 2018, algorithm 2).
    pub amsgrad: bool,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for AdamOptions {
    fn default() -> Self {
        AdamOptions { lr: 1e-3, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0, amsgrad: false, maximize: false }
    }
}

impl From<f64> for AdamOptions {
    fn from(lr: f64) -> Self {
        AdamOptions { lr, ..AdamOptions::default() }
    }
}

/// Adaptive moment estimation: steps in each element of about the learning rate, whatever the size of the gradient.
///
/// ```text
/// g ← dw + weight_decay · w
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// w ← w - lr · m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + eps)      in step t = 1, 2, ..
/// ```
///
/// With `amsgrad` the largest `v` so far stands in the last line. As PyTorch's (Kingma and Ba 2015, algorithm 1). Steps are counted for each
/// parameter, so one that no gradient reached for a while is corrected for the steps it took.
///
/// Remembers `exp_avg` (m), `exp_avg_sq` (v) and with `amsgrad` `max_exp_avg_sq`.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Adam, Optimizer};
/// let w = Parameter::new([1.0f64, 2.0]);
/// let mut optimizer = Adam::new(vec![w.clone()], 0.25)?;
/// optimizer.step(&(w.var() * w.var()).sum().backward())?;
/// let after = w.value().to_vec();
/// assert!((after[0] - 0.75).abs() < 1e-6 && (after[1] - 1.75).abs() < 1e-6); // the first step is lr, whatever the gradient
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type Adam<T = f32> = Stepper<AdamOptions, T>;

impl Rule for AdamOptions {
    const NAME: &'static str = "adam";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("adam", "lr", self.lr)?;
        check::betas("adam", self.betas)?;
        check::not_negative("adam", "eps", self.eps)?;
        check::not_negative("adam", "weight_decay", self.weight_decay)
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
        if self.amsgrad { &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] } else { &["exp_avg", "exp_avg_sq"] }
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        self.move_shrunk(part, 1.0);
    }
}

impl AdamOptions {
    /// Moves a part that is multiplied with `keep` first, which leaves it as it is if that is 1.
    pub(super) fn move_shrunk<T: Real>(&self, part: Part<'_, T>, keep: f64) {
        let keep = T::of(keep);
        let (beta1, beta2) = self.betas;
        let [b1, fresh1, b2, fresh2, eps] = [beta1, 1.0 - beta1, beta2, 1.0 - beta2, self.eps].map(T::of);
        // In double precision, so that 1 - βᵗ keeps its digits in the first steps.
        let t = part.t as f64;
        let rate = T::of(self.lr / (1.0 - beta1.powf(t)));
        let correction = T::of((1.0 - beta2.powf(t)).sqrt().recip());
        if self.amsgrad {
            part.each(|w, g, [m, v, top]| {
                let (m, v) = (b1 * m + fresh1 * g, b2 * v + fresh2 * g * g);
                let top = top.max(v);
                (keep * w - rate * m / (top.sqrt() * correction + eps), [m, v, top])
            });
        } else {
            part.each(|w, g, [m, v]| {
                let (m, v) = (b1 * m + fresh1 * g, b2 * v + fresh2 * g * g);
                (keep * w - rate * m / (v.sqrt() * correction + eps), [m, v])
            });
        }
    }
}

#[cfg(test)]
impl Checked for AdamOptions {
    fn cases() -> Cases {
        let good = AdamOptions::default();
        Cases::rule(AdamOptions { lr: 0.1, ..good }, [Quadratic(300), Rosenbrock(2000, 1e-4), Network(200)])
            .path("adam", move |settings| AdamOptions { lr: number(settings, "lr"), ..good })
            .path("adam_amsgrad_decay", move |settings| AdamOptions {
                lr: number(settings, "lr"),
                weight_decay: number(settings, "weight_decay"),
                amsgrad: true,
                ..good
            })
            .refuses(
                AdamOptions { lr: f64::INFINITY, ..good },
                "adam: lr is inf, it must be a number that is not negative",
            )
            .refuses(
                AdamOptions { betas: (1.0, 0.999), ..good },
                "adam: betas.0 is 1, it must be at least 0 and below 1",
            )
            .refuses(
                AdamOptions { betas: (0.9, -0.1), ..good },
                "adam: betas.1 is -0.1, it must be at least 0 and below 1",
            )
            .refuses(
                AdamOptions { eps: -1e-8, ..good },
                "adam: eps is -0.00000001, it must be a number that is not negative",
            )
            .refuses(
                AdamOptions { weight_decay: f64::NAN, ..good },
                "adam: weight_decay is NaN, it must be a number that is not negative",
            )
    }
}
