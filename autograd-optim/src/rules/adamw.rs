//! `AdamW`: Adam with weight decay that the moments do not see.

use crate::AdamOptions;
use crate::rules::prelude::*;

/// The settings of [`AdamW`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamWOptions {
    /// The learning rate: about the size of a step in each element.
    pub lr: f64,
    /// The shares of the first and second moment that are kept.
    pub betas: (f64, f64),
    /// What is added to the root of the second moment.
    pub eps: f64,
    /// How fast parameters shrink: by the factor `1 - lr · weight_decay` in a step.
    pub weight_decay: f64,
    /// Whether steps are scaled by the largest second moment so far (Reddi, Kale and Kumar 2018, algorithm 2).
    pub amsgrad: bool,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for AdamWOptions {
    fn default() -> Self {
        AdamWOptions { lr: 1e-3, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 1e-2, amsgrad: false, maximize: false }
    }
}

impl From<f64> for AdamWOptions {
    fn from(lr: f64) -> Self {
        AdamWOptions { lr, ..AdamWOptions::default() }
    }
}

/// [`Adam`](crate::Adam) with decoupled weight decay: parameters shrink by a factor instead of by a term in the gradient, which Adam would
/// scale away.
///
/// ```text
/// w ← (1 - lr · weight_decay) w
/// m ← β₁ m + (1 - β₁) dw
/// v ← β₂ v + (1 - β₂) dw²
/// w ← w - lr · m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + eps)      in step t = 1, 2, ..
/// ```
///
/// With `amsgrad` the largest `v` so far stands in the last line. As PyTorch's (Loshchilov and Hutter 2019, algorithm 2, whose λ is
/// `lr · weight_decay`). Decay is on by default; biases and the scales of normalisations are mostly given a [`group`](Stepper::group)
/// without.
///
/// Remembers `exp_avg` (m), `exp_avg_sq` (v) and with `amsgrad` `max_exp_avg_sq`.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{AdamW, AdamWOptions, Optimizer};
/// let [w, b] = [0; 2].map(|_| Parameter::new([10.0f64]));
/// let options = AdamWOptions { lr: 0.5, weight_decay: 0.1, ..Default::default() };
/// let mut optimizer =
///     AdamW::new(vec![w.clone()], options)?.group(vec![b.clone()], AdamWOptions { weight_decay: 0.0, ..options })?;
/// optimizer.step(&(w.var() + b.var()).sum().backward())?;
/// assert!((w.value().item() - 9.0).abs() < 1e-6); // 10 · 0.95 - 0.5
/// assert!((b.value().item() - 9.5).abs() < 1e-6);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type AdamW<T = f32> = Stepper<AdamWOptions, T>;

impl Rule for AdamWOptions {
    const NAME: &'static str = "adamw";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("adamw", "lr", self.lr)?;
        check::betas("adamw", self.betas)?;
        check::not_negative("adamw", "eps", self.eps)?;
        check::not_negative("adamw", "weight_decay", self.weight_decay)
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

    fn slots(&self) -> &'static [&'static str] {
        self.undecayed().slots()
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        self.undecayed().move_shrunk(part, 1.0 - self.lr * self.weight_decay);
    }
}

impl AdamWOptions {
    fn undecayed(&self) -> AdamOptions {
        let AdamWOptions { lr, betas, eps, amsgrad, maximize, .. } = *self;
        AdamOptions { lr, betas, eps, weight_decay: 0.0, amsgrad, maximize }
    }
}

#[cfg(test)]
impl Checked for AdamWOptions {
    fn cases() -> Cases {
        let good = AdamWOptions::default();
        let read = move |settings: &Value| AdamWOptions {
            lr: number(settings, "lr"),
            weight_decay: number(settings, "weight_decay"),
            amsgrad: flag(settings, "amsgrad"),
            maximize: flag(settings, "maximize"),
            ..good
        };
        // Decay moves the minimum, so the exact one is asked for only where there is next to none.
        Cases::rule(AdamWOptions { lr: 0.1, weight_decay: 1e-6, ..good }, [Quadratic(300), Rosenbrock(2000, 1e-4)])
            .case(AdamWOptions { lr: 0.1, amsgrad: true, ..good }, [Network(200)])
            .path("adamw", read)
            .path("adamw_amsgrad_maximize", read)
            .path("adamw_betas", move |settings| AdamWOptions {
                lr: number(settings, "lr"),
                betas: two(settings, "betas"),
                eps: number(settings, "eps"),
                ..good
            })
            .refuses(AdamWOptions { lr: -0.1, ..good }, "adamw: lr is -0.1, it must be a number that is not negative")
            .refuses(
                AdamWOptions { betas: (1.0, 0.999), ..good },
                "adamw: betas.0 is 1, it must be at least 0 and below 1",
            )
            .refuses(
                AdamWOptions { betas: (0.9, f64::NAN), ..good },
                "adamw: betas.1 is NaN, it must be at least 0 and below 1",
            )
            .refuses(AdamWOptions { eps: -1.0, ..good }, "adamw: eps is -1, it must be a number that is not negative")
            .refuses(
                AdamWOptions { weight_decay: -0.01, ..good },
                "adamw: weight_decay is -0.01, it must be a number that is not negative",
            )
    }
}
