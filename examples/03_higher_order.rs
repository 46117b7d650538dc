//! Gradients of gradients: a Hessian, and Newton's method on Rosenbrock's function.

use autograd::functional::{hessian, value_and_grad};
use autograd::{Tensor, Var};

/// (1 - x)² + 100 (y - x²)², with its minimum 0 at (1, 1) (Rosenbrock 1960).
fn rosenbrock(p: &Var<f64>) -> Var<f64> {
    let (x, y) = (p.slice(0..1), p.slice(1..2));
    ((1.0 - &x).square() + 100.0 * (&y - x.square()).square()).sum()
}

fn main() {
    let mut p = Tensor::from([-1.2, 1.0]);
    for step in 0..10 {
        let (value, gradient) = value_and_grad(rosenbrock, &p);
        println!("step {step}  f = {:9.2e}  at {p:.6}", value.item());
        if value.item() < 1e-20 {
            break;
        }
        // p ← p - H⁻¹ g, with the inverse of a 2 × 2 matrix written out.
        let h = hessian(rosenbrock, &p).to_vec();
        let (g, determinant) = (gradient.to_vec(), h[0] * h[3] - h[1] * h[2]);
        let move_x = (h[3] * g[0] - h[1] * g[1]) / determinant;
        let move_y = (h[0] * g[1] - h[2] * g[0]) / determinant;
        p.write(|p| {
            p[0] -= move_x;
            p[1] -= move_y;
        });
    }
    assert!(p.to_vec().iter().all(|x| (x - 1.0).abs() < 1e-9));
}
