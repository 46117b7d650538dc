//! `Asgd`: gradient descent that averages where it was.

use crate::rules::prelude::*;

/// The settings of [`Asgd`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AsgdOptions {
    /// The learning rate of the first step.
    pub lr: f64,
    /// How fast parameters shrink, and how fast the rate falls.
    pub lambd: f64,
    /// The power with which the rate falls.
    pub alpha: f64,
    /// The step after which averaging begins.
    pub t0: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for AsgdOptions {
    fn default() -> Self {
        AsgdOptions { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weight_decay: 0.0, maximize: false }
    }
}

impl From<f64> for AsgdOptions {
    fn from(lr: f64) -> Self {
        AsgdOptions { lr, ..AsgdOptions::default() }
    }
}

/// Averaged stochastic gradient descent: steps of a falling rate, and the mean of the points they reached, which has less of their noise.
///
/// ```text
/// g ← dw + weight_decay · w
/// η = lr / (1 + lambd · lr · (t - 1))^alpha
/// w ← (1 - lambd · η) w - η g
/// a ← a + (w - a) / max(1, t - 1 - t0)      in step t = 1, 2, ..
/// ```
///
/// As PyTorch's (Polyak and Juditsky 1992; the schedule is that of Xu 2011), where a rate that is changed takes effect one step later. The
/// model keeps computing with `w`; the mean `a` is read from the [`memory`](Stepper::memory):
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Asgd, AsgdOptions, Optimizer};
/// let w = Parameter::new([0.0f64]);
/// let options = AsgdOptions { lr: 1.0, lambd: 0.0, t0: 0.0, ..Default::default() };
/// let mut optimizer = Asgd::new(vec![w.clone()], options)?;
/// for gradient in [-2.0, 0.0, 0.0, 4.0] {
///     optimizer.step(&(w.var() * gradient).sum().backward())?; // to 2, 2, 2, -2
/// }
/// w.set(optimizer.memory("parameter 0").unwrap().slots[0].clone());
/// assert!((w.value().to_vec()[0] - 2.0 / 3.0).abs() < 1e-6); // the mean of all but the first
/// # Ok::<(), autograd_optim::Error>(())
/// ```
///
/// Remembers `ax` (a).
pub type Asgd<T = f32> = Stepper<AsgdOptions, T>;

impl Rule for AsgdOptions {
    const NAME: &'static str = "asgd";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("asgd", "lr", self.lr)?;
        check::not_negative("asgd", "lambd", self.lambd)?;
        check::not_negative("asgd", "alpha", self.alpha)?;
        check::not_negative("asgd", "t0", self.t0)?;
        check::not_negative("asgd", "weight_decay", self.weight_decay)
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
        &["ax"]
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let before = (part.t - 1) as f64;
        let eta = self.lr / (1.0 + self.lambd * self.lr * before).powf(self.alpha);
        let [rate, keep] = [eta, 1.0 - self.lambd * eta].map(T::of);
        let averaged = before - self.t0;
        if averaged > 1.0 {
            let fresh = T::of(averaged.recip());
            part.each(|w, g, [a]| {
                let w = keep * w - rate * g;
                (w, [a + fresh * (w - a)])
            });
        } else {
            part.each(|w, g, [_]| {
                let w = keep * w - rate * g;
                (w, [w])
            });
        }
    }
}

#[cfg(test)]
impl Checked for AsgdOptions {
    fn cases() -> Cases {
        let good = AsgdOptions::default();
        let read = move |settings: &Value| AsgdOptions {
            lr: number(settings, "lr"),
            lambd: number(settings, "lambd"),
            t0: number(settings, "t0"),
            ..good
        };
        // The decay moves the minimum, so there is next to none of it.
        Cases::rule(AsgdOptions { lr: 0.05, lambd: 1e-7, ..good }, [Quadratic(1000)])
            .case(AsgdOptions { lr: 0.5, t0: 10.0, ..good }, [Network(600)])
            .case(AsgdOptions { lr: 0.0015, lambd: 1e-7, ..good }, [Rosenbrock(10_000, 1e-2)])
            .path("asgd", read)
            .path("asgd_decay_maximize", move |settings| AsgdOptions {
                alpha: number(settings, "alpha"),
                weight_decay: number(settings, "weight_decay"),
                maximize: true,
                ..read(settings)
            })
            .refuses(AsgdOptions { lr: -1.0, ..good }, "asgd: lr is -1, it must be a number that is not negative")
            .refuses(AsgdOptions { lambd: -1.0, ..good }, "asgd: lambd is -1, it must be a number that is not negative")
            .refuses(
                AsgdOptions { alpha: f64::NAN, ..good },
                "asgd: alpha is NaN, it must be a number that is not negative",
            )
            .refuses(AsgdOptions { t0: -1.0, ..good }, "asgd: t0 is -1, it must be a number that is not negative")
            .refuses(
                AsgdOptions { weight_decay: -1.0, ..good },
                "asgd: weight_decay is -1, it must be a number that is not negative",
            )
    }
}

#[cfg(test)]
mod tests {
    use crate::{Asgd, AsgdOptions, Optimizer};
    use autograd_nn::Parameter;

    /// PyTorch's path shows `w` alone.
    #[test]
    fn the_mean_is_that_of_the_points_after_t0() {
        let w = Parameter::new([0.0]);
        let options = AsgdOptions { lr: 0.5, lambd: 0.0, t0: 3.0, ..Default::default() };
        let mut optimizer = Asgd::<f64>::new(vec![w.clone()], options).unwrap();
        let mut reached = Vec::new();
        for step in 0..10 {
            let slope = [f64::from(step).sin()];
            optimizer.step(&(w.var() * 1.0).backward_with(&slope.into())).unwrap();
            reached.push(w.value().to_vec()[0]);
            // Up to the step t0 + 2 each point replaces the mean.
            let averaged = &reached[reached.len().min(5) - 1..];
            let mean = averaged.iter().sum::<f64>() / averaged.len() as f64;
            let found = optimizer.memory("parameter 0").unwrap().slots[0].to_vec()[0];
            assert!((found - mean).abs() < 1e-14, "step {step}: {found}, not {mean}");
        }
    }
}
