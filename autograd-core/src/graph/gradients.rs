//! `Gradients`: what a backward pass returns, the gradient of each leaf that it reached.

use super::handle::Handle;
use crate::List;
use crate::address::Places;
use crate::error::{Error, Mismatch};
use crate::tensor::{Real, Tensor};
use crate::var::Var;
use std::fmt;

/// A table from nodes to gradients, in the order in which nodes were first reached.
pub(crate) struct LeafTable<T: Real> {
    entries: List<(Handle<T>, Var<T>)>,
    index: Places,
}

impl<T: Real> Default for LeafTable<T> {
    fn default() -> Self {
        LeafTable { entries: List::new(), index: Places::default() }
    }
}

/// Entries up to which looking at each is quicker than hashing.
const FEW: usize = 8;

impl<T: Real> LeafTable<T> {
    fn find(&self, node: &Handle<T>) -> Option<usize> {
        match self.entries.len() <= FEW {
            true => self.entries.iter().position(|(entry, _)| entry.is(node)),
            false => self.index.get(&node.address()).copied(),
        }
    }

    /// Adds a contribution to the gradient of `node` with `add`, or takes this first one.
    pub(crate) fn put(&mut self, node: Handle<T>, dx: Var<T>, add: impl FnOnce(&mut Var<T>, Var<T>)) {
        if let Some(i) = self.find(&node) {
            return add(&mut self.entries[i].1, dx);
        }
        let address = node.address();
        self.entries.push((node, dx));
        match self.entries.len() {
            0..=FEW => {}
            n if n == FEW + 1 => self.reindex(),
            n => {
                self.index.insert(address, n - 1);
            }
        }
    }

    /// Takes the gradient of `node` out; the others keep their order.
    fn remove(&mut self, node: &Handle<T>) -> Option<Var<T>> {
        let place = self.find(node)?;
        let (_, dx) = self.entries.remove(place);
        if self.entries.len() > FEW {
            self.reindex();
        }
        Some(dx)
    }

    /// Writes the index anew, as it is needed beyond a [few](FEW) entries.
    fn reindex(&mut self) {
        self.index.clear();
        self.index.extend(self.entries.iter().enumerate().map(|(i, (node, _))| (node.address(), i)));
    }

    pub(crate) fn get(&self, node: &Handle<T>) -> Option<&Var<T>> {
        self.find(node).map(|i| &self.entries[i].1)
    }
}

/// The gradient of each leaf that a backward pass reached.
///
/// A leaf that no path reaches has no gradient, which is not a gradient of zero. Gradients live here and nowhere else, so there is
/// nothing to set to zero before the next pass; [`accumulate`](Gradients::accumulate) adds several passes up.
///
/// ```
/// use autograd_core::Var;
/// let (x, unused) = (Var::leaf(3.0), Var::leaf(5.0));
/// let gradients = (&x * &x).backward();
/// assert_eq!(gradients.get(&x).unwrap().item(), 6.0);
/// assert!(gradients.get(&unused).is_none());
/// ```
pub struct Gradients<T: Real = f32> {
    table: LeafTable<T>,
}

impl<T: Real> Default for Gradients<T> {
    /// Those of a pass that reached nothing.
    fn default() -> Self {
        Gradients { table: LeafTable::default() }
    }
}

impl<T: Real> Gradients<T> {
    pub(crate) fn new(table: LeafTable<T>) -> Self {
        Tensor::compute_all(table.entries.iter().map(|(_, dx)| dx.value()));
        Gradients { table }
    }

    /// The gradient of a leaf; `None` if no path reaches it, and for what is no leaf: that of a result in between is `grad(&loss, &h, false)`,
    /// by [`grad`](crate::grad).
    pub fn get(&self, leaf: &Var<T>) -> Option<&Tensor<T>> {
        self.table.get(leaf.node()?).map(Var::value)
    }

    /// The gradient of a leaf, to change it, as clipping does.
    pub fn get_mut(&mut self, leaf: &Var<T>) -> Option<&mut Tensor<T>> {
        let i = self.table.find(leaf.node()?)?;
        Some(self.table.entries[i].1.value_mut())
    }

