//! `Archive`: the members of a zip file, read within bounds that are known beforehand.

use super::FileError;
use flate2::read::DeflateDecoder;
use indexmap::IndexMap;
use rawzip::{CompressionMethod, ErrorKind, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord};
use std::fs::File;
use std::io::Read;

/// A zip file: its members by name.
pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    members: IndexMap<String, Member>,
}

/// What the directory says of a member.
struct Member {
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    encrypted: bool,
    /// In bytes, as stored and as it is read.
    stored: u64,
    size: u64,
}

/// No deflated byte becomes more than this many.
const MAX_RATIO: u64 = 1032;

impl Archive<rawzip::FileReader> {
    pub(super) fn of_file(file: File) -> Result<Self, FileError> {
        Archive::of(ZipArchive::from_file(file, &mut vec![0; rawzip::RECOMMENDED_BUFFER_SIZE])?)
    }
}

impl<'b> Archive<&'b [u8]> {
    pub(super) fn of_bytes(bytes: &'b [u8]) -> Result<Self, FileError> {
        Archive::of(ZipArchive::from_slice(bytes)?.into_reader_archive())
    }
}

impl<R: ReaderAt> Archive<R> {
    fn of(zip: ZipArchive<R>) -> Result<Self, FileError> {
        let mut members: IndexMap<String, Member> = IndexMap::new();
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let mut entries = zip.entries(&mut buffer);
        while let Some(entry) = entries.next_entry()? {
            let name = str::from_utf8(entry.file_path().as_bytes())
                .map_err(|_| FileError::damaged("the name of a member is not UTF-8"))?
                .to_owned();
            if members.contains_key(&name) {
                return Err(FileError::damaged("two members have this name").in_entry(&name));
            }
            let member = Member::of(&entry);
            members.insert(name, member);
        }
        if zip.entries_hint() != members.len() as u64 {
            let (says, has) = (zip.entries_hint(), members.len());
            return Err(FileError::damaged(format!("the archive tells of {says} members, there are {has}")));
        }
        // Members that share their bytes would make a large thing of a small one.
        let stored = members.values().try_fold(0u64, |sum, member| sum.checked_add(member.stored));
        if stored.is_none_or(|stored| stored > zip.directory_offset()) {
            return Err(FileError::damaged("the members of the archive overlap"));
        }
        Ok(Archive { zip, members })
    }

    /// The name of each member, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Whether there is a member of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The content of a member of exactly `size` bytes; its checksum is right.
    pub(super) fn read(&self, name: &str, size: u64) -> Result<Vec<u8>, FileError> {
        let read = || {
            let (reader, has) = self.open(name)?;
            if has != size {
                return Err(FileError::damaged(format!("the member has {has} bytes, {size} are expected")));
            }
            read_exactly(reader, size)
        };
        read().map_err(|error| error.in_entry(name))
    }

    /// The content of a member of at most `limit` bytes, and at most `ratio` times those stored; its checksum is right.
    pub(super) fn read_up_to(&self, name: &str, limit: u64, ratio: u64) -> Result<Vec<u8>, FileError> {
        let (size, stored) = self.members.get(name).map_or((0, 0), |member| (member.size, member.stored));
        let limit = limit.min(stored.saturating_mul(ratio));
        if size > limit {
            let why = format!("the member has {size} bytes, more than {limit}");
            return Err(FileError::damaged(why).in_entry(name));
        }
        self.read(name, size)
    }

    /// A member to read, and its number of bytes; reading the last of them checks the checksum.
    pub(super) fn open(&self, name: &str) -> Result<(Box<dyn Read + '_>, u64), FileError> {
        let Some(member) = self.members.get(name) else {
            return Err(FileError::damaged("the member is missing"));
        };
        if member.encrypted {
            return Err(FileError::unsupported("the member is encrypted"));
        }
        let entry = self.zip.get_entry(member.place)?;
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        if entry.local_header(&mut buffer)?.file_path().as_bytes() != name.as_bytes() {
            return Err(FileError::damaged("the member has another name where it lies"));
        }
        let (stored, size) = (member.stored, member.size);
        let reader: Box<dyn Read> = match member.method {
            CompressionMethod::STORE if stored == size => Box::new(entry.verifying_reader(entry.reader())),
            CompressionMethod::DEFLATE if size / MAX_RATIO <= stored => {
                Box::new(entry.verifying_reader(DeflateDecoder::new(entry.reader())))
            }
            CompressionMethod::STORE | CompressionMethod::DEFLATE => {
                return Err(FileError::damaged(format!("{stored} bytes cannot become {size}")));
            }
            _ => return Err(FileError::unsupported("the member is neither stored nor deflated; pack it anew")),
        };
        Ok((reader, size))
    }
}

/// So many bytes from a source; what it does not have is not allocated.
pub(super) fn read_exactly(source: impl Read, size: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    source.take(size).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == size {
        true => Ok(bytes),
        false => Err(FileError::damaged("it ends too early")),
    }
}

impl Member {
    fn of(entry: &ZipFileHeaderRecord<'_>) -> Self {
        Member {
            place: entry.wayfinder(),
            method: entry.compression_method(),
            encrypted: entry.flags().is_encrypted(),
            stored: entry.compressed_size_hint(),
            size: entry.uncompressed_size_hint(),
        }
    }
}

impl From<rawzip::Error> for FileError {
    fn from(error: rawzip::Error) -> Self {
        match error.into_kind() {
            ErrorKind::IO(error) => error.into(),
            ErrorKind::Eof => FileError::damaged("it ends too early"),
            other => FileError::damaged(format!("as a zip archive: {other}")),
        }
    }
}
