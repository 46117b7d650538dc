"""One recurrent layer over sequences of several lengths, forward or from the end of each; steps beyond an example's length are skipped."""

import torch

from cases import D, X


def rnn(activation):
    def step(x, state, w):
        (h,) = state
        return (activation(x @ w[0].T + w[2] + h @ w[1].T + w[3]),)

    return step


def lstm(x, state, w):
    h, c = state
    i, f, g, o = (x @ w[0].T + w[2] + h @ w[1].T + w[3]).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru(x, state, w):
    (h,) = state
    of_x, of_h = (x @ w[0].T + w[2]).chunk(3, 1), (h @ w[1].T + w[3]).chunk(3, 1)
    r, z = (of_x[0] + of_h[0]).sigmoid(), (of_x[1] + of_h[1]).sigmoid()
    return ((1 - z) * (of_x[2] + r * of_h[2]).tanh() + z * h,)


# Name: a step, the number of its gates, and of its states.
CELLS = {"rnn_tanh": (rnn(torch.tanh), 1, 1), "rnn_relu": (rnn(torch.relu), 1, 1), "lstm": (lstm, 4, 2), "gru": (gru, 3, 1)}


def sequence(step, states, lengths, reverse, bias):
    def fn(x, *operands):
        state, w = operands[:states], list(operands[states:])
        w += [] if bias else [0.0, 0.0]
        ys = [None] * len(x)
        for t in reversed(range(len(x))) if reverse else range(len(x)):
            next_state = step(x[t], state, w)
            alive = torch.tensor([[t < length] for length in lengths])
            ys[t] = torch.where(alive, next_state[0], 0.0)
            state = tuple(torch.where(alive, new, old) for new, old in zip(next_state, state))
        return torch.stack(ys), *state

    return fn


def write(f):
    for name, (step, gates, states) in CELLS.items():
        for t, n, inputs, hidden in [(1, 1, 1, 1), (4, 3, 2, 5), (7, 1, 33, 17), (5, 4, 3, 16), (40, 2, 8, 24), (6, 33, 20, 64)]:
            some = [(7 * i + 3) % (t + 1) for i in range(n)]
            settings = [(None, False, True), (some, True, True)] + [(None, True, False), (some, False, True)] * (t < 6)
            for lengths, reverse, bias in settings:
                steps = lengths or [t] * n
                w = [X(gates * hidden, inputs, low=-0.5, high=0.5), X(gates * hidden, hidden, low=-0.4, high=0.4)]
                w += [X(gates * hidden, low=-0.5, high=0.5) for _ in range(2 if bias else 0)]
                operands = [X(t, n, inputs), *[X(n, hidden) for _ in range(states)], *w]
                attrs = {"reverse": reverse}
                consts = {} if lengths is None else {"lengths": D(lengths)}
                fn = sequence(step, states, steps, reverse, bias)
                f.case(name, lambda *x, lengths=None: fn(*x), *operands, attrs=attrs, consts=consts)
