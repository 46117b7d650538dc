"""Products, factors and determinants of matrices."""

import itertools

import torch

from cases import D, X
from linalg_products import products

INF, NAN = float("inf"), float("nan")
# Sides, and batches of matrices; the added diagonal keeps them far from singular.
SQUARE = [(1, 1), (2, 2), (4, 4), (2, 3, 3), (2, 1, 2, 2), (0, 2, 2), (0, 0)]
LARGE = [(7, 7), (17, 17), (33, 33), (5, 8, 8), (130, 130)]


def matrices(*shape, low=-1.0, high=1.0):
    n = shape[-1]
    return X(*shape, low=low, high=high, diagonal=1.0 + 1.5 * n**0.5)


def symmetric(x):
    """What the lower triangle stands for."""
    return x.tril() + x.tril(-1).mT


def determinants(f):
    for shape in SQUARE + LARGE[1:3]:
        f.case("logdet", torch.logdet, matrices(*shape))
        f.case("det", torch.linalg.det, X(*shape, diagonal=2.0) if shape[-1] < 9 else X(*shape, low=-0.125, high=0.125, diagonal=1.0))
    for shape in SQUARE + LARGE:
        if shape[-1] > 3:
            f.case("slogdet", lambda x: torch.linalg.slogdet(x)[::-1], matrices(*shape))
        f.case("inverse", torch.linalg.inv, matrices(*shape))
        f.case("cholesky", lambda x: torch.linalg.cholesky(symmetric(x)), X(*shape, diagonal=2.0 * max(shape[-1], 1) ** 0.5 + 1.0))
    swap = [[0.0, 2.0], [1.0, 0.0]]
    cycle = [[0.0, 1.0, 0.0], [0.0, 0.0, -2.0], [3.0, 0.0, 1.0]]
    for rows in [swap, cycle, [[-2.0]], [[1.0, 32.0], [0.0, 1.0]], [[4.0, 1.0], [1.0, -3.0]]]:
        f.case("det", torch.linalg.det, D(rows))
        f.case("slogdet", lambda x: torch.linalg.slogdet(x)[::-1], D(rows))
        f.case("inverse", torch.linalg.inv, D(rows))
    f.case("logdet", torch.logdet, D(cycle), order=0)
    f.case("logdet", torch.logdet, D(swap), order=0)
    f.case("logdet", torch.logdet, D(swap), order=1)
    singular = [[1.0, 2.0], [2.0, 4.0]]
    for op, fn in [("det", torch.linalg.det), ("slogdet", lambda x: torch.linalg.slogdet(x)[::-1]), ("logdet", torch.logdet)]:
        for rows in [singular, [[0.0, 0.0], [0.0, 0.0]], [[0.0]], [[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [4.0, 5.0, 6.0]], [singular, [[2.0, 0.0], [1.0, 4.0]]]]:
            f.case(op, fn, D(rows), order=0)
        f.case(op, fn, D(singular), order=1)
        f.case(op, fn, D([singular, [[2.0, 0.0], [1.0, 4.0]]]), order=1)
        f.case(op, fn, D([[NAN, 1.0], [1.0, 2.0]]), order=0)
    # Units far apart, and determinants that single precision only just holds.
    f.case("slogdet", lambda x: torch.linalg.slogdet(x)[::-1], D([[2.0**60, 0.0], [0.0, 2.0**70]]), order=0)
    f.case("det", torch.linalg.det, D([[2.0**60, 0.0], [1.0, 2.0**-60]]), order=0)


def systems(f):
    pairs = [((3, 3), (3, 2)), ((2, 2), (2,)), ((1, 1), (1, 1)), ((3, 3), (3, 1)), ((4, 2, 2), (4, 2, 3)), ((3, 1, 2, 2), (2, 2, 2))]
    pairs += [((2, 2), (3, 2, 2)), ((2, 2), (3, 1, 2, 1)), ((3, 2, 2), (2, 2)), ((2, 2), (2, 0)), ((0, 0), (0, 2))]
    large = [((17, 17), (17, 33)), ((33, 33), (33,)), ((5, 8, 8), (5, 8, 7)), ((130, 130), (130, 3)), ((9, 9), (4, 9, 65))]
    for a, b in pairs + large:
        f.case("solve", torch.linalg.solve, matrices(*a), X(*b), order=1 if len(a) > 3 or a[-1] > 60 else 2)
    # To PyTorch a batch of matrices never has one vector for all of them.
    f.case("solve", lambda a, b: torch.linalg.solve(a, b[:, None])[..., 0], matrices(3, 2, 2), X(2))
    f.case("solve", torch.linalg.solve, D([[0.0, 2.0], [1.0, 0.0]]), D([[4.0], [3.0]]))
    f.case("solve", torch.linalg.solve, D([[2.0**-60, 0.0], [0.0, 2.0**60]]), D([[2.0**-60], [2.0**60]]), order=0)
    f.case("solve", torch.linalg.solve, D([[2.0**-20, 1.0], [1.0, 1.0]]), D([[1.0], [2.0]]))

    def triangular(upper, unit):
        def fn(a, b):
            if b.dim() == 1:
                return torch.linalg.solve_triangular(a, b[:, None], upper=upper, unitriangular=unit)[..., 0]
            return torch.linalg.solve_triangular(a, b, upper=upper, unitriangular=unit)

        return fn

    for upper, unit in itertools.product([False, True], [False, True]):
        attrs = {"upper": upper, "unit": unit}
        # What the triangle has in common with ones on the diagonal is small, or solutions grow with the side.
        scale = lambda a: 2.0 / a[-1] if unit and a[-1] > 4 else 1.0
        for a, b in (pairs[:5] + pairs[7:] if not upper and not unit else pairs[:2]) + (large[::2] if not unit else large[:1]):
            f.case("solve_triangular", triangular(upper, unit), matrices(*a, low=-scale(a), high=scale(a)), X(*b), attrs=attrs, order=1 if upper else 2)
        other = [[NAN, 1.0], [1.0, NAN]] if unit else [[2.0, 1.0], [1.0, 2.0]]
        other[1 if upper else 0][0 if upper else 1] = NAN
        # Only the triangle is read; what PyTorch's derivatives make of the rest is NaN times 0.
        f.case("solve_triangular", triangular(upper, unit), D(other), D([[1.0], [3.0]]), attrs=attrs, order=0)
        f.case("solve_triangular", triangular(upper, unit), D(other), D([[1.0], [3.0]]), attrs=attrs, order=1)
    f.case("solve_triangular", triangular(False, False), D([[1.0, 0.0], [1.0, 0.0]]), D([[1.0], [1.0]]), attrs={"upper": False, "unit": False}, order=0)


def write(f):
    products(f)
    systems(f)
    determinants(f)
