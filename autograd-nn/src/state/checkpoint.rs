//! `Checkpoint`: several states in one file, with the numbers that belong to them.

use super::encoding::write_little_endian;
use super::safetensors::FORMAT;
use super::streams::streams;
use super::{FileError, LoadError, LoadReport, Safetensors, StateDict, Strictness, load, streams as random, value};
use crate::Module;
use crate::module::Parts;
use autograd_core::Real;
use indexmap::IndexMap;
use rawzip::Crc32;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// The key that makes a file a checkpoint; its value is the version of the layout.
const VERSION: &str = "autograd.checkpoint";
/// The names of the sections in order, as a JSON list, since one may be empty.
const SECTIONS: &str = "autograd.sections";
/// The CRC-32 of everything else.
const CHECKSUM: &str = "autograd.crc32";

/// Whether a name is one of those that the file itself needs.
fn is_reserved(name: &str) -> bool {
    name == FORMAT || name.starts_with("autograd.")
}

/// What training goes on from: sections, each a [`StateDict`] (of the model, its optimiser, its random numbers), and values by name, of any
/// type that serde knows: the epoch, the best loss so far, where the data loader, a schedule and a generator of random numbers stand.
///
/// `autograd_optim::Resume` adds optimisers.
///
/// The file is one of the format safetensors, in which the section `model` lies under the names `model.…`: other programs read its tensors.
/// A checksum covers all of it, so that no altered number goes unnoticed.
///
/// ```
/// use autograd_core::Generator;
/// use autograd_nn::state::{Checkpoint, Strictness};
/// use autograd_nn::{Linear, Module};
/// let mut generator = Generator::seed(0);
/// let net = Linear::<f32>::new(3, 2, &mut generator);
/// let bytes = Checkpoint::of(&net).with("epoch", 4).with("generator", generator.state()).to_bytes()?;
///
/// let checkpoint = Checkpoint::from_bytes(&bytes)?;
/// let resumed = Linear::<f32>::new(3, 2, &mut generator);
/// checkpoint.restore(&resumed, Strictness::Strict)?;
/// assert_eq!(resumed.weight.value(), net.weight.value());
/// assert_eq!(checkpoint.value::<usize>("epoch")?, 4);
/// let generator = Generator::from_state(checkpoint.value("generator")?);
/// assert_eq!(checkpoint.get::<f64>("best loss")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    sections: IndexMap<String, StateDict>,
    values: BTreeMap<String, String>,
}

impl Checkpoint {
    /// The section of a module's parameters, buffers and counters.
    pub const MODEL: &'static str = "model";
    /// The section of a module's [`KeyStream`](crate::KeyStream)s.
    pub const STREAMS: &'static str = "streams";

    /// Nothing yet.
    pub fn new() -> Self {
        Checkpoint::default()
    }

    /// The sections of a module: its state, and where its random numbers are.
    pub fn of<T: Real>(module: &(impl Module<T> + ?Sized)) -> Self {
        let mut checkpoint = Checkpoint::new();
        checkpoint.insert(Checkpoint::MODEL, StateDict::of(module));
        checkpoint.insert(Checkpoint::STREAMS, streams(module));
        checkpoint
    }

    /// Gives a module its state back, and its streams of random numbers, so that training goes on as it would have.
    ///
    /// # Errors
    /// If either does not fit; the module is unchanged then.
    pub fn restore<T: Real>(
        &self,
        module: &(impl Module<T> + ?Sized),
        strictness: Strictness,
    ) -> Result<LoadReport, LoadError> {
        self.restore_parts(Parts(&|visitor| module.visit(visitor)), strictness)
    }

    fn restore_parts<T: Real>(&self, module: Parts<'_, T>, strictness: Strictness) -> Result<LoadReport, LoadError> {
        let (model, streams) = self.plan(module, strictness)?;
        let (model, streams) = (model.apply(module), streams.apply(module));
        Ok(LoadReport {
            loaded: model.loaded + streams.loaded,
            missing: [model.missing, streams.missing].concat(),
            unexpected: [model.unexpected, streams.unexpected].concat(),
        })
    }

