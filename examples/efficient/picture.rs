//! The picture: what each way of making the network small costs in accuracy.

use crate::{BITS, SHARES, STUDENTS};
use autograd_examples_support::axes::{Panel, Scale};
use autograd_examples_support::picture::{Area, Drawn, INK, LINE, PALE, RIGHT, WRONG, text, width, write};
use plotters::style::{Color, RGBColor};
use std::path::Path;

const WIDTH: u32 = 1290;
const HEIGHT: u32 = 420;
/// The size of a panel, and where it begins.
const SIZE: (i32, i32) = (350, 290);
const TOP: i32 = 60;

/// Test accuracies.
pub struct Results<'a> {
    /// Of the large network as it was trained.
    pub full: f64,
    /// Without each of the shares of its weights.
    pub pruned: &'a [f64],
    /// With weights of each number of bits.
    pub quantized: &'a [f64],
    /// Of each student, alone and taught.
    pub students: &'a [[f64; 2]],
}

/// Draws the three ways side by side.
pub fn draw(path: &Path, results: &Results<'_>) -> Drawn {
    write(path, (WIDTH, HEIGHT), |sheet| {
        let all = results.pruned.iter().chain(results.quantized).chain(results.students.iter().flatten());
        let lowest = all.copied().fold(1.0, f64::min).clamp(0.0, 0.98);
        let of = |students: usize| results.students.iter().map(|pair| pair[students]).collect::<Vec<_>>();

        let shares = SHARES.iter().map(|share| format!("{:.0}", share * 100.0)).collect::<Vec<_>>();
        let bits = BITS.iter().map(u32::to_string).collect::<Vec<_>>();
        let units = STUDENTS.iter().map(usize::to_string).collect::<Vec<_>>();
        let panels: [(&str, &str, &[String], Vec<(Vec<f64>, RGBColor)>); 3] = [
            ("pruning", "% of the weights taken away", &shares, vec![(results.pruned.to_vec(), LINE)]),
            ("quantisation", "bits of a weight", &bits, vec![(results.quantized.to_vec(), LINE)]),
            ("distillation", "hidden units of the student", &units, vec![(of(0), WRONG), (of(1), RIGHT)]),
        ];
        for (i, (title, below, labels, curves)) in panels.into_iter().enumerate() {
            let left = 64 + i as i32 * (SIZE.0 + 74);
            panel(sheet, (title, below), left, labels, &curves, (lowest, results.full))?;
        }
        let left = 64 + 2 * (SIZE.0 + 74);
        text(sheet, "alone", (left + 214, TOP + SIZE.1 - 48), 1, WRONG)?;
        text(sheet, "taught by the large one", (left + 150, TOP + SIZE.1 - 30), 1, RIGHT)
    })
}

/// One way: a curve over what it varies, and a line where the network began.
fn panel(
    area: &Area<'_>,
    (title, below): (&str, &str),
    left: i32,
    labels: &[String],
    curves: &[(Vec<f64>, RGBColor)],
    (lowest, full): (f64, f64),
) -> Drawn {
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let scales = [Scale::names(&labels), Scale::towards_one(lowest, 0.995)];
    let panel = Panel::new(area, title, (left, TOP), SIZE, scales)?;
    text(area, below, (left + (SIZE.0 - width(below, 1)) / 2, TOP + SIZE.1 + 28), 1, INK)?;
    panel.line([(-0.5, full), (labels.len() as f64 - 0.5, full)], PALE.stroke_width(3))?;
    for (values, color) in curves {
        let points = || values.iter().enumerate().map(|(i, &value)| (i as f64, value));
        panel.line(points(), color.stroke_width(2))?;
        panel.dots(points(), 4, color.filled())?;
    }
    Ok(())
}
