//! `Safetensors`: named tensors and a few words about them in a file of that format.

use super::atomic::write_atomically;
use super::encoding::{ByteOrder, Encoding, shape_of, write_little_endian};
use super::{AnyTensor, FileError, StateDict};
use ::safetensors::tensor::{Dtype, Metadata, TensorInfo};
use serde_json::{Map, Value};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

/// The largest header that other readers of the format accept.
const MAX_HEADER: u64 = 100_000_000;
/// The name that the format keeps for itself.
const METADATA: &str = "__metadata__";
/// The metadata by which other programs know that names and axes are those of PyTorch.
pub(super) const FORMAT: &str = "format";

/// The content of a file in the format safetensors: named tensors, and metadata, which is text under names.
///
/// Floats of 16 bits are read as f32 and whole numbers as i64, both exact; u64 beyond i64, floats of 8 bits and fewer and complex numbers are
/// refused. The same content gives the same bytes.
///
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::state::{Safetensors, StateDict};
/// let mut file = Safetensors::default();
/// file.tensors.insert("weight", Tensor::from([[1.0f32, 2.0]]));
/// file.metadata.insert("licence".into(), "CC0".into());
/// let bytes = file.to_bytes()?;
/// assert_eq!(Safetensors::from_bytes(&bytes)?, file);
/// # Ok::<(), autograd_nn::state::FileError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Safetensors {
    /// The tensors.
    pub tensors: StateDict,
    /// Text about them; PyTorch's own files say `format: pt`.
    pub metadata: BTreeMap<String, String>,
}

impl Safetensors {
    /// These tensors, with the metadata of PyTorch's own files: `format: pt`.
    pub fn of(tensors: StateDict) -> Self {
        Safetensors { tensors, metadata: BTreeMap::from([(FORMAT.to_owned(), "pt".to_owned())]) }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or holds a tensor of a type that is not represented here.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        open(path)
            .and_then(|(file, length)| Safetensors::read(BufReader::new(file), length))
            .map_err(|e| e.in_file(path))
    }

    /// Reads what [`to_bytes`](Safetensors::to_bytes) gave, or the bytes of a file.
    ///
    /// # Errors
    /// As [`load`](Safetensors::load).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        Safetensors::read(bytes, bytes.len() as u64)
    }

    /// Writes a file. It takes its place at once when it is complete and on the disk: whatever happens, there is the old file or the new.
    ///
    /// # Errors
    /// If it cannot be written; the old file is untouched then.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        let path = path.as_ref();
        let save = || {
            let (header, tensors) = self.header()?;
            write_atomically(path, |file: &mut BufWriter<File>| write(&header, &tensors, file))?;
            Ok(())
        };
        save().map_err(|error: FileError| error.in_file(path))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// If a tensor has the name `__metadata__`, which the format keeps for itself.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        let (header, tensors) = self.header()?;
        let mut bytes = Vec::new();
        write(&header, &tensors, &mut bytes)?;
        Ok(bytes)
    }

    /// The header, and the tensors in the order in which they follow it.
    fn header(&self) -> Result<(Vec<u8>, Vec<&AnyTensor>), FileError> {
        let mut entries: Vec<(&str, &AnyTensor)> = self.tensors.iter().collect();
        // Large elements first, so that each tensor lies at a multiple of its element's size.
        entries.sort_by_key(|(_, tensor)| Reverse(dtype(tensor).bitsize()));
        let (mut header, mut end) = (Map::new(), 0);
        if !self.metadata.is_empty() {
            let text = |(name, text): (&String, &String)| (name.clone(), Value::from(text.as_str()));
            header.insert(METADATA.to_owned(), Value::Object(self.metadata.iter().map(text).collect()));
        }
        for (name, tensor) in &entries {
            if *name == METADATA {
                let why = "no tensor can have this name, which the format keeps for itself";
                return Err(FileError::unsupported(why).in_entry(name));
            }
            let (start, dtype) = (end, dtype(tensor));
            end += tensor.shape().numel() * dtype.bitsize() / 8;
            let info = TensorInfo { dtype, shape: tensor.shape().to_vec(), data_offsets: (start, end) };
            header.insert((*name).to_owned(), serde_json::to_value(info).map_err(io::Error::from)?);
        }
        let mut header = serde_json::to_vec(&header).map_err(io::Error::from)?;
        header.resize(header.len().next_multiple_of(8), b' ');
        if header.len() as u64 > MAX_HEADER {
            return Err(FileError::unsupported(format!("names and metadata of more than {MAX_HEADER} bytes")));
        }
        Ok((header, entries.into_iter().map(|(_, tensor)| tensor).collect()))
    }

    /// Reads a source of `length` bytes; nothing larger than it is allocated before it has been read.
    fn read(mut source: impl Read, length: u64) -> Result<Self, FileError> {
        let mut size = [0; 8];
        source.read_exact(&mut size)?;
        let (size, rest) = (u64::from_le_bytes(size), length.saturating_sub(8));
        if size > rest.min(MAX_HEADER) {
            return Err(FileError::damaged(format!("a header of {size} bytes does not fit into {length} bytes")));
        }
        let mut header = vec![0; size as usize];
        source.read_exact(&mut header)?;
        let header: Metadata =
            serde_json::from_slice(&header).map_err(|error| FileError::damaged(format!("the header: {error}")))?;
        if header.data_len() as u64 != rest - size {
            let (says, has) = (header.data_len(), rest - size);
            return Err(FileError::damaged(format!("the header tells of {says} bytes of tensors, there are {has}")));
        }
        let mut tensors = StateDict::new();
        let mut bytes = Vec::new();
        // Tensors lie one behind the other without gaps: `Metadata` has checked it.
        for name in header.offset_keys() {
            let info = header.info(&name).expect("a key of the header");
            let mut read = |bytes: &mut Vec<u8>| {
                let (shape, _) = shape_of(&info.shape)?;
                let (start, end) = info.data_offsets;
                bytes.resize(end - start, 0);
                source.read_exact(bytes)?;
                encoding(info.dtype)?.decode(bytes, ByteOrder::Little, shape)
            };
            let tensor = read(&mut bytes).map_err(|error: FileError| error.in_entry(&name))?;
            tensors.insert(name, tensor);
        }
        let metadata = header.metadata().iter().flatten().map(|(name, text)| (name.clone(), text.clone())).collect();
        Ok(Safetensors { tensors, metadata })
    }
}

