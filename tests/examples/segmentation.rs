//! The example segmentation: shares of pixels beside what was counted by hand, and the classes of blocks.

#[path = "../../examples/segmentation/blocks.rs"]
mod blocks;
#[path = "../../examples/segmentation/confusion.rs"]
mod confusion;

use autograd_examples_support::scenes::{BACKGROUND, PIXELS, SIDE, Scene};
use blocks::BLOCK;
use confusion::Confusion;

#[test]
fn shares_are_those_counted_by_hand() {
    // Of class 0 four pixels, one of them taken for 1; of class 1 two, one of them taken for 0; of class 2 one, taken for 1.
    let confusion = Confusion::new(4, &[0, 0, 0, 0, 1, 1, 2], &[0, 0, 0, 1, 1, 0, 1]);
    assert_eq!(confusion.accuracy(), 4.0 / 7.0);
    let each = [0, 1, 2, 3].map(|class| confusion.iou(class));
    // Three of four and one more; one of two and two more; none; a class that neither occurs nor is answered.
    assert_eq!(each, [Some(3.0 / 5.0), Some(1.0 / 4.0), Some(0.0), None]);
    assert!((confusion.mean_iou() - (0.6 + 0.25) / 3.0).abs() < 1e-15);
}

#[test]
fn what_is_right_throughout_is_one() {
    let confusion = Confusion::new(2, &[1, 0, 1], &[1, 0, 1]);
    assert_eq!((confusion.accuracy(), confusion.mean_iou()), (1.0, 1.0));
    // A class that is answered but never true counts: it is wrong.
    assert_eq!(Confusion::new(2, &[0, 0], &[0, 1]).mean_iou(), 0.25);
}

#[test]
fn a_block_is_of_the_digit_with_the_most_pixels() {
    let mut scene = Scene { pixels: vec![0.0; PIXELS], classes: vec![BACKGROUND; PIXELS], objects: Vec::new() };
    // Six pixels of a 3 and seven of a 0 in the block in row 1 and column 2, four of a 9 in the last one.
    let first = BLOCK * SIDE + 2 * BLOCK;
    scene.classes[first..first + 6].fill(3);
    scene.classes[first + SIDE..first + SIDE + 7].fill(0);
    scene.classes[PIXELS - 4..].fill(9);
    let mut expected = [10; 64];
    expected[8 + 2] = 0;
    assert_eq!(blocks::classes(&[scene.clone()]).to_vec(), expected);
    // Now it has enough.
    scene.classes[PIXELS - 5] = 9;
    expected[63] = 9;
    assert_eq!(blocks::classes(&[scene]).to_vec(), expected);
}
