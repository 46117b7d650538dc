//! Handwritten digits of 8 × 8 pixels, in three parts: to learn from, to choose by, to be tested on.

use autograd::nn::data::{DataError, stratified_split_indices};
use autograd::prelude::*;
use flate2::read::GzDecoder;

/// Pixels of an image.
pub const PIXELS: usize = 64;
/// The largest value of a pixel.
const WHITE: f32 = 16.0;

static BUILT_IN: &[u8] = include_bytes!("../data/digits.csv.gz");

/// Images of 64 pixels from -1 to 1, one behind the other, and the digit that each shows.
pub struct Digits {
    pixels: Vec<f32>,
    labels: Vec<i64>,
}

/// The digits of one seed, each class spread evenly.
pub struct Parts {
    pub train: Digits,
    pub validation: Digits,
    pub test: Digits,
}

impl Digits {
    /// The 1,797 digits that are built in.
    pub fn built_in() -> Result<Self, DataError> {
        let damaged = |what: String| {
            let help = "restore the file from the repository and build again";
            DataError::new("examples/data/digits.csv.gz", what, help)
        };
        let (mut all, mut labels) = (Vec::new(), Vec::new());
        let mut lines = csv::ReaderBuilder::new().has_headers(false).from_reader(GzDecoder::new(BUILT_IN));
        for line in lines.deserialize::<Vec<u8>>() {
            let line = line.map_err(|error| damaged(error.to_string()))?;
            match line.split_at_checked(PIXELS) {
                Some((pixels, &[label])) if label < 10 => {
                    all.extend(pixels.iter().map(|&pixel| f32::from(pixel) / (0.5 * WHITE) - 1.0));
                    labels.push(i64::from(label));
                }
                _ => return Err(damaged(format!("line {} is not {PIXELS} pixels and a digit", labels.len() + 1))),
            }
        }
        Ok(Digits { pixels: all, labels })
    }

    /// A fifth to learn from; most are held out, so that chance has less of a say in which settings seem better.
    pub fn split(&self, seed: u64) -> Parts {
        let parts = stratified_split_indices(&self.labels, [0.2, 0.4, 0.4], seed);
        let [train, validation, test] = parts.map(|part| self.select(&part));
        Parts { train, validation, test }
    }

    /// The number of digits.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Some of the digits as `[n, 64]`, and their labels.
    pub fn batch(&self, order: &[usize]) -> (Var, Tensor<i64>) {
        let Digits { pixels, labels } = self.select(order);
        (Var::constant(Tensor::from_vec(pixels, [order.len(), PIXELS])), labels.into())
    }

    /// These digits, in this order.
    fn select(&self, order: &[usize]) -> Digits {
        let pixels = order.iter().flat_map(|&i| &self.pixels[i * PIXELS..(i + 1) * PIXELS]).copied().collect();
        Digits { pixels, labels: order.iter().map(|&i| self.labels[i]).collect() }
    }
}
