//! `Outcome`: what a search has found.

use super::Settings;
use std::cmp::Ordering;

/// One trial of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its place among those that were given.
    pub number: usize,
    /// Its settings.
    pub settings: Settings,
    /// The budget it had used in all at the end of each rung, and its score then; at least one.
    pub scores: Vec<(usize, f64)>,
    /// Whether it was stopped before it had the whole budget.
    pub stopped: bool,
}

impl Trial {
    /// Its score at the end.
    pub fn score(&self) -> f64 {
        self.scores.last().map_or(f64::NAN, |&(_, score)| score)
    }

    /// The budget that it used in all.
    pub fn budget(&self) -> usize {
        self.scores.last().map_or(0, |&(budget, _)| budget)
    }

    /// The higher score first, NaN last; of equals the one that was given first.
    pub(super) fn better(&self, other: &Self) -> Ordering {
        let score = |trial: &Trial| if trial.score().is_nan() { f64::NEG_INFINITY } else { trial.score() };
        score(other).total_cmp(&score(self)).then(self.number.cmp(&other.number))
    }
}

/// What a search has found: all trials, and which is best.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// In the order in which their settings were given; at least one.
    pub(super) trials: Vec<Trial>,
}

impl Outcome {
    /// All trials, in the order in which their settings were given.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// All trials, best first: those that ran longer before those that were stopped, then by score.
    pub fn ranked(&self) -> Vec<&Trial> {
        let mut ranked: Vec<&Trial> = self.trials.iter().collect();
        ranked.sort_by(|a, b| b.budget().cmp(&a.budget()).then_with(|| a.better(b)));
        ranked
    }

    /// The best trial. Its score is NaN if all have failed.
    pub fn best(&self) -> &Trial {
        self.ranked()[0]
    }

    /// What all trials used together.
    pub fn cost(&self) -> usize {
        self.trials.iter().map(Trial::budget).sum()
    }

    /// The best score so far over what it cost, had the trials run one after the other, rung by rung: a pair for each time a score was taken.
    pub fn best_so_far(&self) -> Vec<(usize, f64)> {
        let rungs = self.trials.iter().map(|trial| trial.scores.len()).max().unwrap_or(0);
        let (mut cost, mut best) = (0, f64::NEG_INFINITY);
        let mut curve = Vec::new();
        for rung in 0..rungs {
            for trial in self.trials.iter().filter(|trial| trial.scores.len() > rung) {
                let (budget, score) = trial.scores[rung];
                cost += budget - if rung == 0 { 0 } else { trial.scores[rung - 1].0 };
                best = best.max(score); // which passes over NaN
                curve.push((cost, best));
            }
        }
        curve
    }
}
