//! `Heap`: the objects of a pickle, which refer to each other by number, so that neither sharing nor a cycle costs anything.

use super::PickleValue;
use super::globals::Global;
use crate::state::encoding::Encoding;
use crate::state::{AnyTensor, FileError};
use indexmap::IndexMap;
use std::collections::HashSet;

/// The number of an object.
pub(in crate::state) type Id = u32;

/// An object.
pub(super) enum Node {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Box<str>),
    List(Vec<Id>),
    Tuple(Box<[Id]>),
    Dict(Vec<(Id, Id)>),
    Global(Global),
    /// The number of a storage, and the encoding if it has one.
    Storage(usize, Option<Encoding>),
    /// The number of a tensor.
    Tensor(usize),
}

/// A tensor as a window onto a storage, in elements.
pub(in crate::state) struct TensorSpec {
    /// The number of the storage.
    pub(in crate::state) storage: usize,
    pub(in crate::state) encoding: Encoding,
    pub(in crate::state) offset: usize,
    pub(in crate::state) sizes: Vec<usize>,
    pub(in crate::state) strides: Vec<usize>,
}

/// The objects of a pickle, and what it says of its storages and tensors.
pub(in crate::state) struct Heap {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Id,
    /// The bytes of the pickle.
    pub(super) size: usize,
    /// The key of each storage, and its number of bytes.
    pub(in crate::state) storages: IndexMap<String, u64>,
    pub(in crate::state) tensors: Vec<TensorSpec>,
}

/// More objects than this no state has.
pub(super) const MAX_NODES: usize = 1 << 23;
/// More bytes of text, likewise.
const MAX_TEXT: usize = 1 << 28;
/// Deeper nesting no state has; it bounds recursion.
const MAX_DEPTH: usize = 64;

impl Heap {
    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    /// The value of the whole, with these tensors.
    pub(in crate::state) fn tree(&self, tensors: &[AnyTensor]) -> Result<PickleValue, FileError> {
        // An object that several others hold appears in each of them. Twice that, twice that and so on would fill any memory; but to hold
        // one takes at least two bytes of pickle.
        let mut budget = (4 * self.size + 1024).min(MAX_NODES);
        let mut text = (32 * self.size + 1024).min(MAX_TEXT);
        self.value(self.root, tensors, 0, &mut budget, &mut text)
    }

    fn value(
        &self,
        id: Id,
        tensors: &[AnyTensor],
        depth: usize,
        budget: &mut usize,
        text: &mut usize,
    ) -> Result<PickleValue, FileError> {
        if depth > MAX_DEPTH {
            return Err(FileError::damaged(format!("values are nested more than {MAX_DEPTH} deep")));
        }
        let node = self.node(id);
        let too_much = || FileError::damaged("a few values are repeated without end");
        *budget = budget.checked_sub(1).ok_or_else(too_much)?;
        *text = text.checked_sub(node.text_len()).ok_or_else(too_much)?;
        let mut inner = |id: Id| self.value(id, tensors, depth + 1, budget, text);
        Ok(match node {
            Node::None => PickleValue::None,
            Node::Bool(x) => PickleValue::Bool(*x),
            Node::Int(x) => PickleValue::Int(*x),
            Node::Float(x) => PickleValue::Float(*x),
            Node::Text(text) => PickleValue::Str(text.to_string()),
            Node::List(items) => PickleValue::List(items.iter().map(|&id| inner(id)).collect::<Result<_, _>>()?),
            Node::Tuple(items) => PickleValue::Tuple(items.iter().map(|&id| inner(id)).collect::<Result<_, _>>()?),
            Node::Dict(entries) => {
                self.check_keys(entries)?;
                let entries = entries.iter().map(|&(key, value)| Ok((inner(key)?, inner(value)?)));
                PickleValue::Dict(entries.collect::<Result<_, FileError>>()?)
            }
            Node::Global(Global::Dtype(_, name)) => PickleValue::Str((*name).to_owned()),
            Node::Tensor(i) => PickleValue::Tensor(tensors[*i].clone()),
            Node::Global(_) | Node::Storage(..) => {
                return Err(FileError::unsupported("a storage or a function stands where a value should be"));
            }
        })
    }

    /// Python's dictionaries have each key once.
    fn check_keys(&self, entries: &[(Id, Id)]) -> Result<(), FileError> {
        let (mut texts, mut numbers) = (HashSet::new(), HashSet::new());
        for &(key, _) in entries {
            let (new, key) = match self.node(key) {
                Node::Text(text) => (texts.insert(text), format!("{text:?}")),
                Node::Int(number) => (numbers.insert(number), number.to_string()),
                _ => continue,
            };
            if !new {
                return Err(FileError::damaged(format!("a dictionary has the key {key} twice")));
            }
        }
        Ok(())
    }
}

impl Node {
    fn text_len(&self) -> usize {
        match self {
            Node::Text(text) => text.len(),
            _ => 0,
        }
    }

    /// What it is called in errors.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Node::None => "None",
            Node::Bool(_) => "a truth value",
            Node::Int(_) => "a whole number",
            Node::Float(_) => "a float",
            Node::Text(_) => "a text",
            Node::List(_) => "a list",
            Node::Tuple(_) => "a tuple",
            Node::Dict(_) => "a dictionary",
            Node::Global(_) => "a function or type",
            Node::Storage(..) => "a storage",
            Node::Tensor(_) => "a tensor",
        }
    }
}
