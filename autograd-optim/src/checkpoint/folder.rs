//! `Checkpoints`: the last few checkpoints of a training, and the best, in a folder.

use super::FoundCheckpoint;
use autograd_nn::state::{Checkpoint, FileError};
use std::fs;
use std::io;
use std::path::PathBuf;

const PREFIX: &str = "checkpoint-";
const SUFFIX: &str = ".safetensors";
const BEST: &str = "best.safetensors";
/// The value of the best checkpoint that says how good it is.
const METRIC: &str = "metric";

/// The last few checkpoints of a training in a folder, numbered in the order in which they were written, and the best one.
///
/// A checkpoint is written beside its place and moved there when it is complete and on the disk, and older ones are removed only then: a
/// process that is killed at any moment leaves a latest checkpoint that can be read. One process at a time writes into a folder; any number
/// may read.
///
/// ```
/// use autograd_nn::state::Checkpoint;
/// use autograd_optim::Checkpoints;
/// # let folder = std::env::temp_dir().join(format!("checkpoints-doc-{}", std::process::id()));
/// let mut checkpoints = Checkpoints::new(&folder)?.keep(2);
/// for (epoch, loss) in [0.9, 0.5, 0.7].into_iter().enumerate() {
///     let checkpoint = Checkpoint::new().with("epoch", epoch); // of the model, with its optimiser
///     checkpoints.save(&checkpoint)?;
///     checkpoints.save_if_best(&checkpoint, loss)?;
/// }
/// let latest = checkpoints.latest()?.expect("three were saved");
/// assert_eq!(latest.checkpoint.value::<usize>("epoch")?, 2);
/// assert_eq!(checkpoints.best()?.expect("one is best").value::<usize>("epoch")?, 1);
/// assert_eq!(checkpoints.paths()?.len(), 2);
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[doc(alias("ModelCheckpoint", "CheckpointManager"))]
pub struct Checkpoints {
    folder: PathBuf,
    keep: usize,
    highest: bool,
    /// How good the best is, once known.
    metric: Option<f64>,
}

impl Checkpoints {
    /// The checkpoints of a folder, which is made if there is none. The last three are kept.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, FileError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|error| FileError::from(error).in_file(&folder))?;
        Ok(Checkpoints { folder, keep: 3, highest: false, metric: None })
    }

    /// Keeps so many of the last checkpoints; `usize::MAX` keeps all.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn keep(self, keep: usize) -> Self {
        assert!(keep > 0, "checkpoints: the number to keep is 0, it must be at least 1");
        Checkpoints { keep, ..self }
    }

    /// Takes the checkpoint of the highest metric as the best, as for an accuracy. If nothing is said it is the lowest, as for a loss.
    #[must_use]
    pub fn highest_is_best(self) -> Self {
        Checkpoints { highest: true, ..self }
    }

    /// Writes a checkpoint as the latest and returns where; then removes those that are too many, and what a killed process left half written.
    ///
    /// # Errors
    /// If it cannot be written, or an old one not be removed.
    pub fn save(&mut self, checkpoint: &Checkpoint) -> Result<PathBuf, FileError> {
        let number = self.numbers()?.last().map_or(1, |last| last.saturating_add(1));
        let path = self.path(number);
        checkpoint.save(&path)?;
        let numbers = self.numbers()?;
        let too_many = numbers.iter().take(numbers.len().saturating_sub(self.keep)).map(|&number| self.path(number));
        for path in too_many.chain(self.half_written()?) {
            fs::remove_file(&path).map_err(|error| FileError::from(error).in_file(&path))?;
        }
        Ok(path)
    }

    /// Writes a checkpoint as the best, `best.safetensors`, with its metric as the value `metric`, if the metric is better than that of the
    /// best so far, also of an earlier process; returns whether it is. NaN never is.
    ///
    /// # Errors
    /// If it cannot be written, or the best so far not be read; a damaged one is replaced.
    pub fn save_if_best(&mut self, checkpoint: &Checkpoint, metric: f64) -> Result<bool, FileError> {
        if self.metric.is_none() {
            self.metric = match self.best() {
                Ok(best) => best.map(|best| best.value(METRIC)).transpose()?,
                Err(FileError::Damaged { .. }) => None,
                Err(error) => return Err(error),
            };
        }
        let better = |best: f64| if self.highest { metric > best } else { metric < best };
        if metric.is_nan() || !self.metric.is_none_or(better) {
            return Ok(false);
        }
        checkpoint.clone().with(METRIC, metric).save(self.folder.join(BEST))?;
        self.metric = Some(metric);
        Ok(true)
    }

    /// The latest checkpoint that is sound, and which newer ones were passed over because they are damaged. `None` if there are none.
    ///
    /// # Errors
    /// If a file cannot be read for another reason, or all are damaged: beginning anew without a word would lose them.
    pub fn latest(&self) -> Result<Option<FoundCheckpoint>, FileError> {
        let mut damaged = Vec::new();
        for path in self.paths()?.into_iter().rev() {
            match Checkpoint::load(&path) {
                Ok(checkpoint) => return Ok(Some(FoundCheckpoint { checkpoint, path, damaged })),
                Err(error @ FileError::Damaged { .. }) => damaged.push(error),
                Err(error) => return Err(error),
            }
        }
        damaged.into_iter().next().map_or(Ok(None), Err)
    }

    /// The best checkpoint; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn best(&self) -> Result<Option<Checkpoint>, FileError> {
        let path = self.folder.join(BEST);
        if path.exists() { Checkpoint::load(path).map(Some) } else { Ok(None) }
    }

    /// Where each of the last checkpoints is, from the oldest to the newest.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn paths(&self) -> Result<Vec<PathBuf>, FileError> {
        Ok(self.numbers()?.into_iter().map(|number| self.path(number)).collect())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(file_name(number))
    }

    /// The numbers of the checkpoints there are, from the oldest to the newest.
    fn numbers(&self) -> Result<Vec<u64>, FileError> {
        let number = |name: &str| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok();
        let ours = |name: &String| number(name).filter(|&number| *name == file_name(number));
        let mut numbers: Vec<u64> = self.names()?.iter().filter_map(ours).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The files that were being written when a process was killed: hidden ones with the name of theirs.
    fn half_written(&self) -> Result<Vec<PathBuf>, FileError> {
        let ours =
            |name: &str| name.strip_prefix('.').is_some_and(|name| name.starts_with(PREFIX) || name.starts_with(BEST));
        let names = self.names()?.into_iter().filter(|name| ours(name) && name.ends_with(".tmp"));
        Ok(names.map(|name| self.folder.join(name)).collect())
    }

    fn names(&self) -> Result<Vec<String>, FileError> {
        let read = || -> io::Result<Vec<String>> {
            // What is no text is no name of a checkpoint.
            let name = |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().into_string().ok());
            fs::read_dir(&self.folder)?.filter_map(|entry| name(entry).transpose()).collect()
        };
        read().map_err(|error| FileError::from(error).in_file(&self.folder))
    }
}

fn file_name(number: u64) -> String {
    format!("{PREFIX}{number:06}{SUFFIX}")
}
