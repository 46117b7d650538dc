//! Recycled memory: blocks of a size class wait for the next buffer of that class.
//!
//! Fresh memory costs more than the arithmetic on it: each new page is a fault. A training step frees what the next one asks for, so
//! freed blocks are kept, by size class (four classes to the octave): small ones by each thread, up to [`LIMIT`] bytes, [`LARGE`] ones by
//! all threads together, up to as much again, since what a loader's thread takes the training thread frees.
//!
//! A block is *initialised* memory from the start (it comes zeroed from the system) and stays so, with whatever values its last user left.
//! That is why kernels may write into plain slices and never see `MaybeUninit`.

use super::Shape;
use super::layout::{KIND_AT, Kind};
use crate::count::Count;
use crate::kernel::list;
use crate::memory;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::mem::offset_of;
use std::ptr::NonNull;
use std::sync::{Mutex, OnceLock, PoisonError};

/// How many bytes of free blocks one thread keeps, and how many of [`LARGE`] blocks all keep together.
pub const LIMIT: usize = 1 << 30;
/// Bytes from which a block is kept for all threads: a lock costs nothing beside the work on so many.
pub const LARGE: usize = 1 << 18;
/// The alignment of the data: a cache line, and the widest SIMD register.
pub(super) const ALIGN: usize = 64;
/// Classes from 64 bytes up, four to the octave.
const CLASSES: usize = 4 * 48;

/// The size of a huge page, of which one fault brings 2 MiB instead of 4 KiB: blocks that are as large consist of them.
const HUGE: usize = 2 << 20;

/// What stands in front of a block's data, in a cache line of its own.
#[repr(C, align(64))]
pub(super) struct Header {
    pub(super) references: Count,
    /// Always [`Kind::Ready`].
    kind: Kind,
    /// The class of the data's size.
    class: u8,
    /// Whether it was mapped, in huge pages, and not allocated.
    mapped: bool,
    /// Bytes from the start of the allocation to this header.
    before: u32,
    /// The shape of the data in row-major order; without a heap while the block waits.
    pub(super) shape: Shape,
    /// Length of the data in elements of its present type.
    pub(super) len: usize,
}

const _: () = assert!(size_of::<Header>() == ALIGN && offset_of!(Header, kind) == KIND_AT);

/// Where the data of a block begins.
#[inline]
pub(super) fn data(block: NonNull<Header>) -> NonNull<u8> {
    // SAFETY: each block is longer than its header.
    unsafe { block.add(1).cast() }
}

/// Where a block that waits keeps the next one of its list.
#[inline]
fn next(block: NonNull<Header>) -> NonNull<Option<NonNull<Header>>> {
    data(block).cast()
}

/// What a thread's pool has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Bytes in blocks that wait for reuse by this thread.
    pub held: usize,
    /// Bytes in large blocks that wait for reuse by any thread.
    pub shared: usize,
    /// Bytes in blocks that this thread took and nobody has given back to it; a block freed by another thread counts there.
    pub in_use: isize,
    /// Blocks served from the pool.
    pub hits: u64,
    /// Blocks asked of the system.
    pub misses: u64,
}

impl Header {
    /// The class of the data's size.
    #[inline]
    pub(super) fn class(&self) -> usize {
        usize::from(self.class)
    }
}

/// Blocks that wait, in a list for each class.
struct Waiting {
    first: [Cell<Option<NonNull<Header>>>; CLASSES],
    bytes: Cell<usize>,
}

// SAFETY: nobody but the list refers to a block that waits, and a block is memory of no thread.
unsafe impl Send for Waiting {}

impl Waiting {
    const fn new() -> Self {
        Waiting { first: [const { Cell::new(None) }; CLASSES], bytes: Cell::new(0) }
    }

    #[inline]
    fn take(&self, class: usize) -> Option<NonNull<Header>> {
        let block = self.first[class].get()?;
        // SAFETY: a block that waits is valid, nobody else refers to it, and `give` wrote the next one there.
        self.first[class].set(unsafe { next(block).read() });
        self.bytes.set(self.bytes.get() - CAPACITIES[class]);
        Some(block)
    }

    /// Takes the block in, unless that were more than [`LIMIT`] bytes.
    #[inline]
    fn give(&self, block: NonNull<Header>, class: usize) -> bool {
        let bytes = self.bytes.get() + CAPACITIES[class];
        if bytes > LIMIT {
            return false;
        }
        // SAFETY: the data is ours alone, a line long at least, and initialised memory is written with initialised memory.
        unsafe { next(block).write(self.first[class].replace(Some(block))) };
        self.bytes.set(bytes);
        true
    }

    fn trim(&self) {
        for class in 0..CLASSES {
            while let Some(block) = self.take(class) {
                release(block);
            }
        }
    }
}

