//! NumPy's `.npy` and `.npz`: one array, and an archive of arrays by name.

use super::archive::{Archive, read_exactly};
use super::atomic::write_atomically;
use super::encoding::{ByteOrder, Encoding, shape_of, write_little_endian};
use super::safetensors::open;
use super::{AnyTensor, FileError, StateDict};
use autograd_core::{Element, Shape, Tensor};
use rawzip::ReaderAt;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
const NO_ARRAY: &str = "the member is no array, so that the archive is neither of PyTorch nor of NumPy";
/// Far more than the header of an array of 64 axes.
const MAX_HEADER: u32 = 1 << 16;

impl AnyTensor {
    /// Reads an array that NumPy saved: `.npy` of version 1 to 3, in either order of bytes and of axes.
    ///
    /// Floats of 16 bits are read as f32 and whole numbers as i64, both exact.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or holds elements of another type.
    #[doc(alias = "numpy")]
    pub fn load_npy(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        open(path).and_then(|(file, length)| read(BufReader::new(file), length)).map_err(|error| error.in_file(path))
    }

    /// Reads the bytes of a `.npy` file.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// use autograd_nn::state::AnyTensor;
    /// let array = AnyTensor::from(Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]));
    /// assert_eq!(AnyTensor::from_npy(&array.to_npy())?, array);
    /// # Ok::<(), autograd_nn::state::FileError>(())
    /// ```
    ///
    /// # Errors
    /// As [`load_npy`](AnyTensor::load_npy).
    pub fn from_npy(bytes: &[u8]) -> Result<Self, FileError> {
        read(bytes, bytes.len() as u64)
    }

    /// Writes a file that NumPy reads. Whatever happens, there is the old file or the new.
    ///
    /// # Errors
    /// If it cannot be written; the old file is untouched then.
    pub fn save_npy(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        let path = path.as_ref();
        write_atomically(path, |file| write(self, file)).map_err(|error| FileError::from(error).in_file(path))
    }

    /// The bytes of a `.npy` file.
    pub fn to_npy(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(self, &mut bytes).expect("memory takes all that is written");
        bytes
    }
}

/// The arrays of an `.npz`, without the ending of their names.
pub(super) fn read_npz<R: ReaderAt>(archive: &Archive<R>) -> Result<StateDict, FileError> {
    let mut state = StateDict::new();
    for member in archive.names() {
        let Some(name) = member.strip_suffix(".npy") else {
            return Err(FileError::unsupported(NO_ARRAY).in_entry(member));
        };
        let array = archive.open(member).and_then(|(reader, size)| read(reader, size));
        state.insert(name, array.map_err(|error| error.in_entry(name))?);
    }
    Ok(state)
}

/// Reads a source of `length` bytes.
fn read(mut source: impl Read, length: u64) -> Result<AnyTensor, FileError> {
    let mut start = [0; 8];
    source.read_exact(&mut start)?;
    let Some([major, minor]) = start.strip_prefix(MAGIC) else {
        return Err(FileError::unsupported("not an array of NumPy: it does not begin as .npy files do"));
    };
    let (begin, size) = match (major, minor) {
        (1, 0) => {
            let mut size = [0; 2];
            source.read_exact(&mut size)?;
            (10, u32::from(u16::from_le_bytes(size)))
        }
        (2 | 3, 0) => {
            let mut size = [0; 4];
            source.read_exact(&mut size)?;
            (12, u32::from_le_bytes(size))
        }
        _ => return Err(FileError::unsupported(format!("version {major}.{minor} of .npy, 1 to 3 are read"))),
    };
    if size > MAX_HEADER {
        return Err(FileError::damaged(format!("a header of {size} bytes")));
    }
    let header = read_exactly(&mut source, size.into())?;
    let header = Header::parse(&header)?;
    let (mut shape, count) = shape_of(&header.shape)?;
    let needed = count as u64 * header.encoding.size() as u64;
    let has = length.saturating_sub(begin + u64::from(size));
    if needed != has {
        return Err(FileError::damaged(format!("an array of shape {shape} needs {needed} bytes, there are {has}")));
    }
    let bytes = read_exactly(source, needed)?;
    if !header.fortran {
        return header.encoding.decode(&bytes, header.order, shape);
    }
    // Axes from the last to the first are row-major.
    shape = shape.iter().rev().copied().collect();
    Ok(match header.encoding.decode(&bytes, header.order, shape)? {
        AnyTensor::F32(tensor) => reversed(&tensor).into(),
        AnyTensor::F64(tensor) => reversed(&tensor).into(),
        AnyTensor::I64(tensor) => reversed(&tensor).into(),
        AnyTensor::Bool(tensor) => reversed(&tensor).into(),
    })
}

fn reversed<T: Element>(tensor: &Tensor<T>) -> Tensor<T> {
    tensor.permute((0..tensor.rank()).rev().collect::<Vec<_>>()).contiguous()
}

fn write(tensor: &AnyTensor, out: &mut dyn Write) -> io::Result<()> {
    let descr = match tensor {
        AnyTensor::F32(_) => "<f4",
        AnyTensor::F64(_) => "<f8",
        AnyTensor::I64(_) => "<i8",
        AnyTensor::Bool(_) => "|b1",
    };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {}, }}", tuple(tensor.shape()));
    // The elements begin at a multiple of 64, behind magic, version, length and the end of the line.
    let end = (10 + header.len() + 1).next_multiple_of(64) - 11;
    header.extend(std::iter::repeat_n(' ', end - header.len()));
    header.push('\n');
    let size = u16::try_from(header.len()).map_err(|_| io::Error::other("more axes than a .npy file can tell of"))?;
    out.write_all(MAGIC)?;
    out.write_all(&[1, 0])?;
    out.write_all(&size.to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    write_little_endian(tensor, out)
}

