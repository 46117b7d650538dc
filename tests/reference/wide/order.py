"""Order along an axis: sorting, extremes and what lies between them."""

import torch

from cases import D, X

INF, NAN = float("inf"), float("nan")
SMALL = [((5,), 0), ((1,), 0), ((2, 3, 4), 1), ((2, 3, 4), -3), ((2, 3, 4), -1), ((3, 1), 1), ((2, 2, 1, 3), -4)]
# Rows shorter and longer than what is sorted by insertion, strided ones, many and few.
LARGE = [((1003,), 0), ((17, 1003), 1), ((1003, 17), 0), ((7, 129, 33), 1), ((300, 7), -1), ((33, 64), 1), ((5, 20011), 1)]
# Rows with ties, zeros of both signs, and infinities.
TIES = [[3.0, 1.0, 3.0, 2.0, 1.0], [2.0, 2.0, 2.0, 2.0, 2.0], [0.0, -0.0, 1.0, 0.0, -0.0], [INF, -INF, INF, 0.0, -INF]]
NANS = [[1.0, NAN, 2.0, NAN, 0.0], [NAN, INF, -INF, 1.0, 3.0], [4.0, 3.0, 2.0, 1.0, NAN]]


def shuffled(n, ties):
    """Whole numbers out of order, with many ties, as a list; what it is depends on `n` alone."""
    return [float(i * 7919 % n % ties) for i in range(n)]


def with_index(f, op, fn, x, axis, order=2, **attrs):
    """Compares the positions too; where elements are equal only if PyTorch promises which one it takes."""
    f.case(op, lambda x: tuple(fn(x)), x, attrs={"axis": axis, "index": True, **attrs}, order=order)


def value(f, op, fn, x, axis, order=2, **attrs):
    f.case(op, lambda x: fn(x)[0], x, attrs={"axis": axis, **attrs}, order=order)


def sorts(f):
    for descending in [False, True]:
        fn = lambda x, axis: x.sort(dim=axis, descending=descending, stable=True)
        for shape, axis in (SMALL if descending else SMALL[2:4]) + LARGE + [((0, 3), 0), ((0, 3), 1)]:
            with_index(f, "sort", lambda x: fn(x, axis), X(*shape), axis, descending=descending)
        with_index(f, "sort", lambda x: fn(x, 1), D(TIES), 1, descending=descending)
        with_index(f, "sort", lambda x: fn(x, 0), D(TIES), 0, descending=descending)
        with_index(f, "sort", lambda x: fn(x, 1), D(NANS), 1, descending=descending, order=1)
        with_index(f, "sort", lambda x: fn(x, 0), D(shuffled(131, 11)), 0, descending=descending)
        with_index(f, "sort", lambda x: fn(x, 0), D(shuffled(131, 131)), 0, descending=descending)
    for n in [1, 2, 3]:
        with_index(f, "sort", lambda x: x.sort(dim=0, stable=True), D(list(range(n))), 0)


def topks(f):
    tables = [((5,), 0, [0, 1, 3, 5]), ((2, 3, 4), 1, [1, 2, 3]), ((2, 3, 4), -1, [2]), ((2, 3, 4), -3, [2]), ((1,), 0, [1])]
    tables += [((17, 1003), 1, [1, 5, 100, 1003]), ((1003, 17), 0, [7]), ((7, 129, 31), 1, [33]), ((300, 7), -1, [3]), ((3, 5003), 1, [10, 2500])]
    for shape, axis, counts in tables:
        for k in counts:
            for largest in [True, False] if k > 1 or len(shape) < 2 else [True]:
                with_index(f, "topk", lambda x: x.topk(k, axis, largest), X(*shape), axis, k=k, largest=largest)
    for largest in [True, False]:
        for k in [2, 4]:
            # Which of the equal elements PyTorch takes is not promised, so only the values are compared.
            value(f, "topk", lambda x: x.topk(k, 1, largest), D(TIES), 1, k=k, largest=largest, order=0)
            value(f, "topk", lambda x: x.topk(k, 1, largest), D(NANS), 1, k=k, largest=largest, order=0)
        value(f, "topk", lambda x: x.topk(3, 1, largest), D([[INF, 1.0, -INF, 0.0]]), 1, k=3, largest=largest)


