//! `Encoding`: how files write the elements of a tensor as bytes, and which of our element types holds them without loss.

use super::{AnyTensor, FileError};
use autograd_core::{Element, Shape, Tensor};
use half::{bf16, f16};
use std::io::{self, Write};

/// How an element is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

/// More axes than this no framework makes.
const MAX_RANK: usize = 64;

/// The shape of these sizes and its number of elements, if there can be such a tensor.
pub(super) fn shape_of(sizes: &[usize]) -> Result<(Shape, usize), FileError> {
    if sizes.len() > MAX_RANK {
        return Err(FileError::damaged(format!("{} axes, more than {MAX_RANK}", sizes.len())));
    }
    // As for strides, axes of size 0 do not make the others small.
    let extent = sizes.iter().try_fold(size_of::<f64>(), |bytes, &size| bytes.checked_mul(size.max(1)));
    match extent.filter(|&bytes| bytes <= isize::MAX as usize) {
        Some(_) => Ok((Shape::from(sizes), sizes.iter().product())),
        None => Err(FileError::damaged(format!("a shape of {sizes:?} is more than memory can address"))),
    }
}

impl Encoding {
    /// The bytes of an element.
    pub(super) fn size(self) -> usize {
        match self {
            Encoding::F64 | Encoding::I64 | Encoding::U64 => 8,
            Encoding::F32 | Encoding::I32 | Encoding::U32 => 4,
            Encoding::F16 | Encoding::Bf16 | Encoding::I16 | Encoding::U16 => 2,
            Encoding::I8 | Encoding::U8 | Encoding::Bool => 1,
        }
    }

    /// The tensor of these bytes: f64 and f32 as they are, smaller floats as f32, whole numbers as i64.
    pub(super) fn decode(self, bytes: &[u8], order: ByteOrder, shape: Shape) -> Result<AnyTensor, FileError> {
        let expected = shape.numel().checked_mul(self.size());
        if expected != Some(bytes.len()) {
            return Err(FileError::damaged(format!("{} bytes do not fill a shape of {shape}", bytes.len())));
        }
        macro_rules! of {
            ($from:ty => $convert:expr) => {{
                let convert: fn($from) -> _ = $convert;
                match order {
                    ByteOrder::Little => fill(bytes, shape, |x| convert(<$from>::from_le_bytes(x))).into(),
                    ByteOrder::Big => fill(bytes, shape, |x| convert(<$from>::from_be_bytes(x))).into(),
                }
            }};
        }
        Ok(match self {
            Encoding::F64 => of!(f64 => |x| x),
            Encoding::F32 => of!(f32 => |x| x),
            Encoding::F16 => of!(f16 => f16::to_f32),
            Encoding::Bf16 => of!(bf16 => bf16::to_f32),
            Encoding::I64 => of!(i64 => |x| x),
            Encoding::I32 => of!(i32 => i64::from),
            Encoding::I16 => of!(i16 => i64::from),
            Encoding::I8 => of!(i8 => i64::from),
            Encoding::U32 => of!(u32 => i64::from),
            Encoding::U16 => of!(u16 => i64::from),
            Encoding::U8 => of!(u8 => i64::from),
            Encoding::U64 => {
                // Read as i64, what is too large is negative.
                let tensor: Tensor<i64> = match order {
                    ByteOrder::Little => fill(bytes, shape, i64::from_le_bytes),
                    ByteOrder::Big => fill(bytes, shape, i64::from_be_bytes),
                };
                if let Some(i) = tensor.as_slice().expect("just filled").iter().position(|&x| x < 0) {
                    return Err(FileError::unsupported(format!("element {i} is more than i64 can hold")));
                }
                tensor.into()
            }
            Encoding::Bool => {
                if let Some(i) = bytes.iter().position(|&x| x > 1) {
                    return Err(FileError::damaged(format!("element {i}, {}, is no truth value", bytes[i])));
                }
                fill(bytes, shape, |[x]| x == 1).into()
            }
        })
    }
}

