//! `Resume`: optimisers in a checkpoint.

use super::ResumeError;
use crate::{Error, Optimizer, OptimizerState};
use autograd_core::Real;
use autograd_nn::Module;
use autograd_nn::state::{Checkpoint, Strictness};
use serde::{Deserialize, Serialize};

/// What begins the name of the value that says that a section is that of an optimiser, and with which settings.
const SETTINGS: &str = "settings of ";
/// The name of an optimiser that is alone.
const OPTIMIZER: &str = "optimizer";

/// Optimisers in a [`Checkpoint`]: training that was interrupted goes on from the file as if it had not been, to the last bit.
///
/// For that a checkpoint holds all that later steps depend on: [`Checkpoint::of`] the model's parameters, buffers and streams of random
/// numbers, this trait the optimiser, and [`Checkpoint::with`] everything else by name, of any type that serde knows. What is usual:
///
/// | what | saved | given back |
/// |---|---|---|
/// | where the data loader stands | `.with("loader", epoch.state())` | `loader.resume(checkpoint.value("loader")?)?` |
/// | a generator of random numbers | `.with("generator", generator.state())` | `Generator::from_state(checkpoint.value("generator")?)` |
/// | the state of a schedule, counters, the best loss so far | `.with("step", step)` | `checkpoint.value("step")?` |
/// | averages of the parameters, [`Ema`](crate::Ema) | `.insert("ema", ema.state())` | `ema.load_state(state)?`, `state` being `checkpoint.section("ema")` |
/// | the state that a recurrent network is in | `.insert("stream", ..)`, a section of tensors | `checkpoint.section("stream")` |
///
/// A [`Tbptt`](autograd_nn::Tbptt) run is saved between two windows, with `k1 >= k2`: windows that overlap hold a graph, which no file does.
///
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::state::Checkpoint;
/// use autograd_nn::{Dropout, Forward, Linear, Module};
/// use autograd_optim::{Adam, Optimizer, Resume};
///
/// #[derive(Module)]
/// struct Net {
///     layer: Linear,
///     dropout: Dropout,
/// }
/// let net = |seed| {
///     let generator = &mut Generator::seed(seed);
///     Net { layer: Linear::new(3, 2, generator), dropout: Dropout::new(0.5, generator) }
/// };
/// let x = Var::constant(Tensor::full([4, 3], 1.0));
/// let step = |net: &Net, adam: &mut Adam| {
///     let loss = net.dropout.forward(&net.layer.forward(&x)).square().sum();
///     let value = loss.item();
///     adam.step(&loss.backward()).map(|()| value)
/// };
/// # let path = std::env::temp_dir().join(format!("resume-doc-{}", std::process::id()));
///
/// let model = net(1);
/// let mut adam = Adam::new(&model, 0.1)?;
/// step(&model, &mut adam)?;
/// Checkpoint::of(&model).with_optimizer(&adam).with("steps", 1).save(&path)?;
///
/// let resumed = net(2);
/// let mut optimizer = Adam::new(&resumed, 0.1)?;
/// let checkpoint = Checkpoint::load(&path)?;
/// checkpoint.resume(&resumed, &mut optimizer)?;
/// assert_eq!(checkpoint.value::<u64>("steps")?, 1);
/// assert_eq!(step(&resumed, &mut optimizer)?.to_bits(), step(&model, &mut adam)?.to_bits());
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Resume: Sized {
    /// The same checkpoint with the state of an optimiser, under the name `optimizer`.
    ///
    /// # Panics
    /// If there is a section of this name already.
    #[must_use]
    #[track_caller]
    fn with_optimizer<T: Real>(self, optimizer: &(impl Optimizer<T> + ?Sized)) -> Self {
        self.with_optimizer_state(OPTIMIZER, optimizer.state())
    }

    /// The same checkpoint with the state of one of several optimisers, or of one that is no [`Optimizer`], as [`Lbfgs`](crate::Lbfgs).
    ///
    /// # Panics
    /// If the name is empty, contains a dot, or is that of a section already.
    #[must_use]
    #[track_caller]
    fn with_optimizer_state(self, name: &str, state: OptimizerState) -> Self;

    /// Gives a model and its optimiser their state back: both, or in case of an error neither.
    ///
    /// Values are read beside it, best before it, so that nothing has changed if one is missing.
    ///
    /// # Errors
    /// If either does not fit.
    fn resume<T: Real>(
        &self,
        model: &(impl Module<T> + ?Sized),
        optimizer: &mut (impl Optimizer<T> + ?Sized),
    ) -> Result<(), ResumeError>;

    /// Gives a model and several optimisers, each under its name, their state back: all, or in case of an error none.
    ///
    /// ```
    /// # use autograd_core::Generator;
    /// # use autograd_nn::{Linear, Module, state::Checkpoint};
    /// # use autograd_optim::{Adam, Optimizer, Resume, Sgd};
    /// # let model: Linear = Linear::new(3, 2, &mut Generator::seed(0));
    /// let mut weights = Adam::new(vec![model.weight.clone()], 0.1)?;
    /// let mut bias = Sgd::new(model.bias.iter().cloned().collect::<Vec<_>>(), 0.2)?;
    /// let checkpoint = Checkpoint::of(&model)
    ///     .with_optimizer_state("weights", weights.state())
    ///     .with_optimizer_state("bias", bias.state());
    /// bias.set_lr(0.3)?;
    /// checkpoint.resume_all(&model, &mut [("weights", &mut weights), ("bias", &mut bias)])?;
    /// assert_eq!(bias.lr(), 0.2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If one does not fit.
    fn resume_all<T: Real>(
        &self,
        model: &(impl Module<T> + ?Sized),
        optimizers: &mut [(&str, &mut dyn Optimizer<T>)],
    ) -> Result<(), ResumeError>;

    /// The state of the optimiser of a name, as it was saved.
    ///
    /// ```
    /// # use autograd_core::Generator;
    /// # use autograd_nn::state::{Checkpoint, Strictness};
    /// # use autograd_nn::{Linear, Module};
    /// # use autograd_optim::{Lbfgs, LbfgsOptions, Resume};
    /// # let model: Linear = Linear::new(3, 2, &mut Generator::seed(0));
    /// let mut lbfgs = Lbfgs::new(&model, LbfgsOptions::default())?;
    /// let checkpoint = Checkpoint::of(&model).with_optimizer_state("lbfgs", lbfgs.state());
    /// checkpoint.check(&model, Strictness::Strict)?; // so that both go on, or neither
    /// lbfgs.load_state(&checkpoint.optimizer_state("lbfgs")?)?;
    /// checkpoint.restore(&model, Strictness::Strict)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If there is none.
    fn optimizer_state(&self, name: &str) -> Result<OptimizerState, ResumeError>;
}

