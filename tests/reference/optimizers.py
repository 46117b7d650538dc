"""Writes optimizers.json: PyTorch's paths over twelve steps, the values that the course checks its optimisers with, L-BFGS in Rosenbrock's
valley, and the trials of its line search.

The eight paths `sgd` .. `lbfgs` and the `checks` are kept as they are; the others are computed anew.
Run with PyTorch 2.15.0 in an environment outside the repository: python tests/reference/optimizers.py
"""

import json
import math
import pathlib
from unittest import mock

import torch
from torch.optim.lbfgs import _strong_wolfe

torch.set_default_dtype(torch.float64)
FILE = pathlib.Path(__file__).parent / "optimizers.json"
START = [[1.0, -2.0, 3.0], [0.5, -1.0]]
WIDE = [[[1.0, -2.0, 3.0], [0.5, 1.5, -1.0]], [[0.5, -1.0], [2.0, 0.25]]]
TALL = [
    [[1.0, -2.0, 3.0], [0.5, 1.5, -1.0], [2.0, 0.3, -0.7], [-1.2, 0.8, 0.4]],
    [[0.5, -1.0], [2.0, 0.25], [-1.5, 0.1], [0.7, 0.9]],
]
O = torch.optim
MORE = {
    "sgd_dampening_maximize": (O.SGD, dict(lr=0.01, momentum=0.8, dampening=0.3, weight_decay=0.05, maximize=True)),
    "adam_amsgrad_decay": (O.Adam, dict(lr=0.1, weight_decay=0.05, amsgrad=True)),
    "adamw_amsgrad_maximize": (O.AdamW, dict(lr=0.05, weight_decay=0.1, amsgrad=True, maximize=True)),
    "adagrad_decay": (O.Adagrad, dict(lr=0.3, lr_decay=0.1, weight_decay=0.02, initial_accumulator_value=0.5)),
    "adadelta": (O.Adadelta, dict(lr=1.0)),
    "adadelta_decay": (O.Adadelta, dict(lr=0.7, rho=0.8, eps=1e-4, weight_decay=0.05, maximize=True)),
    "rmsprop_centered": (O.RMSprop, dict(lr=0.02, alpha=0.9, centered=True, momentum=0.5, weight_decay=0.01)),
    "rmsprop_momentum": (O.RMSprop, dict(lr=0.02, momentum=0.9)),
    "nadam": (O.NAdam, dict(lr=0.1)),
    "nadam_decay": (O.NAdam, dict(lr=0.05, weight_decay=0.1, momentum_decay=0.01)),
    "nadam_decoupled": (O.NAdam, dict(lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)),
    "radam": (O.RAdam, dict(lr=0.1)),
    "radam_decay": (O.RAdam, dict(lr=0.1, betas=(0.8, 0.9), weight_decay=0.1)),
    "radam_decoupled": (O.RAdam, dict(lr=0.1, betas=(0.8, 0.9), weight_decay=0.1, decoupled_weight_decay=True)),
    "adamax": (O.Adamax, dict(lr=0.1)),
    "adamax_decay": (O.Adamax, dict(lr=0.1, weight_decay=0.1, maximize=True)),
    "asgd": (O.ASGD, dict(lr=0.05, lambd=0.01, t0=5)),
    "rprop": (O.Rprop, dict(lr=0.02)),
    "adagrad_maximize": (O.Adagrad, dict(lr=0.1, weight_decay=0.02, eps=0.5, maximize=True)),
    "rmsprop_centered_maximize": (O.RMSprop, dict(lr=0.01, alpha=0.95, centered=True, maximize=True)),
    "adamw_betas": (O.AdamW, dict(lr=0.05, betas=(0.8, 0.95), eps=0.1)),
    "adamax_betas": (O.Adamax, dict(lr=0.05, betas=(0.8, 0.7), eps=0.1)),
    "nadam_maximize": (O.NAdam, dict(lr=0.05, betas=(0.8, 0.95), eps=0.1, weight_decay=0.1, maximize=True)),
    "radam_maximize": (O.RAdam, dict(lr=0.02, betas=(0.8, 0.95), eps=0.1, weight_decay=0.1, maximize=True)),
    "asgd_decay_maximize": (O.ASGD, dict(lr=0.02, lambd=0.1, alpha=0.6, t0=2, weight_decay=0.1, maximize=True)),
    "rprop_bounds_maximize": (O.Rprop, dict(lr=0.1, etas=(0.4, 1.5), step_sizes=(0.05, 0.3), maximize=True)),
    "muon_wide": (O.Muon, dict(lr=0.1), WIDE),
    "muon_tall": (O.Muon, dict(lr=0.1), TALL),
    "muon_rms": (
        O.Muon,
        dict(lr=0.2, momentum=0.8, nesterov=False, weight_decay=0.3, adjust_lr_fn="match_rms_adamw"),
        TALL,
    ),
    "muon_spectral": (
        O.Muon,
        dict(lr=0.1, ns_coefficients=(2.0, -1.5, 0.5), ns_steps=7, eps=5.0, adjust_lr_fn="spectral_unclamped"),
        WIDE,
    ),
    "lbfgs_plain": (O.LBFGS, dict(lr=0.1, max_iter=3, history_size=2)),
    "lbfgs_two": (O.LBFGS, dict(lr=0.5, max_iter=5, max_eval=4, history_size=3, line_search_fn="strong_wolfe")),
    "lbfgs_converges": (O.LBFGS, dict(line_search_fn="strong_wolfe")),
    "lbfgs_maximize": (O.LBFGS, dict(lr=0.01, max_iter=2, maximize=True)),
}


