//! Writing a file so that, whatever happens, its place holds the old content or the new.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file beside `path`, forces it to the disk, and gives it the name only then. In case of an error the old file is untouched,
/// and nothing is left beside it.
pub(super) fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    // Through a link, the file that it points to is replaced, not the link.
    let path = &if path.is_symlink() { fs::canonicalize(path)? } else { path.to_owned() };
    let old = fs::metadata(path).ok();
    // A folder, a device or a pipe, which renaming would do away with.
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "what is there is no regular file"));
    }
    let (mut temporary, file) = Temporary::beside(path)?;
    if let Some(old) = old {
        file.set_permissions(old.permissions())?;
    }
    let mut file = BufWriter::with_capacity(1 << 18, file);
    write(&mut file)?;
    file.flush()?;
    file.get_ref().sync_all()?;
    drop(file);
    temporary.rename(path)?;
    sync_folder(folder_of(path))
}

/// A file that disappears unless it is given its name.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// A new file in the folder of `path`, so that renaming does not copy.
    fn beside(path: &Path) -> io::Result<(Temporary, File)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let Some(name) = path.file_name() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path does not end in the name of a file"));
        };
        loop {
            let mut temporary = OsString::from(".");
            temporary.push(name);
            temporary.push(format!(".{}-{}.tmp", process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
            let path = folder_of(path).join(temporary);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Temporary { path, renamed: false }, file)),
                // Of a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn rename(&mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // There is an error on its way already, and no better place for this one.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The new name survives a loss of power only once its folder is on the disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems write the folder with the renaming.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// A folder of a test's own, removed with all in it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("autograd-atomic-{name}-{}", process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }

        fn names(&self) -> Vec<String> {
            let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
            let mut names: Vec<String> = fs::read_dir(&self.0).unwrap().map(name).collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_write_that_fails_midway_leaves_the_old_file_and_nothing_else() {
        let folder = Folder::new("fails");
        let path = folder.0.join("net");
        fs::write(&path, "old").unwrap();
        let error = write_atomically(&path, |file| {
            file.write_all(&[7; 1 << 20])?;
            Err(io::Error::other("on purpose"))
        });
        assert_eq!(error.unwrap_err().to_string(), "on purpose");
        assert_eq!((fs::read(&path).unwrap().as_slice(), folder.names()), (&b"old"[..], vec!["net".to_owned()]));
        let panic = catch_unwind(AssertUnwindSafe(|| write_atomically(&path, |_| panic!("on purpose"))));
        assert!(panic.is_err());
        assert_eq!((fs::read(&path).unwrap().as_slice(), folder.names()), (&b"old"[..], vec!["net".to_owned()]));
    }

    #[test]
    fn until_the_end_the_old_file_is_there() {
        let folder = Folder::new("old");
        let path = folder.0.join("net");
        fs::write(&path, "old").unwrap();
        write_atomically(&path, |file| {
            file.write_all(b"new")?;
            file.flush()?;
            assert_eq!(fs::read(&path)?, b"old");
            Ok(())
        })
        .unwrap();
        assert_eq!((fs::read(&path).unwrap().as_slice(), folder.names()), (&b"new"[..], vec!["net".to_owned()]));
    }

    #[test]
    fn a_folder_is_not_replaced_and_a_path_without_a_name_is_refused() {
        let folder = Folder::new("folder");
        fs::create_dir(folder.0.join("inner")).unwrap();
        let error = write_atomically(&folder.0.join("inner"), |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "what is there is no regular file");
        assert!(write_atomically(Path::new("/"), |_| Ok(())).is_err());
        assert!(write_atomically(&folder.0.join("no/such/net"), |_| Ok(())).is_err());
        assert_eq!(folder.names(), ["inner"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = Folder::new("link");
        let (path, link) = (folder.0.join("net"), folder.0.join("latest"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("net", &link).unwrap();
        write_atomically(&link, |file| file.write_all(b"new")).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
