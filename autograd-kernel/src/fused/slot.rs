//! `Slot`: where an operand or a result of a step lies, found once for a piece, so that next to nothing lies between two steps.

use super::Kind;
use crate::element::{Element, Values, ValuesMut};

/// Where the elements of a piece lie: all of them, or those of one tile after another at one place.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    kind: Kind,
    start: *mut u8,
    /// Bytes from one element of the piece to the next; zero where each tile begins at the start.
    apart: usize,
}

impl Slot {
    /// All elements of a piece, from `start` on.
    pub(super) fn all<X: Element>(start: *mut X) -> Self {
        Slot { kind: X::KIND, start: start.cast(), apart: size_of::<X>() }
    }

    /// One tile after another.
    pub(super) fn tile<X: Element>(start: *mut X) -> Self {
        Slot { kind: X::KIND, start: start.cast(), apart: 0 }
    }

    /// The `len` elements from the `at`-th of the piece on.
    ///
    /// # Safety
    /// They must be there, and nobody may write them in the meantime.
    #[inline(always)]
    pub(super) unsafe fn values<'a>(self, at: usize, len: usize) -> Values<'a> {
        let start = self.start.wrapping_add(at * self.apart);
        // SAFETY: the caller's promise; whoever made the slot knew the type.
        unsafe {
            match self.kind {
                Kind::F32 => Values::F32(std::slice::from_raw_parts(start.cast(), len)),
                Kind::F64 => Values::F64(std::slice::from_raw_parts(start.cast(), len)),
                Kind::I64 => Values::I64(std::slice::from_raw_parts(start.cast(), len)),
                Kind::Bool => Values::Bool(std::slice::from_raw_parts(start.cast(), len)),
            }
        }
    }

    /// The same to be written.
    ///
    /// # Safety
    /// They must be there, and nobody else may read or write them in the meantime.
    #[inline(always)]
    pub(super) unsafe fn values_mut<'a>(self, at: usize, len: usize) -> ValuesMut<'a> {
        let start = self.start.wrapping_add(at * self.apart);
        // SAFETY: as above.
        unsafe {
            match self.kind {
                Kind::F32 => ValuesMut::F32(std::slice::from_raw_parts_mut(start.cast(), len)),
                Kind::F64 => ValuesMut::F64(std::slice::from_raw_parts_mut(start.cast(), len)),
                Kind::I64 => ValuesMut::I64(std::slice::from_raw_parts_mut(start.cast(), len)),
                Kind::Bool => ValuesMut::Bool(std::slice::from_raw_parts_mut(start.cast(), len)),
            }
        }
    }
}
