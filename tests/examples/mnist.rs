//! The digits of the example mnist: those that are built in, how they become batches, and what damaged lines say.

use autograd::Generator;
use autograd::nn::data::LabelledImages;
use autograd_examples_support::digits::{Digits, PIXELS};

#[test]
fn the_built_in_digits_are_five_hundred_of_each() {
    let all = Digits::built_in().unwrap();
    assert_eq!(all.len(), 5000);
    let count = |digit| (0..all.len()).filter(|&i| all.label(i) == digit).count();
    assert!((0..10).all(|digit| count(digit) == 500));
    let sum: u64 = all.image(0).iter().map(|&pixel| u64::from(pixel)).sum();
    assert!(sum > 10_000, "an image is not empty");

    let split = |seed| Digits::built_in().unwrap().split(4000, &mut Generator::seed(seed));
    let ((train, test), (again, _)) = (split(1), split(1));
    assert_eq!((train.len(), test.len()), (4000, 1000));
    assert!((0..4000).all(|i| train.image(i) == again.image(i)), "the split follows from the seed");
    assert!((0..4000).any(|i| train.image(i) != split(2).0.image(i)));
}

#[test]
fn batches_are_normalised_and_moved_at_most_two_pixels() {
    let mut pixels = vec![0; 2 * PIXELS];
    pixels[PIXELS + 28 * 14 + 14] = 255;
    let digits = Digits::new(pixels, vec![3, 8]).unwrap();
    let (plain, labels) = digits.batch(&[1, 0]);
    assert_eq!(*plain.shape(), [2, 1, 28, 28]);
    assert_eq!(labels.to_vec(), [8, 3]);
    let (dark, bright) = ((0.0 - 0.1307) / 0.3081, (1.0 - 0.1307) / 0.3081);
    assert_eq!((plain.value().at([0, 0, 14, 14]), plain.value().at([1, 0, 14, 14])), (bright, dark));

    let generator = &mut Generator::seed(0);
    for _ in 0..50 {
        let moved = digits.shifted_batch(&[1], generator).0.to_vec();
        let at = moved.iter().position(|&pixel| pixel == bright).expect("the dot is still there");
        assert!((12..=16).contains(&(at / 28)) && (12..=16).contains(&(at % 28)));
        assert_eq!(moved.iter().filter(|&&pixel| pixel != dark).count(), 1);
    }
    assert_eq!(digits.share_right(&[3, 1]), 0.5);
}

#[test]
fn damaged_lines_are_named() {
    let line = |pixel: &str, label: &str| format!("{}{label}\n", format!("{pixel},").repeat(PIXELS));
    let says = |text: String| Digits::read_csv(text.as_bytes()).unwrap_err();
    assert_eq!(Digits::read_csv(line("7", "9").as_bytes()).unwrap().image(0), [7; PIXELS]);
    assert_eq!(says(line("0", "1") + "1,2,3\n"), "line 2 has 3 values, not 785");
    assert_eq!(says(line("0", "x")), "line 1, column 785: \"x\" is not a number from 0 to 255");
    assert_eq!(says(line("256", "1")), "line 1, column 1: \"256\" is not a number from 0 to 255");
    assert_eq!(says(line("0", "1") + &line("0", "10")), "label 1 is 10, which is not a digit");
}

#[test]
fn what_is_read_from_the_files_of_mnist_becomes_digits() {
    let pixels: Vec<u8> = (0..2 * PIXELS).map(|i| (i % 251) as u8).collect();
    let read = LabelledImages::new([1, 28, 28], pixels.clone(), vec![4, 9], 10).unwrap();
    let digits = Digits::from(read);
    assert_eq!((digits.len(), digits.label(1), digits.image(1)), (2, 9, &pixels[PIXELS..]));
}
