//! Ways to damage files, and archives made by hand.

use autograd_core::Generator;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::Write;
use std::path::PathBuf;

/// The bytes of a file beside the tests.
pub fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A zip archive of these members.
pub fn zip(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let (mut entry, config) = archive.new_file(name).compression_method(method).start().unwrap();
        if method == CompressionMethod::STORE {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).unwrap();
            let (_, descriptor) = writer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        } else {
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::best()));
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
    }
    archive.finish().unwrap();
    bytes
}

/// What `torch.save` would make of a pickle and storages.
pub fn torch(pickle: &[u8], storages: &[(&str, &[u8])]) -> Vec<u8> {
    let names: Vec<String> = storages.iter().map(|(key, _)| format!("archive/data/{key}")).collect();
    let mut members: Vec<(&str, &[u8])> = vec![("archive/data.pkl", pickle), ("archive/byteorder", b"little")];
    members.extend(names.iter().map(String::as_str).zip(storages.iter().map(|(_, bytes)| *bytes)));
    zip(&members, CompressionMethod::STORE)
}

/// The same bytes with one to eight accidents: bits turned over, bytes replaced, pieces lost, doubled, or copied elsewhere.
pub fn mutated(bytes: &[u8], generator: &mut Generator) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=generator.below(8) {
        if bytes.is_empty() {
            return bytes;
        }
        let at = generator.below(bytes.len());
        let end = at + generator.below((bytes.len() - at).min(16) + 1);
        match generator.below(6) {
            0 => bytes[at] ^= 1 << generator.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][generator.below(5)],
            2 => bytes[at] = generator.below(256) as u8,
            3 => drop(bytes.drain(at..end)),
            4 => {
                let piece = bytes[at..end].to_vec();
                let to = generator.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                let piece = bytes[at..end].to_vec();
                let to = generator.below(bytes.len() - piece.len() + 1);
                bytes[to..to + piece.len()].copy_from_slice(&piece);
            }
        }
    }
    bytes
}

/// How often a random test is repeated: `AUTOGRAD_ROUNDS`, or a number that takes a moment.
pub fn rounds() -> usize {
    std::env::var("AUTOGRAD_ROUNDS").map_or(400, |rounds| rounds.parse().expect("a number of rounds"))
}
