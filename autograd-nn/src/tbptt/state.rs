//! `State`: what one step hands on to the next.

use autograd_core::{Real, Var};

/// What one step hands on to the next: a [`Var`], tuples, lists and options of them, or a struct of yours.
///
/// ```
/// use autograd_core::{Real, Var};
/// use autograd_nn::{Parameter, Tbptt, tbptt::State};
///
/// /// A mean that forgets, and how many numbers it has seen.
/// #[derive(Clone)]
/// struct Memory {
///     mean: Var<f64>,
///     seen: usize,
/// }
///
/// impl State<f64> for Memory {
///     fn map(&self, f: &mut dyn FnMut(&Var<f64>) -> Var<f64>) -> Self {
///         Memory { mean: f(&self.mean), seen: self.seen }
///     }
/// }
///
/// let keep = Parameter::new(0.5);
/// let mut run = Tbptt::new(3, 3).unwrap().start(Memory { mean: Var::constant(0.0), seen: 0 });
/// for x in [1.0, 2.0, 3.0] {
///     let window = run.step(|memory| {
///         let mean = keep.var() * &memory.mean + keep.var().rsub_scalar(1.0) * x;
///         let loss = (&mean - x).square();
///         (Memory { mean, seen: memory.seen + 1 }, loss)
///     });
///     assert_eq!(window.is_some(), x == 3.0);
/// }
/// assert_eq!(run.state().seen, 3);
/// ```
pub trait State<T: Real = f32>: Clone {
    /// The same state with `f` of each variable in place of it, each variable once and always in the same order.
    #[must_use]
    fn map(&self, f: &mut dyn FnMut(&Var<T>) -> Var<T>) -> Self;
}

/// The variables of a state.
pub(super) fn parts<T: Real>(state: &impl State<T>) -> Vec<Var<T>> {
    let mut parts = Vec::new();
    // What `map` makes of the state is not needed, only what it is asked about on the way.
    let _same = state.map(&mut |part| {
        parts.push(part.clone());
        part.clone()
    });
    parts
}

impl<T: Real> State<T> for Var<T> {
    fn map(&self, f: &mut dyn FnMut(&Var<T>) -> Var<T>) -> Self {
        f(self)
    }
}

impl<T: Real, S: State<T>> State<T> for Option<S> {
    fn map(&self, f: &mut dyn FnMut(&Var<T>) -> Var<T>) -> Self {
        self.as_ref().map(|state| state.map(f))
    }
}

impl<T: Real, S: State<T>> State<T> for Vec<S> {
    fn map(&self, f: &mut dyn FnMut(&Var<T>) -> Var<T>) -> Self {
        self.iter().map(|state| state.map(f)).collect()
    }
}

impl<T: Real, S: State<T>, const N: usize> State<T> for [S; N] {
    fn map(&self, f: &mut dyn FnMut(&Var<T>) -> Var<T>) -> Self {
        self.each_ref().map(|state| state.map(f))
    }
}

macro_rules! tuples {
    ($(($($S:ident $i:tt),+);)+) => {$(
        impl<T: Real, $($S: State<T>),+> State<T> for ($($S,)+) {
            fn map(&self, f: &mut dyn FnMut(&Var<T>) -> Var<T>) -> Self {
                ($(self.$i.map(f),)+)
            }
        }
    )+};
}
tuples! { (A 0); (A 0, B 1); (A 0, B 1, C 2); (A 0, B 1, C 2, D 3); }
