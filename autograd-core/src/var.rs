//! `Var`: a value and, if it was computed from a leaf, the node that made it.

use crate::error::{Error, Mismatch};
use crate::graph::Gradients;
use crate::graph::backward::{self, Wanted};
use crate::graph::handle::Handle;
use crate::graph::node;
use crate::op::{self, In, Registered};
use crate::tensor::{Real, Shape, Tensor};
use std::fmt;

/// A value that remembers how it was computed.
///
/// Cheap to clone; clones are the same variable of the graph. Values never change: an [`update`](Var::update) gives this one clone of a leaf
/// another value, so no recorded gradient can be corrupted.
/// Operators take references or values, with numbers on either side.
///
/// ```
/// use autograd_core::Var;
/// let (x, y, z) = (Var::leaf(-2.0), Var::leaf(5.0), Var::leaf(-4.0));
/// let f = (&x + &y) * &z;
/// assert_eq!(f.item(), -12.0);
/// let d = f.backward();
/// let gradient = |v| d.get(v).unwrap().item();
/// assert_eq!((gradient(&x), gradient(&y), gradient(&z)), (-4.0, -4.0, 3.0));
/// ```
#[derive(Clone)]
pub struct Var<T: Real = f32> {
    value: Tensor<T>,
    node: Option<Handle<T>>,
}

impl<T: Real> Var<T> {
    #[inline]
    pub(crate) fn from_parts(value: Tensor<T>, node: Option<Handle<T>>) -> Self {
        Var { value, node }
    }

    #[inline]
    pub(crate) fn node(&self) -> Option<&Handle<T>> {
        self.node.as_ref()
    }

    /// Takes the node out; what is left is a constant.
    #[inline]
    pub(crate) fn take_node(&mut self) -> Option<Handle<T>> {
        self.node.take()
    }

    #[inline]
    pub(crate) fn into_value(self) -> Tensor<T> {
        self.value
    }

    pub(crate) fn value_mut(&mut self) -> &mut Tensor<T> {
        &mut self.value
    }

    /// A variable whose gradient is wanted.
    #[track_caller]
    #[doc(alias = "requires_grad")]
    pub fn leaf(value: impl Into<Tensor<T>>) -> Self {
        Var { value: value.into(), node: Some(node::leaf()) }
    }

    /// A variable without gradient: data, targets, masks.
    pub fn constant(value: impl Into<Tensor<T>>) -> Self {
        Var { value: value.into(), node: None }
    }

    /// The value.
    #[inline]
    pub fn value(&self) -> &Tensor<T> {
        &self.value
    }

    /// The sizes of the axes.
    #[inline]
    pub fn shape(&self) -> &Shape {
        self.value.shape()
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.value.rank()
    }

    /// The number of elements.
    pub fn numel(&self) -> usize {
        self.value.numel()
    }

    /// The single element of a value that has only one.
    ///
    /// # Panics
    /// If there are more or fewer.
    #[track_caller]
    pub fn item(&self) -> T {
        self.value.item()
    }

    /// The elements in row-major order.
    pub fn to_vec(&self) -> Vec<T> {
        self.value.to_vec()
    }

    /// Whether a gradient can reach this variable: it is a leaf or was computed from one.
    pub fn requires_grad(&self) -> bool {
        self.node.is_some()
    }

    /// Whether this is a leaf, whose gradient [`backward`](Var::backward) returns.
    pub fn is_leaf(&self) -> bool {
        self.node.as_ref().is_some_and(|node| node.is_leaf())
    }

    /// The same value as a constant: no gradient passes.
    ///
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf(3.0);
    /// let gradients = (&x * x.detach()).backward();
    /// assert_eq!(gradients.get(&x).unwrap().item(), 3.0); // not 6
    /// ```
    #[must_use]
    #[doc(alias = "stop_gradient")]
    pub fn detach(&self) -> Self {
        Var { value: self.value.clone(), node: None }
    }

    /// Gives a leaf another value; it stays the same leaf, as an optimiser needs. What was recorded before keeps the old value.
    ///
    /// The closure gets the value to change; it is changed in place where no graph still holds it.
    ///
    /// ```
    /// use autograd_core::Var;
    /// let mut w = Var::leaf([1.0, 2.0]);
    /// let loss = (&w * &w).sum();
    /// w.update(|w| w.write(|w| w[0] = 10.0));
    /// assert_eq!(loss.backward().get(&w).unwrap().to_vec(), [2.0, 4.0]); // of the old value
    /// ```
    ///
    /// # Panics
    /// If this is no leaf.
    #[track_caller]
    pub fn update<R>(&mut self, f: impl FnOnce(&mut Tensor<T>) -> R) -> R {
        self.check_leaf("update");
        f(&mut self.value)
    }

