//! Data: sets of items, what reads them from files, what is done to them, and the loader that makes batches of them.
//!
//! In reading order:
//!
//! 1. A [`Dataset`] is items by number. [`TensorDataset`], [`LabelledImages`] and [`Items`] are in memory; [`map`](Dataset::map),
//!    [`augment`](Dataset::augment), [`transform`](Dataset::transform), [`subset`](Dataset::subset), [`split`](Dataset::split),
//!    [`k_fold`](Dataset::k_fold) and [`Concat`] make others of them.
//! 2. A [`DataLoader`] makes batches, epoch by epoch, in the order of a [`Sampler`], on as many threads as it may; [`Collate`] says how
//!    items become a batch.
//! 3. Readers: [`mnist`], [`cifar10`], [`cifar100`], `ImageFolder` (feature `images`), `read_csv` (feature `csv`), [`read_text`]. A damaged
//!    file is a [`DataError`] that says what to do, never a panic.
//! 4. Text: a [`Vocabulary`] of characters, [`TextStreams`] of a long text, [`Lines`] of short ones.
//! 5. A [`Transform`] changes images: [`Normalize`], [`Resize`], crops, flips, [`ColorJitter`], [`RandomErasing`]; [`mixup`] and [`cutmix`]
//!    mix batches.
//!
//! Nothing is left to a hidden generator. What a loader brings follows from its seed and the number of the epoch, whatever the number of
//! threads, and a run that was interrupted goes on with the batches that would have come.
//!
//! # A whole training loop
//!
//! ```
//! use autograd_core::{Generator, Tensor, Var, no_grad};
//! use autograd_nn::data::{DataLoader, Dataset, TensorDataset};
//! use autograd_nn::{Forward, Linear, Module, Relu, Sequential};
//!
//! // Points of the plane: is one within the circle?
//! let mut generator = Generator::seed(1);
//! let points = Tensor::<f32>::uniform([500, 2], -1.0, 1.0, &mut generator);
//! let within = Tensor::from_fn([500], |i| {
//!     let [x, y] = [points.at([i, 0]), points.at([i, 1])];
//!     i64::from(x * x + y * y < 0.5)
//! });
//! let [train, test] = TensorDataset::new(points, within).split([0.8, 0.2], 1);
//! let train = train.augment(|(x, y), generator| {
//!     let noise = 0.01 * generator.standard_normal() as f32;
//!     (x.map(|x| x + noise), y)
//! });
//!
//! let model = Sequential::new()
//!     .then(Linear::new(2, 32, &mut generator))
//!     .then(Relu)
//!     .then(Linear::new(32, 2, &mut generator));
//! let loader = DataLoader::new(train, 20).shuffle(7).workers(2);
//! for epoch in 0..40 {
//!     for batch in loader.epoch(epoch) {
//!         let (x, y) = batch?;
//!         let gradients = model.forward(&Var::constant(x)).cross_entropy(&y).backward();
//!         for parameter in model.parameters() {
//!             let gradient = parameter.gradient(&gradients).expect("all are used");
//!             parameter.set(parameter.value().zip(gradient, |value, gradient| value - 0.3 * gradient));
//!         }
//!     }
//! }
//!
//! let (mut right, mut count) = (0, 0);
//! for batch in DataLoader::new(test, 50).epoch(0) {
//!     let (x, y) = batch?;
//!     let scores = no_grad(|| model.forward(&Var::constant(x)));
//!     right += scores.value().argmax(1).eq(&y).count();
//!     count += y.numel();
//! }
//! assert!(count == 100 && right >= 90, "{right} of {count}");
//! # Ok::<(), autograd_nn::data::DataError>(())
//! ```
//!
//! A checkpoint keeps [`Epoch::state`] beside the weights; [`DataLoader::resume`] goes on from it.

mod cifar;
mod collate;
#[cfg(feature = "csv")]
mod csv;
mod dataset;
mod error;
mod files;
mod idx;
#[cfg(feature = "images")]
mod image_folder;
mod images;
mod labels;
mod loader;
mod sampler;
mod seed;
mod split;
mod text;
mod transform;

#[cfg(feature = "csv")]
pub use self::csv::{Table, read_csv};
pub use cifar::{CIFAR10_CLASSES, Cifar100Labels, cifar10, cifar100};
pub use collate::{Collate, pad_sequences};
pub use dataset::{Augment, Concat, Dataset, Items, Map, Subset, TensorDataset, Transformed};
pub use error::DataError;
pub use files::read_text;
pub use idx::mnist;
#[cfg(feature = "images")]
pub use image_folder::ImageFolder;
pub use images::LabelledImages;
pub use labels::{balanced_weights, class_counts, class_weights};
pub use loader::{DataLoader, Epoch, LoaderState};
pub use sampler::{Sampler, Weighted};
pub use split::{Fold, k_fold_indices, split_indices, stratified_k_fold_indices, stratified_split_indices};
pub use text::{Lines, TextStreams, Vocabulary, collate_lines, split_text};
pub use transform::{
    CenterCrop, ColorJitter, Compose, Normalize, RandomCrop, RandomErasing, RandomHorizontalFlip, RandomVerticalFlip,
    Resize, Statistics, Transform, cutmix, images_from_bytes, mixup, statistics,
};
