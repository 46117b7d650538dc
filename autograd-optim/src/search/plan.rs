//! `Plan`: how many trials run for how long.

use super::SearchError;
use std::{iter, mem};

/// A stage of a plan: what is done before the next trials are stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// How many trials are still running: the best of the rung before.
    pub trials: usize,
    /// The budget that each has used in all at the end of the rung.
    pub budget: usize,
}

/// How many trials run for how long, in rungs: after each, the best go on and the others are stopped.
///
/// The budget is counted in whatever the trials count it in, mostly epochs or steps; a trial that goes on keeps what it has learned.
///
/// ```
/// use autograd_optim::search::Plan;
/// let all_to_the_end = Plan::full(27, 27)?;
/// let halving = Plan::rungs(27, 1, 27, 3)?;
/// let rungs: Vec<(usize, usize)> = halving.iter().map(|rung| (rung.trials, rung.budget)).collect();
/// assert_eq!(rungs, [(27, 1), (9, 3), (3, 9), (1, 27)]);
/// assert_eq!((all_to_the_end.cost(), halving.cost()), (729, 27 + 9 * 2 + 3 * 6 + 18));
/// # Ok::<(), autograd_optim::search::SearchError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "scheduler")]
pub struct Plan {
    /// At least one; trials fall or stay, budgets rise.
    rungs: Vec<Rung>,
}

impl Plan {
    /// All trials get the whole budget.
    ///
    /// # Errors
    /// If there are no trials or no budget.
    pub fn full(trials: usize, budget: usize) -> Result<Self, SearchError> {
        SearchError::at_least("the number of trials", trials, 1)?;
        SearchError::at_least("the budget", budget, 1)?;
        Ok(Plan { rungs: vec![Rung { trials, budget }] })
    }

    /// Successive halving of a budget for all trials together: each round spends the same, on fewer trials, until one is left.
    ///
    /// ```text
    /// K   = ⌈log_eta n⌉ rounds, at least 1       of n trials
    /// n_k = ⌈n / eta^k⌉                          trials in round k = 0 .. K - 1
    /// r_k = ⌊total / (n_k · K)⌋                  what each of them gets in it
    /// ```
    ///
    /// Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", where `eta` is 2; trials are
    /// rounded up (Karnin, Koren and Somekh 2013, algorithm 1), so that one is left for any number of them.
    ///
    /// # Errors
    /// If there are no trials, `eta` is less than 2, or the first round has nothing to give.
    #[doc(alias = "SuccessiveHalving")]
    pub fn halving(trials: usize, total: usize, eta: usize) -> Result<Self, SearchError> {
        SearchError::at_least("the number of trials", trials, 1)?;
        SearchError::at_least("eta", eta, 2)?;
        let mut alive = vec![trials];
        while alive[alive.len() - 1] > eta {
            alive.push(alive[alive.len() - 1].div_ceil(eta));
        }
        let rounds = alive.len();
        SearchError::at_least("the total budget", total, trials.saturating_mul(rounds))?;
        let mut budget = 0;
        let rung = |trials: usize| {
            budget += total / (trials * rounds);
            Rung { trials, budget }
        };
        Ok(Plan { rungs: alive.into_iter().map(rung).collect() })
    }

    /// Successive halving between two budgets: all trials get about `first`, the best of them `eta` times as much, and so on up to `last`.
    ///
    /// ```text
    /// s   = ⌊log_eta (last / first)⌋
    /// n_i = ⌊n / eta^i⌋, at least 1              trials in rung i = 0 .. s
    /// r_i = ⌊last / eta^(s - i)⌋                 what each of them has had in all at its end
    /// ```
    ///
    /// Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar 2018, "Hyperband", algorithm 1, lines 4 to 9.
    ///
    /// # Errors
    /// If there are no trials, `first` is 0, `last` is less than `first`, or `eta` less than 2.
    pub fn rungs(trials: usize, first: usize, last: usize, eta: usize) -> Result<Self, SearchError> {
        SearchError::at_least("the number of trials", trials, 1)?;
        SearchError::at_least("the first budget", first, 1)?;
        SearchError::at_least("the last budget", last, first)?;
        SearchError::at_least("eta", eta, 2)?;
        let powers: Vec<usize> = iter::successors(Some(1), |power: &usize| power.checked_mul(eta))
            .take_while(|&p| p <= last / first)
            .collect();
        let rung = |(&down, &up): (&usize, &usize)| Rung { trials: (trials / down).max(1), budget: last / up };
        Ok(Plan { rungs: powers.iter().zip(powers.iter().rev()).map(rung).collect() })
    }

