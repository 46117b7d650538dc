//! Files of PyTorch, NumPy and safetensors are read as what they mean. `tests/files/make.py` wrote them.

use autograd_core::{Generator, Shape, Tensor};
use autograd_nn::Linear;
use autograd_nn::state::{AnyTensor, FileError, PickleValue, Safetensors, StateDict, Strictness, load};
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

fn state(name: &str) -> StateDict {
    StateDict::load(file(name)).unwrap_or_else(|error| panic!("{error}"))
}

/// The numbers from `start` on.
fn count(shape: impl Into<Shape>, start: i64) -> Tensor<f32> {
    Tensor::from_fn(shape, |i| start as f32 + i as f32)
}

/// The state that `make.py` saved in several ways.
fn expected() -> StateDict {
    let mut state = StateDict::new();
    state.insert("0.weight", count([2, 3], 0));
    state.insert("0.bias", count([2], 10));
    state.insert("1.weight", Tensor::<f32>::ones([2]));
    state.insert("1.bias", Tensor::<f32>::zeros([2]));
    state.insert("1.running_mean", count([2], 20));
    state.insert("1.running_var", Tensor::<f32>::ones([2]));
    state.insert("1.num_batches_tracked", Tensor::from(0i64));
    state
}

#[test]
fn a_state_dict_is_the_same_however_it_was_written() {
    for name in ["state_dict.pth", "state_dict_protocol4.pth", "deflated.pth", "big_endian.pth"] {
        let state = state(name);
        assert_eq!(state, expected(), "{name}");
        assert!(state.names().eq(expected().names()), "{name}: the order differs");
        assert_eq!(StateDict::from_bytes(&std::fs::read(file(name)).unwrap()).unwrap(), state, "{name}");
    }
}

#[test]
fn each_type_of_elements_keeps_its_extreme_values() {
    let mut expected = StateDict::new();
    expected.insert("f64", Tensor::from([0.1, -2.5e300]));
    expected.insert("f32", Tensor::from([0.1f32, f32::INFINITY]));
    expected.insert("f16", Tensor::from([0.5f32, 65504.0]));
    // The nearest number of eight binary digits.
    expected.insert("bf16", Tensor::from([1.0f32, -226.0 * 2f32.powi(120)]));
    expected.insert("i64", Tensor::from([i64::MIN, i64::MAX]));
    expected.insert("i32", Tensor::from([i64::from(i32::MIN), i64::from(i32::MAX)]));
    expected.insert("i16", Tensor::from([-32768i64, 32767]));
    expected.insert("i8", Tensor::from([-128i64, 127]));
    expected.insert("u64", Tensor::from([0, i64::MAX]));
    expected.insert("u32", Tensor::from([0, i64::from(u32::MAX)]));
    expected.insert("u16", Tensor::from([0i64, 65535]));
    expected.insert("u8", Tensor::from([0i64, 255]));
    expected.insert("bool", Tensor::from([true, false]));
    assert_eq!(state("dtypes.pth"), expected);
    let file = Safetensors::load(file("dtypes.safetensors")).unwrap();
    assert_eq!(file.tensors, expected);
    assert_eq!(
        file.metadata.into_iter().collect::<Vec<_>>(),
        [("format", "pt"), ("note", "zwölf")].map(|(a, b)| (a.into(), b.into()))
    );
}

