//! The picture: the return of each episode, what the agent does where, and how it brings a leaning pole upright.

use crate::cart_pole::{HALF_LENGTH, MAX_ANGLE, MAX_POSITION, MAX_STEPS, State, TIME_STEP};
use crate::model::Mlp;
use autograd_examples_support::axes::{Panel, Scale};
use autograd_examples_support::picture::{Area, Drawn, INK, LINE, PALE, WRONG, block, text, width, write};
use plotters::prelude::*;
use std::path::Path;

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 640;
/// Episodes of the running mean.
const MEAN_OF: usize = 20;
/// Cells of the map in each direction, and the size of one.
const CELLS: i32 = 75;
const CELL: i32 = 4;
/// The largest angular velocity on the map, in radians per second.
const FASTEST: f64 = 2.5;
/// States of an episode on the map: later ones lie on each other.
const FIRST: usize = 51;
/// When the cart is drawn, in seconds.
const MOMENTS: [f64; 8] = [0.0, 0.1, 0.2, 0.3, 0.5, 1.0, 3.0, 10.0];
/// Pixels of a metre there.
const METRE: f64 = 84.0;
const DARK: RGBColor = RGBColor(60, 60, 60);

/// Draws what has been learnt: the network, and the returns on the way to it.
pub fn draw(path: &Path, returns: &[f64], network: &Mlp) -> Drawn {
    // A start that is harder than those of the training.
    let states = &network.play(&[State { angle: 0.6 * MAX_ANGLE, ..State::default() }])[0];
    write(path, (WIDTH, HEIGHT), |sheet| {
        learning(sheet, returns)?;
        map(sheet, network, states)?;
        over_time(sheet, states)?;
        strip(sheet, states)
    })
}

fn learning(area: &Area<'_>, returns: &[f64]) -> Drawn {
    let scales = [Scale::linear(0.0, returns.len().max(2) as f64), Scale::linear(0.0, MAX_STEPS as f64)];
    let panel = Panel::new(area, "return of each episode", (64, 48), (380, 300), scales)?;
    let each = returns.iter().enumerate().map(|(i, &sum)| ((i + 1) as f64, sum));
    panel.dots(each, 2, PALE.filled())?;
    let mean = |i: usize| {
        let recent = &returns[(i + 1).saturating_sub(MEAN_OF)..=i];
        ((i + 1) as f64, recent.iter().sum::<f64>() / recent.len() as f64)
    };
    panel.line((0..returns.len()).map(mean), LINE.stroke_width(2))?;
    text(area, &format!("episode; the line is the mean of {MEAN_OF}"), (116, 378), 1, INK)
}

/// What the agent does with the cart at rest in the middle, by how the pole stands and moves.
fn map(area: &Area<'_>, network: &Mlp, states: &[State]) -> Drawn {
    let (corner, size) = ((528, 48), CELLS * CELL);
    let at = |cell: i32| (f64::from(cell) + 0.5) / f64::from(CELLS) * 2.0 - 1.0;
    let places: Vec<(i32, i32)> = (0..CELLS * CELLS).map(|i| (i % CELLS, i / CELLS)).collect();
    let lean = |&(x, y): &(i32, i32)| State {
        angle: MAX_ANGLE * at(x),
        angular_velocity: FASTEST * at(CELLS - 1 - y),
        ..State::default()
    };
    let shown: Vec<State> = places.iter().map(lean).collect();
    let scores = network.of(shown.iter()).to_vec();
    let differences: Vec<f64> = scores.chunks(2).map(|pair| f64::from(pair[1] - pair[0])).collect();
    let usual = differences.iter().map(|difference| difference.abs()).sum::<f64>() / differences.len() as f64;

    let degrees = |radians: f64| radians.to_degrees();
    let scales = [MAX_ANGLE, FASTEST].map(|most| Scale::linear(-degrees(most), degrees(most)));
    let panel = Panel::new(area, "push", corner, (size, size), scales)?;
    let below = corner.1 - 24;
    let mut x = corner.0 + width("push ", 2);
    for (word, color) in [("left", WRONG), (" or ", INK), ("right", LINE)] {
        text(area, word, (x, below), 2, color)?;
        x += width(word, 2);
    }
    for ((x, y), difference) in places.into_iter().zip(differences) {
        let place = (corner.0 + x * CELL, corner.1 + y * CELL);
        block(area, place, (CELL, CELL), between_colors((difference / usual.max(1e-9)).tanh()))?;
    }
    let path = states.iter().take(FIRST).map(|state| (degrees(state.angle), degrees(state.angular_velocity)));
    let start = path.clone().take(1);
    panel.line(path, INK.stroke_width(1))?;
    panel.dots(start, 4, INK.filled())?;
    text(area, "pole in degrees, and degrees per second", (corner.0 - 6, 378), 1, INK)?;
    text(area, "the line is the first second of an episode", (corner.0 - 18, 394), 1, INK)
}

