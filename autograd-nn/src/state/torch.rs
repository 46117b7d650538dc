//! The archives of `torch.save`: a pickle, and a member for each storage.

use super::archive::Archive;
use super::encoding::{ByteOrder, Encoding};
use super::pickle::{self, TensorSpec};
use super::{AnyTensor, FileError, PickleValue};
use autograd_core::{AxisSlice, Element, Shape, Tensor};
use rawzip::ReaderAt;
use std::cmp::Reverse;

/// A larger pickle describes more tensors than any model has.
const MAX_PICKLE: u64 = 1 << 26;
/// Names and numbers are not deflated to a smaller part.
const MAX_RATIO: u64 = 100;

/// The name of the pickle, if this is an archive of `torch.save`.
pub(super) fn pickle_of<R: ReaderAt>(archive: &Archive<R>) -> Option<&str> {
    archive.names().find(|name| name.rsplit('/').next() == Some("data.pkl"))
}

/// The value that an archive holds, with its pickle.
pub(super) fn read<R: ReaderAt>(archive: &Archive<R>, pickle: &str) -> Result<PickleValue, FileError> {
    let folder = pickle.strip_suffix("data.pkl").expect("found by this name");
    if archive.has(&format!("{folder}constants.pkl")) {
        return Err(FileError::unsupported(
            "a TorchScript archive, which holds a program; save its state alone: torch.save(torch.jit.load(path).state_dict(), new_path)",
        ));
    }
    let order = match archive.has(&format!("{folder}byteorder")) {
        true => match archive.read_up_to(&format!("{folder}byteorder"), 6, MAX_RATIO)?.as_slice() {
            b"little" => ByteOrder::Little,
            b"big" => ByteOrder::Big,
            _ => return Err(FileError::damaged("the order of bytes is neither little nor big").in_entry("byteorder")),
        },
        // Versions before 2.1 did not say; they wrote on machines of this order.
        false => ByteOrder::Little,
    };
    let bytes = archive.read_up_to(pickle, MAX_PICKLE, MAX_RATIO)?;
    let heap = pickle::run(&bytes).map_err(|error| error.in_entry(pickle))?;
    let mut tensors: Vec<Option<AnyTensor>> = vec![None; heap.tensors.len()];
    let mut inside: Vec<Vec<usize>> = vec![Vec::new(); heap.storages.len()];
    heap.tensors.iter().enumerate().for_each(|(i, spec)| inside[spec.storage].push(i));
    // One storage after the other, so that each is in memory once as bytes, and not longer than needed.
    for ((key, &size), inside) in heap.storages.iter().zip(inside) {
        if inside.is_empty() {
            continue;
        }
        let member = format!("{folder}data/{key}");
        let bytes = archive.read(&member, size)?;
        let mut storage = Storage { bytes, order, decoded: Vec::new() };
        for i in inside {
            tensors[i] = Some(storage.tensor(&heap.tensors[i]).map_err(|error| error.in_entry(&member))?);
        }
    }
    let tensors: Vec<AnyTensor> = tensors.into_iter().map(|tensor| tensor.expect("each lies in a storage")).collect();
    heap.tree(&tensors).map_err(|error| error.in_entry(pickle))
}

/// The bytes of a storage, and the elements that they are in each encoding asked for so far.
struct Storage {
    bytes: Vec<u8>,
    order: ByteOrder,
    decoded: Vec<(Encoding, AnyTensor)>,
}

impl Storage {
    /// A tensor as a view of the elements: tensors of one storage share them, as they did when they were saved.
    fn tensor(&mut self, spec: &TensorSpec) -> Result<AnyTensor, FileError> {
        Ok(match self.elements(spec.encoding)? {
            AnyTensor::F32(elements) => strided(elements, spec).into(),
            AnyTensor::F64(elements) => strided(elements, spec).into(),
            AnyTensor::I64(elements) => strided(elements, spec).into(),
            AnyTensor::Bool(elements) => strided(elements, spec).into(),
        })
    }

