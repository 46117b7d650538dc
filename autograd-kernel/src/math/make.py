"""Writes tables.rs: nearly minimax polynomials, weighted least squares at the nodes of Chebyshev (Trefethen, 2013, "Approximation Theory and
Approximation Practice", chapters 2 and 16); coefficients are rounded from the constant term on, and each time the others are fitted anew.

`python make.py > tables.rs` and `python make.py values > values.rs`, with mpmath; then `cargo fmt`.
"""
import struct
import sys
from mpmath import mp, mpf as F, lu_solve, matrix, exp, log, sqrt, erf, erfc, pi, cos, expm1, log1p, sin, tan, tanh, atanh

mp.dps = 60


def near(x, kind):
    """`x`, rounded to the type `kind`."""
    return F(float(x)) if kind == "f64" else F(struct.unpack("f", struct.pack("f", float(x)))[0])


def fit(target, degree, weight, lo, hi, kind):
    """The polynomial of `degree` with coefficients of the type `kind`, and the logarithm of its largest weighted error."""
    lo, hi = F(lo), F(hi)
    points = [(lo + hi) / 2 - (hi - lo) / 2 * cos(pi * (i + F(1) / 3) / (8 * degree)) for i in range(8 * degree)]
    samples = [(x, target(x), weight(x)) for x in points]
    done = []
    for first in range(degree + 1):
        n = degree + 1 - first
        a, b = matrix(n, n), matrix(n, 1)
        for x, y, w in samples:
            rest = y - sum(c * x**i for i, c in enumerate(done))
            for row in range(n):
                b[row] += w * w * rest * x ** (first + row)
                for column in range(n):
                    a[row, column] += w * w * x ** (2 * first + row + column)
        done.append(near(lu_solve(a, b)[0], kind))
    worst = max(abs((sum(c * x**i for i, c in enumerate(done)) - y) * w) for x, y, w in samples)
    return done, log(worst, 2)


def exp_rest(x):
    return (expm1(x) - x) / x**2 if abs(x) > F("1e-12") else F(1) / 2 + x / 6


def atanh_rest(z):
    s = sqrt(z)
    return (2 * atanh(s) - 2 * s) / (s * z) if z > F("1e-16") else F(2) / 3 + 2 * z / 5


def erf_rest(z):
    x = sqrt(z)
    return erf(x) / x - 1 if z > F("1e-30") else 2 / sqrt(pi) - 1


def turn(kind):
    """Where the polynomial of erfc has its middle, and the least and largest argument of the polynomial."""
    at, end = (F(4), F("27.3")) if kind == "f64" else (F(2), F("10.2"))
    return at, (F("0.5") - at) / (F("0.5") + at), (end - at) / (end + at)


def scaled_erfc(middle):
    def of(t):
        x = middle * (1 + t) / (1 - t)
        return exp(x * x) * erfc(x) * (1 + 2 * x)
    return of


def sin_rest(z):
    r = sqrt(z)
    return (sin(r) - r) / (z * r) if z > F("1e-16") else -F(1) / 6 + z / 120


def cos_rest(z):
    return (cos(sqrt(z)) - 1 + z / 2) / z**2 if z > F("1e-12") else F(1) / 24 - z / 720


def tables(kind):
    half = log(2) / 2 * F("1.001")
    z_log = ((sqrt(F(2)) - 1) / (sqrt(F(2)) + 1)) ** 2
    wide = kind == "f64"
    one = lambda _: F(1)
    z_quarter = (pi / 4 * F("1.001")) ** 2
    return [
        ("exp_rest", fit(exp_rest, 9 if wide else 4, lambda r: r * r / exp(r), -half, half, kind)),
        ("log_rest", fit(atanh_rest, 6 if wide else 3, lambda z: z / 2, F(0), z_log, kind)),
        ("log_unit_rest", fit(atanh_rest, 11 if wide else 5, lambda z: z / 2, F(0), F(1) / 9, kind)),
        ("erf_rest", fit(erf_rest, 9 if wide else 4, one, F(0), F(1) / 4, kind)),
        ("sin_rest", fit(sin_rest, 5 if wide else 2, lambda z: z, F(0), z_quarter, kind)),
        ("cos_rest", fit(cos_rest, 5 if wide else 2, lambda z: z * z, F(0), z_quarter, kind)),
        ("erfc_rest", fit(scaled_erfc(turn(kind)[0]), 21 if wide else 9, one, *turn(kind)[1:], kind)),
    ]


def literal(x, kind):
    if kind == "f64":
        return repr(float(x))
    for digits in range(1, 12):
        text = f"{float(x):.{digits}g}"
        if near(F(text), kind) == x:
            return repr(float(text))


