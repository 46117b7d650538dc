//! Memory: a graph gives back all that it took.

use autograd_core::{Var, tensor::pool};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};

/// The system's allocator, with a count of the bytes in use.
struct Counting;

static IN_USE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: each call goes to the system's allocator as it is; only a counter is added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// One test, since the count is of the whole process.
#[test]
fn memory_is_back_where_it_was_after_a_million_ops() {
    let x = Var::leaf([1.0, 2.0]);
    let round = |walk: bool| {
        let mut y = x.clone();
        for _ in 0..1_000_000 {
            y *= 1.0;
        }
        if walk {
            let gradients = y.sum().backward();
            assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 1.0]);
        }
    };
    round(true); // the thread's tables and the pool come to their size
    pool::trim();
    let before = IN_USE.load(Ordering::Relaxed);
    for walk in [true, false] {
        round(walk);
        pool::trim();
        let after = IN_USE.load(Ordering::Relaxed);
        assert!((after - before).abs() < 64 << 10, "{before} bytes before, {after} after; walked: {walk}");
    }
    assert!(pool::stats().in_use < 1 << 10, "{:?}", pool::stats());
}
