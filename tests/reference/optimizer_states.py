"""Writes optimizer_states/*.pth: a small network and its optimiser after three steps, and the parameters after three more.

Run with PyTorch 2.15.0 in an environment outside the repository: python tests/reference/optimizer_states.py
"""

import pathlib

import torch

torch.set_default_dtype(torch.float64)
FOLDER = pathlib.Path(__file__).parent / "optimizer_states"
O = torch.optim
CASES = {
    "adam": (O.Adam, dict(lr=0.05, betas=(0.8, 0.95), weight_decay=0.01, amsgrad=True)),
    "adamw": (O.AdamW, dict(lr=0.05, weight_decay=0.1)),
    "sgd": (O.SGD, dict(lr=0.1, momentum=0.9, dampening=0.25, weight_decay=0.01)),
    "sgd_plain": (O.SGD, dict(lr=0.1)),
    "nadam": (O.NAdam, dict(lr=0.05)),
    "rmsprop": (O.RMSprop, dict(lr=0.02, alpha=0.9, centered=True, momentum=0.5)),
    "adagrad": (O.Adagrad, dict(lr=0.1, lr_decay=0.1)),
    "adadelta": (O.Adadelta, dict(lr=0.5)),
    "adamax": (O.Adamax, dict(lr=0.05)),
    "radam": (O.RAdam, dict(lr=0.05)),
    "asgd": (O.ASGD, dict(lr=0.05, t0=2)),
    "rprop": (O.Rprop, dict(lr=0.02)),
}


def net():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))


X = torch.linspace(-1, 1, 15).reshape(5, 3)
Y = torch.linspace(0.5, -0.5, 10).reshape(5, 2)


def steps(model, optimizer, count):
    for _ in range(count):
        optimizer.zero_grad()
        ((model(X) - Y) ** 2).mean().backward()
        optimizer.step()


def write(name, model, optimizer):
    steps(model, optimizer, 3)
    torch.save(dict(model=model.state_dict(), optimizer=optimizer.state_dict()), FOLDER / f"{name}.pth")
    steps(model, optimizer, 3)
    torch.save(model.state_dict(), FOLDER / f"{name}_after.pth")


FOLDER.mkdir(exist_ok=True)
for name, (kind, settings) in CASES.items():
    model = net()
    write(name, model, kind(model.parameters(), **settings))

# Two groups, the second of which has a schedule's rate and a parameter that got no gradient yet.
model = net()
model[0].bias.requires_grad_(False)
groups = [dict(params=model[2].parameters(), lr=0.01), dict(params=model[0].parameters(), lr=0.1, betas=(0.5, 0.9))]
optimizer = O.Adam(groups)
O.lr_scheduler.ExponentialLR(optimizer, 0.5)
write("adam_groups", model, optimizer)
