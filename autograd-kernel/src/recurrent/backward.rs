//! The steps of a sequence, backwards.

use super::cells::{Cell, GATES, Step};
use super::plan::Plan;
use super::rows::{Few, LANES, Rows, Units};
use super::spread::Piece;
use super::weights::{Product, Weights};
use crate::element::Real;
use crate::isa::{self, Simd, WithSimd};
use crate::scratch;
use std::marker::PhantomData;

/// A sequence under way backwards.
pub struct Backward<'a, C, T> {
    pub plan: &'a Plan,
    pub weights: Weights<'a, T>,
    /// The states before the first step, in the order of the plan.
    pub initial: [&'a [T]; 2],
    pub gates: &'a [T],
    /// What the steps left of the states.
    pub states: [&'a [T]; 2],
    pub kept: &'a [T],
    /// The gradient of the outputs, `[steps, batch, hidden]`.
    pub dy: Option<&'a [T]>,
    /// The gradients of the product with `h`, and with `x` where it is apart.
    pub product: Rows<'a, T>,
    pub input: Rows<'a, T>,
    /// The gradients of the states after the step at hand, for each example, so far as they do not come from a product.
    pub dh: Rows<'a, T>,
    pub dc: Rows<'a, T>,
    pub cell: PhantomData<C>,
}

/// A piece of the work, and room for products.
struct Steps<'a, C, T> {
    run: &'a Backward<'a, C, T>,
    piece: Piece,
    room: &'a mut [T],
}

impl<C: Cell, T: Real> Backward<'_, C, T> {
    /// Takes steps: number 0 is the last one of the sequence, and the one behind the first finishes the gradient of the first `h`.
    ///
    /// # Safety
    /// What the steps before them write must be there, and nobody else may work on the same examples and units.
    pub unsafe fn take(&self, piece: Piece) {
        let room = self.weights.room(piece.examples.len());
        scratch::with(room, |room| isa::dispatch(Steps { run: self, piece, room }));
    }

    /// Step `s` of some units of the example at place `i`, given what comes to `h` from the step behind through the product.
    ///
    /// # Safety
    /// As for [`take`](Backward::take).
    #[inline(always)]
    unsafe fn cell<S: Simd>(&self, s: usize, i: usize, units: Units<S>, through: Few<T>) {
        let (hidden, row) = (self.dh.width, self.plan.step(s).start + i);
        let zeros = [T::zero(); LANES];
        // SAFETY: the caller's promise: these are units of the own piece.
        let (mut dh, mut dc) = unsafe { (self.dh.read(i, 0, units), zeros) };
        let dy = self.dy.map_or(zeros, |dy| units.read(dy, self.plan.rows[row] * hidden));
        for l in 0..T::count::<S>() {
            dh[l] = dh[l] + through[l] + dy[l];
        }
        let mut gates = [zeros; GATES];
        for (g, gate) in gates.iter_mut().enumerate().take(C::GATES) {
            *gate = units.read(self.gates, row * self.product.width + g * hidden);
        }
        let mut before = [zeros; 2];
        let mut after = [zeros; 2];
        for state in 0..C::STATES {
            after[state] = units.read(self.states[state], row * hidden);
            before[state] = match s.checked_sub(1) {
                Some(s) => units.read(self.states[state], (self.plan.step(s).start + i) * hidden),
                None => units.read(self.initial[state], i * hidden),
            };
        }
        if C::STATES == 2 {
            // SAFETY: the caller's promise.
            dc = unsafe { self.dc.read(i, 0, units) };
        }
        let kept = if C::APART { units.read(self.kept, row * hidden) } else { zeros };
        let (mut product, mut input) = ([zeros; GATES], [zeros; GATES]);
        for l in 0..T::count::<S>() {
            let gradient = C::backward(Step {
                gates: [gates[0][l], gates[1][l], gates[2][l], gates[3][l]],
                h_before: before[0][l],
                c_before: before[1][l],
                h: after[0][l],
                c: after[1][l],
                kept: kept[l],
                dh: dh[l],
                dc: dc[l],
            });
            (dh[l], dc[l]) = (gradient.dh, gradient.dc);
            for g in 0..C::GATES {
                (product[g][l], input[g][l]) = (gradient.product[g], gradient.input[g]);
            }
        }
        // SAFETY: the caller's promise.
        unsafe {
            for g in 0..C::GATES {
                self.product.write(row, g * hidden, units, &product[g]);
                if C::APART {
                    self.input.write(row, g * hidden, units, &input[g]);
                }
            }
            self.dh.write(i, 0, units, &dh);
            if C::STATES == 2 {
                self.dc.write(i, 0, units, &dc);
            }
        }
    }

    /// Adds what comes to the first `h` through the product.
    ///
    /// # Safety
    /// As for [`take`](Backward::take).
    #[inline(always)]
    unsafe fn finish<S: Simd>(&self, i: usize, units: Units<S>, through: Few<T>) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut dh = self.dh.read(i, 0, units);
            for l in 0..T::count::<S>() {
                dh[l] += through[l];
            }
            self.dh.write(i, 0, units, &dh);
        }
    }
}

impl<C: Cell, T: Real> WithSimd for Steps<'_, C, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Steps { run, piece, room } = self;
        let examples = |s: usize| piece.examples.end.min(run.plan.step(s).len());
        for taken in piece.steps.clone() {
            // The step behind the one at hand, from which the product comes.
            let behind = run.plan.steps() - taken;
            let at_hand = behind.checked_sub(1);
            let first = piece.examples.start;
            let through = first..examples(behind).max(first);
            let end = at_hand.map_or(through.end, examples);
            let d = match through.is_empty() {
                true => &[],
                false => {
                    let row = run.plan.step(behind).start;
                    // SAFETY: rows of the step behind, which are written.
                    unsafe { run.product.rows(row + through.start..row + through.end) }
                }
            };
            if !d.is_empty() {
                run.weights.prepare(d, room);
            }
            for b in piece.blocks(taken) {
                let units = run.weights.blocks.units(b);
                let product: Option<Product<'_, T>> = (!d.is_empty()).then(|| run.weights.product(simd, d, b, room));
                for i in first..end {
                    for some in Units::split::<T>(simd, units.clone()) {
                        let through = match &product {
                            Some(product) if i < through.end => product.read(i - first, 0, some),
                            _ => [T::zero(); LANES],
                        };
                        // SAFETY: the piece is this thread's own, and the steps behind are over.
                        unsafe {
                            match at_hand {
                                Some(s) => run.cell(s, i, some, through),
                                None => run.finish(i, some, through),
                            }
                        }
                    }
                }
            }
        }
    }
}
