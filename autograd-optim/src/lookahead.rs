//! `Lookahead`: an optimiser that explores, and a second set of weights that follows it.

use crate::{Error, Optimizer, OptimizerState, check, group};
use autograd_core::{Gradients, Real, Tensor, for_each_part};
use autograd_nn::Parameter;
use autograd_nn::state::AnyTensor;
use serde::{Deserialize, Serialize};

const NAME: &str = "lookahead";
/// What stands before the entries of the inner optimiser and of the slow weights in a state.
const INNER: &str = "optimizer";
const SLOW: &str = "slow";
/// Elements of a part: enough to be worth handing over to a thread.
const PART: usize = 1 << 14;

/// The settings of [`Lookahead`]. The default is the paper's for images: five steps, half of the way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookaheadOptions {
    /// The steps of the inner optimiser before the slow weights follow.
    pub k: u64,
    /// The part of the way to the fast weights that the slow ones go.
    pub alpha: f64,
}

impl Default for LookaheadOptions {
    fn default() -> Self {
        LookaheadOptions { k: 5, alpha: 0.5 }
    }
}

impl LookaheadOptions {
    fn check(&self) -> Result<(), Error> {
        check::option(NAME, "k", self.k as f64, "at least 1", self.k > 0)?;
        let within = self.alpha > 0.0 && self.alpha <= 1.0;
        check::option(NAME, "alpha", self.alpha, "above 0 and at most 1", within)
    }
}

/// Any optimiser, which moves the fast weights, and after every `k` of its steps slow ones that go a part of the way and take the fast ones back.
///
/// ```text
/// w ← inner step                            each step
/// s ← s + alpha (w - s);  w ← s             every k steps
/// ```
///
/// The slow weights lower the variance of the inner optimiser, which may then take larger steps (Zhang et al. 2019, "Lookahead Optimizer",
/// algorithm 1). What the inner optimiser remembers stays. PyTorch has no such optimiser.
///
/// Frozen parameters stay, as in any optimiser, and so do those that no gradient has reached since the slow weights followed last.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Lookahead, LookaheadOptions, Optimizer, Sgd};
///
/// let w = Parameter::new([0.0]);
/// let sgd = Sgd::new(vec![w.clone()], 1.0)?;
/// let mut optimizer = Lookahead::new(sgd, LookaheadOptions { k: 2, alpha: 0.5 })?;
/// for expected in [-1.0, -1.0, -2.0, -2.0] {
///     optimizer.step(&w.var().sum().backward())?;
///     assert_eq!(w.value().to_vec(), [expected]);
/// }
/// # Ok::<(), autograd_optim::Error>(())
/// ```
///
/// Remembers the slow weights and the steps since they followed, besides what the inner optimiser does.
pub struct Lookahead<O, T: Real = f32> {
    inner: O,
    options: LookaheadOptions,
    /// The steps since the slow weights followed.
    steps: u64,
    places: Vec<Place<T>>,
}

struct Place<T: Real> {
    name: String,
    parameter: Parameter<T>,
    slow: Tensor<T>,
}

/// What a state holds of this and of the inner optimiser besides tensors.
#[derive(Serialize, Deserialize)]
struct Settings {
    #[serde(flatten)]
    options: LookaheadOptions,
    steps: u64,
    optimizer: String,
    groups: Vec<serde_json::Value>,
}

impl<T: Real, O: Optimizer<T>> Lookahead<O, T> {
    /// Wraps an optimiser; the slow weights begin where its parameters are.
    ///
    /// # Errors
    /// If a setting makes no sense.
    pub fn new(inner: O, options: LookaheadOptions) -> Result<Self, Error> {
        options.check()?;
        let place = |(name, parameter): (String, Parameter<T>)| {
            let slow = parameter.value().contiguous();
            Place { name, parameter, slow }
        };
        let places = inner.parameters().into_iter().map(place).collect();
        Ok(Lookahead { inner, options, steps: 0, places })
    }

    /// The inner optimiser.
    pub fn inner(&self) -> &O {
        &self.inner
    }

    /// The inner optimiser, to change its settings.
    pub fn inner_mut(&mut self) -> &mut O {
        &mut self.inner
    }

    /// The settings.
    pub fn options(&self) -> &LookaheadOptions {
        &self.options
    }

    /// Each parameter's name with its slow weights.
    pub fn slow(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor<T>)> {
        self.places.iter().map(|place| (place.name.as_str(), &place.slow))
    }

    /// Counts a step that the inner optimiser took.
    fn advance(&mut self) {
        self.steps += 1;
        if self.steps == self.options.k {
            self.steps = 0;
            self.follow();
        }
    }

