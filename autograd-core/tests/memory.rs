//! Memory: a graph gives back all that it took, and attention takes no more than its operands call for.

use autograd_core::ops::Attention;
use autograd_core::{Generator, Tensor, Var, tensor::pool};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicIsize, Ordering};

/// The system's allocator, with a count of the bytes in use and of the most there were.
struct Counting;

static IN_USE: AtomicIsize = AtomicIsize::new(0);
static MOST: AtomicIsize = AtomicIsize::new(0);

fn add(bytes: usize) {
    let before = IN_USE.fetch_add(bytes as isize, Ordering::Relaxed);
    MOST.fetch_max(before + bytes as isize, Ordering::Relaxed);
}

// SAFETY: each call goes to the system's allocator as it is; only a counter is added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(block, layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test at a time, since the count is of the whole process.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn memory_is_back_where_it_was_after_a_million_ops() {
    let _turn = TURN.lock();
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

#[test]
fn attention_and_its_gradient_never_hold_all_scores() {
    let _turn = TURN.lock();
    let mut generator = Generator::seed(0);
    let mut draw = || Var::leaf(Tensor::<f32>::normal([2048, 8], 0.0, 1.0, &mut generator));
    let (q, k, v) = (draw(), draw(), draw());
    pool::trim();
    let before = IN_USE.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let y = q.scaled_dot_product_attention(&k, &v, &Attention::default().causal(true));
    let gradients = y.sum().backward();
    assert!(gradients.get(&k).is_some_and(Tensor::is_finite));
    let most = MOST.load(Ordering::Relaxed) - before;
    // The scores alone would be 2048² numbers of four bytes, 16 MiB; an operand is 64 KiB.
    assert!(most < 2 << 20, "{most} bytes");
}
