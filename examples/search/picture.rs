//! The picture: validation accuracy over each setting, and how the best so far grows with the cost.

use crate::Way;
use autograd::optim::search::{Dimension, Settings, Space, Value};
use autograd_examples_support::axes::{Panel, Scale};
use autograd_examples_support::picture::{Area, Drawn, INK, LINE, RIGHT, block, text, write};
use plotters::style::{Color, RGBColor};
use std::path::Path;

const WIDTH: i32 = 1320;
const HEIGHT: i32 = 1080;
/// Panels in a row, their distance, and the size of one.
const COLUMNS: i32 = 3;
const CELL: (i32, i32) = (430, 350);
const PANEL: (i32, i32) = (350, 280);
const FIRST: (i32, i32) = (70, 76);
/// Grid, random, halving.
const COLORS: [RGBColor; 3] = [RGBColor(230, 97, 1), LINE, RIGHT];

pub fn draw(path: &Path, space: &Space, ways: &[Way]) -> Drawn {
    write(path, (WIDTH as u32, HEIGHT as u32), |sheet| {
        text(sheet, "validation accuracy over each setting: grid and random, first seed", (FIRST.0, 16), 2, INK)?;
        for (i, (name, dimension)) in space.dimensions().enumerate() {
            let (column, row) = (i as i32 % COLUMNS, i as i32 / COLUMNS);
            let corner = (FIRST.0 + column * CELL.0, FIRST.1 + row * CELL.1);
            setting(sheet, corner, name, dimension, &ways[..2])?;
        }
        let top = FIRST.1 + 2 * CELL.1;
        growth(sheet, (FIRST.0, top), (PANEL.0 + CELL.0, PANEL.1), ways)?;
        legend(sheet, (FIRST.0 + 2 * CELL.0, top), ways)
    })
}

/// The highest accuracy that a scale needs to show.
fn ceiling(ways: &[Way]) -> f64 {
    let best = ways.iter().flat_map(|way| &way.found).map(|found| found.outcome.best().score()).fold(0.5, f64::max);
    1.0 - 0.8 * (1.0 - best).max(1e-3)
}

/// Where a value lies on the axis of its setting.
fn place(dimension: &Dimension, settings: &Settings, name: &str) -> f64 {
    match dimension {
        Dimension::Choice(values) => {
            values.iter().position(|value| Some(value) == settings.get(name)).unwrap_or(0) as f64
        }
        _ => settings.real(name),
    }
}

fn setting(sheet: &Area<'_>, corner: (i32, i32), name: &str, dimension: &Dimension, ways: &[Way]) -> Drawn {
    let across = match dimension {
        Dimension::Uniform(range) => Scale::linear(*range.start(), *range.end()),
        Dimension::LogUniform(range) => Scale::logarithmic(*range.start(), *range.end()),
        Dimension::Integer(range) => Scale::linear(*range.start() as f64, *range.end() as f64),
        Dimension::LogInteger(range) => Scale::logarithmic(*range.start() as f64, *range.end() as f64),
        Dimension::Choice(values) => {
            let names: Vec<String> = values.iter().map(Value::to_string).collect();
            Scale::names(&names.iter().map(String::as_str).collect::<Vec<_>>())
        }
    };
    let panel = Panel::new(sheet, name, corner, PANEL, [across, Scale::towards_one(0.0, ceiling(ways))])?;
    for (way, color) in ways.iter().zip(COLORS).rev() {
        let outcome = &way.found[0].outcome;
        let point = |settings: &Settings, score: f64| {
            (place(dimension, settings, name), if score.is_nan() { 0.0 } else { score })
        };
        let points = outcome.trials().iter().map(|trial| point(&trial.settings, trial.score()));
        panel.dots(points, 3, color.mix(0.6).filled())?;
    }
    for (way, color) in ways.iter().zip(COLORS) {
        let best = way.found[0].outcome.best();
        panel.dots([(place(dimension, &best.settings, name), best.score())], 8, color.stroke_width(2))?;
    }
    Ok(())
}

/// The best so far over the cost: each seed pale, the mean dark.
fn growth(sheet: &Area<'_>, corner: (i32, i32), size: (i32, i32), ways: &[Way]) -> Drawn {
    let curves: Vec<Vec<Vec<(usize, f64)>>> =
        ways.iter().map(|way| way.found.iter().map(|found| found.outcome.best_so_far()).collect()).collect();
    let costs = || curves.iter().flatten().flatten().map(|&(cost, _)| cost as f64);
    let (first, last) = (costs().fold(f64::INFINITY, f64::min), costs().fold(0.0, f64::max));
    let scales = [Scale::logarithmic(first, last.max(first * 2.0)), Scale::towards_one(0.5, ceiling(ways))];
    let panel = Panel::new(sheet, "best validation accuracy so far over epochs spent", corner, size, scales)?;
    for (curves, color) in curves.iter().zip(COLORS) {
        for curve in curves {
            panel
                .line(steps(curve.iter().map(|&(cost, best)| (cost as f64, best))), color.mix(0.25).stroke_width(1))?;
        }
    }
    for (curves, color) in curves.iter().zip(COLORS) {
        // Where the last seed has its first score, the mean begins.
        let begin = curves.iter().map(|curve| curve[0].0).max().unwrap_or(0);
        let mut costs: Vec<usize> =
            curves.iter().flatten().map(|&(cost, _)| cost).filter(|&cost| cost >= begin).collect();
        costs.sort_unstable();
        costs.dedup();
        let best_at = |curve: &[(usize, f64)], cost| curve[curve.partition_point(|point| point.0 <= cost) - 1].1;
        let mean = |cost| curves.iter().map(|curve| best_at(curve, cost)).sum::<f64>() / curves.len() as f64;
        panel.line(steps(costs.into_iter().map(|cost| (cost as f64, mean(cost)))), color.stroke_width(3))?;
    }
    Ok(())
}

/// A line that is level from each point to the next.
fn steps(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (x, y) in points {
        if let Some(&(_, before)) = line.last() {
            line.push((x, before));
        }
        line.push((x, y));
    }
    line
}

fn legend(sheet: &Area<'_>, (left, top): (i32, i32), ways: &[Way]) -> Drawn {
    text(sheet, &format!("mean of {} seeds", ways[0].found.len()), (left, top - 24), 2, INK)?;
    text(sheet, "trials  validation  test", (left + 130, top + 16), 1, INK)?;
    for (i, (way, color)) in ways.iter().zip(COLORS).enumerate() {
        let y = top + 40 + 36 * i as i32;
        block(sheet, (left, y), (16, 16), color)?;
        text(sheet, way.name, (left + 26, y + 4), 1, INK)?;
        let mean = |score: &dyn Fn(usize) -> f64| (0..way.found.len()).map(score).sum::<f64>() / way.found.len() as f64;
        let validation = mean(&|i| way.found[i].outcome.best().score());
        let test = mean(&|i| way.found[i].test);
        text(sheet, &format!("{:>6}  {validation:>10.4}  {test:.4}", way.plan.trials()), (left + 130, y + 4), 1, INK)?;
    }
    text(sheet, "circles: the best trial of the first seed", (left, top + 164), 1, INK)?;
    text(sheet, "axes: what is missing to 1, logarithmic", (left, top + 184), 1, INK)
}
