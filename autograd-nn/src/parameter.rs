//! `Parameter`: a shared slot that holds a leaf.

use autograd_core::{Gradients, Real, Shape, Tensor, Var};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A trainable value: a shared slot that holds a leaf.
///
/// Clones are the same parameter, so weights are tied by cloning, and an optimiser changes the value that the model computes with.
/// [`update`](Parameter::update) gives it another value; a [`var`](Parameter::var) that was taken before keeps the old one, so each forward
/// pass asks for it anew.
///
/// ```
/// use autograd_nn::Parameter;
/// let w = Parameter::new([1.0, 2.0]);
/// let loss = (w.var() * w.var()).sum();
/// let gradients = loss.backward();
/// assert_eq!(w.gradient(&gradients).unwrap().to_vec(), [2.0, 4.0]);
///
/// let tied = w.clone();
/// tied.update(|w| w.write(|w| w[0] = 5.0));
/// assert_eq!(w.value().to_vec(), [5.0, 2.0]);
/// ```
#[derive(Clone)]
pub struct Parameter<T: Real = f32> {
    slot: Arc<RwLock<Slot<T>>>,
}

struct Slot<T: Real> {
    leaf: Var<T>,
    trainable: bool,
    /// What stands in for the leaf during a functional call.
    substitute: Option<Var<T>>,
}

impl<T: Real> Parameter<T> {
    /// A new parameter with a first value.
    #[track_caller]
    pub fn new(value: impl Into<Tensor<T>>) -> Self {
        Parameter { slot: Arc::new(RwLock::new(Slot { leaf: Var::leaf(value), trainable: true, substitute: None })) }
    }

    // A panic in `update` leaves a whole tensor behind, the old one or the new, so a poisoned lock has nothing to protect.
    fn read(&self) -> RwLockReadGuard<'_, Slot<T>> {
        self.slot.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Slot<T>> {
        self.slot.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value as a variable to compute with: a leaf, or a constant while the parameter is frozen.
    ///
    /// Ask for it in each forward pass. One that is kept over a step of an optimiser still has the value of before, and its gradients, taken
    /// there, still count as this parameter's.
    ///
    /// Within a [`functional_call`](crate::functional_call) it is the variable given there.
    pub fn var(&self) -> Var<T> {
        let slot = self.read();
        if let Some(substitute) = &slot.substitute {
            return substitute.clone();
        }
        if slot.trainable { slot.leaf.clone() } else { slot.leaf.detach() }
    }

    /// The value.
    pub fn value(&self) -> Tensor<T> {
        self.read().leaf.value().clone()
    }

    /// The sizes of the axes.
    pub fn shape(&self) -> Shape {
        self.read().leaf.shape().clone()
    }

    /// The number of elements.
    pub fn numel(&self) -> usize {
        self.read().leaf.numel()
    }

    /// Changes the value, in place where no graph and no tensor still holds it; what was recorded before keeps the old one.
    ///
    /// `f` must not use this parameter, which is locked meanwhile.
    ///
    /// # Panics
    /// If `f` leaves another shape, which the parameter then has: the old value is gone.
    #[track_caller]
    pub fn update<R>(&self, f: impl FnOnce(&mut Tensor<T>) -> R) -> R {
        let mut slot = self.write();
        let before = slot.leaf.shape().clone();
        let result = slot.leaf.update(f);
        let after = slot.leaf.shape();
        assert!(*after == before, "update: the value has shape {after}, the parameter {before}");
        result
    }

    /// Gives the parameter another value of the same shape.
    ///
    /// ```
    /// use autograd_core::{Generator, Tensor};
    /// use autograd_nn::Parameter;
    /// let w = Parameter::<f32>::new(Tensor::zeros([3]));
    /// w.set(Tensor::uniform([3], 1.0, 2.0, &mut Generator::seed(0)));
    /// assert!(w.value().to_vec().iter().all(|&w| w >= 1.0));
    /// ```
    ///
    /// # Panics
    /// If the shape differs.
    #[track_caller]
    pub fn set(&self, value: impl Into<Tensor<T>>) {
        let value = value.into();
        let mut slot = self.write();
        let (new, old) = (value.shape(), slot.leaf.shape());
        assert!(new == old, "set: the value has shape {new}, the parameter {old}");
        slot.leaf.update(|slot| *slot = value);
    }

    /// Holds the parameter fast for an optimiser, which changes the elements of several at once; others wait until the guard is dropped.
    ///
    /// ```
    /// use autograd_nn::Parameter;
    /// let w = Parameter::new([1.0, 2.0]);
    /// w.lock().elements()[1] = 5.0;
    /// assert_eq!(w.value().to_vec(), [1.0, 5.0]);
    /// ```
    pub fn lock(&self) -> ParameterGuard<'_, T> {
        ParameterGuard(self.write())
    }

