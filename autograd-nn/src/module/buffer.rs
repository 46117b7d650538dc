//! `Buffer` and `Training`: what a module remembers besides its parameters.

use autograd_core::{Real, Shape, Tensor};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A value that belongs to a module and is saved with it but not trained, as the running mean of batch normalisation.
///
/// A shared slot as [`Parameter`](crate::Parameter) is: clones are the same buffer, and a forward pass may change it.
///
/// ```
/// use autograd_nn::Buffer;
/// let mean = Buffer::new([0.0, 0.0]);
/// mean.set([1.0, 2.0]);
/// assert_eq!(mean.value().to_vec(), [1.0, 2.0]);
/// ```
#[derive(Clone)]
pub struct Buffer<T: Real = f32> {
    slot: Arc<RwLock<Tensor<T>>>,
}

impl<T: Real> Buffer<T> {
    /// A new buffer with a first value.
    pub fn new(value: impl Into<Tensor<T>>) -> Self {
        Buffer { slot: Arc::new(RwLock::new(value.into())) }
    }

    /// The value.
    pub fn value(&self) -> Tensor<T> {
        self.slot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The sizes of the axes.
    pub fn shape(&self) -> Shape {
        self.slot.read().unwrap_or_else(PoisonError::into_inner).shape().clone()
    }

    /// Gives the buffer another value of the same shape.
    ///
    /// # Panics
    /// If the shape differs.
    #[track_caller]
    pub fn set(&self, value: impl Into<Tensor<T>>) {
        let value = value.into();
        let mut slot = self.slot.write().unwrap_or_else(PoisonError::into_inner);
        let (new, old) = (value.shape(), slot.shape());
        assert!(new == old, "set: the value has shape {new}, the buffer {old}");
        *slot = value;
    }

    /// Whether both are one buffer.
    pub fn same(&self, other: &Buffer<T>) -> bool {
        Arc::ptr_eq(&self.slot, &other.slot)
    }

    /// A number that no other living buffer has, and that clones share.
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.slot).addr()
    }
}

impl<T: Real> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({})", self.shape())
    }
}

/// Whether a layer is being trained: a field of layers that then compute otherwise, such as dropout.
///
/// [`Module::train`](super::Module::train) and [`Module::eval`](super::Module::eval) set it in all layers of a module. It begins as true.
///
/// ```
/// use autograd_nn::{Module, Training};
/// #[derive(Module)]
/// struct Noise {
///     training: Training,
/// }
/// let noise = Noise { training: Training::default() };
/// assert!(noise.training.is_on());
/// noise.eval();
/// assert!(!noise.training.is_on());
/// ```
pub struct Training(AtomicBool);

impl Training {
    /// Whether the layer is being trained.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Says whether the layer is being trained.
    pub fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }
}

impl Default for Training {
    fn default() -> Self {
        Training(AtomicBool::new(true))
    }
}

/// A flag of its own with the same state: a cloned layer is switched independently.
impl Clone for Training {
    fn clone(&self) -> Self {
        Training(AtomicBool::new(self.is_on()))
    }
}

impl fmt::Debug for Training {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Training({})", self.is_on())
    }
}
