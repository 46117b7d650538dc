//! `Checked` and `Cases`: what an optimiser states of itself.

use crate::{Error, Optimizer, OptimizerState, Rule, Stepper};
use autograd_core::Var;
use autograd_nn::Parameter;
use serde_json::Value;

/// An optimiser, named by its settings, that states its cases.
pub(crate) trait Checked {
    fn cases() -> Cases;
}

type Named = Vec<(String, Parameter<f64>)>;
/// Makes an optimiser of parameters.
pub(crate) type Make = Box<dyn Fn(Named) -> Result<Box<dyn Minimizer>, Error> + Sync>;
/// Makes an optimiser of parameters and the settings of a path.
pub(crate) type MakeFrom = Box<dyn Fn(Named, &Value) -> Box<dyn Minimizer>>;

/// An attempt that is refused.
pub(crate) type Attempt = Box<dyn Fn() -> Result<(), Error>>;

/// What an optimiser is to bring low: the problem and the number of steps it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    /// A bowl of condition 20 in four dimensions, to a ten-thousandth of where it begins.
    Quadratic(usize),
    /// Rosenbrock's valley (1960) from (-1.2, 1), where it is 24.2, to this value.
    Rosenbrock(usize, f64),
    /// A matrix from eight products with it, by least squares, to a thousandth of the loss at the beginning.
    Matrix(usize),
    /// The exclusive or by a network of eight hidden units, until it answers rightly with a mean cross entropy below 0.1.
    Network(usize),
}

/// Settings, and what they are to do.
pub(crate) struct Case {
    pub make: Make,
    pub tasks: Vec<Task>,
}

/// The cases of an optimiser.
pub(crate) struct Cases {
    pub cases: Vec<Case>,
    /// Whether a step evaluates the loss itself, and more than once.
    pub evaluates: bool,
    pub paths: Vec<(&'static str, MakeFrom)>,
    pub without_path: Option<&'static str>,
    pub refusals: Vec<(Attempt, &'static str)>,
}

impl Cases {
    /// The first case of an optimiser of any kind.
    pub fn new<const N: usize>(
        make: impl Fn(Named) -> Result<Box<dyn Minimizer>, Error> + Sync + 'static,
        tasks: [Task; N],
    ) -> Self {
        let first = Case { make: Box::new(make), tasks: tasks.to_vec() };
        Cases { cases: vec![first], evaluates: false, paths: Vec::new(), without_path: None, refusals: Vec::new() }
    }

    /// The first case of an optimiser that evaluates the loss several times in a step.
    pub fn evaluating<const N: usize>(
        make: impl Fn(Named) -> Result<Box<dyn Minimizer>, Error> + Sync + 'static,
        tasks: [Task; N],
    ) -> Self {
        Cases { evaluates: true, ..Cases::new(make, tasks) }
    }

    /// One more case of an optimiser of any kind.
    pub fn case_of<const N: usize>(
        mut self,
        make: impl Fn(Named) -> Result<Box<dyn Minimizer>, Error> + Sync + 'static,
        tasks: [Task; N],
    ) -> Self {
        self.cases.extend(Cases::new(make, tasks).cases);
        self
    }

    /// The first case of a rule.
    pub fn rule<R: Rule, const N: usize>(settings: R, tasks: [Task; N]) -> Self {
        Cases::new(move |parameters| Ok(Box::new(Stepper::<R, f64>::new(parameters, settings.clone())?)), tasks)
    }

    /// One more case of a rule.
    pub fn case<R: Rule, const N: usize>(mut self, settings: R, tasks: [Task; N]) -> Self {
        self.cases.extend(Cases::rule(settings, tasks).cases);
        self
    }

    /// PyTorch's path of this name, with the settings that `read` makes of those stored with it.
    pub fn path<R: Rule>(self, name: &'static str, read: impl Fn(&Value) -> R + 'static) -> Self {
        self.path_of(name, move |parameters, settings| {
            Box::new(Stepper::<R, f64>::new(parameters, read(settings)).expect("good settings"))
        })
    }

    /// PyTorch's path of this name, of an optimiser of any kind.
    pub fn path_of(mut self, name: &'static str, make: impl Fn(Named, &Value) -> Box<dyn Minimizer> + 'static) -> Self {
        self.paths.push((name, Box::new(make)));
        self
    }

    /// There is no path of PyTorch's, and this is where the rule is tested against something else.
    pub fn without_path(mut self, tested_by: &'static str) -> Self {
        self.without_path = Some(tested_by);
        self
    }

    /// Settings that are refused, with the sentence.
    pub fn refuses<R: Rule>(self, settings: R, says: &'static str) -> Self {
        let attempt = move || Stepper::<R, f64>::new(vec![Parameter::new([1.0])], settings.clone()).map(drop);
        self.refuses_to(attempt, says)
    }

    /// An attempt that is refused, with the sentence.
    pub fn refuses_to(mut self, attempt: impl Fn() -> Result<(), Error> + 'static, says: &'static str) -> Self {
        self.refusals.push((Box::new(attempt), says));
        self
    }
}

/// Every kind of optimiser, those included that evaluate the loss several times in a step.
pub(crate) trait Minimizer {
    /// One step down a loss, which is computed at the parameters of the moment. Returns its value before.
    fn advance(&mut self, loss: &dyn Fn() -> Var<f64>) -> Result<f64, Error>;
    fn state(&self) -> OptimizerState;
    fn load_state(&mut self, state: &OptimizerState) -> Result<(), Error>;

    /// Several steps down a loss, none of which may fail.
    fn descend(&mut self, steps: usize, loss: &dyn Fn() -> Var<f64>) {
        for step in 0..steps {
            if let Err(error) = self.advance(loss) {
                panic!("step {step}: {error}");
            }
        }
    }
}

impl<O: Optimizer<f64>> Minimizer for O {
    fn advance(&mut self, loss: &dyn Fn() -> Var<f64>) -> Result<f64, Error> {
        let loss = loss();
        let value = loss.item();
        self.step(&loss.backward())?;
        Ok(value)
    }

    fn state(&self) -> OptimizerState {
        Optimizer::state(self)
    }

    fn load_state(&mut self, state: &OptimizerState) -> Result<(), Error> {
        Optimizer::load_state(self, state)
    }
}

/// A number among stored settings; 0 if it is not there, as PyTorch's for what is off.
pub(crate) fn number(settings: &Value, name: &str) -> f64 {
    match &settings[name] {
        Value::Null => 0.0,
        number => number.as_f64().unwrap_or_else(|| panic!("{name} is a number")),
    }
}

/// A pair of numbers among stored settings.
pub(crate) fn two(settings: &Value, name: &str) -> (f64, f64) {
    serde_json::from_value(settings[name].clone()).unwrap_or_else(|_| panic!("{name} is a pair of numbers"))
}

/// A flag among stored settings; false if it is not there.
pub(crate) fn flag(settings: &Value, name: &str) -> bool {
    settings[name] == true
}

/// The optimisers that evaluate the loss themselves.
macro_rules! minimizers {
    ($($Optimizer:ident)+) => {
        $(impl Minimizer for crate::$Optimizer<f64> {
            fn advance(&mut self, loss: &dyn Fn() -> Var<f64>) -> Result<f64, Error> {
                Ok(self.step(loss)?.loss)
            }

            fn state(&self) -> OptimizerState {
                self.state()
            }

            fn load_state(&mut self, state: &OptimizerState) -> Result<(), Error> {
                self.load_state(state)
            }
        })+
    };
}

minimizers! { Lbfgs NewtonCg }
