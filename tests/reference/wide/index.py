"""Picking elements by index and mask, and putting them back; positions occur several times."""

import torch
import torch.nn.functional as F

from cases import D, I, X


def distinct(size, count):
    """Positions of which none occurs twice: which of several elements stays there is not said by PyTorch."""
    return D(torch.randperm(size, generator=torch.Generator().manual_seed(size))[:count])


def write(f):
    for shape, axis, count in [
        ((5,), 0, 3),
        ((4, 5), 1, 7),
        ((4, 5), 0, 2),
        ((3, 4, 5), -2, 9),
        ((2, 1, 3), 1, 4),
        ((1000, 33), 0, 5000),
        ((33, 1000), 1, 70),
        ((7, 300, 17), 1, 512),
        ((3, 4), 0, 0),
    ]:
        size, attrs = shape[axis], {"axis": axis}
        row = {"index": I(count, below=size)}
        picked = list(shape)
        picked[axis] = count
        f.case("index_select", lambda x, index: x.index_select(axis, index), X(*shape), attrs=attrs, consts=row)
        added = lambda x, index: torch.zeros(shape).index_add(axis, index, x)
        f.case("index_add", added, X(*picked), attrs={**attrs, "size": size}, consts=row)
        each = {"index": I(*picked, below=size)}
        f.case("gather", lambda x, index: x.gather(axis, index), X(*shape), attrs=attrs, consts=each)
        scattered = lambda x, index: torch.zeros(shape).scatter_add(axis, index, x)
        f.case("scatter_add", scattered, X(*picked), attrs={**attrs, "size": size}, consts=each)
        f.case("take_along_axis", lambda x, index: torch.take_along_dim(x, index, axis), X(*shape), attrs=attrs, consts=each)
    # Index and operand broadcast off the axis.
    for shape, index, axis in [((3, 5), (1, 4), 1), ((1, 5), (3, 2), 1), ((4, 1, 3), (2, 6, 1), 0)]:
        f.case(
            "take_along_axis",
            lambda x, index: torch.take_along_dim(x, index, axis),
            X(*shape),
            attrs={"axis": axis},
            consts={"index": I(*index, below=shape[axis])},
        )
    # Index and source smaller than the operand.
    f.case("gather", lambda x, index: x.gather(1, index), X(4, 5), attrs={"axis": 1}, consts={"index": I(2, 3, below=5)})
    for shape, axis, count in [((6,), 0, 4), ((9, 4), 0, 5), ((4, 9), 1, 9), ((3, 40, 7), 1, 25), ((800, 30), 0, 500)]:
        picked = list(shape)
        picked[axis] = count
        rows = distinct(shape[axis], count)
        f.case("index_copy", lambda x, y, index: x.index_copy(axis, index.long(), y), X(*shape), X(*picked), attrs={"axis": axis}, consts={"index": rows})
        index = torch.from_numpy(rows.data).reshape([-1 if i == axis else 1 for i in range(len(shape))]).expand(picked)
        if count < 30:
            scatter = lambda x, y, index: x.scatter(axis, index.long(), y)
            f.case("scatter", scatter, X(*shape), X(*picked), attrs={"axis": axis}, consts={"index": D(index)})
    for table, index in [((5, 3), (2, 4)), ((1000, 64), (7, 130)), ((4, 1), (3,)), ((3, 2), (0,)), ((6, 2, 3), (5,))]:
        f.case("embedding", lambda x, index: x[index], X(*table), attrs={"padding": None}, consts={"index": I(*index, below=table[0])})
        if len(table) == 2:
            padded = lambda x, index: F.embedding(index, x, padding_idx=1)
            f.case("embedding", padded, X(*table), attrs={"padding": 1}, consts={"index": I(*index, below=table[0])}, order=1)
    for shape, indices in [
        ((4, 5), ((3,), (3,))),
        ((4, 5, 6), ((2, 3), (3,))),
        ((4, 5, 6), ((7,),)),
        ((3, 4, 5), ((2, 1), (1, 3), (3,))),
        ((90, 70, 3), ((5000,), (5000,))),
    ]:
        consts = {f"index{i}": I(*index, below=shape[i]) for i, index in enumerate(indices)}
        places = lambda consts: tuple(consts[f"index{i}"] for i in range(len(consts)))
        f.case("index", lambda x, **consts: x[places(consts)], X(*shape), consts=consts)
        common = torch.broadcast_shapes(*indices)
        values = [*common, *shape[len(indices) :]]
        add = lambda x, values, **consts: x.index_put(places(consts), values, accumulate=True)
        f.case("index_put_add", add, X(*shape), X(*values), consts=consts)
        f.case("index_put_add", add, X(*shape), X(1), consts=consts)
    for where, values in [([[0, 3, 1], [2, 2, 0]], (3,)), ([[1], [4]], (1,)), ([[0, 1, 2, 3], [1, 1, 1, 1]], ())]:
        consts = {f"index{i}": D(index) for i, index in enumerate(where)}
        put = lambda x, values, **consts: x.index_put(tuple(consts[f"index{i}"].long() for i in range(2)), values)
        f.case("index_put", put, X(4, 5), X(*values), consts=consts)
    f.case("index_put", lambda x, values, index0: x.index_put((index0.long(),), values), X(4, 5), X(2, 5), consts={"index0": D([3, 1])})
    f.case("index", lambda x, index0: x[index0.long()], X(4, 5), consts={"index0": D([-1, 0, -4, 3])})
    for shape, mask in [((3, 5), (3, 5)), ((3, 5), (5,)), ((3, 1), (3, 5)), ((300, 170), (300, 170)), ((2, 3, 4), (3, 1)), ((0, 3), (0, 3))]:
        consts = {"mask": I(*mask, below=2)}
        f.case("masked_select", lambda x, mask: x.masked_select(mask != 0), X(*shape), consts=consts)
        if mask == shape:
            f.case("masked_scatter", lambda x, y, mask: x.masked_scatter(mask != 0, y), X(*shape), X(*shape), consts=consts)
    f.case("masked_select", lambda x, mask: x.masked_select(mask != 0), X(3), consts={"mask": D([0, 0, 0])})
