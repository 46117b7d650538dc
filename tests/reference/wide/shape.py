"""Moving elements: views, joins, borders, windows, diagonals."""

import torch
import torch.nn.functional as F

from cases import X, adjoint

SHAPES = [(4,), (3, 5), (2, 3, 4), (2, 1, 3, 2), (37, 41, 43)]


def write(f):
    views(f)
    joins(f)
    borders(f)
    for shape, axis, size, step in [((7,), 0, 3, 1), ((3, 8), 1, 4, 2), ((9, 4), 0, 2, 3), ((2, 33, 17), -2, 5, 4), ((40, 300), 1, 16, 1)]:
        attrs = {"axis": axis, "size": size, "step": step}
        f.case("unfold", lambda x: x.unfold(axis, size, step), X(*shape), attrs=attrs)
        windows = torch.zeros(shape).unfold(axis, size, step).shape
        folded = adjoint(lambda x: x.unfold(axis, size, step), shape)
        f.case("fold", folded, X(*windows), attrs={"axis": axis, "n": shape[axis], "step": step})
    for shape in [(3, 5), (5, 3), (2, 4, 4), (1, 1), (2, 3, 90, 70)]:
        for offset in (0, 1, -1, 3, -4, 9):
            f.case("triu", lambda x: x.triu(offset), X(*shape), attrs={"diagonal": offset})
            f.case("tril", lambda x: x.tril(offset), X(*shape), attrs={"diagonal": offset})
            for axes in ([-2, -1], [-1, 0]):
                if -shape[axes[0]] <= offset <= shape[axes[1]]:
                    f.case("diagonal", lambda x: x.diagonal(offset, *axes), X(*shape), attrs={"offset": offset, "axes": axes})
    for shape in [(3,), (2, 4), (2, 3, 70)]:
        for offset, axes in ((0, [-2, -1]), (2, [-1, -2]), (-1, [0, 1])):
            f.case("diag_embed", lambda x: torch.diag_embed(x, offset, *axes), X(*shape), attrs={"offset": offset, "axes": axes})


def views(f):
    for shape in SHAPES:
        rank, numel = len(shape), torch.Size(shape).numel()
        f.case("reshape", lambda x: x.reshape(numel), X(*shape), attrs={"shape": [numel]})
        f.case("reshape", lambda x: x.reshape(1, numel, 1), X(*shape), attrs={"shape": [1, numel, 1]})
        turned = list(range(1, rank)) + [0]
        f.case("permute", lambda x: x.permute(turned), X(*shape), attrs={"axes": turned})
        f.case("broadcast_to", lambda x: x.expand(2, *shape), X(*shape), attrs={"shape": [2, *shape]})
        f.case("unsqueeze", lambda x: x.unsqueeze(-1), X(*shape), attrs={"axis": -1})
        f.case("unsqueeze", lambda x: x.unsqueeze(0), X(*shape), attrs={"axis": 0})
        f.case("flatten", lambda x: x.flatten(0, -1), X(*shape), attrs={"first": 0, "last": -1})
        for axis in range(-rank, rank):
            f.case("flip", lambda x: x.flip(axis), X(*shape), attrs={"axes": [axis]})
            f.case("roll", lambda x: x.roll(2, axis), X(*shape), attrs={"shift": 2, "axis": axis})
            f.case("roll", lambda x: x.roll(-7, axis), X(*shape), attrs={"shift": -7, "axis": axis})
            f.case("select", lambda x: x.select(axis, -1), X(*shape), attrs={"axis": axis, "index": -1})
            f.case("split", lambda x: x.split(2, axis), X(*shape), attrs={"axis": axis, "size": 2})
            f.case("chunk", lambda x: x.chunk(3, axis), X(*shape), attrs={"axis": axis, "count": 3})
            if shape[axis] < 6:
                f.case("unbind", lambda x: x.unbind(axis), X(*shape), attrs={"axis": axis})
            f.case("split_sizes", lambda x: x.split([1, shape[axis] - 1], axis), X(*shape), attrs={"axis": axis, "sizes": [1, shape[axis] - 1]})
            f.case("repeat_interleave", lambda x: x.repeat_interleave(3, axis), X(*shape), attrs={"axis": axis, "times": 3})
            each = [i % 3 for i in range(shape[axis])]
            f.case("repeat_interleave", lambda x: x.repeat_interleave(torch.tensor(each), axis), X(*shape), attrs={"axis": axis, "each": each})
        if rank > 1:
            f.case("mt", lambda x: x.mT, X(*shape))
            f.case("transpose", lambda x: x.transpose(0, -1), X(*shape), attrs={"a": 0, "b": -1})
            f.case("flip", lambda x: x.flip([0, -1]), X(*shape), attrs={"axes": [0, -1]})
            f.case("roll_axes", lambda x: x.roll([1, -2], [0, 1]), X(*shape), attrs={"shifts": [[1, 0], [-2, 1]]})
            f.case("movedim", lambda x: x.movedim([0, 1], [-1, 0]), X(*shape), attrs={"from": [0, 1], "to": [-1, 0]})
            f.case("flatten", lambda x: x.flatten(0, 1), X(*shape), attrs={"first": 0, "last": 1})
        repeats = [2] + [1 + i % 3 for i in range(rank)]
        f.case("repeat", lambda x: x.repeat(repeats), X(*shape), attrs={"repeats": repeats})
    for shape, axes, left in [((1, 3, 1), [0], (3, 1)), ((1, 3, 1), [-1], (1, 3)), ((1, 3, 1), [0, 2], (3,)), ((2, 1), [1], (2,))]:
        f.case("squeeze", lambda x: x.reshape(left), X(*shape), attrs={"axes": axes})
    for shape, target in [((1,), (5,)), ((3, 1), (2, 3, 4)), ((), (2, 2)), ((1, 1, 7), (40, 50, 7)), ((300, 1), (300, 77))]:
        f.case("broadcast_to", lambda x: x.expand(target), X(*shape), attrs={"shape": target})


