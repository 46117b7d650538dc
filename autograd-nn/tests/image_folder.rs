//! Pictures in folders: what is found, what a picture becomes, and what damaged ones say.
#![cfg(feature = "images")]

use autograd_nn::data::{DataLoader, Dataset, ImageFolder, Resize};
use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::path::{Path, PathBuf};

/// An empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pictures-{name}"));
    // What an earlier run left; there may be nothing.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// Two classes, three pictures, and things that are none.
fn pictures(name: &str) -> PathBuf {
    let root = folder(name);
    for class in ["dog", "cat", ".cache"] {
        std::fs::create_dir(root.join(class)).unwrap();
    }
    let red = RgbImage::from_fn(3, 2, |x, y| Rgb([255, x as u8 * 51, y as u8 * 51]));
    red.save(root.join("cat/b.png")).unwrap();
    red.save_with_format(root.join("cat/a.JPG"), ImageFormat::Jpeg).unwrap();
    RgbaImage::from_pixel(1, 1, Rgba([0, 51, 255, 0])).save(root.join("dog/only.png")).unwrap();
    std::fs::write(root.join("cat/notes.txt"), "no picture").unwrap();
    std::fs::write(root.join("readme.txt"), "no class").unwrap();
    root
}

#[test]
fn classes_and_pictures_are_in_the_order_of_their_names() {
    let found = ImageFolder::open(pictures("good")).unwrap();
    assert_eq!((found.classes(), found.labels()), (&["cat".to_owned(), "dog".to_owned()][..], vec![0, 0, 1]));
    assert!(found.path(0).ends_with("cat/a.JPG") && found.path(1).ends_with("cat/b.png"));
    let (picture, label) = found.get(1).unwrap();
    assert_eq!((label, &**picture.shape()), (0, &[3, 2, 3][..]));
    assert_eq!([picture.at([0, 1, 2]), picture.at([1, 1, 2]), picture.at([2, 1, 2])], [1.0, 0.4, 0.2]);
    let (photo, _) = found.get(0).unwrap();
    assert!((photo.at([0, 0, 0]) - 1.0).abs() < 0.1, "JPEG is nearly what was saved");
    assert_eq!(found.get(2).unwrap().0.to_vec(), [0.0, 0.2, 1.0]);
    assert_eq!(*found.clone().grey().get(2).unwrap().0.shape(), [1, 1, 1]);

    let loader = DataLoader::new(found.transform(Resize::new([4, 5])), 3).workers(2);
    let (x, y) = loader.epoch(0).next().unwrap().unwrap();
    assert_eq!((&**x.shape(), y.to_vec()), (&[3, 3, 4, 5][..], vec![0, 0, 1]));
}

#[test]
fn what_is_wrong_is_named_with_its_file() {
    let says = |root: &Path| ImageFolder::open(root).unwrap_err().to_string();
    let root = folder("bad");
    assert_eq!(says(&root), format!("{}: there is no folder in it; make a folder for each class", root.display()));
    assert!(says(&root.join("none")).contains("the folder cannot be read: "));
    std::fs::create_dir(root.join("ape")).unwrap();
    assert!(says(&root).contains("ape: there is no .png, .jpg or .jpeg in it; put the pictures"));

    let root = pictures("damaged");
    let whole = std::fs::read(root.join("cat/b.png")).unwrap();
    // A header that says 65535 by 65535 pixels, with the checksum that belongs to it.
    let mut huge = whole.clone();
    huge[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    let mut checksum = flate2::Crc::new();
    checksum.update(&huge[12..29]);
    huge[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
    for bytes in [&whole[..whole.len() / 2], b"<html>", b"", &huge] {
        std::fs::write(root.join("cat/b.png"), bytes).unwrap();
        let error = ImageFolder::open(&root).unwrap().get(1).unwrap_err().to_string();
        let begins = format!("{}: the picture cannot be read: ", root.join("cat/b.png").display());
        assert!(error.starts_with(&begins) && error.ends_with("; mend the picture or remove it"), "{error}");
    }
    std::fs::remove_file(root.join("cat/b.png")).unwrap();
    std::fs::write(root.join("cat/c.png"), &whole).unwrap();
    let found = ImageFolder::open(&root).unwrap();
    std::fs::remove_file(root.join("cat/c.png")).unwrap();
    assert!(found.get(1).unwrap_err().what.starts_with("the file cannot be read: "), "gone since it was found");
}
