//! The picture: a panel for each schedule.

use crate::Curve;
use autograd_examples_support::curve;
use autograd_examples_support::picture::{Drawn, INK, text, write};
use std::path::Path;

const COLUMNS: usize = 3;
/// The width and height of a panel.
const PANEL: (u32, u32) = (460, 250);

/// The height of the line above all panels.
const HEAD: u32 = 44;

/// Draws all schedules side by side.
pub fn draw(path: &Path, curves: &[Curve], lr: f64) -> Drawn {
    let rows = curves.len().div_ceil(COLUMNS);
    write(path, (PANEL.0 * COLUMNS as u32, HEAD + PANEL.1 * rows as u32), |sheet| {
        let (head, panels) = sheet.split_vertically(HEAD);
        text(&head, &format!("learning rate in each step, from a base rate of {lr}"), (20, 20), 2, INK)?;
        let panels = panels.split_evenly((rows, COLUMNS));
        panels.iter().zip(curves).try_for_each(|(panel, Curve { name, lrs })| curve::linear(panel, name, lrs))
    })
}
