//! Layers with PyTorch's weights, loaded from its state dicts, give PyTorch's results and gradients; see tests/reference/modules/make.py.

mod attention;
mod case;
mod feed_forward;
mod recurrent;

use case::CASES;
use std::collections::HashSet;

#[test]
fn each_stored_case_is_compared() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/modules");
    let stored: HashSet<String> = std::fs::read_dir(folder)
        .expect("the folder of the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "safetensors"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let compared: HashSet<String> = CASES.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(stored, compared);
}
