//! The picture: how the loss fell, precision over recall, and scenes with the boxes of their digits and those that were found.

use crate::precision::{Detection, Measured};
use autograd_examples_support::axes::{Panel, Scale};
use autograd_examples_support::bounds::Bounds;
use autograd_examples_support::curve;
use autograd_examples_support::picture::{Area, Drawn, INK, LETTER, LINE, block, grey, image, text, width, write};
use autograd_examples_support::scenes::{SIDE, Scene};
use plotters::prelude::{Color, PathElement, RGBColor};
use std::path::Path;

const WIDTH: u32 = 1300;
const HEIGHT: u32 = 640;
/// Scenes in a row, in all, the size of a pixel of theirs, and the distance from scene to scene.
const COLUMNS: usize = 4;
const SCENES: usize = 8;
const DOT: i32 = 3;
const CELL: i32 = SIDE as i32 * DOT + 8;
/// How sure a detection must be to be drawn.
const DRAWN: f32 = 0.35;

const TRUTH: RGBColor = RGBColor(225, 185, 60);
const HIT: RGBColor = RGBColor(70, 215, 120);
const MISS: RGBColor = RGBColor(245, 85, 85);

/// Draws the curves on the left, the first scenes on the right.
pub fn draw(path: &Path, losses: &[f32], scenes: &[Scene], found: &[Vec<Detection>], measured: &Measured) -> Drawn {
    write(path, (WIDTH, HEIGHT), |sheet| {
        let (left, right) = sheet.split_horizontally(460);
        let (upper, lower) = left.split_vertically(330);
        curve::logarithmic(&upper, "loss", losses)?;
        let scales = [Scale::linear(0.0, 1.0), Scale::linear(0.0, 1.0)];
        let panel = Panel::new(&lower, "precision over recall", (68, 40), (368, 220), scales)?;
        let points = || measured.curve.iter().map(|&(precision, recall)| (recall, precision));
        panel.line(points(), LINE.stroke_width(2))?;

        text(&right, &format!("mAP@0.5 {:.3}", measured.mean()), (8, 16), 2, INK)?;
        let legend = [("digit", TRUTH), ("found, its score in percent", HIT), ("found wrongly", MISS)];
        let mut x = 280;
        for (name, color) in legend {
            block(&right, (x, 18), (12, 12), color)?;
            text(&right, name, (x + 18, 20), 1, INK)?;
            x += 18 + width(name, 1) + 24;
        }
        for (place, scene) in scenes.iter().take(SCENES).enumerate() {
            let corner = (8 + (place % COLUMNS) as i32 * CELL, 52 + (place / COLUMNS) as i32 * CELL);
            draw_scene(&right, corner, scene, &found[place], &measured.hits[place])?;
        }
        bars(&right, 52 + (SCENES / COLUMNS) as i32 * CELL + 12, &measured.each)
    })
}

/// The average precision of each digit.
fn bars(area: &Area<'_>, top: i32, each: &[Option<f64>]) -> Drawn {
    text(area, "average precision of each digit", (8, top), 1, INK)?;
    let bottom = top + 124;
    for (digit, precision) in each.iter().enumerate() {
        let (x, wide) = (8 + digit as i32 * 80, 64);
        let high = (precision.unwrap_or(0.0) * 80.0).round() as i32;
        block(area, (x, bottom - high), (wide, high), LINE)?;
        let share = precision.map_or("none".to_owned(), |share| format!("{share:.2}"));
        text(area, &share, (x + (wide - width(&share, 1)) / 2, bottom - high - LETTER - 4), 1, INK)?;
        text(area, &digit.to_string(), (x + wide / 2 - LETTER, bottom + 6), 2, INK)?;
    }
    Ok(())
}

/// A scene, the boxes of its digits, and those that were found with some certainty.
fn draw_scene(area: &Area<'_>, (x, y): (i32, i32), scene: &Scene, found: &[Detection], hits: &[bool]) -> Drawn {
    image(area, scene.pixels.iter().copied().map(grey), SIDE, DOT, (x, y))?;
    for object in &scene.objects {
        frame(area, (x, y), &object.bounds, TRUTH)?;
    }
    for (found, &hit) in found.iter().zip(hits).filter(|(found, _)| found.score >= DRAWN) {
        let color = if hit { HIT } else { MISS };
        let (left, top) = frame(area, (x, y), &found.bounds, color)?;
        // Below the upper side where there is no place above it.
        let above = if top - y >= LETTER + 3 { top - LETTER - 2 } else { top + 4 };
        let name = format!("{} {:.0}", found.digit, found.score * 100.0);
        let most = x + SIDE as i32 * DOT - width(&name, 1);
        block(area, (left.min(most) - 1, above - 1), (width(&name, 1) + 1, LETTER + 1), RGBColor(0, 0, 0))?;
        text(area, &name, (left.min(most), above), 1, color)?;
    }
    Ok(())
}

/// Draws the part of a box that lies in the scene, and gives its upper left corner.
fn frame(
    area: &Area<'_>,
    (x, y): (i32, i32),
    bounds: &Bounds,
    color: RGBColor,
) -> Result<(i32, i32), Box<dyn std::error::Error>> {
    let pixel = |at: f32| (at.clamp(0.0, SIDE as f32) * DOT as f32).round() as i32;
    let [left, right] = [bounds.left, bounds.right].map(|at| x + pixel(at));
    let [top, bottom] = [bounds.top, bounds.bottom].map(|at| y + pixel(at));
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    area.draw(&PathElement::new(corners, color.stroke_width(2)))?;
    Ok((left, top))
}
