//! Elementwise expressions run as one pass: tile by tile, with every intermediate in the first-level cache.

use crate::element::{Real, Values, ValuesMut};
use crate::elementwise::Apply;
use crate::fold::{self, LANES};
use crate::list::List;
use crate::reduce;
use crate::threads;
use smallvec::SmallVec;
use std::cell::Cell;
use std::sync::Mutex;

mod parts;
mod slot;
mod source;
#[cfg(test)]
mod tests;

pub use parts::{Parts, Taker};
use slot::Slot;
pub use source::{Room, Source};

/// Elements of a tile: as many as leave room for a dozen intermediates in the first-level cache.
pub const TILE: usize = 1 << 10;
/// Elements of a piece, which one thread has; a whole number of the blocks of a sum.
const PIECE: usize = 1 << 14;

/// What a step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A source, by number.
    Source(usize),
    /// The result of an earlier step, by number.
    Step(usize),
}

/// A function applied to sources and results of earlier steps.
pub struct Step<'a> {
    /// What is applied.
    pub function: &'a dyn Apply,
    /// What it is applied to.
    pub inputs: SmallVec<[Input; 3]>,
    /// A tile of the result's element type; its elements are of no account.
    pub kind: Kind,
}

/// The element type of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `i64`
    I64,
    /// `bool`
    Bool,
}

/// Where the result of a step goes.
#[derive(Clone, Copy)]
enum Place {
    Register(usize),
    Output(usize),
}

/// Steps over `n` elements, in an order in which each reads earlier ones only.
pub struct Program<'a> {
    /// Elements of each operand and result.
    pub n: usize,
    /// The operands in memory.
    pub sources: List<Source<'a>>,
    /// The functions applied.
    pub steps: List<Step<'a>>,
}

/// The sum of a step's result.
pub struct Sum<'a> {
    /// The step.
    pub step: usize,
    /// The sums of its [blocks](reduce::BLOCK).
    pub blocks: ValuesMut<'a>,
}

thread_local! {
    /// The rooms of this thread, kept from program to program: first those of registers, then those of sources.
    static ROOMS: Cell<Vec<Room>> = const { Cell::new(Vec::new()) };
}

/// The rooms of this thread, lent. A function that runs a program of its own within another finds none there, and makes some.
struct Rooms(Vec<Room>);

impl Rooms {
    fn new() -> Self {
        Rooms(ROOMS.take())
    }
}

impl Drop for Rooms {
    fn drop(&mut self) {
        ROOMS.set(std::mem::take(&mut self.0));
    }
}

