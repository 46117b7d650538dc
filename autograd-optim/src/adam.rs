//! `Adam`: steps scaled by the moments of the gradient.

use crate::optimizer::{Parameters, check_decay, check_not_negative, check_shape, decayed};
use crate::{Error, Optimizer};
use autograd_core::{Gradients, Real, Tensor};
use autograd_nn::Parameter;

/// The options of [`Adam`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamOptions {
    /// The learning rate: about the size of a step in each element.
    pub lr: f64,
    /// The shares of the first and second moment that are kept.
    pub betas: (f64, f64),
    /// What is added to the root of the second moment.
    pub eps: f64,
    /// The factor of the parameter that is added to its gradient.
    pub weight_decay: f64,
}

impl Default for AdamOptions {
    fn default() -> Self {
        AdamOptions { lr: 1e-3, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0 }
    }
}

impl From<f64> for AdamOptions {
    fn from(lr: f64) -> Self {
        AdamOptions { lr, ..AdamOptions::default() }
    }
}

impl AdamOptions {
    fn check(&self) -> Result<(), Error> {
        check_not_negative("adam", "lr", self.lr)?;
        check_decay("adam", "betas.0", self.betas.0)?;
        check_decay("adam", "betas.1", self.betas.1)?;
        check_not_negative("adam", "eps", self.eps)?;
        check_not_negative("adam", "weight_decay", self.weight_decay)
    }
}

/// What [`Adam`] remembers of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamState<T: Real = f32> {
    /// The number of steps taken.
    pub steps: u64,
    /// The first moment: a running mean of the gradient.
    #[doc(alias = "exp_avg")]
    pub m: Tensor<T>,
    /// The second moment: a running mean of the gradient's square.
    #[doc(alias = "exp_avg_sq")]
    pub v: Tensor<T>,
}

/// Adaptive moment estimation: steps in each element of about the learning rate, whatever the size of the gradient.
///
/// ```text
/// g ← dw + weight_decay · w
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// w ← w - lr · m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + eps)      in step t = 1, 2, ..
/// ```
///
/// As PyTorch's (Kingma and Ba 2015, algorithm 1). Steps are counted for each parameter, so one that no gradient reached for a while is
/// corrected for the steps it took.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Adam, Optimizer};
/// let w = Parameter::new([1.0f64, 2.0]);
/// let mut optimizer = Adam::new(vec![w.clone()], 0.25)?;
/// optimizer.step(&(w.var() * w.var()).sum().backward())?;
/// let after = w.value().to_vec();
/// assert!((after[0] - 0.75).abs() < 1e-6 && (after[1] - 1.75).abs() < 1e-6); // the first step is lr, whatever the gradient
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub struct Adam<T: Real = f32> {
    parameters: Parameters<T>,
    options: AdamOptions,
    /// One for each parameter that has taken a step.
    states: Vec<Option<AdamState<T>>>,
}

impl<T: Real> Adam<T> {
    /// An optimiser of these parameters.
    ///
    /// # Errors
    /// If an option makes no sense, there is no parameter, or one is listed twice.
    pub fn new(parameters: Vec<Parameter<T>>, options: impl Into<AdamOptions>) -> Result<Self, Error> {
        let options = options.into();
        options.check()?;
        let parameters = Parameters::new(parameters)?;
        let states = vec![None; parameters.len()];
        Ok(Adam { parameters, options, states })
    }

    /// The options.
    pub fn options(&self) -> &AdamOptions {
        &self.options
    }

    /// What is remembered of parameter `i`; `None` before its first step.
    ///
    /// # Panics
    /// If there is no parameter `i`.
    #[track_caller]
    pub fn state(&self, i: usize) -> Option<&AdamState<T>> {
        self.states[i].as_ref()
    }

    /// Sets what is remembered of parameter `i`, as when training goes on.
    ///
    /// # Errors
    /// If a moment has not the parameter's shape.
    ///
    /// # Panics
    /// If there is no parameter `i`.
    #[track_caller]
    pub fn set_state(&mut self, i: usize, state: Option<AdamState<T>>) -> Result<(), Error> {
        if let Some(AdamState { m, v, .. }) = &state {
            check_shape("the first moment", i, self.parameters.get(i), m)?;
            check_shape("the second moment", i, self.parameters.get(i), v)?;
        }
        self.states[i] = state;
        Ok(())
    }
}

impl<T: Real> Optimizer<T> for Adam<T> {
    fn step(&mut self, gradients: &Gradients<T>) -> Result<(), Error> {
        let AdamOptions { lr, betas: (beta1, beta2), eps, weight_decay } = self.options;
        let [b1, fresh1, b2, fresh2] = [beta1, 1.0 - beta1, beta2, 1.0 - beta2].map(T::of);
        let [eps, decay] = [eps, weight_decay].map(T::of);
        for due in self.parameters.due(gradients)? {
            let fresh = || AdamState { steps: 0, m: due.zeros(), v: due.zeros() };
            let state = self.states[due.i].get_or_insert_with(fresh);
            state.steps += 1;
            // In double precision, so that 1 - βᵗ keeps its digits in the first steps.
            let t = state.steps as f64;
            let rate = T::of(lr / (1.0 - beta1.powf(t)));
            let scale = T::of((1.0 - beta2.powf(t)).sqrt().recip());
            let dw = due.gradient();
            due.parameter.update(|w| {
                w.write(|w| {
                    state.m.write(|m| {
                        state.v.write(|v| {
                            for (((w, &dw), m), v) in w.iter_mut().zip(dw).zip(m).zip(v) {
                                let g = decayed(dw, decay, *w);
                                *m = b1 * *m + fresh1 * g;
                                *v = b2 * *v + fresh2 * g * g;
                                *w -= rate * *m / (v.sqrt() * scale + eps);
                            }
                        });
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
        check_not_negative("adam", "lr", lr)?;
        self.options.lr = lr;
        Ok(())
    }
}
