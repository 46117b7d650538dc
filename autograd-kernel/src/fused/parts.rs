//! A program whose result another kernel takes part by part.

use super::{Piece, Places, Program, Rooms, TILE};
use crate::element::ValuesMut;
use crate::list::List;

/// The result of a program's last step, computed part by part for another kernel, which reads each part while it is in the cache.
pub struct Parts<'a> {
    program: Program<'a>,
    places: Places,
}

impl<'a> Parts<'a> {
    /// The result of the last step of `program`.
    pub fn new(program: Program<'a>) -> Self {
        let last = program.steps.len().checked_sub(1).expect("a program has a step");
        Parts { places: program.places(std::iter::once(last), None), program }
    }

    /// Somebody who takes parts, one after another, on this thread.
    #[inline(never)]
    pub fn taker(&self) -> Taker<'_> {
        Taker { parts: self, rooms: Rooms::new(), longest: 0 }
    }
}

/// Takes parts of a result, and keeps between them what they have in common.
pub struct Taker<'a> {
    parts: &'a Parts<'a>,
    rooms: Rooms,
    /// The length of the longest tile so far.
    longest: usize,
}

impl Taker<'_> {
    /// Computes the elements from the `start`-th on, as many as `y` holds.
    ///
    /// # Panics
    /// If they are not all there.
    #[inline(never)]
    pub fn fill(&mut self, start: usize, y: ValuesMut<'_>) {
        let Parts { program, places } = self.parts;
        let n = y.len();
        assert!(start + n <= program.n, "the part lies within the result");
        let mut piece = Piece { outputs: List::from([y]), sum: None };
        program.piece((start, n), &mut piece, places, &mut self.rooms, self.longest);
        self.longest = self.longest.max(n.min(TILE));
    }
}
