//! `NAdam`: Adam with Nesterov's look ahead.

use crate::rules::prelude::*;

/// The settings of [`NAdam`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NAdamOptions {
    /// The learning rate: about the size of a step in each element.
    pub lr: f64,
    /// The shares of the first and second moment that are kept.
    pub betas: (f64, f64),
    /// What is added to the root of the second moment.
    pub eps: f64,
    /// The factor of the parameter that is added to its gradient, or how fast parameters shrink if decay is decoupled.
    pub weight_decay: f64,
    /// How fast the momentum rises from about half of `betas.0` to the whole of it.
    pub momentum_decay: f64,
    /// Whether parameters shrink by the factor `1 - lr · weight_decay` instead, as those of [`AdamW`](crate::AdamW).
    pub decoupled_weight_decay: bool,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for NAdamOptions {
    fn default() -> Self {
        NAdamOptions {
            lr: 2e-3,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 0.0,
            momentum_decay: 4e-3,
            decoupled_weight_decay: false,
            maximize: false,
        }
    }
}

impl From<f64> for NAdamOptions {
    fn from(lr: f64) -> Self {
        NAdamOptions { lr, ..NAdamOptions::default() }
    }
}

/// [`Adam`](crate::Adam) with the momentum of the next step: it moves as if the gradient of this step had already entered the velocity.
///
/// ```text
/// g ← dw + weight_decay · w                          decoupled: g = dw, w ← (1 - lr · weight_decay) w
/// μₜ = β₁ (1 - ½ · 0.96^(t · momentum_decay))
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// s = (1 - μₜ) / (1 - μ₁ ⋯ μₜ) · g + μₜ₊₁ / (1 - μ₁ ⋯ μₜ₊₁) · m
/// w ← w - lr · s / (√(v / (1 - β₂ᵗ)) + eps)          in step t = 1, 2, ..
/// ```
///
/// As PyTorch's (Dozat 2016, algorithm 2, but the running mean keeps the share β₁ throughout; his schedule has 1/250 as `momentum_decay`).
///
/// Remembers `exp_avg` (m), `exp_avg_sq` (v), and as its number the product of the momenta.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{NAdam, Optimizer};
/// let w = Parameter::new([4.0f64, -3.0]);
/// let mut optimizer = NAdam::new(vec![w.clone()], 0.1)?;
/// for _ in 0..200 {
///     optimizer.step(&w.var().square().sum().backward())?;
/// }
/// assert!(w.value().to_vec().iter().all(|w| w.abs() < 1e-3));
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type NAdam<T = f32> = Stepper<NAdamOptions, T>;

impl NAdamOptions {
    /// The momentum of step `t`.
    fn momentum(&self, t: u64) -> f64 {
        self.betas.0 * (1.0 - 0.5 * 0.96f64.powf(t as f64 * self.momentum_decay))
    }
}

impl Rule for NAdamOptions {
    const NAME: &'static str = "nadam";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("nadam", "lr", self.lr)?;
        check::betas("nadam", self.betas)?;
        check::not_negative("nadam", "eps", self.eps)?;
        check::not_negative("nadam", "weight_decay", self.weight_decay)?;
        check::not_negative("nadam", "momentum_decay", self.momentum_decay)
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

    fn advance(&self, t: u64, product: f64) -> f64 {
        product * self.momentum(t)
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let (beta1, beta2) = self.betas;
        let [b1, fresh1, b2, fresh2, eps] = [beta1, 1.0 - beta1, beta2, 1.0 - beta2, self.eps].map(T::of);
        let keep = T::of(if self.decoupled_weight_decay { 1.0 - self.lr * self.weight_decay } else { 1.0 });
        // In double precision, as the differences from 1 lose digits.
        let [now, next] = [part.t, part.t + 1].map(|t| self.momentum(t));
        let product = part.number[1];
        let of_gradient = T::of(self.lr * (1.0 - now) / (1.0 - product));
        let of_moment = T::of(self.lr * next / (1.0 - product * next));
        let correction = T::of((1.0 - beta2.powf(part.t as f64)).sqrt().recip());
        part.each(|w, g, [m, v]| {
            let (m, v) = (b1 * m + fresh1 * g, b2 * v + fresh2 * g * g);
            let step = (of_gradient * g + of_moment * m) / (v.sqrt() * correction + eps);
            (keep * w - step, [m, v])
        });
    }
}

#[cfg(test)]
impl Checked for NAdamOptions {
    fn cases() -> Cases {
        let good = NAdamOptions::default();
        let read = move |settings: &Value| NAdamOptions {
            lr: number(settings, "lr"),
            weight_decay: number(settings, "weight_decay"),
            decoupled_weight_decay: flag(settings, "decoupled_weight_decay"),
            maximize: flag(settings, "maximize"),
            ..good
        };
        Cases::rule(NAdamOptions { lr: 0.1, ..good }, [Quadratic(300), Network(200)])
            .case(NAdamOptions { lr: 0.03, ..good }, [Rosenbrock(3000, 1e-3)])
            .case(NAdamOptions { lr: 0.05, weight_decay: 0.01, decoupled_weight_decay: true, ..good }, [Network(300)])
            .path("nadam", read)
            .path("nadam_decay", move |settings| NAdamOptions {
                momentum_decay: number(settings, "momentum_decay"),
                ..read(settings)
            })
            .path("nadam_decoupled", read)
            .path("nadam_maximize", move |settings| NAdamOptions {
                betas: two(settings, "betas"),
                eps: number(settings, "eps"),
                ..read(settings)
            })
            .refuses(NAdamOptions { lr: -1.0, ..good }, "nadam: lr is -1, it must be a number that is not negative")
            .refuses(
                NAdamOptions { betas: (1.0, 0.999), ..good },
                "nadam: betas.0 is 1, it must be at least 0 and below 1",
            )
            .refuses(
                NAdamOptions { betas: (0.9, 1.5), ..good },
                "nadam: betas.1 is 1.5, it must be at least 0 and below 1",
            )
            .refuses(
                NAdamOptions { eps: f64::NAN, ..good },
                "nadam: eps is NaN, it must be a number that is not negative",
            )
            .refuses(
                NAdamOptions { weight_decay: -1.0, ..good },
                "nadam: weight_decay is -1, it must be a number that is not negative",
            )
            .refuses(
                NAdamOptions { momentum_decay: -1.0, ..good },
                "nadam: momentum_decay is -1, it must be a number that is not negative",
            )
    }
}
