//! Progress bars for long work.

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
