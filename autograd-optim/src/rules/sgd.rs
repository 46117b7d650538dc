//! `Sgd`: steps along the gradient, with momentum.

use crate::rules::prelude::*;

/// The settings of [`Sgd`]; a number alone is the learning rate. The default is PyTorch's: plain steps of rate 0.001.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SgdOptions {
    /// The learning rate.
    pub lr: f64,
    /// The share of the velocity that is kept.
    pub momentum: f64,
    /// The share of the gradient that does not enter the velocity.
    pub dampening: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// Whether the step looks ahead along the velocity (Nesterov 1983, in the form of Sutskever et al. 2013 as PyTorch writes it).
    pub nesterov: bool,
    /// Whether steps go uphill.
    pub maximize: bool,
    /// What the velocity sums.
    pub velocity: Velocity,
}

/// What the velocity of [`Sgd`] sums. While the rate stays the same, both take the same steps; a schedule makes them differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Velocity {
    /// Gradients, as PyTorch: a new rate acts on all of the velocity at once.
    #[default]
    Gradients,
    /// Steps, as the lecture and Sutskever et al. 2013: a new rate acts on the gradients to come.
    Steps,
}

impl Default for SgdOptions {
    fn default() -> Self {
        SgdOptions {
            lr: 1e-3,
            momentum: 0.0,
            dampening: 0.0,
            weight_decay: 0.0,
            nesterov: false,
            maximize: false,
            velocity: Velocity::Gradients,
        }
    }
}

impl From<f64> for SgdOptions {
    fn from(lr: f64) -> Self {
        SgdOptions { lr, ..SgdOptions::default() }
    }
}

/// Gradient descent on mini-batches, with momentum if it is asked for.
///
/// ```text
/// g ← dw + weight_decay · w
/// v ← momentum · v + (1 - dampening) · g      v = g in the first step
/// w ← w - lr · v                              nesterov: w - lr · (g + momentum · v)
/// ```
///
/// This is PyTorch's form. With [`Velocity::Steps`] it is the lecture's, whose velocity is the step itself:
///
/// ```text
/// v ← momentum · v - lr · (1 - dampening) · g
/// w ← w + v                                   nesterov: w - momentum · (v before) + (1 + momentum) · v
/// ```
///
/// (Robbins and Monro 1951; Polyak 1964; Sutskever et al. 2013; CS231n, "Neural Networks Part 3".)
///
/// Remembers `momentum_buffer` (v) if there is momentum.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Optimizer, Sgd, SgdOptions};
/// let w = Parameter::new([1.0, 2.0]);
/// let mut optimizer = Sgd::new(vec![w.clone()], SgdOptions { lr: 0.5, momentum: 0.5, ..Default::default() })?;
/// for expected in [[0.5, 1.5], [-0.25, 0.75]] {
///     optimizer.step(&w.var().sum().backward())?;
///     assert_eq!(w.value().to_vec(), expected);
/// }
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type Sgd<T = f32> = Stepper<SgdOptions, T>;

impl Rule for SgdOptions {
    const NAME: &'static str = "sgd";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("sgd", "lr", self.lr)?;
        check::not_negative("sgd", "momentum", self.momentum)?;
        check::option("sgd", "dampening", self.dampening, "a finite number", self.dampening.is_finite())?;
        check::not_negative("sgd", "weight_decay", self.weight_decay)?;
        let above = !self.nesterov || self.momentum > 0.0;
        check::option("sgd", "momentum", self.momentum, "above 0 where nesterov is set", above)?;
        let zero = !self.nesterov || self.dampening == 0.0;
        check::option("sgd", "dampening", self.dampening, "0 where nesterov is set", zero)
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
        if self.momentum == 0.0 { &[] } else { &["momentum_buffer"] }
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let [lr, mu] = [self.lr, self.momentum].map(T::of);
        if self.momentum == 0.0 {
            return part.each(|w, g, []| (w - lr * g, []));
        }
        // In the first step the velocity is the gradient, whatever the dampening.
        let (keep, fresh) = if part.t == 1 { (T::zero(), T::one()) } else { (mu, T::of(1.0 - self.dampening)) };
        if self.velocity == Velocity::Steps {
            let nesterov = self.nesterov;
            return part.each(|w, g, [before]| {
                let v = keep * before - lr * fresh * g;
                (if nesterov { w - mu * before + (T::one() + mu) * v } else { w + v }, [v])
            });
        }
        if self.nesterov {
            part.each(|w, g, [v]| {
                let v = keep * v + fresh * g;
                (w - lr * (g + mu * v), [v])
            });
        } else {
            part.each(|w, g, [v]| {
                let v = keep * v + fresh * g;
                (w - lr * v, [v])
            });
        }
    }
}

