//! Which random numbers belong to which item: generators that follow from a seed and from places alone.

use autograd_core::Generator;

/// What a generator is for, so that no two purposes share their numbers.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// The order of an epoch.
    Order,
    /// The item at a place of that order.
    Item,
    /// A batch as a whole.
    Batch,
    /// The parts of a split.
    Split,
}

/// The generator of a purpose in an epoch of a seed, at a place.
pub(super) fn generator(purpose: Purpose, seed: u64, epoch: u64, place: usize) -> Generator {
    let parts = [seed, purpose as u64, epoch, place as u64];
    Generator::seed(parts.into_iter().fold(0, |state, part| mixed(state ^ part)))
}

/// A number that depends on each bit of `x`, another one for each: the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_place_has_numbers_of_its_own() {
        let purposes = [Purpose::Order, Purpose::Item, Purpose::Batch, Purpose::Split];
        let mut first = HashSet::new();
        for purpose in purposes {
            for (seed, epoch, place) in (0..5).flat_map(|s| (0..5).flat_map(move |e| (0..5).map(move |p| (s, e, p)))) {
                first.insert(generator(purpose, seed, epoch, place).below(1 << 60));
            }
        }
        assert_eq!(first.len(), 4 * 125);
    }
}
