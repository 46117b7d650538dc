//! The picture: how the loss fell, and test images with what the network took them for.

use autograd::nn::data::LabelledImages;
use autograd_examples_support::curve;
use autograd_examples_support::picture::{Area, Drawn, INK, RIGHT, WRONG, image, text, write};
use plotters::style::RGBColor;
use std::path::Path;

const WIDTH: u32 = 1180;
const HEIGHT: u32 = 560;
/// Images in a row and in a column, and the size of a pixel of theirs.
const COLUMNS: usize = 7;
const ROWS: usize = 5;
const DOT: i32 = 2;

/// What is known at the end.
pub struct Outcome<'a> {
    pub losses: &'a [f32],
    pub test: &'a LabelledImages,
    pub answers: &'a [i64],
    pub classes: &'a [&'a str],
    pub accuracy: f64,
}

/// Draws the loss of each step, and test images, those taken wrongly first.
pub fn draw(path: &Path, outcome: &Outcome<'_>) -> Drawn {
    write(path, (WIDTH, HEIGHT), |sheet| {
        let (left, right) = sheet.split_horizontally(560);
        curve::logarithmic(&left, "loss", outcome.losses)?;
        gallery(&right, outcome)
    })
}

fn gallery(area: &Area<'_>, outcome: &Outcome<'_>) -> Drawn {
    text(area, &format!("test accuracy {:.4}", outcome.accuracy), (16, 16), 2, INK)?;
    text(area, "right", (380, 20), 1, RIGHT)?;
    text(area, "wrong", (440, 20), 1, WRONG)?;
    text(area, "truth", (500, 20), 1, INK)?;
    let truth = outcome.test.labels();
    let is_wrong = |&i: &usize| truth[i] != outcome.answers[i];
    // At most two fifths of the places for mistakes: the picture is also to show what it knows.
    let wrong = (0..truth.len()).filter(is_wrong).take(COLUMNS * ROWS * 2 / 5);
    let right = (0..truth.len()).filter(|i| !is_wrong(i));
    let [_, rows, columns] = outcome.test.size();
    for (place, i) in wrong.chain(right).take(COLUMNS * ROWS).enumerate() {
        let (x, y) = (16 + (place % COLUMNS) as i32 * 86, 54 + (place / COLUMNS) as i32 * 98);
        let bytes = outcome.test.bytes(i);
        let channel = |c: usize, at: usize| bytes[c * rows * columns + at];
        let pixels = (0..rows * columns).map(|at| RGBColor(channel(0, at), channel(1, at), channel(2, at)));
        image(area, pixels, columns, DOT, (x, y))?;
        let name = |class: i64| outcome.classes[class as usize];
        let below = y + rows as i32 * DOT + 4;
        let color = if is_wrong(&i) { WRONG } else { RIGHT };
        text(area, name(outcome.answers[i]), (x, below), 1, color)?;
        if is_wrong(&i) {
            text(area, name(truth[i]), (x, below + 10), 1, INK)?;
        }
    }
    Ok(())
}
