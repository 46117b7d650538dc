//! `Plan::run`: trials over threads, rung by rung.

use super::{Outcome, Plan, SearchError, Settings, Trial};
use autograd_core::with_threads;
use std::sync::{Mutex, PoisonError};
use std::{panic, thread};

/// A trial on its way.
struct Runner<L> {
    trial: Trial,
    /// What learns; none before it begins and after it is stopped.
    learner: Option<L>,
}

impl Plan {
    /// Runs the trials of these settings.
    ///
    /// `start` makes what learns from a trial's number and settings: a closure that is told up to which budget to train, counted from its
    /// beginning, and returns its score then. **Higher is better**: an accuracy, or a loss with the other sign. It keeps what it has learned
    /// from call to call, and is dropped when it is stopped. A score of NaN stops a trial, as that of one whose loss ran away.
    ///
    /// Trials are spread over `threads` threads, the kernels of each then on one; the outcome is the same for any number, provided that a
    /// trial depends on its number and settings alone. Draw its random numbers from a generator of its own, seeded with what it was given.
    ///
    /// ```
    /// use autograd_optim::search::{Plan, Settings};
    /// let trials = [0.1, 0.4, 0.7, 0.9].map(|speed| Settings::from_iter([("speed", speed.into())]));
    /// // Two rounds of 8: two each for the four, four more for the best two.
    /// let outcome = Plan::halving(4, 16, 2)?.run(trials, 2, |_, settings| {
    ///     let speed = settings.real("speed");
    ///     move |budget| 1.0 - (1.0 - speed).powi(budget as i32)
    /// })?;
    /// let ranked: Vec<(usize, usize, bool)> =
    ///     outcome.ranked().iter().map(|trial| (trial.number, trial.budget(), trial.stopped)).collect();
    /// assert_eq!(ranked, [(3, 6, false), (2, 6, false), (1, 2, true), (0, 2, true)]);
    /// # Ok::<(), autograd_optim::search::SearchError>(())
    /// ```
    ///
    /// # Errors
    /// If there are not as many settings as the plan has trials, or no threads. No trial has begun then.
    ///
    /// # Panics
    /// If a trial does.
    pub fn run<L: FnMut(usize) -> f64 + Send>(
        &self,
        settings: impl IntoIterator<Item = Settings>,
        threads: usize,
        start: impl Fn(usize, &Settings) -> L + Sync,
    ) -> Result<Outcome, SearchError> {
        SearchError::at_least("the number of threads", threads, 1)?;
        let runner = |(number, settings)| Runner {
            trial: Trial { number, settings, scores: Vec::new(), stopped: false },
            learner: None,
        };
        let mut running: Vec<Runner<L>> = settings.into_iter().enumerate().map(runner).collect();
        let (found, expected) = (running.len(), self.trials());
        if found != expected {
            return Err(SearchError::Count { what: "settings", found, expected });
        }

        let mut ended = Vec::with_capacity(found);
        for rung in self.iter() {
            // In the first rung all are there, in their order.
            running.sort_by(|a, b| a.trial.better(&b.trial));
            ended.extend(running.drain(rung.trials.min(running.len())..).map(|runner| runner.trial));
            spread(running.iter_mut().collect(), threads, |runner: &mut Runner<L>| {
                let Runner { trial, learner } = runner;
                let learn = learner.get_or_insert_with(|| start(trial.number, &trial.settings));
                let score = learn(rung.budget);
                trial.scores.push((rung.budget, score));
                if score.is_nan() || rung.budget == self.budget() {
                    *learner = None;
                }
            });
            let (on, failed) = running.into_iter().partition(|runner| !runner.trial.score().is_nan());
            running = on;
            ended.extend(Vec::into_iter(failed).map(|runner: Runner<L>| runner.trial));
        }
        ended.extend(running.into_iter().map(|runner| runner.trial));
        ended.sort_by_key(|trial| trial.number);
        ended.iter_mut().for_each(|trial| trial.stopped = trial.budget() < self.budget());
        Ok(Outcome { trials: ended })
    }
}

