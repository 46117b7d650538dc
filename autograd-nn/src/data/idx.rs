//! MNIST and its relatives, in the idx format: a header of big-endian numbers, then bytes.

use super::files::{FETCH_AGAIN, exactly, open};
use super::{DataError, LabelledImages};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The first four bytes: unsigned bytes with three axes, and with one.
const IMAGES: u32 = 0x0803;
const LABELS: u32 = 0x0801;
/// More than any edition of the data has; a header that says more is damaged.
const MOST: usize = 1_000_000;
/// Height and width of an image.
const SIZE: usize = 28;
const CLASSES: usize = 10;

/// Reads the training and the test images of a folder with the four files of MNIST, each plain or packed with gzip.
///
/// Fashion-MNIST and KMNIST have the same files. Images are `[1, 28, 28]`, labels from 0 to 9 (LeCun, Bottou, Bengio, Haffner 1998).
///
/// # Errors
/// If a file is missing or damaged, or does not hold what it should.
///
/// # Example
/// ```no_run
/// use autograd_nn::data::{DataLoader, Normalize, mnist};
/// let (train, test) = mnist("data/mnist")?;
/// let normalize = Normalize::new([0.1307], [0.3081]);
/// # use autograd_nn::data::Dataset;
/// let train = DataLoader::new(train.transform(normalize), 64).shuffle(1);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[doc(alias = "FashionMNIST")]
pub fn mnist(folder: impl AsRef<Path>) -> Result<(LabelledImages, LabelledImages), DataError> {
    let pair = |part: &str| {
        let (images, labels) = (find(folder.as_ref(), part, "images", 3)?, find(folder.as_ref(), part, "labels", 1)?);
        let damaged = |file: &Path, what| DataError::file(file, what, FETCH_AGAIN);
        let pixels = read_images(open(&images)?).map_err(|what| damaged(&images, what))?;
        let found = read_labels(open(&labels)?).map_err(|what| damaged(&labels, what))?;
        if pixels.len() != found.len() * SIZE * SIZE {
            let what = format!("{} images have {} labels", pixels.len() / (SIZE * SIZE), found.len());
            return Err(damaged(&labels, what));
        }
        LabelledImages::new([1, SIZE, SIZE], pixels, found, CLASSES).map_err(|error| damaged(&labels, error.what))
    };
    Ok((pair("train")?, pair("t10k")?))
}

/// The file under one of its usual names.
fn find(folder: &Path, part: &str, kind: &str, axes: u32) -> Result<PathBuf, DataError> {
    let name = format!("{part}-{kind}-idx{axes}-ubyte");
    let dotted = format!("{part}-{kind}.idx{axes}-ubyte");
    let names = [name.clone(), dotted.clone(), name.clone() + ".gz", dotted + ".gz"];
    names.iter().map(|name| folder.join(name)).find(|path| path.is_file()).ok_or_else(|| {
        let what = "there is no such file, nor one ending in .gz";
        DataError::file(&folder.join(&name), what, "put the four files of MNIST there")
    })
}

/// The pixels of all images of a file.
fn read_images(mut file: impl Read) -> Result<Vec<u8>, String> {
    let [count, height, width] = header(&mut file, IMAGES, "images")?;
    if [height, width] != [SIZE, SIZE] {
        return Err(format!("images are {height} by {width} pixels, not {SIZE} by {SIZE}"));
    }
    exactly(file, count, SIZE * SIZE)
}

/// The labels of a file.
fn read_labels(mut file: impl Read) -> Result<Vec<u8>, String> {
    let [count] = header(&mut file, LABELS, "labels")?;
    exactly(file, count, 1)
}

/// The magic number, checked, and then `N` sizes.
fn header<const N: usize>(file: &mut impl Read, magic: u32, kind: &str) -> Result<[usize; N], String> {
    let mut number = || {
        let mut bytes = [0; 4];
        file.read_exact(&mut bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => "the file ends within its header".to_owned(),
            _ => format!("the header cannot be read: {error}"),
        })?;
        Ok::<u32, String>(u32::from_be_bytes(bytes))
    };
    let found = number()?;
    if found != magic {
        return Err(format!("the file begins with {found:#010x}, not with {magic:#010x} as {kind} in idx format do"));
    }
    let mut sizes = [0; N];
    for size in &mut sizes {
        *size = number()? as usize;
    }
    match sizes[0] {
        1..=MOST => Ok(sizes),
        count => Err(format!("the header says {count} {kind}, which is not from 1 to {MOST}")),
    }
}
