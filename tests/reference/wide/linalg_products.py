"""Products of matrices and vectors, and sums of products."""

import torch
import torch.nn.functional as F

from cases import D, X

INF, NAN = float("inf"), float("nan")


def some(i):
    """Second derivatives of what is linear in each operand are products of the same kind: one case in five has them."""
    return 1 if i % 5 else 2


def matmuls(f):
    # Vectors on either side, batches on either side or both, and those that broadcast.
    shapes = [((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((1, 1), (1, 1)), ((1,), (1,)), ((1, 5), (5, 1)), ((5, 1), (1, 4))]
    shapes += [((2, 3, 4), (4,)), ((3,), (2, 3, 4)), ((2,), (2, 2, 2, 3)), ((2, 3, 2), (2, 4)), ((3, 2), (2, 2, 4))]
    shapes += [((2, 3, 2), (2, 2, 4)), ((2, 1, 3, 2), (3, 2, 2)), ((3, 2, 2), (2, 1, 2, 3)), ((1, 2, 3), (4, 3, 1))]
    shapes += [((4, 1, 3), (1, 3, 2)), ((2, 1, 1, 3), (1, 2, 3, 1))]
    shapes += [((2, 2), (1, 2, 2))]
    # Nothing to add, and nothing to be had.
    shapes += [((2, 0), (0, 3)), ((0, 3), (3, 2)), ((2, 3), (3, 0)), ((0,), (0,)), ((0, 2, 3), (3, 2)), ((0, 2, 3), (0, 3, 2)), ((0,), (0, 2))]
    # Tiles whole and cut, rows and columns alone, long and short sums.
    shapes += [((67, 131), (131, 45)), ((200, 200), (200, 200)), ((7, 3), (3, 17)), ((33, 17), (17, 65)), ((1, 1003), (1003, 1))]
    shapes += [((1003,), (1003,)), ((301, 1), (1, 203)), ((2, 1003), (1003, 3)), ((1003, 2), (2, 3)), ((257, 300), (300, 1))]
    shapes += [((129, 257), (257, 65)), ((129, 300), (300,)), ((400, 5), (5, 400))]
    shapes += [((17, 5, 9), (17, 9, 7)), ((3, 33, 17), (17, 9)), ((33, 17), (3, 17, 9)), ((3, 1, 17, 8), (5, 8, 9))]
    shapes += [((65, 3, 3), (65, 3, 3)), ((4, 67, 66), (4, 66, 65))]
    shapes += [((65, 9), (7, 9, 1)), ((7, 1, 9), (9, 65)), ((5, 3, 33), (33,)), ((2, 200, 170), (2, 170, 130))]
    for i, (a, b) in enumerate(shapes):
        f.case("matmul", torch.matmul, X(*a), X(*b), order=some(i))
    f.case("matmul", torch.matmul, D([[INF, 1.0], [0.0, 2.0], [NAN, 0.0]]), D([[0.0, 1.0], [1.0, 1.0]]), order=1)
    f.case("matmul", torch.matmul, D([[0.0, 1.0]]), D([[INF, NAN], [1.0, 1.0]]), order=1)
    f.case("matmul", torch.matmul, D([[INF, -INF, 1.0]]), D([[1.0], [1.0], [2.0]]), order=1)


def linears(f):
    tables = [((3,), 2), ((2, 3), 4), ((2, 2, 3), 1), ((1, 1), 1), ((2, 0), 3), ((0, 3), 2), ((2, 1, 2, 3), 2)]
    tables += [((33, 65), 17), ((3, 7, 33), 130), ((257, 3), 5), ((200, 129), 70)]
    for i, (x, outputs) in enumerate(tables):
        f.case("linear", F.linear, X(*x), X(outputs, x[-1]), X(outputs), order=some(i))
        if i % 2:
            f.case("linear", F.linear, X(*x), X(outputs, x[-1]), order=1)
    f.case("linear", F.linear, X(1, 300), X(257, 300), X(257))
    f.case("linear", F.linear, D([[INF, 0.0], [NAN, 1.0]]), D([[0.0, 1.0], [1.0, 1.0]]), D([1.0, INF]), order=1)
    tables = [((2, 3), (2, 2), 2), ((2, 2, 3), (2, 2, 1), 2), ((17, 9), (17, 7), 5), ((0, 3), (0, 2), 2), ((3, 5, 8), (3, 5, 33), 3)]
    for i, (a, b, outputs) in enumerate(tables):
        f.case("bilinear", F.bilinear, X(*a), X(*b), X(outputs, a[-1], b[-1]), X(outputs), order=some(i))
        if i % 2:
            f.case("bilinear", F.bilinear, X(*a), X(*b), X(outputs, a[-1], b[-1]), order=1)


def vectors(f):
    for m, n in [(1, 1), (3, 4), (5, 1), (0, 3), (33, 67), (257, 129)]:
        f.case("outer", torch.outer, X(m), X(n))
    f.case("outer", torch.outer, D([0.0, INF]), D([1.0, 0.0]), order=1)
    for a, b in [((2, 3), (2, 2)), ((1, 1), (2, 2)), ((0, 2), (2, 2)), ((3, 5), (7, 4)), ((17, 9), (5, 11))]:
        f.case("kron", torch.kron, X(*a), X(*b))
    for a, b, axis in [((3,), (3,), 0), ((2, 3), (2, 3), -1), ((3, 4), (3, 4), 0), ((1, 3), (4, 3), 1), ((3, 2, 1), (3, 1, 4), 0)]:
        f.case("cross", lambda a, b: torch.linalg.cross(a, b, dim=axis), X(*a), X(*b), attrs={"axis": axis}, order=some(axis))
    for a, b, axis in [((1003, 3), (1003, 3), 1), ((3, 301), (3, 1), 0), ((33, 3, 17), (1, 3, 17), -2)]:
        f.case("cross", lambda a, b: torch.linalg.cross(a, b, dim=axis), X(*a), X(*b), attrs={"axis": axis}, order=some(axis))
    for shape in [(1, 1), (3, 3), (2, 5), (5, 2), (2, 3, 3), (2, 1, 2, 3), (0, 0), (0, 3), (2, 0, 3), (67, 67), (33, 17, 9)]:
        f.case("trace", lambda x: x.diagonal(dim1=-2, dim2=-1).sum(-1), X(*shape))


def sums(f):
    tables = [("i,i->", (3,), (3,)), ("i,j->ij", (3,), (4,)), ("i,j->ji", (3,), (4,)), ("ij->ji", (3, 4)), ("ij->j", (3, 4))]
    tables += [("ii->i", (3, 3)), ("ii", (3, 3)), ("iij->j", (2, 2, 3)), ("iii->i", (3, 3, 3))]
    tables += [("ij,jk->ik", (2, 3), (3, 4)), ("ij,kj->ik", (2, 3), (4, 3)), ("ji,jk->ki", (3, 2), (3, 4)), ("ij,jk", (2, 3), (3, 4))]
    tables += [("ij,ij->ij", (2, 3), (2, 3)), ("ij,ji->", (2, 3), (3, 2)), ("ij,j->ij", (2, 3), (3,))]
    tables += [("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("bij,bjk->kib", (2, 2, 3), (2, 3, 2)), ("bij,jk->bik", (2, 2, 3), (3, 2))]
    tables += [("...ij,...jk->...ik", (2, 1, 2, 3), (2, 3, 2)), ("...i,...i->...", (2, 3), (2, 3)), ("...ii->...i", (2, 2, 2)), ("i...->...", (3, 2, 2))]
    tables += [("...", (2, 3)), ("a...b,b...->a...", (2, 2, 3), (3, 2)), ("i...,...j->ij...", (2, 3), (3, 4)), ("i...->i", (2, 3, 2))]
    tables += [("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)), ("i,i,i->i", (3,), (3,), (3,)), ("ij,ik,il->jkl", (2, 2), (2, 3), (2, 2))]
    tables += [("ij,kj,kl,lm->im", (2, 3), (2, 3), (2, 2), (2, 3))]
    tables += [("a,b,c,d,e->aebdc", (2,), (2,), (1,), (2,), (2,)), ("nkctv,kvw->nctw", (1, 2, 2, 2, 3), (2, 3, 2))]
    tables += [("ij,jk->ik", (0, 3), (3, 2)), ("ij,jk->ik", (2, 0), (0, 2)), ("i,->i", (3,), ()), (",->", (), ()), ("iA,Aj->ji", (2, 3), (3, 2))]
    # Axes of size 1 broadcast.
    tables += [("ij,ij->ij", (2, 1), (2, 3)), ("ij,jk->ik", (2, 1), (3, 2)), ("ij,ij->", (1, 3), (2, 3))]
    tables += [("ij,jk->ik", (67, 33), (33, 45)), ("bij,bkj->bik", (5, 17, 33), (5, 9, 33)), ("ijk,jil->kl", (7, 9, 33), (9, 7, 17))]
    tables += [("nchw,oc->nohw", (2, 5, 9, 11), (7, 5))]
    tables += [("bhqd,bhkd->bhqk", (2, 3, 17, 8), (2, 3, 33, 8)), ("bi,oij,bj->bo", (9, 7), (5, 7, 6), (9, 6))]
    tables += [("ij,jk,kl,lm->im", (9, 40), (40, 3), (3, 50), (50, 7)), ("ijkl->ljki", (5, 7, 9, 11))]
    for i, (equation, *shapes) in enumerate(tables):
        f.case("einsum", lambda *xs: torch.einsum(equation, *xs), *[X(*shape) for shape in shapes], attrs={"equation": equation}, order=some(i))
    for a, b, axes in [((2, 3), (3, 4), 1), ((2, 3, 2), (3, 2, 2), 2), ((), (3,), 0), ((3,), (3,), 1), ((2, 3), (2, 3), 2), ((17, 9, 5), (9, 5, 33), 2)]:
        f.case("tensordot", lambda a, b: torch.tensordot(a, b, axes), X(*a), X(*b), attrs={"axes": axes}, order=some(len(a)))
    pairs = [((2, 3), (3, 2), [[0, 1], [1, 0]]), ((2, 3, 2), (2, 3), [[1], [1]]), ((2, 3, 4), (4, 2, 2), [[-1, 0], [0, -1]])]
    pairs += [((2,), (3,), [[], []]), ((5, 33, 7), (33, 9), [[1], [0]]), ((3, 17, 4, 5), (5, 6, 3), [[3, 0], [0, 2]]), ((0, 2), (2, 3), [[1], [0]])]
    for a, b, axes in pairs:
        f.case("tensordot", lambda a, b: torch.tensordot(a, b, axes), X(*a), X(*b), attrs={"axes": axes}, order=some(len(a)))


def products(f):
    matmuls(f)
    linears(f)
    vectors(f)
    sums(f)
