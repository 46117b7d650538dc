//! The circuit of the back-propagation lecture: gates distribute, switch and route the gradient.

use autograd::{Var, no_grad};

fn main() {
    // f = (x + y) · max(z, w)
    let [x, y, z, w] = [-2.0, 5.0, -4.0, -7.0].map(Var::leaf);
    let f = (&x + &y) * z.maximum(&w);
    println!("f = {f}");
    assert_eq!(f.item(), -12.0);

    let gradients = f.backward();
    for (name, v) in [("x", &x), ("y", &y), ("z", &z), ("w", &w)] {
        println!("df/d{name} = {}", gradients.get(v).expect("f depends on it"));
    }
    // add distributes -4 to both, mul switches 3 to z, max routes nothing to w.
    let gradient = |v| gradients.get(v).unwrap().item();
    assert_eq!([&x, &y, &z, &w].map(gradient), [-4.0, -4.0, 3.0, 0.0]);

    // No path is not a gradient of zero.
    let unused = Var::leaf(1.0);
    assert!(gradients.get(&unused).is_none());

    // Nothing is recorded where no gradient is wanted.
    assert!(!no_grad(|| &x * &y).requires_grad());
}
