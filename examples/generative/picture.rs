//! The picture: how the losses fell, digits from noise, digits painted again, and the way from one digit to another.

use crate::painter::Step;
use autograd::Tensor;
use autograd_examples_support::curve;
use autograd_examples_support::digits::{PIXELS, SIZE};
use autograd_examples_support::picture::{Area, Drawn, INK, grey, image, text, write};
use std::path::Path;

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 680;
/// Digits from noise, and how many stand in a row.
pub const SAMPLES: usize = 120;
const COLUMNS: usize = 12;
/// Digits that are painted again.
pub const COPIES: usize = 12;
/// Ways from digit to digit, and the digits on each, both ends included.
pub const PATHS: usize = 6;
pub const STEPS: usize = 12;

/// What there is to see.
pub struct Sheet<'a> {
    pub names: [&'static str; 2],
    pub losses: &'a [Step],
    /// Digits from noise, `[SAMPLES, 784]`.
    pub samples: Tensor,
    /// Digits, and what became of them, `[COPIES, 784]` each.
    pub copies: Option<[Tensor; 2]>,
    /// Digits on the ways, `[PATHS · STEPS, 784]`.
    pub paths: Tensor,
}

/// Draws the losses and what is done to digits on the left, digits from noise on the right.
pub fn draw(path: &Path, sheet: &Sheet<'_>) -> Drawn {
    write(path, (WIDTH, HEIGHT), |area| {
        let (left, right) = area.split_horizontally(450);
        let (upper, lower) = left.split_vertically(340);
        let (first, second) = upper.split_vertically(170);
        for (which, area) in [first, second].iter().enumerate() {
            let losses: Vec<f32> = sheet.losses.iter().map(|loss| loss[which]).collect();
            curve::logarithmic(area, sheet.names[which], &losses)?;
        }
        match &sheet.copies {
            Some(copies) => {
                again(&lower, copies)?;
                paths(&lower, &sheet.paths, 100)?;
            }
            None => paths(&lower, &sheet.paths, 4)?,
        }
        text(&right, "digits from noise", (24, 16), 2, INK)?;
        grid(&right, &sheet.samples, COLUMNS, 2, (24, 48))
    })
}

fn again(area: &Area<'_>, [images, copies]: &[Tensor; 2]) -> Drawn {
    text(area, "test digits, and painted again", (LEFT, 4), 1, INK)?;
    grid(area, images, COPIES, 1, (LEFT, 20))?;
    grid(area, copies, COPIES, 1, (LEFT, 20 + distance(1)))
}

fn paths(area: &Area<'_>, paths: &Tensor, top: i32) -> Drawn {
    text(area, "from one digit to another", (LEFT, top), 1, INK)?;
    grid(area, paths, STEPS, 1, (LEFT, top + 16))
}

/// Where digits begin below a curve, so that they lie under it.
const LEFT: i32 = 68;

/// The distance from digit to digit, with pixels of this size.
fn distance(dot: i32) -> i32 {
    SIZE as i32 * dot + 3
}

/// Images in rows of this many.
fn grid(area: &Area<'_>, images: &Tensor, columns: usize, dot: i32, (x, y): (i32, i32)) -> Drawn {
    for (i, pixels) in images.to_vec().chunks(PIXELS).enumerate() {
        let corner = (x + (i % columns) as i32 * distance(dot), y + (i / columns) as i32 * distance(dot));
        image(area, pixels.iter().copied().map(grey), SIZE, dot, corner)?;
    }
    Ok(())
}
