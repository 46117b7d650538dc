//! The steps of a sequence.

use super::cells::{Cell, GATES};
use super::plan::Plan;
use super::rows::{Few, LANES, Rows, Units};
use super::spread::Piece;
use super::weights::{Product, Weights};
use crate::element::Real;
use crate::isa::{self, Simd, WithSimd};
use crate::scratch;
use std::marker::PhantomData;

/// A sequence under way.
pub struct Forward<'a, C, T> {
    pub plan: &'a Plan,
    pub weights: Weights<'a, T>,
    /// Of the product with `h`, as many for each gate as there are units.
    pub bias: &'a [T],
    /// The states before the first step, in the order of the plan.
    pub initial: [&'a [T]; 2],
    /// At first, the products with the inputs.
    pub gates: Rows<'a, T>,
    pub h: Rows<'a, T>,
    pub c: Rows<'a, T>,
    pub kept: Rows<'a, T>,
    pub cell: PhantomData<C>,
}

/// A piece of the work, and room for products.
struct Steps<'a, C, T> {
    run: &'a Forward<'a, C, T>,
    piece: Piece,
    room: &'a mut [T],
}

impl<C: Cell, T: Real> Forward<'_, C, T> {
    /// Takes steps.
    ///
    /// # Safety
    /// What the steps before them write must be there, and nobody else may work on the same examples and units.
    pub unsafe fn take(&self, piece: Piece) {
        let room = self.weights.room(piece.examples.len());
        scratch::with(room, |room| isa::dispatch(Steps { run: self, piece, room }));
    }

    /// The states before step `s` of the example at place `i`.
    ///
    /// # Safety
    /// As for [`take`](Forward::take).
    #[inline(always)]
    unsafe fn before<S: Simd>(&self, state: usize, s: usize, i: usize, units: Units<S>) -> Few<T> {
        let rows = [&self.h, &self.c][state];
        match s.checked_sub(1) {
            // SAFETY: the caller's promise.
            Some(s) => unsafe { rows.read(self.plan.step(s).start + i, 0, units) },
            None => units.read(self.initial[state], i * rows.width),
        }
    }

    /// Step `s` of some units of the example at place `i`.
    ///
    /// # Safety
    /// As for [`take`](Forward::take).
    #[inline(always)]
    unsafe fn cell<S: Simd>(&self, s: usize, i: usize, units: Units<S>, product: [Few<T>; GATES]) {
        let (hidden, row) = (self.h.width, self.plan.step(s).start + i);
        let mut input = [[T::zero(); LANES]; GATES];
        let mut products = [[T::zero(); LANES]; GATES];
        for g in 0..C::GATES {
            // SAFETY: the caller's promise: these are units of the own piece.
            input[g] = unsafe { self.gates.read(row, g * hidden, units) };
            let bias = units.read(self.bias, g * hidden);
            for l in 0..T::count::<S>() {
                products[g][l] = product[g][l] + bias[l];
            }
        }
        // SAFETY: the caller's promise.
        let h_before = unsafe { self.before(0, s, i, units) };
        let c_before = match C::STATES {
            // SAFETY: the caller's promise.
            2 => unsafe { self.before(1, s, i, units) },
            _ => h_before,
        };
        let (mut h, mut c, mut kept) = ([T::zero(); LANES], [T::zero(); LANES], [T::zero(); LANES]);
        for l in 0..T::count::<S>() {
            let gates = |x: &[Few<T>; GATES]| [x[0][l], x[1][l], x[2][l], x[3][l]];
            let after = C::forward(gates(&input), gates(&products), h_before[l], c_before[l]);
            (h[l], c[l], kept[l]) = (after.h, after.c, after.kept);
            for (gates, &gate) in input.iter_mut().zip(&after.gates).take(C::GATES) {
                gates[l] = gate;
            }
        }
        // SAFETY: the caller's promise.
        unsafe {
            for (g, gate) in input.iter().enumerate().take(C::GATES) {
                self.gates.write(row, g * hidden, units, gate);
            }
            self.h.write(row, 0, units, &h);
            if C::STATES == 2 {
                self.c.write(row, 0, units, &c);
            }
            if C::APART {
                self.kept.write(row, 0, units, &kept);
            }
        }
    }
}

impl<C: Cell, T: Real> WithSimd for Steps<'_, C, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Steps { run, piece, room } = self;
        let hidden = run.h.width;
        for s in piece.steps.clone() {
            let (first, end) = (piece.examples.start, piece.examples.end.min(run.plan.step(s).len()));
            if first >= end {
                return;
            }
            let h_before = match s.checked_sub(1).map(|s| run.plan.step(s).start) {
                // SAFETY: rows of the step before, which are written.
                Some(row) => unsafe { run.h.rows(row + first..row + end) },
                None => &run.initial[0][first * hidden..end * hidden],
            };
            run.weights.prepare(h_before, room);
            for b in piece.blocks(s) {
                let units = run.weights.blocks.units(b);
                let product: Product<'_, T> = run.weights.product(simd, h_before, b, room);
                for i in first..end {
                    for some in Units::split::<T>(simd, units.clone()) {
                        let mut products = [[T::zero(); LANES]; GATES];
                        for (g, products) in products.iter_mut().enumerate().take(C::GATES) {
                            *products = product.read(i - first, g, some);
                        }
                        // SAFETY: the piece is this thread's own, and the steps before are over.
                        unsafe { run.cell(s, i, some, products) };
                    }
                }
            }
        }
    }
}
