//! The picture: how the loss fell, what is lost without some pixels, the filters, and rows of maps over digits.

use crate::model::FIELD;
use autograd::Tensor;
use autograd_examples_support::axes::{Panel, Scale};
use autograd_examples_support::curve;
use autograd_examples_support::digits::{PIXELS, SIZE};
use autograd_examples_support::picture::{
    Area, Drawn, INK, LINE, RIGHT, WRONG, grey, image, light, signed, text, write,
};
use plotters::style::Color;
use std::path::Path;

const WIDTH: u32 = 1240;
const HEIGHT: u32 = 840;
/// Where the rows of images begin, how wide a column is, and the size of a pixel of a digit.
const LEFT: i32 = 600;
const STEP: i32 = 63;
const DOT: i32 = 2;
/// Units that are shown, and parts of digits for each.
pub const UNITS: usize = 10;
pub const PATCHES: usize = 5;
/// The size of a pixel of such a part, and of a filter.
const PATCH_DOT: i32 = 5;
const FILTER_DOT: i32 = 8;

/// The accuracy without each share of the pixels.
pub struct Curve {
    pub name: &'static str,
    pub accuracies: Vec<f64>,
}

/// A digit and the maps over it, of 784 pixels each.
pub struct Column {
    pub image: Vec<f32>,
    pub saliency: Vec<f32>,
    pub guided: Vec<f32>,
    pub occlusion: Vec<f32>,
}

/// What there is to see.
pub struct Sheet<'a> {
    pub losses: &'a [f32],
    pub shares: &'a [f64],
    pub curves: &'a [Curve],
    /// `[filters, 1, 5, 5]`
    pub filters: Tensor,
    pub columns: Vec<Column>,
    /// An image of each class, `[10, 784]`.
    pub classes: Tensor,
    /// For each unit the parts of digits that excite it most.
    pub favourites: Vec<Vec<Vec<f32>>>,
}

/// Draws the curves and filters on the left, the rows on the right.
pub fn draw(path: &Path, sheet: &Sheet<'_>) -> Drawn {
    write(path, (WIDTH, HEIGHT), |area| {
        let (left, _) = area.split_horizontally(480);
        let (upper, _) = left.split_vertically(300);
        curve::logarithmic(&upper, "loss", sheet.losses)?;
        shares(area, sheet)?;
        filters(area, &sheet.filters)?;
        rows(area, sheet)
    })
}

fn shares(area: &Area<'_>, sheet: &Sheet<'_>) -> Drawn {
    let scales = [Scale::linear(0.0, sheet.shares[sheet.shares.len() - 1]), Scale::linear(0.0, 1.0)];
    let panel = Panel::new(area, "accuracy without pixels", (68, 344), (388, 230), scales)?;
    text(area, "share of the pixels that are blanked, first by", (68, 604), 1, INK)?;
    for (i, (curve, color)) in sheet.curves.iter().zip([WRONG, LINE, RIGHT]).enumerate() {
        let points = || sheet.shares.iter().copied().zip(curve.accuracies.iter().copied());
        panel.line(points(), color.stroke_width(2))?;
        panel.dots(points(), 4, color.filled())?;
        text(area, curve.name, ([68, 152, 356][i], 622), 1, color)?;
    }
    Ok(())
}

fn filters(area: &Area<'_>, filters: &Tensor) -> Drawn {
    text(area, "filters of the first layer", (68, 668), 2, INK)?;
    let [count, side] = [0, 2].map(|axis: usize| filters.shape()[axis]);
    let cell = side as i32 * FILTER_DOT + 8;
    for (i, filter) in filters.to_vec().chunks(side * side).enumerate() {
        let (column, row) = (i % count.div_ceil(2), i / count.div_ceil(2));
        let corner = (68 + column as i32 * cell, 698 + row as i32 * cell);
        pixels(area, filter, side, FILTER_DOT, corner, Colors::Signed)?;
    }
    text(area, "blue: bright pixels excite, red: they inhibit", (68, 806), 1, INK)
}

fn rows(area: &Area<'_>, sheet: &Sheet<'_>) -> Drawn {
    type Map = fn(&Column) -> &[f32];
    let maps: [(&[&str], Map, Colors); 4] = [
        (&["digit"], |column| &column.image, Colors::Grey),
        (&["saliency"], |column| &column.saliency, Colors::Heat),
        (&["guided", "back-", "propagation"], |column| &column.guided, Colors::Signed),
        (&["score lost", "by occlusion"], |column| &column.occlusion, Colors::Heat),
    ];
    text(area, "which pixels the answers rest on", (LEFT, 16), 2, INK)?;
    let mut top = 48;
    for (names, map, colors) in maps {
        label(area, names, top)?;
        for (i, column) in sheet.columns.iter().enumerate() {
            pixels(area, map(column), SIZE, DOT, (LEFT + i as i32 * STEP, top), colors)?;
        }
        top += STEP;
    }
    top += 22;
    text(area, "what the network takes for the best", (LEFT, top), 2, INK)?;
    top += 32;
    label(area, &["image of", "each class"], top)?;
    for (i, image) in sheet.classes.to_vec().chunks(PIXELS).enumerate() {
        let brightest = image.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let image: Vec<f32> = image.iter().map(|pixel| pixel / brightest).collect();
        pixels(area, &image, SIZE, DOT, (LEFT + i as i32 * STEP, top), Colors::Grey)?;
    }
    top += STEP + 22;
    text(area, "what excites ten units most", (LEFT, top), 2, INK)?;
    top += 32;
    label(area, &["parts of", "test digits,", "a column for", "each unit"], top)?;
    for (i, patches) in sheet.favourites.iter().enumerate() {
        for (rank, patch) in patches.iter().enumerate() {
            let below = rank as i32 * (FIELD as i32 * PATCH_DOT + 4);
            pixels(area, patch, FIELD, PATCH_DOT, (LEFT + i as i32 * STEP, top + below), Colors::Grey)?;
        }
    }
    Ok(())
}

/// The name of a row, beside it.
fn label(area: &Area<'_>, lines: &[&str], top: i32) -> Drawn {
    lines.iter().enumerate().try_for_each(|(i, line)| text(area, line, (496, top + 16 + i as i32 * 12), 1, INK))
}

/// What a value looks like.
#[derive(Clone, Copy)]
enum Colors {
    /// From black at 0 to white at 1.
    Grey,
    /// From black at 0, or below, over red to yellow at the largest one.
    Heat,
    /// White at 0, blue above and red below.
    Signed,
}

/// A square of values.
fn pixels(area: &Area<'_>, values: &[f32], side: usize, dot: i32, corner: (i32, i32), colors: Colors) -> Drawn {
    let largest = values.iter().map(|value| value.abs()).fold(f32::MIN_POSITIVE, f32::max);
    let color = |value: &f32| match (colors, value / largest) {
        (Colors::Grey, _) => grey(*value),
        (Colors::Heat, share) => light([2.0 * share, 2.0 * share - 1.0, 0.0]),
        (Colors::Signed, share) => signed(share),
    };
    image(area, values.iter().map(color), side, dot, corner)
}
