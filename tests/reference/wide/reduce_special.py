"""Reductions where they have kinks, ties, and numbers that are not finite."""

import torch

from cases import D, X

INF, NAN = float("inf"), float("nan")
ROW = {"axes": [1], "keepdim": False}


def prods(f):
    row = lambda x: x.prod(1)
    f.case("prod_axes", row, D([[2.0, 0.0, 3.0, 4.0], [0.0, 5.0, 0.0, 1.0], [0.0, 0.0, 0.0, -2.0], [1.0, -1.0, 2.0, 0.5]]), attrs=ROW)
    f.case("prod_axes", row, D([[0.0], [3.0]]), attrs=ROW)
    f.case("prod_axes", lambda x: x.prod(0), D([[2.0, 0.0], [0.0, 0.0], [3.0, 5.0]]), attrs={"axes": [0], "keepdim": False})
    f.case("prod", torch.prod, D([[2.0, 0.0], [3.0, 4.0]]))
    f.case("prod", torch.prod, D([0.0, 0.0, 3.0, 0.0]))
    f.case("prod_axes", row, D([[2.0, INF, 3.0]]), attrs=ROW, order=1)
    f.case("prod_axes", row, D([[2.0, NAN, 3.0]]), attrs=ROW, order=1)
    f.case("prod_axes", row, D([[0.0, INF, 3.0]]), attrs=ROW, order=1)
    f.case("prod_axes", row, D([[-0.0, 2.0, 3.0], [1.0, -0.0, 0.0]]), attrs=ROW)


def extremes(f):
    for op, fn in [("amax", torch.amax), ("amin", torch.amin)]:
        row = lambda x: fn(x, 1)
        f.case(op, row, D([[3.0, 1.0, 3.0, 2.0], [1.0, 3.0, 1.0, 1.0], [0.0, -0.0, 0.0, -0.0]]), attrs=ROW)
        f.case(op, row, D([[INF, -INF, 2.0], [INF, INF, 0.0], [-INF, -INF, -INF]]), attrs=ROW)
        f.case(op, lambda x: fn(x, (0, 2), True), D([[[1.0, 2.0], [2.0, 2.0]], [[1.0, 2.0], [1.0, 0.0]]]), attrs={"axes": [0, 2], "keepdim": True})
        f.case(op, row, D([[1.0, NAN, 2.0], [1.0, 2.0, 0.0]]), attrs=ROW, order=0)
        f.case(op, row, D([[1.0, NAN, 2.0], [1.0, 2.0, 0.0]]), attrs=ROW, order=1)
        f.case(op, lambda x: fn(x, 1), D([[NAN] * 35]), attrs=ROW, order=0)
        f.case(op, lambda x: fn(x, 1), D([[0.0] * 19 + [NAN] + [3.0] * 15]), attrs=ROW, order=0)


def exponentials(f):
    lse = lambda x: x.logsumexp(1)
    f.case("logsumexp", lse, D([[1000.0, 1000.0, -1000.0], [-1000.0, -1000.0, -1001.0], [88.5, 89.0, 0.0]]), attrs=ROW)
    f.case("logsumexp", lse, D([[0.0, -INF, 1.0], [2.0, -INF, -INF]]), attrs=ROW)
    f.case("logsumexp", lse, D([[-INF, -INF, -INF]]), attrs=ROW, order=0)
    f.case("logsumexp", lse, D([[-INF, -INF, -INF]]), attrs=ROW, order=1)
    f.case("logsumexp", lse, D([[INF, 1.0, -INF], [INF, INF, 0.0]]), attrs=ROW, order=0)
    f.case("logsumexp", lse, D([[INF, 1.0, -INF], [INF, INF, 0.0]]), attrs=ROW, order=1)
    f.case("logsumexp", lse, D([[1.0, NAN, 2.0], [1.0, 2.0, 3.0]]), attrs=ROW, order=1)
    f.case("logsumexp", lse, X(3, 0), attrs=ROW, order=1)
    f.case("logsumexp", lse, X(5, 33, low=-80.0, high=80.0), attrs=ROW, order=1)
    at = {"axis": 1}
    for op, fn in [("softmax", torch.softmax), ("log_softmax", torch.log_softmax)]:
        row = lambda x: fn(x, 1)
        f.case(op, row, D([[1000.0, 999.0, -1000.0], [-1000.0, -1000.0, -1001.0], [0.0, 0.0, 0.0]]), attrs=at)
        f.case(op, row, D([[1.0, -INF, 2.0, 0.5], [-INF, 3.0, -INF, -INF]]), attrs=at, order=1)
        f.case(op, row, D([[-INF, -INF], [0.0, 1.0]]), attrs=at, order=1)
        f.case(op, row, D([[INF, 1.0], [0.0, 1.0]]), attrs=at, order=1)
        f.case(op, row, D([[INF, INF], [-INF, INF]]), attrs=at, order=1)
        f.case(op, row, D([[NAN, 1.0], [0.0, 1.0]]), attrs=at, order=1)
        f.case(op, row, X(5, 67, low=-100.0, high=100.0), attrs=at)
        f.case(op, lambda x: fn(x, 0), D([[-INF, 1.0, NAN], [2.0, INF, 1.0], [1.0, 1.0, 2.0]]), attrs={"axis": 0}, order=1)
        f.case(op, row, D([[0.0] * 18 + [-INF] + [1.0] * 3 + [-INF] * 2]), attrs=at, order=1)


