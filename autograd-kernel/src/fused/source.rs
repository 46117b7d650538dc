//! What a program reads, and the tiles that it reads and writes in between.

use super::{Kind, TILE};
use crate::element::{Values, ValuesMut};
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

    /// The elements that were [loaded](Source::load), where they lie or in `room`.
    #[inline(always)]
    pub(super) fn elements<'s>(&'s self, start: usize, len: usize, room: &'s Room) -> Values<'s> {
        match self {
            Source::F32(x) => Values::F32(x.part(start, len).unwrap_or_else(|| tile(&room.f32, len))),
            Source::F64(x) => Values::F64(x.part(start, len).unwrap_or_else(|| tile(&room.f64, len))),
            Source::I64(x) => Values::I64(x.part(start, len).unwrap_or_else(|| tile(&room.i64, len))),
            Source::Bool(x) => Values::Bool(x.part(start, len).unwrap_or_else(|| tile(&room.bool, len))),
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

/// The place of a room's tile: from where memory begins a page, and a line more.
#[inline(always)]
fn skip<X>(room: &[X]) -> usize {
    room.as_ptr().align_offset(PAGE) + LINE / size_of::<X>()
}

/// The first `len` elements of a room's tile.
#[inline(always)]
fn tile<X>(room: &[X], len: usize) -> &[X] {
    &room[skip(room)..][..len]
}

/// The same to be written.
#[inline(always)]
fn tile_mut<X: Copy + Default>(room: &mut Vec<X>, len: usize) -> &mut [X] {
    if room.is_empty() {
        room.resize(TILE + (PAGE + LINE) / size_of::<X>(), X::default());
    }
    let skip = skip(room);
    &mut room[skip..][..len]
}

impl Room {
    #[inline(always)]
    pub(super) fn tile(&mut self, kind: Kind, len: usize) -> ValuesMut<'_> {
        match kind {
            Kind::F32 => ValuesMut::F32(tile_mut(&mut self.f32, len)),
            Kind::F64 => ValuesMut::F64(tile_mut(&mut self.f64, len)),
            Kind::I64 => ValuesMut::I64(tile_mut(&mut self.i64, len)),
            Kind::Bool => ValuesMut::Bool(tile_mut(&mut self.bool, len)),
        }
    }

    #[inline(always)]
    pub(super) fn values(&self, kind: Kind, len: usize) -> Values<'_> {
        match kind {
            Kind::F32 => Values::F32(tile(&self.f32, len)),
            Kind::F64 => Values::F64(tile(&self.f64, len)),
            Kind::I64 => Values::I64(tile(&self.i64, len)),
            Kind::Bool => Values::Bool(tile(&self.bool, len)),
        }
    }
}
