//! How this thread records: the only state outside values.

use std::cell::Cell;

/// What holds for the ops that a thread applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    recording: bool,
    anomaly: bool,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode { recording: true, anomaly: false }) };
}

/// The mode of this thread.
#[inline]
pub fn current() -> Mode {
    MODE.get()
}

impl Mode {
    /// Whether ops leave nodes.
    pub fn recording(self) -> bool {
        self.recording
    }

    /// Whether values are searched for NaN.
    pub fn anomaly(self) -> bool {
        self.anomaly
    }

    pub(crate) fn with_recording(self, recording: bool) -> Mode {
        Mode { recording, ..self }
    }

    pub(crate) fn with_anomaly(self, anomaly: bool) -> Mode {
        Mode { anomaly, ..self }
    }

    /// Runs `f` in this mode; the thread's own comes back afterwards, also when `f` panics.
    pub(crate) fn hold<R>(self, f: impl FnOnce() -> R) -> R {
        struct Restore(Mode);
        impl Drop for Restore {
            fn drop(&mut self) {
                MODE.set(self.0);
            }
        }
        let _restore = Restore(MODE.replace(self));
        f()
    }
}

/// Runs `f` without recording: its results are constants, and nothing is kept for a backward pass.
///
/// Holds for this thread only, and only until `f` returns.
///
/// ```
/// use autograd_core::{Var, no_grad};
/// let x = Var::leaf(3.0);
/// let y = no_grad(|| &x * &x);
/// assert_eq!((y.item(), y.requires_grad()), (9.0, false));
/// assert!((&x * &x).requires_grad());
/// ```
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    current().with_recording(false).hold(f)
}
