//! Finding settings: the learning rate and its like, which no gradient reaches.
//!
//! 1. A [`Space`] names the settings and the range of each, a [`Dimension`]: uniform, log-uniform, whole numbers, or a choice.
//! 2. Points of it, [`Settings`], are drawn at random with [`Space::sample`], or are the knots of a [`Space::grid`].
//! 3. A [`Plan`] says how many trials run for how long: all to the end, or with the hopeless ones stopped early, by successive halving.
//! 4. [`Plan::run`] runs them over threads; the [`Outcome`] ranks them. The number of threads changes nothing but the time.
//!
//! Draw at random rather than from a grid. Of the settings few matter, and one does not know which: in a grid of `k` points a setting, each
//! setting is tried at `k` values, however many trials there are; drawn at random, at as many values as there are trials (Bergstra and
//! Bengio 2012, "Random Search for Hyper-Parameter Optimization"). A factor, such as a learning rate or a penalty, is drawn log-uniformly.
//!
//! ```
//! use autograd_core::Generator;
//! use autograd_nn::Parameter;
//! use autograd_optim::search::{Dimension, Plan, Space};
//! use autograd_optim::{Optimizer, Sgd, SgdOptions};
//!
//! let space = Space::new([
//!     ("lr", Dimension::LogUniform(1e-5..=1.0)),
//!     ("momentum", Dimension::Uniform(0.0..=0.99)),
//! ])?;
//! let mut generator = Generator::seed(1);
//! // 27 trials for 5 steps, the best 9 of them up to 15, the best 3 up to 45.
//! let plan = Plan::rungs(27, 5, 45, 3)?;
//! let trials = (0..plan.trials()).map(|_| space.sample(&mut generator));
//! let outcome = plan.run(trials, 2, |_, settings| {
//!     let x = Parameter::new([3.0f64, -2.0]);
//!     let [lr, momentum] = ["lr", "momentum"].map(|name| settings.real(name));
//!     let options = SgdOptions { lr, momentum, ..SgdOptions::default() };
//!     let mut optimizer = Sgd::new(vec![x.clone()], options).expect("a space of possible settings");
//!     let mut taken = 0;
//!     move |steps| {
//!         while taken < steps {
//!             // A step that is refused has met infinity; the score is the worst there is.
//!             if optimizer.step(&x.var().square().sum().backward()).is_err() {
//!                 return f64::NAN;
//!             }
//!             taken += 1;
//!         }
//!         -x.value().to_vec().iter().map(|x| x * x).sum::<f64>()
//!     }
//! })?;
//! let best = outcome.best();
//! assert!(best.score() > -1e-6 && best.budget() == 45 && best.settings.real("lr") > 1e-3);
//! assert_eq!(outcome.cost(), plan.cost());
//! # Ok::<(), autograd_optim::search::SearchError>(())
//! ```

mod dimension;
mod error;
mod outcome;
mod plan;
mod run;
mod settings;
mod space;

pub use dimension::Dimension;
pub use error::SearchError;
pub use outcome::{Outcome, Trial};
pub use plan::{Plan, Rung};
pub use settings::{Settings, Value};
pub use space::{Grid, Space};
