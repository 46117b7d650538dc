//! The picture: a formula as a tree, with what the network makes of each part.

use crate::formula::Formula;
use crate::network::TreeNetwork;
use autograd_examples_support::picture::{Area, Drawn, INK, PALE, block, text, width, write};
use plotters::prelude::{PathElement, RGBColor};
use std::path::Path;

const COLUMN: i32 = 56;
const ROW: i32 = 76;
const EDGE: i32 = 40;
const TOP: i32 = 72;

/// A part of the tree on the sheet.
struct Place<'f> {
    formula: &'f Formula,
    at: (i32, i32),
    parent: Option<(i32, i32)>,
}

/// Draws the tree. Only the root was ever taught; what the network believes of the parts follows from that.
pub fn draw(path: &Path, formula: &Formula, network: &TreeNetwork) -> Drawn {
    let (mut places, mut column, mut deepest) = (Vec::new(), 0, 0);
    layout(formula, 0, &mut column, &mut deepest, &mut places);
    let size = ((2 * EDGE + column * COLUMN).max(640), TOP + (deepest + 1) * ROW);
    write(path, (size.0 as u32, size.1 as u32), |sheet| {
        text(sheet, "the formula, and the belief that each part is true", (16, 16), 1, INK)?;
        let green = RGBColor(30, 130, 60);
        text(sheet, "green where the truth is 1, red where it is 0", (16, 34), 1, green)?;
        for Place { at, parent, .. } in &places {
            if let Some(parent) = parent {
                sheet.draw(&PathElement::new([*parent, *at], PALE))?;
            }
        }
        places.iter().try_for_each(|place| node(sheet, place, network))
    })
}

/// Gives each part its place: leaves side by side, others above the middle of their parts. Returns the place of the root.
fn layout<'f>(
    formula: &'f Formula,
    depth: i32,
    column: &mut i32,
    deepest: &mut i32,
    places: &mut Vec<Place<'f>>,
) -> (i32, i32) {
    *deepest = (*deepest).max(depth);
    let first = places.len();
    let below: Vec<(i32, i32)> =
        formula.parts().into_iter().map(|part| layout(part, depth + 1, column, deepest, places)).collect();
    let x = match below.as_slice() {
        [] => {
            *column += 1;
            EDGE + (*column - 1) * COLUMN + COLUMN / 2
        }
        parts => parts.iter().map(|(x, _)| x).sum::<i32>() / parts.len() as i32,
    };
    let at = (x, TOP + depth * ROW + 16);
    for place in places[first..].iter_mut().filter(|place| place.parent.is_none()) {
        place.parent = Some(at);
    }
    places.push(Place { formula, at, parent: None });
    at
}

fn node(sheet: &Area<'_>, place: &Place<'_>, network: &TreeNetwork) -> Drawn {
    let (x, y) = place.at;
    let belief = network.belief(place.formula);
    let color = if place.formula.truth() { RGBColor(30, 130, 60) } else { RGBColor(200, 40, 40) };
    let (sign, sure) = (place.formula.sign(), format!("{belief:.2}"));
    let wide = width(sign, 1).max(width(&sure, 1)) + 8;
    block(sheet, (x - wide / 2, y - 14), (wide, 30), color)?;
    block(sheet, (x - wide / 2 + 1, y - 13), (wide - 2, 28), RGBColor(255, 255, 255))?;
    text(sheet, sign, (x - width(sign, 1) / 2, y - 10), 1, INK)?;
    text(sheet, &sure, (x - width(&sure, 1) / 2, y + 3), 1, color)
}
