//! What a checkpoint gives back, and what it refuses.

use super::*;
use crate::state::AnyTensor;
use crate::{Buffer, KeyStream, Linear};
use autograd_core::{Generator, Tensor};

#[derive(Module)]
struct Net<T: Real> {
    layer: Linear<T>,
    mean: Buffer<T>,
    dropout: KeyStream,
}

fn net(seed: u64) -> Net<f32> {
    let generator = &mut Generator::seed(seed);
    let layer = Linear::new(2, 2, generator);
    Net { layer, mean: Buffer::new([0.5, seed as f32]), dropout: KeyStream::draw(generator) }
}

#[test]
fn a_module_goes_on_with_the_random_numbers_it_would_have_had() {
    let (source, target) = (net(1), net(2));
    let _ = source.dropout.next();
    let checkpoint = Checkpoint::from_bytes(&Checkpoint::of(&source).to_bytes().unwrap()).unwrap();
    let expected = [source.dropout.next(), source.dropout.next()];
    let report = checkpoint.restore(&target, Strictness::Strict).unwrap();
    assert_eq!((report.loaded, report.missing, report.unexpected), (4, Vec::new(), Vec::new()));
    assert_eq!([target.dropout.next(), target.dropout.next()], expected);
    assert_eq!(target.state_dict(), source.state_dict());
}

#[test]
fn if_either_section_does_not_fit_neither_is_set() {
    let target = net(2);
    let before = Checkpoint::of(&target);
    let mut model = Checkpoint::of(&net(1));
    let mut state = model.section("model").unwrap().clone();
    state.insert("mean", Tensor::from([1.0f32]));
    model.insert("model", state);
    assert_eq!(model.restore(&target, Strictness::Strict).unwrap_err().unfit.len(), 1);
    assert_eq!(Checkpoint::of(&target), before);
    let mut streams = Checkpoint::of(&net(1));
    streams.insert("streams", [("dropout", Tensor::from([1i64]))].into_iter().collect());
    let error = streams.restore(&target, Strictness::Loose).unwrap_err();
    let expected = "dropout: the module has a stream, i64 of shape [2], the state i64 of shape [1]";
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(Checkpoint::of(&target), before);
    // Of a file without streams the model can be had loosely.
    streams.insert("streams", StateDict::new());
    assert_eq!(streams.restore(&target, Strictness::Strict).unwrap_err().missing, ["dropout"]);
    assert_eq!(streams.restore(&target, Strictness::Loose).unwrap().missing, ["dropout"]);
    assert_eq!(target.state_dict(), net(1).state_dict());
}

#[test]
fn sections_and_values_come_back_in_order_also_empty_ones() {
    let mut checkpoint = Checkpoint::new();
    checkpoint.insert("optimizer", [("exp_avg.0", Tensor::from([0.1f64]))].into_iter().collect());
    checkpoint.insert("empty", StateDict::new());
    checkpoint.insert("model", [("a.b", Tensor::from([true]))].into_iter().collect());
    checkpoint.set("loss", 0.1f64 + 0.2);
    checkpoint.set("note", "two\nlines");
    let bytes = checkpoint.to_bytes().unwrap();
    let read = Checkpoint::from_bytes(&bytes).unwrap();
    assert_eq!(read, checkpoint);
    assert_eq!(read.sections().map(|(name, _)| name).collect::<Vec<_>>(), ["optimizer", "empty", "model"]);
    assert_eq!(read.get::<f64>("loss").unwrap(), Some(0.1 + 0.2));
    assert_eq!(read.get::<String>("note").unwrap().as_deref(), Some("two\nlines"));
    assert_eq!(read.get::<u8>("epoch").unwrap(), None);
    let wrong = read.get::<u8>("note").unwrap_err().to_string();
    assert!(wrong.starts_with(r#""note": "\"two\\nlines\"" is no value of u8: "#), "{wrong}");
    assert_eq!(
        read.value::<u8>("epoch").unwrap_err().to_string(),
        "\"epoch\": the checkpoint has no value of this name"
    );
    assert_eq!(read.to_bytes().unwrap(), bytes, "the same content, the same bytes");
    assert_eq!(Safetensors::from_bytes(&bytes).unwrap().tensors.part("model").names().collect::<Vec<_>>(), ["a.b"]);
}

#[test]
fn values_of_any_type_come_back_to_the_bit() {
    #[derive(PartialEq, Debug, serde::Serialize, serde::Deserialize)]
    struct Plateau {
        best: f64,
        patience: Option<u32>,
        rates: Vec<f32>,
        settings: serde_json::Value,
    }
    let settings = serde_json::json!({ "lr": 1.0, "eps": 1e-8, "betas": [0.9, 0.999], "steps": u64::MAX, "less": -3, "name": null });
    let plateau = Plateau { best: f64::INFINITY, patience: None, rates: vec![0.1, f32::MIN_POSITIVE, 1.0], settings };
    let checkpoint = Checkpoint::new().with("plateau", &plateau).with("generator", Generator::seed(3).state());
    let read = Checkpoint::from_bytes(&checkpoint.to_bytes().unwrap()).unwrap();
    assert_eq!(read.value::<Plateau>("plateau").unwrap(), plateau);
    assert_eq!(read.value::<[u32; 14]>("generator").unwrap(), Generator::seed(3).state());
    for x in [0.1 + 0.2, 5e-324, f64::MAX, -0.0, 1e16, f64::NEG_INFINITY, 2f64.powi(-1074) * 3.0] {
        let read = Checkpoint::new().with("x", x);
        assert_eq!(read.value::<f64>("x").unwrap().to_bits(), x.to_bits(), "{x:?}");
    }
}

#[test]
fn a_check_says_what_restoring_would_and_changes_nothing() {
    let (source, target) = (Checkpoint::of(&net(1)), net(2));
    let before = Checkpoint::of(&target);
    source.check(&target, Strictness::Strict).unwrap();
    assert_eq!(Checkpoint::new().check(&target, Strictness::Strict).unwrap_err().missing, ["dropout"]);
    assert_eq!(Checkpoint::of(&target), before);
}

#[test]
fn nan_and_its_bits_survive() {
    let nan = f32::from_bits(0x7fc0_1234);
    let mut checkpoint = Checkpoint::new();
    checkpoint.insert("model", [("x", Tensor::from([nan, -0.0]))].into_iter().collect());
    let read = Checkpoint::from_bytes(&checkpoint.to_bytes().unwrap()).unwrap();
    let Some(AnyTensor::F32(x)) = read.section("model").unwrap().get("x") else { panic!("x is f32") };
    assert_eq!(x.to_vec().iter().map(|x| x.to_bits()).collect::<Vec<_>>(), [0x7fc0_1234, 0x8000_0000]);
}

#[test]
#[should_panic(expected = "insert: \"a.b\" cannot name a section, it is empty or contains a dot")]
fn a_section_has_no_dot() {
    Checkpoint::new().insert("a.b", StateDict::new());
}

#[test]
#[should_panic(expected = "set: the file itself needs the name \"format\"")]
fn the_names_of_the_file_are_its_own() {
    Checkpoint::new().set("format", 1);
}
