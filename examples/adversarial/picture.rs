//! The picture: accuracy over the strength of the attacks, and digits before and after them.

use autograd_examples_support::axes::{Panel, Scale};
use autograd_examples_support::digits::SIZE;
use autograd_examples_support::picture::{
    Area, Drawn, INK, LINE, RIGHT, WRONG, block, grey, image, signed, text, write,
};
use plotters::style::Color;
use std::path::Path;

const WIDTH: u32 = 1240;
const HEIGHT: u32 = 520;
/// The size of a pixel of a digit.
const DOT: i32 = 2;

/// The accuracy of one network under one method, at each strength.
pub struct Curve {
    pub name: &'static str,
    pub attack: &'static str,
    pub values: Vec<f64>,
}

/// A digit, and for each network what the attacker made of it and what the network took that for.
pub struct Specimen {
    pub truth: i64,
    pub image: Vec<f32>,
    pub attacked: [(Vec<f32>, i64); 2],
}

/// Draws the curves on the left, the digits on the right.
pub fn draw(path: &Path, epsilons: &[f64], curves: &[Curve], specimens: &[Specimen]) -> Drawn {
    write(path, (WIDTH, HEIGHT), |sheet| {
        let (left, right) = sheet.split_horizontally(520);
        strengths(&left, epsilons, curves)?;
        gallery(&right, specimens)
    })
}

fn strengths(area: &Area<'_>, epsilons: &[f64], curves: &[Curve]) -> Drawn {
    let scales = [Scale::linear(0.0, epsilons[epsilons.len() - 1]), Scale::linear(0.0, 1.0)];
    let panel = Panel::new(area, "accuracy under attack", (64, 48), (420, 330), scales)?;
    text(area, "how far each pixel may be moved", (150, 408), 1, INK)?;
    for (i, curve) in curves.iter().enumerate() {
        let color = if curve.name == "plain" { WRONG } else { LINE };
        let points = || epsilons.iter().copied().zip(curve.values.iter().copied());
        let one_step = curve.attack == "one step";
        let below = 436 + i as i32 * 18;
        // The weaker attack is the thinner line.
        let style = color.stroke_width(if one_step { 1 } else { 3 });
        panel.line(points(), style)?;
        panel.dots(points(), if one_step { 3 } else { 4 }, color.filled())?;
        block(area, (68, below + 2), (24, if one_step { 1 } else { 4 }), color)?;
        text(area, &format!("{} network, {} attack", curve.name, curve.attack), (104, below), 1, color)?;
    }
    Ok(())
}

/// A column for each digit: as it is, what the attacker adds, and what comes of it, for the plain network and for the hardened one.
fn gallery(area: &Area<'_>, specimens: &[Specimen]) -> Drawn {
    let cell = SIZE as i32 * DOT;
    let names = ["digit", "change", "read as", "change", "read as"];
    let tops = [40, 120, 190, 310, 380];
    text(area, "plain network", (78, tops[1] - 18), 1, WRONG)?;
    text(area, "network that has learnt from attacks", (78, tops[3] - 18), 1, LINE)?;
    for (name, top) in names.iter().zip(tops) {
        text(area, name, (8, top + cell / 2 - 4), 1, INK)?;
    }
    for (column, specimen) in specimens.iter().enumerate() {
        let x = 78 + column as i32 * (cell + 6);
        digit(area, &specimen.image, (x, tops[0]))?;
        for ((changed, answer), rows) in specimen.attacked.iter().zip([[1, 2], [3, 4]]) {
            change(area, &specimen.image, changed, (x, tops[rows[0]]))?;
            digit(area, changed, (x, tops[rows[1]]))?;
            let color = if *answer == specimen.truth { RIGHT } else { WRONG };
            text(area, &answer.to_string(), (x + cell / 2 - 8, tops[rows[1]] + cell + 6), 2, color)?;
        }
    }
    Ok(())
}

fn digit(area: &Area<'_>, pixels: &[f32], corner: (i32, i32)) -> Drawn {
    image(area, pixels.iter().copied().map(grey), SIZE, DOT, corner)
}

/// What is added in blue, what is taken away in red.
fn change(area: &Area<'_>, pixels: &[f32], changed: &[f32], corner: (i32, i32)) -> Drawn {
    let changes = || pixels.iter().zip(changed).map(|(from, to)| to - from);
    let largest = changes().map(f32::abs).fold(f32::MIN_POSITIVE, f32::max);
    image(area, changes().map(|change| signed(change / largest)), SIZE, DOT, corner)
}
