//! Curves over the steps of a training.

use crate::picture::{Area, Drawn, INK, LETTER, LINE, PALE, text, width};
use plotters::prelude::*;
use std::ops::Range;

/// Where the curve begins, so that its labels fit.
const LEFT: i32 = 68;

/// A value for each step: each one pale, their running mean dark, on a logarithmic scale.
///
/// # Errors
/// If the backend fails.
pub fn logarithmic(area: &Area<'_>, title: &str, values: &[f32]) -> Drawn {
    let values: Vec<f64> = values.iter().map(|&value| f64::from(value.max(1e-4)).log10()).collect();
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min).floor();
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max).max(lowest + 2f64.log10());
    let (lowest, highest) = if values.is_empty() { (-1.0, 0.0) } else { (lowest, highest) };
    // Few powers of ten are too few labels.
    let factors: &[f64] = if highest - lowest < 2.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let levels = (lowest as i32..=highest.floor() as i32)
        .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)))
        .map(|level| (level.log10(), number(level)))
        .filter(|(level, _)| *level <= highest);
    let mut mean = values.first().map_or(1.0, |value| 10f64.powf(*value));
    let smooth: Vec<f64> = values
        .iter()
        .enumerate()
        .map(|(step, value)| {
            mean += (10f64.powf(*value) - mean) * (2.0 / (step as f64 + 2.0)).max(0.01);
            mean.log10()
        })
        .collect();
    draw(
        area,
        title,
        lowest..highest,
        levels.collect(),
        [(&values[..], PALE.stroke_width(1)), (&smooth[..], LINE.stroke_width(2))],
    )
}

/// A value for each step, on a scale from 0, or from the lowest one if that is below.
///
/// # Errors
/// If the backend fails.
pub fn linear(area: &Area<'_>, title: &str, values: &[f64]) -> Drawn {
    let lowest = values.iter().copied().fold(0.0, f64::min);
    let highest = values.iter().copied().fold(lowest, f64::max);
    let highest = if highest > lowest { highest } else { lowest + 1.0 };
    let distance = distance((highest - lowest) / 5.0);
    let levels: Vec<(f64, String)> = ((lowest / distance).ceil() as i64
        ..=(highest / distance * (1.0 + 1e-9)).floor() as i64)
        .map(|times| times as f64 * distance)
        .map(|level| (level, number(level)))
        .collect();
    // So that a curve along the upper bound is seen whole.
    let above = (highest - lowest) * 0.02;
    draw(area, title, lowest..highest + above, levels, [(values, LINE.stroke_width(2))])
}

/// The smallest of the numbers 1, 2, 5, 10, 20, .. and 0.5, 0.2, 0.1, .. that is at least `least`.
fn distance(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= least * (1.0 - 1e-9));
    times.unwrap_or(10.0) * power
}

/// A number without the digits that rounding has left.
fn number(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 {
        return format!("{value:.1e}").replace(".0e", "e");
    }
    let digits = format!("{value:.6}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Axes with the labels of some levels and steps, and curves over them.
fn draw<const N: usize>(
    area: &Area<'_>,
    title: &str,
    bounds: Range<f64>,
    levels: Vec<(f64, String)>,
    curves: [(&[f64], ShapeStyle); N],
) -> Drawn {
    let (wide, high) = area.dim_in_pixel();
    let fits = LEFT + width(title, 2) <= wide as i32;
    text(area, title, (LEFT, 16), if fits { 2 } else { 1 }, INK)?;
    let count = curves.iter().map(|(values, _)| values.len()).max().unwrap_or(0);
    let last = count.max(2) - 1;
    let mut chart = ChartBuilder::on(area)
        .margin_left(LEFT)
        .margin_top(48)
        .margin_right(24)
        .margin_bottom(56)
        .build_cartesian_2d(0..last, bounds.clone())?;

    // Where text goes is counted from the corner of the area.
    let (left, top) = (area.get_pixel_range().0.start, area.get_pixel_range().1.start);
    for (level, label) in levels {
        chart.draw_series(std::iter::once(PathElement::new([(0, level), (last, level)], PALE)))?;
        let (_, y) = chart.backend_coord(&(0, level));
        text(area, &label, (LEFT - 8 - width(&label, 1), y - top - LETTER / 2), 1, INK)?;
    }
    for step in (0..=last).step_by((distance(last as f64 / 5.0) as usize).max(1)) {
        let label = step.to_string();
        let (x, y) = chart.backend_coord(&(step, bounds.start));
        text(area, &label, (x - left - width(&label, 1) / 2, y - top + 10), 1, INK)?;
    }
    text(area, "step", ((LEFT + wide as i32 - width("step", 1)) / 2, high as i32 - 20), 1, INK)?;

    for (values, style) in curves {
        chart.draw_series(LineSeries::new(values.iter().copied().enumerate(), style))?;
    }
    Ok(())
}
