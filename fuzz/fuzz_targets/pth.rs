//! Any bytes as an archive of PyTorch or NumPy: an error, or tensors.
#![no_main]

use autograd_nn::state::{PickleValue, StateDict};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = StateDict::from_bytes(bytes);
    let _ = PickleValue::from_bytes(bytes);
});
