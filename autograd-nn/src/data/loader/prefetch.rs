//! Threads that make batches ahead of the caller, never more than there is room for.

use super::epoch::Plan;
use crate::data::DataError;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

/// Threads at work on an epoch. Dropping it ends them.
pub(super) struct Prefetch<B> {
    shared: Arc<Shared<B>>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared<B> {
    queue: Mutex<Queue<B>>,
    /// A batch was finished.
    finished: Condvar,
    /// There is room for another batch, or no more is wanted.
    room: Condvar,
}

struct Queue<B> {
    /// The number of the next batch that a worker takes in hand.
    next: usize,
    /// The number of batches that may be in hand or finished: those before this number.
    limit: usize,
    /// Finished batches by number. A worker that panicked leaves what it panicked with.
    finished: HashMap<usize, thread::Result<Result<B, DataError>>>,
    closed: bool,
}

impl<B> Shared<B> {
    fn lock(&self) -> MutexGuard<'_, Queue<B>> {
        self.queue.lock().expect("nothing panics while it holds the queue")
    }

    /// The number of a batch to make, as soon as there is room for it; `None` when all are in hand or no more is wanted.
    fn claim(&self, batches: usize) -> Option<usize> {
        let full = |queue: &mut Queue<B>| !queue.closed && queue.next < batches && queue.next >= queue.limit;
        let mut queue = self.room.wait_while(self.lock(), full).expect("nothing panics while it holds the queue");
        if queue.closed || queue.next == batches {
            return None;
        }
        queue.next += 1;
        Some(queue.next - 1)
    }
}

impl<B: Send + 'static> Prefetch<B> {
    /// Starts threads that make the batches from `first` on, at most `ahead` before they are asked for. `None` if the system has no thread
    /// to give; with fewer than asked for, the work goes on.
    pub(super) fn start(plan: &Arc<Plan<B>>, threads: usize, ahead: usize, first: usize) -> Option<Self> {
        let limit = first.saturating_add(ahead);
        let queue = Mutex::new(Queue { next: first, limit, finished: HashMap::new(), closed: false });
        let shared = Arc::new(Shared { queue, finished: Condvar::new(), room: Condvar::new() });
        let start = |_| {
            let (plan, shared) = (Arc::clone(plan), Arc::clone(&shared));
            thread::Builder::new().name("data loader".to_owned()).spawn(move || work(&plan, &shared))
        };
        let threads: Vec<JoinHandle<()>> = (0..threads).map_while(|i| start(i).ok()).collect();
        (!threads.is_empty()).then_some(Prefetch { shared, threads })
    }
}

fn work<B>(plan: &Plan<B>, shared: &Shared<B>) {
    while let Some(batch) = shared.claim(plan.batches) {
        // Whatever a panic left half done in the data set is seen by the caller, who gets the panic.
        let result = catch_unwind(AssertUnwindSafe(|| plan.batch(batch)));
        shared.lock().finished.insert(batch, result);
        shared.finished.notify_one();
    }
}

impl<B> Prefetch<B> {
    /// The batch of this number, when it is finished; its place is free for another one then.
    pub(super) fn take(&self, batch: usize) -> Result<B, DataError> {
        let mut queue = self.shared.lock();
        let result = loop {
            match queue.finished.remove(&batch) {
                Some(result) => break result,
                None => queue = self.shared.finished.wait(queue).expect("nothing panics while it holds the queue"),
            }
        };
        queue.limit = queue.limit.saturating_add(1);
        drop(queue);
        self.shared.room.notify_one();
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl<B> Drop for Prefetch<B> {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.room.notify_all();
        for thread in self.threads.drain(..) {
            // It catches its panics, and during an unwinding there is nothing better to do with one.
            let _ = thread.join();
        }
    }
}
