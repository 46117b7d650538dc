//! `Run`: a stream on its way, and the windows that it gives.

use super::segment::Segment;
use super::state::parts;
use super::{State, Tbptt};
use crate::refuse::{refuse, require};
use autograd_core::{Gradients, Real, Shape, Var, no_grad};
use std::fmt;
use std::ops::Range;

/// What a backward pass over the last steps gives.
#[derive(Debug)]
pub struct Window<T: Real = f32> {
    /// The gradients of the parameters, and of all other leaves that the steps computed with.
    pub gradients: Gradients<T>,
    /// The sum of the losses that the gradients are of.
    pub loss: T,
    /// The number of these losses.
    pub losses: usize,
    /// The steps that the pass went back through, counted from 0 at the beginning of the stream.
    pub steps: Range<u64>,
}

/// A stream on its way: the state it is in, and the graph of the last steps; made by [`Tbptt::start`].
pub struct Run<T: Real, S> {
    tbptt: Tbptt,
    state: S,
    /// The steps taken.
    steps: u64,
    /// What later windows go back through, from the oldest to the newest. A window begins where a segment begins.
    segments: Vec<Segment<T>>,
}

impl<T: Real, S: State<T>> Run<T, S> {
    pub(super) fn new(tbptt: Tbptt, state: S) -> Self {
        Run { tbptt, state, steps: 0, segments: Vec::new() }
    }

    /// The number of steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The state that the stream is in, without history: to be kept, or to begin another stream with.
    #[must_use]
    pub fn state(&self) -> S {
        self.state.map(&mut Var::detach)
    }

    /// Takes a step, and a window after every `k1`-th.
    ///
    /// `f` gets the state and gives the next one and the loss of the step, a single number, or an `Option` of one where not each step has a
    /// loss. A window without any loss is passed over.
    ///
    /// A step that panics has not been taken.
    ///
    /// # Panics
    /// If the loss is not a single number, the state changes its shape, or the losses of a window depend on no leaf.
    #[track_caller]
    #[must_use = "a window holds the gradients for the step of an optimiser"]
    pub fn step<L: Into<Option<Var<T>>>>(&mut self, f: impl FnOnce(&S) -> (S, L)) -> Option<Window<T>> {
        let recorded = self.begin();
        let (state, loss) = if recorded { f(&self.state) } else { no_grad(|| f(&self.state)) };
        let loss = loss.into();
        self.check(&state, loss.as_ref());
        if let Some(segment) = self.segments.last_mut().filter(|_| recorded) {
            segment.losses.extend(loss);
        }
        self.state = state;
        self.steps += 1;
        if self.steps.is_multiple_of(self.tbptt.k1 as u64) { self.window(false) } else { None }
    }

    /// The window that the stream broke off: what the next one would have been, with the steps there were. `None` if they have no losses.
    ///
    /// It holds the losses of the steps since the last window, with `k1 > k2` only of those that were to count, and goes back no further than
    /// the next window was to.
    ///
    /// # Panics
    /// If the losses depend on no leaf.
    #[track_caller]
    #[must_use]
    pub fn finish(mut self) -> Option<Window<T>> {
        self.window(true)
    }

    /// Begins a segment where a later window begins, and says whether the step is recorded.
    fn begin(&mut self) -> bool {
        let Tbptt { k1, k2 } = self.tbptt;
        let phase = (self.steps % k1 as u64) as usize;
        if k2 < k1 - phase {
            return false; // its loss does not count, and no window goes back through it
        }
        let first = self.steps == 0;
        // Windows begin k2 steps before multiples of k1. Not a second time if the last step panicked.
        let due = first || phase == (k1 - k2 % k1) % k1;
        if !due || self.segments.last().is_some_and(|newest| newest.start == self.steps) {
            return true;
        }
        let mut entry = Vec::new();
        if let Some(newest) = self.segments.last_mut() {
            newest.exit = parts(&self.state);
            self.state = self.state.map(&mut |part| Var::leaf(part.value()));
            entry = parts(&self.state);
        } else if !first {
            self.state = self.state();
        }
        self.segments.push(Segment::new(self.steps, entry));
        true
    }

    /// Walks back through all segments, and lets go of those that no later window reaches.
    #[track_caller]
    fn window(&mut self, last: bool) -> Option<Window<T>> {
        let Tbptt { k1, k2 } = self.tbptt;
        // A later window reaches back so many steps from here; with k1 >= k2 not at all.
        let reach = if last { None } else { (k2 as u64).checked_sub(k1 as u64).filter(|&reach| reach > 0) };
        if reach.is_none() {
            self.state = self.state(); // no longer holds the graph, which can go as it is walked
        }
        let losses = self.segments.iter().flat_map(|segment| &segment.losses);
        let (count, loss) = losses.fold((0, T::zero()), |(count, sum), loss| (count + 1, sum + loss.item()));
        let start = self.segments.first().map_or(self.steps, |oldest| oldest.start);

        let (mut gradients, mut behind): (Option<Gradients<T>>, _) = (None, Vec::new());
        for i in (0..self.segments.len()).rev() {
            let stays = reach.is_some_and(|reach| self.steps - self.segments[i].start <= reach);
            let (found, before) = match stays {
                true => self.segments[i].walk(behind),
                false => self.segments.remove(i).walk(behind),
            };
            behind = before;
            gradients = match (gradients, found) {
                (Some(mut sum), Some(found)) => {
                    sum.accumulate(found);
                    Some(sum)
                }
                (sum, found) => sum.or(found),
            };
        }
        let steps = start..self.steps;
        if count == 0 {
            return None;
        }
        let Some(gradients) = gradients else {
            refuse!("tbptt: the losses of steps {} to {} depend on no leaf", steps.start, steps.end - 1);
        };
        Some(Window { gradients, loss, losses: count, steps })
    }

    /// Refuses what a step must not give.
    #[track_caller]
    fn check(&self, next: &S, loss: Option<&Var<T>>) {
        let step = self.steps;
        if let Some(loss) = loss {
            require!(
                loss.numel() == 1,
                "tbptt: the loss of step {step} has shape {}, it must be a single number; call .sum() or .mean() first",
                loss.shape()
            );
        }
        let shapes = |state: &S| -> Vec<Shape> { parts(state).iter().map(|part| part.shape().clone()).collect() };
        let (before, after) = (shapes(&self.state), shapes(next));
        // A stream may begin without a state.
        let same = before.is_empty() || before == after;
        require!(same, "tbptt: step {step} made a state of shapes {after:?} from one of shapes {before:?}");
    }
}

/// The state is not shown: it need not be printable.
impl<T: Real, S> fmt::Debug for Run<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tbptt { k1, k2 } = self.tbptt;
        write!(f, "Run(k1 {k1}, k2 {k2}, after {} steps)", self.steps)
    }
}