/// Opens a file to read, and says how long it is.
pub(super) fn open(path: &Path) -> Result<(File, u64), FileError> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

fn write(header: &[u8], tensors: &[&AnyTensor], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header)?;
    tensors.iter().try_for_each(|tensor| write_little_endian(tensor, out))
}

fn dtype(tensor: &AnyTensor) -> Dtype {
    match tensor {
        AnyTensor::F32(_) => Dtype::F32,
        AnyTensor::F64(_) => Dtype::F64,
        AnyTensor::I64(_) => Dtype::I64,
        AnyTensor::Bool(_) => Dtype::BOOL,
    }
}

fn encoding(dtype: Dtype) -> Result<Encoding, FileError> {
    Ok(match dtype {
        Dtype::F64 => Encoding::F64,
        Dtype::F32 => Encoding::F32,
        Dtype::F16 => Encoding::F16,
        Dtype::BF16 => Encoding::Bf16,
        Dtype::I64 => Encoding::I64,
        Dtype::I32 => Encoding::I32,
        Dtype::I16 => Encoding::I16,
        Dtype::I8 => Encoding::I8,
        Dtype::U64 => Encoding::U64,
        Dtype::U32 => Encoding::U32,
        Dtype::U16 => Encoding::U16,
        Dtype::U8 => Encoding::U8,
        Dtype::BOOL => Encoding::Bool,
        other => {
            let why = format!("elements of type {other} cannot be read; save the tensor as F32");
            return Err(FileError::unsupported(why));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use autograd_core::Tensor;

    fn example() -> Safetensors {
        let mut tensors = StateDict::new();
        tensors.insert("mask", Tensor::from([true, false, true]));
        tensors.insert("transposed", Tensor::<f32>::arange(6).reshape([2, 3]).mt());
        tensors.insert("double", Tensor::from([[0.1f64]]));
        tensors.insert("empty", Tensor::<f32>::zeros([0, 2]));
        tensors.insert("count", Tensor::from(-1i64));
        let mut file = Safetensors::of(tensors);
        file.metadata.insert("a \"quoted\" name".into(), "ü\n".into());
        file
    }

    #[test]
    fn all_types_and_layouts_come_back_and_the_bytes_are_always_the_same() {
        let bytes = example().to_bytes().unwrap();
        let read = Safetensors::from_bytes(&bytes).unwrap();
        assert_eq!(read, example());
        assert_eq!(read.to_bytes().unwrap(), bytes);
        // Tensors of large elements come first, so that each is aligned.
        let names: Vec<_> = read.tensors.names().collect();
        assert_eq!(names[..2], ["double", "count"]);
        assert_eq!(bytes.len() - 6 * 4 - 3 - 8 - 8, 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize);
    }

    #[test]
    fn the_name_that_the_format_keeps_is_refused() {
        let file = Safetensors::of([("__metadata__", Tensor::from([1.0f32]))].into_iter().collect());
        let expected = "\"__metadata__\": no tensor can have this name, which the format keeps for itself";
        assert_eq!(file.to_bytes().unwrap_err().to_string(), expected);
    }

    #[test]
    fn errors_name_the_file() {
        let error = Safetensors::load("no/such/file").unwrap_err().to_string();
        assert!(error.starts_with("no/such/file: "), "{error}");
        let error = example().save("no/such/folder/file").unwrap_err().to_string();
        assert!(error.starts_with("no/such/folder/file: "), "{error}");
    }
}
