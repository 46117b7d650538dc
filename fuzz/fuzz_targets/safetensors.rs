//! Any bytes as a safetensors file and as a checkpoint: an error, or what writes and reads as itself.
#![no_main]

use autograd_nn::state::{Checkpoint, Safetensors};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = Safetensors::from_bytes(bytes) {
        let written = file.to_bytes().expect("what was read can be written");
        let again = Safetensors::from_bytes(&written).expect("what was written can be read");
        // Not compared as values, among which NaN may be.
        assert_eq!(again.to_bytes().expect("as before"), written);
    }
    let _ = Checkpoint::from_bytes(bytes);
});
