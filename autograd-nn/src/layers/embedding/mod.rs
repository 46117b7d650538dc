//! Tables of vectors.

#[expect(clippy::module_inception, reason = "a layer's file bears its name")]
mod embedding;
mod embedding_bag;
mod table;

pub use embedding_bag::BagMode;

super::register! { embedding::Embedding<T>, embedding_bag::EmbeddingBag<T> }
