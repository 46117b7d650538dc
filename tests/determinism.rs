//! One seed gives one result, bit for bit, on any number of threads.

#[expect(dead_code, reason = "the example uses more of it than this test")]
#[path = "../examples/mnist/lenet.rs"]
mod lenet;

use autograd::prelude::*;
use autograd_examples_support::digits::Digits;
use lenet::LeNet5;

/// The fingerprints before and after an epoch on these digits.
fn train(digits: &Digits, seed: u64) -> (u64, u64) {
    let mut generator = Generator::seed(seed);
    let model = LeNet5::new(&mut generator);
    let before = model.fingerprint();
    let mut optimizer = Adam::new(model.parameters(), 2e-3).expect("good options");
    let mut order: Vec<usize> = (0..digits.len()).collect();
    generator.shuffle(&mut order);
    for batch in order.chunks(50) {
        let (images, labels) = digits.shifted_batch(batch, &mut generator);
        let mut gradients = model.forward(&images).cross_entropy(&labels).backward();
        clip_grad_norm(&mut gradients, 5.0).expect("a finite norm");
        optimizer.step(&gradients).expect("finite gradients");
    }
    (before, model.fingerprint())
}

#[test]
fn a_network_learns_the_same_bits_on_any_number_of_threads() {
    let all = Digits::built_in().expect("the built-in digits");
    let some: Vec<usize> = (0..all.len()).step_by(25).collect();
    let digits = all.select(&some);
    let (before, once) = with_threads(1, || train(&digits, 7));
    assert_ne!(before, once, "training changes the weights");
    for threads in [1, 2, 3] {
        assert_eq!(with_threads(threads, || train(&digits, 7)).1, once, "{threads} threads");
    }
    assert_ne!(train(&digits, 8).1, once, "another seed gives another result");
}