def extremes(f):
    for op, fn in [("max_with_index", torch.max), ("min_with_index", torch.min), ("median", torch.median)]:
        for shape, axis in SMALL + LARGE:
            for keepdim in [False, True] if len(shape) == 3 else [False]:
                with_index(f, op, lambda x: fn(x, axis, keepdim), X(*shape), axis, keepdim=keepdim)
        with_index(f, op, lambda x: fn(x, 1), X(0, 3), 1)
        with_index(f, op, lambda x: fn(x, 1), D(NANS), 1, order=1)
        with_index(f, op, lambda x: fn(x, 1), D([[INF, -INF, 0.0], [-INF, 1.0, INF]]), 1)
    # The first of equal elements; of the median PyTorch does not say which.
    for op, fn in [("max_with_index", torch.max), ("min_with_index", torch.min)]:
        with_index(f, op, lambda x: fn(x, 1), D(TIES), 1)
        with_index(f, op, lambda x: fn(x, 0), D(TIES), 0)
        with_index(f, op, lambda x: fn(x, 0), D(shuffled(67, 5)), 0)
        with_index(f, op, lambda x: fn(x, 0), D([1.0] * 40 + [NAN] + [2.0] * 30), 0, order=0)
        with_index(f, op, lambda x: fn(x, 0), D([[1.0, NAN], [NAN, 2.0], [3.0, 0.0]]), 0, order=1)
    value(f, "median", lambda x: x.median(1), D(TIES), 1, order=0)
    value(f, "median", lambda x: x.median(0), D(shuffled(67, 5)), 0, order=0)
    value(f, "median", lambda x: x.median(0), D(shuffled(68, 68)), 0)


def quantiles(f):
    # Parts whose place is exact in any precision, and some that are not.
    for q in [0.0, 0.25, 0.5, 0.75, 1.0, 0.1, 0.9, 1.0 / 3.0]:
        for shape, axis in [((5,), 0), ((2, 3, 4), 1), ((17, 33), 1), ((1,), 0)]:
            f.case("quantile", lambda x: x.quantile(q, axis), X(*shape), attrs={"q": q, "axis": axis})
    for q in [0.5, 0.3]:
        for shape, axis in [((2, 3, 4), -1), ((2, 3, 4), 0), ((17, 1003), 1), ((1003, 17), 0), ((7, 129, 33), 1)]:
            f.case("quantile", lambda x: x.quantile(q, axis, True), X(*shape), attrs={"q": q, "axis": axis, "keepdim": True})
        f.case("quantile", lambda x: x.quantile(q, 1), D(TIES[:3]), attrs={"q": q, "axis": 1}, order=0)
        f.case("quantile", lambda x: x.quantile(q, 1), D([[INF, 1.0, 2.0], [-INF, 0.0, 1.0]]), attrs={"q": q, "axis": 1})
        f.case("quantile", lambda x: x.quantile(q, 1), D(NANS), attrs={"q": q, "axis": 1}, order=0)
        f.case("quantile", lambda x: x.quantile(q, 1), D(NANS), attrs={"q": q, "axis": 1}, order=1)
    f.case("quantile", lambda x: x.quantile(0.75, 1), D([[INF, 1.0, INF], [-INF, -INF, 2.0]]), attrs={"q": 0.75, "axis": 1}, order=0)
    f.case("quantile", lambda x: x.quantile(0.25, 1), D([[INF, 1.0, INF], [-INF, -INF, 2.0]]), attrs={"q": 0.25, "axis": 1}, order=0)
    f.case("quantile", lambda x: x.quantile(0.75, 1), D([[INF, 1.0, -INF]]), attrs={"q": 0.75, "axis": 1}, order=1)


def write(f):
    sorts(f)
    topks(f)
    extremes(f)
    quantiles(f)