POINTS = {
    "exp": "-745.1 -740.5 -708.2 -30.3 -1.1 -0.3 -1e-5 1e-300 0.1 0.34 0.35 1 2.5 50.7 700.1 709.7",
    "exp2": "-1074.3 -1030.5 -30.3 -1.1 -0.5 -1e-5 1e-300 0.1 0.49 0.51 1.7 50.7 1000.1 1023.9",
    "expm1": "-50 -36.9 -3.3 -0.7 -0.35 -0.34 -1e-5 -1e-17 1e-300 1e-9 0.1 0.34 0.35 1 2.5 50.7 709.7",
    "log": "5e-324 3.1e-310 2.3e-308 1e-50 0.1 0.5 0.7 0.71 0.99 0.9999999 1.0000001 1.01 1.4 1.42 3 1e10 1.7e308",
    "log2": "5e-324 3.1e-310 1e-50 0.1 0.7 0.71 0.99 0.9999999 1.0000001 1.01 1.4 1.42 3 1e10 1.7e308",
    "log10": "5e-324 3.1e-310 1e-50 0.1 0.7 0.71 0.99 0.9999999 1.0000001 1.01 1.4 1.42 3 1e10 1.7e308",
    "log1p": "-0.9999999999 -0.7 -0.3 -0.29 -1e-3 -1e-9 1e-300 1e-17 1e-8 0.01 0.4 0.42 0.99 1.01 3.3 1e10 1.7e308",
    "tanh": "-20.1 -3.3 -0.7 -0.1 1e-310 1e-17 1e-9 0.01 0.17 0.18 0.5 1 2.5 10.1 18.9",
    "sigmoid": "-744 -708.5 -100.1 -36.8 -3.3 -0.5 -1e-9 1e-17 0.1 1 10.1 36.7",
    "softplus": "-744 -708.5 -100.1 -36.8 -3.3 -0.5 -1e-9 1e-17 0.1 1 10.1 36.7 1e10",
    "sin": "-1.5e5 -3.2 -1.6 -0.7 -1e-9 1e-310 0.1 0.785 0.786 1.5707963267948966 2 3.14159 22 355 104348 999999.5",
    "cos": "-1.5e5 -3.2 -1.6 -0.7 -1e-9 1e-310 0.1 0.785 0.786 1.5707963267948966 2 3.14159 11 33 52174 999999.5",
    "tan": "-1.5e5 -3.2 -1.6 -0.7 -1e-9 1e-310 0.1 0.785 0.786 1.5707963267948966 2 3.14159 11 355 52174 999999.5",
    "erf": "-5.1 -1.01 -0.99 -0.3 1e-310 1e-17 1e-9 0.01 0.25 0.5 0.75 0.999 1.001 1.5 2.5 3.5 4.5 5.8",
    "erfc": "-5.9 -3.1 -1 -0.3 1e-17 1e-3 0.1 0.5 1 1.5 2.5 3.9 4.1 6.5 10.1 20.3 26.1 26.8 27.1",
}
EXACT = {
    "exp": exp, "exp2": lambda x: F(2) ** x, "expm1": expm1, "log": log, "log2": lambda x: log(x, 2), "log10": lambda x: log(x, 10),
    "log1p": log1p, "sin": sin, "cos": cos, "tan": tan, "tanh": tanh, "sigmoid": lambda x: 1 / (1 + exp(-x)), "softplus": lambda x: log1p(exp(x)), "erf": erf, "erfc": erfc,
}


def write_tables():
    print("//! The polynomials, with coefficients from the constant term on; `make.py` computes them.\n")
    print("use super::Polynomials;")
    for kind in ("f32", "f64"):
        print(f"\nimpl Polynomials for {kind} {{")
        print(f"    const ERFC_TURN: {kind} = {turn(kind)[0]};")
        for name, (c, worst) in tables(kind):
            print(name, kind, float(worst), file=sys.stderr)
            print(f"\n    #[inline(always)]\n    fn {name}(x: {kind}) -> {kind} {{\n        horner! {{ {kind}, x;")
            for x in c:
                print(f"            {literal(x, kind)}")
            print("        }\n    }")
        print("}")


def write_values():
    print("//! Values of the functions that are exact but for the last rounding; `make.py values` computes them.\n")
    print('#![expect(clippy::approx_constant, reason = "values of functions that happen to be constants")]')
    for name, points in POINTS.items():
        print(f"\n/// Of `{name}`.\npub const {name.upper()}: &[(f64, f64)] = &[")
        for x in map(float, points.split()):
            print(f"    ({x!r}, {float(EXACT[name](F(x)))!r}),")
        print("];")


if __name__ == "__main__":
    write_values() if sys.argv[1:] == ["values"] else write_tables()
