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

/// One way to make the network small.
struct Way<'a> {
    title: &'a str,
    /// What is varied, and its values.
    varied: &'a str,
    values: Vec<String>,
    /// Accuracies at these values.
    curves: Vec<(Vec<f64>, RGBColor)>,
}

/// Draws the three ways side by side.
pub fn draw(path: &Path, results: &Results<'_>) -> Drawn {
    let of = |students: usize| results.students.iter().map(|pair| pair[students]).collect::<Vec<_>>();
    let ways = [
        Way {
            title: "pruning",
            varied: "% of the weights taken away",
            values: SHARES.iter().map(|share| format!("{:.0}", share * 100.0)).collect(),
            curves: vec![(results.pruned.to_vec(), LINE)],
        },
        Way {
            title: "quantisation",
            varied: "bits of a weight",
            values: BITS.iter().map(u32::to_string).collect(),
            curves: vec![(results.quantized.to_vec(), LINE)],
        },
        Way {
            title: "distillation",
            varied: "hidden units of the student",
            values: STUDENTS.iter().map(usize::to_string).collect(),
            curves: vec![(of(0), WRONG), (of(1), RIGHT)],
        },
    ];
    let all = ways.iter().flat_map(|way| way.curves.iter().flat_map(|(accuracies, _)| accuracies));
    let lowest = all.copied().fold(1.0, f64::min).clamp(0.0, 0.98);
    write(path, (WIDTH, HEIGHT), |sheet| {
        for (i, way) in ways.iter().enumerate() {
            panel(sheet, way, left(i), (lowest, results.full))?;
        }
        text(sheet, "alone", (left(2) + 214, TOP + SIZE.1 - 48), 1, WRONG)?;
        text(sheet, "taught by the large one", (left(2) + 150, TOP + SIZE.1 - 30), 1, RIGHT)
    })
}

/// Where the panel of a way begins.
fn left(way: usize) -> i32 {
    64 + way as i32 * (SIZE.0 + 74)
}

/// A curve over what is varied, and a line where the network began.
fn panel(area: &Area<'_>, way: &Way<'_>, left: i32, (lowest, full): (f64, f64)) -> Drawn {
    let labels: Vec<&str> = way.values.iter().map(String::as_str).collect();
    let scales = [Scale::names(&labels), Scale::towards_one(lowest, 0.995)];
    let panel = Panel::new(area, way.title, (left, TOP), SIZE, scales)?;
    let below = (left + (SIZE.0 - width(way.varied, 1)) / 2, TOP + SIZE.1 + 28);
    text(area, way.varied, below, 1, INK)?;
    panel.line([(-0.5, full), (labels.len() as f64 - 0.5, full)], PALE.stroke_width(3))?;
    for (accuracies, color) in &way.curves {
        let points = || accuracies.iter().enumerate().map(|(i, &accuracy)| (i as f64, accuracy));
        panel.line(points(), color.stroke_width(2))?;
        panel.dots(points(), 4, color.filled())?;
    }
    Ok(())
}
