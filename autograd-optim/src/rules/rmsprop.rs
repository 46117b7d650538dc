//! `RmsProp`: steps scaled by a running mean of squared gradients.

use crate::rules::prelude::*;

/// The settings of [`RmsProp`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RmsPropOptions {
    /// The learning rate: about the size of a step in each element.
    pub lr: f64,
    /// The share of the averages that is kept; the course's `decay_rate`.
    pub alpha: f64,
    /// What is added to the root of the mean square.
    pub eps: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// The share of the velocity that is kept.
    pub momentum: f64,
    /// Whether steps are scaled by the standard deviation of the gradient instead (Graves 2013, equations 38 to 41).
    pub centered: bool,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for RmsPropOptions {
    fn default() -> Self {
        RmsPropOptions {
            lr: 1e-2,
            alpha: 0.99,
            eps: 1e-8,
            weight_decay: 0.0,
            momentum: 0.0,
            centered: false,
            maximize: false,
        }
    }
}

impl From<f64> for RmsPropOptions {
    fn from(lr: f64) -> Self {
        RmsPropOptions { lr, ..RmsPropOptions::default() }
    }
}

/// Steps scaled by the root of a mean of squared gradients that forgets.
///
/// ```text
/// g ← dw + weight_decay · w
/// v ← α v + (1 - α) g²
/// r ← √v + eps                   centered: √(v - m²) + eps with m ← α m + (1 - α) g
/// w ← w - lr · g / r             momentum: w - lr · b with b ← momentum · b + g / r
/// ```
///
/// As PyTorch's and CS231n's (Tieleman and Hinton 2012, lecture 6e). The average begins at zero and is not corrected for it, so that the
/// first step is `lr / √(1 - α)`: with the default ten times as long as later ones. Where rounding makes `v - m²` negative it counts as
/// zero; PyTorch's step is NaN there.
///
/// Remembers `square_avg` (v), with momentum `momentum_buffer` (b), and if centred `grad_avg` (m).
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Optimizer, RmsProp, RmsPropOptions};
/// let w = Parameter::new([1.0f64, 200.0]);
/// let mut optimizer = RmsProp::new(vec![w.clone()], RmsPropOptions { lr: 0.1, alpha: 0.75, ..Default::default() })?;
/// optimizer.step(&w.var().square().sum().backward())?;
/// let after = w.value().to_vec(); // v = g²/4, so both steps are 0.2
/// assert!((after[0] - 0.8).abs() < 1e-6 && (after[1] - 199.8).abs() < 1e-6);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
#[doc(alias = "RMSprop")]
pub type RmsProp<T = f32> = Stepper<RmsPropOptions, T>;

impl Rule for RmsPropOptions {
    const NAME: &'static str = "rmsprop";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("rmsprop", "lr", self.lr)?;
        check::share("rmsprop", "alpha", self.alpha)?;
        check::not_negative("rmsprop", "eps", self.eps)?;
        check::not_negative("rmsprop", "weight_decay", self.weight_decay)?;
        check::not_negative("rmsprop", "momentum", self.momentum)
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
        match (self.momentum > 0.0, self.centered) {
            (false, false) => &["square_avg"],
            (true, false) => &["square_avg", "momentum_buffer"],
            (false, true) => &["square_avg", "grad_avg"],
            (true, true) => &["square_avg", "momentum_buffer", "grad_avg"],
        }
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let [lr, alpha, fresh, eps, mu] = [self.lr, self.alpha, 1.0 - self.alpha, self.eps, self.momentum].map(T::of);
        let mean = |average: T, x: T| alpha * average + fresh * x;
        let deviation = |v: T, m: T| {
            let variance = v - m * m;
            if variance < T::zero() { T::zero() } else { variance.sqrt() }
        };
        match (self.momentum > 0.0, self.centered) {
            (false, false) => part.each(|w, g, [v]| {
                let v = mean(v, g * g);
                (w - lr * g / (v.sqrt() + eps), [v])
            }),
            (true, false) => part.each(|w, g, [v, b]| {
                let v = mean(v, g * g);
                let b = mu * b + g / (v.sqrt() + eps);
                (w - lr * b, [v, b])
            }),
            (false, true) => part.each(|w, g, [v, m]| {
                let (v, m) = (mean(v, g * g), mean(m, g));
                (w - lr * g / (deviation(v, m) + eps), [v, m])
            }),
            (true, true) => part.each(|w, g, [v, b, m]| {
                let (v, m) = (mean(v, g * g), mean(m, g));
                let b = mu * b + g / (deviation(v, m) + eps);
                (w - lr * b, [v, b, m])
            }),
        }
    }
}

