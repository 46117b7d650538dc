//! Laws of the ways to compute: whichever is taken, the bits are the same.

use super::compare::different_bits;
use super::laws::{Law, Subject, same};
use crate::parallel::with_threads;
use crate::tensor::pending::deferring_from;

impl Subject<'_> {
    /// One thread and two give the same bits.
    pub(super) fn threads(&self) -> Law {
        let [one, two] = [1, 2].map(|threads| with_threads(threads, || self.all()));
        same(&one?, &two?, different_bits).map_err(|found| format!("one thread and two: {found}"))
    }

    /// Values that wait until somebody looks have the bits of those computed at once.
    pub(super) fn deferred(&self) -> Law {
        let late = deferring_from(0, || self.all())?;
        same(&self.all()?, &late, different_bits).map_err(|found| format!("at once and deferred: {found}"))
    }
}