    /// Sets the gradient of a leaf: of one computed in another way, so that an optimiser applies it. Gives back the one before.
    ///
    /// ```
    /// use autograd_core::{Gradients, Tensor, Var};
    /// let w = Var::leaf([1.0, 2.0]);
    /// let mut gradients = Gradients::default();
    /// assert!(gradients.insert(&w, Tensor::from([0.5, -0.5])).is_none());
    /// assert_eq!(gradients.get(&w).unwrap().to_vec(), [0.5, -0.5]);
    /// ```
    ///
    /// # Panics
    /// If the variable is no leaf, or the gradient has another shape.
    #[track_caller]
    pub fn insert(&mut self, leaf: &Var<T>, dx: impl Into<Tensor<T>>) -> Option<Tensor<T>> {
        let dx: Tensor<T> = dx.into();
        if dx.shape() != leaf.shape() {
            let why = format!("a gradient of shape {} for a leaf of shape {}", dx.shape(), leaf.shape());
            Error::new("insert", Mismatch::new(why)).raise();
        }
        let Some(node) = leaf.node().filter(|node| node.is_leaf()) else {
            let why =
                Mismatch::new("the variable is no leaf").help("a leaf is made by Var::leaf, or is Parameter::var");
            Error::new("insert", why).raise();
        };
        let dx = dx.contiguous();
        Tensor::compute_all([&dx].into_iter());
        let mut before = None;
        let replace = |old: &mut Var<T>, dx| before = Some(std::mem::replace(old, dx).into_value());
        self.table.put(node.clone(), Var::constant(dx), replace);
        before
    }

    /// Takes the gradient of a leaf out, which then counts as not reached; `None` if no path reaches it.
    ///
    /// For a leaf that is no parameter: what sums over all gradients, as clipping by their norm does, is to pass it over.
    ///
    /// ```
    /// use autograd_core::Var;
    /// let (w, state) = (Var::leaf(3.0), Var::leaf(5.0));
    /// let mut gradients = (&w * &state).backward();
    /// assert_eq!(gradients.remove(&state).unwrap().item(), 3.0);
    /// assert_eq!((gradients.len(), gradients.get(&w).unwrap().item()), (1, 5.0));
    /// assert!(gradients.remove(&state).is_none());
    /// ```
    pub fn remove(&mut self, leaf: &Var<T>) -> Option<Tensor<T>> {
        self.table.remove(leaf.node()?).map(|dx| dx.value().clone())
    }

    /// The number of leaves reached.
    pub fn len(&self) -> usize {
        self.table.entries.len()
    }

    /// Whether no leaf was reached.
    pub fn is_empty(&self) -> bool {
        self.table.entries.is_empty()
    }

    /// Each gradient, in the order in which the pass reached the leaves.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Tensor<T>> {
        self.table.entries.iter().map(|(_, dx)| dx.value())
    }

    /// Each gradient, to change it.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Tensor<T>> {
        self.table.entries.iter_mut().map(|(_, dx)| dx.value_mut())
    }

    /// Adds the gradients of another pass, as for a large batch in parts.
    ///
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf(3.0);
    /// let mut gradients = (&x * 2.0).backward();
    /// gradients.accumulate((&x * 5.0).backward());
    /// assert_eq!(gradients.get(&x).unwrap().item(), 7.0);
    /// ```
    ///
    /// # Panics
    /// If a leaf has changed its shape between the passes.
    #[track_caller]
    pub fn accumulate(&mut self, other: Gradients<T>) {
        // All are checked before any is added: nothing is done by half.
        for (node, dx) in &other.table.entries {
            if let Some(sum) = self.table.get(node).filter(|sum| sum.shape() != dx.shape()) {
                let why = format!("a gradient of shape {} meets one of shape {}", dx.shape(), sum.shape());
                Error::new("accumulate", Mismatch::new(why)).raise();
            }
        }
        for (node, dx) in other.table.entries {
            self.table.put(node, dx, |sum, dx| sum.accumulate(dx));
        }
    }
}

/// The shapes of the gradients.
impl<T: Real> fmt::Debug for Gradients<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gradients")?;
        f.debug_list().entries(self.iter().map(Tensor::shape)).finish()
    }
}
