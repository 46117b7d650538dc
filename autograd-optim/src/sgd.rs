//! `Sgd`: stochastic gradient descent, with momentum.

use crate::optimizer::{Parameters, check_not_negative, check_option, check_shape, decayed};
use crate::{Error, Optimizer};
use autograd_core::{Gradients, Real, Tensor};
use autograd_nn::Parameter;

/// The options of [`Sgd`]; a number alone is the learning rate. The default is PyTorch's: a rate of 0.001 and nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdOptions {
    /// The learning rate.
    pub lr: f64,
    /// The share of the last step's velocity that is kept.
    pub momentum: f64,
    /// The share of the gradient that is kept out of the velocity.
    pub dampening: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
    /// Whether to step by the gradient plus the velocity to come (Nesterov 1983).
    pub nesterov: bool,
}

impl Default for SgdOptions {
    fn default() -> Self {
        SgdOptions { lr: 1e-3, momentum: 0.0, dampening: 0.0, weight_decay: 0.0, nesterov: false }
    }
}

impl From<f64> for SgdOptions {
    fn from(lr: f64) -> Self {
        SgdOptions { lr, ..SgdOptions::default() }
    }
}

impl SgdOptions {
    fn check(&self) -> Result<(), Error> {
        check_not_negative("sgd", "lr", self.lr)?;
        check_not_negative("sgd", "momentum", self.momentum)?;
        check_option("sgd", "dampening", self.dampening, "a finite number", self.dampening.is_finite())?;
        check_not_negative("sgd", "weight_decay", self.weight_decay)?;
        if self.nesterov {
            let range = "above 0 where nesterov is set";
            check_option("sgd", "momentum", self.momentum, range, self.momentum > 0.0)?;
            let range = "0 where nesterov is set";
            check_option("sgd", "dampening", self.dampening, range, self.dampening == 0.0)?;
        }
        Ok(())
    }
}

/// Stochastic gradient descent, with momentum.
///
/// ```text
/// g ← dw + weight_decay · w
/// v ← momentum · v + (1 - dampening) · g      (v ← g in the first step)
/// w ← w - lr · v                              (lr · (g + momentum · v) with nesterov, lr · g without momentum)
/// ```
///
/// As PyTorch's: the rate multiplies the velocity. The course's form, `v ← momentum · v - lr · dw`, `w ← w + v`, takes the same path while the
/// rate stays the same (Robbins and Monro 1951; Polyak 1964; Sutskever et al. 2013).
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
pub struct Sgd<T: Real = f32> {
    parameters: Parameters<T>,
    options: SgdOptions,
    /// One for each parameter that has taken a step with momentum.
    velocities: Vec<Option<Tensor<T>>>,
}

impl<T: Real> Sgd<T> {
    /// An optimiser of these parameters.
    ///
    /// # Errors
    /// If an option makes no sense, there is no parameter, or one is listed twice.
    pub fn new(parameters: Vec<Parameter<T>>, options: impl Into<SgdOptions>) -> Result<Self, Error> {
        let options = options.into();
        options.check()?;
        let parameters = Parameters::new(parameters)?;
        let velocities = vec![None; parameters.len()];
        Ok(Sgd { parameters, options, velocities })
    }

    /// The options.
    pub fn options(&self) -> &SgdOptions {
        &self.options
    }

    /// The velocity of parameter `i`, in PyTorch's form; `None` before its first step with momentum.
    ///
    /// # Panics
    /// If there is no parameter `i`.
    #[track_caller]
    pub fn velocity(&self, i: usize) -> Option<&Tensor<T>> {
        self.velocities[i].as_ref()
    }

    /// Gives parameter `i` a velocity, as when training goes on.
    ///
    /// # Errors
    /// If it has not the parameter's shape.
    ///
    /// # Panics
    /// If there is no parameter `i`.
    #[track_caller]
    pub fn set_velocity(&mut self, i: usize, velocity: Option<Tensor<T>>) -> Result<(), Error> {
        if let Some(velocity) = &velocity {
            check_shape("the velocity", i, self.parameters.get(i), velocity)?;
        }
        self.velocities[i] = velocity;
        Ok(())
    }
}

impl<T: Real> Optimizer<T> for Sgd<T> {
    fn step(&mut self, gradients: &Gradients<T>) -> Result<(), Error> {
        let SgdOptions { lr, momentum, dampening, weight_decay, nesterov } = self.options;
        let [lr, mu, fresh, decay] = [lr, momentum, 1.0 - dampening, weight_decay].map(T::of);
        for due in self.parameters.due(gradients)? {
            let (dw, velocity) = (due.gradient(), &mut self.velocities[due.i]);
            due.parameter.update(|w| {
                w.write(|w| {
                    if momentum == 0.0 {
                        return w.iter_mut().zip(dw).for_each(|(w, &dw)| *w -= lr * decayed(dw, decay, *w));
                    }
                    // In the first step the velocity is the gradient, whatever the dampening.
                    let first = velocity.is_none();
                    let (keep, fresh) = if first { (T::zero(), T::one()) } else { (mu, fresh) };
                    velocity.get_or_insert_with(|| due.zeros()).write(|v| {
                        for ((w, &dw), v) in w.iter_mut().zip(dw).zip(v) {
                            let g = decayed(dw, decay, *w);
                            *v = keep * *v + fresh * g;
                            *w -= lr * if nesterov { g + mu * *v } else { *v };
                        }
                    });
                });
            });
        }
        Ok(())
    }

    fn lr(&self) -> f64 {
        self.options.lr
    }

    fn set_lr(&mut self, lr: f64) -> Result<(), Error> {
        check_not_negative("sgd", "lr", lr)?;
        self.options.lr = lr;
        Ok(())
    }
}