#[test]
fn strides_and_offsets_find_their_elements() {
    let layouts = state("layouts.pth");
    let f32s = |name: &str| match layouts.get(name) {
        Some(AnyTensor::F32(tensor)) => tensor,
        other => panic!("{name}: {other:?}"),
    };
    let base = count([24], 0);
    assert_eq!(*f32s("plain"), base.reshape([2, 3, 4]));
    assert_eq!(*f32s("transposed"), base.reshape([4, 6]).mt());
    assert_eq!(*f32s("permuted"), base.reshape([2, 3, 4]).permute([2, 0, 1]));
    assert_eq!(*f32s("offset"), Tensor::from([5.0f32, 6.0, 7.0, 8.0]));
    assert_eq!(*f32s("steps"), Tensor::from([1.0f32, 6.0, 11.0, 16.0, 21.0]));
    assert_eq!(*f32s("column"), Tensor::from([2.0f32, 8.0, 14.0, 20.0]));
    assert_eq!(*f32s("broadcast"), Tensor::from([[3.0f32; 3], [4.0; 3]]));
    let overlapping = Tensor::from([[1.0f32, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 6.0], [5.0, 6.0, 7.0, 8.0]]);
    assert_eq!(*f32s("overlapping"), overlapping);
    assert_eq!(*f32s("single"), Tensor::from(7.0f32));
    assert_eq!(*f32s("empty"), Tensor::zeros([0, 4]));
    // As in PyTorch, tensors of one storage share it.
    assert!(f32s("plain").shares(&f32s("transposed").mt().reshape([2, 3, 4])));
}

#[test]
fn dictionaries_within_dictionaries_give_names_with_dots_and_keep_what_is_no_tensor() {
    let tree = PickleValue::load(file("nested.pth")).unwrap();
    let int = |key: &str| tree.get(key).and_then(PickleValue::as_int);
    assert_eq!((int("epoch"), int("note")), (Some(3), None));
    let best = tree.get("best").unwrap();
    assert_eq!(best.get("loss").and_then(PickleValue::as_float), Some(0.25));
    assert_eq!(best.get("at").and_then(PickleValue::as_int), Some(-70000));
    assert_eq!(best.get("steps").and_then(PickleValue::as_int), Some(1 << 40));
    assert_eq!(tree.get("note").and_then(PickleValue::as_str), Some("zwölf"));
    assert_eq!(tree.get("done").and_then(PickleValue::as_bool), Some(true));
    assert_eq!(tree.get("schedule"), Some(&PickleValue::None));
    assert_eq!(tree.get("shape"), Some(&PickleValue::Tuple(vec![PickleValue::Int(2), PickleValue::Int(3)])));
    assert_eq!(tree.get("dtype").and_then(PickleValue::as_str), Some("torch.float16"));
    assert_eq!(tree.get("history").and_then(PickleValue::items).unwrap()[0], PickleValue::Float(1.5));

    let state = state("nested.pth");
    assert_eq!(state.part("state_dict"), expected());
    assert_eq!(state.get("history.1.1"), Some(&Tensor::from([7.0f32]).into()));
    assert_eq!(state.get("parameter"), Some(&count([2], 10).into()));
    assert_eq!(state.len(), expected().len() + 2);
}

#[test]
fn the_state_of_an_optimiser_is_a_tree() {
    let tree = PickleValue::load(file("adam.pth")).unwrap();
    let group = &tree.get("param_groups").and_then(PickleValue::items).unwrap()[0];
    assert_eq!(group.get("lr").and_then(PickleValue::as_float), Some(0.01));
    let betas = group.get("betas").and_then(PickleValue::items).unwrap();
    assert_eq!(betas, [PickleValue::Float(0.9), PickleValue::Float(0.999)]);
    assert_eq!(group.get("params").and_then(PickleValue::items).unwrap().len(), 4);
    let state = tree.get("state").unwrap().entries().unwrap();
    let (key, first) = &state[0];
    assert_eq!(key.as_int(), Some(0));
    assert_eq!(*first.get("exp_avg").and_then(PickleValue::as_tensor).unwrap().shape(), [2, 3]);
    assert_eq!(first.get("step").and_then(PickleValue::as_tensor), Some(&Tensor::from(1.0f32).into()));
    assert!(tree.tensors().unwrap().get("state.3.exp_avg_sq").is_some());
}

