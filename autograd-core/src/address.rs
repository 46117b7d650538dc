//! Tables by address, of nodes and of pending values.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::{Deref, DerefMut};

/// How tables by address hash.
pub(crate) type ByAddress = BuildHasherDefault<AddressHasher>;

/// Spreads the bits of an address (Fibonacci hashing, Knuth 1973, section 6.4).
#[derive(Default)]
pub(crate) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_usize(byte as usize));
    }
    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}

type Table = HashMap<usize, usize, ByAddress>;

thread_local! {
    /// Empty tables, for the next ones of this thread.
    static TABLES: RefCell<Vec<Table>> = const { RefCell::new(Vec::new()) };
}

/// Tables that wait for a thread, each of which has had at most so many entries.
const WAITING: usize = 4;
const ENTRIES: usize = 1 << 14;

/// Places in a list by address. What a thread lets go, its next one takes up, with its memory.
pub(crate) struct Places(Table);

impl Default for Places {
    fn default() -> Self {
        Places(TABLES.with_borrow_mut(Vec::pop).unwrap_or_default())
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        let mut table = std::mem::take(&mut self.0);
        table.clear();
        // Where the thread is ending, the table just goes.
        let _ = TABLES.try_with(|tables| {
            let tables = &mut *tables.borrow_mut();
            if tables.len() < WAITING && (1..ENTRIES).contains(&table.capacity()) {
                tables.push(table);
            }
        });
    }
}

impl Deref for Places {
    type Target = Table;
    fn deref(&self) -> &Table {
        &self.0
    }
}

impl DerefMut for Places {
    fn deref_mut(&mut self) -> &mut Table {
        &mut self.0
    }
}
