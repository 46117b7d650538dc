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
}

impl Default for SgdOptions {
    fn default() -> Self {
        SgdOptions { lr: 1e-3, momentum: 0.0, dampening: 0.0, weight_decay: 0.0, nesterov: false, maximize: false }
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
/// As PyTorch's; the course's velocity is this one times -lr, which is the same while the rate stays the same (Robbins and Monro 1951;
/// Polyak 1964; Sutskever et al. 2013).
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
            .path("sgd", read)
            .path("momentum", read)
            .path("nesterov", read)
            .path("sgd_dampening_maximize", move |settings| SgdOptions { maximize: true, ..read(settings) })
            .refuses(SgdOptions { lr: -0.1, ..good }, "sgd: lr is -0.1, it must be a number that is not negative")
            .refuses(SgdOptions { lr: f64::NAN, ..good }, "sgd: lr is NaN, it must be a number that is not negative")
            .refuses(SgdOptions { momentum: -1.0, ..good }, "sgd: momentum is -1, it must be a number that is not negative")
            .refuses(SgdOptions { dampening: f64::NAN, ..good }, "sgd: dampening is NaN, it must be a finite number")
            .refuses(SgdOptions { nesterov: true, ..good }, "sgd: momentum is 0, it must be above 0 where nesterov is set")
            .refuses(
                SgdOptions { nesterov: true, momentum: 0.9, dampening: 0.1, ..good },
                "sgd: dampening is 0.1, it must be 0 where nesterov is set",
            )
    }
}
