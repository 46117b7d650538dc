//! `Part`: a piece of a parameter with its gradient and what is remembered of it.

use autograd_core::{Real, Shape, prefetch};
use smallvec::SmallVec;

/// A piece of a parameter in a step: its elements, those of the gradient, and what is remembered of them.
pub struct Part<'a, T: Real> {
    /// The number of this step of the parameter, from 1.
    pub t: u64,
    /// The number that [`Rule::advance`](crate::Rule::advance) keeps, before and in this step.
    pub number: [f64; 2],
    /// The shape of the whole parameter.
    pub shape: &'a Shape,
    /// The elements of the parameter.
    pub w: &'a mut [T],
    /// Those of its gradient; [`each`](Part::each) passes them on scaled, with the sign of the direction and with coupled decay.
    pub(crate) dw: &'a [T],
    /// What the gradient is multiplied with: the factor of clipping, with a minus sign if steps go uphill.
    pub(crate) scale: T,
    /// The factor of the parameter that is added to its gradient.
    pub(crate) decay: T,
    /// What is remembered of the elements, a slice for each slot.
    pub slots: SmallVec<[&'a mut [T]; 4]>,
}

impl<T: Real> Part<'_, T> {
    /// Moves each element by a rule from its value, its gradient and its slots to its new value and slots.
    ///
    /// # Panics
    /// If the rule takes another number of slots than it named.
    #[inline]
    pub fn each<const N: usize>(self, rule: impl Fn(T, T, [T; N]) -> (T, [T; N])) {
        let Part { w, dw, scale, decay, slots, .. } = self;
        assert_eq!(slots.len(), N, "the slots that the rule takes, and those that it named");
        let mut slots = slots.into_iter();
        let slots: [&mut [T]; N] = std::array::from_fn(|_| slots.next().expect("they were counted"));
        let n = w.len();
        // Once for all elements, so that the loop has no checks left and runs on vectors.
        assert!(dw.len() == n && slots.iter().all(|slot| slot.len() == n), "parts of one length");
        pulp::Arch::new().dispatch(Each { w, dw, scale, decay, slots, rule });
    }

    /// The gradient as the rule is to see it, for rules that need it as a whole.
    pub fn gradient(&self) -> Vec<T> {
        self.dw.iter().zip(&*self.w).map(|(&dw, &w)| decayed(dw * self.scale, self.decay, w)).collect()
    }
}

/// Elements that are moved before the other half of a part has its turn: processors fetch ahead for each place from which memory is read in
/// order, and not far, so two places in each slice keep memory busy where one does not.
const BLOCK: usize = 64;

/// Blocks of a half that are asked for ahead.
const AHEAD: usize = 2;

/// The loop over the elements, compiled for each set of vector instructions. All sets round alike: nothing is contracted.
struct Each<'a, T, F, const N: usize> {
    w: &'a mut [T],
    dw: &'a [T],
    scale: T,
    decay: T,
    slots: [&'a mut [T]; N],
    rule: F,
}

impl<T: Real, F: Fn(T, T, [T; N]) -> (T, [T; N]), const N: usize> pulp::NullaryFnOnce for Each<'_, T, F, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Each { w, dw, scale, decay, slots, rule } = self;
        let (w_blocks, w) = w.as_chunks_mut::<BLOCK>();
        let (dw_blocks, dw) = dw.as_chunks::<BLOCK>();
        let mut blocks = slots.map(|slot| slot.as_chunks_mut::<BLOCK>());
        let half = w_blocks.len() / 2;
        for i in (0..half).flat_map(|i| [i, half + i]).chain(2 * half..w_blocks.len()) {
            if let (Some(w), Some(dw)) = (w_blocks.get(i + AHEAD), dw_blocks.get(i + AHEAD)) {
                prefetch(w);
                prefetch(dw);
                blocks.iter().for_each(|(blocks, _)| prefetch(&blocks[i + AHEAD]));
            }
            let slots = blocks.each_mut().map(|(blocks, _)| &mut blocks[i][..]);
            move_by(&rule, scale, decay, &mut w_blocks[i], &dw_blocks[i], slots);
        }
        move_by(&rule, scale, decay, w, dw, blocks.map(|(_, rest)| rest));
    }
}

/// Moves elements one by one; where their number is known to the compiler, as in a block, without a check or a rest.
#[inline(always)]
fn move_by<T: Real, const N: usize>(
    rule: &impl Fn(T, T, [T; N]) -> (T, [T; N]),
    scale: T,
    decay: T,
    w: &mut [T],
    dw: &[T],
    mut slots: [&mut [T]; N],
) {
    for i in 0..w.len() {
        let g = decayed(dw[i] * scale, decay, w[i]);
        let state = std::array::from_fn(|k| slots[k][i]);
        let (moved, state) = rule(w[i], g, state);
        w[i] = moved;
        for (slot, value) in slots.iter_mut().zip(state) {
            slot[i] = value;
        }
    }
}

/// The gradient with weight decay. Without decay the weight stays out of it: an infinite one, as in a mask, would turn 0 · ∞ into NaN.
#[inline]
fn decayed<T: Real>(dw: T, decay: T, w: T) -> T {
    if decay == T::zero() { dw } else { dw + decay * w }
}
