//! The picture: how the loss fell, and some test digits with what the network took them for.

use autograd_examples_support::curve;
use autograd_examples_support::digits::{Digits, SIZE};
use autograd_examples_support::picture::{Area, Drawn, INK, RIGHT, WRONG, image, text, write};
use plotters::style::RGBColor;
use std::path::Path;

const WIDTH: u32 = 1120;
const HEIGHT: u32 = 560;
/// Digits in a row and in a column, and the size of a pixel of theirs.
const COLUMNS: usize = 8;
const ROWS: usize = 6;
const DOT: i32 = 2;

/// Draws the loss of each step, and test digits, those read wrongly first.
pub fn draw(path: &Path, losses: &[f32], test: &Digits, answers: &[u8], accuracy: f64) -> Drawn {
    write(path, (WIDTH, HEIGHT), |sheet| {
        let (left, right) = sheet.split_horizontally(WIDTH / 2);
        curve::logarithmic(&left, "loss", losses)?;
        gallery(&right, test, answers, accuracy)
    })
}

/// Test digits; below each what it was taken for, and the truth where that differs.
fn gallery(area: &Area<'_>, test: &Digits, answers: &[u8], accuracy: f64) -> Drawn {
    text(area, &format!("test accuracy {accuracy:.4}"), (16, 16), 2, INK)?;
    text(area, "right", (360, 20), 1, RIGHT)?;
    text(area, "wrong", (420, 20), 1, WRONG)?;
    text(area, "truth", (480, 20), 1, INK)?;
    let is_wrong = |&i: &usize| test.label(i) != answers[i];
    // At most half of the places for mistakes: the picture is also to show what it reads.
    let wrong = (0..test.len()).filter(is_wrong).take(COLUMNS * ROWS / 2);
    let right = (0..test.len()).filter(|i| !is_wrong(i));
    let cell = (SIZE as i32 * DOT + 10, SIZE as i32 * DOT + 24);
    for (place, i) in wrong.chain(right).take(COLUMNS * ROWS).enumerate() {
        let (x, y) = (16 + (place % COLUMNS) as i32 * cell.0, 54 + (place / COLUMNS) as i32 * cell.1);
        let pixels = test.image(i).iter().map(|&pixel| RGBColor(pixel, pixel, pixel));
        image(area, pixels, SIZE, DOT, (x, y))?;
        let (answer, truth) = (answers[i].to_string(), test.label(i).to_string());
        let below = y + SIZE as i32 * DOT + 4;
        text(area, &answer, (x + 10, below), 2, if answer == truth { RIGHT } else { WRONG })?;
        if answer != truth {
            text(area, &truth, (x + 34, below), 2, INK)?;
        }
    }
    Ok(())
}
