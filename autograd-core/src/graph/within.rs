//! `within`: at which place of a list of layers this thread is, for the messages of errors.

use std::cell::Cell;
use std::fmt;

/// Lists inside lists whose places are kept; those inside of them are not told apart.
const DEPTH: usize = 7;

/// A place in a list, in a list, and so on, the outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Within {
    depth: u8,
    places: [u16; DEPTH],
}

thread_local! {
    static WITHIN: Cell<Within> = const { Cell::new(Within { depth: 0, places: [0; DEPTH] }) };
}

impl Within {
    /// Where this thread is, if it is in a list.
    pub(crate) fn current() -> Option<Within> {
        Some(WITHIN.get()).filter(|within| within.depth > 0)
    }

    fn inside(mut self, place: usize) -> Within {
        if let Some(last) = self.places.get_mut(usize::from(self.depth)) {
            *last = place.try_into().unwrap_or(u16::MAX);
            self.depth += 1;
        }
        self
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, place) in self.places[..usize::from(self.depth)].iter().enumerate() {
            write!(f, "{}{place}", if i > 0 { "." } else { "" })?;
        }
        Ok(())
    }
}

/// Runs `f` with errors that name a place in a list, as for a container of layers that runs the one at `place`; of lists inside lists, with
/// all their places, as `2.0`.
///
/// ```should_panic
/// use autograd_core::{Var, within};
/// let (x, layers) = (Var::leaf([1.0, 2.0]), [Var::leaf([[1.0, 1.0]]), Var::leaf([[1.0, 1.0, 1.0]])]);
/// // linear: x has 2 inputs, the weight has 3 ... layer 1
/// layers.iter().enumerate().for_each(|(i, weight)| drop(within(i, || x.linear(weight, None))));
/// ```
pub fn within<R>(place: usize, f: impl FnOnce() -> R) -> R {
    struct Restore(Within);
    impl Drop for Restore {
        fn drop(&mut self) {
            WITHIN.set(self.0);
        }
    }
    let outside = WITHIN.get();
    WITHIN.set(outside.inside(place));
    let _restore = Restore(outside);
    f()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn places_of_lists_inside_lists_are_joined_and_left_again() {
        let here = || Within::current().map(|within| within.to_string());
        assert_eq!(here(), None);
        let inner = within(2, || (within(0, here), catch_unwind(|| within(5, || panic!("on purpose"))), here()));
        assert_eq!((inner.0.as_deref(), inner.2.as_deref(), here()), (Some("2.0"), Some("2"), None));
        fn deep(n: usize) -> Option<String> {
            if n == 0 { Within::current().map(|within| within.to_string()) } else { within(n, || deep(n - 1)) }
        }
        assert_eq!(deep(9).as_deref(), Some("9.8.7.6.5.4.3"));
    }
}