#[cfg(test)]
impl Checked for RmsPropOptions {
    fn cases() -> Cases {
        let good = RmsPropOptions::default();
        let read = move |settings: &Value| RmsPropOptions {
            lr: number(settings, "lr"),
            weight_decay: number(settings, "weight_decay"),
            momentum: number(settings, "momentum"),
            centered: flag(settings, "centered"),
            maximize: flag(settings, "maximize"),
            ..good
        };
        let read_alpha = move |settings: &Value| RmsPropOptions { alpha: number(settings, "alpha"), ..read(settings) };
        Cases::rule(RmsPropOptions { lr: 0.005, ..good }, [Quadratic(1500), Rosenbrock(4000, 1e-2), Network(400)])
            .case(RmsPropOptions { lr: 0.001, momentum: 0.9, ..good }, [Quadratic(1500), Network(400)])
            .case(RmsPropOptions { lr: 0.002, momentum: 0.5, centered: true, ..good }, [Quadratic(2000)])
            .case(RmsPropOptions { lr: 0.005, centered: true, ..good }, [Quadratic(1500)])
            .path("rmsprop", move |settings| RmsPropOptions { eps: number(settings, "eps"), ..read_alpha(settings) })
            .path("rmsprop_momentum", read)
            .path("rmsprop_centered", read_alpha)
            .path("rmsprop_centered_maximize", read_alpha)
            .refuses(
                RmsPropOptions { lr: f64::NAN, ..good },
                "rmsprop: lr is NaN, it must be a number that is not negative",
            )
            .refuses(RmsPropOptions { alpha: 1.0, ..good }, "rmsprop: alpha is 1, it must be at least 0 and below 1")
            .refuses(
                RmsPropOptions { eps: -1.0, ..good },
                "rmsprop: eps is -1, it must be a number that is not negative",
            )
            .refuses(
                RmsPropOptions { weight_decay: -0.5, ..good },
                "rmsprop: weight_decay is -0.5, it must be a number that is not negative",
            )
            .refuses(
                RmsPropOptions { momentum: f64::INFINITY, ..good },
                "rmsprop: momentum is inf, it must be a number that is not negative",
            )
    }
}

#[cfg(test)]
mod tests {
    use crate::{Optimizer, RmsProp, RmsPropOptions};
    use autograd_nn::Parameter;

    /// A constant gradient has no variance: what rounding leaves of it, below zero too, must not become NaN.
    #[test]
    fn a_constant_gradient_stays_finite_when_centered() {
        let w = Parameter::new(vec![0.0f32; 64]);
        let options = RmsPropOptions { lr: 1e-3, alpha: 0.5, eps: 1.0, centered: true, ..Default::default() };
        let mut optimizer = RmsProp::new(vec![w.clone()], options).unwrap();
        let slope: Vec<f32> = (1..=64).map(|i| 0.1 + 0.37 * i as f32).collect();
        let below_zero = (0..60).any(|_| {
            let gradients = (w.var() * 1.0).backward_with(&slope.clone().into());
            optimizer.step(&gradients).unwrap();
            let slots = &optimizer.memory("parameter 0").unwrap().slots;
            slots[0].to_vec().iter().zip(slots[1].to_vec()).any(|(v, m)| v - m * m < 0.0)
        });
        assert!(below_zero, "the test reaches a variance below zero");
        assert!(w.value().to_vec().iter().all(|w| w.is_finite()));
    }
}