impl Program<'_> {
    /// Runs the steps; `outputs` are the steps whose results are wanted in memory, each once, and where.
    ///
    /// # Panics
    /// If a step reads what is not there, or an output has another length or element type.
    pub fn run(&self, outputs: List<(usize, ValuesMut<'_>)>, sum: Option<Sum<'_>>) {
        let places = self.places(outputs.iter().map(|(step, _)| *step), sum.as_ref().map(|sum| sum.step));
        let count = self.n.div_ceil(PIECE);
        let cost: usize = self.steps.iter().map(|step| step.function.cost()).sum();
        let mut pieces: List<Mutex<Piece<'_>>> = (0..count).map(|_| Mutex::default()).collect();
        for (_, output) in outputs {
            assert_eq!(output.len(), self.n, "an output holds all elements");
            for (piece, part) in pieces.iter_mut().zip(output.chunks(PIECE)) {
                piece.get_mut().expect("nobody had it").outputs.push(part);
            }
        }
        if let Some(Sum { step, blocks }) = sum {
            assert_eq!(blocks.len(), self.n.div_ceil(reduce::BLOCK), "a sum for each block");
            for (piece, part) in pieces.iter_mut().zip(blocks.chunks(PIECE / reduce::BLOCK)) {
                piece.get_mut().expect("nobody had it").sum = Some((step, part));
            }
        }
        threads::pieces(count, self.n.saturating_mul(cost), |i| {
            let mut piece = pieces[i].lock().expect("each piece is worked on once");
            self.piece((i * PIECE, (self.n - i * PIECE).min(PIECE)), &mut piece, &places, &mut Rooms::new(), 0);
        });
    }

    /// Where each result goes: outputs to their memory, the others to as few registers as do.
    fn places(&self, outputs: impl Iterator<Item = usize>, summed: Option<usize>) -> Places {
        let mut last: List<usize> = (0..self.steps.len()).collect();
        for (i, step) in self.steps.iter().enumerate() {
            for input in &step.inputs {
                match *input {
                    Input::Step(j) if j < i => last[j] = i,
                    Input::Step(j) => panic!("step {i} reads step {j}, which is not earlier"),
                    Input::Source(j) => {
                        assert!(j < self.sources.len(), "step {i} reads source {j}, which is not there")
                    }
                }
            }
        }
        if let Some(step) = summed {
            last[step] = usize::MAX;
        }
        let mut places = List::filled(None, self.steps.len());
        for (output, step) in outputs.enumerate() {
            places[step] = Some(Place::Output(output));
        }
        let (mut free, mut registers) = (List::new(), 0);
        for i in 0..self.steps.len() {
            if places[i].is_none() {
                // Taken before those that end here are given back: a function never writes what it reads.
                let register = free.pop().unwrap_or(registers);
                registers = registers.max(register + 1);
                places[i] = Some(Place::Register(register));
                if last[i] == i {
                    free.push(register);
                }
            }
            let mut ended: SmallVec<[usize; 3]> = SmallVec::new();
            for input in &self.steps[i].inputs {
                if let Input::Step(j) = *input
                    && last[j] == i
                    && let Some(Place::Register(register)) = places[j]
                    && !ended.contains(&register)
                {
                    ended.push(register);
                }
            }
            free.extend(ended);
        }
        Places { of: places.into_iter().map(|place| place.expect("each step has a place")).collect(), registers }
    }

    /// Runs the steps on `n` elements from the `start`-th on. `before` is the length of the longest tile that the rooms had in this program.
    fn piece(
        &self,
        (start, n): (usize, usize),
        piece: &mut Piece<'_>,
        places: &Places,
        Rooms(rooms): &mut Rooms,
        before: usize,
    ) {
        if rooms.len() < places.registers + self.sources.len() {
            rooms.resize_with(places.registers + self.sources.len(), Room::default);
        }
        let (registers, scratch) = rooms.split_at_mut(places.registers);
        // Sources first, then the results of steps.
        let read = self.sources.iter().zip(&mut *scratch).map(|(source, room)| source.slot(start, n, room));
        let written = self.steps.iter().zip(&places.of).map(|(step, place)| match *place {
            Place::Register(register) => registers[register].slot(step.kind),
            Place::Output(output) => piece.outputs[output].slot(),
        });
        let slots: List<Slot> = read.chain(written).collect();
        let (mut single, mut double) = ([0.0; LANES], [0.0; LANES]);
        for at in (0..n).step_by(TILE) {
            let len = TILE.min(n - at);
            for (source, room) in self.sources.iter().zip(&mut *scratch) {
                source.load(start + at, len, room, at > 0 || before >= len);
            }
            for i in 0..self.steps.len() {
                // SAFETY: `places` gives no step a place that it or a later reader still reads, sources are only read, and outputs lie apart.
                unsafe { self.step(i, &slots, start + at, at, len) };
            }
            if let Some((step, blocks)) = &mut piece.sum {
                // SAFETY: the step has written this tile, and its place is kept for the sum.
                let values = unsafe { slots[self.sources.len() + *step].values(at, len) };
                let done = at + len;
                match (values, blocks) {
                    (Values::F32(x), ValuesMut::F32(sums)) => gather(x, done, n, &mut single, sums),
                    (Values::F64(x), ValuesMut::F64(sums)) => gather(x, done, n, &mut double, sums),
                    _ => panic!("a sum is over floating-point elements, and has their type"),
                }
            }
        }
    }

    /// Runs step `i` on the `len` elements from the `at`-th of the piece on, which is the `start`-th of all.
    ///
    /// # Safety
    /// What it reads must be there, and what it writes must be nobody else's.
    // Operands are made in registers and copied nowhere: a wide load of what was just written in halves waits until all stores before it, those of the
    // last tile, are done. That was a quarter of the time of a long expression.
    #[inline(always)]
    unsafe fn step(&self, i: usize, slots: &[Slot], start: usize, at: usize, len: usize) {
        let Step { function, inputs, .. } = &self.steps[i];
        let sources = self.sources.len();
        let of = |input| {
            let slot = match input {
                Input::Source(j) => slots[j],
                Input::Step(j) => slots[sources + j],
            };
            // SAFETY: the caller's promise.
            unsafe { slot.values(at, len) }
        };
        // SAFETY: the caller's promise.
        let y = unsafe { slots[sources + i].values_mut(at, len) };
        match **inputs {
            [a] => function.run(start, &[of(a)], y),
            [a, b] => function.run(start, &[of(a), of(b)], y),
            [a, b, c] => function.run(start, &[of(a), of(b), of(c)], y),
            _ => panic!("a function has one to three operands"),
        }
    }
}

/// Adds a tile to the lanes of its block's sum, which is there when `done` of the `n` elements say that the block is full or the last.
fn gather<T: Real>(x: &[T], done: usize, n: usize, lanes: &mut [T; LANES], sums: &mut [T]) {
    fold::add_to_lanes(x, lanes);
    if done.is_multiple_of(reduce::BLOCK) || done == n {
        sums[(done - 1) / reduce::BLOCK] = fold::sum_lanes(*lanes);
        *lanes = [T::zero(); LANES];
    }
}

struct Places {
    of: List<Place>,
    registers: usize,
}

/// What one thread writes.
#[derive(Default)]
struct Piece<'a> {
    outputs: List<ValuesMut<'a>>,
    sum: Option<(usize, ValuesMut<'a>)>,
}
