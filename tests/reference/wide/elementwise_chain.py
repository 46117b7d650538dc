"""Ops after each other: large values wait for one pass over all of them, and small results show their digits under a logarithm."""

from cases import D, X

# A number that single precision takes for 0: what is beside it is compared in double precision only.
DOUBLE = 1e-60
VIEWS = {"transpose": lambda x: x.transpose(-1, -2), "reverse": lambda x: x.flip(-1), "every_second": lambda x: x[..., ::2]}


def chain(f, steps, *operands, **options):
    """Each step is an op of what the last one gave, or of that and an operand, whose number follows."""

    def fn(*xs):
        y = xs[0]
        for step in steps:
            op, *operand = step.split()
            y = f.functions[op](y, *(xs[int(i)] for i in operand))
        return y

    f.case("chain", fn, *operands, attrs={"steps": steps}, **options)


def write(f, functions):
    """`functions` has PyTorch's function for each name."""
    f.functions = {**functions, **VIEWS}
    fused(f)
    views(f)
    small_results(f)
    signs_of_zero(f)


def fused(f):
    x = lambda *shape: X(*shape, low=0.2, high=1.5)
    for shape in [(3, 70001), (1025,), (5,)]:
        chain(f, ["sin", "exp", "square", "log1p", "tanh", "sqrt"], x(*shape))
        chain(f, ["mul 1", "sigmoid", "add 0", "div 1", "silu", "sub 1"], x(*shape), x(*shape))
        chain(f, ["relu", "mul 1", "gelu", "add 2", "softplus", "mul 0"], x(*shape), x(1), x(shape[-1]))
    chain(f, ["mul 1", "exp", "mul 1", "neg", "maximum 2", "abs", "rsqrt"], x(40, 1, 65), x(3, 1), x(65))
    chain(f, ["square", "add 0", "square", "add 0", "reciprocal", "atan", "erf", "cos"], x(130, 257))
    chain(f, ["mul 0", "mul 0", "mul 0", "log", "expm1"], x(70001))


def views(f):
    x = lambda *shape: X(*shape, low=0.2, high=1.5)
    chain(f, ["transpose", "exp", "mul 1", "transpose", "log"], x(257, 131), x(131, 257))
    chain(f, ["reverse", "sin", "mul 0", "every_second", "add 1", "tanh"], x(33, 1001), x(33, 1))
    chain(f, ["every_second", "transpose", "add 1", "sigmoid", "reverse", "sqrt"], x(7, 65, 64), x(1, 65))
    chain(f, ["transpose", "mul 1", "every_second", "cos"], x(3, 5), x(5, 1))
    chain(f, ["reverse", "div 0", "square"], x(17))
    chain(f, ["transpose", "pow 1", "transpose", "atan2 0"], x(100, 9, 30), x(30, 9))


def small_results(f):
    """The logarithm of a result that is almost zero; relative errors of it are errors here, of the value and of the gradient."""
    tiny = D([2.0**-20, 2.0**-30, 2.0**-10, 0.0078125])
    for op in ["sin", "tan", "asin", "atan", "sinh", "asinh", "tanh", "atanh", "erf", "expm1", "log1p", "softsign", "sqrt"]:
        chain(f, [op, "log"], tiny)
        chain(f, [op, "log"], D([DOUBLE, 2.0**-40, 2.0**-52, 1e-5]), order=1)
    down = D([-5.0, -20.0, -40.0, -80.0])
    for op in ["exp", "sigmoid", "softplus"]:
        chain(f, [op, "log"], down)
        chain(f, [op, "log"], D([DOUBLE, -300.0, -600.0, -700.0]), order=1)
    for op in ["silu", "mish"]:
        chain(f, [op, "neg", "log"], down, order=1)
        chain(f, [op, "neg", "log"], D([-DOUBLE, -300.0, -600.0]), order=1)
    # PyTorch loses the digits of the second derivative.
    chain(f, ["neg", "log_sigmoid", "neg", "log"], down, order=1)
    chain(f, ["neg", "log_sigmoid", "neg", "log"], D([DOUBLE, -300.0, -700.0]), order=1)
    chain(f, ["erfc", "log"], D([1.0, 3.0, 5.0, 8.0]))
    chain(f, ["erfc", "log"], D([DOUBLE, 12.0, 20.0, 26.0]), order=1)
    chain(f, ["exp2", "log"], D([-100.0, -30.5, -3.0]))
    chain(f, ["acosh", "log"], D([1 + 2.0**-20, 1 + 2.0**-10]))
    chain(f, ["acos", "log"], D([1 - 2.0**-20, 1 - 2.0**-10]))
    chain(f, ["log", "abs", "log"], D([1 + 2.0**-20, 1 - 2.0**-20]))
    chain(f, ["log2", "abs", "log"], D([1 + 2.0**-20, 1 - 2.0**-20]))
    chain(f, ["log10", "abs", "log"], D([1 + 2.0**-20, 1 - 2.0**-20]))
    chain(f, ["hypot 1", "log"], D([2.0**-60, 2.0**-61, 2.0**60]), D([2.0**-60, 2.0**-55, 2.0**61]))
    chain(f, ["pow 1", "log"], D([2.0**-10, 3.0, 0.75]), D([5.5, -40.25, 150.0]))
    chain(f, ["pow 1", "log"], D([DOUBLE, 3.0, 1 + 2.0**-40, 1e-300]), D([0.5, -600.25, 2.0**49, 0.97]), order=1)
    chain(f, ["logaddexp 1", "abs", "log"], D([-0.6875, -100.0]), D([-0.703125, -101.0]))


def signs_of_zero(f):
    """Which zero a result is shows in its reciprocal."""
    zeros = D([0.0, -0.0])
    odd = ["asin", "asinh", "atan", "atanh", "erf", "expm1", "log1p", "neg", "sin", "sinh", "tan", "tanh", "sqrt", "softsign"]
    for op in odd + ["abs", "sign", "relu", "relu6", "hardswish", "silu", "gelu", "gelu_tanh", "mish", "selu", "square"]:
        chain(f, [op, "reciprocal"], zeros, order=0)
    for op in ["ceil", "floor", "round", "trunc"]:
        chain(f, [op, "reciprocal"], D([0.0, -0.0, 0.25, -0.25, 0.5, -0.5]), order=0)
    a, b = [0.0, 0.0, -0.0, -0.0], [0.0, -0.0, 0.0, -0.0]
    for op in ["add", "sub", "copysign"]:
        chain(f, [f"{op} 1", "reciprocal"], D(a), D(b), order=0)
    for op in ["mul", "div", "remainder", "atan2", "pow"]:
        chain(f, [f"{op} 1", "reciprocal"], D(a), D([3.0, -3.0, 3.0, -3.0]), order=0)
    chain(f, ["remainder 1", "reciprocal"], D([6.0, 6.0, -6.0, -6.0]), D([3.0, -3.0, 3.0, -3.0]), order=0)
