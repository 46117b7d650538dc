//! The example detection: suppression and average precision beside numbers worked out by hand, and cells that give back their boxes.

#[path = "../../examples/detection/grid.rs"]
mod grid;
#[path = "../../examples/detection/precision.rs"]
mod precision;

use autograd::Tensor;
use autograd_examples_support::bounds::Bounds;
use autograd_examples_support::scenes::{Object, Scene};
use precision::{Detection, Measured, average_precision, curve, hits, suppress};

fn bounds(left: f32, right: f32) -> Bounds {
    Bounds { left, top: 0.0, right, bottom: 10.0 }
}

fn found(left: f32, right: f32, digit: u8, score: f32) -> Detection {
    Detection { bounds: bounds(left, right), digit, score }
}

#[test]
fn only_the_surest_of_boxes_around_one_digit_stays() {
    // The second shares 8 of 12 with the first, the third 5 of 15; the fourth is another digit.
    let all =
        vec![found(2.0, 12.0, 1, 0.8), found(0.0, 10.0, 1, 0.9), found(5.0, 15.0, 1, 0.7), found(0.0, 10.0, 2, 0.6)];
    let lefts = |most| suppress(all.clone(), most).iter().map(|found| found.bounds.left).collect::<Vec<_>>();
    assert_eq!(lefts(0.5), [0.0, 5.0, 0.0]);
    assert_eq!(lefts(0.3), [0.0, 0.0]);
    assert_eq!(lefts(0.9), [0.0, 2.0, 5.0, 0.0]);
    // What is suppressed suppresses nothing: the third shares 7 of 13 with the second alone.
    assert_eq!(suppress(all[..3].to_vec(), 0.5).len(), 2);
}

#[test]
fn an_object_is_hit_once_and_by_its_own_digit() {
    let truth = [Object { digit: 1, bounds: bounds(0.0, 10.0) }, Object { digit: 2, bounds: bounds(20.0, 30.0) }];
    let detections =
        [found(0.0, 10.0, 1, 0.9), found(1.0, 10.0, 1, 0.8), found(20.0, 30.0, 1, 0.7), found(25.0, 30.0, 2, 0.6)];
    assert_eq!(hits(&detections, &truth, 0.5), [true, false, false, true]);
    assert_eq!(hits(&detections, &truth, 0.6), [true, false, false, false]);
}

#[test]
fn average_precision_is_the_area_drawn_by_hand() {
    // Right, wrong, right, wrong, of three objects: precision 1, 1/2, 2/3, 1/2 at recall 1/3, 1/3, 2/3, 2/3.
    let detections = vec![(0.6, true), (0.9, true), (0.8, false), (0.1, false)];
    let curve = curve(detections, 3);
    assert_eq!(curve, [(1.0, 1.0 / 3.0), (0.5, 1.0 / 3.0), (2.0 / 3.0, 2.0 / 3.0), (0.5, 2.0 / 3.0)]);
    assert!((average_precision(&curve) - (1.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
    // Wrong first: the precision of 1/2 at recall 1 holds from 0 on.
    assert_eq!(average_precision(&precision::curve(vec![(0.9, false), (0.8, true)], 1)), 0.5);
    assert_eq!(average_precision(&precision::curve(vec![(0.9, true)], 1)), 1.0);
    assert_eq!(average_precision(&[]), 0.0);
}

#[test]
fn what_is_wanted_of_the_cells_decodes_to_the_objects() {
    let object = |digit, left, top, right, bottom| Object { digit, bounds: Bounds { left, top, right, bottom } };
    let objects = vec![object(7, 3.0, 10.0, 19.0, 34.0), object(0, 40.0, 44.0, 64.0, 63.0)];
    let scene = Scene { pixels: Vec::new(), classes: Vec::new(), objects: objects.clone() };
    let wanted = grid::wanted(&[scene]);
    // Their middles are (11, 22) and (52, 53.5).
    assert_eq!(wanted.cells, [2 * 8 + 1, 6 * 8 + 6]);
    assert_eq!(wanted.digits, [7, 0]);
    assert!((0..64).all(|cell| (wanted.objectness.at([0, cell]) == 1.0) == wanted.cells.contains(&(cell as i64))));
    let mut scores = vec![-20.0; 64 * grid::SCORES];
    for (place, cell) in wanted.cells.iter().map(|&cell| cell as usize).enumerate() {
        let of = &mut scores[cell * grid::SCORES..(cell + 1) * grid::SCORES];
        of[0] = 20.0;
        of[1..5].copy_from_slice(&wanted.places[place * 4..place * 4 + 4]);
        of[5 + wanted.digits[place] as usize] = 20.0;
    }
    let detections = grid::decode(&Tensor::from_vec(scores, [1, 64, grid::SCORES]), 0.5);
    assert_eq!(detections[0].len(), 2);
    for (found, object) in detections[0].iter().zip(&objects) {
        assert_eq!(found.digit, object.digit);
        assert!(found.score > 0.99 && found.bounds.iou(&object.bounds) > 0.999);
    }
}

#[test]
fn the_mean_is_over_the_digits_that_occur() {
    let object = |digit, left: f32| Object { digit, bounds: bounds(left, left + 10.0) };
    let scene = |objects| Scene { pixels: Vec::new(), classes: Vec::new(), objects };
    let scenes = [scene(vec![object(1, 0.0), object(2, 30.0)]), scene(vec![object(1, 0.0)])];
    // Of the 1s one of two is hit; of the 2s the only one, after a surer mistake in the other scene; the 5 is nowhere.
    let all = [
        vec![found(0.0, 10.0, 1, 0.9), found(30.0, 40.0, 2, 0.6)],
        vec![found(0.0, 10.0, 2, 0.8), found(0.0, 10.0, 5, 0.7)],
    ];
    let measured = Measured::new(&all, &scenes, 0.5);
    assert_eq!(measured.hits, [[true, true], [false, false]]);
    assert_eq!((measured.each[1], measured.each[2], measured.each[5]), (Some(0.5), Some(0.5), None));
    assert_eq!(measured.mean(), 0.5);
    assert_eq!(measured.curve.last(), Some(&(0.5, 2.0 / 3.0)));
}