def spreads(f):
    for op, fn in [("var", torch.var), ("std", torch.std)]:
        for correction in [0, 1]:
            attrs = {**ROW, "correction": correction}
            row = lambda x: fn(x, 1, correction=correction)
            # A second derivative of a root of 0 is not to be had.
            f.case(op, row, D([[0.5, 0.5, 0.5], [1.0, 2.0, 4.0]]), attrs=attrs, order=2 if op == "var" else 1)
            f.case(op, row, D([[3.0], [4.0]]), attrs=attrs, order=1)
            f.case(op, row, D([[INF, 1.0, 2.0], [NAN, 1.0, 2.0]]), attrs=attrs, order=1)
            f.case(op, row, X(2, 0), attrs=attrs, order=1)
            if correction == 1:
                f.case(op, row, D([[4096.0, 4097.0, 4099.0], [-4096.0, -4096.5, -4096.0]]), attrs=attrs)
        # Fewer elements than the correction.
        f.case(op, lambda x: fn(x, 1, correction=2), D([[1.0, 3.0]]), attrs={**ROW, "correction": 2}, order=1)
        f.case(op, lambda x: fn(x, 1, correction=3), D([[1.0, 3.0]]), attrs={**ROW, "correction": 3}, order=1)
        if op == "std":
            # Their variance is out of the range of single precision.
            for unit in [2.0**100, 2.0**-80]:
                rows = [[unit, 2.0 * unit, -5.0 * unit], [3.0 * unit, 3.0 * unit, 3.0 * unit]]
                f.case(op, lambda x: x.std(1), D(rows), attrs={**ROW, "correction": 1}, order=1)


def norms(f):
    for p in [0.0, 0.5, 1.0, 2.0, 3.0, INF]:
        attrs = {**ROW, "p": "inf" if p == INF else p}
        row = lambda x: torch.linalg.vector_norm(x, p, 1)
        first = 0 if p == 0 else 1
        f.case("norm", row, D([[0.0, 0.0, 0.0], [-0.0, -0.0, 0.0]]), attrs=attrs, order=first)
        # Where an element is 0 powers below 2 have no second derivative.
        f.case("norm", row, D([[0.0, 2.0, -1.0], [3.0, 0.0, 0.0], [1.0, -1.0, 1.0]]), attrs=attrs, order=2 if p in (1.0, 2.0, 3.0, INF) else first)
        f.case("norm", row, D([[INF, 1.0, 2.0], [-INF, INF, 0.0]]), attrs=attrs, order=first)
        if p not in (1.0, INF):
            f.case("norm", row, D([[NAN, 1.0, 2.0], [1.0, 2.0, 3.0]]), attrs=attrs, order=first)
        else:
            # A NaN counts as any element there, and has a gradient.
            f.case("norm", row, D([[NAN, 1.0, 2.0], [1.0, 2.0, 3.0]]), attrs=attrs, order=0)
            f.case("norm", row, D([[NAN, 1.0, 2.0], [1.0, 2.0, 3.0]]), attrs=attrs, order=1)
        f.case("norm", row, D([[-5.0], [0.0]]), attrs=attrs, order=first)
        if p != INF:
            f.case("norm", row, X(2, 0), attrs=attrs, order=first)


def special(f):
    f.case("sum_axes", lambda x: x.sum(1), D([[INF, 1.0], [INF, -INF], [NAN, 1.0]]), attrs=ROW, order=1)
    f.case("mean_axes", lambda x: x.mean(1), D([[INF, 1.0], [INF, -INF], [NAN, 1.0]]), attrs=ROW, order=1)
    f.case("sum_axes", lambda x: x.sum(1), X(3, 0), attrs=ROW)
    f.case("mean_axes", lambda x: x.mean(1), X(3, 0), attrs=ROW, order=1)
    f.case("prod_axes", lambda x: x.prod(1), X(3, 0), attrs=ROW)
    prods(f)
    extremes(f)
    exponentials(f)
    spreads(f)
    norms(f)
