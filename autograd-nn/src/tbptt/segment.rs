//! `Segment`: steps with a graph of their own, cut off from those before them, and the walk back through one.

use autograd_core::{Gradients, Real, Tensor, Var};

/// Steps that share a graph. It ends at the leaves that stand for the state before them, so that a pass through it can be repeated in later
/// windows, and goes on in the segment before with the gradients that these leaves get.
pub(super) struct Segment<T: Real> {
    /// The number of steps before it.
    pub start: u64,
    /// Leaves that stand for the state before its first step; none where no gradient goes on.
    pub entry: Vec<Var<T>>,
    /// Losses of its steps that no window has held yet.
    pub losses: Vec<Var<T>>,
    /// The state after its last step, once there is a segment behind it.
    pub exit: Vec<Var<T>>,
}

impl<T: Real> Segment<T> {
    /// One that begins after so many steps.
    pub fn new(start: u64, entry: Vec<Var<T>>) -> Self {
        Segment { start, entry, losses: Vec::new(), exit: Vec::new() }
    }

    /// Walks back from the new losses, and from the state after the segment, whose gradients the segment behind it gave.
    ///
    /// Returns what the leaves got, without those of `entry`, and the gradients of these. The graph stays as long as `exit`, or the state
    /// that the stream is in, holds it.
    #[track_caller]
    pub fn walk(&mut self, behind: Vec<Option<Tensor<T>>>) -> (Option<Gradients<T>>, Vec<Option<Tensor<T>>>) {
        let losses = self.losses.drain(..).map(|loss| {
            let one = Tensor::ones(loss.shape());
            (loss, one)
        });
        let states = self.exit.iter().zip(behind).filter_map(|(state, dy)| Some((state.clone(), dy?)));
        let roots = losses.chain(states).filter(|(root, _)| root.requires_grad()).collect();
        let Some(mut gradients) = gradients_of(roots) else { return (None, Vec::new()) };
        let before = self.entry.iter().map(|leaf| gradients.remove(leaf)).collect();
        (Some(gradients), before)
    }
}

/// The gradients of `Σ ⟨dy, y⟩` over roots `(y, dy)` by a single pass; `None` if there are no roots.
#[track_caller]
fn gradients_of<T: Real>(mut roots: Vec<(Var<T>, Tensor<T>)>) -> Option<Gradients<T>> {
    if roots.len() < 2 {
        return roots.pop().map(|(y, dy)| y.backward_with(&dy));
    }
    // Side by side in one variable; a sum of products would multiply, and so make NaN of what is infinite.
    let (ys, dys): (Vec<Var<T>>, Vec<Var<T>>) =
        roots.into_iter().map(|(y, dy)| (y.reshape([y.numel()]), Var::constant(dy.reshape([dy.numel()])))).unzip();
    let [ys, dys] = [ys, dys].map(|parts| Var::concat(&parts, 0));
    Some(ys.backward_with(dys.value()))
}
