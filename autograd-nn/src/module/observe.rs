//! `observe`: what each layer gave while a piece of work ran.

use super::{Module, Part, Parts, Visitor};
use crate::layers::Registered;
use autograd_core::{Real, Var};
use std::any::{Any, type_name};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

thread_local! {
    /// Whether a piece of work on this thread is observed: the only thing a layer asks when nobody looks.
    static OBSERVED: Cell<bool> = const { Cell::new(false) };
    /// What was seen so far.
    static SEEN: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
}

/// A result, and where in memory the layer lies that gave it.
struct Seen {
    place: Place,
    output: Box<dyn Any>,
}

/// Tells modules apart. The address alone does not: a struct lies where its first field does, and layers without fields lie anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    address: usize,
    kind: &'static str,
}

impl Place {
    pub(super) fn of<M>(module: &M) -> Self {
        Place { address: std::ptr::from_ref(module).addr(), kind: type_name::<M>() }
    }

    /// The name of the type without its path and parameters.
    pub(super) fn kind(self) -> &'static str {
        let plain = self.kind.split('<').next().unwrap_or(self.kind);
        plain.rsplit("::").next().unwrap_or(plain)
    }
}

/// Tells whoever observes this thread what a layer of this crate gave, and hands it on.
pub(crate) fn report<T: Real, M: Registered>(layer: &M, output: Var<T>) -> Var<T> {
    observed(layer, output)
}

/// Tells whoever [observes](observe) this thread what a module gave, and hands it on.
///
/// Every layer of this crate does; a module of your own that should stand in observations and summaries by itself ends its forward pass
/// with this. It costs nothing while nobody looks.
pub fn observed<T: Real, M>(module: &M, output: Var<T>) -> Var<T> {
    if OBSERVED.get() {
        SEEN.with_borrow_mut(|seen| seen.push(Seen { place: Place::of(module), output: Box::new(output.clone()) }));
    }
    output
}

/// What a layer gave while a piece of work was [observed](observe).
#[derive(Clone, Debug)]
pub struct Observation<T: Real = f32> {
    /// The name of the layer within the module, as in `layers.0`; empty for the module itself.
    pub name: String,
    /// The type of the layer, as in `Linear`.
    pub kind: &'static str,
    /// Its result; of several the first.
    pub output: Var<T>,
}

/// Runs `f` and returns, besides its result, what each layer of `module` gave, in the order of the computation.
///
/// This is where to look at activations: their means and deviations layer by layer, their histograms, those that died. The results keep
/// their history, so that gradients with respect to them can be asked for with [`grad`](autograd_core::grad).
///
/// Layers without fields that lie side by side, as two `Relu` in one [`Sequential`](crate::Sequential), are told apart by their order.
/// Work on other threads is not seen.
///
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Forward, Linear, Relu, Sequential, observe};
/// let mut generator = Generator::seed(0);
/// let mlp = Sequential::new().then(Linear::new(4, 8, &mut generator)).then(Relu).then(Linear::new(8, 2, &mut generator));
/// let x = Var::constant(Tensor::<f32>::ones([5, 4]));
/// let (y, seen) = observe(&mlp, || mlp.forward(&x));
/// let names: Vec<(&str, &str)> = seen.iter().map(|layer| (layer.name.as_str(), layer.kind)).collect();
/// assert_eq!(names, [("0", "Linear"), ("1", "Relu"), ("2", "Linear"), ("", "Sequential")]);
/// assert!(seen[1].output.to_vec().iter().all(|&y| y >= 0.0));
/// assert_eq!(seen[2].output.to_vec(), y.to_vec());
/// ```
#[doc(alias = "register_forward_hook")]
pub fn observe<T: Real, R>(module: &(impl Module<T> + ?Sized), f: impl FnOnce() -> R) -> (R, Vec<Observation<T>>) {
    let watch = Watch::begin();
    let result = f();
    let seen = watch.end();
    (result, named(seen, Parts(&|visitor| module.visit(visitor))))
}

/// What was seen, each with its name in the module.
fn named<T: Real>(seen: Vec<Seen>, module: Parts<'_, T>) -> Vec<Observation<T>> {
    let mut names: HashMap<Place, Vec<String>> = HashMap::new();
    module.visit(&mut Visitor::new(&mut |name, part| {
        if let Part::Module(found) = part {
            names.entry(found.place).or_default().push(name.to_owned());
        }
    }));
    let mut turns: HashMap<Place, usize> = HashMap::new();
    let observations = seen.into_iter().filter_map(|Seen { place, output }| {
        let output = *output.downcast::<Var<T>>().ok()?;
        let names = names.get(&place)?;
        let turn = turns.entry(place).or_default();
        let name = names[*turn % names.len()].clone();
        *turn += 1;
        Some(Observation { name, kind: place.kind(), output })
    });
    observations.collect()
}

/// An observation in progress; what an outer one saw is kept aside and given back, also when `f` panics.
struct Watch {
    outer: Option<Vec<Seen>>,
}

impl Watch {
    fn begin() -> Self {
        let outer = OBSERVED.replace(true).then(|| SEEN.take());
        Watch { outer }
    }

    fn end(self) -> Vec<Seen> {
        SEEN.take()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        OBSERVED.set(self.outer.is_some());
        SEEN.replace(self.outer.take().unwrap_or_default());
    }
}