    /// The elements of a leaf's value in row-major order, to be changed in place; what was recorded before keeps the old ones.
    ///
    /// # Panics
    /// If this is no leaf.
    #[track_caller]
    pub fn elements_mut(&mut self) -> &mut [T] {
        self.check_leaf("elements_mut");
        self.value.as_mut_slice()
    }

    #[track_caller]
    fn check_leaf(&self, method: &'static str) {
        if !self.is_leaf() {
            let why = Mismatch::new("only a leaf can be given another value").help("make it with Var::leaf");
            Error::new(method, why).raise();
        }
    }

    /// Computes an op, with a mistake in the shapes as an error instead of a panic.
    ///
    /// ```
    /// use autograd_core::{Var, ops::MatMul};
    /// let (a, b) = (Var::constant([[1.0, 2.0]]), Var::constant([[3.0], [4.0]]));
    /// assert_eq!(Var::try_apply(MatMul, [&a, &b]).unwrap().item(), 11.0);
    /// assert!(Var::try_apply(MatMul, [&a, &a]).is_err());
    /// ```
    #[track_caller]
    pub fn try_apply<O: Registered<T>>(op: O, x: In<O, T, &Var<T>>) -> Result<Var<T>, Error> {
        op::apply(op, x.as_ref())
    }

    /// The gradient of this number with respect to each leaf that it was computed from.
    ///
    /// Consumes the variable: what only it holds is freed as the pass proceeds. To go back twice, clone it first.
    ///
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0]);
    /// let loss = (&x * &x).sum();
    /// let first = loss.clone().backward();
    /// let second = loss.backward();
    /// assert_eq!(first.get(&x), second.get(&x));
    /// ```
    ///
    /// # Panics
    /// If this is not a single number, or nothing it was computed from wants a gradient.
    #[track_caller]
    pub fn backward(self) -> Gradients<T> {
        if self.numel() != 1 {
            let why = format!("the result is not a single number, it has shape {}", self.shape());
            let help = "call .sum() or .mean() first, or pass a gradient: y.backward_with(&dy)";
            Error::new("backward", Mismatch::new(why).help(help)).raise();
        }
        let seed = Tensor::ones(self.shape());
        self.backward_with(&seed)
    }

    /// The gradient of `Σ dy · y` with respect to each leaf that `y`, this variable, was computed from.
    ///
    /// # Panics
    /// If `dy` has another shape, or nothing this was computed from wants a gradient.
    #[track_caller]
    pub fn backward_with(self, dy: &Tensor<T>) -> Gradients<T> {
        check_seed("backward_with", &self, dy.shape());
        let Some(node) = self.node else {
            let why = Mismatch::new("the result was computed from no leaf").help(
                "make what should have a gradient with Var::leaf, a constant has none; what no_grad, detach, a frozen \
                 parameter or grad without create_graph gave is a constant, too",
            );
            Error::new("backward", why).raise()
        };
        // Only the node is needed from here on; the value goes, so that its memory serves the pass.
        drop(self.value);
        Gradients::new(backward::run([(node, Var::constant(dy))].into(), &Wanted::Leaves, false))
    }

    /// Adds `dx` to this gradient, in place where its memory is not shared.
    pub(crate) fn accumulate(&mut self, mut dx: Var<T>) {
        if dx.shape() != self.shape() {
            let why = format!("a gradient rule gave the shape {}, another gave {}", dx.shape(), self.shape());
            Error::new("backward", Mismatch::new(why).help("a rule gives each operand a gradient of its own shape"))
                .raise();
        }
        // The sum goes into whichever operand is free to take it; addition commutes, so the bits are the same.
        if dx.value.is_writable() && !self.value.is_writable() {
            std::mem::swap(&mut self.value, &mut dx.value);
        }
        self.value.add_assign(&dx.value);
    }
}

// Values and nodes never change once they are made, so a panic leaves none of them half-done.
impl<T: Real> std::panic::UnwindSafe for Var<T> {}
impl<T: Real> std::panic::RefUnwindSafe for Var<T> {}

/// Refuses a gradient that does not have the shape of its result.
#[track_caller]
pub(crate) fn check_seed<T: Real>(method: &'static str, y: &Var<T>, dy: &Shape) {
    if y.shape() != dy {
        let why = format!("the gradient has shape {dy}, the result has {}", y.shape());
        Error::new(method, Mismatch::new(why)).raise();
    }
}

impl<T: Real> fmt::Display for Var<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)
    }
}

impl<T: Real> fmt::Debug for Var<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.node.as_ref().map_or("constant", |node| node.name());
        write!(f, "Var({made}) {:?}", self.value)
    }
}

impl<T: Real> From<&Var<T>> for Var<T> {
    fn from(var: &Var<T>) -> Self {
        var.clone()
    }
}