def loss(x, w):
    curvature = torch.tensor([1.0, 10.0, 0.1])
    return 0.5 * (x * curvature * x).sum() + 0.01 * (x**4).sum() + ((w - x[..., :2]) ** 2).sum()


# Muon iterates in bfloat16 whatever the parameter is; in double precision its steps can be compared to the last digits.
@mock.patch("torch.bfloat16", torch.float64)
def path(name, kind, settings, start=START):
    x, w = (torch.tensor(values, requires_grad=True) for values in start)
    optimizer = kind([x, w], **settings)

    def closure():
        optimizer.zero_grad()
        value = loss(x, w)
        value.backward()
        return value

    trajectory, counts = [], {}
    for _ in range(12):
        optimizer.step(closure)
        trajectory.append([x.tolist(), w.tolist()])
        for count in ("func_evals", "n_iter"):  # of those that evaluate the loss several times in a step
            if count in optimizer.state[x]:
                counts.setdefault(count, []).append(optimizer.state[x][count])
    entry = dict(name=name, settings=settings, start=start, trajectory=trajectory)
    return {**entry, "counts": counts} if counts else entry


def valley():
    """L-BFGS in Rosenbrock's valley: where each of nine steps ends, and the evaluations so far."""
    x = torch.tensor([-1.2, 1.0], requires_grad=True)
    optimizer = O.LBFGS([x], max_iter=5, history_size=6, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = (x[0] - 1) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
        value.backward()
        return value

    steps = []
    for _ in range(9):
        optimizer.step(closure)
        steps.append(dict(x=x.tolist(), func_evals=optimizer.state[x]["func_evals"]))
    return steps


# Functions of one number to search along, with their derivatives; the first two of Moré and Thuente 1994 among them.
LINES = {
    "parabola": (lambda t: (t - 3) ** 2, lambda t: 2 * (t - 3)),
    "quartic": (lambda t: (t - 2) ** 4, lambda t: 4 * (t - 2) ** 3),
    "waves": (
        lambda t: (0.1 * t - 1) ** 2 - 0.5 * math.sin(3 * t),
        lambda t: 0.2 * (0.1 * t - 1) - 1.5 * math.cos(3 * t),
    ),
    "more_thuente_1": (lambda t: -t / (t * t + 2), lambda t: (t * t - 2) / (t * t + 2) ** 2),
    "more_thuente_2": (
        lambda t: (t + 0.004) ** 5 - 2 * (t + 0.004) ** 4,
        lambda t: 5 * (t + 0.004) ** 4 - 8 * (t + 0.004) ** 3,
    ),
    "kink": (lambda t: -t if t < 1 else 40 * (t - 1) - 1, lambda t: -1 if t < 1 else 40),
    "ledge": (lambda t: -t - 0.5 if 0.5 < t < 1.2 else -t, lambda t: -1 if t < 60 else 1),
}


def trials(name, first):
    """Where PyTorch's search for the strong Wolfe conditions evaluates a function, and where it ends."""
    f, df = LINES[name]
    seen, one = [], torch.ones(1)

    def evaluate(x, t, d):
        seen.append(float(t))
        return f(float(t)), torch.tensor([float(df(float(t)))])

    slope = torch.tensor(float(df(0.0)))
    _, _, t, _ = _strong_wolfe(evaluate, 0 * one, first, one, f(0.0), slope * one, slope)
    return dict(function=name, first=first, trials=seen, end=float(t))


stored = json.loads(FILE.read_text())
stored["paths"] = [entry for entry in stored["paths"] if entry["name"] not in MORE]
stored["paths"] += [path(name, *entry) for name, entry in MORE.items()]
stored["lbfgs_rosenbrock"] = valley()
stored["strong_wolfe"] = [trials(name, first) for name in LINES for first in (1e-3, 0.1, 1.0, 10.0, 1e3)]
FILE.write_text(json.dumps(stored, indent=1))
