"""Elementwise functions of two or three operands."""

import math

import torch
import torch.nn.functional as F

from cases import D, I, X

INF, NAN = math.inf, math.nan
# Shapes that broadcast, those alike last.
PAIRS = [
    ((3, 1, 5), (4, 1)),
    ((7,), (3, 7)),
    ((), (2, 3)),
    ((1, 1), (5,)),
    ((3, 7), (3, 7)),
    ((3, 20011), (3, 20011)),
    ((3, 20011), (3, 1)),
    ((3, 20011), (20011,)),
]

# Name: PyTorch's function, and the intervals of both operands.
SMOOTH = {
    "add": (torch.add, (-4.0, 4.0), (-4.0, 4.0)),
    "sub": (torch.sub, (-4.0, 4.0), (-4.0, 4.0)),
    "mul": (torch.mul, (-4.0, 4.0), (-4.0, 4.0)),
    "div": (torch.div, (-4.0, 4.0), (0.2, 4.0)),
    "atan2": (torch.atan2, (0.2, 4.0), (-4.0, 4.0)),
    "copysign": (torch.copysign, (-4.0, 4.0), (-4.0, 4.0)),
    "hypot": (torch.hypot, (0.2, 4.0), (0.2, 4.0)),
    "logaddexp": (torch.logaddexp, (-4.0, 4.0), (-4.0, 4.0)),
    "maximum": (torch.maximum, (-4.0, 4.0), (-4.0, 4.0)),
    "minimum": (torch.minimum, (-4.0, 4.0), (-4.0, 4.0)),
    "pow": (torch.pow, (0.2, 4.0), (-2.0, 3.0)),
    "remainder": (torch.remainder, (-9.0, 9.0), (0.5, 4.0)),
    "xlogy": (torch.xlogy, (-4.0, 4.0), (0.2, 4.0)),
}

# Pairs of numbers: ties, zeros of both signs, infinities, NaN.
EDGES = {
    "add": [(INF, -INF), (INF, 1.0)],
    "sub": [(INF, INF), (-INF, 1.0)],
    "mul": [(0.0, INF), (INF, -2.0), (0.0, -0.0)],
    "div": [(1.0, 0.0), (-1.0, 0.0), (1.0, -0.0), (0.0, 2.0), (INF, 2.0), (2.0, INF)],
    "atan2": [(0.0, 1.0), (-0.0, 1.0), (0.0, -1.0), (-0.0, -1.0), (1.0, 0.0), (-1.0, -0.0), (2.0**40, 2.0**-40)],
    "copysign": [(1.0, -0.0), (-1.0, 0.0), (2.0, -3.0), (-2.0, -3.0)],
    "hypot": [(3.0, 4.0), (0.0, 2.0), (-3.0, 0.0), (2.0**60, 2.0**60), (2.0**-60, 2.0**-60)],
    "logaddexp": [(0.0, 0.0), (80.0, -80.0), (1000.0, 1000.0), (-1000.0, -1001.0), (-INF, 1.0), (1.0, -INF)],
    "maximum": [(1.0, 1.0), (0.0, -0.0), (INF, INF), (-INF, 1.0), (NAN, 1.0), (1.0, NAN)],
    "minimum": [(1.0, 1.0), (0.0, -0.0), (INF, INF), (-INF, 1.0), (NAN, 1.0), (1.0, NAN)],
    "pow": [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (1.0, 5.0), (2.0, 0.0), (2.0, -1.0), (-2.0, 3.0), (-2.0, 2.0), (2.0, 60.0)],
    "remainder": [(5.0, 3.0), (-5.0, 3.0), (5.0, -3.0), (-5.0, -3.0), (6.0, 3.0), (0.0, 3.0)],
    "xlogy": [(0.0, 2.0), (2.0, 1.0), (-1.5, 0.5), (0.0, INF), (2.0, 0.0)],
}


def where(mask, a, b):
    return torch.where(mask != 0, a, b)


def maxout(axis, pieces):
    def fn(x):
        size = list(x.shape)
        size[axis : axis + 1] = [size[axis] // pieces, pieces]
        return x.reshape(size).amax(axis + 1)

    return fn


def write(f):
    for name, (fn, first, second) in SMOOTH.items():
        for a, b in PAIRS:
            f.case(name, fn, X(*a, low=first[0], high=first[1]), X(*b, low=second[0], high=second[1]))
        # Second derivatives at such points are PyTorch's formulas rather than anything to agree with.
        a, b = zip(*EDGES[name])
        f.case(name, fn, D(a), D(b), order=1)
    for a, b, mask in [((3, 7), (3, 7), (3, 7)), ((3, 1), (7,), (2, 3, 7)), ((3, 20011), (20011,), (3, 20011)), ((), (5,), (5,))]:
        f.case("where", lambda x, y, mask: where(mask, x, y), X(*a), X(*b), consts={"mask": I(*mask, below=2)})
        f.case("where_", lambda x, y, mask: where(mask, x, y), X(*a), X(*b), consts={"mask": I(*mask, below=2)})
    f.case("where_", lambda x, y, mask: where(mask, x, y), D([NAN, 1.0]), D([2.0, INF]), consts={"mask": D([0.0, 1.0])}, order=1)
    for value in (-2.5, -INF, NAN):
        f.case("masked_fill", lambda x, mask: x.masked_fill(mask != 0, value), X(3, 7), attrs={"value": str(value)}, consts={"mask": I(7, below=2)})
    f.case("masked_fill", lambda x, mask: x.masked_fill(mask != 0, 1.5), X(3, 20011), attrs={"value": 1.5}, consts={"mask": I(3, 20011, below=2)})
    f.case("where_positive", lambda x, by: torch.where(by > 0, x, 0.0) + 0.0 * by, X(3, 7), X(3, 7))
    f.case("where_positive", lambda x, by: torch.where(by > 0, x, 0.0) + 0.0 * by, X(4), D([0.0, -0.0, 1.0, -1.0]))
    for a, low, high in [((3, 7), (3, 7), (3, 7)), ((3, 20011), (3, 1), (1,)), ((5,), (2, 1), (2, 5))]:
        f.case("clamp_between", torch.clamp, X(*a, low=-4.0, high=4.0), X(*low, low=-3.0, high=-1.0), X(*high, low=1.0, high=3.0))
    for a, b, w in [((3, 7), (3, 7), (3, 7)), ((3, 20011), (1,), (3, 1)), ((5,), (2, 1), (2, 5))]:
        f.case("lerp", torch.lerp, X(*a), X(*b), X(*w, low=0.0, high=1.0))
    for w in (0.0, 0.25, 1.0, 1.5):
        f.case("lerp_scalar", lambda a, b: torch.lerp(a, b, w), X(3, 7), X(3, 1), attrs={"weight": w})
    for shape, weight in [((4, 3), 3), ((2, 3, 4, 5), 3), ((2, 3, 4), 1), ((2, 16, 33, 35), 16), ((6,), 1)]:
        f.case("prelu", F.prelu, X(*shape), X(weight, low=0.1, high=0.5))
    f.case("prelu", F.prelu, D([0.0, -0.0, -1.0, 1.0, INF, -INF]), D([0.25]), order=1)
    for shape, axis, pieces in [((3, 6), 1, 2), ((6, 5), 0, 3), ((2, 12, 7), 1, 4), ((9, 1000), 1, 5)]:
        f.case("maxout", maxout(axis, pieces), X(*shape), attrs={"axis": axis, "pieces": pieces})