/// The part of an [`OptimizerState`] that is no tensor.
#[derive(Serialize, Deserialize)]
struct Settings {
    optimizer: String,
    groups: Vec<serde_json::Value>,
}

fn unfit(name: &str, source: Error) -> ResumeError {
    ResumeError::Optimizer { name: name.to_owned(), source: Box::new(source) }
}

impl Resume for Checkpoint {
    fn with_optimizer_state(mut self, name: &str, state: OptimizerState) -> Self {
        assert!(self.section(name).is_none(), "with_optimizer: the checkpoint has a section named {name:?} already");
        let OptimizerState { optimizer, groups, tensors } = state;
        self.insert(name, tensors);
        self.with(format!("{SETTINGS}{name}"), Settings { optimizer, groups })
    }

    fn resume<T: Real>(
        &self,
        model: &(impl Module<T> + ?Sized),
        optimizer: &mut (impl Optimizer<T> + ?Sized),
    ) -> Result<(), ResumeError> {
        self.check(model, Strictness::Strict)?;
        optimizer.load_state(&self.optimizer_state(OPTIMIZER)?).map_err(|error| unfit(OPTIMIZER, error))?;
        self.restore(model, Strictness::Strict)?;
        Ok(())
    }

    fn resume_all<T: Real>(
        &self,
        model: &(impl Module<T> + ?Sized),
        optimizers: &mut [(&str, &mut dyn Optimizer<T>)],
    ) -> Result<(), ResumeError> {
        self.check(model, Strictness::Strict)?;
        let states = optimizers.iter().map(|(name, _)| self.optimizer_state(name)).collect::<Result<Vec<_>, _>>()?;
        let before: Vec<OptimizerState> = optimizers.iter().map(|(_, optimizer)| optimizer.state()).collect();
        for (place, state) in states.iter().enumerate() {
            let (name, optimizer) = &mut optimizers[place];
            if let Err(error) = optimizer.load_state(state) {
                let error = unfit(name, error);
                // Those before it have gone on; a state of their own they accept.
                for ((_, optimizer), before) in optimizers.iter_mut().zip(&before).take(place) {
                    optimizer.load_state(before).expect("its own state");
                }
                return Err(error);
            }
        }
        self.restore(model, Strictness::Strict)?;
        Ok(())
    }

    fn optimizer_state(&self, name: &str) -> Result<OptimizerState, ResumeError> {
        let settings = self.get::<Settings>(&format!("{SETTINGS}{name}"))?;
        let (Some(settings), Some(tensors)) = (settings, self.section(name)) else {
            let names = self.values().filter_map(|(value, _)| value.strip_prefix(SETTINGS));
            return Err(ResumeError::NoOptimizer { name: name.to_owned(), has: names.map(str::to_owned).collect() });
        };
        let Settings { optimizer, groups } = settings;
        Ok(OptimizerState { optimizer, groups, tensors: tensors.clone() })
    }
}
