//! The files of the example mnist: what is built in, what is read, and what damaged files say.

#[path = "../examples/mnist/digits.rs"]
mod digits;
#[path = "../examples/mnist/idx.rs"]
mod idx;

use autograd::Generator;
use digits::{Digits, PIXELS};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The names of the four files.
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

/// A folder with three images to learn from and two to be tested on, plain and under the usual names.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mnist-{name}"));
    // What an earlier run left; there may be nothing.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    for (file, bytes) in FILES.iter().zip([images(3), labels(3), images(2), labels(2)]) {
        std::fs::write(folder.join(file), bytes).expect("the file can be written");
    }
    folder
}

/// What is said of a folder in which one file holds these bytes.
fn complaint(name: &str, file: &str, bytes: &[u8]) -> String {
    let folder = folder(name);
    std::fs::write(folder.join(file), bytes).expect("the file can be written");
    let error = idx::read_folder(&folder).expect_err("the file is damaged").to_string();
    assert!(!error.contains('\n') && error.contains(file), "one line with the file's name: {error}");
    error
}

#[test]
fn the_built_in_digits_are_five_hundred_of_each() {
    let all = Digits::built_in().unwrap();
    assert_eq!(all.len(), 5000);
    let count = |digit| (0..all.len()).filter(|&i| all.label(i) == digit).count();
    assert!((0..10).all(|digit| count(digit) == 500));
    let sum: u64 = all.image(0).iter().map(|&pixel| u64::from(pixel)).sum();
    assert!(sum > 10_000, "an image is not empty");

    let split = |seed| Digits::built_in().unwrap().split(4000, &mut Generator::seed(seed));
    let ((train, test), (again, _)) = (split(1), split(1));
    assert_eq!((train.len(), test.len()), (4000, 1000));
    assert!((0..4000).all(|i| train.image(i) == again.image(i)), "the split follows from the seed");
    assert!((0..4000).any(|i| train.image(i) != split(2).0.image(i)));
}

#[test]
fn batches_are_normalised_and_moved_at_most_two_pixels() {
    let mut pixels = vec![0; 2 * PIXELS];
    pixels[PIXELS + 28 * 14 + 14] = 255;
    let digits = Digits::new(pixels, vec![3, 8]).unwrap();
    let (plain, labels) = digits.batch(&[1, 0]);
    assert_eq!(*plain.shape(), [2, 1, 28, 28]);
    assert_eq!(labels.to_vec(), [8, 3]);
    let (dark, bright) = ((0.0 - 0.1307) / 0.3081, (1.0 - 0.1307) / 0.3081);
    assert_eq!((plain.value().at([0, 0, 14, 14]), plain.value().at([1, 0, 14, 14])), (bright, dark));

    let generator = &mut Generator::seed(0);
    for _ in 0..50 {
        let moved = digits.shifted_batch(&[1], generator).0.to_vec();
        let at = moved.iter().position(|&pixel| pixel == bright).expect("the dot is still there");
        assert!((12..=16).contains(&(at / 28)) && (12..=16).contains(&(at % 28)));
        assert_eq!(moved.iter().filter(|&&pixel| pixel != dark).count(), 1);
    }
    assert_eq!(digits.share_right(&[3, 1]), 0.5);
}

#[test]
fn damaged_lines_are_named() {
    let line = |pixel: &str, label: &str| format!("{}{label}\n", format!("{pixel},").repeat(PIXELS));
    let says = |text: String| Digits::read_csv(text.as_bytes()).unwrap_err();
    assert_eq!(Digits::read_csv(line("7", "9").as_bytes()).unwrap().image(0), [7; PIXELS]);
    assert_eq!(says(line("0", "1") + "1,2,3\n"), "line 2 has 3 values, not 785");
    assert_eq!(says(line("0", "x")), "line 1, column 785: \"x\" is not a number from 0 to 255");
    assert_eq!(says(line("256", "1")), "line 1, column 1: \"256\" is not a number from 0 to 255");
    assert_eq!(says(line("0", "1") + &line("0", "10")), "label 1 is 10, which is not a digit");
}

#[test]
fn the_four_files_are_read_plain_or_packed_under_either_name() {
    let folder = folder("good");
    let read = |what: &str| {
        let (train, test) = idx::read_folder(&folder).expect(what);
        assert_eq!((train.len(), test.len(), train.label(2), test.label(1)), (3, 2, 2, 1), "{what}");
        assert_eq!(train.image(1)[..3], [(784 % 251) as u8, (785 % 251) as u8, (786 % 251) as u8], "{what}");
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
    let folder = folder("missing");
    std::fs::remove_file(folder.join(FILES[2])).unwrap();
    let error = idx::read_folder(&folder).unwrap_err().to_string();
    let file = folder.join(FILES[2]);
    let what = "there is no such file, nor one ending in .gz";
    let help = "put the four files of MNIST there, or leave out --data for the built-in digits";
    assert_eq!(error, format!("{}: {what}; {help}", file.display()));
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
    says("value", &idx_file(&[0x0801, 2], &[1, 10]), "label 1 is 10, which is not a digit");
}