    /// Moves the slow weights, and the fast ones to them.
    fn follow(&mut self) {
        let alpha = T::of(self.options.alpha);
        let places = self.places.iter_mut().filter(|place| place.parameter.is_trainable());
        let (mut guards, mut slow): (Vec<_>, Vec<_>) =
            places.map(|place| (place.parameter.lock(), place.slow.as_mut_slice())).unzip();
        let work = slow.iter().map(|slow| slow.len()).sum();
        let pairs = guards.iter_mut().zip(&mut slow);
        let parts = pairs.flat_map(|(fast, slow)| fast.elements().chunks_mut(PART).zip(slow.chunks_mut(PART)));
        for_each_part(parts, work, |(fast, slow): (&mut [T], &mut [T])| {
            for (w, s) in fast.iter_mut().zip(slow) {
                // An infinite weight, as in a mask, has no difference to itself.
                if *w != *s {
                    *s += alpha * (*w - *s);
                    *w = *s;
                }
            }
        });
    }
}

impl<T: Real, O: Optimizer<T>> Optimizer<T> for Lookahead<O, T> {
    fn step_scaled(&mut self, gradients: &Gradients<T>, scale: f64) -> Result<(), Error> {
        self.inner.step_scaled(gradients, scale)?;
        self.advance();
        Ok(())
    }

    fn step_clipped(&mut self, gradients: &Gradients<T>, max_norm: f64) -> Result<f64, Error> {
        let norm = self.inner.step_clipped(gradients, max_norm)?;
        self.advance();
        Ok(norm)
    }

    fn groups(&self) -> usize {
        self.inner.groups()
    }

    #[track_caller]
    fn group_lr(&self, group: usize) -> f64 {
        self.inner.group_lr(group)
    }

    #[track_caller]
    fn set_group_lr(&mut self, group: usize, lr: f64) -> Result<(), Error> {
        self.inner.set_group_lr(group, lr)
    }

    fn parameters(&self) -> Vec<(String, Parameter<T>)> {
        self.inner.parameters()
    }

    /// Entries of the inner optimiser begin with `optimizer.`, those of slow weights with `slow.`.
    fn state(&self) -> OptimizerState {
        let OptimizerState { optimizer, groups, tensors } = self.inner.state();
        let settings = Settings { options: self.options, steps: self.steps, optimizer, groups };
        let mut state = OptimizerState::new(NAME, &[&settings]);
        let inner = tensors.iter().map(|(name, tensor)| (format!("{INNER}.{name}"), tensor.clone()));
        let slow = self.places.iter().map(|place| (format!("{SLOW}.{}", place.name), AnyTensor::of(&place.slow)));
        state.tensors = inner.chain(slow).collect();
        state
    }

