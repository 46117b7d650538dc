"""One number in, one out, and arithmetic between two or three."""

import math

import torch
import torch.nn.functional as F

import elementwise_chain
import elementwise_several
from cases import D, X

EVERYWHERE = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.5, -2.5, 20.0, -20.0, 80.0, -80.0]
ENDS = [math.inf, -math.inf]
POSITIVE = [2.0**-40, 2.0**-20, 0.5, 1.0, 2.0, 1024.0, 2.0**40]
UNIT = [-0.9375, -0.5, -0.0, 0.0, 0.25, 0.9375]

# Name: PyTorch's function, the interval of random numbers, and points of its own.
SMOOTH = {
    "acos": (torch.acos, -0.95, 0.95, UNIT),
    "acosh": (torch.acosh, 1.1, 9.0, [1.0625, 2.0, 1024.0]),
    "asin": (torch.asin, -0.95, 0.95, UNIT),
    "asinh": (torch.asinh, -9.0, 9.0, EVERYWHERE),
    "atan": (torch.atan, -9.0, 9.0, EVERYWHERE),
    "atanh": (torch.atanh, -0.95, 0.95, UNIT),
    "cos": (torch.cos, -9.0, 9.0, EVERYWHERE),
    "cosh": (torch.cosh, -9.0, 9.0, EVERYWHERE),
    "erf": (torch.erf, -4.0, 4.0, EVERYWHERE),
    "erfc": (torch.erfc, -4.0, 4.0, EVERYWHERE),
    "exp": (torch.exp, -9.0, 9.0, EVERYWHERE),
    "exp2": (torch.exp2, -9.0, 9.0, EVERYWHERE),
    "expm1": (torch.expm1, -9.0, 9.0, EVERYWHERE),
    "gelu": (F.gelu, -9.0, 9.0, EVERYWHERE),
    "gelu_tanh": (lambda x: F.gelu(x, approximate="tanh"), -9.0, 9.0, EVERYWHERE),
    "log": (torch.log, 0.01, 9.0, POSITIVE),
    "log10": (torch.log10, 0.01, 9.0, POSITIVE),
    "log1p": (torch.log1p, -0.9, 9.0, [-0.9375, -0.0, 0.0, 2.0**-30, 1024.0]),
    "log2": (torch.log2, 0.01, 9.0, POSITIVE),
    "log_sigmoid": (F.logsigmoid, -9.0, 9.0, EVERYWHERE),
    "mish": (F.mish, -9.0, 9.0, EVERYWHERE),
    "neg": (torch.neg, -9.0, 9.0, EVERYWHERE),
    "reciprocal": (torch.reciprocal, 0.1, 9.0, [2.0**-20, -0.5, 1.0, -1024.0]),
    "rsqrt": (torch.rsqrt, 0.1, 9.0, [2.0**-20, 0.5, 1.0, 1024.0]),
    "sigmoid": (torch.sigmoid, -9.0, 9.0, EVERYWHERE),
    "silu": (F.silu, -9.0, 9.0, EVERYWHERE),
    "sin": (torch.sin, -9.0, 9.0, EVERYWHERE),
    "sinh": (torch.sinh, -9.0, 9.0, EVERYWHERE),
    "softplus": (F.softplus, -9.0, 9.0, [0.0, -0.5, 2.5, 18.0, -18.0, -80.0]),
    "sqrt": (torch.sqrt, 0.1, 9.0, [2.0**-20, 0.5, 1.0, 1024.0]),
    "square": (torch.square, -9.0, 9.0, EVERYWHERE),
    "tan": (torch.tan, -1.4, 1.4, [0.0, -0.5, 1.0, 2.5, 20.0]),
    "tanh": (torch.tanh, -9.0, 9.0, EVERYWHERE),
}

# PyTorch's gradient is NaN at an infinity, by its formula; ours is the limit.
LIMITS = {"gelu", "gelu_tanh", "mish", "silu", "softsign"}
# At 0 PyTorch takes the first derivative from below and the second from above.
BOTH_SIDES = {"elu", "selu"}

# With kinks or steps, at which PyTorch's choice is compared.
BROKEN = {
    "abs": torch.abs,
    "ceil": torch.ceil,
    "floor": torch.floor,
    # Its own function divides by 6 in single precision.
    "hardsigmoid": lambda x: F.relu6(x + 3) / 6,
    "hardswish": F.hardswish,
    "relu": F.relu,
    "relu6": F.relu6,
    "round": torch.round,
    "selu": F.selu,
    "sign": torch.sign,
    "softsign": F.softsign,
    "trunc": torch.trunc,
}
KINKS = [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 1.0, -1.0, 3.0, -3.0, 6.0, -6.0, 20.0, -20.0]

