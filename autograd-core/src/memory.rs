//! The memory of small things, nodes above all: a place that a thread frees waits for its next one of that size.
//!
//! A step of training makes what the step before let go, of a handful of sizes. What waits is at most [`LIMIT`] bytes for each
//! thread; [`trim`](crate::tensor::pool::trim) gives it back.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::NonNull;

/// Sizes come in cache lines.
const LINE: usize = 64;
/// Lines of the largest place that is kept.
const CLASSES: usize = 16;
/// Bytes that one thread keeps.
const LIMIT: usize = 32 << 20;

/// What stands in a place that waits.
struct Place {
    next: Option<NonNull<Place>>,
}

struct Waiting {
    /// A list for each number of lines.
    first: [Cell<Option<NonNull<Place>>>; CLASSES],
    bytes: Cell<usize>,
}

thread_local! {
    static WAITING: Waiting = const { Waiting { first: [const { Cell::new(None) }; CLASSES], bytes: Cell::new(0) } };
}

impl Waiting {
    fn trim(&self) {
        for (class, first) in self.first.iter().enumerate() {
            while let Some(place) = first.get() {
                // SAFETY: a place that waits is whole, and only its list refers to it; it was allocated for its class.
                unsafe {
                    first.set(place.as_ref().next);
                    dealloc(place.as_ptr().cast(), lines(class));
                }
            }
        }
        self.bytes.set(0);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.trim();
    }
}

/// Gives what waits for this thread back to the system.
pub(crate) fn trim() {
    WAITING.with(Waiting::trim);
}

/// The class of a layout; `None` for one that is not kept.
#[inline]
fn class(layout: Layout) -> Option<usize> {
    let class = layout.size().div_ceil(LINE).wrapping_sub(1);
    (class < CLASSES && layout.align() <= LINE).then_some(class)
}

fn lines(class: usize) -> Layout {
    Layout::from_size_align((class + 1) * LINE, LINE).expect("a few lines are a layout")
}

/// Memory of this layout, of more than no bytes, with arbitrary content.
#[inline]
pub(crate) fn take(layout: Layout) -> NonNull<u8> {
    let Some(class) = class(layout) else { return ask(layout) };
    let waits = |waiting: &Waiting| {
        let place = waiting.first[class].get()?;
        // SAFETY: a place that waits is whole, and only its list refers to it.
        waiting.first[class].set(unsafe { place.as_ref() }.next);
        waiting.bytes.set(waiting.bytes.get() - (class + 1) * LINE);
        Some(place.cast())
    };
    WAITING.try_with(waits).ok().flatten().unwrap_or_else(|| ask(lines(class)))
}

#[cold]
fn ask(layout: Layout) -> NonNull<u8> {
    // SAFETY: the caller asks for more than no bytes.
    NonNull::new(unsafe { alloc(layout) }).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Takes back what [`take`] gave for this layout.
///
/// # Safety
/// Nobody may refer to it any more.
#[inline]
pub(crate) unsafe fn give(at: NonNull<u8>, layout: Layout) {
    let Some(class) = class(layout) else {
        // SAFETY: `take` asked for just this layout.
        return unsafe { dealloc(at.as_ptr(), layout) };
    };
    let keep = |waiting: &Waiting| {
        let bytes = waiting.bytes.get() + (class + 1) * LINE;
        if bytes > LIMIT || !crate::tensor::pool::enabled() {
            return false;
        }
        let place = at.cast::<Place>();
        // SAFETY: the caller gives a whole number of aligned lines that nobody refers to.
        unsafe { place.write(Place { next: waiting.first[class].replace(Some(place)) }) };
        waiting.bytes.set(bytes);
        true
    };
    if WAITING.try_with(keep) != Ok(true) {
        // SAFETY: `take` asked for the lines of this class.
        unsafe { dealloc(at.as_ptr(), lines(class)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_used_again_by_the_next_of_its_lines() {
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        trim();
        let first = take(layout(130));
        // SAFETY: nobody refers to it.
        unsafe { give(first, layout(130)) };
        let (other, same) = (take(layout(64)), take(layout(192)));
        assert_ne!(other, first);
        assert!(same == first || !crate::tensor::pool::enabled());
        // SAFETY: nobody refers to them.
        unsafe {
            give(other, layout(64));
            give(same, layout(192));
        }
        trim();
        WAITING.with(|waiting| assert_eq!(waiting.bytes.get(), 0));
    }

    #[test]
    fn large_ones_and_those_of_wide_alignment_are_not_kept() {
        assert_eq!(class(Layout::from_size_align(1024, 64).unwrap()), Some(15));
        assert_eq!(class(Layout::from_size_align(1025, 8).unwrap()), None);
        assert_eq!(class(Layout::from_size_align(64, 128).unwrap()), None);
    }
}
