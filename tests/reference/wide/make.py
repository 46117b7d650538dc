"""Writes the file of each family: python tests/reference/wide/make.py [FAMILY ..]

Run with PyTorch 2.15.0 in an environment outside the repository.
"""

import importlib
import sys

import cases

FAMILIES = ["attention", "conv", "elementwise", "index", "linalg", "loss", "norm", "order", "pool", "recurrent", "reduce", "resample", "scan", "shape"]

for name in sys.argv[1:] or FAMILIES:
    family = cases.Family(name)
    importlib.import_module(name).write(family)
    family.write()
