//! Files cut short, altered at random and made to mislead are errors: no panic, and no values that nobody saved.

mod damage;

use autograd_core::{Generator, Tensor};
use autograd_nn::state::{AnyTensor, Checkpoint, FileError, PickleValue, Safetensors, StateDict};
use damage::{file, mutated, rounds, torch, zip};
use rawzip::CompressionMethod;

/// A reader, so that all are tried alike: what it reads, as text.
type Reader = fn(&[u8]) -> Result<String, FileError>;

fn archive(bytes: &[u8]) -> Result<String, FileError> {
    StateDict::from_bytes(bytes).map(|state| format!("{state:?}"))
}

fn pickle(bytes: &[u8]) -> Result<String, FileError> {
    PickleValue::from_bytes(bytes).map(|value| format!("{value:?}"))
}

fn safetensors(bytes: &[u8]) -> Result<String, FileError> {
    Safetensors::from_bytes(bytes).map(|file| format!("{file:?}"))
}

fn checkpoint(bytes: &[u8]) -> Result<String, FileError> {
    Checkpoint::from_bytes(bytes).map(|checkpoint| format!("{checkpoint:?}"))
}

fn npy(bytes: &[u8]) -> Result<String, FileError> {
    AnyTensor::from_npy(bytes).map(|array| format!("{array:?}"))
}

/// Sound files of each kind.
fn sound() -> Vec<(&'static str, Vec<u8>, Reader)> {
    let of = |name: &'static str, reader: Reader| (name, file(name), reader);
    vec![
        of("nested.pth", pickle),
        of("layouts.pth", archive),
        of("adam.pth", pickle),
        of("deflated.pth", archive),
        of("state_dict_protocol4.pth", archive),
        of("dtypes.safetensors", safetensors),
        of("arrays.npz", archive),
        of("compressed.npz", archive),
        of("fortran.npy", npy),
        of("version3.npy", npy),
        ("checkpoint", example().to_bytes().unwrap(), checkpoint),
    ]
}

fn example() -> Checkpoint {
    let mut state = StateDict::new();
    state.insert("weight", Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]));
    state.insert("count", Tensor::from(7i64));
    let mut checkpoint = Checkpoint::new();
    checkpoint.insert("model", state);
    checkpoint.insert("empty", StateDict::new());
    checkpoint.set("epoch", 3);
    checkpoint
}

