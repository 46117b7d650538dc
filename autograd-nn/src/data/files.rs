//! Files of data: opened, unpacked where they are packed, and read no further than they ought to go.

use super::DataError;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// What to do about a file that is damaged.
pub(super) const FETCH_AGAIN: &str = "fetch the file again";

/// Opens a file, unpacked if it begins as gzip does, whatever its name is.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, DataError> {
    let fails =
        |error: io::Error| DataError::file(path, format!("the file cannot be read: {error}"), "see that it can be");
    let file = File::open(path).map_err(fails)?;
    if file.metadata().map_err(fails)?.is_dir() {
        return Err(DataError::file(path, "this is a folder, not a file", "name a file"));
    }
    let mut file = BufReader::new(file);
    let packed = file.fill_buf().map_err(fails)?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// The most bytes of a text or a table, unpacked.
pub(super) const MOST: u64 = 1 << 30;

/// `count` items of `size` bytes, and then the end. Memory grows with what is there, not with what is expected.
pub(super) fn exactly(file: impl Read, count: usize, size: usize) -> Result<Vec<u8>, String> {
    let expected = count.checked_mul(size).ok_or_else(|| format!("{count} items of {size} bytes are too many"))?;
    let mut bytes = Vec::new();
    let read = file.take((expected as u64).saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| format!("the file is damaged: {error}"))?;
    match bytes.len() {
        found if found < expected => Err(format!("the file ends after {} of {count} items", found / size)),
        found if found > expected => Err(format!("the file goes on after its {count} items")),
        _ => Ok(bytes),
    }
}

/// A text in UTF-8, unpacked if it begins as gzip does.
///
/// # Errors
/// If the file cannot be read, is not text or has more than a gigabyte.
///
/// # Example
/// ```no_run
/// let text = autograd_nn::data::read_text("shakespeare.txt")?;
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
pub fn read_text(path: impl AsRef<Path>) -> Result<String, DataError> {
    let path = path.as_ref();
    let mut bytes = Vec::new();
    let read = open(path)?.take(MOST + 1).read_to_end(&mut bytes);
    read.map_err(|error| DataError::file(path, format!("the file is damaged: {error}"), FETCH_AGAIN))?;
    if bytes.len() as u64 > MOST {
        return Err(DataError::file(path, format!("the text has more than {MOST} bytes"), "part it"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        DataError::file(path, format!("byte {at} is not text in UTF-8"), "save the text as UTF-8")
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::path::PathBuf;

    /// An empty folder for a test.
    pub(in crate::data) fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("autograd-data-{}-{name}", std::process::id()));
        // What an earlier run left; there may be nothing.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn texts_are_read_plain_and_what_is_no_text_is_named() {
        let folder = folder("text");
        let path = folder.join("a.txt");
        std::fs::write(&path, "Grüße\n").unwrap();
        assert_eq!(read_text(&path).unwrap(), "Grüße\n");
        std::fs::write(&path, b"abc\xff").unwrap();
        let error = read_text(&path).unwrap_err().to_string();
        assert_eq!(error, format!("{}: byte 3 is not text in UTF-8; save the text as UTF-8", path.display()));
        assert!(read_text(folder.join("none")).unwrap_err().what.starts_with("the file cannot be read: "));
        assert_eq!(read_text(&folder).unwrap_err().what, "this is a folder, not a file");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn sizes_that_overflow_are_refused() {
        assert!(exactly(io::empty(), usize::MAX, 2).unwrap_err().contains("too many"));
    }
}
