//! `Adagrad`: steps scaled by the sum of all squared gradients so far.

use crate::rules::prelude::*;

/// The settings of [`Adagrad`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdagradOptions {
    /// The learning rate: about the size of the first step in each element.
    pub lr: f64,
    /// How fast the rate itself falls, as `lr / (1 + (t - 1) lr_decay)`.
    pub lr_decay: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// What the sums of squares begin with.
    pub initial_accumulator_value: f64,
    /// What is added to the root of the sum.
    pub eps: f64,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for AdagradOptions {
    fn default() -> Self {
        AdagradOptions {
            lr: 1e-2,
            lr_decay: 0.0,
            weight_decay: 0.0,
            initial_accumulator_value: 0.0,
            eps: 1e-10,
            maximize: false,
        }
    }
}

impl From<f64> for AdagradOptions {
    fn from(lr: f64) -> Self {
        AdagradOptions { lr, ..AdagradOptions::default() }
    }
}

/// Adaptive gradients: elements that saw large gradients take small steps from then on, rare ones keep large steps.
///
/// ```text
/// g ← dw + weight_decay · w
/// s ← s + g²                                        s = initial_accumulator_value before the first step
/// w ← w - lr / (1 + (t - 1) lr_decay) · g / (√s + eps)      in step t = 1, 2, ..
/// ```
///
/// As PyTorch's (Duchi, Hazan and Singer 2011, figure 1 with diagonal matrices). The sums only grow, so the steps shrink as 1/√t: good for
/// sparse gradients, as of words, too soon at rest for deep networks; [`RmsProp`](crate::RmsProp) forgets instead.
///
/// Remembers `sum` (s).
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Adagrad, Optimizer};
/// let w = Parameter::new([1.0f64, 2.0]);
/// let mut optimizer = Adagrad::new(vec![w.clone()], 0.5)?;
/// optimizer.step(&(w.var() * 3.0).sum().backward())?; // s = 9, g/√s = 1
/// assert!((w.value().to_vec()[0] - 0.5).abs() < 1e-9);
/// optimizer.step(&(w.var() * 4.0).sum().backward())?; // s = 25, g/√s = 0.8
/// assert!((w.value().to_vec()[0] - 0.1).abs() < 1e-9);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type Adagrad<T = f32> = Stepper<AdagradOptions, T>;

impl Rule for AdagradOptions {
    const NAME: &'static str = "adagrad";

    fn check(&self) -> Result<(), Error> {
        check::not_negative("adagrad", "lr", self.lr)?;
        check::not_negative("adagrad", "lr_decay", self.lr_decay)?;
        check::not_negative("adagrad", "weight_decay", self.weight_decay)?;
        check::not_negative("adagrad", "initial_accumulator_value", self.initial_accumulator_value)?;
        check::not_negative("adagrad", "eps", self.eps)
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
        &["sum"]
    }

    fn initial(&self, _: usize) -> f64 {
        self.initial_accumulator_value
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let before = (part.t - 1) as f64;
        let [rate, eps] = [self.lr / (1.0 + before * self.lr_decay), self.eps].map(T::of);
        part.each(|w, g, [s]| {
            let s = s + g * g;
            (w - rate * g / (s.sqrt() + eps), [s])
        });
    }
}

#[cfg(test)]
impl Checked for AdagradOptions {
    fn cases() -> Cases {
        let good = AdagradOptions::default();
        let read = move |settings: &Value| AdagradOptions {
            lr: number(settings, "lr"),
            lr_decay: number(settings, "lr_decay"),
            weight_decay: number(settings, "weight_decay"),
            initial_accumulator_value: number(settings, "initial_accumulator_value"),
            ..good
        };
        Cases::rule(AdagradOptions { lr: 1.0, ..good }, [Quadratic(300), Rosenbrock(4000, 1e-3), Network(200)])
            .case(
                AdagradOptions { lr: 0.5, lr_decay: 1e-3, initial_accumulator_value: 0.1, ..good },
                [Quadratic(500), Network(300)],
            )
            .path("adagrad", read)
            .path("adagrad_decay", read)
            .path("adagrad_maximize", move |settings| AdagradOptions {
                eps: number(settings, "eps"),
                maximize: true,
                ..read(settings)
            })
            .refuses(AdagradOptions { lr: -1.0, ..good }, "adagrad: lr is -1, it must be a number that is not negative")
            .refuses(
                AdagradOptions { lr_decay: f64::NAN, ..good },
                "adagrad: lr_decay is NaN, it must be a number that is not negative",
            )
            .refuses(
                AdagradOptions { weight_decay: -0.5, ..good },
                "adagrad: weight_decay is -0.5, it must be a number that is not negative",
            )
            .refuses(
                AdagradOptions { initial_accumulator_value: -0.1, ..good },
                "adagrad: initial_accumulator_value is -0.1, it must be a number that is not negative",
            )
            .refuses(
                AdagradOptions { eps: f64::INFINITY, ..good },
                "adagrad: eps is inf, it must be a number that is not negative",
            )
    }
}
