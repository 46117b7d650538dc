//! The team: threads that wait for pieces of a kernel's work, awake for a moment after the last, asleep after that.
//!
//! A kernel lasts microseconds, so handing over must take less: a member that spins sees new work within a fraction of one. The caller
//! works too, and never waits for a member that has not begun. One job runs at a time; who comes meanwhile works alone, which cannot
//! change a result.

use crate::isa::Isa;
use crate::list::List;
use std::any::Any;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How long a member stays awake without work: longer than what lies between two kernels of a training step, short against all that sleeps.
const AWAKE: Duration = Duration::from_micros(60);
/// Looks at the job between two looks at the clock.
const LOOKS: usize = 64;

/// The job number in the upper bits; below it, whether the job is closed to further members, and how many have joined.
const CLOSED: u64 = 1 << 15;
const JOINED: u64 = CLOSED - 1;
const NUMBER: u32 = 16;

/// A counter on a cache line of its own.
#[repr(align(64))]
#[derive(Default)]
struct Cursor(AtomicUsize);

/// Pieces `0..count`, dealt in one contiguous share to each worker; who is done helps the others.
struct Job {
    /// What to do with a piece. The lifetime is a lie that `Team::run` keeps from mattering.
    work: *const (dyn Fn(usize) + Sync),
    count: usize,
    isa: Isa,
    cursors: List<Cursor>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Job {
    /// The pieces of worker `i`.
    fn share(&self, i: usize) -> (usize, usize) {
        let workers = self.cursors.len();
        (i * self.count / workers, (i + 1) * self.count / workers)
    }

    /// Works as worker `i` until no piece is left.
    fn work(&self, i: usize) {
        // SAFETY: `Team::run` keeps the closure alive until all who joined have left.
        let work = unsafe { &*self.work };
        let workers = self.cursors.len();
        let done = catch_unwind(AssertUnwindSafe(|| {
            self.isa.hold(|| {
                for step in 0..workers {
                    let owner = (i + step) % workers;
                    let (first, end) = self.share(owner);
                    loop {
                        let piece = first + self.cursors[owner].0.fetch_add(1, Ordering::Relaxed);
                        if piece >= end {
                            break;
                        }
                        work(piece);
                    }
                }
            });
        }));
        if let Err(panic) = done {
            self.panic.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get_or_insert(panic);
        }
    }
}

struct Shared {
    /// Number, closed bit and joined count of the present job.
    state: AtomicU64,
    job: AtomicPtr<Job>,
    left: AtomicU64,
}

struct Member {
    thread: Thread,
    asleep: Arc<AtomicBool>,
}

/// The threads of this process that help with kernels.
struct Team {
    shared: Arc<Shared>,
    members: Vec<Member>,
    number: u64,
}

static TEAM: Mutex<Option<Team>> = Mutex::new(None);

/// Runs `work` on each of the pieces `0..count`, on up to `workers` threads of which the caller is one.
///
/// # Panics
/// As `work` does; the pieces of others are finished first.
pub(crate) fn run(workers: usize, count: usize, work: &(dyn Fn(usize) + Sync)) {
    let workers = workers.min(count);
    let mut team = match TEAM.try_lock() {
        _ if workers < 2 => return (0..count).for_each(work),
        Ok(team) => team,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        // At work for another caller, or this is a piece of its work.
        Err(TryLockError::WouldBlock) => return (0..count).for_each(work),
    };
    team.get_or_insert_with(Team::new).run(workers, count, work);
}

impl Team {
    fn new() -> Self {
        let shared = Shared {
            state: AtomicU64::new(CLOSED),
            job: AtomicPtr::new(std::ptr::null_mut()),
            left: AtomicU64::new(0),
        };
        Team { shared: Arc::new(shared), members: Vec::new(), number: 0 }
    }

