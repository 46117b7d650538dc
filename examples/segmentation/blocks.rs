//! The classes of blocks of pixels: what the encoder learns by itself, so that the digits are told apart long before their outlines are.

use autograd::Tensor;
use autograd_examples_support::scenes::{BACKGROUND, CLASSES, SIDE, Scene};

/// Height and width of a block: what becomes one pixel at the end of the encoder.
pub const BLOCK: usize = 8;
/// Blocks in a row and in a column of a scene.
const BLOCKS: usize = SIDE / BLOCK;
/// The pixels that a digit needs in a block.
const ENOUGH: usize = 5;

/// The digit with the most pixels in each block, or the background where none has enough, `[n, 8, 8]`.
pub fn classes(scenes: &[Scene]) -> Tensor<i64> {
    Tensor::from_fn([scenes.len(), BLOCKS, BLOCKS], |at| {
        let (scene, row, column) = (&scenes[at / (BLOCKS * BLOCKS)], at / BLOCKS % BLOCKS, at % BLOCKS);
        let mut counts = [0; CLASSES];
        for i in 0..BLOCK * BLOCK {
            let pixel = (row * BLOCK + i / BLOCK) * SIDE + column * BLOCK + i % BLOCK;
            counts[usize::from(scene.classes[pixel])] += 1;
        }
        let digit = (0..BACKGROUND).max_by_key(|&digit| counts[usize::from(digit)]);
        i64::from(digit.filter(|&digit| counts[usize::from(digit)] >= ENOUGH).unwrap_or(BACKGROUND))
    })
}
