//! What the example efficient does to networks: which weights go, how the others are rounded, what a student hears.

#[path = "../../examples/efficient/distill.rs"]
mod distill;
#[expect(dead_code, reason = "the example also asks for the accuracy")]
#[path = "../../examples/efficient/model.rs"]
mod model;
#[path = "../../examples/efficient/prune.rs"]
mod prune;
#[path = "../../examples/efficient/quantize.rs"]
mod quantize;

use autograd::prelude::*;
use distill::Lesson;
use model::Mlp;
use prune::Mask;
use quantize::round_weights;

#[test]
fn the_smallest_weights_of_all_layers_go_and_stay_away() {
    let network = Mlp::new(&[20], &mut Generator::seed(1));
    let before: Vec<f32> = network.weights().into_iter().flat_map(|weight| weight.value().to_vec()).collect();
    let mask = Mask::smallest(&network, 0.75);
    mask.apply(&network);
    let after: Vec<f32> = network.weights().into_iter().flat_map(|weight| weight.value().to_vec()).collect();
    assert_eq!(after.iter().filter(|&&w| w == 0.0).count(), before.len() * 3 / 4);
    let gone = before.iter().zip(&after).filter(|&(_, &now)| now == 0.0).map(|(w, _)| w.abs()).fold(0.0, f32::max);
    assert!(after.iter().zip(&before).all(|(&now, &w)| now == 0.0 || (now == w && w.abs() >= gone)));

    network.weights().into_iter().for_each(|weight| weight.set(weight.value() + 1.0));
    mask.apply(&network);
    let again = network.weights().into_iter().flat_map(|weight| weight.value().to_vec());
    assert!(again.zip(&after).all(|(now, &then)| (now == 0.0) == (then == 0.0)));
}

#[test]
fn weights_are_rounded_to_the_nearest_of_their_levels() {
    let network = Mlp::new(&[], &mut Generator::seed(2));
    let weight = network.weights()[0];
    // The largest of a row is kept, 3 bits are 7 levels: thirds of it. A row of zeros stays.
    let mut values = vec![0.0; weight.numel()];
    values[..5].copy_from_slice(&[3.0, 1.4, -1.6, 0.4, -3.0]);
    weight.set(Tensor::from_vec(values, weight.value().shape().clone()));
    round_weights(&network, 3);
    let rounded = network.weights()[0].value().to_vec();
    assert_eq!(rounded[..5], [3.0, 1.0, -2.0, 0.0, -3.0]);
    assert!(rounded[5..].iter().all(|&w| w == 0.0));
}

#[test]
fn a_student_who_agrees_with_the_teacher_has_nothing_to_learn_from_it() {
    let scores = Tensor::from([[2.0f32, -1.0, 0.5], [0.0, 1.0, -3.0]]);
    let (student, labels) = (Var::leaf(&scores), Tensor::from([0i64, 1]));
    let taught = Lesson { temperature: 4.0, share: 1.0 };
    let loss = taught.loss(&student, &Var::constant(&scores), &labels);
    assert!(loss.item().abs() < 1e-6);
    assert!(loss.backward().get(&student).unwrap().to_vec().into_iter().all(|dx| dx.abs() < 1e-6));

    // Far above the scores, the gradient is the difference of the scores, each less their mean, over the classes (section 2.1 there).
    let student = Var::leaf(Tensor::zeros([1, 3]));
    let teacher = Var::constant([[0.3f32, 0.0, -0.3]]);
    let hot = Lesson { temperature: 1000.0, share: 1.0 };
    let gradient = hot.loss(&student, &teacher, &Tensor::from([0i64])).backward().get(&student).unwrap().to_vec();
    for (found, expected) in gradient.into_iter().zip([-0.1, 0.0, 0.1]) {
        // The probabilities differ in the fourth place, where f32 has three digits left.
        assert!((found - expected).abs() < 2e-3, "{found} {expected}");
    }

    let alone = Lesson { temperature: 4.0, share: 0.0 };
    let student = Var::constant(&scores);
    assert_eq!(alone.loss(&student, &Var::constant(&scores), &labels).item(), student.cross_entropy(&labels).item());
}