/// The tensor of what `convert` makes of each `N` bytes.
fn fill<const N: usize, T: Element>(bytes: &[u8], shape: Shape, convert: impl Fn([u8; N]) -> T) -> Tensor<T> {
    let mut tensor = Tensor::zeros(shape);
    let (chunks, _) = bytes.as_chunks::<N>();
    tensor.write(|out| out.iter_mut().zip(chunks).for_each(|(y, x)| *y = convert(*x)));
    tensor
}

/// Writes the elements in row-major order, the lowest byte of each first.
pub(super) fn write_little_endian(tensor: &AnyTensor, out: &mut dyn Write) -> io::Result<()> {
    match tensor {
        AnyTensor::F32(tensor) => write_each(tensor, out, f32::to_le_bytes),
        AnyTensor::F64(tensor) => write_each(tensor, out, f64::to_le_bytes),
        AnyTensor::I64(tensor) => write_each(tensor, out, i64::to_le_bytes),
        AnyTensor::Bool(tensor) => write_each(tensor, out, |x| [u8::from(x)]),
    }
}

fn write_each<const N: usize, T: Element>(
    tensor: &Tensor<T>,
    out: &mut dyn Write,
    encode: impl Fn(T) -> [u8; N],
) -> io::Result<()> {
    let tensor = tensor.contiguous();
    let mut bytes = Vec::with_capacity(N * 8192);
    for part in tensor.as_slice().expect("contiguous").chunks(8192) {
        bytes.clear();
        part.iter().for_each(|&x| bytes.extend_from_slice(&encode(x)));
        out.write_all(&bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_keeps_its_extreme_values() {
        let two = |encoding: Encoding, bytes: &[u8]| encoding.decode(bytes, ByteOrder::Little, Shape::from(2)).unwrap();
        assert_eq!(two(Encoding::I8, &[0x80, 0x7f]), Tensor::from([-128i64, 127]).into());
        assert_eq!(two(Encoding::U8, &[0, 255]), Tensor::from([0i64, 255]).into());
        assert_eq!(two(Encoding::I16, &[0, 0x80, 255, 0x7f]), Tensor::from([-32768i64, 32767]).into());
        assert_eq!(two(Encoding::U16, &[0, 0, 255, 255]), Tensor::from([0i64, 65535]).into());
        // The largest finite half, and the smallest above zero.
        let halves = two(Encoding::F16, &[0xff, 0x7b, 0x01, 0x00]);
        assert_eq!(halves, Tensor::from([65504.0f32, 2f32.powi(-24)]).into());
        let brains = two(Encoding::Bf16, &[0x80, 0x3f, 0x80, 0xff]);
        assert_eq!(brains, Tensor::from([1.0, f32::NEG_INFINITY]).into());
        assert_eq!(two(Encoding::Bool, &[0, 1]), Tensor::from([false, true]).into());
    }

    #[test]
    fn the_other_byte_order_gives_the_same_values() {
        let bytes = 1.5f64.to_be_bytes();
        let tensor = Encoding::F64.decode(&bytes, ByteOrder::Big, Shape::from([])).unwrap();
        assert_eq!(tensor, Tensor::from(1.5f64).into());
    }

    #[test]
    fn what_would_lose_something_is_refused() {
        let large = Encoding::U64.decode(&u64::MAX.to_le_bytes(), ByteOrder::Little, Shape::from(1)).unwrap_err();
        assert_eq!(large.to_string(), "element 0 is more than i64 can hold");
        let two = Encoding::Bool.decode(&[1, 2], ByteOrder::Little, Shape::from(2)).unwrap_err();
        assert_eq!(two.to_string(), "the file is damaged: element 1, 2, is no truth value");
        let short = Encoding::F32.decode(&[0; 7], ByteOrder::Little, Shape::from(2)).unwrap_err();
        assert_eq!(short.to_string(), "the file is damaged: 7 bytes do not fill a shape of [2]");
    }

    #[test]
    fn a_shape_beyond_memory_is_refused_also_if_it_is_empty() {
        assert!(shape_of(&[0, 1 << 40, 1 << 40]).is_err());
        assert!(shape_of(&[1; 65]).is_err());
        assert_eq!(shape_of(&[0, 1 << 40]).unwrap().1, 0);
    }
}
