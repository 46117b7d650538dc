//! `ImageFolder`: pictures in folders, one for each class.

use super::{DataError, Dataset, images_from_bytes};
use autograd_core::Tensor;
use image::{ImageReader, Limits};
use std::fs;
use std::path::{Path, PathBuf};

/// The largest height and width of a picture.
const LARGEST: u32 = 1 << 14;
/// The bytes that reading a picture may take.
const MEMORY: u64 = 1 << 28;
const ENDINGS: [&str; 3] = ["png", "jpg", "jpeg"];

/// Pictures in folders, one for each class: `root/class/name.png`, `.jpg` or `.jpeg`; needs the feature `images`.
///
/// Classes and pictures are numbered in the order of their names. Item `i` is the picture `[3, h, w]`, red, green and blue from 0 to 1, and
/// the number of its class. A picture is read when it is asked for; pictures of different sizes take a [`Resize`](super::Resize) or a crop
/// to become a batch.
///
/// # Example
/// ```no_run
/// use autograd_nn::data::{DataLoader, Dataset, ImageFolder, Resize};
/// let pictures = ImageFolder::open("flowers")?;
/// println!("{:?}", pictures.classes());
/// let loader = DataLoader::new(pictures.transform(Resize::new([64, 64])), 32).shuffle(1).workers(4);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageFolder {
    classes: Vec<String>,
    pictures: Vec<(PathBuf, usize)>,
    channels: usize,
}

impl ImageFolder {
    /// Finds the pictures under a folder. Other files, and what has a name that begins with a point, count for nothing.
    ///
    /// # Errors
    /// If a folder cannot be read, there is no folder of a class, or one has no picture.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, DataError> {
        let root = root.as_ref();
        let folders: Vec<(String, PathBuf)> = entries(root)?.into_iter().filter(|(_, path)| path.is_dir()).collect();
        if folders.is_empty() {
            return Err(DataError::file(root, "there is no folder in it", "make a folder for each class"));
        }
        let (mut classes, mut pictures) = (Vec::new(), Vec::new());
        for (class, (name, folder)) in folders.into_iter().enumerate() {
            let before = pictures.len();
            let found = entries(&folder)?.into_iter().filter(|(_, path)| is_picture(path));
            pictures.extend(found.map(|(_, path)| (path, class)));
            if pictures.len() == before {
                let what = "there is no .png, .jpg or .jpeg in it";
                return Err(DataError::file(
                    &folder,
                    what,
                    "put the pictures of the class there, or remove the folder",
                ));
            }
            classes.push(name);
        }
        Ok(ImageFolder { classes, pictures, channels: 3 })
    }

    /// The same with pictures in grey, `[1, h, w]`.
    #[must_use]
    pub fn grey(self) -> Self {
        ImageFolder { channels: 1, ..self }
    }

    /// The names of the classes, by number.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The class of each picture.
    pub fn labels(&self) -> Vec<i64> {
        self.pictures.iter().map(|(_, class)| *class as i64).collect()
    }

    /// Where a picture lies.
    ///
    /// # Panics
    /// If there is no such picture.
    #[track_caller]
    pub fn path(&self, index: usize) -> &Path {
        &self.pictures[index].0
    }
}

impl Dataset for ImageFolder {
    type Item = (Tensor, i64);
    fn len(&self) -> usize {
        self.pictures.len()
    }
    #[track_caller]
    fn get(&self, index: usize) -> Result<Self::Item, DataError> {
        let (path, class) = &self.pictures[index];
        Ok((read_image(path, self.channels)?, *class as i64))
    }
}

/// What a folder holds, by name.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, DataError> {
    let fails = |error: std::io::Error| {
        DataError::file(folder, format!("the folder cannot be read: {error}"), "see that it is there")
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fails)? {
        let entry = entry.map_err(fails)?;
        found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    found.retain(|(name, _)| !name.starts_with('.'));
    found.sort();
    Ok(found)
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) && path.is_file()
}

/// A picture in PNG or JPEG, as `[channels, h, w]` from 0 to 1: red, green and blue, or grey. What it says is transparent is shown as it is, and no note beside it turns it.
fn read_image(path: &Path, channels: usize) -> Result<Tensor, DataError> {
    let damaged = |what: String| DataError::file(path, what, "mend the picture or remove it");
    let fails = |error: std::io::Error| damaged(format!("the file cannot be read: {error}"));
    // The content decides, not the name.
    let mut reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format).map_err(fails)?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LARGEST), Some(LARGEST));
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| damaged(format!("the picture cannot be read: {error}")))?;
    let (h, w) = (image.height() as usize, image.width() as usize);
    let bytes = if channels == 1 { image.into_luma8().into_raw() } else { image.into_rgb8().into_raw() };
    Ok(images_from_bytes(&bytes, [h, w, channels]).permute([2, 0, 1]))
}
