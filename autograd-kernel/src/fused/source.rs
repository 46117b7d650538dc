//! What a program reads, and the tiles that it reads and writes in between.

use super::{Kind, Slot, TILE};
use crate::element::{Element, ValuesMut};
use crate::view::Reader;

/// Bytes of a page, and of a cache line. All tiles lie a line behind the start of a page, as the elements of large tensors do: on lines of their own, and
/// none ahead of another in its page, where a load would take an earlier store to the other for one to its own place, and wait for it.
const PAGE: usize = 1 << 12;
const LINE: usize = 1 << 6;

/// An operand in memory, of any element type and in any layout.
#[expect(missing_docs, reason = "each is the reader of its type")]
pub enum Source<'a> {
    F32(Reader<'a, f32>),
    F64(Reader<'a, f64>),
    I64(Reader<'a, i64>),
    Bool(Reader<'a, bool>),
}

impl Source<'_> {
    /// Copies the `len` elements from the `start`-th on to `room`, unless they lie side by side. `again` says that it still holds those of an earlier
    /// tile, of at least that length.
    pub(super) fn load(&self, start: usize, len: usize, room: &mut Room, again: bool) {
        fn copy<X: Copy + Default>(x: &Reader<'_, X>, (start, len, again): (usize, usize, bool), room: &mut Vec<X>) {
            if x.part(start, len).is_none() && !(again && x.is_constant()) {
                x.copy(start, tile_mut(room, len));
            }
        }
        let which = (start, len, again);
        match self {
            Source::F32(x) => copy(x, which, &mut room.f32),
            Source::F64(x) => copy(x, which, &mut room.f64),
            Source::I64(x) => copy(x, which, &mut room.i64),
            Source::Bool(x) => copy(x, which, &mut room.bool),
        }
    }

    /// Where its tiles lie in a piece of `n` elements from the `start`-th on: side by side in memory, or, [loaded](Source::load), in `room`.
    pub(super) fn slot(&self, start: usize, n: usize, room: &mut Room) -> Slot {
        fn of<X: Element + Default>(x: &Reader<'_, X>, start: usize, n: usize, room: &mut Vec<X>) -> Slot {
            match x.part(start, n) {
                Some(part) => Slot::all(part.as_ptr().cast_mut()),
                None => tile(room),
            }
        }
        match self {
            Source::F32(x) => of(x, start, n, &mut room.f32),
            Source::F64(x) => of(x, start, n, &mut room.f64),
            Source::I64(x) => of(x, start, n, &mut room.i64),
            Source::Bool(x) => of(x, start, n, &mut room.bool),
        }
    }
}

/// Room for a tile of any element type.
#[derive(Default)]
pub struct Room {
    pub(crate) f32: Vec<f32>,
    pub(crate) f64: Vec<f64>,
    pub(crate) i64: Vec<i64>,
    pub(crate) bool: Vec<bool>,
}

/// The place of a room's tile, made if there is none yet: from where memory begins a page, and a line more.
fn place<X: Copy + Default>(room: &mut Vec<X>) -> usize {
    if room.is_empty() {
        room.resize(TILE + (PAGE + LINE) / size_of::<X>(), X::default());
    }
    room.as_ptr().align_offset(PAGE) + LINE / size_of::<X>()
}

/// Where a room's tile lies.
fn tile<X: Element + Default>(room: &mut Vec<X>) -> Slot {
    let place = place(room);
    assert!(room.len() >= place + TILE, "a room holds a tile");
    Slot::tile(room.as_mut_ptr().wrapping_add(place))
}

/// The first `len` elements of a room's tile, to be written.
fn tile_mut<X: Copy + Default>(room: &mut Vec<X>, len: usize) -> &mut [X] {
    let place = place(room);
    &mut room[place..][..len]
}

impl Room {
    /// Where its tile of an element type lies.
    pub(super) fn slot(&mut self, kind: Kind) -> Slot {
        match kind {
            Kind::F32 => tile(&mut self.f32),
            Kind::F64 => tile(&mut self.f64),
            Kind::I64 => tile(&mut self.i64),
            Kind::Bool => tile(&mut self.bool),
        }
    }
}

impl ValuesMut<'_> {
    /// Where an output lies, which holds the elements of a piece.
    pub(super) fn slot(&mut self) -> Slot {
        match self {
            ValuesMut::F32(y) => Slot::all(y.as_mut_ptr()),
            ValuesMut::F64(y) => Slot::all(y.as_mut_ptr()),
            ValuesMut::I64(y) => Slot::all(y.as_mut_ptr()),
            ValuesMut::Bool(y) => Slot::all(y.as_mut_ptr()),
        }
    }
}
