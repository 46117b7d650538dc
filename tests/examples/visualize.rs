//! What the example visualize is built on: guided back-propagation, maps over images, and where a unit looks.

#[path = "../../examples/visualize/ascent.rs"]
mod ascent;
#[path = "../../examples/visualize/guided.rs"]
mod guided;
#[path = "../../examples/visualize/maps.rs"]
mod maps;
#[path = "../../examples/visualize/model.rs"]
mod model;

use ascent::{Climb, Patch};
use autograd::prelude::*;
use autograd_examples_support::digits::{PIXELS, SIZE};
use model::{Backward, FIELD, Reader, STRIDE};

fn network() -> Reader {
    Reader::new(&mut Generator::seed(3))
}

fn noise(n: usize) -> Tensor {
    Tensor::uniform([n, 1, SIZE, SIZE], 0.0, 1.0, &mut Generator::seed(4))
}

#[test]
fn the_guided_rectifier_passes_only_what_excites_an_excited_unit() {
    let x = Var::leaf([-1.0, 2.0, 3.0, -4.0, 0.0]);
    let y = guided::guided_relu(&x);
    assert_eq!(y.to_vec(), [0.0, 2.0, 3.0, 0.0, 0.0]);
    let dy = Tensor::from([5.0, 6.0, -7.0, -8.0, 9.0]);
    assert_eq!(y.backward_with(&dy).get(&x).expect("y depends on x").to_vec(), [0.0, 6.0, 0.0, 0.0, 0.0]);
}

#[test]
fn the_gradient_is_the_slope_of_the_score() {
    let (network, images, classes) = (network(), noise(2), Tensor::from([7i64, 1]));
    let gradient = maps::gradient(&network, &images, &classes, Backward::Gradient);
    assert_eq!(*gradient.shape(), [2, PIXELS]);
    // Along the gradient the slope is the sum of its squares; the step is small, for the kinks are many.
    let direction = gradient.reshape([2, 1, SIZE, SIZE]);
    let score = |step: f32| {
        let moved = Var::constant(&images + &direction * step);
        no_grad(|| network.forward(&moved).gather(1, &classes.reshape([2, 1]))).sum().item()
    };
    let slope = (score(0.01) - score(-0.01)) / 0.02;
    let expected = gradient.to_vec().iter().map(|g| g * g).sum::<f32>();
    assert!((slope - expected).abs() < 0.02 * expected, "{slope}, not {expected}");
    // The forward pass is the same, the way back is not.
    let [plain, guided] =
        [Backward::Gradient, Backward::Guided].map(|backward| network.scores(&Var::constant(&images), backward));
    assert_eq!(plain.to_vec(), guided.to_vec());
    assert_ne!(gradient, maps::gradient(&network, &images, &classes, Backward::Guided));
    assert_eq!(network.read(&images), plain.value().argmax(1));
}

#[test]
fn the_most_important_pixels_are_blanked() {
    let importance = Tensor::from_fn([2, PIXELS], |at| if at < PIXELS { at as f32 } else { -(at as f32) });
    let images = Tensor::full([2, 1, SIZE, SIZE], 0.5);
    let left = maps::blanked(&images, &importance, 3).to_vec();
    let black: Vec<usize> = (0..2 * PIXELS).filter(|&at| left[at] == 0.0).collect();
    assert_eq!(black, [PIXELS - 3, PIXELS - 2, PIXELS - 1, PIXELS, PIXELS + 1, PIXELS + 2]);
    assert_eq!(maps::blanked(&images, &importance, 0), images);
}

#[test]
fn covering_black_pixels_loses_nothing() {
    let mut image = vec![0.0; PIXELS];
    image[14 * SIZE + 14] = 1.0;
    let network = network();
    let lost = maps::occlusion(&network, &image, 2, 5).to_vec();
    let score = |image: &[f32]| {
        let image = Var::constant(Tensor::from_slice(image, [1, 1, SIZE, SIZE]));
        network.forward(&image).select(1, 2).item()
    };
    let difference = score(&image) - score(&[0.0; PIXELS]);
    for (at, lost) in lost.into_iter().enumerate() {
        let covered = (at / SIZE).abs_diff(14) <= 2 && (at % SIZE).abs_diff(14) <= 2;
        let expected = if covered { difference } else { 0.0 };
        assert!((lost - expected).abs() < 1e-5, "pixel {at}: {lost}, not {expected}");
    }
}

#[test]
fn a_unit_sees_its_patch_and_nothing_else() {
    let (network, images) = (network(), noise(20));
    let x = Var::leaf(&images);
    let answers = network.units(&x, Backward::Gradient);
    assert_eq!(*answers.shape(), [20, 32, 10, 10]);
    let favourites = ascent::favourites(&network, &images, 4);
    assert_eq!(favourites.len(), 32);
    let values = answers.value();
    for (unit, patches) in favourites.iter().enumerate().step_by(7) {
        let answer = |patch: &Patch| values.at([patch.image, unit, patch.top / STRIDE, patch.left / STRIDE]);
        let of_image = |image: usize| values.slice(s![image, unit]).to_vec().into_iter().fold(0.0, f32::max);
        let mut strongest: Vec<f32> = (0..20).map(of_image).collect();
        strongest.sort_by(|a, b| b.total_cmp(a));
        assert_eq!(patches.iter().map(answer).collect::<Vec<_>>(), strongest[..4]);

        let patch = patches[0];
        let place = s![patch.image, unit, patch.top / STRIDE, patch.left / STRIDE];
        let gradient = grad(&answers.slice(place), &x, false).expect("the answer follows from the images").to_vec();
        let reached: Vec<usize> = (0..gradient.len()).filter(|&at| gradient[at] != 0.0).collect();
        let within = |at: usize| {
            let (row, column) = (at / SIZE % SIZE, at % SIZE);
            at / PIXELS == patch.image
                && (patch.top..patch.top + FIELD).contains(&row)
                && (patch.left..patch.left + FIELD).contains(&column)
        };
        assert!(!reached.is_empty() && reached.into_iter().all(within));
    }
}

#[test]
fn a_patch_is_cut_where_it_lies() {
    let image: Vec<u8> = (0..PIXELS).map(|at| (at % SIZE) as u8).collect();
    let cut = ascent::cut(&image, Patch { image: 0, top: 18, left: 6 });
    assert_eq!(cut.len(), FIELD * FIELD);
    assert_eq!((cut[0], cut[FIELD * FIELD - 1]), (6.0 / 255.0, 15.0 / 255.0));
}

#[test]
fn climbing_makes_each_class_likelier() {
    let network = network();
    let climbed = |steps| {
        let climb = Climb { steps, rate: 0.5, decay: 0.005 };
        let images = climb.images(&network, &mut Generator::seed(1));
        assert_eq!(*images.shape(), [10, PIXELS]);
        assert!(images.to_vec().iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        let scores = network.forward(&Var::constant(images.reshape([10, 1, SIZE, SIZE])));
        scores.log_softmax(1).value().diagonal(0, [0, 1]).to_vec()
    };
    let (first, last) = (climbed(1), climbed(60));
    assert!(first.iter().zip(&last).all(|(first, last)| last > first), "{first:?} {last:?}");
}