#[test]
fn arrays_of_numpy_are_read_in_each_order_of_bytes_and_axes() {
    let mut expected = StateDict::new();
    expected.insert("c", Tensor::<f64>::arange(6).reshape([2, 3]));
    expected.insert("fortran", count([2, 3, 4], 0));
    expected.insert("big", Tensor::indices(6).reshape([3, 2]));
    expected.insert("half", Tensor::from([0.5f32, -65504.0]));
    expected.insert("bytes", Tensor::from([-128i64, 127]));
    expected.insert("unsigned", Tensor::from([0, i64::MAX]));
    expected.insert("truth", Tensor::from([[true], [false]]));
    expected.insert("single", Tensor::from(7i64));
    expected.insert("empty", Tensor::<f32>::zeros([0, 3]));
    assert_eq!(state("arrays.npz"), expected);
    assert_eq!(state("compressed.npz"), expected);
    let npy = |name: &str| AnyTensor::load_npy(file(name)).unwrap();
    assert_eq!(npy("fortran.npy"), *expected.get("fortran").unwrap());
    assert_eq!(npy("version2.npy"), *expected.get("big").unwrap());
    assert_eq!(npy("version3.npy"), *expected.get("big").unwrap());
}

#[test]
fn what_is_refused_says_what_to_do() {
    let refused = |name: &str| {
        let error = StateDict::load(file(name)).unwrap_err();
        assert!(matches!(error, FileError::Unsupported { .. }), "{error}");
        assert_eq!(error.place().file.as_deref(), Some(file(name).as_path()));
        error.to_string().split_once(name).unwrap().1.to_owned()
    };
    assert_eq!(
        refused("legacy.pth"),
        ": of the format of PyTorch before 1.6; a newer PyTorch converts it: torch.save(torch.load(path), new_path)"
    );
    assert_eq!(
        refused("module.pth"),
        ": \"module/data.pkl\": it refers to \"torch.nn.modules.linear.Linear\", and nothing but tensors, numbers, text, lists, tuples \
         and dictionaries is read; save the state alone: torch.save(model.state_dict(), path)"
    );
    assert_eq!(
        refused("script.pt"),
        ": a TorchScript archive, which holds a program; save its state alone: \
         torch.save(torch.jit.load(path).state_dict(), new_path)"
    );
    assert!(refused("complex.pth").contains("it refers to \"torch.ComplexFloatStorage\""));
    assert_eq!(refused("fortran.npy"), ": a single array of NumPy, which AnyTensor::load_npy reads");
    assert_eq!(refused("make.py"), ": none of the formats known: safetensors, .pth of PyTorch 1.6 or later, .npz");
    let error = PickleValue::load(file("arrays.npz")).unwrap_err();
    assert!(
        error.to_string().ends_with("arrays.npz: not a file of torch.save; StateDict::load reads safetensors and .npz"),
        "{error}"
    );
    let error = StateDict::load(file("no.pth")).unwrap_err();
    assert!(matches!(error, FileError::Io { .. }) && error.to_string().contains("no.pth: "), "{error}");
}

#[test]
fn a_module_takes_the_state_of_a_file_or_says_why_not() {
    let net = vec![Linear::<f64>::new(3, 2, &mut Generator::seed(0))];
    let report = load(&net, file("state_dict.pth"), Strictness::Loose).unwrap();
    assert_eq!((report.loaded, report.unexpected.len()), (2, 5));
    assert_eq!(net[0].weight.value(), Tensor::arange(6).reshape([2, 3]));

    let error = load(&net, file("nested.pth"), Strictness::Strict).unwrap_err();
    let FileError::Unfit { source, .. } = &error else { panic!("{error}") };
    assert_eq!(source.missing, ["0.weight", "0.bias"]);
    let text = error.to_string();
    assert!(text.contains("nested.pth: the state does not fit the module, which is unchanged"), "{text}");
    assert!(
        text.ends_with("help        the missing names lie under \"state_dict\": load StateDict::part(\"state_dict\")"),
        "{text}"
    );
}