    fn load_state(&mut self, state: &OptimizerState) -> Result<(), Error> {
        let settings = state.settings_with(NAME, 1, |settings: &Settings| settings.options.check())?;
        let [Settings { options, steps, optimizer, groups }] =
            settings.try_into().unwrap_or_else(|_| unreachable!("one group was asked for"));
        check::option(NAME, "steps", steps as f64, "below k", steps < options.k)?;
        let mut slow = state.tensors.part(SLOW);
        let known = |name: &&str| name.split_once('.').is_some_and(|(part, _)| part == INNER || part == SLOW);
        if let Some(name) = state.tensors.names().find(|name| !known(name)) {
            return Err(Error::Unknown { name: name.to_owned() });
        }
        let mut weights = Vec::with_capacity(self.places.len());
        for Place { name, parameter, .. } in &self.places {
            let missing = || Error::Missing { entry: format!("{SLOW}.{name}") };
            let value = slow.remove(name).ok_or_else(missing)?.to_real::<T>().contiguous();
            group::check_shape("the slow weights", name, parameter, &value)?;
            weights.push(value);
        }
        if let Some(name) = slow.names().next() {
            return Err(Error::Unknown { name: name.to_owned() });
        }
        self.inner.load_state(&OptimizerState { optimizer, groups, tensors: state.tensors.part(INNER) })?;
        (self.options, self.steps) = (options, steps);
        self.places.iter_mut().zip(weights).for_each(|(place, weights)| place.slow = weights);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::{self, Cases, Checked, Task::*};
    use crate::{Adam, Sgd, SgdOptions};
    use autograd_core::Generator;

    impl Checked for LookaheadOptions {
        fn cases() -> Cases {
            let good = LookaheadOptions::default();
            let refuses = |options: LookaheadOptions| {
                move || Lookahead::new(Sgd::<f64>::new(vec![Parameter::new([1.0])], 0.1)?, options).map(drop)
            };
            Cases::new(
                move |parameters| {
                    let sgd = Sgd::new(parameters, SgdOptions { lr: 0.05, momentum: 0.9, ..Default::default() })?;
                    Ok(Box::new(Lookahead::new(sgd, good)?))
                },
                [Quadratic(1000)],
            )
            .case_of(
                // One within the other.
                |parameters| {
                    let inner = Lookahead::new(Adam::new(parameters, 0.05)?, LookaheadOptions { k: 2, alpha: 0.8 })?;
                    Ok(Box::new(Lookahead::new(inner, LookaheadOptions { k: 3, alpha: 0.5 })?))
                },
                [Network(600), Rosenbrock(3000, 1e-2)],
            )
            .without_path("lookahead::tests::the_slow_weights_follow_the_algorithm")
            .refuses_to(refuses(LookaheadOptions { k: 0, ..good }), "lookahead: k is 0, it must be at least 1")
            .refuses_to(
                refuses(LookaheadOptions { alpha: 0.0, ..good }),
                "lookahead: alpha is 0, it must be above 0 and at most 1",
            )
            .refuses_to(
                refuses(LookaheadOptions { alpha: f64::NAN, ..good }),
                "lookahead: alpha is NaN, it must be above 0 and at most 1",
            )
        }
    }

    #[test]
    fn suite() {
        laws::check::<LookaheadOptions>();
    }

    /// Algorithm 1 of the paper in plain loops, around gradient descent with momentum.
    #[test]
    fn the_slow_weights_follow_the_algorithm() {
        let (lr, mu, k, alpha) = (0.1, 0.7, 3, 0.6);
        let generator = &mut Generator::seed(6);
        let mut draw = || Tensor::<f64>::normal([2, 3], 0.0, 1.0, generator);
        let w = Parameter::new(draw());
        let sgd = Sgd::new(vec![w.clone()], SgdOptions { lr, momentum: mu, ..Default::default() }).unwrap();
        let mut optimizer = Lookahead::new(sgd, LookaheadOptions { k, alpha }).unwrap();
        let mut slow = w.value().to_vec();
        let (mut fast, mut velocity) = (slow.clone(), vec![0.0; slow.len()]);
        for step in 1..=14 {
            let gradient = draw();
            optimizer.step(&(w.var() * 1.0).backward_with(&gradient)).unwrap();
            for (i, g) in gradient.to_vec().into_iter().enumerate() {
                velocity[i] = mu * velocity[i] + g;
                fast[i] -= lr * velocity[i];
                if step % k == 0 {
                    slow[i] += alpha * (fast[i] - slow[i]);
                    fast[i] = slow[i];
                }
            }
            for (found, expected) in w.value().to_vec().into_iter().zip(&fast) {
                assert!((found - expected).abs() < 1e-14, "step {step}: {found}, not {expected}");
            }
        }
        let (_, found) = optimizer.slow().next().unwrap();
        assert!(found.to_vec().iter().zip(&slow).all(|(found, expected)| (found - expected).abs() < 1e-14));
    }

    #[test]
    fn what_the_state_lacks_or_has_wrong_changes_nothing() {
        let w = Parameter::new([1.0, f64::NEG_INFINITY]);
        let sgd = Sgd::new(vec![w.clone()], SgdOptions { momentum: 0.5, ..0.5.into() }).unwrap();
        let mut optimizer = Lookahead::new(sgd, LookaheadOptions { k: 2, alpha: 0.5 }).unwrap();
        let gradients = (w.var() * 1.0).backward_with(&[1.0, 0.0].into());
        (0..3).for_each(|_| optimizer.step(&gradients).unwrap());
        let good = optimizer.state();
        let names: Vec<&str> = good.tensors.names().collect();
        let slots = ["step", "number", "momentum_buffer"].map(|slot| format!("optimizer.parameter 0.{slot}"));
        assert_eq!(names, [&slots[..], &["slow.parameter 0".to_owned()]].concat());
        assert_eq!(w.value().to_vec()[1], f64::NEG_INFINITY, "a mask stays what it is");

        let mut refused = |change: fn(&mut OptimizerState)| {
            let mut state = good.clone();
            change(&mut state);
            let error = optimizer.load_state(&state).unwrap_err().to_string();
            assert_eq!(optimizer.state(), good);
            error
        };
        let error = refused(|state| drop(state.tensors.remove("slow.parameter 0")));
        assert_eq!(error, "the state lacks slow.parameter 0, or it is not a single count");
        let error = refused(|state| drop(state.tensors.insert("slow.parameter 0", Tensor::from([1.0]))));
        assert_eq!(error, "the slow weights of parameter 0 has shape [1], the parameter [2]");
        let error = refused(|state| drop(state.tensors.insert("slow.other", Tensor::from([1.0]))));
        assert_eq!(error, "there is no parameter for other");
        let error = refused(|state| drop(state.tensors.remove("optimizer.parameter 0.momentum_buffer")));
        assert_eq!(error, "the state lacks parameter 0.momentum_buffer, or it is not a single count");
        let error = refused(|state| state.groups[0]["steps"] = 2.into());
        assert_eq!(error, "lookahead: steps is 2, it must be below k");
        let error = refused(|state| state.groups[0]["optimizer"] = "adam".into());
        assert_eq!(error, "the state is that of adam, the optimiser is sgd");
    }
}
