//! Axes: panels with a scale on each side, for dots and lines.

use crate::picture::{Area, Drawn, INK, LETTER, PALE, text, width};
use plotters::prelude::*;

/// Which values an axis shows, and how they are spread over it.
pub struct Scale {
    low: f64,
    high: f64,
    /// What lies at equal distances on the axis.
    warp: fn(f64) -> f64,
    ticks: Vec<(f64, String)>,
}

impl Scale {
    /// Values at equal distances.
    pub fn linear(low: f64, high: f64) -> Self {
        let rough = (high - low) / 5.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|&step| step >= rough);
        let step = step.unwrap_or(rough);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let first = (low / step).ceil() as i64;
        let ticks = (first..).map(|i| i as f64 * step).take_while(|&x| x <= high + step * 1e-9);
        let ticks = ticks.map(|x| (x, format!("{x:.decimals$}"))).collect();
        Scale { low, high, warp: |x| x, ticks }
    }

    /// Powers of ten at equal distances, for values above 0.
    pub fn logarithmic(low: f64, high: f64) -> Self {
        let decades = (high / low).log10();
        let factors: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let powers = (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
        let ticks = powers.flat_map(|power| factors.iter().map(move |factor| (factor * 10f64.powi(power), power)));
        let inside = ticks.filter(|(x, _)| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(x));
        let label = |x: f64, power| if (-2..=4).contains(&power) { plain(x) } else { format!("{x:.0e}") };
        Scale { low, high, warp: f64::ln, ticks: inside.map(|(x, power)| (x, label(x, power))).collect() }
    }

    /// Shares near 1, such as accuracies: what is missing to 1 is shown as on a logarithmic axis, so that 0.98 and 0.99 lie as far apart as
    /// 0.8 and 0.9.
    pub fn towards_one(low: f64, high: f64) -> Self {
        let marks = [0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];
        let ticks = marks.into_iter().filter(|mark| (low..=high).contains(mark)).map(|mark| (mark, plain(mark)));
        Scale { low, high, warp: |x| -(1.0 - x).ln(), ticks: ticks.collect() }
    }

    /// Names at equal distances; the first is at 0, the next at 1.
    pub fn names(names: &[&str]) -> Self {
        let ticks = names.iter().enumerate().map(|(i, name)| (i as f64, (*name).to_owned())).collect();
        Scale { low: -0.5, high: names.len() as f64 - 0.5, warp: |x| x, ticks }
    }

    /// Where a value lies, from 0 to 1; what is off the scale at its end.
    fn share(&self, x: f64) -> f64 {
        let [low, high, x] = [self.low, self.high, x.clamp(self.low, self.high)].map(self.warp);
        (x - low) / (high - low)
    }
}

/// A number without zeros at its end.
fn plain(x: f64) -> String {
    let text = format!("{x:.4}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A frame with a title and a scale on each side.
pub struct Panel<'a, 'b> {
    area: &'a Area<'b>,
    corner: (i32, i32),
    size: (i32, i32),
    x: Scale,
    y: Scale,
}

impl<'a, 'b> Panel<'a, 'b> {
    /// Draws the frame: its corner is the upper left one, without title and labels, which need 28 pixels above, 56 to the left, 24 below.
    ///
    /// # Errors
    /// If the backend fails.
    pub fn new(
        area: &'a Area<'b>,
        title: &str,
        corner: (i32, i32),
        size: (i32, i32),
        [x, y]: [Scale; 2],
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let panel = Panel { area, corner, size, x, y };
        text(area, title, (corner.0, corner.1 - 24), 2, INK)?;
        let (left, top, right, bottom) = (corner.0, corner.1, corner.0 + size.0, corner.1 + size.1);
        for (value, label) in &panel.x.ticks {
            let x = panel.across(*value);
            area.draw(&PathElement::new([(x, top), (x, bottom)], PALE))?;
            text(area, label, (x - width(label, 1) / 2, bottom + 8), 1, INK)?;
        }
        for (value, label) in &panel.y.ticks {
            let y = panel.down(*value);
            area.draw(&PathElement::new([(left, y), (right, y)], PALE))?;
            text(area, label, (left - 8 - width(label, 1), y - LETTER / 2), 1, INK)?;
        }
        area.draw(&Rectangle::new([(left, top), (right, bottom)], INK))?;
        Ok(panel)
    }

    /// A dot at each point.
    ///
    /// # Errors
    /// If the backend fails.
    pub fn dots(&self, points: impl IntoIterator<Item = (f64, f64)>, radius: i32, style: ShapeStyle) -> Drawn {
        for (x, y) in points {
            self.area.draw(&Circle::new((self.across(x), self.down(y)), radius, style))?;
        }
        Ok(())
    }

    /// A line from point to point.
    ///
    /// # Errors
    /// If the backend fails.
    pub fn line(&self, points: impl IntoIterator<Item = (f64, f64)>, style: ShapeStyle) -> Drawn {
        let points: Vec<(i32, i32)> = points.into_iter().map(|(x, y)| (self.across(x), self.down(y))).collect();
        self.area.draw(&PathElement::new(points, style))?;
        Ok(())
    }

    fn across(&self, x: f64) -> i32 {
        self.corner.0 + (self.x.share(x) * f64::from(self.size.0)).round() as i32
    }

    fn down(&self, y: f64) -> i32 {
        self.corner.1 + ((1.0 - self.y.share(y)) * f64::from(self.size.1)).round() as i32
    }
}
