"""Running sums, products and extremes along an axis."""

import torch

from cases import D, X

INF, NAN = float("inf"), float("nan")
SMALL = [((5,), 0), ((1,), 0), ((2, 3, 4), 1), ((2, 3, 4), -3), ((2, 3, 4), -1), ((3, 1), 1), ((2, 2, 1, 3), 1), ((0, 3), 0), ((0, 3), 1)]
LARGE = [((1003,), 0), ((17, 1003), 1), ((1003, 17), 0), ((7, 129, 33), 1), ((300, 7), -1)]


def reverse(fn):
    return lambda x, axis: fn(x.flip(axis), axis).flip(axis)


def both(fn):
    return lambda x, axis: tuple(fn(x, axis))


def recurrence(x, a, axis):
    xs = x.unbind(axis)
    # A single element has no factors, but a path that leads to them.
    ys = [xs[0] + a.narrow(axis, 0, 0).sum()]
    for x, a in zip(xs[1:], a.unbind(axis)):
        ys.append(a * ys[-1] + x)
    return torch.stack(ys, axis)


def recurrence_reverse(x, a, axis):
    return recurrence(x.flip(axis), a.flip(axis), axis).flip(axis)


def table(f, op, fn, tables, low=-1.0, high=1.0):
    for shape, axis in tables:
        f.case(op, lambda x: fn(x, axis), X(*shape, low=low, high=high), attrs={"axis": axis})


def row(f, op, fn, data, order=2):
    f.case(op, lambda x: fn(x, -1), D(data), attrs={"axis": -1}, order=order)


def write(f):
    table(f, "cumsum", torch.cumsum, SMALL + LARGE)
    table(f, "cumsum_reverse", reverse(torch.cumsum), SMALL[2:5] + LARGE[1:3])
    for op, fn in [("cumsum", torch.cumsum), ("cumsum_reverse", reverse(torch.cumsum))]:
        row(f, op, fn, [[1.0, INF, 2.0, -1.0], [INF, -INF, 1.0, 0.0], [0.0, NAN, 1.0, 2.0]])
    for op, fn in [("cumprod", torch.cumprod), ("cumprod_reverse", reverse(torch.cumprod))]:
        table(f, op, fn, SMALL, low=-2.0, high=2.0)
        table(f, op, fn, [((33,), 0), ((5, 131), 1), ((131, 17), 0), ((3, 65, 9), 1)], low=0.95, high=1.05)
        row(f, op, fn, [[2.0, 0.0, 3.0, 4.0], [0.0, 5.0, 0.0, 1.0], [0.0, 0.0, 0.0, -2.0], [3.0, 2.0, 1.0, 0.0]])
        row(f, op, fn, [[2.0, -0.0, 3.0], [-0.0, 0.0, 1.0]])
        row(f, op, fn, [[2.0, INF, 3.0], [2.0, NAN, 3.0]], order=0)
        row(f, op, fn, [[2.0, INF, 3.0]], order=1)
        row(f, op, fn, [[2.0, NAN, 3.0]], order=1)
        row(f, op, fn, [[0.0, INF, 3.0], [INF, 1.0, 0.0]], order=1)
    extremes(f)
    table(f, "logcumsumexp", torch.logcumsumexp, SMALL + LARGE, low=-3.0, high=3.0)
    table(f, "logcumsumexp", torch.logcumsumexp, [((5, 65), 1)], low=-80.0, high=80.0)
    row(f, "logcumsumexp", torch.logcumsumexp, [[1000.0, 999.0, 1001.0], [-1000.0, -1001.0, -999.0], [88.5, 89.0, 0.0]])
    row(f, "logcumsumexp", torch.logcumsumexp, [[-INF, -INF, 1.0, -INF], [0.0, -INF, 2.0, 1.0], [-INF, 0.0, 0.0, 0.0]], order=1)
    row(f, "logcumsumexp", torch.logcumsumexp, [[-INF, -INF, -INF]], order=1)
    row(f, "logcumsumexp", torch.logcumsumexp, [[1.0, INF, 2.0, -INF], [INF, INF, -INF, 0.0]], order=0)
    row(f, "logcumsumexp", torch.logcumsumexp, [[1.0, INF, 2.0, -INF]], order=1)
    row(f, "logcumsumexp", torch.logcumsumexp, [[1.0, NAN, 2.0]], order=0)
    row(f, "logcumsumexp", torch.logcumsumexp, [[1.0, NAN, 2.0]], order=1)
    for op, fn in [("linear_recurrence", recurrence), ("linear_recurrence_reverse", recurrence_reverse)]:
        for shape, axis in SMALL[:7] + [((33,), 0), ((5, 131), 1), ((131, 17), 0), ((3, 65, 9), 1)]:
            between = list(shape)
            between[axis] -= 1
            f.case(op, lambda x, a: fn(x, a, axis), X(*shape), X(*between), attrs={"axis": axis})
        f.case(op, lambda x, a: fn(x, a, 0), D([1.0, 2.0, 3.0, 4.0]), D([0.0, 2.0, 0.0]), attrs={"axis": 0})
        f.case(op, lambda x, a: fn(x, a, 0), D([1.0, INF, 3.0, NAN]), D([2.0, 0.0, 1.0]), attrs={"axis": 0}, order=1)
        # As a discount: factors of 1 and above, and a long way back.
        f.case(op, lambda x, a: fn(x, a, 0), X(200), X(199, low=0.9, high=1.02), attrs={"axis": 0})


def extremes(f):
    for op, fn in [("cummax", torch.cummax), ("cummin", torch.cummin)]:
        fn = both(fn)
        table(f, op, fn, SMALL + LARGE)
        row(f, op, fn, [[2.0, 2.0, 1.0, 2.0], [1.0, 1.0, 1.0, 0.0], [0.0, -0.0, 0.0, -0.0]])
        row(f, op, fn, [[2.0, INF, 1.0, INF], [-INF, 1.0, -INF, 0.0], [-INF, -INF, INF, INF]])
        row(f, op, fn, [[2.0, 2.0, 1.0, NAN, 9.0, NAN], [NAN, 1.0, INF, -INF, 0.0, 1.0]], order=0)
        row(f, op, fn, [[2.0, 2.0, 1.0, NAN, 9.0, NAN], [NAN, 1.0, INF, -INF, 0.0, 1.0]], order=1)
