//! `Module`: what consists of parameters, buffers and other modules, each under a name.

mod buffer;
mod containers;
mod functional;
mod observe;
mod parts;
mod streams;
mod summary;
mod visitor;

pub use buffer::{Buffer, Training};
pub use functional::functional_call;
pub(crate) use observe::report;
pub use observe::{Observation, observe, observed};
pub(crate) use parts::Parts;
pub use streams::{Counter, KeyStream};
pub use summary::{Summary, SummaryRow};
pub use visitor::{ModuleRef, Part, Visitor};

use crate::Parameter;
use crate::state::{LoadError, LoadReport, StateDict, Strictness};
use autograd_core::{Gradients, Real, Shape, Tensor, Var, blame};
use std::collections::HashSet;
use std::panic::Location;

/// What consists of parameters, buffers and other modules, each under a name.
///
/// `#[derive(Module)]` writes [`visit`](Module::visit) for a struct; the other methods follow from it. Names are those that PyTorch gives:
/// the fields on the way joined by dots, with numbers in lists and tuples, as in `layers.0.weight`.
///
/// The derived rule is short:
///
/// - Each field is visited. Fields of layers, [`Parameter`]s, [`Buffer`]s, [`Training`] flags, and of `Vec`, `Option`, `Box`, `Arc`, arrays,
///   tuples and `BTreeMap`s and `IndexMap`s with names as keys of them say what they hold; numbers, `bool`, `char`, `String` and
///   `PhantomData` hold nothing. A field of any other type carries `#[module(skip)]`.
/// - The element type is the struct's type parameter that is bounded by `Real`, else `f32`; `#[module(element = f64)]` says otherwise.
/// - `#[module(stateless)]` says that a struct has no parts, only settings; it then is a module of every element type.
/// - `#[module(crate = my::nn)]` names the path where `Module` and `Visitor` are found if it is not this crate.
///
/// ```
/// use autograd_core::{Generator, Real};
/// use autograd_nn::{Linear, Module, Parameter};
///
/// #[derive(Module)]
/// struct Net<T: Real> {
///     layers: Vec<Linear<T>>,
///     scale: Option<Parameter<T>>,
///     depth: usize,
///     #[module(skip)]
///     note: &'static str,
/// }
///
/// let mut generator = Generator::seed(0);
/// let layers = vec![Linear::<f64>::new(3, 2, &mut generator)];
/// let net = Net { layers, scale: Some(Parameter::new(1.0)), depth: 1, note: "small" };
/// let names: Vec<String> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["layers.0.weight", "layers.0.bias", "scale"]);
/// assert_eq!(net.parameter_count(), 3 * 2 + 2 + 1);
/// ```
///
/// What is not a module must be skipped:
///
/// ```compile_fail
/// #[derive(autograd_nn::Module)]
/// struct Net {
///     note: &'static str,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Module<{T}>`",
    label = "not a module of `{T}`",
    note = "a struct of your own needs `#[derive(Module)]`, also where it is a field of another module",
    note = "trainable state is a `Parameter`, other state a `Buffer`; a field of any other type carries `#[module(skip)]`",
    note = "a struct without a type parameter bounded by `Real` is a module of f32, unless it says `#[module(element = f64)]`"
)]
pub trait Module<T: Real = f32> {
    /// Shows `visitor` what this consists of, in the order of the fields.
    fn visit(&self, visitor: &mut Visitor<'_, T>);

    /// Each parameter with its name; a tied one once, under its first name.
    fn named_parameters(&self) -> Vec<(String, Parameter<T>)> {
        named_parameters(Parts(&|visitor| self.visit(visitor)))
    }

    /// Each parameter, a tied one once: what an optimiser takes.
    fn parameters(&self) -> Vec<Parameter<T>> {
        without_names(self.named_parameters())
    }

    /// Each buffer with its name; a shared one once, under its first name.
    fn named_buffers(&self) -> Vec<(String, Buffer<T>)> {
        named_buffers(Parts(&|visitor| self.visit(visitor)))
    }

    /// Each module within, this one first under the empty name, with the name of its type.
    fn named_modules(&self) -> Vec<(String, &'static str)> {
        named_modules(Parts(&|visitor| self.visit(visitor)))
    }

    /// The values of all parameters, buffers and counters by name: what a file holds.
    fn state_dict(&self) -> StateDict {
        StateDict::of(self)
    }

    /// Gives parameters, buffers and counters the values of a state.
    ///
    /// Values of another real type are converted. A parameter with several names, as a tied one, is found under any of them.
    ///
    /// # Errors
    /// If a value has another shape, or, when strict, a name has no partner. Nothing has changed then.
    fn load_state_dict(&self, state: &StateDict, strictness: Strictness) -> Result<LoadReport, LoadError> {
        crate::state::load_state(Parts(&|visitor| self.visit(visitor)), state, strictness)
    }

    /// The number of trainable and frozen numbers, those of tied parameters counted once.
    fn parameter_count(&self) -> usize {
        self.parameters().iter().map(Parameter::numel).sum()
    }

    /// Switches every part to training, as dropout and batch normalisation ask for; modules begin in this state.
    fn train(&self) {
        set_training(Parts(&|visitor| self.visit(visitor)), true);
    }

    /// Switches every part to evaluation.
    #[doc(alias = "evaluate")]
    fn eval(&self) {
        set_training(Parts(&|visitor| self.visit(visitor)), false);
    }

    /// Freezes each parameter.
    ///
    /// Buffers are none: the running statistics of batch normalisation go on moving with each pass in training. They stand still while the
    /// part is in [evaluation](Module::eval), into which it must be put again after each [`train`](Module::train).
    fn freeze(&self) {
        self.parameters().iter().for_each(Parameter::freeze);
    }

    /// Makes each parameter trainable again.
    fn unfreeze(&self) {
        self.parameters().iter().for_each(Parameter::unfreeze);
    }
}

fn named_parameters<T: Real>(module: Parts<'_, T>) -> Vec<(String, Parameter<T>)> {
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    module.visit(&mut Visitor::new(&mut |name, part| {
        if let Part::Parameter(parameter) = part
            && seen.insert(parameter.id())
        {
            found.push((name.to_owned(), parameter.clone()));
        }
    }));
    found
}

fn without_names<T: Real>(named: Vec<(String, Parameter<T>)>) -> Vec<Parameter<T>> {
    named.into_iter().map(|(_, parameter)| parameter).collect()
}

fn named_buffers<T: Real>(module: Parts<'_, T>) -> Vec<(String, Buffer<T>)> {
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    module.visit(&mut Visitor::new(&mut |name, part| {
        if let Part::Buffer(buffer) = part
            && seen.insert(buffer.id())
        {
            found.push((name.to_owned(), buffer.clone()));
        }
    }));
    found
}

fn named_modules<T: Real>(module: Parts<'_, T>) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    module.visit(&mut Visitor::new(&mut |name, part| {
        if let Part::Module(module) = part {
            found.push((name.to_owned(), module.kind()));
        }
    }));
    found
}

