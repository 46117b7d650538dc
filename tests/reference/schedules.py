"""Writes schedules.json: the rates of PyTorch's schedules over thirty-two steps, the rates that follow from metrics, and averages of weights.

Run with PyTorch 2.15.0 in an environment outside the repository: python tests/reference/schedules.py
"""

import json
import math
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as S
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn

torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore")
FILE = pathlib.Path(__file__).parent / "schedules.json"
STEPS, BASE = 32, 0.5


def optimizer(lr=BASE):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)


# Where PyTorch takes rates, the settings are the factors that they are of the base rate.
SCHEDULES = [
    ("step", dict(step_size=5, gamma=0.3), lambda o, s: S.StepLR(o, **s)),
    ("multi_step", dict(milestones=[3, 10, 10, 21], gamma=0.5), lambda o, s: S.MultiStepLR(o, **s)),
    ("exponential", dict(gamma=0.9), lambda o, s: S.ExponentialLR(o, **s)),
    ("inverse_time", dict(decay=0.3), lambda o, s: S.LambdaLR(o, lambda t: 1 / (1 + s["decay"] * t))),
    (
        "inverse_sqrt",  # Vaswani et al. 2017, equation 3, over its highest rate, of any d_model
        dict(warmup_steps=7),
        lambda o, s: S.LambdaLR(
            o, lambda t: min((t + 1) ** -0.5, (t + 1) * s["warmup_steps"] ** -1.5) * s["warmup_steps"] ** 0.5
        ),
    ),
    ("constant", dict(factor=0.25, total_iters=6), lambda o, s: S.ConstantLR(o, **s)),
    ("constant", dict(factor=1 / 3, total_iters=5), lambda o, s: S.ConstantLR(o)),
    ("linear", dict(start_factor=0.2, end_factor=0.9, total_iters=11), lambda o, s: S.LinearLR(o, **s)),
    ("linear", dict(start_factor=1 / 3, end_factor=1.0, total_iters=5), lambda o, s: S.LinearLR(o)),
    ("polynomial", dict(total_iters=20, power=0.9), lambda o, s: S.PolynomialLR(o, **s)),
    ("polynomial", dict(total_iters=40, power=2.5), lambda o, s: S.PolynomialLR(o, **s)),
    ("polynomial", dict(total_iters=5, power=1.0), lambda o, s: S.PolynomialLR(o)),
    (
        "cosine_annealing",
        dict(t_max=12, min_factor=0.1),
        lambda o, s: S.CosineAnnealingLR(o, s["t_max"], eta_min=s["min_factor"] * BASE),
    ),
    ("cosine_annealing", dict(t_max=40, min_factor=0.0), lambda o, s: S.CosineAnnealingLR(o, s["t_max"])),
    (
        "cosine_annealing_warm_restarts",
        dict(t_0=4, t_mult=2, min_factor=0.2),
        lambda o, s: S.CosineAnnealingWarmRestarts(o, s["t_0"], s["t_mult"], eta_min=s["min_factor"] * BASE),
    ),
    (
        "cosine_annealing_warm_restarts",
        dict(t_0=7, t_mult=1, min_factor=0.0),
        lambda o, s: S.CosineAnnealingWarmRestarts(o, s["t_0"]),
    ),
    ("one_cycle", dict(total_steps=32), lambda o, s: S.OneCycleLR(o, BASE, **s)),
    (
        "one_cycle",
        dict(total_steps=32, pct_start=0.4, anneal_strategy="linear", div_factor=10.0, final_div_factor=100.0,
             three_phase=True, base_momentum=0.8, max_momentum=0.9),
        lambda o, s: S.OneCycleLR(o, BASE, **s),
    ),
    (
        "one_cycle",
        dict(total_steps=32, pct_start=0.3, anneal_strategy="cos", div_factor=5.0, final_div_factor=20.0,
             three_phase=True),
        lambda o, s: S.OneCycleLR(o, BASE, **s),
    ),
    ("one_cycle", dict(total_steps=32, pct_start=0.0), lambda o, s: S.OneCycleLR(o, BASE, **s)),
] + [
    (
        "cyclic",
        dict(max_factor=4.0, step_size_up=5, step_size_down=down, mode=mode, gamma=gamma),
        lambda o, s: S.CyclicLR(
            o, BASE, 4 * BASE, 5, s["step_size_down"], mode=s["mode"], gamma=s["gamma"], cycle_momentum=False
        ),
    )
    for down, mode, gamma in [(None, "triangular", 1.0), (3, "triangular2", 1.0), (4, "exp_range", 0.95)]
] + [
    (
        "warmup",
        dict(steps=6, start_factor=0.1, t_max=20),
        lambda o, s: S.SequentialLR(
            o, [S.LinearLR(o, s["start_factor"], total_iters=s["steps"]), S.CosineAnnealingLR(o, s["t_max"])], [s["steps"]]
        ),
    ),
    (
        "chained",
        dict(factor=0.5, total_iters=4, gamma=0.9),
        lambda o, s: S.ChainedScheduler(
            [S.ConstantLR(o, s["factor"], s["total_iters"]), S.ExponentialLR(o, s["gamma"]), S.StepLR(o, 7)]
        ),
    ),
    (
        "sequential",
        dict(milestones=[5, 17]),
        lambda o, s: S.SequentialLR(
            o, [S.ConstantLR(o, 0.1, 20), S.ExponentialLR(o, 0.9), S.StepLR(o, 3, 0.5)], s["milestones"]
        ),
    ),
    ("lambda", dict(gamma=0.95), lambda o, s: S.LambdaLR(o, lambda t: s["gamma"] ** t)),
]


