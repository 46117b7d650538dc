//! CIFAR-10 and CIFAR-100 in their binary form: labels and 3072 bytes, image by image.

use super::files::{FETCH_AGAIN, open};
use super::{DataError, LabelledImages};
use std::io::Read;
use std::path::Path;

/// Channels, rows and columns.
const SIZE: [usize; 3] = [3, 32, 32];
const AREA: usize = 3 * 32 * 32;
/// More images than any file of either set has.
const MOST: usize = 100_000;

/// What the labels of CIFAR-10 stand for.
pub const CIFAR10_CLASSES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// Which of the two labels of an image of CIFAR-100 is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cifar100Labels {
    /// One of 100 classes.
    Fine,
    /// One of 20 groups of them.
    Coarse,
}

/// Reads the training and the test images of a folder with the binary version of CIFAR-10: `data_batch_1.bin` to `data_batch_5.bin` and
/// `test_batch.bin`, each plain or packed with gzip.
///
/// Images are `[3, 32, 32]`; [`CIFAR10_CLASSES`] names the labels (Krizhevsky 2009).
///
/// # Errors
/// If a file is missing or damaged.
///
/// # Example
/// ```no_run
/// use autograd_nn::data::{Compose, DataLoader, Dataset, Normalize, RandomCrop, RandomHorizontalFlip, cifar10};
/// let (train, test) = cifar10("data/cifar-10-batches-bin")?;
/// let normalize = Normalize::new([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]);
/// let augment =
///     Compose::new().then(RandomCrop::new([32, 32]).padding(4)).then(RandomHorizontalFlip::default()).then(normalize);
/// let train = DataLoader::new(train.transform(augment), 128).shuffle(1).workers(2);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
pub fn cifar10(folder: impl AsRef<Path>) -> Result<(LabelledImages, LabelledImages), DataError> {
    let train = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"];
    let format = Format { labels: 1, label: 0, classes: 10 };
    Ok((format.read(folder.as_ref(), &train)?, format.read(folder.as_ref(), &["test_batch"])?))
}

/// Reads the training and the test images of a folder with the binary version of CIFAR-100: `train.bin` and `test.bin`, each plain or packed
/// with gzip.
///
/// # Errors
/// If a file is missing or damaged.
///
/// # Example
/// ```no_run
/// use autograd_nn::data::{Cifar100Labels, cifar100};
/// let (train, test) = cifar100("data/cifar-100-binary", Cifar100Labels::Fine)?;
/// assert_eq!(train.classes(), 100);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
pub fn cifar100(
    folder: impl AsRef<Path>,
    labels: Cifar100Labels,
) -> Result<(LabelledImages, LabelledImages), DataError> {
    let format = match labels {
        Cifar100Labels::Coarse => Format { labels: 2, label: 0, classes: 20 },
        Cifar100Labels::Fine => Format { labels: 2, label: 1, classes: 100 },
    };
    Ok((format.read(folder.as_ref(), &["train"])?, format.read(folder.as_ref(), &["test"])?))
}

/// How an image stands in a file: so many labels, of which one is wanted, then the pixels.
struct Format {
    labels: usize,
    label: usize,
    classes: usize,
}

impl Format {
    /// The images of several files.
    fn read(&self, folder: &Path, names: &[&str]) -> Result<LabelledImages, DataError> {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for name in names {
            let plain = folder.join(format!("{name}.bin"));
            let packed = folder.join(format!("{name}.bin.gz"));
            let path = if packed.is_file() && !plain.is_file() { packed } else { plain };
            if !path.is_file() {
                let what = "there is no such file, nor one ending in .gz";
                return Err(DataError::file(&path, what, "unpack the binary version of the data there"));
            }
            let bytes = self.images(&path)?;
            for image in bytes.chunks(self.labels + AREA) {
                let label = image[self.label];
                if usize::from(label) >= self.classes {
                    let what = format!("a label is {label}, which is none of {} classes", self.classes);
                    return Err(DataError::file(&path, what, FETCH_AGAIN));
                }
                labels.push(label);
                pixels.extend_from_slice(&image[self.labels..]);
            }
        }
        LabelledImages::new(SIZE, pixels, labels, self.classes)
    }

    /// The bytes of a file: whole images, at least one.
    fn images(&self, path: &Path) -> Result<Vec<u8>, DataError> {
        let size = self.labels + AREA;
        let mut bytes = Vec::new();
        let read = open(path)?.take((MOST * size + 1) as u64).read_to_end(&mut bytes);
        let damaged = |what: String| DataError::file(path, what, FETCH_AGAIN);
        read.map_err(|error| damaged(format!("the file is damaged: {error}")))?;
        if bytes.is_empty() || bytes.len() % size != 0 {
            return Err(damaged(format!("the file has {} bytes, an image takes {size}", bytes.len())));
        }
        Ok(bytes)
    }
}
