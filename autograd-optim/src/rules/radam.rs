//! `RAdam`: Adam that waits until it knows the size of the gradient.

use crate::rules::prelude::*;

/// The settings of [`RAdam`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RAdamOptions {
    /// The learning rate: about the size of a step in each element, once steps are scaled.
    pub lr: f64,
    /// The shares of the first and second moment that are kept.
    pub betas: (f64, f64),
    /// What is added to the root of the second moment, before its correction.
    pub eps: f64,
    /// The factor of the parameter that is added to its gradient, or how fast parameters shrink if decay is decoupled.
    pub weight_decay: f64,
    /// Whether parameters shrink by the factor `1 - lr · weight_decay` instead, as those of [`AdamW`](crate::AdamW).
    pub decoupled_weight_decay: bool,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for RAdamOptions {
    fn default() -> Self {
        RAdamOptions {
            lr: 1e-3,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 0.0,
            decoupled_weight_decay: false,
            maximize: false,
        }
    }
}

impl From<f64> for RAdamOptions {
    fn from(lr: f64) -> Self {
        RAdamOptions { lr, ..RAdamOptions::default() }
    }
}

/// Rectified [`Adam`](crate::Adam): shorter steps while the second moment has seen too few gradients to be trusted, so that no warm-up of
/// the rate is needed.
///
/// ```text
/// g ← dw + weight_decay · w                     decoupled: g = dw, w ← (1 - lr · weight_decay) w
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// ρ∞ = 2 / (1 - β₂) - 1,   ρ = ρ∞ - 2t β₂ᵗ / (1 - β₂ᵗ)
/// r = √( (ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ) )
/// w ← w - lr · m / (1 - β₁ᵗ) · r √(1 - β₂ᵗ) / (√v + eps)       where ρ > 5, in step t = 1, 2, ..
/// w ← w - lr · m / (1 - β₁ᵗ)                                   else: steps of momentum, not scaled
/// ```
///
/// As PyTorch's (Liu et al. 2020, algorithm 2, which begins at ρ > 4). With the default β₂ the first five steps are not scaled: they are
/// proportional to the gradient, and long where it is large.
///
/// Remembers `exp_avg` (m) and `exp_avg_sq` (v).
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Optimizer, RAdam};
/// let w = Parameter::new([1.0f64, 10.0]);
/// let mut optimizer = RAdam::new(vec![w.clone()], 0.25)?;
/// optimizer.step(&w.var().square().sum().backward())?;
/// assert!((w.value().to_vec()[0] - 0.5).abs() < 1e-9); // 1 - 0.25 · 2, as plain descent
/// assert!((w.value().to_vec()[1] - 5.0).abs() < 1e-9);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type RAdam<T = f32> = Stepper<RAdamOptions, T>;

impl RAdamOptions {
    /// The factor of the scaled steps of step `t`, or none while they are not scaled.
    fn rectification(&self, t: f64) -> Option<f64> {
        let beta2 = self.betas.1;
        let kept = beta2.powf(t);
        let most = 2.0 / (1.0 - beta2) - 1.0;
        let length = most - 2.0 * t * kept / (1.0 - kept);
        let squared = || (length - 4.0) * (length - 2.0) * most / ((most - 4.0) * (most - 2.0) * length);
        (length > 5.0).then(|| (squared() * (1.0 - kept)).sqrt())
    }
}

impl Rule for RAdamOptions {
    const NAME: &'static str = "radam";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("radam", "lr", self.lr)?;
        check::betas("radam", self.betas)?;
        check::not_negative("radam", "eps", self.eps)?;
        check::not_negative("radam", "weight_decay", self.weight_decay)
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
        if self.decoupled_weight_decay { 0.0 } else { self.weight_decay }
    }

    fn slots(&self) -> &'static [&'static str] {
        &["exp_avg", "exp_avg_sq"]
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let (beta1, beta2) = self.betas;
        let [b1, fresh1, b2, fresh2, eps] = [beta1, 1.0 - beta1, beta2, 1.0 - beta2, self.eps].map(T::of);
        let keep = T::of(if self.decoupled_weight_decay { 1.0 - self.lr * self.weight_decay } else { 1.0 });
        let t = part.t as f64;
        let rate = self.lr / (1.0 - beta1.powf(t));
        let moments = |g: T, m: T, v: T| (b1 * m + fresh1 * g, b2 * v + fresh2 * g * g);
        if let Some(rectification) = self.rectification(t) {
            let rate = T::of(rate * rectification);
            part.each(|w, g, [m, v]| {
                let (m, v) = moments(g, m, v);
                (keep * w - rate * m / (v.sqrt() + eps), [m, v])
            });
        } else {
            let rate = T::of(rate);
            part.each(|w, g, [m, v]| {
                let (m, v) = moments(g, m, v);
                (keep * w - rate * m, [m, v])
            });
        }
    }
}

#[cfg(test)]
impl Checked for RAdamOptions {
    fn cases() -> Cases {
        let good = RAdamOptions::default();
        let read = move |settings: &Value| RAdamOptions {
            lr: number(settings, "lr"),
            weight_decay: number(settings, "weight_decay"),
            decoupled_weight_decay: flag(settings, "decoupled_weight_decay"),
            maximize: flag(settings, "maximize"),
            ..good
        };
        let read_betas = move |settings: &Value| RAdamOptions { betas: two(settings, "betas"), ..read(settings) };
        Cases::rule(RAdamOptions { lr: 0.1, ..good }, [Quadratic(500), Network(300)])
            .case(RAdamOptions { lr: 0.002, betas: (0.9, 0.99), ..good }, [Rosenbrock(3000, 1e-4)])
            .path("radam", read)
            .path("radam_decay", read_betas)
            .path("radam_decoupled", read_betas)
            .path("radam_maximize", move |settings| RAdamOptions {
                eps: number(settings, "eps"),
                ..read_betas(settings)
            })
            .refuses(RAdamOptions { lr: -1.0, ..good }, "radam: lr is -1, it must be a number that is not negative")
            .refuses(
                RAdamOptions { betas: (-0.5, 0.999), ..good },
                "radam: betas.0 is -0.5, it must be at least 0 and below 1",
            )
            .refuses(
                RAdamOptions { betas: (0.9, 1.0), ..good },
                "radam: betas.1 is 1, it must be at least 0 and below 1",
            )
            .refuses(
                RAdamOptions { eps: f64::NAN, ..good },
                "radam: eps is NaN, it must be a number that is not negative",
            )
            .refuses(
                RAdamOptions { weight_decay: -1.0, ..good },
                "radam: weight_decay is -1, it must be a number that is not negative",
            )
    }
}
