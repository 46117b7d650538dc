//! What is read: names that come with the repository, or any text.

use autograd::Generator;
use autograd::nn::data::{TextStreams, Vocabulary, split_text};
use flate2::read::GzDecoder;
use std::error::Error;
use std::io::Read;
use std::path::Path;

/// A text in two parts, as numbers of characters.
pub struct Corpus {
    pub vocabulary: Vocabulary,
    /// What is learned from.
    pub train: Vec<i64>,
    /// What is only tested on.
    pub held_out: Vec<i64>,
}

impl Corpus {
    /// 32,032 first names, one a line in an order of the generator's, of which a tenth is held out.
    pub fn names(generator: &mut Generator) -> Result<Self, Box<dyn Error>> {
        let mut text = String::new();
        GzDecoder::new(&include_bytes!("../data/names.txt.gz")[..]).read_to_string(&mut text)?;
        let mut names: Vec<&str> = text.lines().collect();
        generator.shuffle(&mut names);
        let (train, held_out) = names.split_at(names.len() - names.len() / 10);
        // A line ends before the first name too, so that it is predicted like the others.
        let lines = |names: &[&str]| format!("\n{}\n", names.join("\n"));
        Corpus::of(&lines(train), &lines(held_out))
    }

    /// The text of a file, of which the last tenth is held out.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let (train, held_out) = split_text(&text, 0.1);
        Corpus::of(train, held_out).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    fn of(train: &str, held_out: &str) -> Result<Self, Box<dyn Error>> {
        let vocabulary = Vocabulary::of(&[train, held_out].concat());
        let (train, held_out) = (vocabulary.encode(train)?, vocabulary.encode(held_out)?);
        Ok(Corpus { vocabulary, train, held_out })
    }

    /// A part of the text as parallel streams, fewer if it is short.
    pub fn streams(part: &[i64], streams: usize, steps: usize) -> Result<TextStreams, Box<dyn Error>> {
        Ok(TextStreams::new(part, streams.min(part.len() / 2).max(1), steps)?)
    }
}
