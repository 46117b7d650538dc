//! Tables of nodes by address.

use std::hash::{BuildHasherDefault, Hasher};

/// How tables by address hash.
pub(super) type ByAddress = BuildHasherDefault<AddressHasher>;

/// Spreads the bits of an address (Fibonacci hashing, Knuth 1973, section 6.4).
#[derive(Default)]
pub(super) struct AddressHasher(u64);

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
