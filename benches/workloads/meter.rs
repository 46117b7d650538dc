//! `Meter`: the system's allocator with a count, which is taken only while somebody asks for it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::Relaxed};

pub struct Meter;

/// What was asked of the system meanwhile.
pub struct Count {
    /// The most bytes in use at a time, less those in use at the beginning.
    pub peak: usize,
    /// Requests for memory.
    pub allocations: usize,
}

thread_local! {
    /// Whether this thread counts what it asks for itself.
    static OWN: Cell<bool> = const { Cell::new(false) };
}

/// Whether all threads count.
static ALL: AtomicBool = AtomicBool::new(false);
static IN_USE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

/// Counts what is asked for while `f` runs on so many threads: one counts for itself alone, lest one that only ends meanwhile have a part in it.
pub fn count(threads: usize, f: impl FnOnce()) -> Count {
    IN_USE.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    ALLOCATIONS.store(0, Relaxed);
    ALL.store(threads > 1, Relaxed);
    OWN.set(threads == 1);
    f();
    ALL.store(false, Relaxed);
    OWN.set(false);
    Count { peak: PEAK.load(Relaxed).unsigned_abs(), allocations: ALLOCATIONS.load(Relaxed) }
}

fn counts() -> bool {
    ALL.load(Relaxed) || OWN.get()
}

fn taken(bytes: isize) {
    if counts() {
        ALLOCATIONS.fetch_add(1, Relaxed);
        let before = IN_USE.fetch_add(bytes, Relaxed);
        PEAK.fetch_max(before + bytes, Relaxed);
    }
}

// SAFETY: each call goes to the system's allocator as it is; only counters are changed.
unsafe impl GlobalAlloc for Meter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        taken(layout.size() as isize);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if counts() {
            IN_USE.fetch_sub(layout.size() as isize, Relaxed);
        }
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        taken(layout.size() as isize);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        taken(size as isize - layout.size() as isize);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(block, layout, size) }
    }
}
