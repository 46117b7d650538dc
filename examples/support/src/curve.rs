//! Curves over the steps of a training.

use crate::picture::{Area, Drawn, INK, LETTER, LINE, PALE, text, width};
use plotters::prelude::*;

/// Where the curve begins, so that its labels fit.
const LEFT: i32 = 88;

/// A value for each step: each one pale, their running mean dark, on a logarithmic scale.
///
/// # Errors
/// If the backend fails.
pub fn logarithmic(area: &Area<'_>, title: &str, values: &[f32]) -> Drawn {
    text(area, title, (LEFT, 16), 2, INK)?;
    let values: Vec<f32> = values.iter().map(|value| value.max(1e-4)).collect();
    let lowest = values.iter().copied().fold(f32::INFINITY, f32::min).min(1.0);
    let highest = values.iter().copied().fold(1.0, f32::max);
    let bottom = 10f32.powf(lowest.log10().floor());
    let steps = values.len().max(2);
    let mut chart = ChartBuilder::on(area)
        .margin_left(LEFT)
        .margin_top(48)
        .margin_right(24)
        .margin_bottom(56)
        .build_cartesian_2d(0..steps, (bottom..highest.max(2.0 * bottom)).log_scale())?;

    let mut level = bottom;
    while level <= highest {
        chart.draw_series(std::iter::once(PathElement::new([(0, level), (steps, level)], PALE)))?;
        let (_, y) = chart.backend_coord(&(0, level));
        let label = if level < 0.999 { format!("{level:.4}") } else { format!("{level:.0}") };
        let label = if level < 0.999 { label.trim_end_matches('0') } else { &label };
        text(area, label, (LEFT - 8 - width(label, 1), y - LETTER / 2), 1, INK)?;
        level *= 10.0;
    }
    for part in 0..=4 {
        let step = values.len() * part / 4;
        let label = step.to_string();
        let (x, y) = chart.backend_coord(&(step, bottom));
        text(area, &label, (x - area.get_pixel_range().0.start - width(&label, 1) / 2, y + 10), 1, INK)?;
    }
    let (wide, high) = area.dim_in_pixel();
    text(area, "step", ((LEFT + wide as i32 - width("step", 1)) / 2, high as i32 - 20), 1, INK)?;

    chart.draw_series(LineSeries::new(values.iter().copied().enumerate(), PALE))?;
    let mut mean = values.first().copied().unwrap_or(1.0);
    let smooth = values.iter().enumerate().map(|(step, value)| {
        mean += (value - mean) * (2.0 / (step as f32 + 2.0)).max(0.01);
        (step, mean)
    });
    chart.draw_series(LineSeries::new(smooth, LINE.stroke_width(2)))?;
    Ok(())
}
