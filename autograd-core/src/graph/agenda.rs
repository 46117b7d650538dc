//! The agenda of a backward pass: nodes that wait for their turn, found by position, taken from the highest down.
//!
//! In a chain the node that was put last is the next one: it waits in front. The others are in a table indexed by position, in pages, since positions
//! in use lie close together: finding a node that waits already is an index operation, and neither a hash nor a heap is touched per op.
//! Pages are recycled within the thread.

use super::handle::Handle;
use super::node::Cotangents;
use crate::List;
use crate::tensor::Real;
use crate::var::Var;
use std::cell::Cell;

/// A node and what has reached it so far.
type Waiting<T> = (Handle<T>, Cotangents<T>);

pub(super) struct Agenda<T: Real> {
    /// A node at or above all positions of the table, if one was put there since.
    front: Option<Waiting<T>>,
    /// At or above all positions of the table.
    bound: u64,
    table: Table<T>,
}

impl<T: Real> Agenda<T> {
    pub(super) fn new() -> Self {
        let table = Table { offset: 0, pages: List::new(), entries: List::new(), free: List::new() };
        Agenda { front: None, bound: 0, table }
    }

    /// Adds a contribution to the gradient of a result of `node` with `add`, or lets the node wait with this first one.
    #[inline]
    pub(super) fn put(&mut self, node: Handle<T>, result: usize, dy: Var<T>, add: impl FnOnce(&mut Var<T>, Var<T>)) {
        match &mut self.front {
            Some((front, sums)) if front.is(&node) => contribute(sums, result, dy, add),
            Some((front, _)) if node.position > front.position => {
                let (front, sums) = self.front.replace((node, first(result, dy))).expect("it was just seen");
                self.bound = front.position;
                self.table.insert(front, sums);
            }
            None if node.position > self.bound => self.front = Some((node, first(result, dy))),
            _ => match self.table.find(&node) {
                Some(sums) => contribute(sums, result, dy, add),
                None => {
                    self.bound = self.bound.max(node.position);
                    self.table.insert(node, first(result, dy));
                }
            },
        }
    }

    /// The node with the highest position, and the gradients of its results up to the last that one reached.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Waiting<T>> {
        if self.front.is_some() {
            return self.front.take();
        }
        let next = self.table.pop();
        self.bound = next.as_ref().map_or(0, |(node, _)| node.position);
        next
    }
}

/// The first contribution to the gradients of a node.
#[inline]
fn first<T: Real>(result: usize, dy: Var<T>) -> Cotangents<T> {
    match result {
        0 => Cotangents::from_buf([Some(dy)]),
        _ => (0..result).map(|_| None).chain([Some(dy)]).collect(),
    }
}

/// A further contribution.
fn contribute<T: Real>(sums: &mut Cotangents<T>, result: usize, dy: Var<T>, add: impl FnOnce(&mut Var<T>, Var<T>)) {
    if result >= sums.len() {
        sums.resize(result + 1, None);
    }
    match &mut sums[result] {
        Some(sum) => add(sum, dy),
        first => *first = Some(dy),
    }
}

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
    waiting: Option<Waiting<T>>,
    /// The next entry at this position: nodes of different threads may share one.
    next: u32,
}

struct Table<T: Real> {
    /// Positions count from such a place on that the first node lies at the end of its page: so a pass over the same graph, whose positions are
    /// higher each time, needs as many pages each time.
    offset: u64,
    /// By rising position: the last page is the next one.
    pages: List<(u64, Box<Page>)>,
    entries: List<Entry<T>>,
    free: List<u32>,
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

/// Where the page of this number is, or where it would be.
#[inline]
fn search(pages: &[(u64, Box<Page>)], number: u64) -> Result<usize, usize> {
    match pages.last() {
        Some((last, _)) if *last == number => Ok(pages.len() - 1),
        _ => pages.binary_search_by_key(&number, |(number, _)| *number),
    }
}

impl<T: Real> Table<T> {
    /// The page of a node, and its place there.
    #[inline]
    fn place(&self, node: &Handle<T>) -> (u64, usize) {
        let position = node.position + self.offset;
        (position / SIZE as u64, (position % SIZE as u64) as usize)
    }

    /// What has reached `node`, if it waits here.
    fn find(&mut self, node: &Handle<T>) -> Option<&mut Cotangents<T>> {
        let (number, slot) = self.place(node);
        let (_, page) = &self.pages[search(&self.pages, number).ok()?];
        let occupied = page.occupied[slot / 64] >> (slot % 64) & 1 == 1;
        let mut at = if occupied { page.first[slot] } else { NONE };
        while at != NONE {
            let entry = &self.entries[at as usize];
            match &entry.waiting {
                Some((waiting, _)) if waiting.is(node) => break,
                _ => at = entry.next,
            }
        }
        let (_, sums) = self.entries.get_mut(at as usize)?.waiting.as_mut()?;
        Some(sums)
    }

    /// Lets a node wait that does not yet.
    fn insert(&mut self, node: Handle<T>, sums: Cotangents<T>) {
        if self.pages.is_empty() {
            self.offset = SIZE as u64 - 1 - node.position % SIZE as u64;
        }
        let (number, slot) = self.place(&node);
        let at = search(&self.pages, number).unwrap_or_else(|at| {
            self.pages.insert(at, (number, new_page()));
            at
        });
        let (_, page) = &mut self.pages[at];
        let occupied = page.occupied[slot / 64] >> (slot % 64) & 1 == 1;
        let next = if occupied { page.first[slot] } else { NONE };
        page.occupied[slot / 64] |= 1 << (slot % 64);
        let entry = Entry { waiting: Some((node, sums)), next };
        page.first[slot] = match self.free.pop() {
            Some(free) => {
                self.entries[free as usize] = entry;
                free
            }
            None => {
                self.entries.push(entry);
                u32::try_from(self.entries.len() - 1).expect("fewer than 2³² nodes wait at a time")
            }
        };
    }

    /// The node with the highest position, and the gradients of its results up to the last that one reached.
    fn pop(&mut self) -> Option<Waiting<T>> {
        loop {
            let (_, page) = self.pages.last_mut()?;
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
            let (_, page) = self.pages.pop()?;
            recycle(page);
        }
    }
}
