//! Text as data: characters as numbers, streams of a long text, lines.

mod lines;
mod streams;
mod vocabulary;

pub use lines::{Lines, collate_lines};
pub use streams::{TextStreams, split_text};
pub use vocabulary::Vocabulary;
