//! Recurrent cells: what a step makes of pre-activations and of the states before it, one example at a time.

use super::isa::{self, NullaryFnOnce};
use super::math;
use super::recurrent::{cut, cut_mut};
use crate::element::Real;

/// A recurrent cell. Its gates are blocks of rows of the weights, one row for each hidden unit.
pub trait Cell: 'static {
    /// The number of gates.
    const GATES: usize;
    /// The number of states: `h`, and `c` where there is a second.
    const STATES: usize;
    /// Numbers for each unit, besides gates and states, that the gradient needs.
    const KEPT: usize;
    /// Whether the product with `h` is kept apart from the one with `x`, instead of added to it.
    const APART: bool;

    /// One step of one example.
    fn forward<T: Real>(step: Forward<'_, T>);
    /// The gradient of that step.
    fn backward<T: Real>(step: Backward<'_, T>);
}

/// One step of one example. Slices of what a cell does not have are empty.
pub struct Forward<'a, T> {
    /// The pre-activations; afterwards the gates.
    pub gates: &'a mut [T],
    /// The product with `h`, where it is kept apart.
    pub apart: &'a [T],
    /// The states before the step.
    pub h_before: &'a [T],
    /// As `h_before`.
    pub c_before: &'a [T],
    /// The states after it, to be written.
    pub h: &'a mut [T],
    /// As `h`.
    pub c: &'a mut [T],
    /// What else the gradient needs, to be written.
    pub kept: &'a mut [T],
}

/// The gradient of one step of one example, with what [`Forward`] left.
pub struct Backward<'a, T> {
    /// The gates.
    pub gates: &'a [T],
    /// The states before the step.
    pub h_before: &'a [T],
    /// As `h_before`.
    pub c_before: &'a [T],
    /// The state after it.
    pub h: &'a [T],
    /// What else was kept.
    pub kept: &'a [T],
    /// The gradient of `h`; afterwards that of `h_before`, without the part that goes through the product.
    /// A cell whose product is not kept apart has no other part and leaves it alone.
    pub dh: &'a mut [T],
    /// The gradient of `c`; afterwards that of `c_before`.
    pub dc: &'a mut [T],
    /// The gradient of the product with `h`, to be written: that of the pre-activations where both are one.
    pub product: &'a mut [T],
    /// The gradient of the product with `x`, to be written where it is apart.
    pub input: &'a mut [T],
}

/// `h = tanh(x + u h)`.
pub struct Tanh;

impl Cell for Tanh {
    const GATES: usize = 1;
    const STATES: usize = 1;
    const KEPT: usize = 0;
    const APART: bool = false;

    fn forward<T: Real>(Forward { gates, h, .. }: Forward<'_, T>) {
        tanh(gates);
        h.copy_from_slice(gates);
    }

    fn backward<T: Real>(Backward { h, dh, product, .. }: Backward<'_, T>) {
        for ((d, &dh), &h) in product.iter_mut().zip(&*dh).zip(h) {
            *d = dh * (T::one() - h * h);
        }
    }
}

/// `h = max(0, x + u h)`.
pub struct Relu;

impl Cell for Relu {
    const GATES: usize = 1;
    const STATES: usize = 1;
    const KEPT: usize = 0;
    const APART: bool = false;

    fn forward<T: Real>(Forward { gates, h, .. }: Forward<'_, T>) {
        for (h, &x) in h.iter_mut().zip(&*gates) {
            *h = if x <= T::zero() { T::zero() } else { x };
        }
    }

    fn backward<T: Real>(Backward { h, dh, product, .. }: Backward<'_, T>) {
        for ((d, &dh), &h) in product.iter_mut().zip(&*dh).zip(h) {
            *d = if h <= T::zero() { T::zero() } else { dh };
        }
    }
}

/// `c = f c + i g`, `h = o tanh(c)`, with the gates `i`, `f`, `g` and `o`. Keeps `tanh(c)`.
pub struct Lstm;

impl Cell for Lstm {
    const GATES: usize = 4;
    const STATES: usize = 2;
    const KEPT: usize = 1;
    const APART: bool = false;

