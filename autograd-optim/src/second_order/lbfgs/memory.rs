//! `Memory`: what L-BFGS remembers of the steps before, and the direction that follows from it.

use crate::second_order::space::Space;
use crate::second_order::vector::{add_scaled, dot, scaled};
use autograd_core::Real;
use std::collections::VecDeque;
use std::sync::Arc;

/// What is remembered; cheap to clone, so that a step which fails can be undone.
#[derive(Clone)]
pub(super) struct Memory<T> {
    pub iterations: u64,
    pub evaluations: u64,
    /// The places of the parameters to which the vectors belong.
    pub places: Vec<usize>,
    pub last: Option<Last<T>>,
    pub pairs: VecDeque<Arc<Pair<T>>>,
}

/// The latest iteration.
#[derive(Clone)]
pub(super) struct Last<T> {
    pub gradient: Arc<Vec<T>>,
    /// How far the parameters moved then; nothing if they did not.
    pub step: Option<Arc<Vec<T>>>,
}

/// A step and the change of the gradient along it.
pub(super) struct Pair<T> {
    pub step: Arc<Vec<T>>,
    pub change: Vec<T>,
    /// Their inner product: the curvature along the step.
    curvature: f64,
    /// The step's length in units of the change's, along it: the scale of the inverse Hessian (Nocedal and Wright 2006, equation 7.20).
    scale: f64,
}

impl<T: Real> Pair<T> {
    /// Nothing where the curvature is not positive enough to be inverted, or leaves the range of numbers.
    pub fn new(step: Arc<Vec<T>>, change: Vec<T>) -> Option<Self> {
        let curvature = dot(&change, &step);
        let scale = curvature / dot(&change, &change);
        (curvature > 1e-10 && scale.is_finite()).then_some(Pair { step, change, curvature, scale })
    }
}

impl<T: Real> Memory<T> {
    pub fn new() -> Self {
        Memory { iterations: 0, evaluations: 0, places: Vec::new(), last: None, pairs: VecDeque::new() }
    }

    /// The memory for a step in these parameters: if others were trained before, the curvature was that of another function.
    pub fn for_step(&self, space: &Space<'_, T>) -> Self {
        if self.places == space.places {
            return self.clone();
        }
        let (iterations, evaluations) = (self.iterations, self.evaluations);
        Memory { iterations, evaluations, places: space.places.clone(), ..Memory::new() }
    }

    /// Whether there was no iteration yet.
    pub fn is_fresh(&self) -> bool {
        self.last.is_none()
    }

    /// Begins an iteration: learns from the latest one, of which this is the gradient where it ended, and gives the direction.
    pub fn direction(&mut self, gradient: &Arc<Vec<T>>, limit: usize) -> Vec<T> {
        if let Some(Last { gradient: before, step: Some(step) }) = self.last.take() {
            let change = gradient.iter().zip(&*before).map(|(&now, &before)| now - before).collect();
            if let Some(pair) = Pair::new(step, change) {
                while self.pairs.len() >= limit {
                    self.pairs.pop_front();
                }
                self.pairs.push_back(Arc::new(pair));
            }
        }
        self.last = Some(Last { gradient: gradient.clone(), step: None });
        self.iterations += 1;
        self.two_loops(gradient)
    }

    /// The product of the approximate inverse of the Hessian with the gradient, with a minus sign (Nocedal and Wright 2006, algorithm 7.4).
    fn two_loops(&self, gradient: &[T]) -> Vec<T> {
        let mut q = scaled(gradient, -1.0);
        let mut alphas = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let alpha = dot(&pair.step, &q) / pair.curvature;
            add_scaled(&mut q, -alpha, &pair.change);
            alphas.push(alpha);
        }
        let Some(newest) = self.pairs.back() else { return q };
        let mut d = scaled(&q, newest.scale);
        for (pair, alpha) in self.pairs.iter().zip(alphas.into_iter().rev()) {
            let beta = dot(&pair.change, &d) / pair.curvature;
            add_scaled(&mut d, alpha - beta, &pair.step);
        }
        d
    }

    /// The parameters have moved.
    pub fn moved(&mut self, step: Vec<T>) {
        if let Some(last) = &mut self.last {
            last.step = Some(Arc::new(step));
        }
    }
}
