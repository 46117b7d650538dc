//! Progress bars for long work, and what an epoch of it came to.

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;

/// A bar of `len` pieces of work, named by `prefix`; its end shows how many `unit` are done in a second.
pub fn bar(prefix: String, len: usize, unit: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len}  {msg}  {rate}");
    let style =
        style.expect("the template is fixed").with_key("rate", move |state: &ProgressState, out: &mut dyn Write| {
            // What cannot be written to the bar is not worth stopping for.
            let _ = write!(out, "{:.0} {unit}/s", state.per_sec());
        });
    ProgressBar::new(len as u64).with_style(style).with_prefix(prefix)
}

/// An epoch of learning: a bar while it runs, a line of text when it is over.
pub struct Epoch {
    number: usize,
    bar: ProgressBar,
    unit: &'static str,
    losses: Vec<f32>,
}

impl Epoch {
    /// Epoch `number` of `all`, in which `items` are learnt from; a rate counts them in `unit`.
    pub fn new(number: usize, all: usize, items: usize, unit: &'static str) -> Self {
        let bar = bar(format!("epoch {number}/{all}"), items, unit);
        Epoch { number, bar, unit, losses: Vec::new() }
    }

    /// A step had this loss, of so many items.
    pub fn step(&mut self, loss: f32, items: usize) {
        self.losses.push(loss);
        self.bar.set_message(format!("loss {loss:.4}"));
        self.bar.inc(items as u64);
    }

    /// Takes the bar away, and says what the mean loss was and how many items were learnt from in a second.
    pub fn end(self) -> String {
        let rate = self.bar.position() as f64 / self.bar.elapsed().as_secs_f64();
        self.bar.finish_and_clear();
        let loss = self.losses.iter().sum::<f32>() / self.losses.len() as f32;
        format!("epoch {:>2}  loss {loss:.4}  {rate:.0} {}/s", self.number, self.unit)
    }
}