# Name: attributes, and PyTorch's function with the same ones.
SETTINGS = {
    "add_scalar": [({"c": c}, lambda x, c=c: x + c) for c in (2.5, 0.0)],
    "rsub_scalar": [({"c": c}, lambda x, c=c: c - x) for c in (2.5, 0.0)],
    "mul_scalar": [({"c": c}, lambda x, c=c: x * c) for c in (2.5, 0.0, -1.0)],
    "div_scalar": [({"c": c}, lambda x, c=c: x / c) for c in (2.5, -0.125)],
    "clamp": [
        ({"min": low, "max": high}, lambda x, low=low, high=high: torch.clamp(x, low, high))
        for low, high in ((-1.0, 2.5), (None, 1.0), (-0.5, None), (3.0, 1.0))
    ],
    "elu": [({"alpha": a}, lambda x, a=a: F.elu(x, a)) for a in (1.0, 0.3)],
    "hardtanh": [({"min": a, "max": b}, lambda x, a=a, b=b: F.hardtanh(x, a, b)) for a, b in ((-1.0, 1.0), (-3.0, 2.5))],
    "hardshrink": [({"lambda": a}, lambda x, a=a: F.hardshrink(x, a)) for a in (0.5, 0.0)],
    "softshrink": [({"lambda": a}, lambda x, a=a: F.softshrink(x, a)) for a in (0.5, 0.0)],
    "threshold": [({"threshold": a, "value": b}, lambda x, a=a, b=b: F.threshold(x, a, b)) for a, b in ((0.5, -2.0), (-1.0, 0.0))],
    "leaky_relu": [({"slope": a}, lambda x, a=a: F.leaky_relu(x, a)) for a in (0.01, 0.3, 0.0, 1.5)],
    "pow_scalar": [({"exponent": p}, lambda x, p=p: x**p) for p in (0.0, 1.0, 2.0, 3.0, 4.0, -1.0, -2.0)],
}


def write(f):
    for name, (fn, low, high, points) in SMOOTH.items():
        f.case(name, fn, X(3, 7, low=low, high=high))
        f.case(name, fn, X(3, 20011, low=low, high=high))
        f.case(name, fn, D(points))
        f.case(name, fn, D(ENDS[:1] if name == "acosh" else ENDS), order=0 if name in LIMITS else 1)
        # What the gradient is there is nobody's: PyTorch's is NaN of some functions, a number of others.
        f.case(name, fn, D([math.nan]), order=0)
    for name, fn in BROKEN.items():
        f.case(name, fn, X(3, 7, low=-4.0, high=4.0))
        f.case(name, fn, X(3, 20011, low=-9.0, high=9.0))
        f.case(name, fn, D(KINKS), order=1 if name in BOTH_SIDES else 2)
        f.case(name, fn, D(ENDS), order=0 if name in LIMITS else 1)
        # What the gradient is there is nobody's: PyTorch's is NaN of some functions, a number of others.
        f.case(name, fn, D([math.nan]), order=0)
    for name, settings in SETTINGS.items():
        for attrs, fn in settings:
            f.case(name, fn, X(3, 7, low=-4.0, high=4.0), attrs=attrs)
            points = EVERYWHERE[2:] if name == "pow_scalar" and attrs["exponent"] < 0 else EVERYWHERE
            f.case(name, fn, D(points), attrs=attrs, order=1 if name in BOTH_SIDES else 2)
            f.case(name, fn, D(ENDS), attrs=attrs, order=1)
            f.case(name, fn, D([math.nan]), attrs=attrs, order=0)
    # The edges of domains, and beyond them.
    for name, points in {
        "acos": [1.0, -1.0, 1.5], "acosh": [1.0], "asin": [1.0, -1.0, 1.5], "atanh": [1.0, -1.0, 1.5],
        "log": [0.0, -0.0, -1.0], "log10": [0.0, -0.0, -1.0], "log2": [0.0, -0.0, -1.0], "log1p": [-1.0, -2.0],
        "reciprocal": [0.0, -0.0], "rsqrt": [0.0, -0.0, -1.0], "sqrt": [0.0, -0.0, -1.0],
    }.items():  # fmt: skip
        f.case(name, SMOOTH[name][0], D(points), order=1)
    for p in (0.5, 1.5, -0.5, 2.5, 0.3):
        f.case("pow_scalar", lambda x, p=p: x**p, X(3, 7, low=0.1, high=4.0), attrs={"exponent": p})
        f.case("pow_scalar", lambda x, p=p: x**p, D([0.0, -1.0, math.inf]), attrs={"exponent": p}, order=1)
    f.case("pow_scalar", lambda x: x**3.0, X(3, 20011, low=-4.0, high=4.0), attrs={"exponent": 3.0})
    f.case("rdiv_scalar", lambda x: 2.5 / x, X(3, 7, low=0.1, high=4.0), attrs={"c": 2.5})
    f.case("rdiv_scalar", lambda x: -1.0 / x, D([0.0, -0.0, 0.5, -2.0, *ENDS]), attrs={"c": -1.0}, order=1)
    elementwise_several.write(f)
    functions = {name: row[0] for table in (SMOOTH, elementwise_several.SMOOTH) for name, row in table.items()}
    elementwise_chain.write(f, {**functions, **BROKEN})
