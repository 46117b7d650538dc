//! `TextStreams`: a long text as parallel streams, in segments for truncated back-propagation through time.

use crate::data::{DataError, Dataset};
use autograd_core::Tensor;

/// A text in two: what is learned from, and a last part, of a share of its characters, that is held out.
///
/// ```
/// use autograd_nn::data::split_text;
/// assert_eq!(split_text("größer", 0.5), ("grö", "ßer"));
/// ```
///
/// # Panics
/// If the share is not from 0 to 1.
#[must_use]
#[track_caller]
pub fn split_text(text: &str, held_out: f64) -> (&str, &str) {
    assert!((0.0..=1.0).contains(&held_out), "split text: the share held out is {held_out}, it must be from 0 to 1");
    let count = text.chars().count();
    let train = count - (count as f64 * held_out).round() as usize;
    text.split_at(text.char_indices().nth(train).map_or(text.len(), |(byte, _)| byte))
}

/// One long text, as numbers, in `streams` parts that run side by side, cut into segments of `steps` steps.
///
/// Segment `k + 1` goes on where segment `k` ended, in each stream: a recurrent network keeps its state from one segment to the next, and
/// gradients go back through one segment (Williams, Peng 1990). Item `k` is the segment's numbers and, for each, the one that follows. The
/// last segment is shorter if the steps do not divide the streams; fewer than `streams` numbers at the end of the text are left out.
///
/// # Shape
/// Items are `[steps, streams]` and `[steps, streams]`: time first, as recurrent layers take it
///
/// # Example
/// ```
/// use autograd_nn::data::{Dataset, TextStreams};
/// let text = TextStreams::new((0..13).collect::<Vec<i64>>(), 2, 4)?;
/// let (x, y) = text.get(0)?;
/// assert_eq!(x, [[0, 6], [1, 7], [2, 8], [3, 9]].into());
/// assert_eq!(y, [[1, 7], [2, 8], [3, 9], [4, 10]].into());
/// assert_eq!(text.get(1)?.0, [[4, 10], [5, 11]].into());
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TextStreams {
    numbers: Vec<i64>,
    streams: usize,
    steps: usize,
    /// The number of steps of a stream.
    length: usize,
}

impl TextStreams {
    /// A text as numbers, the number of streams, and the steps of a segment.
    ///
    /// # Errors
    /// If the text is too short for one step of each stream.
    ///
    /// # Panics
    /// If there are 0 streams or 0 steps.
    #[track_caller]
    pub fn new(numbers: impl Into<Vec<i64>>, streams: usize, steps: usize) -> Result<Self, DataError> {
        assert!(streams > 0 && steps > 0, "text streams: {streams} streams of {steps} steps, both must be at least 1");
        let numbers = numbers.into();
        // The last number is only ever one that follows.
        let length = numbers.len().saturating_sub(1) / streams;
        if length == 0 {
            let what = format!("{} numbers do not make {streams} streams", numbers.len());
            return Err(DataError::new("text", what, "take a longer text, or fewer streams"));
        }
        Ok(TextStreams { numbers, streams, steps, length })
    }

    /// The segments in order, from one on: `text.segments(0)` is an epoch.
    pub fn segments(&self, from: usize) -> impl ExactSizeIterator<Item = (Tensor<i64>, Tensor<i64>)> + '_ {
        (from..self.len().max(from)).map(|k| self.segment(k))
    }

    #[track_caller]
    fn segment(&self, k: usize) -> (Tensor<i64>, Tensor<i64>) {
        assert!(k < self.len(), "text streams: segment {k} of {}", self.len());
        let first = k * self.steps;
        let steps = self.steps.min(self.length - first);
        let numbers = |offset: usize| {
            let at = |i: usize| (i % self.streams) * self.length + first + i / self.streams + offset;
            Tensor::from_fn([steps, self.streams], |i| self.numbers[at(i)])
        };
        (numbers(0), numbers(1))
    }
}

impl Dataset for TextStreams {
    type Item = (Tensor<i64>, Tensor<i64>);
    fn len(&self) -> usize {
        self.length.div_ceil(self.steps)
    }
    #[track_caller]
    fn get(&self, index: usize) -> Result<Self::Item, DataError> {
        Ok(self.segment(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_one_behind_the_other_are_the_text() {
        for (length, streams, steps) in [(2, 1, 1), (100, 1, 7), (100, 3, 5), (100, 4, 100), (101, 10, 10), (50, 49, 3)]
        {
            let text = TextStreams::new((0..length).collect::<Vec<i64>>(), streams, steps).unwrap();
            let mut heard = vec![Vec::new(); streams];
            let segments = text.segments(0);
            assert_eq!(segments.len(), text.len());
            for (x, y) in segments {
                assert!(x.zip(&y, |x, y| y == x + 1).all(), "each number is followed by the next");
                for (stream, heard) in heard.iter_mut().enumerate() {
                    heard.extend(x.slice((.., stream)).to_vec());
                }
            }
            let expected: Vec<i64> = (0..(length - 1) / streams as i64 * streams as i64).collect();
            assert_eq!(heard.concat(), expected, "{length} in {streams} streams of {steps}");
        }
    }

    #[test]
    fn a_run_goes_on_with_any_segment() {
        let text = TextStreams::new((0..40).collect::<Vec<i64>>(), 2, 4).unwrap();
        let all: Vec<_> = text.segments(0).collect();
        (0..=all.len() + 1).for_each(|k| assert_eq!(text.segments(k).collect::<Vec<_>>(), all[k.min(all.len())..]));
    }

    #[test]
    fn a_text_that_is_too_short_is_an_error() {
        for length in [0, 1, 3] {
            let error = TextStreams::new(vec![0; length], 3, 2).unwrap_err();
            assert_eq!(error.what, format!("{length} numbers do not make 3 streams"));
        }
        assert_eq!(TextStreams::new(vec![0; 4], 3, 2).unwrap().len(), 1);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(split_text("aäb", 0.0), ("aäb", ""));
        assert_eq!(split_text("aäb", 1.0), ("", "aäb"));
        assert_eq!(split_text("", 0.3), ("", ""));
    }

    #[test]
    #[should_panic(expected = "text streams: 2 streams of 0 steps, both must be at least 1")]
    fn segments_of_nothing_are_refused() {
        let _ = TextStreams::new(vec![0; 9], 2, 0);
    }
}