/// What one thread keeps, and counts.
struct Pool {
    waiting: Waiting,
    in_use: Cell<isize>,
    hits: Cell<u64>,
    misses: Cell<u64>,
}

thread_local! {
    static POOL: Pool = const {
        Pool { waiting: Waiting::new(), in_use: Cell::new(0), hits: Cell::new(0), misses: Cell::new(0) }
    };
}

/// Large blocks.
static SHARED: Mutex<Waiting> = Mutex::new(Waiting::new());

impl Drop for Pool {
    fn drop(&mut self) {
        self.waiting.trim();
    }
}

fn with_shared<R>(f: impl FnOnce(&Waiting) -> R) -> R {
    f(&SHARED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Gives the blocks that wait for this thread, or for any, back to the system, and the memory of nodes and lists that waits for this thread.
pub fn trim() {
    POOL.with(|pool| pool.waiting.trim());
    with_shared(Waiting::trim);
    memory::trim();
    list::trim();
}

/// What this thread's pool has done so far.
pub fn stats() -> PoolStats {
    let shared = with_shared(|waiting| waiting.bytes.get());
    POOL.with(|pool| PoolStats {
        held: pool.waiting.bytes.get(),
        shared,
        in_use: pool.in_use.get(),
        hits: pool.hits.get(),
        misses: pool.misses.get(),
    })
}

/// `AUTOGRAD_POOL=off` sends each request to the system, so that sanitizers see each buffer; Miri does so unless it is `on`.
pub(crate) fn enabled() -> bool {
    static ENABLED: OnceLock<bool> = OnceLock::new();
    *ENABLED.get_or_init(|| std::env::var("AUTOGRAD_POOL").map_or(!cfg!(miri), |v| v != "off" && v != "0"))
}

/// The class of a request.
#[inline]
pub(super) fn class(bytes: usize) -> usize {
    let units = bytes.div_ceil(ALIGN).max(1);
    if units <= 4 {
        return units - 1;
    }
    let octave = units.ilog2() as usize;
    let steps = (units - (1 << octave)).div_ceil(1 << (octave - 2));
    4 * (octave - 1) + steps - 1
}

/// The bytes that a block of a class has for its data.
const fn capacity(class: usize) -> usize {
    if class < 4 {
        return (class + 1) * ALIGN;
    }
    let (octave, steps) = (class / 4 + 1, class % 4 + 1);
    ((1 << octave) + (steps << (octave - 2))) * ALIGN
}

/// The capacity of each class.
const CAPACITIES: [usize; CLASSES] = {
    let mut all = [0; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        all[class] = capacity(class);
        class += 1;
    }
    all
};

/// A block of this [`class`] with one reference and arbitrary, initialised content.
pub(super) fn take(class: usize) -> NonNull<Header> {
    let capacity = CAPACITIES[class];
    let recycled = POOL.try_with(|pool| {
        pool.in_use.set(pool.in_use.get() + capacity as isize);
        let waiting = &pool.waiting;
        let block = if capacity < LARGE { waiting.take(class) } else { with_shared(|waiting| waiting.take(class)) };
        let count = if block.is_some() { &pool.hits } else { &pool.misses };
        count.set(count.get() + 1);
        block
    });
    recycled.ok().flatten().unwrap_or_else(|| acquire(class))
}

/// Takes a block back whose last reference is gone.
pub(super) fn give(block: NonNull<Header>) {
    // SAFETY: the caller held the last reference, so the header is valid and ours alone.
    let class = unsafe { block.as_ref() }.class();
    let capacity = CAPACITIES[class];
    let kept = POOL.try_with(|pool| {
        pool.in_use.set(pool.in_use.get() - capacity as isize);
        let keep = |waiting: &Waiting| waiting.give(block, class);
        enabled() && if capacity < LARGE { keep(&pool.waiting) } else { with_shared(keep) }
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

#[cold]
fn acquire(class: usize) -> NonNull<Header> {
    let capacity = CAPACITIES[class];
    let layout = layout(capacity);
    let mapping = if enabled() { map(capacity + size_of::<Header>()) } else { None };
    let (base, start, mapped) = match mapping {
        Some((base, start)) => (base, start, true),
        None => {
            // SAFETY: the layout has a size above zero.
            let base = NonNull::new(unsafe { alloc_zeroed(layout) }).unwrap_or_else(|| handle_alloc_error(layout));
            // SAFETY: the distance is below `ALIGN`, and the layout leaves room for it, the header and the capacity.
            (base, unsafe { base.add(base.align_offset(ALIGN)) }, false)
        }
    };
    let header = start.cast::<Header>();
    let before = u32::try_from(start.addr().get() - base.addr().get()).expect("less than a huge page");
    let class = u8::try_from(class).expect("fewer classes");
    let references = Count::one();
    let fresh = Header { references, kind: Kind::Ready, class, mapped, before, shape: Shape::default(), len: 0 };
    // SAFETY: `header` is aligned to `ALIGN` and inside the allocation.
    unsafe { header.write(fresh) };
    header
}

fn release(block: NonNull<Header>) {
    // SAFETY: the block came from `acquire`, is not referenced any more, and its header tells how it was allocated.
    unsafe {
        let Header { before, class, mapped, .. } = *block.as_ref();
        let (base, capacity) = (block.cast::<u8>().sub(before as usize), CAPACITIES[usize::from(class)]);
        match mapped {
            true => unmap(base, capacity + size_of::<Header>()),
            false => dealloc(base.as_ptr(), layout(capacity)),
        }
    }
}

/// Zeroed memory: where the mapping begins, and the place in it, aligned to a huge page, from which on `bytes` bytes are free to use. `None` for less
/// than one page, and where the system gives none.
#[cfg(all(target_os = "linux", not(miri)))]
fn map(bytes: usize) -> Option<(NonNull<u8>, NonNull<u8>)> {
    if bytes < HUGE {
        return None;
    }
    let len = bytes.checked_add(HUGE)?;
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping at a place of the system's choice touches no other memory.
    let base = unsafe { libc::mmap(std::ptr::null_mut(), len, access, kind, -1, 0) };
    if base == libc::MAP_FAILED {
        return None;
    }
    let base = NonNull::new(base.cast::<u8>())?;
    // SAFETY: the distance is below `HUGE`, by which the mapping is longer.
    let start = unsafe { base.add(base.align_offset(HUGE)) };
    // SAFETY: the range lies in the mapping. The advice changes no content; where it is refused, the pages are small.
    unsafe { libc::madvise(start.as_ptr().cast(), bytes, libc::MADV_HUGEPAGE) };
    Some((base, start))
}

/// Gives a mapping back.
///
/// # Safety
/// `base` must come from [`map`] of as many `bytes`, and nobody may refer to the memory.
#[cfg(all(target_os = "linux", not(miri)))]
unsafe fn unmap(base: NonNull<u8>, bytes: usize) {
    // SAFETY: the caller's promise. It fails for ranges that were never mapped only.
    unsafe { libc::munmap(base.as_ptr().cast(), bytes + HUGE) };
}

/// Elsewhere all blocks are allocated.
#[cfg(not(all(target_os = "linux", not(miri))))]
fn map(_: usize) -> Option<(NonNull<u8>, NonNull<u8>)> {
    None
}

/// Never called, since nothing is mapped.
#[cfg(not(all(target_os = "linux", not(miri))))]
unsafe fn unmap(_: NonNull<u8>, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_what_was_asked_and_wastes_at_most_a_quarter() {
        let mut last = 0;
        for bytes in (1..5000).chain((5000..1 << 22).step_by(977)) {
            let index = class(bytes);
            let capacity = CAPACITIES[index];
            assert!(capacity >= bytes && (capacity <= bytes + bytes / 4 + ALIGN), "{bytes} bytes in {capacity}");
            assert!(index >= last && index < CLASSES, "classes rise with the size");
            assert_eq!(class(capacity), index, "a capacity is its own class");
            last = index;
        }
    }

    #[test]
    fn a_block_comes_back_until_it_is_trimmed() {
        let before = stats();
        let block = take(class(1000));
        give(block);
        let again = take(class(1000));
        assert!(again == block || !enabled());
        give(again);
        assert_eq!((stats().in_use, stats().hits > before.hits), (before.in_use, enabled()));
        // Not `trim`, which would take large blocks from the tests beside this one.
        POOL.with(|pool| pool.waiting.trim());
        assert_eq!(stats().held, 0);
    }

    #[test]
    fn what_one_thread_takes_and_another_frees_serves_the_first_again() {
        // A class that no other test uses.
        let bytes = 48 << 20;
        let take_there = || std::thread::spawn(move || take(class(bytes)).as_ptr().expose_provenance()).join().unwrap();
        let first = take_there();
        give(NonNull::new(std::ptr::with_exposed_provenance_mut(first)).unwrap());
        if enabled() {
            assert_eq!(take_there(), first);
        }
    }

    #[test]
    fn a_large_block_is_zeroed_and_ours_to_its_end() {
        let mut buffer = super::super::buffer::Buffer::<f32>::recycled(&[(HUGE + (3 << 19)) / 4].into());
        let elements = buffer.unique().unwrap();
        assert!(elements.iter().all(|&x| x == 0.0) || stats().hits > 0);
        elements.fill(1.0);
    }
}
