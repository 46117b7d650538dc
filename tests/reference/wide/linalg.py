"""Products, factors and determinants of matrices."""

import torch

from cases import X


def write(f):
    f.case("solve", torch.linalg.solve, X(5, 5, diagonal=4.0), X(5, 3))
    f.case("solve", torch.linalg.solve, X(33, 33, diagonal=12.0), X(33, 17))
    f.case("matmul", torch.matmul, X(67, 131), X(131, 45))
