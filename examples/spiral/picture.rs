//! The picture: which arm each classifier gives to each place of the plane.

use crate::points::Points;
use autograd::prelude::*;
use autograd_examples_support::picture::{Area, Drawn, INK, block, text, width, write};
use plotters::style::RGBColor;
use std::path::Path;

/// The side of a map, in places and in dots; the plane is shown from -EDGE to EDGE.
const PLACES: usize = 240;
const SIDE: i32 = 480;
const EDGE: f32 = 1.2;

/// A colour for each arm: of its region, of its points.
const COLORS: [(RGBColor, RGBColor); 6] = [
    (RGBColor(244, 199, 195), RGBColor(200, 40, 40)),
    (RGBColor(198, 219, 239), RGBColor(31, 100, 180)),
    (RGBColor(199, 233, 192), RGBColor(30, 130, 60)),
    (RGBColor(253, 224, 170), RGBColor(217, 130, 0)),
    (RGBColor(222, 203, 228), RGBColor(120, 60, 150)),
    (RGBColor(217, 217, 217), RGBColor(60, 60, 60)),
];

/// Draws a map for each classifier, side by side.
pub fn draw(path: &Path, points: &Points, models: [(&str, &Sequential); 2]) -> Drawn {
    write(path, (2 * SIDE as u32 + 60, SIDE as u32 + 72), |sheet| {
        for (i, (name, model)) in models.into_iter().enumerate() {
            let left = 20 + i as i32 * (SIDE + 20);
            let title = format!("{name}: accuracy {:.2}", points.share_right(model));
            text(sheet, &title, (left + (SIDE - width(&title, 2)) / 2, 20), 2, INK)?;
            map(sheet, (left, 52), points, model)?;
        }
        Ok(())
    })
}

fn map(sheet: &Area<'_>, (left, top): (i32, i32), points: &Points, model: &Sequential) -> Drawn {
    let coordinate = |i: usize| EDGE * (2.0 * (i as f32 + 0.5) / PLACES as f32 - 1.0);
    let places = Tensor::from_fn([PLACES * PLACES, 2], |i| {
        let (row, column) = (i / 2 / PLACES, i / 2 % PLACES);
        if i % 2 == 0 { coordinate(column) } else { -coordinate(row) }
    });
    let arms = no_grad(|| model.forward(&Var::constant(places))).value().argmax(1).to_vec();
    let dot = SIDE / PLACES as i32;
    for (i, arm) in arms.into_iter().enumerate() {
        let (x, y) = ((i % PLACES) as i32 * dot, (i / PLACES) as i32 * dot);
        block(sheet, (left + x, top + y), (dot, dot), COLORS[arm as usize].0)?;
    }
    let at = |value: f32| ((value / EDGE + 1.0) / 2.0 * SIDE as f32) as i32;
    for (point, arm) in points.x.to_vec().chunks_exact(2).zip(points.arm.to_vec()) {
        let (x, y) = (at(point[0]), at(-point[1]));
        if (2..SIDE - 2).contains(&x) && (2..SIDE - 2).contains(&y) {
            block(sheet, (left + x - 3, top + y - 3), (7, 7), RGBColor(255, 255, 255))?;
            block(sheet, (left + x - 2, top + y - 2), (5, 5), COLORS[arm as usize].1)?;
        }
    }
    Ok(())
}