/// Does the work on each item, the next free thread the next item.
fn spread<X: Send>(items: Vec<X>, threads: usize, work: impl Fn(X) + Sync) {
    if threads == 1 || items.len() < 2 {
        return items.into_iter().for_each(work);
    }
    let workers = threads.min(items.len());
    let queue = Mutex::new(items.into_iter());
    // Nothing panics while it is held.
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let drain = || {
        while let Some(item) = next() {
            work(item);
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(|| with_threads(1, drain))).collect();
        for worker in workers {
            if let Err(message) = worker.join() {
                panic::resume_unwind(message);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::{Dimension, Space};
    use super::*;
    use crate::{Optimizer, Sgd, SgdOptions};
    use autograd_core::{Generator, Tensor, Var};
    use autograd_nn::{Forward, Linear, Module};
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    fn numbered(count: usize) -> Vec<Settings> {
        (0..count).map(|i| Settings::from_iter([("x", i.into())])).collect()
    }

    /// Fits a random linear map for some steps; the score is the loss with the other sign.
    fn learner(seed: usize, settings: &Settings) -> impl FnMut(usize) -> f64 + Send + use<> {
        let mut generator = Generator::seed(seed as u64);
        let model = Linear::<f64>::new(4, 2, &mut generator);
        let x = Var::constant(Tensor::normal([8, 4], 0.0, 1.0, &mut generator));
        let y = Var::constant(Tensor::normal([8, 2], 0.0, 1.0, &mut generator));
        let options = SgdOptions { momentum: settings.real("momentum"), ..settings.real("lr").into() };
        let mut optimizer = Sgd::new(model.parameters(), options).unwrap();
        let mut taken = 0;
        move |steps| {
            let loss = || (model.forward(&x) - &y).square().mean();
            while taken < steps {
                if optimizer.step(&loss().backward()).is_err() {
                    return f64::NAN;
                }
                taken += 1;
            }
            -loss().item()
        }
    }

    #[test]
    fn threads_do_not_change_the_outcome() {
        let space =
            Space::new([("lr", Dimension::LogUniform(1e-4..=1e6)), ("momentum", Dimension::Uniform(0.0..=0.9))])
                .unwrap();
        let mut generator = Generator::seed(3);
        let trials: Vec<Settings> = (0..20).map(|_| space.sample(&mut generator)).collect();
        let plan = Plan::rungs(20, 80, 720, 3).unwrap();
        let run = |threads| plan.run(trials.clone(), threads, learner).unwrap();
        let bits = |outcome: &Outcome| -> Vec<(Vec<(usize, u64)>, bool)> {
            let bits = |trial: &Trial| trial.scores.iter().map(|&(budget, score)| (budget, score.to_bits())).collect();
            outcome.trials().iter().map(|trial| (bits(trial), trial.stopped)).collect()
        };
        let one = run(1);
        assert!(one.trials().iter().any(|trial| trial.score().is_nan()), "no trial ran away");
        for threads in [2, 64] {
            assert_eq!(bits(&run(threads)), bits(&one), "{threads} threads");
        }
    }

    #[test]
    fn each_rung_is_given_to_the_best_of_the_one_before_and_goes_on_from_there() {
        // The score of trial i is first its number, later less that.
        let plan = Plan::rungs(9, 1, 9, 3).unwrap();
        let outcome = plan
            .run(numbered(9), 2, |number, _| {
                let mut calls = Vec::new();
                move |budget| {
                    calls.push(budget);
                    assert_eq!(calls, [1, 3, 9][..calls.len()], "what a trial is asked for");
                    if budget == 1 { number as f64 } else { -(number as f64) }
                }
            })
            .unwrap();
        let budgets: Vec<usize> = outcome.trials().iter().map(Trial::budget).collect();
        assert_eq!(budgets, [1, 1, 1, 1, 1, 1, 9, 3, 3]);
        assert_eq!((outcome.best().number, outcome.best().score(), outcome.best().stopped), (6, -6.0, false));
        assert_eq!((outcome.cost(), plan.cost()), (21, 21));
        let ranked: Vec<usize> = outcome.ranked().iter().map(|trial| trial.number).collect();
        assert_eq!(ranked, [6, 7, 8, 5, 4, 3, 2, 1, 0]);
    }

    #[test]
    fn trials_that_fail_get_nothing_more_and_equals_keep_their_order() {
        let plan = Plan::rungs(4, 1, 4, 2).unwrap();
        let outcome = plan.run(numbered(4), 1, |number, _| move |_| [f64::NAN, 1.0, f64::NAN, 1.0][number]).unwrap();
        let budgets: Vec<usize> = outcome.trials().iter().map(Trial::budget).collect();
        assert_eq!(budgets, [1, 4, 1, 2]);
        assert_eq!(outcome.best().number, 1);
        let all = plan.run(numbered(4), 2, |_, _| |_| f64::NAN).unwrap();
        assert!(all.best().score().is_nan() && all.cost() == 4 && all.trials().iter().all(|trial| trial.stopped));
    }

    #[test]
    fn what_learns_is_dropped_when_it_is_stopped() {
        struct Counted<'a>(&'a AtomicUsize);
        impl Drop for Counted<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Relaxed);
            }
        }
        let alive = AtomicUsize::new(0);
        Plan::rungs(8, 1, 4, 2)
            .unwrap()
            .run(numbered(8), 1, |number, _| {
                alive.fetch_add(1, Relaxed);
                let counted = Counted(&alive);
                move |budget| {
                    let most = [8, 4, 2][budget.ilog2() as usize];
                    assert!(counted.0.load(Relaxed) <= most, "at a budget of {budget}");
                    number as f64
                }
            })
            .unwrap();
        assert_eq!(alive.load(Relaxed), 0);
    }

    #[test]
    fn the_best_so_far_never_falls_and_ends_at_the_cost() {
        let scores = [3.0, 1.0, f64::NAN, 4.0];
        let outcome = Plan::rungs(4, 2, 4, 2)
            .unwrap()
            .run(numbered(4), 1, |i, _| move |budget| scores[i] * budget as f64)
            .unwrap();
        assert_eq!(outcome.best_so_far(), [(2, 6.0), (4, 6.0), (6, 6.0), (8, 8.0), (10, 12.0), (12, 16.0)]);
        assert_eq!(outcome.cost(), 12);
    }

    #[test]
    fn other_numbers_of_settings_and_no_threads_are_refused() {
        let says = |count, threads| {
            let run = Plan::full(3, 1).unwrap().run(numbered(count), threads, |_, _| |_| panic!("no trial begins"));
            run.unwrap_err().to_string()
        };
        assert_eq!(says(2, 1), "there are 2 settings, there must be 3");
        assert_eq!(says(3, 0), "the number of threads is 0, it must be at least 1");
    }

    #[test]
    #[should_panic(expected = "trial 1 has a mistake")]
    fn a_panic_of_a_trial_comes_through() {
        let _ = Plan::full(3, 1).unwrap().run(numbered(3), 2, |i, _| {
            move |_| {
                assert!(i != 1, "trial {i} has a mistake");
                0.0
            }
        });
    }
}
