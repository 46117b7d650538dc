//! Arrays with value semantics: views share, writing copies, printing aligns.

use autograd::{Generator, Tensor};

fn main() {
    let x = Tensor::from([[1.0, 2.5, 3.0], [4.0, 5.0, 60.0]]);
    println!("{x}\n");

    // Views show the same memory under another shape; nothing is copied.
    let columns = x.permute([1, 0]);
    let right = x.slice((.., 1..));
    println!("its columns\n{columns}\n\nwithout the first\n{right}\n");
    assert_eq!(right.to_vec(), [2.5, 3.0, 5.0, 60.0]);

    // Writing to one never changes another.
    let mut y = x.clone();
    y.write(|y| y[0] = -1.0);
    assert_eq!((x.at([0, 0]), y.at([0, 0])), (1.0, -1.0));

    // Comparison and search have no gradient, so they are methods of tensors.
    assert_eq!(x.gt(3.0).count(), 3);
    assert_eq!(x.argmax(1).to_vec(), [2, 2]);

    // Random numbers come from a generator that you seed.
    let noise = Tensor::<f32>::normal([2, 3], 0.0, 1.0, &mut Generator::seed(7));
    println!("noise of seed 7\n{noise:.3}");
    assert_eq!(noise, Tensor::normal([2, 3], 0.0, 1.0, &mut Generator::seed(7)));
}
