//! `List`: a vector whose memory waits, once it is let go, for the thread's next list of elements of that size.
//!
//! A step of training makes the lists that the step before let go; so it asks the system for none of them.

use std::alloc::{Layout, dealloc};
use std::cell::RefCell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Bytes of the lists of one kind of elements that a thread keeps.
const LIMIT: usize = 1 << 20;
/// Kinds of elements.
const KINDS: usize = 82;

/// The number of a kind of elements: one size and one alignment; `None` for those whose lists are not kept.
const fn kind<X>() -> Option<usize> {
    match (align_of::<X>(), size_of::<X>() / align_of::<X>()) {
        (1, 1) => Some(0),
        (4, n @ 1..=16) => Some(n),
        (8, n @ 1..=64) => Some(16 + n),
        (64, 1) => Some(81),
        _ => None,
    }
}

/// The memory of lists of elements of one kind.
struct Shelf {
    /// The layout of an element.
    element: Layout,
    bytes: usize,
    /// Where each lies, and for how many elements it is: allocated by a vector of such elements, and used by nobody.
    waiting: Vec<(NonNull<u8>, usize)>,
}

impl Shelf {
    const EMPTY: Shelf = Shelf { element: Layout::new::<()>(), bytes: 0, waiting: Vec::new() };
}

impl Drop for Shelf {
    fn drop(&mut self) {
        for (at, capacity) in self.waiting.drain(..) {
            let layout = Layout::from_size_align(self.element.size() * capacity, self.element.align());
            // SAFETY: a vector allocated it for as many elements of this layout, and nobody refers to it.
            unsafe { dealloc(at.as_ptr(), layout.expect("a vector had it")) };
        }
    }
}

thread_local! {
    static SHELVES: RefCell<[Shelf; KINDS]> = const { RefCell::new([const { Shelf::EMPTY }; KINDS]) };
}

/// Gives the lists that wait for this thread back to the system.
pub fn trim() {
    SHELVES.with_borrow_mut(|shelves| shelves.fill_with(|| Shelf::EMPTY));
}

/// An empty vector, with memory if some waits.
#[inline]
fn take<X>() -> Vec<X> {
    let Some(kind) = (const { kind::<X>() }) else { return Vec::new() };
    let waits = |shelves: &RefCell<[Shelf; KINDS]>| {
        let shelf = &mut shelves.borrow_mut()[kind];
        let (at, capacity) = shelf.waiting.pop()?;
        shelf.bytes -= capacity * size_of::<X>();
        // SAFETY: a vector of elements of this size and alignment allocated it for `capacity` of them, and nobody else refers to it.
        Some(unsafe { Vec::from_raw_parts(at.as_ptr().cast(), 0, capacity) })
    };
    SHELVES.try_with(waits).ok().flatten().unwrap_or_default()
}

/// Lets the memory of an empty vector wait.
#[inline]
fn give<X>(empty: Vec<X>) {
    let Some(kind) = (const { kind::<X>() }) else { return };
    let bytes = empty.capacity() * size_of::<X>();
    if bytes == 0 || bytes > LIMIT {
        return;
    }
    // Where the thread is ending, the vector just goes.
    let _ = SHELVES.try_with(|shelves| {
        let shelf = &mut shelves.borrow_mut()[kind];
        if shelf.bytes + bytes <= LIMIT {
            let mut empty = ManuallyDrop::new(empty);
            let at = NonNull::new(empty.as_mut_ptr()).expect("a vector's memory is somewhere");
            shelf.element = Layout::new::<X>();
            shelf.bytes += bytes;
            shelf.waiting.push((at.cast(), empty.capacity()));
        }
    });
}

/// A vector from recycled memory; all else is as of a `Vec`.
///
/// For lists that each step of training makes anew. A thread keeps at most 1 MiB of them for each size of element.
///
/// ```
/// use autograd_kernel::list::List;
/// let squares: List<usize> = (0..4).map(|x| x * x).collect();
/// assert_eq!(*squares, [0, 1, 4, 9]);
/// let memory = squares.as_ptr();
/// drop(squares);
/// let next = List::filled(1usize, 3);
/// assert_eq!((next.as_ptr(), &next[..]), (memory, &[1, 1, 1][..]));
/// ```
pub struct List<X>(Vec<X>);

impl<X> List<X> {
    /// A list of nothing.
    #[inline]
    pub fn new() -> Self {
        List(take())
    }
}

