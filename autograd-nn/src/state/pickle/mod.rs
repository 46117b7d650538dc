//! `PickleValue`: what a file of PyTorch holds, as a tree of plain values.

mod globals;
mod heap;
mod input;
mod machine;
mod rebuild;

pub(super) use heap::{Heap, TensorSpec};

use super::{AnyTensor, FileError, StateDict};

/// What `torch.save` wrote, as a tree of plain values: a state dict, a checkpoint with an epoch beside it, the state of an optimiser.
///
/// [`load`](PickleValue::load) reads it without executing anything. What is not in this list is refused by its name.
///
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::state::PickleValue;
/// let weight = PickleValue::Tensor(Tensor::from([1.0f32, 2.0]).into());
/// let state = PickleValue::Dict(vec![("weight".into(), weight)]);
/// let checkpoint = PickleValue::Dict(vec![("state_dict".into(), state), ("epoch".into(), PickleValue::Int(3))]);
/// assert_eq!(checkpoint.get("epoch").and_then(PickleValue::as_int), Some(3));
/// assert_eq!(checkpoint.tensors()?.names().collect::<Vec<_>>(), ["state_dict.weight"]);
/// assert_eq!(checkpoint.get("state_dict").unwrap().tensors()?.names().collect::<Vec<_>>(), ["weight"]);
/// # Ok::<(), autograd_nn::state::FileError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PickleValue {
    /// Python's `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text, or the name of a type of elements: `torch.float32`.
    Str(String),
    /// A list.
    List(Vec<PickleValue>),
    /// A tuple, or a `torch.Size`.
    Tuple(Vec<PickleValue>),
    /// A dictionary, ordered or not, in its order.
    Dict(Vec<(PickleValue, PickleValue)>),
    /// A tensor or parameter; those that shared their memory when they were saved share it here.
    Tensor(AnyTensor),
}

impl PickleValue {
    /// The value of a key that is a text, in a dictionary.
    pub fn get(&self, key: &str) -> Option<&PickleValue> {
        let PickleValue::Dict(entries) = self else { return None };
        entries.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// The items of a list or tuple.
    pub fn items(&self) -> Option<&[PickleValue]> {
        match self {
            PickleValue::List(items) | PickleValue::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a dictionary.
    pub fn entries(&self) -> Option<&[(PickleValue, PickleValue)]> {
        match self {
            PickleValue::Dict(entries) => Some(entries),
            _ => None,
        }
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            PickleValue::Bool(x) => Some(*x),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            PickleValue::Int(x) => Some(*x),
            _ => None,
        }
    }

    /// A number, whole or not, as a float.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            PickleValue::Int(x) => Some(*x as f64),
            PickleValue::Float(x) => Some(*x),
            _ => None,
        }
    }

    /// A text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            PickleValue::Str(text) => Some(text),
            _ => None,
        }
    }

    /// A tensor.
    pub fn as_tensor(&self) -> Option<&AnyTensor> {
        match self {
            PickleValue::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// The tensors within: the keys on the way joined by dots, with numbers in lists and tuples, as in `state_dict.layers.0.weight`.
    /// A tensor alone has the empty name.
    ///
    /// # Errors
    /// If two tensors get one name, or a key on the way to a tensor is neither text nor a whole number.
    pub fn tensors(&self) -> Result<StateDict, FileError> {
        let mut state = StateDict::new();
        self.walk("", &mut |name, value| {
            let Some(tensor) = value.as_tensor() else { return Ok(()) };
            match state.insert(name, tensor.clone()) {
                None => Ok(()),
                Some(_) => Err(FileError::unsupported("two tensors get this name").in_entry(name)),
            }
        })?;
        Ok(state)
    }

    /// Visits what is no dictionary, list or tuple, under its name.
    fn walk(
        &self,
        name: &str,
        visit: &mut dyn FnMut(&str, &PickleValue) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let join = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
        match self {
            PickleValue::Dict(entries) => entries.iter().try_for_each(|(key, value)| match key {
                PickleValue::Str(key) => value.walk(&join(key), visit),
                PickleValue::Int(key) => value.walk(&join(&key.to_string()), visit),
                _ if value.holds_tensors() => {
                    Err(FileError::unsupported("a key is neither text nor a whole number").in_entry(name))
                }
                _ => Ok(()),
            }),
            PickleValue::List(items) | PickleValue::Tuple(items) => {
                items.iter().enumerate().try_for_each(|(i, item)| item.walk(&join(&i.to_string()), visit))
            }
            other => visit(name, other),
        }
    }

    fn holds_tensors(&self) -> bool {
        match self {
            PickleValue::Tensor(_) => true,
            PickleValue::Dict(entries) => entries.iter().any(|(_, value)| value.holds_tensors()),
            PickleValue::List(items) | PickleValue::Tuple(items) => items.iter().any(PickleValue::holds_tensors),
            _ => false,
        }
    }
}

impl From<&str> for PickleValue {
    fn from(text: &str) -> Self {
        PickleValue::Str(text.to_owned())
    }
}

/// Runs the pickle of an archive.
pub(super) fn run(bytes: &[u8]) -> Result<Heap, FileError> {
    machine::Machine::run(bytes)
}
