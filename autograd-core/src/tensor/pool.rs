//! Recycled memory: blocks of a size class wait, per thread, for the next buffer of that class.
//!
//! Fresh memory costs more than the arithmetic on it: each new page is a fault. A training step frees what the next one asks for, so
//! each thread keeps freed blocks, by size class (four classes to the octave), up to [`LIMIT`] bytes.
//!
//! A block is *initialised* memory from the start (it comes zeroed from the system) and stays so, with whatever values its last user left.
//! That is why kernels may write into plain slices and never see `MaybeUninit`.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::cell::RefCell;
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;

/// How many bytes of free blocks one thread keeps.
pub const LIMIT: usize = 1 << 30;
/// The alignment of the data: a cache line, and the widest SIMD register.
pub(super) const ALIGN: usize = 64;
/// Classes from 64 bytes up, four to the octave.
const CLASSES: usize = 4 * 48;

/// What stands in front of a block's data, in a cache line of its own.
#[repr(C, align(64))]
pub(super) struct Header {
    pub(super) references: AtomicUsize,
    /// Length of the data in elements of its present type.
    pub(super) len: usize,
    /// Bytes available to the data.
    capacity: usize,
    /// Distance from the start of the allocation to this header.
    shift: usize,
}

/// What a thread's pool has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Bytes in blocks that wait for reuse.
    pub held: usize,
    /// Bytes in blocks that this thread took and nobody has given back to it; a block freed by another thread counts there.
    pub in_use: isize,
    /// Blocks served from the pool.
    pub hits: u64,
    /// Blocks asked of the system.
    pub misses: u64,
}

struct Pool {
    free: Vec<Vec<NonNull<Header>>>,
    stats: PoolStats,
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { free: Vec::new(), stats: PoolStats { held: 0, in_use: 0, hits: 0, misses: 0 } }) };
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.trim();
    }
}

impl Pool {
    fn trim(&mut self) {
        for block in self.free.iter_mut().flat_map(std::mem::take) {
            release(block);
        }
        self.stats.held = 0;
    }
}

/// Gives the blocks that wait in this thread's pool back to the system.
pub fn trim() {
    POOL.with_borrow_mut(Pool::trim);
}

/// What this thread's pool has done so far.
pub fn stats() -> PoolStats {
    POOL.with_borrow(|pool| pool.stats)
}

/// `AUTOGRAD_POOL=off` sends each request to the system, so that sanitizers see each buffer; Miri always does.
fn enabled() -> bool {
    static ENABLED: OnceLock<bool> = OnceLock::new();
    *ENABLED.get_or_init(|| !cfg!(miri) && std::env::var("AUTOGRAD_POOL").map_or(true, |v| v != "off" && v != "0"))
}

/// The class of a request and the capacity of its blocks.
fn class(bytes: usize) -> (usize, usize) {
    let units = bytes.div_ceil(ALIGN).max(1);
    if units <= 4 {
        return (units - 1, units * ALIGN);
    }
    let octave = units.ilog2() as usize;
    let quarter = 1usize << (octave - 2);
    let steps = (units - (1 << octave)).div_ceil(quarter);
    (4 * (octave - 1) + steps - 1, ((1 << octave) + steps * quarter) * ALIGN)
}

/// A block of at least `bytes` bytes with one reference and arbitrary, initialised content.
pub(super) fn take(bytes: usize) -> NonNull<Header> {
    let (index, capacity) = class(bytes);
    let recycled = POOL
        .try_with(|pool| {
            let pool = &mut *pool.borrow_mut();
            pool.stats.in_use += capacity as isize;
            let block = pool.free.get_mut(index).and_then(Vec::pop);
            match block {
                Some(_) => {
                    pool.stats.hits += 1;
                    pool.stats.held -= capacity;
                }
                None => pool.stats.misses += 1,
            }
            block
        })
        .ok()
        .flatten();
    recycled.unwrap_or_else(|| acquire(capacity))
}

/// Takes a block back whose last reference is gone.
pub(super) fn give(block: NonNull<Header>) {
    // SAFETY: the caller held the last reference, so the header is valid and ours alone.
    let capacity = unsafe { block.as_ref() }.capacity;
    let kept = POOL.try_with(|pool| {
        let pool = &mut *pool.borrow_mut();
        pool.stats.in_use -= capacity as isize;
        if !enabled() || pool.stats.held + capacity > LIMIT {
            return false;
        }
        if pool.free.is_empty() {
            pool.free.resize_with(CLASSES, Vec::new);
        }
        pool.free[class(capacity).0].push(block);
        pool.stats.held += capacity;
        true
    });
    if kept != Ok(true) {
        release(block);
    }
}

fn layout(capacity: usize) -> Layout {
    // The allocator's own alignment is 16, which lets it hand out zeroed pages without touching them; the slack finds the cache line.
    let bytes = capacity.checked_add(size_of::<Header>() + ALIGN);
    bytes.and_then(|bytes| Layout::from_size_align(bytes, 16).ok()).expect("a tensor fits into the address space")
}

fn acquire(capacity: usize) -> NonNull<Header> {
    let layout = layout(capacity);
    // SAFETY: the layout has a size above zero.
    let base = unsafe { alloc_zeroed(layout) };
    if base.is_null() {
        handle_alloc_error(layout);
    }
    let shift = base.align_offset(ALIGN);
    // SAFETY: `shift` is below `ALIGN`, and the layout leaves room for it, the header and the capacity.
    let header = unsafe { base.add(shift) }.cast::<Header>();
    // SAFETY: `header` is aligned to `ALIGN` and inside the allocation.
    unsafe { header.write(Header { references: AtomicUsize::new(1), len: 0, capacity, shift }) };
    NonNull::new(header).expect("an address inside an allocation is not null")
}

fn release(block: NonNull<Header>) {
    // SAFETY: the block came from `acquire`, is not referenced any more, and its header tells how it was allocated.
    unsafe {
        let Header { capacity, shift, .. } = *block.as_ref();
        dealloc(block.as_ptr().cast::<u8>().sub(shift), layout(capacity));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_what_was_asked_and_wastes_at_most_a_quarter() {
        let mut last = 0;
        for bytes in (1..5000).chain((5000..1 << 22).step_by(977)) {
            let (index, capacity) = class(bytes);
            assert!(capacity >= bytes && (capacity <= bytes + bytes / 4 + ALIGN), "{bytes} bytes in {capacity}");
            assert!(index >= last && index < CLASSES, "classes rise with the size");
            assert_eq!(class(capacity), (index, capacity), "a capacity is its own class");
            last = index;
        }
    }
}
