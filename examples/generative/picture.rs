//! The picture: how the losses fell, digits from noise, digits painted again, and the way from one digit to another.

use crate::painter::Step;
use autograd::Tensor;
use autograd_examples_support::curve;
use autograd_examples_support::digits::{PIXELS, SIZE};
use autograd_examples_support::picture::{Area, Drawn, INK, block, text, write};
use plotters::style::RGBColor;
use std::path::Path;

const WIDTH: u32 = 1240;
const HEIGHT: u32 = 640;
/// Digits from noise, and how many stand in a row.
pub const SAMPLES: usize = 80;
const COLUMNS: usize = 10;
/// Digits that are painted again.
pub const COPIES: usize = 12;
/// Ways from digit to digit, and the digits on each, both ends included.
pub const PATHS: usize = 6;
pub const STEPS: usize = 12;
/// The distance from digit to digit.
const CELL: i32 = SIZE as i32 + 2;

/// What there is to see.
pub struct Sheet<'a> {
    pub losses: &'a [Step],
    /// Digits from noise, `[SAMPLES, 784]`.
    pub samples: Tensor,
    /// Digits, and what became of them, `[COPIES, 784]` each.
    pub copies: Option<[Tensor; 2]>,
    /// Digits on the ways, `[PATHS · STEPS, 784]`.
    pub paths: Tensor,
}

/// Draws the losses on the left, the digits on the right.
pub fn draw(path: &Path, sheet: &Sheet<'_>) -> Drawn {
    write(path, (WIDTH, HEIGHT), |area| {
        let (left, right) = area.split_horizontally(480);
        let of = |which: usize| sheet.losses.iter().map(|loss| loss[which]).collect::<Vec<_>>();
        match &sheet.copies {
            Some(_) => curve::logarithmic(&left, "bound in nats", &of(0))?,
            None => {
                let (upper, lower) = left.split_vertically(HEIGHT / 2);
                curve::logarithmic(&upper, "loss of the discriminator", &of(0))?;
                curve::logarithmic(&lower, "loss of the generator", &of(1))?;
            }
        }
        digits(&right, sheet)
    })
}

fn digits(area: &Area<'_>, sheet: &Sheet<'_>) -> Drawn {
    text(area, "from noise", (8, 16), 2, INK)?;
    grid(area, &sheet.samples, COLUMNS, (8, 44))?;
    let x = 8 + COLUMNS as i32 * CELL + 40;
    let mut top = 16;
    if let Some([images, copies]) = &sheet.copies {
        text(area, "test digits, and painted again", (x, top + 4), 1, INK)?;
        grid(area, images, COPIES, (x, top + 28))?;
        grid(area, copies, COPIES, (x, top + 28 + CELL))?;
        top += 28 + 2 * CELL + 20;
    }
    text(area, "from one digit to another", (x, top + 4), 1, INK)?;
    grid(area, &sheet.paths, STEPS, (x, top + 28))
}

/// Images in rows of this many.
fn grid(area: &Area<'_>, images: &Tensor, columns: usize, (x, y): (i32, i32)) -> Drawn {
    for (i, image) in images.to_vec().chunks(PIXELS).enumerate() {
        let corner = (x + (i % columns) as i32 * CELL, y + (i / columns) as i32 * CELL);
        for (at, &pixel) in image.iter().enumerate() {
            let grey = (pixel * 255.0) as u8;
            let place = (corner.0 + (at % SIZE) as i32, corner.1 + (at / SIZE) as i32);
            block(area, place, (1, 1), RGBColor(grey, grey, grey))?;
        }
    }
    Ok(())
}
