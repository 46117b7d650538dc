//! Where a module's streams of random numbers are, as a state.

use super::{AnyTensor, LoadError, LoadReport, StateDict, Strictness};
use crate::module::Parts;
use crate::{Module, Part, Visitor};
use autograd_core::{Real, Tensor};
use indexmap::IndexMap;

/// Where each [`KeyStream`](crate::KeyStream) of a module is, by name: its seed and the number of keys taken, as the bits of two i64.
///
/// With it training goes on with the dropout masks it would have had. A [`StateDict`] of the module does not hold it, as PyTorch's does not.
///
/// ```
/// use autograd_nn::state::{Strictness, load_streams, streams};
/// use autograd_nn::{KeyStream, Module};
/// #[derive(Module)]
/// struct Noise {
///     keys: KeyStream,
/// }
/// let noise = Noise { keys: KeyStream::seed(3) };
/// let state = streams(&noise);
/// let key = noise.keys.next();
/// load_streams(&noise, &state, Strictness::Strict)?;
/// assert_eq!(noise.keys.next(), key);
/// # Ok::<(), autograd_nn::state::LoadError>(())
/// ```
pub fn streams<T: Real>(module: &(impl Module<T> + ?Sized)) -> StateDict {
    own(Parts(&|visitor| module.visit(visitor)))
}

fn own<T: Real>(module: Parts<'_, T>) -> StateDict {
    let mut state = StateDict::new();
    module.visit(&mut Visitor::new(&mut |name, part| {
        if let Part::KeyStream(stream) = part {
            state.insert(name, Tensor::from(stream.state().map(u64::cast_signed)));
        }
    }));
    state
}

/// Brings each stream of a module to where it was when [`streams`] was called.
///
/// # Errors
/// If an entry is not the state of a stream, or, when strict, a name has no partner. Nothing has changed then.
pub fn load_streams<T: Real>(
    module: &(impl Module<T> + ?Sized),
    state: &StateDict,
    strictness: Strictness,
) -> Result<LoadReport, LoadError> {
    let module = Parts(&|visitor| module.visit(visitor));
    let plan = Plan::new(module, state, strictness)?;
    Ok(plan.apply(module))
}

/// What streams will be set to, all of it checked.
pub(super) struct Plan {
    states: IndexMap<String, [u64; 2]>,
    report: LoadReport,
}

impl Plan {
    pub(super) fn new<T: Real>(
        module: Parts<'_, T>,
        state: &StateDict,
        strictness: Strictness,
    ) -> Result<Self, LoadError> {
        let mut error = LoadError::default();
        let (mut states, mut report) = (IndexMap::new(), LoadReport::default());
        let own = own(module);
        for name in own.names() {
            match state.get(name).map(|value| (value, pair(value))) {
                Some((_, Some(pair))) => drop(states.insert(name.to_owned(), pair)),
                Some((value, None)) => {
                    let found = format!("{} of shape {}", value.element(), value.shape());
                    error.unfit.push((name.to_owned(), "a stream, i64 of shape [2]".to_owned(), found));
                }
                None => report.missing.push(name.to_owned()),
            }
        }
        report.loaded = states.len();
        report.unexpected = state.names().filter(|name| own.get(name).is_none()).map(str::to_owned).collect();
        if strictness == Strictness::Strict {
            (error.missing, error.unexpected) = (report.missing.clone(), report.unexpected.clone());
        }
        if error == LoadError::default() { Ok(Plan { states, report }) } else { Err(error) }
    }

    /// Sets the streams of the module that the plan was made for.
    pub(super) fn apply<T: Real>(self, module: Parts<'_, T>) -> LoadReport {
        module.visit(&mut Visitor::new(&mut |name, part| {
            if let (Part::KeyStream(stream), Some(&state)) = (part, self.states.get(name)) {
                stream.set_state(state);
            }
        }));
        self.report
    }
}

fn pair(value: &AnyTensor) -> Option<[u64; 2]> {
    let pair: [i64; 2] = value.as_i64()?.to_vec().try_into().ok()?;
    Some(pair.map(i64::cast_unsigned))
}
