//! `Counter` and `KeyStream`: how often a module did something, and where its random numbers come from.

use autograd_core::{Generator, Key};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often something happened, as the batches that a normalisation has seen; saved with the module.
///
/// ```
/// use autograd_nn::Counter;
/// let batches = Counter::default();
/// assert_eq!(batches.increment(), 1);
/// assert_eq!(batches.get(), 1);
/// ```
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the count.
    pub fn set(&self, count: u64) {
        self.0.store(count, Ordering::Relaxed);
    }

    /// Counts once more, and returns the count after it.
    pub fn increment(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }
}

/// A counter of its own with the same count.
impl Clone for Counter {
    fn clone(&self) -> Self {
        Counter(AtomicU64::new(self.get()))
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Counter({})", self.get())
    }
}

/// Where a module takes its random numbers from while it is used: a seed, and how many keys it has given.
///
/// Each forward pass of a dropout layer takes the [next](KeyStream::next) key. The seed and the number of keys taken say all, so that a
/// checkpoint holds two numbers for it and training goes on with the masks it would have had.
///
/// ```
/// use autograd_core::Generator;
/// use autograd_nn::KeyStream;
/// let keys = KeyStream::draw(&mut Generator::seed(1));
/// let (first, second) = (keys.next(), keys.next());
/// assert_ne!(first, second);
/// keys.set_drawn(0);
/// assert_eq!(keys.next(), first);
/// // Noise of a layer of your own, which a checkpoint goes on with, too.
/// let noise = autograd_core::Tensor::<f32>::normal([2, 3], 0.0, 1.0, &mut Generator::from_key(first));
/// assert_eq!(noise.numel(), 6);
/// ```
pub struct KeyStream {
    seed: AtomicU64,
    drawn: AtomicU64,
}

impl KeyStream {
    /// The stream of a seed.
    pub fn seed(seed: u64) -> Self {
        KeyStream { seed: AtomicU64::new(seed), drawn: AtomicU64::new(0) }
    }

    /// A stream of a generator's choice.
    pub fn draw(generator: &mut Generator) -> Self {
        // Two halves of 32 bits, each of which `below` gives without bias.
        let [high, low] = [(); 2].map(|()| generator.below(1 << 32) as u64);
        KeyStream::seed(high << 32 | low)
    }

    /// The next key.
    pub fn next(&self) -> Key {
        let step = self.drawn.fetch_add(1, Ordering::Relaxed);
        Key::seed(self.seed.load(Ordering::Relaxed)).at(step)
    }

    /// The seed and the number of keys taken: all that is to be saved.
    pub fn state(&self) -> [u64; 2] {
        [self.seed.load(Ordering::Relaxed), self.drawn.load(Ordering::Relaxed)]
    }

    /// Goes on from a [state](KeyStream::state).
    pub fn set_state(&self, [seed, drawn]: [u64; 2]) {
        self.seed.store(seed, Ordering::Relaxed);
        self.drawn.store(drawn, Ordering::Relaxed);
    }

    /// Goes on as if so many keys had been taken.
    pub fn set_drawn(&self, drawn: u64) {
        self.drawn.store(drawn, Ordering::Relaxed);
    }
}

/// A stream of its own with the same state: a cloned layer draws the same numbers.
impl Clone for KeyStream {
    fn clone(&self) -> Self {
        let [seed, drawn] = self.state();
        KeyStream { seed: AtomicU64::new(seed), drawn: AtomicU64::new(drawn) }
    }
}

impl fmt::Debug for KeyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [seed, drawn] = self.state();
        write!(f, "KeyStream({seed:#x}, {drawn} drawn)")
    }
}