fn set_training<T: Real>(module: Parts<'_, T>, on: bool) {
    module.visit(&mut Visitor::new(&mut |_, part| {
        if let Part::Training(training) = part {
            training.set(on);
        }
    }));
}

/// A module from one variable to one: what goes into [`Sequential`](crate::Sequential).
///
/// A module whose computation takes or gives anything else has a method of its own instead.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Forward<{T}>`, a module from one variable to one",
    label = "has no `forward` on variables of `{T}`",
    note = "a closure becomes one as `Lambda::new(|x: &Var| x.relu())`; activations are modules, too: `Relu`",
    note = "a struct needs `#[derive(Module)]` and `impl Forward`"
)]
pub trait Forward<T: Real = f32>: Module<T> {
    /// Computes the result.
    fn forward(&self, x: &Var<T>) -> Var<T>;

    /// A table of the layers within, with the shape of each one's result for an operand of this shape, and its number of parameters.
    ///
    /// The forward pass runs once, on zeros and in evaluation; the module is not changed. [`Summary::of`] takes any other pass.
    ///
    /// ```
    /// use autograd_core::Generator;
    /// use autograd_nn::{Forward, Linear, Relu, Sequential};
    /// let mut generator = Generator::seed(0);
    /// let mlp: Sequential =
    ///     Sequential::new().then(Linear::new(4, 8, &mut generator)).then(Relu).then(Linear::new(8, 2, &mut generator));
    /// let expected = "\
    /// layer  kind    output  parameters
    /// 0      Linear  [5, 8]          40
    /// 1      Relu    [5, 8]           0
    /// 2      Linear  [5, 2]          18
    /// 58 parameters, all trainable, 232 bytes
    /// ";
    /// assert_eq!(mlp.summary([5, 4]).to_string(), expected);
    /// ```
    #[track_caller]
    fn summary(&self, shape: impl Into<Shape>) -> Summary
    where
        Self: Sized,
    {
        let (x, at) = (Var::constant(Tensor::zeros(shape)), Location::caller());
        Summary::of(self, || blame(at, || drop(self.forward(&x))))
    }
}

/// The names of trainable parameters that no gradient reached: forgotten in the forward pass, or cut off by `detach`.
///
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Forward, Linear, Module, unreached};
/// #[derive(Module)]
/// struct Net {
///     used: Linear,
///     forgotten: Linear,
/// }
/// let mut generator = Generator::seed(0);
/// let net = Net { used: Linear::new(2, 1, &mut generator), forgotten: Linear::new(2, 1, &mut generator) };
/// let gradients = net.used.forward(&Var::constant([1.0f32, 2.0])).sum().backward();
/// assert_eq!(unreached(&net, &gradients), ["forgotten.weight", "forgotten.bias"]);
/// ```
pub fn unreached<T: Real>(module: &(impl Module<T> + ?Sized), gradients: &Gradients<T>) -> Vec<String> {
    without_gradient(module.named_parameters(), gradients)
}

fn without_gradient<T: Real>(parameters: Vec<(String, Parameter<T>)>, gradients: &Gradients<T>) -> Vec<String> {
    let missing = |parameter: &Parameter<T>| parameter.is_trainable() && parameter.gradient(gradients).is_none();
    parameters.into_iter().filter(|(_, parameter)| missing(parameter)).map(|(name, _)| name).collect()
}
