"""Writes the files that tests/files.rs and tests/damaged.rs read, as PyTorch and NumPy write them.

Run with PyTorch 2.15.0, NumPy and safetensors in an environment outside the repository: python autograd-nn/tests/files/make.py
"""

import collections
import pathlib
import struct
import zipfile

import numpy
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent


def count(*sizes, dtype=torch.float32, start=0):
    """0, 1, 2 and so on: what an element should be is seen from its place."""
    return torch.arange(start, start + torch.Size(sizes).numel()).to(dtype).reshape(sizes)


DTYPES = {
    "f64": torch.tensor([0.1, -2.5e300], dtype=torch.float64),
    "f32": torch.tensor([0.1, float("inf")]),
    "f16": torch.tensor([0.5, 65504.0], dtype=torch.float16),
    "bf16": torch.tensor([1.0, -3.0e38], dtype=torch.bfloat16),
    "i64": torch.tensor([-(2**63), 2**63 - 1]),
    "i32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
    "i16": torch.tensor([-(2**15), 2**15 - 1], dtype=torch.int16),
    "i8": torch.tensor([-128, 127], dtype=torch.int8),
    "u64": torch.tensor([0, 2**63 - 1]).to(torch.uint64),
    "u32": torch.tensor([0, 2**32 - 1]).to(torch.uint32),
    "u16": torch.tensor([0, 2**16 - 1]).to(torch.uint16),
    "u8": torch.tensor([0, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
}


def state_dict():
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    with torch.no_grad():
        net[0].weight.copy_(count(2, 3))
        net[0].bias.copy_(count(2, start=10))
    net.state_dict()["1.running_mean"].copy_(count(2, start=20))
    return net, net.state_dict()


def layouts():
    """Tensors that share a storage, in all the layouts that strides can tell of."""
    base = count(24)
    return {
        "plain": base.reshape(2, 3, 4),
        "transposed": base.reshape(4, 6).t(),
        "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
        "offset": base[5:9],
        "steps": base[1::5],
        "column": base.reshape(4, 6)[:, 2],
        "broadcast": base[3:5].reshape(2, 1).expand(2, 3),
        "overlapping": base.as_strided((3, 4), (2, 1), 1),
        "single": base[7],
        "empty": base[:0].reshape(0, 4),
    }


def main():
    net, state = state_dict()
    torch.save(state, HERE / "state_dict.pth")
    torch.save(state, HERE / "state_dict_protocol4.pth", pickle_protocol=4)
    torch.save(collections.OrderedDict(DTYPES), HERE / "dtypes.pth")
    torch.save(layouts(), HERE / "layouts.pth")
    # Nested, with what trainers put beside the state.
    nested = {
        "state_dict": state,
        "epoch": 3,
        "best": {"loss": 0.25, "at": -70000, "steps": 2**40},
        "note": "zwölf",
        "done": True,
        "schedule": None,
        "shape": net[0].weight.shape,
        "dtype": torch.float16,
        "history": [1.5, (2, torch.tensor([7.0]))],
        "parameter": net[0].bias,
    }
    torch.save(nested, HERE / "nested.pth")
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    net(count(4, 3)).square().sum().backward()
    optimizer.step()
    torch.save(optimizer.state_dict(), HERE / "adam.pth")
    # What is refused.
    torch.save({"weight": count(2)}, HERE / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.Linear(1, 1), HERE / "module.pth")
    torch.jit.script(torch.nn.Linear(1, 1)).save(HERE / "script.pt")
    without_paths(HERE / "script.pt")
    torch.save({"z": torch.tensor([1j])}, HERE / "complex.pth")
    # The same state packed anew by a zip program, deflated.
    with zipfile.ZipFile(HERE / "state_dict.pth") as stored:
        with zipfile.ZipFile(HERE / "deflated.pth", "w", zipfile.ZIP_DEFLATED) as deflated:
            for name in stored.namelist():
                deflated.writestr(zipfile.ZipInfo(name), stored.read(name), zipfile.ZIP_DEFLATED)
    big_endian()

    save_file(DTYPES, HERE / "dtypes.safetensors", metadata={"format": "pt", "note": "zwölf"})

    arrays = {
        "c": numpy.arange(6, dtype="<f8").reshape(2, 3),
        "fortran": numpy.asfortranarray(numpy.arange(24, dtype="<f4").reshape(2, 3, 4)),
        "big": numpy.arange(6, dtype=">i2").reshape(3, 2),
        "half": numpy.array([0.5, -65504], dtype="<f2"),
        "bytes": numpy.array([-128, 127], dtype="i1"),
        "unsigned": numpy.array([0, 2**63 - 1], dtype=">u8"),
        "truth": numpy.array([[True], [False]]),
        "single": numpy.array(7, dtype="<i4"),
        "empty": numpy.zeros((0, 3), dtype="<f4"),
    }
    numpy.savez(HERE / "arrays.npz", **arrays)
    numpy.savez_compressed(HERE / "compressed.npz", **arrays)
    numpy.save(HERE / "fortran.npy", arrays["fortran"])
    for version in [(2, 0), (3, 0)]:
        with open(HERE / f"version{version[0]}.npy", "wb") as file:
            numpy.lib.format.write_array(file, arrays["big"], version=version)


def without_paths(path):
    """The same archive without the members that tell where PyTorch was installed."""
    with zipfile.ZipFile(path) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist() if not info.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in members:
            archive.writestr(zipfile.ZipInfo(info.filename), content)


def big_endian():
    """As a machine with the other order of bytes writes it; PyTorch can no longer be made to do so."""
    with zipfile.ZipFile(HERE / "state_dict.pth") as little:
        with zipfile.ZipFile(HERE / "big_endian.pth", "w") as big:
            for name in little.namelist():
                content = little.read(name)
                if name.endswith("/byteorder"):
                    content = b"big"
                elif name.endswith("/data/6"):
                    content = content[::-1]
                elif "/data/" in name and "/.data/" not in name:
                    content = struct.pack(f">{len(content) // 4}f", *struct.unpack(f"<{len(content) // 4}f", content))
                big.writestr(zipfile.ZipInfo(name), content)


main()
