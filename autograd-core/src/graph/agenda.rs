//! The agenda of a backward pass: nodes that wait for their turn, found by position, taken from the highest down.
//!
//! A table indexed by position, in pages, since positions in use lie close together: finding a node that waits already is an index
//! operation, and neither a hash nor a heap is touched per op. Pages are recycled within the thread.

use super::node::{Cotangents, Handle};
use crate::tensor::Real;
use crate::var::Var;
use std::cell::Cell;
use std::collections::BTreeMap;

/// Positions in a page.
const SIZE: usize = 256;
/// The end of a list of entries.
const NONE: u32 = u32::MAX;

struct Page {
    /// One bit for each position that has entries.
    occupied: [u64; SIZE / 64],
    /// The first entry at each occupied position.
    first: [u32; SIZE],
}

struct Entry<T: Real> {
    /// `None` while the entry is free.
    waiting: Option<(Handle<T>, Cotangents<T>)>,
    /// The next entry at this position: nodes of different threads may share one.
    next: u32,
}

pub(super) struct Agenda<T: Real> {
    /// The page with the highest positions.
    top: Option<(u64, Box<Page>)>,
    below: BTreeMap<u64, Box<Page>>,
    entries: Vec<Entry<T>>,
    free: Vec<u32>,
}

thread_local! {
    /// Empty pages, for the next pass of this thread.
    #[expect(clippy::vec_box, reason = "pages go in and out of the list; moving a box moves a pointer")]
    static PAGES: Cell<Vec<Box<Page>>> = const { Cell::new(Vec::new()) };
}

fn new_page() -> Box<Page> {
    let mut pages = PAGES.take();
    let page = pages.pop();
    PAGES.set(pages);
    page.unwrap_or_else(|| Box::new(Page { occupied: [0; SIZE / 64], first: [NONE; SIZE] }))
}

fn recycle(page: Box<Page>) {
    debug_assert!(page.occupied.iter().all(|&word| word == 0));
    let mut pages = PAGES.take();
    if pages.len() < 16 {
        pages.push(page);
    }
    PAGES.set(pages);
}

impl<T: Real> Agenda<T> {
    pub(super) fn new() -> Self {
        Agenda { top: None, below: BTreeMap::new(), entries: Vec::new(), free: Vec::new() }
    }

    /// Adds a contribution to the gradient of a result of `node` with `add`, or lets the node wait with this first one.
    pub(super) fn put(&mut self, node: Handle<T>, result: usize, dy: Var<T>, add: impl FnOnce(&mut Var<T>, Var<T>)) {
        let (number, slot) = (node.position / SIZE as u64, (node.position % SIZE as u64) as usize);
        let entries = &mut self.entries;
        let page = Self::page(&mut self.top, &mut self.below, number);
        let occupied = page.occupied[slot / 64] >> (slot % 64) & 1 == 1;
        let first = if occupied { page.first[slot] } else { NONE };
        let mut at = first;
        while at != NONE {
            let entry = &mut entries[at as usize];
            match &mut entry.waiting {
                Some((waiting, sums)) if waiting.is(&node) => {
                    if result >= sums.len() {
                        sums.resize(result + 1, None);
                    }
                    return match &mut sums[result] {
                        Some(sum) => add(sum, dy),
                        first => *first = Some(dy),
                    };
                }
                _ => at = entry.next,
            }
        }
        let dys = match result {
            0 => Cotangents::from_buf([Some(dy)]),
            _ => (0..result).map(|_| None).chain([Some(dy)]).collect(),
        };
        let entry = Entry { waiting: Some((node, dys)), next: first };
        page.occupied[slot / 64] |= 1 << (slot % 64);
        page.first[slot] = match self.free.pop() {
            Some(free) => {
                entries[free as usize] = entry;
                free
            }
            None => {
                entries.push(entry);
                u32::try_from(entries.len() - 1).expect("fewer than 2³² nodes wait at a time")
            }
        };
    }

    fn page<'a>(
        top: &'a mut Option<(u64, Box<Page>)>,
        below: &'a mut BTreeMap<u64, Box<Page>>,
        number: u64,
    ) -> &'a mut Page {
        let highest = top.as_ref().map(|(highest, _)| *highest);
        if highest.is_some_and(|highest| number < highest) {
            return below.entry(number).or_insert_with(new_page);
        }
        if highest != Some(number)
            && let Some((highest, page)) = top.replace((number, new_page()))
        {
            below.insert(highest, page);
        }
        &mut top.as_mut().expect("it was just put there").1
    }

    /// The node with the highest position, and the gradients of its results up to the last that one reached.
    pub(super) fn pop(&mut self) -> Option<(Handle<T>, Cotangents<T>)> {
        loop {
            let (_, page) = self.top.as_mut()?;
            if let Some(word) = page.occupied.iter().rposition(|&word| word != 0) {
                let slot = word * 64 + 63 - page.occupied[word].leading_zeros() as usize;
                let at = page.first[slot];
                let entry = &mut self.entries[at as usize];
                match entry.next {
                    NONE => page.occupied[word] &= !(1 << (slot % 64)),
                    next => page.first[slot] = next,
                }
                self.free.push(at);
                return entry.waiting.take();
            }
            let (_, page) = self.top.take()?;
            recycle(page);
            self.top = self.below.pop_last();
        }
    }
}