    fn forward<T: Real>(Forward { gates, c_before, h, c, kept, .. }: Forward<'_, T>) {
        let n = h.len();
        let [i, f, g, o] = cut_mut(gates, [n; 4]);
        sigmoid(i);
        sigmoid(f);
        tanh(g);
        sigmoid(o);
        let (i, f, g, o, c_before, c) = (&i[..n], &f[..n], &g[..n], &o[..n], &c_before[..n], &mut c[..n]);
        for k in 0..n {
            c[k] = f[k] * c_before[k] + i[k] * g[k];
        }
        kept.copy_from_slice(c);
        tanh(kept);
        for ((h, &o), &t) in h.iter_mut().zip(o).zip(&*kept) {
            *h = o * t;
        }
    }

    fn backward<T: Real>(Backward { gates, c_before, kept, dh, dc, product, .. }: Backward<'_, T>) {
        let (n, one) = (dh.len(), T::one());
        let [i, f, g, o] = cut(gates, [n; 4]);
        let [di, df, dg, d_o] = cut_mut(product, [n; 4]);
        let (c_before, t, dh, dc) = (&c_before[..n], &kept[..n], &dh[..n], &mut dc[..n]);
        for k in 0..n {
            let (i, f, g, o, t) = (i[k], f[k], g[k], o[k], t[k]);
            let dc_k = dc[k] + dh[k] * o * (one - t * t);
            di[k] = dc_k * g * (i * (one - i));
            df[k] = dc_k * c_before[k] * (f * (one - f));
            dg[k] = dc_k * i * (one - g * g);
            d_o[k] = dh[k] * t * (o * (one - o));
            dc[k] = dc_k * f;
        }
    }
}

/// `h = (1 - z) n + z h`, with the gates `r`, `z` and `n`, of which `n` is the tanh of its input and `r` times its product with `h`.
/// Keeps that product.
pub struct Gru;

impl Cell for Gru {
    const GATES: usize = 3;
    const STATES: usize = 1;
    const KEPT: usize = 1;
    const APART: bool = true;

    fn forward<T: Real>(Forward { gates, apart, h_before, h, kept, .. }: Forward<'_, T>) {
        let units = h.len();
        kept.copy_from_slice(&apart[2 * units..]);
        let (rz, n) = gates.split_at_mut(2 * units);
        rz.iter_mut().zip(apart).for_each(|(gate, &product)| *gate += product);
        sigmoid(rz);
        let (r, z) = rz.split_at(units);
        for ((n, &r), &product) in n.iter_mut().zip(r).zip(&*kept) {
            *n += r * product;
        }
        tanh(n);
        let (z, n, h_before) = (&z[..units], &n[..units], &h_before[..units]);
        for k in 0..units {
            h[k] = (T::one() - z[k]) * n[k] + z[k] * h_before[k];
        }
    }

    fn backward<T: Real>(Backward { gates, h_before, kept, dh, product, input, .. }: Backward<'_, T>) {
        let (units, one) = (dh.len(), T::one());
        let [r, z, n] = cut(gates, [units; 3]);
        let [dr, dz, dn] = cut_mut(input, [units; 3]);
        let (h_before, kept, dh) = (&h_before[..units], &kept[..units], &mut dh[..units]);
        for k in 0..units {
            let (r, z, n) = (r[k], z[k], n[k]);
            dn[k] = dh[k] * (one - z) * (one - n * n);
            dz[k] = dh[k] * (h_before[k] - n) * (z * (one - z));
            dr[k] = dn[k] * kept[k] * (r * (one - r));
            dh[k] *= z;
        }
        product.copy_from_slice(input);
        product[2 * units..].iter_mut().zip(r).for_each(|(d, &r)| *d *= r);
    }
}

fn tanh<T: Real>(x: &mut [T]) {
    isa::dispatch(EachTanh(x));
}

fn sigmoid<T: Real>(x: &mut [T]) {
    isa::dispatch(EachSigmoid(x));
}

struct EachTanh<'a, T>(&'a mut [T]);

impl<T: Real> NullaryFnOnce for EachTanh<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for x in self.0 {
            *x = math::tanh(*x);
        }
    }
}

struct EachSigmoid<'a, T>(&'a mut [T]);

impl<T: Real> NullaryFnOnce for EachSigmoid<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for x in self.0 {
            *x = math::sigmoid(*x);
        }
    }
}
