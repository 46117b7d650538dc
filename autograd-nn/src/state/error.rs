//! `FileError`: why a file could not be read or written.

use super::LoadError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file could not be read or written: one line that names the file, the entry in it, and what to do where that is certain.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system refused.
    #[error("{place}{source}")]
    Io {
        /// Which file.
        place: Place,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is not what it says it is: cut short, altered, or made to mislead.
    #[error("{place}the file is damaged: {why}")]
    Damaged {
        /// Which file and entry.
        place: Place,
        /// What does not fit.
        why: String,
    },
    /// The file is sound as far as can be seen, but is or holds something that this library does not represent.
    #[error("{place}{why}")]
    Unsupported {
        /// Which file and entry.
        place: Place,
        /// What it is, and what to do.
        why: String,
    },
    /// The file was read, but does not fit the module, which is unchanged.
    #[error("{place}{source}")]
    Unfit {
        /// Which file.
        place: Place,
        /// What does not fit.
        source: LoadError,
    },
}

/// Where in which file; printed before the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file; none if it was read from memory.
    pub file: Option<PathBuf>,
    /// The name of a tensor, of a member of an archive, or of a piece of metadata.
    pub entry: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", file.display())?;
        }
        match &self.entry {
            // Names come from the file: quoted, so that no control character reaches a terminal.
            Some(entry) => write!(f, "{entry:?}: "),
            None => Ok(()),
        }
    }
}

impl FileError {
    pub(crate) fn damaged(why: impl Into<String>) -> Self {
        FileError::Damaged { place: Place::default(), why: why.into() }
    }

    pub(crate) fn unsupported(why: impl Into<String>) -> Self {
        FileError::Unsupported { place: Place::default(), why: why.into() }
    }

    /// Which file and entry.
    pub fn place(&self) -> &Place {
        match self {
            FileError::Io { place, .. }
            | FileError::Damaged { place, .. }
            | FileError::Unsupported { place, .. }
            | FileError::Unfit { place, .. } => place,
        }
    }

    fn place_mut(&mut self) -> &mut Place {
        match self {
            FileError::Io { place, .. }
            | FileError::Damaged { place, .. }
            | FileError::Unsupported { place, .. }
            | FileError::Unfit { place, .. } => place,
        }
    }

    /// The same error, of a file.
    #[must_use]
    pub fn in_file(mut self, path: &Path) -> Self {
        self.place_mut().file = Some(path.to_owned());
        self
    }

    /// The same error, of an entry; the innermost one stays.
    pub(crate) fn in_entry(mut self, name: &str) -> Self {
        self.place_mut().entry.get_or_insert_with(|| name.to_owned());
        self
    }
}

impl From<io::Error> for FileError {
    fn from(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::UnexpectedEof => FileError::damaged("it ends too early"),
            io::ErrorKind::InvalidData => FileError::damaged(source.to_string()),
            _ => FileError::Io { place: Place::default(), source },
        }
    }
}

impl From<LoadError> for FileError {
    fn from(source: LoadError) -> Self {
        FileError::Unfit { place: Place::default(), source }
    }
}
