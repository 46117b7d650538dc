//! `Global`: the few Python objects that a state dict of PyTorch refers to by name. Everything else is refused.

use crate::state::FileError;
use crate::state::encoding::Encoding;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    /// A tuple of sizes.
    Size,
    RebuildTensor,
    /// With the type of its elements as an argument of its own.
    RebuildTensorV3,
    RebuildParameter,
    /// The type of a storage; one without a type is counted in bytes.
    Storage(Option<Encoding>),
    /// A type of elements, and its name.
    Dtype(Encoding, &'static str),
}

impl Global {
    /// What a module and a name in it stand for.
    pub(super) fn of(module: &str, name: &str) -> Result<Global, FileError> {
        let known = match (module, name) {
            ("collections", "OrderedDict") => Some(Global::OrderedDict),
            ("torch", "Size") => Some(Global::Size),
            ("torch._utils", "_rebuild_tensor_v2") => Some(Global::RebuildTensor),
            ("torch._utils", "_rebuild_tensor_v3") => Some(Global::RebuildTensorV3),
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Some(Global::RebuildParameter),
            ("torch.storage", "UntypedStorage") => Some(Global::Storage(None)),
            ("torch", name) => torch(name),
            _ => None,
        };
        known.ok_or_else(|| {
            // The names come from the file: quoted, so that no control character reaches a terminal.
            let object = format!("{module}.{name}");
            FileError::unsupported(format!(
                "it refers to {object:?}, and nothing but tensors, numbers, text, lists, tuples and dictionaries is read; save the \
                 state alone: torch.save(model.state_dict(), path)"
            ))
        })
    }
}

fn torch(name: &str) -> Option<Global> {
    let storage = |encoding| Some(Global::Storage(Some(encoding)));
    let dtype = |encoding, name| Some(Global::Dtype(encoding, name));
    match name {
        "DoubleStorage" => storage(Encoding::F64),
        "FloatStorage" => storage(Encoding::F32),
        "HalfStorage" => storage(Encoding::F16),
        "BFloat16Storage" => storage(Encoding::Bf16),
        "LongStorage" => storage(Encoding::I64),
        "IntStorage" => storage(Encoding::I32),
        "ShortStorage" => storage(Encoding::I16),
        "CharStorage" => storage(Encoding::I8),
        "ByteStorage" => storage(Encoding::U8),
        "BoolStorage" => storage(Encoding::Bool),
        "float64" => dtype(Encoding::F64, "torch.float64"),
        "float32" => dtype(Encoding::F32, "torch.float32"),
        "float16" => dtype(Encoding::F16, "torch.float16"),
        "bfloat16" => dtype(Encoding::Bf16, "torch.bfloat16"),
        "int64" => dtype(Encoding::I64, "torch.int64"),
        "int32" => dtype(Encoding::I32, "torch.int32"),
        "int16" => dtype(Encoding::I16, "torch.int16"),
        "int8" => dtype(Encoding::I8, "torch.int8"),
        "uint64" => dtype(Encoding::U64, "torch.uint64"),
        "uint32" => dtype(Encoding::U32, "torch.uint32"),
        "uint16" => dtype(Encoding::U16, "torch.uint16"),
        "uint8" => dtype(Encoding::U8, "torch.uint8"),
        "bool" => dtype(Encoding::Bool, "torch.bool"),
        _ => None,
    }
}
