//! `Lion`: steps of one size in the direction of a sign.

use crate::rules::prelude::*;

/// The settings of [`Lion`]; a number alone is the learning rate. The default is the paper's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LionOptions {
    /// The learning rate: the size of each step in each element.
    pub lr: f64,
    /// The share of the momentum in the direction of a step, and the share that is kept of it.
    pub betas: (f64, f64),
    /// How fast parameters shrink: by the factor `1 - lr · weight_decay` in a step.
    pub weight_decay: f64,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for LionOptions {
    fn default() -> Self {
        LionOptions { lr: 1e-4, betas: (0.9, 0.99), weight_decay: 0.0, maximize: false }
    }
}

impl From<f64> for LionOptions {
    fn from(lr: f64) -> Self {
        LionOptions { lr, ..LionOptions::default() }
    }
}

/// Evolved sign momentum: every element moves by the learning rate, up or down; with half of Adam's memory.
///
/// ```text
/// c = β₁ m + (1 - β₁) dw
/// w ← w - lr · (sign(c) + weight_decay · w)
/// m ← β₂ m + (1 - β₂) dw
/// ```
///
/// The sign of 0 is 0. PyTorch has no such optimiser; the form and the defaults are those of Chen et al. 2023, algorithm 2 ("Symbolic
/// discovery of optimization algorithms"), who take a rate three to ten times smaller than Adam's and a decay as many times larger.
///
/// Remembers `exp_avg` (m).
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Lion, Optimizer};
/// let w = Parameter::new([1.0, -2.0, 0.0]);
/// let mut optimizer = Lion::new(vec![w.clone()], 0.25)?;
/// optimizer.step(&w.var().square().sum().backward())?;
/// assert_eq!(w.value().to_vec(), [0.75, -1.75, 0.0]);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type Lion<T = f32> = Stepper<LionOptions, T>;

impl Rule for LionOptions {
    const NAME: &'static str = "lion";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("lion", "lr", self.lr)?;
        check::betas("lion", self.betas)?;
        check::not_negative("lion", "weight_decay", self.weight_decay)
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
        &["exp_avg"]
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let (beta1, beta2) = self.betas;
        let [b1, fresh1, b2, fresh2] = [beta1, 1.0 - beta1, beta2, 1.0 - beta2].map(T::of);
        let [lr, keep] = [self.lr, 1.0 - self.lr * self.weight_decay].map(T::of);
        part.each(|w, g, [m]| (keep * w - lr * sign(b1 * m + fresh1 * g), [b2 * m + fresh2 * g]));
    }
}

#[cfg(test)]
impl Checked for LionOptions {
    fn cases() -> Cases {
        let good = LionOptions::default();
        Cases::rule(LionOptions { lr: 0.002, ..good }, [Quadratic(1500), Rosenbrock(3000, 1e-3), Network(600)])
            .case(LionOptions { lr: 0.01, weight_decay: 0.01, ..good }, [Network(400)])
            .without_path("rules::lion::tests::it_follows_the_paper")
            .refuses(LionOptions { lr: -1.0, ..good }, "lion: lr is -1, it must be a number that is not negative")
            .refuses(
                LionOptions { betas: (1.0, 0.99), ..good },
                "lion: betas.0 is 1, it must be at least 0 and below 1",
            )
            .refuses(
                LionOptions { betas: (0.9, -1.0), ..good },
                "lion: betas.1 is -1, it must be at least 0 and below 1",
            )
            .refuses(
                LionOptions { weight_decay: f64::NAN, ..good },
                "lion: weight_decay is NaN, it must be a number that is not negative",
            )
    }
}

#[cfg(test)]
mod tests {
    use super::LionOptions;
    use crate::laws::follow;

    /// Algorithm 2, with the weight decay within the bracket as the paper has it.
    #[test]
    fn it_follows_the_paper() {
        let (lr, beta1, beta2, decay) = (0.03, 0.8, 0.95, 0.2);
        for maximize in [false, true] {
            let options = LionOptions { lr, betas: (beta1, beta2), weight_decay: decay, maximize };
            let mut m = [0.0; 6];
            follow(options, |_, w, g| {
                for i in 0..6 {
                    let g = if maximize { -g[i] } else { g[i] };
                    let c = beta1 * m[i] + (1.0 - beta1) * g;
                    let direction = if c > 0.0 { 1.0 } else { -1.0 };
                    w[i] -= lr * (direction + decay * w[i]);
                    m[i] = beta2 * m[i] + (1.0 - beta2) * g;
                }
            });
        }
    }
}
