//! Any bytes as the pickle of an archive that is sound otherwise: no checksum keeps the fuzzer from what reads it.
#![no_main]

use autograd_nn::state::PickleValue;
use libfuzzer_sys::fuzz_target;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::Write;

fuzz_target!(|pickle: &[u8]| {
    let storage: Vec<u8> = (0..96).collect();
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in [("a/data.pkl", pickle), ("a/data/0", &storage), ("a/data/1", &storage[..8])] {
        let (mut entry, config) =
            archive.new_file(name).compression_method(CompressionMethod::STORE).start().expect("a new member");
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content).expect("memory takes all");
        let (_, descriptor) = writer.finish().expect("memory takes all");
        entry.finish(descriptor).expect("memory takes all");
    }
    archive.finish().expect("memory takes all");
    if let Ok(value) = PickleValue::from_bytes(&bytes)
        && let Ok(state) = value.tensors()
    {
        // A view of one element may stand for any number of them: only those are looked at that are not too many.
        for (_, tensor) in state.iter().filter(|(_, tensor)| tensor.shape().numel() <= 1 << 12) {
            let _ = tensor.to_real::<f32>().to_vec();
        }
    }
});