/// A tuple as Python writes it: of one number with a comma.
fn tuple(shape: &Shape) -> String {
    match **shape {
        [size] => format!("({size},)"),
        ref sizes => format!("({})", sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// What the header of an array says.
struct Header {
    encoding: Encoding,
    order: ByteOrder,
    fortran: bool,
    shape: Vec<usize>,
}

impl Header {
    /// The dictionary of exactly three entries that a header is.
    fn parse(bytes: &[u8]) -> Result<Header, FileError> {
        let damaged = || FileError::damaged("the header is not the dictionary that NumPy writes");
        let text = str::from_utf8(bytes).map_err(|_| damaged())?;
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        let mut rest = text.trim_start().strip_prefix('{').ok_or_else(damaged)?.trim_start();
        while !rest.starts_with('}') {
            let (key, after) = quoted(rest).ok_or_else(damaged)?;
            rest = after.trim_start().strip_prefix(':').ok_or_else(damaged)?.trim_start();
            match key {
                "descr" if descr.is_none() => {
                    if rest.starts_with('[') {
                        return Err(FileError::unsupported("an array of records; save each field as an array"));
                    }
                    let (value, after) = quoted(rest).ok_or_else(damaged)?;
                    (descr, rest) = (Some(value), after);
                }
                "fortran_order" if fortran.is_none() => {
                    let (value, after) = match (rest.strip_prefix("True"), rest.strip_prefix("False")) {
                        (Some(after), _) => (true, after),
                        (_, Some(after)) => (false, after),
                        _ => return Err(damaged()),
                    };
                    (fortran, rest) = (Some(value), after);
                }
                "shape" if shape.is_none() => {
                    let (value, after) = sizes(rest).ok_or_else(damaged)?;
                    (shape, rest) = (Some(value), after);
                }
                _ => return Err(damaged()),
            }
            rest = rest.trim_start();
            match rest.strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None if rest.starts_with('}') => {}
                None => return Err(damaged()),
            }
        }
        match (descr, fortran, shape, rest[1..].trim()) {
            (Some(descr), Some(fortran), Some(shape), "") => {
                let (encoding, order) = encoding(descr)?;
                Ok(Header { encoding, order, fortran, shape })
            }
            _ => Err(damaged()),
        }
    }
}

/// A text in quotation marks without any escape, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mark = text.chars().next().filter(|mark| ['\'', '"'].contains(mark))?;
    let (inner, after) = text[1..].split_once(mark)?;
    (!inner.contains('\\')).then_some((inner, after))
}

/// A tuple of whole numbers, and what follows.
fn sizes(text: &str) -> Option<(Vec<usize>, &str)> {
    let (inner, after) = text.strip_prefix('(')?.split_once(')')?;
    let inner = inner.trim();
    if inner.is_empty() {
        return Some((Vec::new(), after));
    }
    let listed = inner.strip_suffix(',').unwrap_or(inner);
    // Python 2 marked its long numbers.
    let size = |size: &str| {
        let digits = size.trim();
        let digits = digits.strip_suffix('L').unwrap_or(digits);
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let sizes: Vec<usize> = listed.split(',').map(size).collect::<Option<_>>()?;
    // A number in parentheses is no tuple.
    (sizes.len() > 1 || listed.len() < inner.len()).then_some((sizes, after))
}

/// The encoding of a type as NumPy writes it, such as `<f4`.
fn encoding(descr: &str) -> Result<(Encoding, ByteOrder), FileError> {
    let unsupported = || {
        FileError::unsupported(format!("elements of type {descr:?} cannot be read; save the array as float32 or int64"))
    };
    let (order, kind) = match descr.split_at_checked(1) {
        Some(("<", kind)) => (ByteOrder::Little, kind),
        Some((">", kind)) => (ByteOrder::Big, kind),
        // Of one byte, so without an order.
        Some(("|", kind @ ("b1" | "i1" | "u1"))) => (ByteOrder::Little, kind),
        _ => return Err(unsupported()),
    };
    let encoding = match kind {
        "f8" => Encoding::F64,
        "f4" => Encoding::F32,
        "f2" => Encoding::F16,
        "i8" => Encoding::I64,
        "i4" => Encoding::I32,
        "i2" => Encoding::I16,
        "i1" => Encoding::I8,
        "u8" => Encoding::U64,
        "u4" => Encoding::U32,
        "u2" => Encoding::U16,
        "u1" => Encoding::U8,
        "b1" => Encoding::Bool,
        _ => return Err(unsupported()),
    };
    Ok((encoding, order))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_those_that_numpy_writes() {
        let bytes = AnyTensor::from(Tensor::from([[1i64, -1]])).to_npy();
        let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2), }";
        assert_eq!(&bytes[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert_eq!(str::from_utf8(&bytes[10..128]).unwrap(), format!("{header:<117}\n"));
        assert_eq!(bytes[128..], [1i64.to_le_bytes(), (-1i64).to_le_bytes()].concat());
    }

    #[test]
    fn all_types_and_layouts_come_back() {
        let arrays: [AnyTensor; 5] = [
            Tensor::from(2.5f64).into(),
            Tensor::from([f32::MIN_POSITIVE, -0.0]).into(),
            Tensor::indices(6).reshape([2, 3]).mt().into(),
            Tensor::from([[[true]], [[false]]]).into(),
            Tensor::<f32>::zeros([3, 0]).into(),
        ];
        for array in arrays {
            assert_eq!(AnyTensor::from_npy(&array.to_npy()).unwrap(), array);
        }
    }
}
