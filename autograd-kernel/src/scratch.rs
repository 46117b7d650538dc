//! Scratch memory of a thread: what a kernel packs and sums into, without asking the system for it at each call.

use crate::element::Element;
use std::cell::RefCell;

/// A cache line, in words.
const LINE: usize = 8;
/// The largest block, in words, that a thread keeps: 64 MiB.
const KEPT: usize = 1 << 23;

thread_local! {
    /// Blocks that nobody uses at present. Nested uses give theirs back before the outer ones do, so each level finds its own again.
    static FREE: RefCell<Vec<Vec<u64>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` with `len` elements of arbitrary value, aligned to a cache line. Uses may nest; each has memory of its own.
pub fn with<T: Element, R>(len: usize, f: impl FnOnce(&mut [T]) -> R) -> R {
    const { assert!(T::ANY_BITS && align_of::<T>() <= 64) };
    let words =
        len.checked_mul(size_of::<T>()).expect("scratch fits into the address space").div_ceil(size_of::<u64>());
    let mut block = FREE.try_with(|free| free.borrow_mut().pop()).ok().flatten().unwrap_or_default();
    if block.len() < words + LINE {
        // Let go before the larger one is asked for, which comes zeroed, so that no page is touched here.
        drop(block);
        block = vec![0u64; words + LINE];
    }
    let skip = block.as_ptr().align_offset(64);
    let aligned = &mut block[skip..skip + words];
    // SAFETY: the words are initialised, at least `len` elements long and aligned to 64 bytes; any bits are a `T`, and any `T` leaves valid words.
    let elements = unsafe { std::slice::from_raw_parts_mut(aligned.as_mut_ptr().cast::<T>(), len) };
    let result = f(elements);
    if block.len() <= KEPT {
        // Where the thread is ending, the block just goes.
        let _ = FREE.try_with(|free| free.borrow_mut().push(block));
    }
    result
}

/// Gives the blocks of this thread that nobody uses back to the system.
pub fn trim() {
    FREE.take();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_uses_have_memory_of_their_own() {
        for len in [0, 1, 7, 1000] {
            with::<f32, _>(len, |a| {
                a.fill(1.0);
                with::<f64, _>(len, |b| b.fill(2.0));
                assert_eq!((a.len(), a.as_ptr() as usize % 64), (len, 0));
                assert!(a.iter().all(|&a| a == 1.0));
            });
        }
    }

    #[test]
    fn a_second_use_finds_the_first_ones_block() {
        trim();
        let place = || with::<f32, _>(100, |outer| (outer.as_ptr(), with::<f32, _>(5000, |inner| inner.as_ptr())));
        assert_eq!(place(), place());
    }

    #[test]
    fn a_panic_leaves_the_others_usable() {
        let _ = std::panic::catch_unwind(|| with::<f32, ()>(10, |_| panic!("on purpose")));
        with::<f32, _>(10, |a| a.fill(0.0));
    }
}
