//! What is written down while an agent learns: the return of each episode, a bar, and now and then a line.

use autograd_examples_support::progress;
use indicatif::ProgressBar;

/// Lines in all.
const LINES: usize = 12;

/// The returns so far.
pub struct Journal {
    returns: Vec<f64>,
    episodes: usize,
    bar: ProgressBar,
    /// How many episodes the lines so far are about.
    written: usize,
}

impl Journal {
    /// Of so many episodes to come.
    pub fn new(episodes: usize) -> Self {
        let bar = progress::bar("learning".to_owned(), episodes, "episodes");
        Journal { returns: Vec::new(), episodes, bar, written: 0 }
    }

    /// Whether all episodes are over.
    pub fn is_full(&self) -> bool {
        self.returns.len() >= self.episodes
    }

    /// How many episodes are over.
    pub fn count(&self) -> usize {
        self.returns.len()
    }

    /// How many episodes are still to come.
    pub fn left(&self) -> usize {
        self.episodes - self.returns.len()
    }

    /// The share of the episodes that are over.
    pub fn progress(&self) -> f64 {
        self.returns.len() as f64 / self.episodes as f64
    }

    /// Takes down the return of an episode.
    pub fn add(&mut self, sum: f64) {
        self.returns.push(sum);
        self.bar.inc(1);
        let count = self.returns.len();
        if count * LINES / self.episodes > (count - 1) * LINES / self.episodes {
            let recent = &self.returns[self.written..];
            let (mean, n) = (recent.iter().sum::<f64>() / recent.len() as f64, recent.len());
            self.bar.suspend(|| println!("episode {count:>5}  mean return {mean:>5.1} of the last {n}"));
            self.written = count;
        }
    }

    /// The return of each episode.
    pub fn close(self) -> Vec<f64> {
        self.bar.finish_and_clear();
        self.returns
    }
}