def joins(f):
    for shapes, axis in [
        ([(2, 3), (2, 1), (2, 4)], 1),
        ([(2, 3), (1, 3)], 0),
        ([(3,), (0,), (2,)], 0),
        ([(2, 30, 7), (2, 41, 7)], -2),
        ([(500, 64)] * 3, 1),
        ([(200, 1)] * 4, 1),
    ]:
        f.case("concat", lambda *x: torch.cat(x, axis), *[X(*shape) for shape in shapes], attrs={"axis": axis})
    for shape, count, axis in [((2, 3), 2, 0), ((2, 3), 3, 1), ((2, 3), 2, -1), ((), 3, 0), ((50, 60), 2, 2), ((50, 60), 5, -1), ((4,), 1, 0)]:
        f.case("stack", lambda *x: torch.stack(x, axis), *[X(*shape) for _ in range(count)], attrs={"axis": axis})
    for shape, ranges in [((5,), [[1, 4, 2]]), ((3, 7), [[0, 3, 1], [1, 7, 3]]), ((2, 40, 50), [[0, 2, 1], [3, 33, 2], [10, 50, 7]])]:
        cut = tuple(slice(*r) for r in ranges)
        f.case("slice", lambda x: x[cut], X(*shape), attrs={"ranges": ranges})
        part = torch.zeros(shape)[cut].shape
        f.case("embed", adjoint(lambda x: x[cut], shape), X(*part), attrs={"ranges": ranges, "shape": shape})


def borders(f):
    for shape, pads in [
        ((4,), [[2, 1]]),
        ((3, 4), [[1, 0], [2, 3]]),
        ((2, 3, 5), [[0, 0], [1, 2], [3, 0]]),
        ((2, 3, 20, 30), [[0, 0], [0, 0], [3, 2], [1, 4]]),
    ]:
        flat = [n for pair in reversed(pads) for n in pair]
        for value in (0.0, -1.5):
            f.case("pad", lambda x: F.pad(x, flat, value=value), X(*shape), attrs={"pads": pads, "value": value})
    for shape, pads in [
        ((1, 2, 5), [[2, 1]]),
        ((1, 2, 1), [[0, 0]]),
        ((1, 3, 4, 5), [[1, 2], [3, 0]]),
        ((2, 3, 3, 4, 5), [[2, 1], [0, 2], [3, 3]]),
        ((2, 3, 20, 30), [[3, 2], [1, 9]]),
    ]:
        every = [[0, 0], [0, 0], *pads]
        flat = [n for pair in reversed(pads) for n in pair]
        for mode in ("reflect", "replicate", "circular"):
            f.case("pad_with", lambda x: F.pad(x, flat, mode=mode), X(*shape), attrs={"pads": every, "mode": mode})
