//! Files of states: what they are is seen from how they begin.

use super::archive::Archive;
use super::safetensors::open;
use super::{FileError, LoadReport, PickleValue, Safetensors, StateDict, Strictness, npy, torch};
use crate::Module;
use autograd_core::Real;
use rawzip::ReaderAt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Writes the state of a module into a safetensors file, which PyTorch reads as well.
///
/// Whatever happens, there is the old file or the new. Where training is to go on, [`Checkpoint`](super::Checkpoint) holds more.
///
/// ```
/// use autograd_core::Generator;
/// use autograd_nn::Linear;
/// use autograd_nn::state::{Strictness, load, save};
/// let mut generator = Generator::seed(0);
/// let net = Linear::<f32>::new(3, 2, &mut generator);
/// let path = std::env::temp_dir().join(format!("net-{}.safetensors", std::process::id()));
/// save(&net, &path)?;
///
/// let again = Linear::<f32>::new(3, 2, &mut generator);
/// let report = load(&again, &path, Strictness::Strict)?;
/// assert_eq!(report.loaded, 2);
/// assert_eq!(again.weight.value(), net.weight.value());
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), autograd_nn::state::FileError>(())
/// ```
///
/// # Errors
/// If the file cannot be written; the old one is untouched then.
pub fn save<T: Real>(module: &(impl Module<T> + ?Sized), path: impl AsRef<Path>) -> Result<(), FileError> {
    StateDict::of(module).save(path)
}

/// Gives a module the state of a file: safetensors, PyTorch's `.pth`, or `.npz`, as [`StateDict::load`] reads them.
///
/// # Errors
/// If the file cannot be read, or does not fit the module, which is unchanged then.
pub fn load<T: Real>(
    module: &(impl Module<T> + ?Sized),
    path: impl AsRef<Path>,
    strictness: Strictness,
) -> Result<LoadReport, FileError> {
    let path = path.as_ref();
    let state = StateDict::load(path)?;
    module.load_state_dict(&state, strictness).map_err(|error| FileError::from(error).in_file(path))
}

impl StateDict {
    /// Writes a safetensors file. Whatever happens, there is the old file or the new.
    ///
    /// # Errors
    /// If it cannot be written; the old file is untouched then.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        Safetensors::of(self.clone()).save(path)
    }

    /// The bytes of a safetensors file.
    ///
    /// # Errors
    /// If an entry has the name `__metadata__`, which the format keeps for itself.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        Safetensors::of(self.clone()).to_bytes()
    }

    /// Reads a file: safetensors, `.pth` and `.pt` of PyTorch 1.6 or later, or `.npz` of NumPy. How it begins says which, not its name.
    ///
    /// Of a `.pth`, dictionaries within dictionaries give names joined by dots: of `{"state_dict": .., "epoch": 3}` the tensors lie under
    /// `state_dict.`, where [`part`](StateDict::part) finds them. What is no tensor is left out; [`PickleValue::load`] gives all.
    ///
    /// Floats of 16 bits are read as f32 and whole numbers as i64, both exact; other types are refused.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or is of another format.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let read = || match Format::of_file(path)? {
            Format::Zip => of_archive(&Archive::of_file(File::open(path)?)?),
            Format::Safetensors => Ok(Safetensors::load(path)?.tensors),
        };
        read().map_err(|error| error.in_file(path))
    }

    /// Reads the bytes of a file, as [`load`](StateDict::load) does.
    ///
    /// # Errors
    /// As [`load`](StateDict::load).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        match Format::of(bytes)? {
            Format::Zip => of_archive(&Archive::of_bytes(bytes)?),
            Format::Safetensors => Ok(Safetensors::from_bytes(bytes)?.tensors),
        }
    }
}

impl PickleValue {
    /// Reads a file that `torch.save` wrote, of PyTorch 1.6 or later. Nothing in it is executed.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or refers to anything that is not plain data.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let read = || match Format::of_file(path)? {
            Format::Zip => of_torch(&Archive::of_file(File::open(path)?)?),
            Format::Safetensors => Err(FileError::unsupported(NOT_TORCH)),
        };
        read().map_err(|error| error.in_file(path))
    }

    /// Reads the bytes of a file, as [`load`](PickleValue::load) does.
    ///
    /// # Errors
    /// As [`load`](PickleValue::load).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        match Format::of(bytes)? {
            Format::Zip => of_torch(&Archive::of_bytes(bytes)?),
            Format::Safetensors => Err(FileError::unsupported(NOT_TORCH)),
        }
    }
}

const NOT_TORCH: &str = "not a file of torch.save; StateDict::load reads safetensors and .npz";

/// What a file is.
enum Format {
    Safetensors,
    /// Of PyTorch or NumPy.
    Zip,
}

impl Format {
    fn of_file(path: &Path) -> Result<Format, FileError> {
        let mut start = Vec::new();
        open(path)?.0.take(16).read_to_end(&mut start)?;
        Format::of(&start)
    }

    fn of(start: &[u8]) -> Result<Format, FileError> {
        // The pickle of a number by which PyTorch knew its own files.
        const LEGACY: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8";
        // An archive begins with a member, or with its end if there is none.
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            return Ok(Format::Zip);
        }
        if start.get(8) == Some(&b'{') {
            return Ok(Format::Safetensors);
        }
        Err(match start {
            [] => FileError::damaged("it is empty"),
            _ if start.starts_with(LEGACY) => FileError::unsupported(
                "of the format of PyTorch before 1.6; a newer PyTorch converts it: torch.save(torch.load(path), new_path)",
            ),
            _ if start.starts_with(npy::MAGIC) => {
                FileError::unsupported("a single array of NumPy, which AnyTensor::load_npy reads")
            }
            _ => FileError::unsupported("none of the formats known: safetensors, .pth of PyTorch 1.6 or later, .npz"),
        })
    }
}

fn of_archive<R: ReaderAt>(archive: &Archive<R>) -> Result<StateDict, FileError> {
    match torch::pickle_of(archive) {
        Some(pickle) => torch::read(archive, pickle)?.tensors(),
        None => npy::read_npz(archive),
    }
}

fn of_torch<R: ReaderAt>(archive: &Archive<R>) -> Result<PickleValue, FileError> {
    match torch::pickle_of(archive) {
        Some(pickle) => torch::read(archive, pickle),
        None => Err(FileError::unsupported(NOT_TORCH)),
    }
}
