//! A stand-in for CIFAR-10 where it is not at hand: ten kinds of figures in random colours, places and sizes, under noise.

use autograd::Generator;
use autograd::nn::data::{DataError, LabelledImages};

/// What the labels stand for.
pub const CLASSES: [&str; 10] =
    ["disc", "square", "triangle", "ring", "cross", "bars", "columns", "checks", "diagonals", "dots"];

const SIDE: usize = 32;

/// `n` images, of each class as many as of the others.
pub fn images(n: usize, generator: &mut Generator) -> Result<LabelledImages, DataError> {
    let labels: Vec<u8> = (0..n).map(|i| (i % CLASSES.len()) as u8).collect();
    let pixels = labels.iter().flat_map(|&label| image(usize::from(label), generator)).collect();
    LabelledImages::new([3, SIDE, SIDE], pixels, labels, CLASSES.len())
}

fn image(class: usize, generator: &mut Generator) -> Vec<u8> {
    let mut between = |low: f64, high: f64| low + (high - low) * generator.unit();
    let (radius, x, y) = (between(6.0, 11.0), between(11.0, 21.0), between(11.0, 21.0));
    let period = between(5.0, 8.0);
    let ground = [(); 3].map(|()| between(0.0, 255.0));
    // As bright in one channel as to be seen, in the others by chance.
    let shift = if ground[0] + ground[1] + ground[2] > 382.0 { -1.0 } else { 1.0 };
    let figure = ground.map(|ground| ground + shift * between(60.0, 160.0));
    let phase = between(0.0, period);
    let mut pixels = vec![0; 3 * SIDE * SIDE];
    for row in 0..SIDE {
        for column in 0..SIDE {
            let (dx, dy) = (column as f64 - x, row as f64 - y);
            let inside = covers(class, (dx, dy), radius, period, phase);
            for channel in 0..3 {
                let value = if inside { figure[channel] } else { ground[channel] } + 30.0 * generator.standard_normal();
                pixels[(channel * SIDE + row) * SIDE + column] = value.clamp(0.0, 255.0) as u8;
            }
        }
    }
    pixels
}

/// Whether the figure of a class covers the place at this distance from its middle.
fn covers(class: usize, (dx, dy): (f64, f64), radius: f64, period: f64, phase: f64) -> bool {
    let distance = dx.hypot(dy);
    let within = dx.abs() <= radius && dy.abs() <= radius;
    let on = |x: f64| (x + phase).rem_euclid(period) < period / 2.0;
    match CLASSES[class] {
        "disc" => distance <= radius,
        "square" => within,
        "triangle" => within && dx.abs() <= (dy + radius) / 2.0,
        "ring" => distance <= radius && distance >= 0.55 * radius,
        "cross" => within && (dx.abs() <= radius / 3.0 || dy.abs() <= radius / 3.0),
        "bars" => within && on(dy),
        "columns" => within && on(dx),
        "checks" => within && on(dx) != on(dy),
        "diagonals" => within && on((dx + dy) / 1.4),
        _ => within && on(dx) && on(dy),
    }
}
