//! The picture: how the loss fell, and some test digits with what the network took them for.

use crate::digits::{Digits, SIZE};
use crate::font;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

const WIDTH: u32 = 1120;
const HEIGHT: u32 = 560;
/// Where the curve begins, so that its labels fit.
const LEFT: i32 = 88;
/// Digits in a row and in a column, and the size of a pixel of theirs.
const COLUMNS: usize = 8;
const ROWS: usize = 6;
const DOT: i32 = 2;

const INK: RGBColor = RGBColor(40, 40, 40);
const PALE: RGBColor = RGBColor(205, 205, 205);
const LINE: RGBColor = RGBColor(31, 119, 180);
const RIGHT: RGBColor = RGBColor(30, 130, 60);
const WRONG: RGBColor = RGBColor(200, 40, 40);

type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// Draws the loss of each step, and test digits, those read wrongly first.
pub fn draw(path: &Path, losses: &[f32], test: &Digits, answers: &[u8], accuracy: f64) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let root = BitMapBackend::new(path, (WIDTH, HEIGHT)).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(WIDTH / 2);
    curve(&left, losses)?;
    gallery(&right, test, answers, accuracy)?;
    root.present()?;
    Ok(())
}

/// The loss over the steps: each one pale, their running mean dark, on a logarithmic scale.
fn curve(area: &Area<'_>, losses: &[f32]) -> Result<(), Box<dyn Error>> {
    text(area, "loss", (LEFT, 16), 2, INK)?;
    let losses: Vec<f32> = losses.iter().map(|loss| loss.max(1e-4)).collect();
    let lowest = losses.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = losses.iter().copied().fold(1.0, f32::max);
    let bottom = 10f32.powf(lowest.log10().floor());
    let steps = losses.len().max(2);
    let mut chart = ChartBuilder::on(area)
        .margin_left(LEFT)
        .margin_top(48)
        .margin_right(24)
        .margin_bottom(56)
        .build_cartesian_2d(0..steps, (bottom..highest).log_scale())?;

    let mut level = bottom;
    while level <= highest {
        chart.draw_series(std::iter::once(PathElement::new([(0, level), (steps, level)], PALE)))?;
        let (_, y) = chart.backend_coord(&(0, level));
        let label = if level < 0.999 { format!("{level:.4}") } else { format!("{level:.0}") };
        let label = if level < 0.999 { label.trim_end_matches('0') } else { &label };
        text(area, label, (LEFT - 8 - width(label, 2), y - font::HEIGHT), 2, INK)?;
        level *= 10.0;
    }
    for part in 0..=4 {
        let step = losses.len() * part / 4;
        let label = step.to_string();
        let (x, y) = chart.backend_coord(&(step, bottom));
        text(area, &label, (x - width(&label, 2) / 2, y + 10), 2, INK)?;
    }
    text(area, "step", ((LEFT + WIDTH as i32 / 2 - width("step", 2)) / 2, HEIGHT as i32 - 24), 2, INK)?;

    chart.draw_series(LineSeries::new(losses.iter().copied().enumerate(), PALE))?;
    let mut mean = losses.first().copied().unwrap_or(1.0);
    let smooth = losses.iter().enumerate().map(|(step, loss)| {
        mean += (loss - mean) * (2.0 / (step as f32 + 2.0)).max(0.01);
        (step, mean)
    });
    chart.draw_series(LineSeries::new(smooth, LINE.stroke_width(2)))?;
    Ok(())
}

/// Test digits; below each what it was taken for, and the truth where that differs.
fn gallery(area: &Area<'_>, test: &Digits, answers: &[u8], accuracy: f64) -> Result<(), Box<dyn Error>> {
    text(area, &format!("test accuracy {accuracy:.4}"), (16, 16), 2, INK)?;
    text(area, "right", (300, 16), 2, RIGHT)?;
    text(area, "wrong", (376, 16), 2, WRONG)?;
    text(area, "truth", (452, 16), 2, INK)?;
    let is_wrong = |&i: &usize| test.label(i) != answers[i];
    // At most half of the places for mistakes: the picture is also to show what it reads.
    let wrong = (0..test.len()).filter(is_wrong).take(COLUMNS * ROWS / 2);
    let right = (0..test.len()).filter(|i| !is_wrong(i));
    let cell = (SIZE as i32 * DOT + 10, SIZE as i32 * DOT + 24);
    for (place, i) in wrong.chain(right).take(COLUMNS * ROWS).enumerate() {
        let (x, y) = (16 + (place % COLUMNS) as i32 * cell.0, 54 + (place / COLUMNS) as i32 * cell.1);
        for (at, &pixel) in test.image(i).iter().enumerate() {
            let (column, row) = ((at % SIZE) as i32 * DOT, (at / SIZE) as i32 * DOT);
            let corners = [(x + column, y + row), (x + column + DOT, y + row + DOT)];
            area.draw(&Rectangle::new(corners, RGBColor(pixel, pixel, pixel).filled()))?;
        }
        let (answer, truth) = (answers[i].to_string(), test.label(i).to_string());
        let below = y + SIZE as i32 * DOT + 4;
        text(area, &answer, (x + 10, below), 2, if answer == truth { RIGHT } else { WRONG })?;
        if answer != truth {
            text(area, &truth, (x + 32, below), 2, INK)?;
        }
    }
    Ok(())
}

/// The width of a line of letters.
fn width(line: &str, size: i32) -> i32 {
    line.len() as i32 * (font::WIDTH + 1) * size
}

/// Writes a line of letters, each dot a square of `size` pixels.
fn text(area: &Area<'_>, line: &str, (x, y): (i32, i32), size: i32, color: RGBColor) -> Result<(), Box<dyn Error>> {
    for (i, letter) in line.chars().enumerate() {
        let x = x + i as i32 * (font::WIDTH + 1) * size;
        for (column, row) in font::dots(letter) {
            let corner = (x + column * size, y + row * size);
            let opposite = (corner.0 + size, corner.1 + size);
            area.draw(&Rectangle::new([corner, opposite], color.filled()))?;
        }
    }
    Ok(())
}