    fn run(&mut self, workers: usize, count: usize, work: &(dyn Fn(usize) + Sync)) {
        while self.members.len() + 1 < workers {
            let number = self.members.len() + 1;
            let asleep = Arc::new(AtomicBool::new(false));
            let (shared, flag) = (self.shared.clone(), asleep.clone());
            let started =
                thread::Builder::new().name(format!("autograd-{number}")).spawn(move || member(&shared, &flag, number));
            match started {
                Ok(handle) => self.members.push(Member { thread: handle.thread().clone(), asleep }),
                // The system gives no more threads: those that there are do the work.
                Err(_) => break,
            }
        }
        let workers = workers.min(self.members.len() + 1);
        // SAFETY: only the lifetime is removed; the closure is used by those who join, for whom this function waits below, also when a
        // piece panics, since `Job::work` catches it.
        let work =
            unsafe { std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), *const (dyn Fn(usize) + Sync)>(work) };
        let cursors = (0..workers).map(|_| Cursor::default()).collect();
        let mut job = Job { work, count, isa: Isa::current(), cursors, panic: Mutex::new(None) };
        let shared = &*self.shared;
        self.number += 1;
        shared.left.store(0, Ordering::Relaxed);
        shared.job.store(&mut job, Ordering::Relaxed);
        // SeqCst, here and where members fall asleep: either we see that one sleeps, or it sees the job.
        shared.state.store(self.number << NUMBER, Ordering::SeqCst);
        for member in &self.members[..workers - 1] {
            if member.asleep.load(Ordering::SeqCst) {
                member.thread.unpark();
            }
        }
        job.work(0);
        let joined = shared.state.fetch_or(CLOSED, Ordering::AcqRel) & JOINED;
        let mut looks = 0;
        while shared.left.load(Ordering::Acquire) != joined {
            looks += 1;
            match looks % (1 << 14) {
                // The member may have lost its core to somebody else, who may wait for ours.
                0 => thread::yield_now(),
                _ => spin_loop(),
            }
        }
        if let Some(panic) = job.panic.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner()).take() {
            resume_unwind(panic);
        }
    }
}

/// The life of a member.
fn member(shared: &Shared, asleep: &AtomicBool, number: usize) {
    let mut last = 0;
    loop {
        let state = wait(shared, asleep, last);
        last = state >> NUMBER;
        if !join(shared, state) {
            continue;
        }
        // SAFETY: the job is open and counts this member, so `Team::run` waits until `left` says that it is gone.
        let job = unsafe { &*shared.job.load(Ordering::Acquire) };
        if number < job.cursors.len() {
            job.work(number);
        }
        shared.left.fetch_add(1, Ordering::Release);
    }
}

/// Counts this member in, unless the job is closed or over.
fn join(shared: &Shared, mut state: u64) -> bool {
    let number = state >> NUMBER;
    while state >> NUMBER == number && state & CLOSED == 0 {
        match shared.state.compare_exchange_weak(state, state + 1, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return true,
            Err(now) => state = now,
        }
    }
    false
}

/// Waits for a job after number `last`.
fn wait(shared: &Shared, asleep: &AtomicBool, last: u64) -> u64 {
    let begin = Instant::now();
    loop {
        for _ in 0..LOOKS {
            let state = shared.state.load(Ordering::Acquire);
            if state >> NUMBER != last {
                return state;
            }
            spin_loop();
        }
        if begin.elapsed() > AWAKE {
            asleep.store(true, Ordering::SeqCst);
            while shared.state.load(Ordering::SeqCst) >> NUMBER == last {
                thread::park();
            }
            asleep.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_is_worked_on_once_whoever_does_it() {
        for workers in [1, 2, 3, 8] {
            for count in [0, 1, 2, 3, 7, 100, 1001] {
                for _ in 0..20 {
                    let seen: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
                    run(workers, count, &|i| {
                        seen[i].fetch_add(1, Ordering::Relaxed);
                    });
                    assert!(seen.iter().all(|n| n.load(Ordering::Relaxed) == 1), "{workers} workers, {count} pieces");
                }
            }
        }
    }

    #[test]
    fn callers_from_several_threads_and_from_within_do_not_wait_for_each_other() {
        let sum = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        run(3, 5, &|_| {
                            run(3, 4, &|_| {
                                sum.fetch_add(1, Ordering::Relaxed);
                            });
                        });
                    }
                });
            }
        });
        assert_eq!(sum.into_inner(), 4 * 200 * 5 * 4);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_team_works_on() {
        for piece in [0, 9] {
            let caught = catch_unwind(|| run(2, 10, &|i| assert_ne!(i, piece, "this piece fails")));
            let message = *caught.unwrap_err().downcast::<String>().unwrap();
            assert!(message.contains("this piece fails"), "{message}");
        }
        let sum = AtomicUsize::new(0);
        run(2, 10, &|i| {
            sum.fetch_add(i, Ordering::Relaxed);
        });
        assert_eq!(sum.into_inner(), 45);
    }

    #[test]
    fn members_work_with_the_instructions_of_the_caller() {
        for isa in Isa::all() {
            isa.hold(|| run(2, 64, &|_| assert_eq!(Isa::current().name, isa.name)));
        }
    }
}