#[cfg(test)]
impl Checked for SgdOptions {
    fn cases() -> Cases {
        let good = SgdOptions::default();
        let read = move |settings: &Value| SgdOptions {
            lr: number(settings, "lr"),
            momentum: number(settings, "momentum"),
            dampening: number(settings, "dampening"),
            weight_decay: number(settings, "weight_decay"),
            nesterov: flag(settings, "nesterov"),
            ..good
        };
        Cases::rule(SgdOptions { lr: 0.05, ..good }, [Quadratic(1000)])
            .case(
                SgdOptions { lr: 0.001, momentum: 0.9, nesterov: true, ..good },
                [Quadratic(3000), Rosenbrock(5000, 1e-4)],
            )
            .case(SgdOptions { lr: 0.1, momentum: 0.9, dampening: 0.5, ..good }, [Network(500)])
            .case(SgdOptions { lr: 0.02, momentum: 0.9, velocity: Velocity::Steps, ..good }, [Quadratic(1000)])
            .path("sgd", read)
            .path("momentum", read)
            .path("nesterov", read)
            .path("momentum", move |settings| SgdOptions { velocity: Velocity::Steps, ..read(settings) })
            .path("nesterov", move |settings| SgdOptions { velocity: Velocity::Steps, ..read(settings) })
            .path("sgd_dampening_maximize", move |settings| SgdOptions { maximize: true, ..read(settings) })
            .refuses(SgdOptions { lr: -0.1, ..good }, "sgd: lr is -0.1, it must be a number that is not negative")
            .refuses(SgdOptions { lr: f64::NAN, ..good }, "sgd: lr is NaN, it must be a number that is not negative")
            .refuses(
                SgdOptions { momentum: -1.0, ..good },
                "sgd: momentum is -1, it must be a number that is not negative",
            )
            .refuses(SgdOptions { dampening: f64::NAN, ..good }, "sgd: dampening is NaN, it must be a finite number")
            .refuses(
                SgdOptions { nesterov: true, ..good },
                "sgd: momentum is 0, it must be above 0 where nesterov is set",
            )
            .refuses(
                SgdOptions { nesterov: true, momentum: 0.9, dampening: 0.1, ..good },
                "sgd: dampening is 0.1, it must be 0 where nesterov is set",
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;
    use autograd_nn::Parameter;

    /// The lecture's lines, with a rate that changes: `v = mu * v - lr * dx` and so on.
    #[test]
    fn steps_are_those_of_the_lecture_also_when_the_rate_changes() {
        for nesterov in [false, true] {
            let w = Parameter::new([1.0, -3.0]);
            let options =
                SgdOptions { lr: 0.1, momentum: 0.9, nesterov, velocity: Velocity::Steps, ..Default::default() };
            let mut optimizer = Sgd::new(vec![w.clone()], options).unwrap();
            let (mut x, mut v) = ([1.0, -3.0], [0.0, 0.0]);
            for lr in [0.1, 0.1, 0.02, 0.05] {
                optimizer.set_lr(lr).unwrap();
                optimizer.step(&w.var().square().sum().backward()).unwrap();
                for (x, v) in x.iter_mut().zip(&mut v) {
                    let before: f64 = *v;
                    *v = 0.9 * *v - lr * 2.0 * *x;
                    *x += if nesterov { -0.9 * before + 1.9 * *v } else { *v };
                }
                let off = |(found, expected): (f64, f64)| (found - expected).abs();
                assert!(w.value().to_vec().into_iter().zip(x).map(off).all(|off| off < 1e-14), "{nesterov}: {x:?}");
            }
        }
    }
}
