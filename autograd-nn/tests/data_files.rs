//! The readers of data files: what they read, and what damaged files say.

use autograd_core::Generator;
use autograd_nn::data::{Cifar100Labels, DataError, Dataset, cifar10, cifar100, mnist};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Pixels of an image of MNIST, bytes of an image of CIFAR.
const PIXELS: usize = 28 * 28;
const BYTES: usize = 3 * 32 * 32;

/// The names of the four files of MNIST.
const FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// A file in idx format: magic number and sizes, then bytes.
fn idx_file(header: &[u32], bytes: &[u8]) -> Vec<u8> {
    header.iter().flat_map(|number| number.to_be_bytes()).chain(bytes.iter().copied()).collect()
}

fn images(count: usize) -> Vec<u8> {
    let pixels: Vec<u8> = (0..count * PIXELS).map(|i| (i % 251) as u8).collect();
    idx_file(&[0x0803, count as u32, 28, 28], &pixels)
}

fn labels(count: usize) -> Vec<u8> {
    let labels: Vec<u8> = (0..count).map(|i| (i % 10) as u8).collect();
    idx_file(&[0x0801, count as u32], &labels)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// An empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("data-{name}"));
    // What an earlier run left; there may be nothing.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// A folder with three images to learn from and two to be tested on, plain and under the usual names.
fn mnist_folder(name: &str) -> PathBuf {
    let folder = folder(name);
    for (file, bytes) in FILES.iter().zip([images(3), labels(3), images(2), labels(2)]) {
        std::fs::write(folder.join(file), bytes).expect("the file can be written");
    }
    folder
}

/// What is said of a folder in which one file holds these bytes.
fn complaint(name: &str, file: &str, bytes: &[u8]) -> String {
    let folder = mnist_folder(name);
    std::fs::write(folder.join(file), bytes).expect("the file can be written");
    let error = mnist(&folder).expect_err("the file is damaged").to_string();
    assert!(!error.contains('\n') && error.contains(file), "one line with the file's name: {error}");
    error
}

#[test]
fn mnist_is_read_plain_or_packed_under_either_name() {
    let folder = mnist_folder("good");
    let read = |what: &str| {
        let (train, test) = mnist(&folder).expect(what);
        assert_eq!((train.len(), test.len(), train.labels()[2], test.labels()[1]), (3, 2, 2, 1), "{what}");
        assert_eq!(train.bytes(1)[..3], [(784 % 251) as u8, (785 % 251) as u8, (786 % 251) as u8], "{what}");
        let (image, label) = train.get(1).expect(what);
        assert_eq!((image.at([0, 0, 1]), label), (f32::from((785 % 251) as u8) / 255.0, 1), "{what}");
    };
    read("plain");
    let rename = |from: &str, to: &str| std::fs::rename(folder.join(from), folder.join(to)).unwrap();
    rename(FILES[0], "train-images.idx3-ubyte");
    rename(FILES[3], "t10k-labels.idx1-ubyte");
    read("dotted");
    std::fs::remove_file(folder.join("train-images.idx3-ubyte")).unwrap();
    std::fs::write(folder.join("train-images.idx3-ubyte.gz"), packed(&images(3))).unwrap();
    std::fs::write(folder.join(FILES[1]), packed(&labels(3))).unwrap();
    read("packed, also without the ending");
}

#[test]
fn a_missing_file_says_what_to_do() {
    let folder = mnist_folder("missing");
    std::fs::remove_file(folder.join(FILES[2])).unwrap();
    let file = folder.join(FILES[2]).display().to_string();
    let what = "there is no such file, nor one ending in .gz";
    assert_eq!(mnist(&folder), Err(DataError::new(file, what, "put the four files of MNIST there")));
}

#[test]
fn damaged_images_are_refused() {
    let says = |name: &str, bytes: &[u8], expected: &str| {
        let error = complaint(name, FILES[0], bytes);
        assert!(error.contains(expected) && error.ends_with("; fetch the file again"), "{error}");
    };
    says("empty", &[], "the file ends within its header");
    says("header", &images(3)[..15], "the file ends within its header");
    says("magic", &labels(3), "the file begins with 0x00000801, not with 0x00000803 as images in idx format do");
    says("text", b"<html>not found</html>", "the file begins with 0x3c68746d");
    let odd = idx_file(&[0x0803, 1, 32, 28], &[0; 32 * 28]);
    says("size", &odd, "images are 32 by 28 pixels, not 28 by 28");
    says("none", &idx_file(&[0x0803, 0, 28, 28], &[]), "the header says 0 images, which is not from 1 to 1000000");
    let many = idx_file(&[0x0803, u32::MAX, 28, 28], &[0; 100]);
    says("many", &many, "the header says 4294967295 images");
    says("short", &images(3)[..2000], "the file ends after 2 of 3 items");
    // A header that promises 784 MB: only what is there is taken into memory.
    says("promise", &idx_file(&[0x0803, 1_000_000, 28, 28], &[0; 784]), "the file ends after 1 of 1000000 items");
    says("long", &[images(3), vec![0]].concat(), "the file goes on after its 3 items");
    let mut flipped = packed(&images(3));
    says("cut", &flipped[..flipped.len() / 2], "the file is damaged");
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    says("flipped", &flipped, "the file is damaged");
}

#[test]
fn damaged_labels_are_refused() {
    let says = |name: &str, bytes: &[u8], expected: &str| {
        let error = complaint(name, FILES[3], bytes);
        assert!(error.contains(expected), "{error}");
    };
    says("count", &labels(5), "2 images have 5 labels");
    says("value", &idx_file(&[0x0801, 2], &[1, 10]), "label 1 is 10, which is none of 10 classes");
}

#[test]
fn whatever_the_bytes_are_reading_ends_in_a_value_or_an_error() {
    let folder = mnist_folder("any");
    let (good, generator, mut read) = (labels(3), &mut Generator::seed(1), 0);
    for _ in 0..300 {
        let mut bytes = good.clone();
        for _ in 0..generator.below(3) {
            bytes[generator.below(good.len())] = generator.below(256) as u8;
        }
        bytes.truncate(generator.below(3 * good.len()));
        std::fs::write(folder.join(FILES[1]), &bytes).unwrap();
        read += usize::from(mnist(&folder).is_ok());
    }
    assert!((1..150).contains(&read), "{read} of 300 were good");
}

/// An image of CIFAR: its labels, then each byte its place plus `seed`.
fn cifar_image(labels: &[u8], seed: usize) -> Vec<u8> {
    labels.iter().copied().chain((0..BYTES).map(|i| ((i + seed) % 256) as u8)).collect()
}

fn cifar10_folder(name: &str) -> PathBuf {
    let folder = folder(name);
    for batch in 1..=5 {
        let bytes = [cifar_image(&[batch], 0), cifar_image(&[batch + 1], usize::from(batch))].concat();
        std::fs::write(folder.join(format!("data_batch_{batch}.bin")), bytes).unwrap();
    }
    std::fs::write(folder.join("test_batch.bin"), cifar_image(&[9], 7)).unwrap();
    folder
}

#[test]
fn cifar10_is_read_batch_by_batch() {
    let folder = cifar10_folder("cifar10");
    let (train, test) = cifar10(&folder).unwrap();
    assert_eq!((train.labels(), test.labels()), (vec![1, 2, 2, 3, 3, 4, 4, 5, 5, 6], vec![9]));
    let (image, _) = train.get(3).unwrap();
    assert_eq!(*image.shape(), [3, 32, 32]);
    // Channel by channel, row by row: the byte at [1, 2, 3] has place 1024 + 64 + 3, and this image begins with 2.
    assert_eq!(image.at([1, 2, 3]), ((1024 + 64 + 3 + 2) % 256) as u8 as f32 / 255.0);
    let third = folder.join("data_batch_3.bin");
    let bytes = std::fs::read(&third).unwrap();
    std::fs::remove_file(&third).unwrap();
    std::fs::write(folder.join("data_batch_3.bin.gz"), packed(&bytes)).unwrap();
    assert_eq!(cifar10(&folder), Ok((train, test)));
}

#[test]
fn cifar100_has_two_labels() {
    let folder = folder("cifar100");
    std::fs::write(folder.join("train.bin"), cifar_image(&[19, 99], 0)).unwrap();
    std::fs::write(folder.join("test.bin"), cifar_image(&[3, 42], 1)).unwrap();
    let labels = |which| cifar100(&folder, which).map(|(train, test)| (train.labels()[0], test.labels()[0]));
    assert_eq!(labels(Cifar100Labels::Fine), Ok((99, 42)));
    assert_eq!(labels(Cifar100Labels::Coarse), Ok((19, 3)));
    let (train, _) = cifar100(&folder, Cifar100Labels::Fine).unwrap();
    assert_eq!((train.bytes(0)[0], train.classes()), (0, 100));
}

#[test]
fn damaged_batches_are_refused() {
    let says = |name: &str, bytes: &[u8], expected: &str| {
        let folder = cifar10_folder(name);
        std::fs::write(folder.join("data_batch_4.bin"), bytes).unwrap();
        let error = cifar10(&folder).unwrap_err().to_string();
        assert!(error.contains("data_batch_4.bin: ") && error.contains(expected), "{error}");
    };
    says("cifar-empty", &[], "the file has 0 bytes, an image takes 3073");
    says("cifar-short", &cifar_image(&[1], 0)[1..], "the file has 3072 bytes, an image takes 3073");
    says("cifar-label", &cifar_image(&[10], 0), "a label is 10, which is none of 10 classes; fetch the file again");
    says("cifar-cut", &packed(&cifar_image(&[1], 0))[..100], "the file is damaged");
    let folder = cifar10_folder("cifar-missing");
    std::fs::remove_file(folder.join("test_batch.bin")).unwrap();
    let error = cifar10(&folder).unwrap_err();
    assert!(error.place.ends_with("test_batch.bin"));
    assert_eq!(error.what, "there is no such file, nor one ending in .gz");
}
