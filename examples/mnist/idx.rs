//! The files of MNIST in the idx format: a header of big-endian numbers, then bytes.

use crate::digits::{DataError, Digits, PIXELS, SIZE};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The first four bytes: unsigned bytes with three axes, and with one.
const IMAGES: u32 = 0x0803;
const LABELS: u32 = 0x0801;
/// More than any edition of the data has; a header that says more is damaged.
const MOST: usize = 1_000_000;

const AGAIN: &str = "fetch the file again";

/// Reads the training and the test digits of a folder with the four files of MNIST, each plain or packed with gzip.
pub fn read_folder(folder: &Path) -> Result<(Digits, Digits), DataError> {
    let pair = |part: &str| {
        let (images, labels) = (find(folder, part, "images", 3)?, find(folder, part, "labels", 1)?);
        let fails = |file: &Path, what| DataError { file: file.display().to_string(), what, help: AGAIN };
        let pixels = open(&images).and_then(read_images).map_err(|what| fails(&images, what))?;
        let digits = open(&labels).and_then(read_labels).map_err(|what| fails(&labels, what))?;
        Digits::new(pixels, digits).map_err(|what| fails(&labels, what))
    };
    Ok((pair("train")?, pair("t10k")?))
}

/// The file under one of its usual names.
fn find(folder: &Path, part: &str, kind: &str, axes: u32) -> Result<PathBuf, DataError> {
    let name = format!("{part}-{kind}-idx{axes}-ubyte");
    let dotted = format!("{part}-{kind}.idx{axes}-ubyte");
    let names = [name.clone(), dotted.clone(), name.clone() + ".gz", dotted + ".gz"];
    names.iter().map(|name| folder.join(name)).find(|path| path.is_file()).ok_or_else(|| DataError {
        file: folder.join(&name).display().to_string(),
        what: "there is no such file, nor one ending in .gz".to_owned(),
        help: "put the four files of MNIST there, or leave out --data for the built-in digits",
    })
}

/// Opens a file, unpacked if it begins as gzip does, whatever its name is.
fn open(path: &Path) -> Result<Box<dyn Read>, String> {
    let fails = |error: io::Error| format!("the file cannot be read: {error}");
    let mut file = BufReader::new(File::open(path).map_err(fails)?);
    let packed = file.fill_buf().map_err(fails)?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) })
}

/// The pixels of all images of a file.
pub fn read_images(mut file: impl Read) -> Result<Vec<u8>, String> {
    let [count, height, width] = header(&mut file, IMAGES, "images")?;
    if [height, width] != [SIZE, SIZE] {
        return Err(format!("images are {height} by {width} pixels, not {SIZE} by {SIZE}"));
    }
    body(file, count, PIXELS)
}

/// The labels of a file.
pub fn read_labels(mut file: impl Read) -> Result<Vec<u8>, String> {
    let [count] = header(&mut file, LABELS, "labels")?;
    body(file, count, 1)
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

/// `count` items of `size` bytes, and then the end. Memory grows with what is there, not with what the header says.
fn body(file: impl Read, count: usize, size: usize) -> Result<Vec<u8>, String> {
    let (mut bytes, expected) = (Vec::new(), count * size);
    file.take(expected as u64 + 1).read_to_end(&mut bytes).map_err(|error| format!("the file is damaged: {error}"))?;
    match bytes.len() {
        found if found < expected => Err(format!("the file ends after {} of {count} items", found / size)),
        found if found > expected => Err(format!("the file goes on after its {count} items")),
        _ => Ok(bytes),
    }
}