    /// The gradient of this parameter; `None` if no path reached it.
    pub fn gradient<'g>(&self, gradients: &'g Gradients<T>) -> Option<&'g Tensor<T>> {
        gradients.get(&self.read().leaf)
    }

    /// The gradient of this parameter, to change it.
    pub fn gradient_mut<'g>(&self, gradients: &'g mut Gradients<T>) -> Option<&'g mut Tensor<T>> {
        gradients.get_mut(&self.read().leaf)
    }

    /// Holds the value fast: no gradient is computed, and optimisers pass it over.
    ///
    /// ```
    /// use autograd_nn::Parameter;
    /// let (w, b) = (Parameter::new(2.0), Parameter::new(3.0));
    /// b.freeze();
    /// let gradients = (w.var() * b.var()).backward();
    /// assert_eq!(w.gradient(&gradients).unwrap().item(), 3.0);
    /// assert!(b.gradient(&gradients).is_none());
    /// ```
    #[doc(alias = "requires_grad_")]
    pub fn freeze(&self) {
        self.write().trainable = false;
    }

    /// Undoes [`freeze`](Parameter::freeze).
    pub fn unfreeze(&self) {
        self.write().trainable = true;
    }

    /// Whether the parameter is not frozen.
    pub fn is_trainable(&self) -> bool {
        self.read().trainable
    }

    /// Exchanges what stands in for the leaf.
    pub(crate) fn substitute(&self, substitute: Option<Var<T>>) -> Option<Var<T>> {
        std::mem::replace(&mut self.write().substitute, substitute)
    }

    /// Whether both are one parameter.
    pub fn same(&self, other: &Parameter<T>) -> bool {
        Arc::ptr_eq(&self.slot, &other.slot)
    }

    /// A number that no other living parameter has, and that clones share.
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.slot).addr()
    }
}

/// A parameter that is [held fast](Parameter::lock).
pub struct ParameterGuard<'a, T: Real = f32>(RwLockWriteGuard<'a, Slot<T>>);

impl<T: Real> ParameterGuard<'_, T> {
    /// The elements in row-major order; what was recorded before keeps the old ones.
    pub fn elements(&mut self) -> &mut [T] {
        self.0.leaf.elements_mut()
    }
}

impl<T: Real> fmt::Debug for Parameter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slot = self.read();
        let frozen = if slot.trainable { "" } else { ", frozen" };
        write!(f, "Parameter({}{frozen})", slot.leaf.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_can_be_used_from_several_threads() {
        let w = Parameter::new(3.0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let gradients = (w.var() * w.var()).backward();
                    assert_eq!(w.gradient(&gradients).unwrap().item(), 6.0);
                });
            }
        });
    }

    #[test]
    fn a_recorded_loss_keeps_the_value_it_was_computed_with() {
        let w = Parameter::new([1.0, 2.0]);
        let loss = (w.var() * w.var()).sum();
        w.set([7.0, 8.0]);
        assert_eq!(w.gradient(&loss.backward()).unwrap().to_vec(), [2.0, 4.0]);
        assert_eq!(w.value().to_vec(), [7.0, 8.0]);
    }

    #[test]
    fn a_panic_in_an_update_leaves_the_parameter_usable() {
        let w = Parameter::new([1.0, 2.0]);
        let panics = std::panic::catch_unwind(|| w.update(|_| panic!("on purpose")));
        assert!(panics.is_err());
        assert_eq!(w.value().to_vec(), [1.0, 2.0]);
    }

    #[test]
    #[should_panic(expected = "set: the value has shape [3], the parameter [2]")]
    fn another_shape_is_refused() {
        Parameter::new([1.0, 2.0]).set([1.0, 2.0, 3.0]);
    }
}
