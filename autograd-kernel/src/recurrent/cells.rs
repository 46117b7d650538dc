//! Recurrent cells: what a step makes of products and of the states before it, for one hidden unit of one example.

use crate::element::Real;
use crate::math;

/// The most gates that a cell has.
pub const GATES: usize = 4;

/// A recurrent cell. Its gates are blocks of rows of the weights, one row for each hidden unit.
///
/// The functions must be inlined, so that a loop over units becomes vector code.
pub trait Cell: Sync + 'static {
    /// The number of gates.
    const GATES: usize;
    /// The number of states: `h`, and `c` where there is a second.
    const STATES: usize;
    /// Whether the product with `h` is kept apart from the one with `x`, instead of added to it, and so are their gradients.
    const APART: bool;

    /// One step: the gates and states after it, of the products, biases included, and the states before.
    fn forward<T: Real>(input: [T; GATES], product: [T; GATES], h: T, c: T) -> After<T>;
    /// The gradient of that step.
    fn backward<T: Real>(step: Step<T>) -> Gradient<T>;
}

/// What a step leaves of a unit. What a cell does not have is 0.
pub struct After<T> {
    /// The gates.
    pub gates: [T; GATES],
    /// The state.
    pub h: T,
    /// The second state.
    pub c: T,
    /// What else the gradient needs, of a cell whose product is apart.
    pub kept: T,
}

/// What the gradient of a step is made of, as [`After`] left it.
pub struct Step<T> {
    /// The gates.
    pub gates: [T; GATES],
    /// The state before the step.
    pub h_before: T,
    /// The second state before it.
    pub c_before: T,
    /// The state after it.
    pub h: T,
    /// The second state after it.
    pub c: T,
    /// What else was kept.
    pub kept: T,
    /// The gradient of `h`.
    pub dh: T,
    /// The gradient of `c`.
    pub dc: T,
}

/// The gradient of a step.
pub struct Gradient<T> {
    /// Of the product with `h`: of both products where they are one.
    pub product: [T; GATES],
    /// Of the product with `x` where it is apart.
    pub input: [T; GATES],
    /// Of the state before the step, without the part that goes through the product.
    pub dh: T,
    /// Of the second state before the step.
    pub dc: T,
}

/// The gates of a cell that has one.
fn one<T: Real>(gate: T) -> [T; GATES] {
    [gate, T::zero(), T::zero(), T::zero()]
}

/// `h = tanh(x + u h)`.
pub struct Tanh;

impl Cell for Tanh {
    const GATES: usize = 1;
    const STATES: usize = 1;
    const APART: bool = false;

    #[inline(always)]
    fn forward<T: Real>([x, ..]: [T; GATES], [u, ..]: [T; GATES], _: T, _: T) -> After<T> {
        let h = math::tanh(x + u);
        After { gates: one(h), h, c: T::zero(), kept: T::zero() }
    }

    #[inline(always)]
    fn backward<T: Real>(Step { h, dh, .. }: Step<T>) -> Gradient<T> {
        let product = one(dh * (T::one() - h * h));
        Gradient { product, input: product, dh: T::zero(), dc: T::zero() }
    }
}

/// `h = max(0, x + u h)`.
pub struct Relu;

impl Cell for Relu {
    const GATES: usize = 1;
    const STATES: usize = 1;
    const APART: bool = false;

    #[inline(always)]
    fn forward<T: Real>([x, ..]: [T; GATES], [u, ..]: [T; GATES], _: T, _: T) -> After<T> {
        let x = x + u;
        let h = if x <= T::zero() { T::zero() } else { x };
        After { gates: one(h), h, c: T::zero(), kept: T::zero() }
    }

    #[inline(always)]
    fn backward<T: Real>(Step { h, dh, .. }: Step<T>) -> Gradient<T> {
        let product = one(if h <= T::zero() { T::zero() } else { dh });
        Gradient { product, input: product, dh: T::zero(), dc: T::zero() }
    }
}

/// `c = f c + i g`, `h = o tanh(c)`, with the gates `i`, `f`, `g` and `o`.
pub struct Lstm;

impl Cell for Lstm {
    const GATES: usize = 4;
    const STATES: usize = 2;
    const APART: bool = false;

    #[inline(always)]
    fn forward<T: Real>(input: [T; GATES], product: [T; GATES], _: T, c: T) -> After<T> {
        let i = math::sigmoid(input[0] + product[0]);
        let f = math::sigmoid(input[1] + product[1]);
        let g = math::tanh(input[2] + product[2]);
        let o = math::sigmoid(input[3] + product[3]);
        let c = f * c + i * g;
        After { gates: [i, f, g, o], h: o * math::tanh(c), c, kept: T::zero() }
    }

    #[inline(always)]
    fn backward<T: Real>(Step { gates: [i, f, g, o], c_before, c, dh, dc, .. }: Step<T>) -> Gradient<T> {
        let one = T::one();
        // Once more, rather than kept: memory is dearer.
        let t = math::tanh(c);
        let dc = dc + dh * o * (one - t * t);
        let di = dc * g * (i * (one - i));
        let df = dc * c_before * (f * (one - f));
        let dg = dc * i * (one - g * g);
        let d_o = dh * t * (o * (one - o));
        let product = [di, df, dg, d_o];
        Gradient { product, input: product, dh: T::zero(), dc: dc * f }
    }
}

/// `h = (1 - z) n + z h`, with the gates `r`, `z` and `n`, of which `n` is the tanh of its input and `r` times its product with `h`.
/// Keeps that product.
pub struct Gru;

impl Cell for Gru {
    const GATES: usize = 3;
    const STATES: usize = 1;
    const APART: bool = true;

    #[inline(always)]
    fn forward<T: Real>(input: [T; GATES], product: [T; GATES], h: T, _: T) -> After<T> {
        let r = math::sigmoid(input[0] + product[0]);
        let z = math::sigmoid(input[1] + product[1]);
        let n = math::tanh(input[2] + r * product[2]);
        After { gates: [r, z, n, T::zero()], h: (T::one() - z) * n + z * h, c: T::zero(), kept: product[2] }
    }

    #[inline(always)]
    fn backward<T: Real>(Step { gates: [r, z, n, _], h_before, kept, dh, .. }: Step<T>) -> Gradient<T> {
        let one = T::one();
        let dn = dh * (one - z) * (one - n * n);
        let dz = dh * (h_before - n) * (z * (one - z));
        let dr = dn * kept * (r * (one - r));
        let gradient = |dn| [dr, dz, dn, T::zero()];
        Gradient { product: gradient(dn * r), input: gradient(dn), dh: dh * z, dc: T::zero() }
    }
}
