//! What the functions that a state dict names would do, for those that are known: tensors, storages, ordered dictionaries.

use super::globals::Global;
use super::heap::{Id, Node, TensorSpec};
use super::machine::Machine;
use crate::state::FileError;
use crate::state::encoding::{Encoding, shape_of};

/// More tensors than this no state has.
const MAX_TENSORS: usize = 1 << 20;

impl Machine<'_> {
    /// The result of a function that the pickle names.
    pub(super) fn reduce(&mut self, function: Id, arguments: Id) -> Result<(), FileError> {
        let Node::Global(function) = *self.heap.node(function) else {
            return Err(FileError::damaged(format!("{} is called", self.heap.node(function).kind())));
        };
        let arguments = self.tuple(arguments)?.to_vec();
        match (function, arguments.as_slice()) {
            (Global::OrderedDict, []) => self.push(Node::Dict(Vec::new())),
            (Global::Size, [sizes]) => {
                self.tuple(*sizes)?;
                self.push_id(*sizes);
                Ok(())
            }
            // The data, whether it takes a gradient, hooks, and perhaps attributes.
            (Global::RebuildParameter, [data, _, _] | [data, _, _, _]) => match self.heap.node(*data) {
                Node::Tensor(_) => {
                    self.push_id(*data);
                    Ok(())
                }
                other => Err(FileError::damaged(format!("a parameter is {}", other.kind()))),
            },
            // Storage, offset, sizes, strides, whether it takes a gradient, hooks, and perhaps metadata.
            (
                Global::RebuildTensor,
                [storage, offset, sizes, strides, _, _] | [storage, offset, sizes, strides, _, _, _],
            ) => match *self.heap.node(*storage) {
                Node::Storage(storage, Some(encoding)) => self.tensor(storage, encoding, *offset, *sizes, *strides),
                ref other => Err(FileError::damaged(format!("a tensor lies in {}", other.kind()))),
            },
            (
                Global::RebuildTensorV3,
                [storage, offset, sizes, strides, _, _, dtype] | [storage, offset, sizes, strides, _, _, dtype, _],
            ) => match (self.heap.node(*storage), self.heap.node(*dtype)) {
                (&Node::Storage(storage, _), &Node::Global(Global::Dtype(encoding, _))) => {
                    self.tensor(storage, encoding, *offset, *sizes, *strides)
                }
                _ => Err(FileError::damaged("a tensor without a storage or a type of elements")),
            },
            _ => Err(FileError::damaged(format!("{function:?} is called with {} arguments", arguments.len()))),
        }
    }

    /// A tensor, if it lies within its storage.
    fn tensor(
        &mut self,
        storage: usize,
        encoding: Encoding,
        offset: Id,
        sizes: Id,
        strides: Id,
    ) -> Result<(), FileError> {
        let offset = self.count(offset)?;
        let [sizes, strides] = [sizes, strides].map(|counts| {
            self.tuple(counts)?.iter().map(|&count| self.count(count)).collect::<Result<Vec<usize>, FileError>>()
        });
        let (sizes, strides) = (sizes?, strides?);
        if sizes.len() != strides.len() {
            return Err(FileError::damaged(format!(
                "a tensor has {} sizes and {} strides",
                sizes.len(),
                strides.len()
            )));
        }
        let (_, count) = shape_of(&sizes)?;
        let last = sizes
            .iter()
            .zip(&strides)
            .try_fold(offset, |place, (&size, &stride)| place.checked_add(size.saturating_sub(1).checked_mul(stride)?));
        let elements = self.heap.storages[storage] / encoding.size() as u64;
        if count > 0 && last.is_none_or(|last| last as u64 >= elements) {
            let why = format!(
                "a tensor of sizes {sizes:?}, strides {strides:?} and offset {offset} reaches beyond its storage of {elements} elements"
            );
            return Err(FileError::damaged(why));
        }
        if self.heap.tensors.len() == MAX_TENSORS {
            return Err(FileError::unsupported(format!("more than {MAX_TENSORS} tensors")));
        }
        self.push(Node::Tensor(self.heap.tensors.len()))?;
        self.heap.tensors.push(TensorSpec { storage, encoding, offset, sizes, strides });
        Ok(())
    }

    /// A storage, which lies in a member of its own: `("storage", its type, the name of the member, the device, its length)`.
    pub(super) fn persistent(&mut self, id: Id) -> Result<(), FileError> {
        let wrong = || FileError::damaged("something other than a storage lies outside of the pickle");
        let &[tag, kind, key, _device, count] = self.tuple(id)? else { return Err(wrong()) };
        let (encoding, key) = match (self.heap.node(tag), self.heap.node(kind), self.heap.node(key)) {
            (Node::Text(tag), Node::Global(Global::Storage(encoding)), Node::Text(key)) if &**tag == "storage" => {
                (*encoding, key.to_string())
            }
            _ => return Err(wrong()),
        };
        let size = self.count(count)?.checked_mul(encoding.map_or(1, Encoding::size));
        let size = size.ok_or_else(|| FileError::damaged("a storage is more than memory can address"))? as u64;
        let entry = self.heap.storages.entry(key);
        let (number, told) = (entry.index(), *entry.or_insert(size));
        if told != size {
            return Err(FileError::damaged(format!("a storage has {told} bytes at first and {size} later")));
        }
        self.push(Node::Storage(number, encoding))
    }

    fn tuple(&self, id: Id) -> Result<&[Id], FileError> {
        match self.heap.node(id) {
            Node::Tuple(items) => Ok(items),
            other => Err(FileError::damaged(format!("{} stands in place of a tuple", other.kind()))),
        }
    }

    fn count(&self, id: Id) -> Result<usize, FileError> {
        match self.heap.node(id) {
            Node::Int(count) => usize::try_from(*count).map_err(|_| {
                FileError::unsupported(format!("{count} stands in place of a size, a stride or an offset"))
            }),
            other => Err(FileError::damaged(format!("{} stands in place of a count", other.kind()))),
        }
    }
}