def rates(name, settings, make):
    o = optimizer()
    scheduler = make(o, settings)
    lrs, momenta = [], []
    for _ in range(STEPS):
        lrs.append(o.param_groups[0]["lr"])
        momenta.append(o.param_groups[0]["momentum"])
        o.step()
        if len(lrs) < STEPS:
            scheduler.step()
    entry = dict(name=name, settings=settings, lrs=lrs)
    return {**entry, "momenta": momenta} if name == "one_cycle" else entry


def metric(t):
    """Falls by ever less, with noise."""
    return 1 / (1 + 0.3 * t) + 0.05 * math.sin(5 * t) + (0.2 if t > 25 else 0)


def plateau(sign, **settings):
    """Metrics, and the rate after each."""
    o = optimizer()
    scheduler = S.ReduceLROnPlateau(o, **settings)
    metrics, lrs = [sign * metric(t) for t in range(60)], []
    for value in metrics:
        scheduler.step(value)
        lrs.append(o.param_groups[0]["lr"])
    return dict(settings=settings, metrics=metrics, lrs=lrs)


def averages(multi_avg_fn):
    """The values of a layer, and their average after each."""
    layer = torch.nn.Linear(2, 2)
    average = AveragedModel(layer, multi_avg_fn=multi_avg_fn)
    points, means = [], []
    for t in range(6):
        with torch.no_grad():
            layer.weight.copy_(torch.tensor([[math.sin(t), t * t], [1.0, -t]]))
            layer.bias.copy_(torch.tensor([0.5 * t, math.exp(-t)]))
        average.update_parameters(layer)
        points.append([layer.weight.flatten().tolist(), layer.bias.tolist()])
        means.append([average.module.weight.flatten().tolist(), average.module.bias.tolist()])
    return dict(points=points, means=means)


def statistics():
    """Batches of unequal size, and the statistics that update_bn gives a layer of momentum 0.1."""
    layer = torch.nn.BatchNorm1d(2)
    batches = [torch.tensor([[math.sin(3 * i + j), (i - j) * 0.7 + 1] for i in range(n)]) for j, n in enumerate((3, 5, 2))]
    update_bn(batches, layer)
    return dict(
        batches=[batch.tolist() for batch in batches],
        mean=layer.running_mean.tolist(),
        var=layer.running_var.tolist(),
        count=layer.num_batches_tracked.item(),
    )


lists = dict(
    schedules=[rates(*entry) for entry in SCHEDULES],
    plateaus=[
        plateau(1, factor=0.5, patience=3, eps=1e-3),
        plateau(1, factor=0.3, patience=2, threshold=0.02, threshold_mode="abs", cooldown=4),
        plateau(-1, mode="max", factor=0.4, patience=1, threshold=0.01, threshold_mode="abs", min_lr=0.02),
        plateau(2, mode="max", factor=0.6, patience=5, threshold=0.1, cooldown=2),
        plateau(1),
    ],
)
single = dict(ema=averages(get_ema_multi_avg_fn(0.7)), swa=averages(None), update_bn=statistics())
lines = ['"source": "PyTorch 2.15.0, float64"', f'"base": {BASE}']
for name, entries in lists.items():
    lines.append(f'"{name}": [\n' + ",\n".join("  " + json.dumps(entry) for entry in entries) + "\n ]")
lines += [f'"{name}": {json.dumps(entry)}' for name, entry in single.items()]
FILE.write_text("{\n " + ",\n ".join(lines) + "\n}\n")
