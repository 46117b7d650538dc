"""How a case is written, and what PyTorch makes of it.

A case has an op (the method's name), operands, attributes, constants and a function that computes the same with PyTorch. Operands and
cotangents are random numbers by a formula that `tests/reference/stored.rs` repeats, so that files keep a seed instead of numbers; of
results above twelve elements they keep four, the norm, and two sums with random weights.
"""

import json
import math
import pathlib
import zlib

import numpy
import torch

torch.set_default_dtype(torch.float64)
FOLDER = pathlib.Path(__file__).parent
WHOLE = 12
SAMPLED = 4


def uniform(seed, count):
    """Numbers of 24 bits from 0 up to 1, each a mix of the seed and its place (Steele, Lea and Flood 2014, SplitMix)."""
    z = (numpy.uint64(seed) << numpy.uint64(32)) + numpy.arange(1, count + 1, dtype=numpy.uint64)
    z = z * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> numpy.uint64(31))) >> numpy.uint64(40)).astype(numpy.float64) / (1 << 24)


def single(x):
    return x.astype(numpy.float32).astype(numpy.float64)


class Stored:
    """A tensor and how the file keeps it; the seed is given when it joins a case."""

    def __init__(self, shape, **formula):
        self.shape, self.formula, self.data = list(shape), formula, None

    def seeded(self, seed):
        if self.data is None:
            self.formula["seed"] = seed
        return self

    def json(self):
        if self.data is not None:
            return {"shape": self.shape, "data": [exact(x) for x in self.data.reshape(-1)]}
        return {"shape": self.shape, **self.formula}

    def numpy(self):
        if self.data is not None:
            return self.data
        u = uniform(self.formula["seed"], math.prod(self.shape)).reshape(self.shape)
        if "below" in self.formula:
            return numpy.floor(u * self.formula["below"])
        low, high = self.formula["low"], self.formula["high"]
        x = single(low + (high - low) * u)
        if "diagonal" in self.formula:
            x = single(x + self.formula["diagonal"] * numpy.eye(*self.shape[-2:]))
        return x

    def torch(self):
        x = torch.from_numpy(numpy.array(self.numpy(), dtype=numpy.float64))
        return x.long() if "below" in self.formula else x


def X(*shape, low=-1.0, high=1.0, diagonal=None):
    """Uniform numbers from `low` up to `high`; `diagonal` is added where the last two indices are equal, for matrices of good condition."""
    return Stored(shape, low=low, high=high, **({} if diagonal is None else {"diagonal": diagonal}))


def I(*shape, below):
    """Whole numbers from 0 up to `below` − 1, as an int64 tensor."""
    return Stored(shape, below=below)


def D(data):
    """These numbers; nan and inf may be among them."""
    data = numpy.array(data, dtype=numpy.float64)
    stored = Stored(data.shape)
    stored.data = data
    return stored


def exact(x):
    """All digits, and the sign of a zero: of an operand."""
    x = float(x)
    if math.isnan(x) or math.isinf(x):
        return repr(x)
    whole = x == int(x) and abs(x) < 1e15 and not (x == 0 and math.copysign(1, x) < 0)
    return int(x) if whole else x


def plain(x):
    """Twelve digits: of a result."""
    x = exact(x)
    return float(f"{x:.12g}") if isinstance(x, float) else x


def digest(y):
    """A result: all of it if it is small, else some elements, its norm and two sums with the weights of seeds 1 and 2."""
    y = y.detach().to(torch.float64).numpy(force=True)
    flat = y.reshape(-1)
    # A sum with an infinity in it says nothing.
    finite = bool(numpy.isfinite(flat).all())
    if flat.size <= WHOLE or not finite:
        assert flat.size <= 100, "large results must be finite"
        return {"shape": list(y.shape), "data": [plain(x) for x in flat]}
    at = sorted({0, flat.size - 1} | {int(u * flat.size) for u in uniform(flat.size, SAMPLED - 2)})
    sums = [float(numpy.sum(flat * (2 * uniform(seed, flat.size) - 1))) for seed in (1, 2)]
    return {
        "shape": list(y.shape),
        "at": at,
        "data": [plain(flat[i]) for i in at],
        "norm": plain(numpy.linalg.norm(flat)),
        "sums": [plain(x) for x in sums],
    }


def adjoint(fn, shape):
    """The gradient of a linear function of `shape`, as a function of the gradient of its result."""

    def of(dy):
        x = torch.zeros(shape, requires_grad=True)
        return torch.autograd.grad(fn(x), x, dy, create_graph=True)[0]

    return of


class Family:
    """The cases of one file."""

    def __init__(self, name):
        self.name, self.cases, self.counts = name, [], {}

    def case(self, op, fn, *operands, attrs=None, consts=None, order=2, single=None):
        """`fn` gets the operands as tensors that want gradients, then the constants by name, and returns a tensor or a tuple of them (what no
        gradient reaches is compared only as a value, and must come last). `order` is the number of derivatives compared. `single` is the
        tolerance in single precision where 1e-4 is too strict: say why beside it."""
        number = self.counts[op] = self.counts.get(op, -1) + 1
        name = f"{op}/wide{number}"
        seeds = iter(range(zlib.crc32(name.encode()) % (1 << 20), 1 << 21))
        operands = [operand.seeded(next(seeds)) for operand in operands]
        consts = {key: value.seeded(next(seeds)) for key, value in (consts or {}).items()}
        xs = [operand.torch().requires_grad_(order > 0) for operand in operands]
        ys = fn(*xs, **{key: value.torch() for key, value in consts.items()})
        ys = list(ys) if isinstance(ys, (tuple, list)) else [ys]
        stored = {
            "op": op,
            "name": name,
            "attrs": attrs or {},
            "consts": {key: value.json() for key, value in consts.items()},
            "inputs": [operand.json() for operand in operands],
            "y": [digest(y) for y in ys],
            **({} if single is None else {"single": single}),
        }
        reached = [y for y in ys if y.requires_grad]
        assert all(y.requires_grad for y in ys[: len(reached)]), f"{name}: results that no gradient reaches come last"
        dys = [X(*y.shape).seeded(next(seeds)) for y in reached]
        stored["dy"] = [dy.json() for dy in dys]
        if order > 0:
            dys = [dy.torch() for dy in dys]
            dx = torch.autograd.grad(reached, xs, dys, create_graph=order > 1, allow_unused=True)
            stored["dx"] = [None if d is None else digest(d) for d in dx]
        if order > 1:
            of = [i for i, d in enumerate(dx) if d is not None and d.requires_grad]
            if of:
                ws = [X(*dx[i].shape).seeded(next(seeds)) for i in of]
                ddx = torch.autograd.grad([dx[i] for i in of], xs, [w.torch() for w in ws], allow_unused=True)
                stored["ddx_of"] = of
                stored["ddx_w"] = [w.json() for w in ws]
                stored["ddx"] = [None if d is None else digest(d) for d in ddx]
        self.cases.append(stored)

    def write(self):
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        text = f'{{"source": "PyTorch {torch.__version__.split("+")[0]}, float64", "cases": [\n{lines}\n]}}\n'
        (FOLDER / f"{self.name}.json").write_text(text)
        print(f"{self.name}: {len(self.cases)} cases, {len(text) // 1024} KiB")
