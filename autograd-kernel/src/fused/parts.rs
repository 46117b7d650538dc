//! A program whose result another kernel takes part by part.

use super::{Piece, Places, Program, with_rooms};
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

    /// Computes the elements from the `start`-th on, as many as `y` holds, on this thread.
    pub fn fill(&self, start: usize, y: ValuesMut<'_>) {
        let n = y.len();
        assert!(start + n <= self.program.n, "the part lies within the result");
        let mut piece = Piece { outputs: List::from([y]), sum: None };
        with_rooms(|rooms| self.program.piece((start, n), &mut piece, &self.places, rooms));
    }
}