    /// Checks what [`restore`](Checkpoint::restore) checks, and changes nothing: after it `restore` cannot fail.
    ///
    /// # Errors
    /// As [`restore`](Checkpoint::restore).
    pub fn check<T: Real>(&self, module: &(impl Module<T> + ?Sized), strictness: Strictness) -> Result<(), LoadError> {
        self.plan(Parts(&|visitor| module.visit(visitor)), strictness).map(drop)
    }

    /// What a module will be given. Both sections are checked before either is set.
    fn plan<T: Real>(
        &self,
        module: Parts<'_, T>,
        strictness: Strictness,
    ) -> Result<(load::Plan<T>, random::Plan), LoadError> {
        let section = |name| self.section(name).cloned().unwrap_or_default();
        let streams = random::Plan::new(module, &section(Checkpoint::STREAMS), strictness)?;
        Ok((load::Plan::new(module, &section(Checkpoint::MODEL), strictness)?, streams))
    }

    /// Adds a section at the end, or gives the one of this name another content.
    ///
    /// # Panics
    /// If the name is empty or contains a dot, which ends the name of a section in a file.
    #[track_caller]
    pub fn insert(&mut self, name: impl Into<String>, state: StateDict) {
        let name = name.into();
        assert!(is_section(&name), "insert: {name:?} cannot name a section, it is empty or contains a dot");
        self.sections.insert(name, state);
    }

    /// The content of a section.
    pub fn section(&self, name: &str) -> Option<&StateDict> {
        self.sections.get(name)
    }

    /// Each section with its name, in order.
    pub fn sections(&self) -> impl ExactSizeIterator<Item = (&str, &StateDict)> {
        self.sections.iter().map(|(name, state)| (name.as_str(), state))
    }

    /// The same checkpoint with a value.
    ///
    /// # Panics
    /// As [`set`](Checkpoint::set).
    #[must_use]
    #[track_caller]
    pub fn with(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.set(name, value);
        self
    }

    /// Writes down a value as text, in Rust's object notation: floats so that the same number comes back, infinities included.
    ///
    /// # Panics
    /// If the name is `format` or begins with `autograd.`, which the file itself needs, or serde cannot write the value.
    #[track_caller]
    pub fn set(&mut self, name: impl Into<String>, value: impl Serialize) {
        let name = name.into();
        assert!(!is_reserved(&name), "set: the file itself needs the name {name:?}");
        match value::to_text(&value) {
            Ok(text) => drop(self.values.insert(name, text)),
            Err(why) => panic!("set: the value of {name:?} cannot be written: {why}"),
        }
    }

    /// The value of a name.
    ///
    /// # Errors
    /// If there is none, or it is not a value of this type.
    pub fn value<V: DeserializeOwned>(&self, name: &str) -> Result<V, FileError> {
        let missing = || FileError::unsupported("the checkpoint has no value of this name").in_entry(name);
        self.get(name)?.ok_or_else(missing)
    }

    /// The value of a name; `None` if there is none.
    ///
    /// # Errors
    /// If it is not a value of this type.
    pub fn get<V: DeserializeOwned>(&self, name: &str) -> Result<Option<V>, FileError> {
        let Some(text) = self.values.get(name) else { return Ok(None) };
        let wrong =
            |why| FileError::unsupported(format!("{text:?} is no value of {}: {why}", std::any::type_name::<V>()));
        value::of_text(text).map(Some).map_err(|why| wrong(why).in_entry(name))
    }

    /// Each value as text, by name.
    pub fn values(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or is no checkpoint.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        Checkpoint::open(Safetensors::load(path)?).map_err(|error| error.in_file(path))
    }

