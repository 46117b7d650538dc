//! `Lines`: short texts, one a line, as sequences with a start and an end.

use super::Vocabulary;
use crate::data::{DataError, Dataset, pad_sequences, read_text};
use autograd_core::Tensor;
use std::path::Path;

/// Short texts, one a line, such as names: each is a sequence that begins with [`START`](Lines::START) and ends with [`END`](Lines::END).
///
/// Item `i` is what a model reads, `[START, c₁, .., cₙ]`, and what it is to say, `[c₁, .., cₙ, END]`. The characters have the numbers of the
/// vocabulary plus 2. [`collate_lines`] makes batches of them.
///
/// # Example
/// ```
/// use autograd_nn::data::{Dataset, Lines};
/// let names = Lines::of("emma\nava\n");
/// let (x, y) = names.get(1)?;
/// assert_eq!((x.to_vec(), y.to_vec()), (vec![0, 2, 5, 2], vec![2, 5, 2, 1]));
/// assert_eq!((names.tokens(), names.decode(&y.to_vec())?), (6, "ava".to_owned()));
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lines {
    lines: Vec<Vec<i64>>,
    vocabulary: Vocabulary,
}

impl Lines {
    /// The number of what stands before each line.
    pub const START: i64 = 0;
    /// The number of what stands behind each line.
    pub const END: i64 = 1;
    /// What [`collate_lines`] puts behind the end of shorter lines into the targets: the `ignore_index` of a loss.
    pub const IGNORED: i64 = -100;
    /// The number of the first character.
    const FIRST: i64 = 2;

    /// The lines of a text, without spaces around them; empty ones are left out.
    pub fn of(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let vocabulary = Vocabulary::of(&lines.concat());
        let encode = |line: &&str| -> Vec<i64> {
            let numbers = vocabulary.encode(line).expect("the vocabulary is that of the lines");
            numbers.into_iter().map(|number| number + Self::FIRST).collect()
        };
        Lines { lines: lines.iter().map(encode).collect(), vocabulary }
    }

    /// The lines of a file.
    ///
    /// # Errors
    /// If the file cannot be read, is not text or has no line.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let lines = Lines::of(&read_text(&path)?);
        if lines.is_empty() {
            return Err(DataError::file(path.as_ref(), "there is no line", "write one text a line"));
        }
        Ok(lines)
    }

    /// The characters that occur.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How many numbers there are: start, end, and one for each character.
    pub fn tokens(&self) -> usize {
        self.vocabulary.len() + Self::FIRST as usize
    }

    /// The text of numbers, up to the first end; starts leave no trace.
    ///
    /// # Errors
    /// If a number stands for nothing.
    pub fn decode(&self, numbers: &[i64]) -> Result<String, DataError> {
        let line = numbers.iter().take_while(|&&number| number != Self::END).filter(|&&number| number != Self::START);
        self.vocabulary.decode(&line.map(|number| number.saturating_sub(Self::FIRST)).collect::<Vec<_>>())
    }
}

impl Dataset for Lines {
    type Item = (Tensor<i64>, Tensor<i64>);
    fn len(&self) -> usize {
        self.lines.len()
    }
    #[track_caller]
    fn get(&self, index: usize) -> Result<Self::Item, DataError> {
        let line = &self.lines[index];
        let read: Vec<i64> = [&[Self::START], line.as_slice()].concat();
        let said: Vec<i64> = [line.as_slice(), &[Self::END]].concat();
        Ok((read.into(), said.into()))
    }
}

/// What is read, what is to be said, and the lengths.
type Batch = (Tensor<i64>, Tensor<i64>, Tensor<i64>);

/// A batch of [`Lines`]: what is read, padded with [`Lines::END`], what is to be said, padded with [`Lines::IGNORED`], and the lengths.
///
/// # Shape
/// `n` pairs of `[tᵢ] -> [n, t], [n, t], [n]`
///
/// # Errors
/// None for items of [`Lines`].
///
/// # Example
/// ```
/// use autograd_nn::data::{DataLoader, Lines, collate_lines};
/// let loader = DataLoader::with_collate(Lines::of("ab\nb"), 2, collate_lines);
/// let (x, y, lengths) = loader.epoch(0).next().unwrap()?;
/// assert_eq!(x, [[0, 2, 3], [0, 3, 1]].into());
/// assert_eq!(y, [[2, 3, 1], [3, 1, -100]].into());
/// assert_eq!(lengths.to_vec(), [3, 2]);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
pub fn collate_lines(items: Vec<(Tensor<i64>, Tensor<i64>)>) -> Result<Batch, DataError> {
    let (read, said): (Vec<_>, Vec<_>) = items.into_iter().unzip();
    let (read, lengths) = pad_sequences(&read, Lines::END)?;
    Ok((read, pad_sequences(&said, Lines::IGNORED)?.0, lengths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::files::tests::folder;

    #[test]
    fn each_line_is_a_sequence_and_is_read_back() {
        let text = "  Zoë\r\n\nAda \nx";
        let lines = Lines::of(text);
        let said: Vec<String> =
            (0..lines.len()).map(|i| lines.decode(&lines.get(i).unwrap().1.to_vec()).unwrap()).collect();
        assert_eq!(said, ["Zoë", "Ada", "x"]);
        for i in 0..lines.len() {
            let (x, y) = lines.get(i).unwrap();
            assert_eq!(x.to_vec()[1..], y.to_vec()[..y.numel() - 1], "what is said is read next");
        }
        assert_eq!(
            lines.decode(&[Lines::START, 99]).unwrap_err().what,
            "number 0 is 97, the vocabulary has 7 characters"
        );
        assert!(lines.decode(&[i64::MIN]).is_err());
    }

    #[test]
    fn a_file_without_lines_is_an_error() {
        let folder = folder("lines");
        let path = folder.join("names.txt");
        std::fs::write(&path, "\n  \n").unwrap();
        let error = Lines::read(&path).unwrap_err().to_string();
        assert_eq!(error, format!("{}: there is no line; write one text a line", path.display()));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