impl<X: Clone> List<X> {
    /// A list of `n` times `x`.
    pub fn filled(x: X, n: usize) -> Self {
        let mut list = List::new();
        list.resize(n, x);
        list
    }
}

impl<X> Drop for List<X> {
    #[inline]
    fn drop(&mut self) {
        let mut list = std::mem::take(&mut self.0);
        // Before the shelves are looked at: elements may hold lists.
        list.clear();
        give(list);
    }
}

impl<X> Default for List<X> {
    fn default() -> Self {
        List::new()
    }
}

impl<X> Deref for List<X> {
    type Target = Vec<X>;
    #[inline]
    fn deref(&self) -> &Vec<X> {
        &self.0
    }
}

impl<X> DerefMut for List<X> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<X> {
        &mut self.0
    }
}

impl<X> AsRef<[X]> for List<X> {
    #[inline]
    fn as_ref(&self) -> &[X] {
        &self.0
    }
}

impl<X> AsMut<[X]> for List<X> {
    #[inline]
    fn as_mut(&mut self) -> &mut [X] {
        &mut self.0
    }
}

impl<X> FromIterator<X> for List<X> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = X>>(elements: I) -> Self {
        let mut list = List::new();
        list.extend(elements);
        list
    }
}

impl<X, const N: usize> From<[X; N]> for List<X> {
    fn from(elements: [X; N]) -> Self {
        elements.into_iter().collect()
    }
}

impl<X> From<Vec<X>> for List<X> {
    fn from(elements: Vec<X>) -> Self {
        List(elements)
    }
}

impl<X: Clone> Clone for List<X> {
    fn clone(&self) -> Self {
        self.iter().cloned().collect()
    }
}

impl<X: fmt::Debug> fmt::Debug for List<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The elements of a list, from the first on.
pub struct IntoIter<X> {
    /// From the last on.
    rest: List<X>,
}

impl<X> Iterator for IntoIter<X> {
    type Item = X;
    #[inline]
    fn next(&mut self) -> Option<X> {
        self.rest.pop()
    }
    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.len(), Some(self.rest.len()))
    }
}

impl<X> ExactSizeIterator for IntoIter<X> {}

impl<X> IntoIterator for List<X> {
    type Item = X;
    type IntoIter = IntoIter<X>;
    #[inline]
    fn into_iter(mut self) -> IntoIter<X> {
        self.reverse();
        IntoIter { rest: self }
    }
}

impl<'a, X> IntoIterator for &'a List<X> {
    type Item = &'a X;
    type IntoIter = std::slice::Iter<'a, X>;
    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, X> IntoIterator for &'a mut List<X> {
    type Item = &'a mut X;
    type IntoIter = std::slice::IterMut<'a, X>;
    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_finds_the_memory_of_one_before_it_of_any_type_of_that_size() {
        trim();
        let first: List<u64> = (0..100).collect();
        let at = first.as_ptr().addr();
        drop(first);
        let other: List<u32> = (0..100).collect();
        assert_ne!(other.as_ptr().addr(), at);
        let same: List<f64> = List::filled(1.5, 60);
        assert_eq!((same.as_ptr().addr(), same.len(), same[59]), (at, 60, 1.5));
    }

    #[test]
    fn elements_are_dropped_once_and_may_hold_lists() {
        let counted = std::rc::Rc::new(());
        let lists: List<List<_>> = (0..5).map(|n| List::filled(counted.clone(), n)).collect();
        let mut elements = lists.into_iter();
        assert_eq!((elements.len(), elements.next().unwrap().len(), elements.next().unwrap().len()), (5, 0, 1));
        drop(elements);
        assert_eq!(std::rc::Rc::strong_count(&counted), 1);
    }

    #[test]
    fn large_ones_are_not_kept() {
        trim();
        drop(List::filled(0u8, LIMIT + 1));
        assert_eq!(List::<u8>::new().capacity(), 0);
    }

    #[test]
    fn a_list_may_go_to_another_thread_and_outlive_the_shelves() {
        thread_local!(static LAST: RefCell<Option<List<u16>>> = const { RefCell::new(None) });
        let list: List<u16> = (0..9).collect();
        let sum = std::thread::spawn(move || {
            let sum: u16 = list.iter().sum();
            LAST.set(Some(list));
            sum
        });
        assert_eq!(sum.join().unwrap(), 36);
    }
}
