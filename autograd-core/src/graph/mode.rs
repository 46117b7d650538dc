//! How this thread records: the only state outside values.

use std::cell::Cell;
use std::panic::Location;

/// What holds for the ops that a thread applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    recording: bool,
    anomaly: bool,
    /// Whom messages and nodes name, if not the caller.
    blame: Option<&'static Location<'static>>,
}

/// How a thread begins.
const FRESH: Mode = Mode { recording: true, anomaly: false, blame: None };

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(FRESH) };
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

/// The line that an op, applied now, is to be known by: the caller's, or the one set by [`blame`].
#[track_caller]
pub(crate) fn location() -> &'static Location<'static> {
    match current().blame {
        Some(at) => at,
        None => Location::caller(),
    }
}

/// Runs `f` as a thread begins: what a thread works on for others does not know its modes.
pub(crate) fn fresh<R>(f: impl FnOnce() -> R) -> R {
    FRESH.hold(f)
}

/// Runs `f` with errors and nodes that name the line `at`, as for a container of layers that calls them on behalf of its own caller.
///
/// Inside another `blame`, the outer line holds.
///
/// ```
/// use autograd_core::{Var, blame};
/// use std::panic::Location;
///
/// #[track_caller]
/// fn apply(layers: &[Box<dyn Fn(&Var<f64>) -> Var<f64>>], x: &Var<f64>) -> Var<f64> {
///     blame(Location::caller(), || layers.iter().fold(x.clone(), |x, layer| layer(&x)))
/// }
///
/// let y = apply(&[Box::new(|x| x.exp()), Box::new(|x| x * 2.0)], &Var::leaf(0.0));
/// assert_eq!(y.item(), 2.0);
/// ```
pub fn blame<R>(at: &'static Location<'static>, f: impl FnOnce() -> R) -> R {
    let mode = current();
    Mode { blame: mode.blame.or(Some(at)), ..mode }.hold(f)
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