/// From left at -1 over white to right at 1.
fn between_colors(share: f64) -> RGBColor {
    let end = if share < 0.0 { WRONG } else { LINE };
    let mix = |end: u8| (255.0 + (f64::from(end) - 255.0) * share.abs() * 0.8) as u8;
    RGBColor(mix(end.0), mix(end.1), mix(end.2))
}

fn over_time(area: &Area<'_>, states: &[State]) -> Drawn {
    let time = |step: usize| step as f64 * TIME_STEP;
    let last = time(MAX_STEPS);
    let most = MAX_ANGLE.to_degrees();
    let scales = [Scale::linear(0.0, last), Scale::linear(-most, most)];
    let panel = Panel::new(area, "pole in degrees", (896, 48), (350, 120), scales)?;
    let points = |of: fn(&State) -> f64| states.iter().enumerate().map(move |(i, state)| (time(i), of(state)));
    panel.line(points(|state| state.angle.to_degrees()), LINE.stroke_width(2))?;
    let scales = [Scale::linear(0.0, last), Scale::linear(-MAX_POSITION, MAX_POSITION)];
    let panel = Panel::new(area, "cart in metres", (896, 228), (350, 120), scales)?;
    panel.line(points(|state| state.position), LINE.stroke_width(2))?;
    text(area, "seconds", (1043, 378), 1, INK)
}

/// The cart at some moments, always in the middle of its cell; the marks on the track are half a metre apart.
fn strip(area: &Area<'_>, states: &[State]) -> Drawn {
    let start = states[0].angle.to_degrees();
    text(area, &format!("begun with the pole at {start:.0} degrees"), (40, 424), 2, INK)?;
    for (column, seconds) in MOMENTS.into_iter().enumerate() {
        let step = (seconds / TIME_STEP).round() as usize;
        let Some(state) = states.get(step) else { break };
        cart(area, state, (40 + column as i32 * 150, 572))?;
        let caption = format!("{seconds:.1} s {:+.0} cm", 100.0 * state.position);
        text(area, &caption, (40 + column as i32 * 150 + 70 - width(&caption, 1) / 2, 604), 1, INK)?;
    }
    Ok(())
}

/// A cart on its track, 140 pixels wide from the corner on the left.
fn cart(area: &Area<'_>, state: &State, (left, ground): (i32, i32)) -> Drawn {
    let pixels = |metres: f64| (metres * METRE).round() as i32;
    let middle = left + 70;
    area.draw(&PathElement::new([(left, ground), (left + 140, ground)], PALE.stroke_width(2)))?;
    for mark in -5..=5 {
        let x = middle + pixels(f64::from(mark) * 0.5 - state.position);
        if (left..=left + 140).contains(&x) {
            // The middle of the track is marked more.
            let (depth, color) = if mark == 0 { (12, INK) } else { (6, PALE) };
            area.draw(&PathElement::new([(x, ground), (x, ground + depth)], color.stroke_width(2)))?;
        }
    }
    let hinge = (middle, ground - 20);
    let top = 2.0 * HALF_LENGTH;
    let tip = (hinge.0 + pixels(top * state.angle.sin()), hinge.1 - pixels(top * state.angle.cos()));
    block(area, (middle - 22, ground - 20), (44, 14), DARK)?;
    for x in [middle - 13, middle + 13] {
        area.draw(&Circle::new((x, ground - 5), 5, INK.filled()))?;
    }
    area.draw(&PathElement::new([hinge, tip], WRONG.stroke_width(5)))?;
    area.draw(&Circle::new(hinge, 4, INK.filled()))?;
    Ok(())
}