    /// Writes a file, as [`Safetensors::save`] does: whatever happens, there is the old file or the new.
    ///
    /// # Errors
    /// If it cannot be written; the old file is untouched then.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        self.close()?.save(path)
    }

    /// Reads what [`to_bytes`](Checkpoint::to_bytes) gave, or the bytes of a file.
    ///
    /// # Errors
    /// As [`load`](Checkpoint::load).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        Checkpoint::open(Safetensors::from_bytes(bytes)?)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// If names and values are more than the format can hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        self.close()?.to_bytes()
    }

    /// All sections as one file.
    fn close(&self) -> Result<Safetensors, FileError> {
        let entries = self.sections.iter().flat_map(|(section, state)| {
            state.iter().map(move |(name, tensor)| (format!("{section}.{name}"), tensor.clone()))
        });
        let mut file = Safetensors::of(entries.collect());
        file.metadata.extend(self.values.clone());
        let sections: Vec<&str> = self.sections.keys().map(String::as_str).collect();
        let sections = serde_json::to_string(&sections).map_err(io::Error::from)?;
        file.metadata.insert(VERSION.to_owned(), "1".to_owned());
        file.metadata.insert(SECTIONS.to_owned(), sections);
        let checksum = checksum(&file)?;
        file.metadata.insert(CHECKSUM.to_owned(), checksum);
        Ok(file)
    }

    /// The sections of a file.
    fn open(mut file: Safetensors) -> Result<Self, FileError> {
        let found = file.metadata.remove(CHECKSUM);
        match file.metadata.get(VERSION).map(String::as_str) {
            Some("1") => {}
            Some(version) => {
                let why = format!("a checkpoint of version {version:?}, written by a later version of this library");
                return Err(FileError::unsupported(why));
            }
            None => {
                let why = "not a checkpoint but tensors alone, which StateDict::load reads";
                return Err(FileError::unsupported(why));
            }
        }
        let found = found.ok_or_else(|| FileError::damaged("the checksum is missing"))?;
        let sections =
            file.metadata.get(SECTIONS).ok_or_else(|| FileError::damaged("the list of sections is missing"))?;
        let computed = checksum(&file)?;
        if found != computed {
            return Err(FileError::damaged(format!("its checksum is {computed}, it should be {found}")));
        }
        let names: Vec<String> =
            serde_json::from_str(sections).map_err(|error| FileError::damaged(format!("the sections: {error}")))?;
        let mut checkpoint = Checkpoint::new();
        for name in names {
            if !is_section(&name) {
                return Err(FileError::damaged(format!("{name:?} cannot name a section")));
            }
            checkpoint.sections.insert(name, StateDict::new());
        }
        for (name, tensor) in file.tensors.iter() {
            let place =
                name.split_once('.').and_then(|(section, name)| Some((checkpoint.sections.get_mut(section)?, name)));
            match place {
                Some((section, name)) => drop(section.insert(name, tensor.clone())),
                None => return Err(FileError::damaged("the tensor belongs to no section").in_entry(name)),
            }
        }
        checkpoint.values = file.metadata.into_iter().filter(|(name, _)| !is_reserved(name)).collect();
        Ok(checkpoint)
    }
}

fn is_section(name: &str) -> bool {
    !name.is_empty() && !name.contains('.')
}

/// The CRC-32 of names, types, shapes, elements and metadata, whatever the layout of the file.
fn checksum(file: &Safetensors) -> Result<String, FileError> {
    let mut sum = Sum(Crc32::new());
    let word = |sum: &mut Sum, text: &str| write!(sum, "{}:{text}", text.len());
    for (name, text) in &file.metadata {
        word(&mut sum, name)?;
        word(&mut sum, text)?;
    }
    let mut entries: Vec<_> = file.tensors.iter().collect();
    entries.sort_by_key(|(name, _)| *name);
    for (name, tensor) in entries {
        word(&mut sum, name)?;
        write!(sum, "{}{}", tensor.element(), tensor.shape())?;
        write_little_endian(tensor, &mut sum)?;
    }
    Ok(format!("{:08x}", sum.0.checksum()))
}

/// A checksum as a place to write to.
struct Sum(Crc32);

impl Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