#[test]
fn a_file_that_ends_too_early_is_an_error_wherever_it_ends() {
    for (name, bytes, read) in sound() {
        assert!(read(&bytes).is_ok(), "{name}");
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "{name}, {end} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn no_bit_turned_over_panics_and_where_there_is_a_checksum_none_goes_unnoticed() {
    for (name, mut bytes, read) in sound() {
        let before = read(&bytes).unwrap();
        // safetensors and .npy have no checksum: there, only a panic is a mistake.
        let has_checksum = !name.ends_with(".safetensors") && !name.ends_with(".npy");
        // All bits if so many rounds are asked for, else some; the step is odd, so that each place within a byte has its turn.
        let step = (4 * bytes.len() / rounds()) | 1;
        for bit in (0..8 * bytes.len()).step_by(step) {
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(after) = read(&bytes) {
                assert!(!has_checksum || after == before, "{name}, bit {bit}: {after}");
            }
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn no_random_damage_panics() {
    let mut generator = Generator::seed(17);
    for (_, bytes, read) in sound() {
        for _ in 0..rounds() {
            let _ = read(&mutated(&bytes, &mut generator));
        }
    }
}

#[test]
fn no_random_pickle_panics_under_a_right_checksum() {
    let mut generator = Generator::seed(18);
    let layouts = file("layouts.pth");
    let pickles: Vec<Vec<u8>> = ["nested.pth", "layouts.pth", "adam.pth"].map(|name| data_pkl(&file(name))).into();
    let storage: Vec<u8> = (0..96).collect();
    let storages = [("0", &storage[..]), ("1", &storage[..8]), ("2", &storage[..4])];
    let mut read = 0;
    for pickle in &pickles {
        for _ in 0..rounds() {
            read += usize::from(archive(&torch(&mutated(pickle, &mut generator), &storages)).is_ok());
        }
    }
    // Not each of them fails at the first byte: the damage reaches what lies behind the opcodes.
    assert!(read > 0 && archive(&layouts).is_ok());
}

/// The pickle of an archive whose members are stored.
fn data_pkl(bytes: &[u8]) -> Vec<u8> {
    let zip = rawzip::ZipArchive::from_slice(bytes).unwrap();
    let mut entries = zip.entries();
    let entry = entries.next_entry().unwrap().unwrap();
    assert!(entry.file_path().as_bytes().ends_with(b"/data.pkl"));
    zip.get_entry(entry.wayfinder()).unwrap().data().to_vec()
}

/// A pickle of a tensor of f32 in the storage "0" of `count` elements, its offset, sizes and strides as opcodes.
fn tensor(count: &str, offset: &str, sizes: &str, strides: &str) -> Vec<u8> {
    let window = format!("{offset}({sizes}t({strides}t");
    let storage = format!("(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu{count}tQ");
    let pickle = format!("\u{2}ctorch._utils\n_rebuild_tensor_v2\n({storage}{window}NNtR.");
    [b"\x80", pickle.as_bytes()].concat()
}

#[test]
fn tensors_stay_within_their_storage_and_within_memory() {
    let storage: Vec<u8> = (0..4).flat_map(|i| (i as f32).to_le_bytes()).collect();
    let read = |pickle: &[u8]| archive(&torch(pickle, &[("0", &storage)]));
    let error = |pickle: &[u8]| read(pickle).unwrap_err().to_string();
    // A tensor alone has the empty name.
    let state = StateDict::from_bytes(&torch(&tensor("K\x04", "K\x01", "K\x03", "K\x01"), &[("0", &storage)])).unwrap();
    assert_eq!(state.get(""), Some(&Tensor::from([1.0f32, 2.0, 3.0]).into()));

    let beyond = "reaches beyond its storage of 4 elements";
    assert!(error(&tensor("K\x04", "K\x02", "K\x03", "K\x01")).contains(beyond));
    assert!(error(&tensor("K\x04", "K\x00", "K\x02", "K\x04")).contains(beyond));
    assert!(error(&tensor("K\x04", "K\x04", "", "")).contains(beyond));
    assert!(error(&tensor("K\x04", "K\x00", "K\x02", "J\0\0\0\x7f")).contains(beyond));
    assert!(error(&tensor("K\x04", "J\0\0\0\x7f", "K\x02", "K\x00")).contains(beyond));
    // 2^14, five times over.
    let long = "M\0\x40M\0\x40M\0\x40M\0\x40M\0\x40";
    assert!(error(&tensor("K\x04", "K\x00", long, "K\0K\0K\0K\0K\0")).contains("more than memory can address"));
    // Repeated without memory, a large tensor is a view of one element.
    let large = "M\0\x40M\0\x40M\0\x40";
    let state =
        StateDict::from_bytes(&torch(&tensor("K\x04", "K\x03", large, "K\0K\0K\0"), &[("0", &storage)])).unwrap();
    assert_eq!(state.get("").unwrap().shape().numel(), 1 << 42);
    assert!(error(&tensor("K\x04", "K\x00", "K\x02", "")).contains("has 1 sizes and 0 strides"));
    // Negative numbers (LONG1 of the one byte 0x7f less 0x80 cannot be written as text here), numbers that are none.
    assert!(error(&tensor("K\x04", "N", "K\x02", "K\x01")).contains("None stands in place of a count"));
    // The storage is shorter, or longer, than the pickle says.
    assert!(error(&tensor("K\x05", "K\x00", "K\x02", "K\x01")).contains("the member has 16 bytes, 20 are expected"));
    assert!(error(&tensor("K\x03", "K\x00", "K\x02", "K\x01")).contains("the member has 16 bytes, 12 are expected"));
    assert!(error(&tensor("J\0\0\0\x7f", "K\x00", "K\x02", "K\x01")).contains("the member has 16 bytes"));
}

#[test]
fn hostile_pickles_are_errors() {
    let error = |pickle: &[u8]| pickle_error(pickle);
    // What pickles are dangerous for.
    assert!(error(b"\x80\x02cos\nsystem\n(X\x02\0\0\0lstR.").contains("it refers to \"os.system\""));
    assert!(error(b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93.").contains("it refers to \"builtins.eval\""));
    assert!(error(b"\x80\x02c\x1b[31m\nx\n.").contains("it refers to \"\\u{1b}[31m.x\""));
    // Old and new opcodes that make objects.
    assert!(error(b"\x80\x02(i__main__\nNet\n.").contains("the opcode 0x69"));
    assert!(error(b"\x80\x02\x81.").contains("the opcode 0x81"));
    assert!(error(b"\x80\x06.").contains("pickles of protocol 6 are not read"));
    // Lengths beyond the end.
    assert!(error(b"\x80\x02X\xff\xff\xff\xff.").contains("4294967295 bytes are needed, 1 are left"));
    assert!(error(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.").contains("18446744073709551615 bytes are needed"));
    assert!(error(b"\x80\x02\x8b\xff\xff\xff\xff.").contains("bytes are needed"));
    // A stack or memo that does not hold what is taken.
    assert!(error(b"\x80\x02.").contains("at byte 2 of the pickle, the stack is empty"));
    assert!(error(b"\x80\x02N(0.").contains("the stack is empty"));
    assert!(error(b"\x80\x02t.").contains("there is no mark"));
    assert!(error(b"\x80\x02j\xff\xff\xff\xff.").contains("nothing was remembered as 4294967295"));
    assert!(error(b"\x80\x02NNa.").contains("None takes no items"));
    assert!(error(b"\x80\x02}(Nu.").contains("a key has no value"));
    assert!(error(b"\x80\x02N)R.").contains("None is called"));
    assert!(error(b"\x80\x02]NbN.").contains("gives attributes to something other than a dictionary"));
    assert!(error(b"\x80\x02}(X\x01\0\0\0aNX\x01\0\0\0aNu.").contains("the key \"a\" twice"));
    assert!(error(b"\x80\x02)Q.").contains("something other than a storage lies outside"));
    assert!(error(b"\x80\x02ctorch\nFloatStorage\n.").contains("stands where a value should be"));
    // A memo under the largest number takes no memory for those below.
    assert_eq!(pickle(&torch(b"\x80\x02Nr\xff\xff\xff\xff.", &[])).unwrap(), "None");
}

fn pickle_error(bytes: &[u8]) -> String {
    pickle(&torch(bytes, &[])).unwrap_err().to_string()
}

#[test]
fn sharing_and_nesting_without_end_are_errors() {
    // A list that holds itself.
    assert!(pickle_error(b"\x80\x02]q\0h\0a.").contains("nested more than 64 deep"));
    let deep = [b"\x80\x02".to_vec(), b"]".repeat(100_000), b"a".repeat(99_999), b".".to_vec()].concat();
    assert!(pickle_error(&deep).contains("nested more than 64 deep"));
    // Each list holds the one before twice: forty of them would be a million million values.
    let mut doubled = b"\x80\x02Nq\0".to_vec();
    for i in 0..40u8 {
        doubled.extend([b']', b'h', i, b'a', b'h', i, b'a', b'q', i + 1]);
    }
    doubled.push(b'.');
    assert!(pickle_error(&doubled).contains("repeated without end"));
    // A long text, a thousand times.
    let mut texts = [b"\x80\x02]X\0\0\x10\0".to_vec(), b"x".repeat(1 << 20), b"q\0a".to_vec()].concat();
    texts.extend(b"h\0a".repeat(1000));
    texts.push(b'.');
    assert!(pickle_error(&texts).contains("repeated without end"));
    // A pickle that is next to nothing when deflated.
    let nothing =
        zip(&[("a/data.pkl", &[b"\x80\x02".to_vec(), b"N0".repeat(1 << 20)].concat())], CompressionMethod::DEFLATE);
    assert!(pickle(&nothing).unwrap_err().to_string().contains("the member has 2097154 bytes, more than"));
    // Sharing as Python does it is not refused.
    let shared = [b"\x80\x02](X\x04\0\0\0stepq\0".to_vec(), b"h\0".repeat(5000), b"e.".to_vec()].concat();
    assert_eq!(PickleValue::from_bytes(&torch(&shared, &[])).unwrap().items().unwrap().len(), 5001);
}

#[test]
fn archives_that_lie_about_their_sizes_are_errors() {
    // Deflated, a megabyte of zeros is a thousand bytes; the pickle says that the storage has eight.
    let zeros = vec![0; 1 << 20];
    let pickle = tensor("K\x02", "K\x00", "K\x02", "K\x01");
    let bomb = zip(&[("a/data.pkl", &pickle), ("a/data/0", &zeros)], CompressionMethod::DEFLATE);
    let error = archive(&bomb).unwrap_err().to_string();
    assert_eq!(error, "\"a/data/0\": the file is damaged: the member has 1048576 bytes, 8 are expected");
    // The directory then says eight as well: no more than that is inflated before it is seen.
    let mut bytes = bomb.clone();
    let directory = bytes.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    bytes[directory + 24..directory + 28].copy_from_slice(&8u32.to_le_bytes());
    assert!(archive(&bytes).unwrap_err().to_string().starts_with("\"a/data/0\": the file is damaged"));
    // Or more than deflate can give.
    bytes[directory + 24..directory + 28].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
    assert!(archive(&bytes).is_err());
    let twice = zip(&[("a/data.pkl", b"\x80\x02N."), ("a/data.pkl", b"\x80\x02N.")], CompressionMethod::STORE);
    assert!(archive(&twice).unwrap_err().to_string().contains("two members have this name"));
    // Two members of the directory lie at one place, under the name of the first.
    let mut shared = zip(&[("a.npy", &zeros), ("b.npy", b"")], CompressionMethod::STORE);
    let entries: Vec<usize> = (0..shared.len() - 4).filter(|&i| shared[i..].starts_with(b"PK\x01\x02")).collect();
    let first = shared[entries[0] + 10..entries[0] + 46].to_vec();
    shared[entries[1] + 10..entries[1] + 46].copy_from_slice(&first);
    assert_eq!(archive(&shared).unwrap_err().to_string(), "the file is damaged: the members of the archive overlap");
    let other = zip(&[("a.txt", b"a")], CompressionMethod::STORE);
    let neither = "\"a.txt\": the member is no array, so that the archive is neither of PyTorch nor of NumPy";
    assert_eq!(archive(&other).unwrap_err().to_string(), neither);
    assert_eq!(StateDict::from_bytes(&zip(&[], CompressionMethod::STORE)).unwrap(), StateDict::new());
    let unpickled = zip(&[("a/data.pkl", b"")], CompressionMethod::STORE);
    assert!(archive(&unpickled).unwrap_err().to_string().contains("1 bytes are needed, 0 are left"));
}

#[test]
fn headers_of_safetensors_that_lie_are_errors() {
    let read = |header: &str, data: &[u8]| {
        safetensors(&[&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat())
            .map_err(|e| e.to_string())
    };
    let one = |dtype: &str, shape: &str, start: usize, end: usize| {
        format!(r#"{{"w":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{start},{end}]}}}}"#)
    };
    assert!(read(&one("F32", "[2]", 0, 8), &[0; 8]).is_ok());
    assert!(read(&one("F32", "[2]", 0, 8), &[0; 7]).unwrap_err().contains("tells of 8 bytes of tensors, there are 7"));
    assert!(read(&one("F32", "[2]", 0, 8), &[0; 9]).unwrap_err().contains("tells of 8 bytes of tensors, there are 9"));
    assert!(read(&one("F32", "[3]", 0, 8), &[0; 8]).unwrap_err().contains("invalid shape, data type, or offset"));
    assert!(read(&one("F32", "[2]", 4, 12), &[0; 12]).unwrap_err().contains("invalid offset for tensor `w`"));
    assert!(read(&one("F32", "[18446744073709551615,2]", 0, 8), &[0; 8]).is_err());
    // Empty, but its strides would be more than memory can address.
    let empty = read(&one("F32", "[0,4611686018427387904,4]", 0, 0), &[]).unwrap_err();
    assert_eq!(
        empty,
        "\"w\": the file is damaged: a shape of [0, 4611686018427387904, 4] is more than memory can address"
    );
    assert!(
        read(&one("F8_E4M3", "[2]", 0, 2), &[0; 2]).unwrap_err().contains("elements of type F8_E4M3 cannot be read")
    );
    assert!(read(&one("X", "[2]", 0, 2), &[0; 2]).is_err());
    assert!(read("{", &[]).is_err() && read("[]", &[]).is_err() && read("", &[]).is_err());
    assert!(read(&"[".repeat(100_000), &[]).is_err());
    assert!(
        safetensors(&u64::MAX.to_le_bytes())
            .unwrap_err()
            .to_string()
            .contains("a header of 18446744073709551615 bytes")
    );
}

#[test]
fn headers_of_arrays_that_lie_are_errors() {
    let read = |header: &str, data: &[u8]| {
        let size = (header.len() as u16).to_le_bytes();
        npy(&[b"\x93NUMPY\x01\x00", &size[..], header.as_bytes(), data].concat()).map_err(|error| error.to_string())
    };
    let usual =
        |descr: &str, shape: &str| format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n");
    assert!(read(&usual("'<f4'", "(2,)"), &[0; 8]).is_ok());
    assert!(read("{\"shape\":(2L,),\"descr\":\"<f4\",\"fortran_order\":False}", &[0; 8]).is_ok());
    assert!(read(&usual("'<f4'", "(2,)"), &[0; 9]).unwrap_err().contains("needs 8 bytes, there are 9"));
    assert!(
        read(&usual("'<f4'", "(4294967296, 4294967296)"), &[]).unwrap_err().contains("more than memory can address")
    );
    assert!(read(&usual("'<f4'", "(0, 4294967296, 4294967296)"), &[]).is_err());
    for descr in ["'|O'", "'<U5'", "'<c8'", "'f4'", "'|f4'", "'<M8[ns]'", "'é4'", "''"] {
        assert!(read(&usual(descr, "(1,)"), &[0; 8]).unwrap_err().contains("cannot be read"), "{descr}");
    }
    assert!(read(&usual("[('a', '<f4')]", "(1,)"), &[0; 4]).unwrap_err().contains("an array of records"));
    for shape in ["(2)", "2", "(-2,)", "(2,,)", "(+2,)", "(2", "(,)", "(99999999999999999999,)", "(2, L)"] {
        assert!(read(&usual("'<f4'", shape), &[0; 8]).is_err(), "{shape}");
    }
    for header in ["", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'descr': '<f4'}", "{'a': 1}", "{'descr"] {
        assert!(read(header, &[]).unwrap_err().contains("not the dictionary that NumPy writes"), "{header}");
    }
    assert!(npy(b"\x93NUMPY\x04\x00").unwrap_err().to_string().contains("version 4.0 of .npy"));
    assert!(
        npy(b"\x93NUMPY\x02\x00\xff\xff\xff\xff").unwrap_err().to_string().contains("a header of 4294967295 bytes")
    );
}

#[test]
fn checkpoints_that_lie_are_errors() {
    let file = |change: fn(&mut Safetensors)| {
        let mut file = Safetensors::from_bytes(&example().to_bytes().unwrap()).unwrap();
        change(&mut file);
        checkpoint(&file.to_bytes().unwrap()).map_err(|error| error.to_string())
    };
    assert!(file(|_| {}).is_ok());
    assert!(
        file(|file| drop(file.metadata.insert("epoch".into(), "4".into()))).unwrap_err().contains("its checksum is")
    );
    assert!(file(|file| drop(file.tensors.remove("model.count"))).unwrap_err().contains("its checksum is"));
    assert!(file(|file| drop(file.metadata.remove("autograd.crc32"))).unwrap_err().contains("the checksum is missing"));
    let later = file(|file| drop(file.metadata.insert("autograd.checkpoint".into(), "2".into()))).unwrap_err();
    assert_eq!(later, "a checkpoint of version \"2\", written by a later version of this library");
    let alone = file(|file| file.metadata.clear()).unwrap_err();
    assert_eq!(alone, "not a checkpoint but tensors alone, which StateDict::load reads");
}
