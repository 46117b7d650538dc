//! `in_layer`: which layer of a container this thread computes, for the messages of errors.

use std::cell::Cell;
use std::fmt;

/// Containers inside containers whose places are kept; those inside of them are not told apart.
const DEPTH: usize = 7;

/// A place in a container, in a container, and so on, the outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerPath {
    depth: u8,
    places: [u16; DEPTH],
}

thread_local! {
    static PATH: Cell<LayerPath> = const { Cell::new(LayerPath { depth: 0, places: [0; DEPTH] }) };
}

impl LayerPath {
    /// Where this thread is, if it is in a container.
    pub(crate) fn current() -> Option<LayerPath> {
        Some(PATH.get()).filter(|path| path.depth > 0)
    }

    fn inside(mut self, place: usize) -> LayerPath {
        if let Some(last) = self.places.get_mut(usize::from(self.depth)) {
            *last = place.try_into().unwrap_or(u16::MAX);
            self.depth += 1;
        }
        self
    }
}

impl fmt::Display for LayerPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, place) in self.places[..usize::from(self.depth)].iter().enumerate() {
            write!(f, "{}{place}", if i > 0 { "." } else { "" })?;
        }
        Ok(())
    }
}

/// Runs `f` with errors that name a layer, as for a container that computes the one at `place`; of a container inside a container by both
/// places, as `2.0`, which is how its parameters' names begin.
///
/// ```
/// use autograd_core::{Var, in_layer, ops::MatMul};
/// let (x, weight) = (Var::constant([[1.0, 2.0]]), Var::constant([[3.0, 4.0]]));
/// let error = in_layer(2, || in_layer(0, || Var::try_apply(MatMul, [&x, &weight]))).unwrap_err();
/// assert!(error.to_string().contains("\n  layer 2.0\n"));
/// ```
pub fn in_layer<R>(place: usize, f: impl FnOnce() -> R) -> R {
    struct Restore(LayerPath);
    impl Drop for Restore {
        fn drop(&mut self) {
            PATH.set(self.0);
        }
    }
    let outside = PATH.get();
    PATH.set(outside.inside(place));
    let _restore = Restore(outside);
    f()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn places_of_containers_inside_containers_are_joined_and_left_again() {
        let here = || LayerPath::current().map(|path| path.to_string());
        assert_eq!(here(), None);
        let inner = in_layer(2, || (in_layer(0, here), catch_unwind(|| in_layer(5, || panic!("on purpose"))), here()));
        assert_eq!((inner.0.as_deref(), inner.2.as_deref(), here()), (Some("2.0"), Some("2"), None));
        fn deep(n: usize) -> Option<String> {
            if n == 0 { LayerPath::current().map(|path| path.to_string()) } else { in_layer(n, || deep(n - 1)) }
        }
        assert_eq!(deep(9).as_deref(), Some("9.8.7.6.5.4.3"));
    }
}
