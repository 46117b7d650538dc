//! `Count`: the number of references to a value that several own.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of references to a value, which lies beside it.
#[repr(transparent)]
pub(crate) struct Count(AtomicUsize);

impl Count {
    /// That of a value with one owner.
    #[inline]
    pub(crate) const fn one() -> Self {
        Count(AtomicUsize::new(1))
    }

    /// The number of references, of which the caller holds one.
    #[inline]
    pub(crate) fn get(&self) -> usize {
        // Acquire pairs with the release of other owners' `leave`: what they did is done.
        self.0.load(Ordering::Acquire)
    }

    /// Whether the caller's is the only reference: nobody else can make another.
    #[inline]
    pub(crate) fn is_one(&self) -> bool {
        self.get() == 1
    }

    /// Counts one reference more, made from the caller's.
    ///
    /// # Panics
    /// If there are more than memory could hold, since they are forgotten, not dropped.
    #[inline]
    pub(crate) fn add(&self) {
        // Relaxed suffices: the new reference is made from one that exists.
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        assert!(before < isize::MAX as usize, "more references than memory could hold");
    }

    /// Counts the caller's reference no more, unless it is the last one. That stays counted: with it the value is the caller's alone, to be
    /// dropped, and all that other owners did is done.
    #[inline]
    #[must_use]
    pub(crate) fn leave(&self) -> bool {
        // A sole owner pays for no atomic subtraction.
        if self.is_one() {
            return true;
        }
        if self.0.fetch_sub(1, Ordering::AcqRel) != 1 {
            return false;
        }
        // The others left since the look.
        self.0.store(1, Ordering::Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_all_threads_stays_counted_and_sees_what_the_others_did() {
        let (count, written) = (Count::one(), AtomicUsize::new(0));
        (0..3).for_each(|_| count.add());
        assert!(count.get() == 4 && !count.is_one());
        let leave = || {
            written.fetch_add(1, Ordering::Relaxed);
            count.leave().then(|| (written.load(Ordering::Relaxed), count.is_one()))
        };
        let last = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(leave));
            threads.map(|thread| thread.join().expect("no panic"))
        });
        let last: Vec<_> = last.into_iter().flatten().collect();
        assert_eq!(last, [(4, true)]);
    }
}
