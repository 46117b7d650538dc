//! `Rprop`: a step size for each element that only the signs of its gradients change.

use crate::rules::prelude::*;

/// The settings of [`Rprop`]; a number alone is the size of the first steps. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RpropOptions {
    /// The size of the first step of each element. Changes after a parameter's first step have no effect on it.
    pub lr: f64,
    /// The factors of the step size where the gradient changed its sign, and where it kept it.
    pub etas: (f64, f64),
    /// The bounds of the step size, also of the first.
    pub step_sizes: (f64, f64),
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for RpropOptions {
    fn default() -> Self {
        RpropOptions { lr: 1e-2, etas: (0.5, 1.2), step_sizes: (1e-6, 50.0), maximize: false }
    }
}

impl From<f64> for RpropOptions {
    fn from(lr: f64) -> Self {
        RpropOptions { lr, ..RpropOptions::default() }
    }
}

/// Resilient back-propagation: each element's step grows while its gradient keeps its sign and shrinks when it turns.
///
/// ```text
/// s ← clamp(η⁺ s)      where p · dw > 0
/// s ← clamp(η⁻ s)      where p · dw < 0; the gradient then counts as 0
/// w ← w - sign(dw) · s
/// p ← dw
/// ```
///
/// As PyTorch's (Riedmiller and Braun 1993, in the variant that takes no step back, iRprop⁻ of Igel and Hüsken 2000). For gradients of the
/// whole data: the noise of small batches turns signs.
///
/// Remembers `prev` (p) and `step_size` (s), which begins with `lr`.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Optimizer, Rprop, RpropOptions};
/// let w = Parameter::new([1.0, 100.0]);
/// let options = RpropOptions { lr: 0.5, etas: (0.5, 2.0), ..Default::default() };
/// let mut optimizer = Rprop::new(vec![w.clone()], options)?;
/// for expected in [[0.5, 99.5], [-0.5, 98.5], [-0.5, 96.5], [0.0, 92.5]] {
///     optimizer.step(&w.var().square().sum().backward())?;
///     assert_eq!(w.value().to_vec(), expected);
/// }
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type Rprop<T = f32> = Stepper<RpropOptions, T>;

impl Rule for RpropOptions {
    const NAME: &'static str = "rprop";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("rprop", "lr", self.lr)?;
        let ((shrink, grow), (least, most)) = (self.etas, self.step_sizes);
        check::option("rprop", "etas.0", shrink, "above 0 and below 1", shrink > 0.0 && shrink < 1.0)?;
        check::option("rprop", "etas.1", grow, "a number above 1", grow > 1.0 && grow.is_finite())?;
        check::not_negative("rprop", "step_sizes.0", least)?;
        let good = most >= least && most.is_finite();
        check::option("rprop", "step_sizes.1", most, "a number not below step_sizes.0", good)
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
        &["prev", "step_size"]
    }

    fn initial(&self, slot: usize) -> f64 {
        [0.0, self.lr][slot]
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let [shrink, grow] = [self.etas.0, self.etas.1].map(T::of);
        let [least, most] = [self.step_sizes.0, self.step_sizes.1].map(T::of);
        part.each(|w, g, [previous, size]| {
            // Of the signs, as a product of small gradients would be 0.
            let turn = sign(g) * sign(previous);
            let (factor, g) = if turn > T::zero() {
                (grow, g)
            } else if turn < T::zero() {
                (shrink, T::zero())
            } else {
                (T::one(), g)
            };
            let size = (size * factor).max(least).min(most);
            (w - sign(g) * size, [g, size])
        });
    }
}

#[cfg(test)]
impl Checked for RpropOptions {
    fn cases() -> Cases {
        let good = RpropOptions::default();
        let read = move |settings: &Value| RpropOptions {
            lr: number(settings, "lr"),
            maximize: flag(settings, "maximize"),
            ..good
        };
        Cases::rule(RpropOptions { lr: 0.1, ..good }, [Quadratic(100), Rosenbrock(2000, 1e-2), Network(100)])
            .path("rprop", read)
            .path("rprop_bounds_maximize", move |settings| RpropOptions {
                etas: two(settings, "etas"),
                step_sizes: two(settings, "step_sizes"),
                ..read(settings)
            })
            .refuses(RpropOptions { lr: -1.0, ..good }, "rprop: lr is -1, it must be a number that is not negative")
            .refuses(RpropOptions { etas: (1.0, 1.2), ..good }, "rprop: etas.0 is 1, it must be above 0 and below 1")
            .refuses(RpropOptions { etas: (0.5, 1.0), ..good }, "rprop: etas.1 is 1, it must be a number above 1")
            .refuses(
                RpropOptions { step_sizes: (-1.0, 50.0), ..good },
                "rprop: step_sizes.0 is -1, it must be a number that is not negative",
            )
            .refuses(
                RpropOptions { step_sizes: (1.0, 0.5), ..good },
                "rprop: step_sizes.1 is 0.5, it must be a number not below step_sizes.0",
            )
    }
}