    /// The plans of Hyperband: from many trials of which most are stopped early, to few that all get the whole budget `last`; each costs about
    /// the same. For where one does not know how soon a trial shows what it is worth. Run one after the other, each with trials of its own.
    ///
    /// Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar 2018, algorithm 1.
    ///
    /// # Errors
    /// If there is no budget, or `eta` is less than 2.
    pub fn hyperband(last: usize, eta: usize) -> Result<Vec<Self>, SearchError> {
        SearchError::at_least("the last budget", last, 1)?;
        SearchError::at_least("eta", eta, 2)?;
        let most = last.ilog(eta) as usize;
        let bracket = |s: usize| {
            let power = eta.pow(s as u32);
            Plan::rungs(((most + 1) * power).div_ceil(s + 1), last / power, last, eta)
        };
        (0..=most).rev().map(bracket).collect()
    }

    /// The number of trials at the start.
    pub fn trials(&self) -> usize {
        self.rungs[0].trials
    }

    /// The budget of a trial that is never stopped.
    pub fn budget(&self) -> usize {
        self.rungs[self.rungs.len() - 1].budget
    }

    /// What all trials use together, if none fails.
    pub fn cost(&self) -> usize {
        let mut before = 0;
        let cost = |rung: &Rung| rung.trials.saturating_mul(rung.budget - mem::replace(&mut before, rung.budget));
        self.rungs.iter().map(cost).fold(0, usize::saturating_add)
    }

    /// The rungs, from the first on.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Rung> + Clone {
        self.rungs.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rungs(plan: &Plan) -> Vec<(usize, usize)> {
        plan.iter().map(|rung| (rung.trials, rung.budget)).collect()
    }

    #[test]
    fn halving_gives_each_round_its_share_as_the_formula_says() {
        for (n, total, eta) in [(1, 5, 2), (2, 7, 2), (3, 6, 2), (8, 24, 2), (64, 1280, 2), (100, 999, 3), (7, 1000, 7)]
        {
            let plan = Plan::halving(n, total, eta).unwrap();
            let rounds = ((n as f64).log2() / (eta as f64).log2()).ceil().max(1.0) as usize;
            let mut expected = Vec::new();
            let mut sum = 0;
            for k in 0..rounds {
                let alive = n.div_ceil(eta.pow(k as u32));
                sum += total / (alive * rounds);
                expected.push((alive, sum));
            }
            assert_eq!(rungs(&plan), expected, "{n} trials, {total} in all, eta {eta}");
            assert!(plan.cost() <= total);
        }
        assert_eq!(rungs(&Plan::halving(8, 24, 2).unwrap()), [(8, 1), (4, 3), (2, 7)]);
        assert_eq!(Plan::halving(8, 24, 2).unwrap().cost(), 24);
    }

    #[test]
    fn rungs_grow_by_eta_up_to_the_last_budget() {
        assert_eq!(rungs(&Plan::rungs(16, 1, 8, 2).unwrap()), [(16, 1), (8, 2), (4, 4), (2, 8)]);
        assert_eq!(rungs(&Plan::rungs(20, 2, 25, 3).unwrap()), [(20, 2), (6, 8), (2, 25)]);
        assert_eq!(rungs(&Plan::rungs(2, 1, 27, 3).unwrap()), [(2, 1), (1, 3), (1, 9), (1, 27)]);
        assert_eq!(Plan::rungs(5, 4, 7, 2).unwrap(), Plan::full(5, 7).unwrap());
    }

    #[test]
    fn hyperband_has_the_brackets_of_the_paper() {
        // Table 1: R = 81, eta = 3; each trial count and each budget.
        let expected: [&[(usize, usize)]; 5] = [
            &[(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
            &[(34, 3), (11, 9), (3, 27), (1, 81)],
            &[(15, 9), (5, 27), (1, 81)],
            &[(8, 27), (2, 81)],
            &[(5, 81)],
        ];
        let found: Vec<_> = Plan::hyperband(81, 3).unwrap().iter().map(rungs).collect();
        assert_eq!(found, expected);
        assert_eq!(Plan::hyperband(1, 2).unwrap(), [Plan::full(1, 1).unwrap()]);
        assert_eq!(Plan::hyperband(31, 2).unwrap().len(), 5);
    }

    #[test]
    fn senseless_plans_are_refused() {
        let says = |plan: Result<Plan, SearchError>| plan.unwrap_err().to_string();
        assert_eq!(says(Plan::full(0, 5)), "the number of trials is 0, it must be at least 1");
        assert_eq!(says(Plan::full(5, 0)), "the budget is 0, it must be at least 1");
        assert_eq!(says(Plan::halving(8, 23, 2)), "the total budget is 23, it must be at least 24");
        assert_eq!(says(Plan::halving(8, 24, 1)), "eta is 1, it must be at least 2");
        assert_eq!(says(Plan::rungs(8, 0, 9, 3)), "the first budget is 0, it must be at least 1");
        assert_eq!(says(Plan::rungs(8, 10, 9, 3)), "the last budget is 9, it must be at least 10");
        assert_eq!(Plan::hyperband(0, 3).unwrap_err().to_string(), "the last budget is 0, it must be at least 1");
    }
}
