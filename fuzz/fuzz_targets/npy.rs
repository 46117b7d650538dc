//! Any bytes as an array of NumPy: an error, or what writes and reads as itself.
#![no_main]

use autograd_nn::state::AnyTensor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(array) = AnyTensor::from_npy(bytes) {
        let written = array.to_npy();
        let again = AnyTensor::from_npy(&written).expect("what was written can be read");
        assert_eq!(again.to_npy(), written);
        assert_eq!(again.shape(), array.shape());
    }
});