    fn elements(&mut self, encoding: Encoding) -> Result<&AnyTensor, FileError> {
        let place = match self.decoded.iter().position(|(known, _)| *known == encoding) {
            Some(place) => place,
            None => {
                let shape = Shape::from(self.bytes.len() / encoding.size());
                self.decoded.push((encoding, encoding.decode(&self.bytes, self.order, shape)?));
                self.decoded.len() - 1
            }
        };
        Ok(&self.decoded[place].1)
    }
}

/// The view of sizes and strides, which lie within the elements.
fn strided<T: Element>(elements: &Tensor<T>, spec: &TensorSpec) -> Tensor<T> {
    let (sizes, strides) = (&spec.sizes, &spec.strides);
    if sizes.contains(&0) {
        return Tensor::zeros(sizes.as_slice());
    }
    // Windows of windows, from the widest stride to the narrowest; axes that do not move through memory come last and are broadcast.
    let moves = |axis: usize| sizes[axis] > 1 && strides[axis] > 0;
    let mut axes: Vec<usize> = (0..sizes.len()).collect();
    axes.sort_by_key(|&axis| (!moves(axis), Reverse(strides[axis])));
    let reach = |axis: usize| (sizes[axis] - 1) * strides[axis];
    let mut window = 1 + axes.iter().copied().filter(|&axis| moves(axis)).map(reach).sum::<usize>();
    let mut view = elements.slice([AxisSlice::from(spec.offset..spec.offset + window)]);
    for &axis in axes.iter().filter(|&&axis| moves(axis)) {
        window -= reach(axis);
        view = view.unfold(-1, window, strides[axis]);
    }
    let sorted: Vec<usize> = axes.iter().map(|&axis| if moves(axis) { sizes[axis] } else { 1 }).collect();
    let mut back = vec![0; axes.len()];
    axes.iter().enumerate().for_each(|(place, &axis)| back[axis] = place);
    view.reshape(sorted).permute(back).broadcast_to(sizes.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(offset: usize, sizes: &[usize], strides: &[usize]) -> Tensor<i64> {
        let (sizes, strides) = (sizes.to_vec(), strides.to_vec());
        strided(&Tensor::indices(24), &TensorSpec { storage: 0, encoding: Encoding::I64, offset, sizes, strides })
    }

    #[test]
    fn each_element_is_the_one_that_the_strides_name() {
        let cases: [(usize, &[usize], &[usize]); 9] = [
            (0, &[2, 3, 4], &[12, 4, 1]),
            (1, &[4, 3], &[1, 4]),
            (1, &[3, 2, 2], &[2, 12, 6]),
            // Overlapping windows, equal strides, broadcast axes, axes of size 1 with any stride.
            (2, &[5, 4], &[2, 1]),
            (0, &[3, 3], &[1, 1]),
            (7, &[2, 3, 4], &[0, 1, 0]),
            (23, &[1, 1], &[1000, 7]),
            (4, &[], &[]),
            (3, &[2, 2, 3, 2], &[1, 0, 5, 2]),
        ];
        for (offset, sizes, strides) in cases {
            let expected = Tensor::from_fn(sizes, |mut i| {
                let mut place = offset;
                for (&size, &stride) in sizes.iter().zip(strides).rev() {
                    place += i % size * stride;
                    i /= size;
                }
                place as i64
            });
            assert_eq!(view(offset, sizes, strides), expected, "{offset} {sizes:?} {strides:?}");
        }
        assert_eq!(view(100, &[2, 0], &[9, 9]), Tensor::zeros([2, 0]));
    }

    #[test]
    fn the_usual_tensor_is_row_major_and_nothing_is_copied() {
        let elements = Tensor::indices(24);
        let spec =
            TensorSpec { storage: 0, encoding: Encoding::I64, offset: 0, sizes: vec![4, 6], strides: vec![6, 1] };
        let tensor = strided(&elements, &spec);
        assert!(tensor.is_contiguous() && tensor.shares(&elements.reshape([4, 6])));
    }
}
