//! Handwritten digits: those that are built in, how they are split, and how they become a batch.

use autograd_core::{Generator, Tensor, Var};
use autograd_nn::data::{DataError, Dataset, LabelledImages, mnist};
use flate2::read::GzDecoder;
use std::io::Read;
use std::path::Path;

/// Height and width of an image.
pub const SIZE: usize = 28;
/// Pixels of an image.
pub const PIXELS: usize = SIZE * SIZE;
/// How far a training image is moved at most, in pixels.
const SHIFT: usize = 2;
/// Mean and standard deviation of the pixels of MNIST.
const MEAN: f32 = 0.1307;
const STD: f32 = 0.3081;

static BUILT_IN: &[u8] = include_bytes!("../../data/mnist_5k.csv.gz");

/// Images of 28 × 28 pixels from 0 to 255, one behind the other, and the digit that each shows.
#[derive(Debug)]
pub struct Digits {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Digits {
    /// Images and labels, if there are as many of the one as of the other and each label is a digit.
    pub fn new(pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self, String> {
        if pixels.len() != labels.len() * PIXELS {
            return Err(format!("{} images have {} labels", pixels.len() / PIXELS, labels.len()));
        }
        match labels.iter().position(|&label| label > 9) {
            Some(i) => Err(format!("label {i} is {}, which is not a digit", labels[i])),
            None => Ok(Digits { pixels, labels }),
        }
    }

    /// The 5,000 digits of MNIST that are built in, sorted by class.
    pub fn built_in() -> Result<Self, DataError> {
        Digits::read_csv(GzDecoder::new(BUILT_IN)).map_err(|what| {
            let help = "restore the file from the repository and build again";
            DataError::new("examples/data/mnist_5k.csv.gz", what, help)
        })
    }

    /// Digits to learn from and others to be tested on: those in the four files of MNIST in a folder, or 4,000 and 1,000 of those that are
    /// built in.
    ///
    /// # Errors
    /// If the files cannot be read.
    pub fn load(folder: Option<&Path>, generator: &mut Generator) -> Result<(Self, Self), String> {
        match folder {
            Some(folder) => match mnist(folder) {
                Ok((train, test)) => Ok((Digits::from(train), Digits::from(test))),
                Err(error) => Err(format!("{error}, or leave out --data for the built-in digits")),
            },
            None => Ok(Digits::built_in().map_err(|error| error.to_string())?.split(4000, generator)),
        }
    }

    /// Reads lines of 784 pixels and a label.
    pub fn read_csv(reader: impl Read) -> Result<Self, String> {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader);
        for (i, line) in lines.byte_records().enumerate() {
            let number = i + 1;
            let line = line.map_err(|error| format!("line {number} cannot be read: {error}"))?;
            if line.len() != PIXELS + 1 {
                return Err(format!("line {number} has {} values, not {}", line.len(), PIXELS + 1));
            }
            for (column, field) in line.iter().enumerate() {
                let value = std::str::from_utf8(field).ok().and_then(|field| field.parse().ok());
                let value = value.ok_or_else(|| {
                    let field = String::from_utf8_lossy(field);
                    format!("line {number}, column {}: {field:?} is not a number from 0 to 255", column + 1)
                })?;
                if column < PIXELS { pixels.push(value) } else { labels.push(value) }
            }
        }
        Digits::new(pixels, labels)
    }

    /// The number of digits.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The digit that image `i` shows.
    pub fn label(&self, i: usize) -> u8 {
        self.labels[i]
    }

    /// The pixels of image `i`, row by row.
    pub fn image(&self, i: usize) -> &[u8] {
        &self.pixels[i * PIXELS..(i + 1) * PIXELS]
    }

    /// In random order, the first `count` and the others.
    pub fn split(self, count: usize, generator: &mut Generator) -> (Digits, Digits) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        generator.shuffle(&mut order);
        let (first, others) = order.split_at(count.min(order.len()));
        (self.select(first), self.select(others))
    }

    /// These digits, in this order.
    pub fn select(&self, order: &[usize]) -> Digits {
        let pixels = order.iter().flat_map(|&i| self.image(i)).copied().collect();
        Digits { pixels, labels: order.iter().map(|&i| self.labels[i]).collect() }
    }

    /// The pixels of these digits as `[n, 1, 28, 28]`, from 0 to 1.
    pub fn images(&self, order: &[usize]) -> Tensor {
        Tensor::from_fn([order.len(), 1, SIZE, SIZE], |at| {
            f32::from(self.image(order[at / PIXELS])[at % PIXELS]) / 255.0
        })
    }

    /// What these digits show.
    pub fn labels(&self, order: &[usize]) -> Tensor<i64> {
        Tensor::from_fn([order.len()], |i| i64::from(self.labels[order[i]]))
    }

    /// These digits as `[n, 1, 28, 28]`, with mean 0 and variance 1, and their labels.
    pub fn batch(&self, order: &[usize]) -> (Var, Tensor<i64>) {
        self.moved_batch(order, |_| [SHIFT, SHIFT])
    }

    /// A batch whose images are moved by up to two pixels each way, so that each epoch shows others.
    pub fn shifted_batch(&self, order: &[usize], generator: &mut Generator) -> (Var, Tensor<i64>) {
        let moves: Vec<[usize; 2]> = order.iter().map(|_| [(); 2].map(|()| generator.below(2 * SHIFT + 1))).collect();
        self.moved_batch(order, |i| moves[i])
    }

    /// A batch whose `i`-th image is moved down and right by `moves(i)` less `SHIFT`.
    fn moved_batch(&self, order: &[usize], moves: impl Fn(usize) -> [usize; 2]) -> (Var, Tensor<i64>) {
        let images = Tensor::from_fn([order.len(), 1, SIZE, SIZE], |at| {
            let (i, row, column) = (at / PIXELS, at / SIZE % SIZE, at % SIZE);
            let [down, right] = moves(i);
            let from = (row + SHIFT).checked_sub(down).zip((column + SHIFT).checked_sub(right));
            let pixel = match from {
                Some((row, column)) if row < SIZE && column < SIZE => self.image(order[i])[row * SIZE + column],
                _ => 0,
            };
            (f32::from(pixel) / 255.0 - MEAN) / STD
        });
        (Var::constant(images), self.labels(order))
    }

    /// The share of digits for which the answer is right.
    pub fn share_right(&self, answers: &[u8]) -> f64 {
        let right = self.labels.iter().zip(answers).filter(|(label, answer)| label == answer).count();
        right as f64 / self.len() as f64
    }
}

/// The images of MNIST as they are read from files.
impl From<LabelledImages> for Digits {
    fn from(images: LabelledImages) -> Self {
        let pixels = (0..images.len()).flat_map(|i| images.bytes(i)).copied().collect();
        Digits { pixels, labels: images.labels().into_iter().map(|label| label as u8).collect() }
    }
}
