"""Reductions over axes, and softmax."""

import math

import torch

from cases import D, X
from reduce_special import special

INF, NAN = float("inf"), float("nan")
SMALL = [((), None, False), ((1,), [0], False), ((5,), None, False), ((2, 3, 4), None, False), ((3, 4), [-1], True)]
SMALL += [((2, 3, 4), [1], True), ((2, 3, 4), [-1, 0], False), ((2, 1, 3, 1, 2), [1, 3, -1], True), ((2, 3, 1, 2), [2], False), ((3, 7), [0], True)]
SMALL += [((0, 3), [1], False), ((3, 0), [0], True)]
# Long rows, many short ones, strided ones, a middle axis, both ends, and tails of lanes at each.
LARGE = [((1000, 17), [0], False), ((17, 1003), [1], True), ((1001, 7), [-1], False), ((7, 129, 33), [1], True), ((9, 130, 11), [0, 2], False)]
LARGE += [((5, 3, 33, 17), [2, 3], False), ((5, 3, 33, 17), [0, 1], True), ((3, 33, 2, 17), [1, 3], False), ((20001,), [0], False)]


def over(axes, shape):
    return list(range(len(shape))) if axes is None else axes


def spread(shape, axes, n):
    """The number of elements in each result."""
    for axis in over(axes, shape):
        n *= shape[axis]
    return n


def each(f, op, fn, tables, attrs=None, low=-1.0, high=1.0, least=0, order=2):
    """A case for each shape; `fn(x, dim, keepdim)`; those with fewer than `least` elements in a result are passed over."""
    for shape, axes, keepdim in tables:
        if spread(shape, axes, 1) < least:
            continue
        dims, large = over(axes, shape), math.prod(shape) > 999
        f.case(
            op,
            lambda x: fn(x, dims, keepdim),
            X(*shape, low=low, high=high),
            attrs={"axes": axes, "keepdim": keepdim, **(attrs or {})},
            # Second derivatives are composed of other ops, so that small operands show them as well.
            order=min(order, 1) if large else order,
        )


def prod(x, dims, keepdim):
    for axis in sorted((d % max(x.dim(), 1) for d in dims), reverse=True):
        x = x.prod(axis, keepdim)
    return x


def softmaxes(f):
    shapes = [((5,), 0), ((1,), 0), ((3, 1), 1), ((2, 3, 4), 1), ((2, 3, 2), -3), ((2, 2, 1, 3), -1), ((0, 3), 1), ((3, 0), 0)]
    shapes += [((33, 65), 1), ((65, 33), 0), ((7, 33, 9), 1), ((1000, 7), -1), ((3, 5003), 1), ((5003, 3), 0), ((2, 2, 2, 2, 33), 4)]
    for shape, axis in shapes:
        at = {"axis": axis}
        f.case("softmax", lambda x: x.softmax(axis), X(*shape, low=-3.0, high=3.0), attrs=at)
        if axis > 0:
            f.case("log_softmax", lambda x: x.log_softmax(axis), X(*shape, low=-3.0, high=3.0), attrs=at)
    for shape, axis in shapes[4:5] + shapes[8:10]:
        at = {"axis": axis}
        f.case("softmax_adjoint", lambda y, dy: y * (dy - (dy * y).sum(axis, True)), X(*shape, low=0.0), X(*shape), attrs=at)
        f.case("log_softmax_adjoint", lambda y, dy: dy - y.exp() * dy.sum(axis, True), X(*shape, low=-2.0, high=0.0), X(*shape), attrs=at)


def prod_adjoint(x, dy):
    others = [torch.cat([x[:, :j], x[:, j + 1 :]], 1).prod(1) for j in range(x.shape[1])]
    return dy * torch.stack(others, 1)


def write(f):
    each(f, "sum_axes", lambda x, d, k: x.sum(d, k) if d else x, SMALL + LARGE)
    each(f, "mean_axes", lambda x, d, k: x.mean(d, k) if d else x, SMALL[:5] + LARGE[::2])
    each(f, "amax", lambda x, d, k: x.amax(d, k), SMALL + LARGE, least=1)
    each(f, "amin", lambda x, d, k: x.amin(d, k), SMALL[3:] + LARGE[::2], least=1)
    each(f, "logsumexp", lambda x, d, k: x.logsumexp(d, k), SMALL[:7] + LARGE, low=-3.0, high=3.0)
    each(f, "prod_axes", prod, SMALL, low=-2.0, high=2.0)
    each(f, "prod_axes", prod, [((17, 203), [1], True), ((203, 17), [0], False), ((33, 7), [-1], False), ((3, 33, 2, 5), [1, 3], False)], low=0.9, high=1.1)
    each(f, "var", lambda x, d, k: x.var(d, correction=0, keepdim=k) if d else x * 0, SMALL[:5] + LARGE[:1], {"correction": 0})
    each(f, "var", lambda x, d, k: x.var(d, correction=1, keepdim=k), SMALL[3:7] + LARGE, {"correction": 1}, least=2)
    each(f, "var", lambda x, d, k: x.var(d, correction=3, keepdim=k), [((2, 7), [1], False), ((3, 33), [1], True)], {"correction": 3})
    each(f, "std", lambda x, d, k: x.std(d, correction=0, keepdim=k), SMALL[3:5] + LARGE[:1], {"correction": 0}, least=2)
    each(f, "std", lambda x, d, k: x.std(d, correction=1, keepdim=k), SMALL[4:6] + LARGE[::2], {"correction": 1}, least=2)
    each(f, "std", lambda x, d, k: x.std(d, correction=3, keepdim=k), [((2, 7), [1], False)], {"correction": 3})
    for p in [0.0, 0.5, 1.0, 2.0, 3.0, 7.5, INF]:
        some = SMALL[2:6] + LARGE[:8:2] if p in (1.0, 2.0) else SMALL[4:5] + LARGE[3:5]
        # Small powers blow up what is near 0. Counting has no gradient.
        low = 0.25 if p < 1 else -1.0
        name = "inf" if p == INF else p
        each(f, "norm", lambda x, d, k: torch.linalg.vector_norm(x, p, d, k), some, {"p": name}, low=low, order=0 if p == 0 else 2)
    f.case("sum", torch.sum, X(3, 33, 5))
    f.case("sum", torch.sum, X(70001))
    f.case("mean", torch.mean, X(3, 33, 5))
    f.case("mean", torch.mean, X(0))
    f.case("prod", torch.prod, X(2, 3, 2))
    f.case("prod", torch.prod, X(5, 33, low=0.9, high=1.1))
    tables = [((2, 3, 4), (3, 1)), ((2, 3), ()), ((2, 3, 4), (2, 1, 4)), ((5, 1, 33, 17), (33, 1)), ((1001, 17), (17,)), ((7, 300), (7, 1)), ((4, 3), (4, 3))]
    for shape, to in tables:
        f.case("sum_to", lambda x: x.sum_to_size(to), X(*shape), attrs={"shape": to})
    for o, n, i in [(1, 1, 1), (2, 3, 2), (1, 17, 1), (3, 33, 5)]:
        f.case("prod_adjoint", prod_adjoint, X(o, n, i, low=0.8, high=1.2), X(o, 1, i))
    f.case("prod_adjoint", prod_adjoint, D([[[2.0, 0.0], [0.0, 0.0], [3.0, 5.0]]]), X(1, 1, 2))
    softmaxes(f)
    special(f)
