//! The picture: how the loss fell, and scenes, the true classes of their pixels and those that were found.

use crate::confusion::Confusion;
use autograd_examples_support::curve;
use autograd_examples_support::picture::{Area, Drawn, INK, block, grey, image, text, write};
use autograd_examples_support::scenes::{BACKGROUND, CLASSES, PIXELS, SIDE, Scene};
use plotters::style::RGBColor;
use std::path::Path;

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 580;
/// Scenes in a row.
const COLUMNS: usize = 5;
/// The size of a pixel of a scene, and the distance from scene to scene.
const DOT: i32 = 2;
const CELL: i32 = SIDE as i32 * DOT + 8;

/// The colour of each class: ten hues that are easily told apart, and the background.
const COLORS: [RGBColor; CLASSES] = [
    RGBColor(230, 60, 60),
    RGBColor(255, 150, 40),
    RGBColor(250, 225, 70),
    RGBColor(130, 205, 60),
    RGBColor(30, 145, 75),
    RGBColor(70, 215, 225),
    RGBColor(60, 120, 235),
    RGBColor(150, 90, 215),
    RGBColor(245, 130, 200),
    RGBColor(160, 105, 65),
    RGBColor(28, 30, 38),
];

/// Draws the loss of each step on the left, the first scenes and the legend on the right.
pub fn draw(path: &Path, losses: &[f32], scenes: &[Scene], answers: &[i64], confusion: &Confusion) -> Drawn {
    write(path, (WIDTH, HEIGHT), |sheet| {
        let (left, right) = sheet.split_horizontally(460);
        curve::logarithmic(&left, "loss", losses)?;
        for (row, title) in ["scene", "truth", "found"].into_iter().enumerate() {
            text(&right, title, (4, 52 + row as i32 * CELL + CELL / 2 - 8), 1, INK)?;
        }
        let measured = [("mean IoU", confusion.mean_iou()), ("pixel accuracy", confusion.accuracy())];
        let line = measured.map(|(name, share)| format!("{name} {share:.3}")).join("  ");
        text(&right, &line, (52, 16), 2, INK)?;
        for (column, (scene, answers)) in scenes.iter().zip(answers.chunks(PIXELS)).take(COLUMNS).enumerate() {
            let corner = |row: i32| (52 + column as i32 * CELL, 52 + row * CELL);
            image(&right, scene.pixels.iter().copied().map(grey), SIDE, DOT, corner(0))?;
            let truth = scene.classes.iter().map(|&class| COLORS[usize::from(class)]);
            image(&right, truth, SIDE, DOT, corner(1))?;
            image(&right, answers.iter().map(|&class| COLORS[class as usize]), SIDE, DOT, corner(2))?;
        }
        legend(&right, confusion)
    })
}

/// The colour of each class, and its intersection over union.
fn legend(area: &Area<'_>, confusion: &Confusion) -> Drawn {
    let (top, wide) = (60 + 3 * CELL, COLUMNS as i32 * CELL / 6);
    text(area, "IoU", (4, top + 4), 1, INK)?;
    for (class, color) in COLORS.into_iter().enumerate() {
        let (x, y) = (52 + (class % 6) as i32 * wide, top + (class / 6) as i32 * 28);
        block(area, (x, y), (16, 16), color)?;
        let name = if class == usize::from(BACKGROUND) { "ground".to_owned() } else { class.to_string() };
        let share = confusion.iou(class).map_or("none".to_owned(), |share| format!("{share:.2}"));
        text(area, &format!("{name}  {share}"), (x + 22, y + 4), 1, INK)?;
    }
    Ok(())
}
