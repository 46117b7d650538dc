//! Programs against plain loops.

use super::*;
use crate::element::Element;
use crate::view::View;

struct Add;
impl Apply for Add {
    fn run(&self, _: usize, x: &[Values<'_>], y: ValuesMut<'_>) {
        let [Values::F32(a), Values::F32(b)] = x else { panic!("two f32 operands") };
        let ValuesMut::F32(y) = y else { panic!("f32") };
        y.iter_mut().zip(*a).zip(*b).for_each(|((y, a), b)| *y = a + b);
    }
    fn cost(&self) -> usize {
        1
    }
}

struct Positive;
impl Apply for Positive {
    fn run(&self, _: usize, x: &[Values<'_>], y: ValuesMut<'_>) {
        let ([Values::F32(x)], ValuesMut::Bool(y)) = (x, y) else { panic!("f32 to bool") };
        y.iter_mut().zip(*x).for_each(|(y, x)| *y = *x > 0.0);
    }
    fn cost(&self) -> usize {
        1
    }
}

/// The sum of its operand with itself, but panics on the second tile.
struct Panics;
impl Apply for Panics {
    fn run(&self, start: usize, x: &[Values<'_>], y: ValuesMut<'_>) {
        assert!(start < TILE, "on purpose");
        Add.run(start, &[x[0], x[0]], y);
    }
    fn cost(&self) -> usize {
        1
    }
}

#[test]
fn a_panic_leaves_nothing_behind_for_the_next_sum() {
    let (a, shape) = ([1f32; 2 * TILE], [2 * TILE]);
    let sum = |function: &dyn Apply| {
        let source = f32::source(View { data: &a, offset: 0, shape: &shape, strides: None });
        let inputs = SmallVec::from_slice(&[Input::Source(0), Input::Source(0)]);
        let steps = List::from([Step { function, inputs, kind: Kind::F32 }]);
        let mut blocks = [f32::NAN];
        let program = Program { n: a.len(), sources: List::from([source]), steps };
        program.run(List::new(), Some(Sum { step: 0, blocks: ValuesMut::F32(&mut blocks) }));
        blocks
    };
    assert!(std::panic::catch_unwind(|| sum(&Panics)).is_err());
    assert_eq!(sum(&Add), [4.0 * TILE as f32]);
}

/// `a + b`, `(a + b) + (a + b)`, `that > 0`, `that + b` over a row-major `a` and a repeated `b`.
#[test]
fn results_in_memory_and_in_registers_agree() {
    // Miri takes its time.
    let sizes: &[usize] =
        if cfg!(miri) { &[0, 1, TILE + 1] } else { &[0, 1, 1023, 1024, 1025, PIECE - 1, PIECE, 3 * PIECE + 77] };
    for &n in sizes {
        let a: Vec<f32> = (0..n).map(|i| (i % 17) as f32 - 9.0).collect();
        let b = [2.0f32];
        let shape = [n];
        let step = |function, inputs: &[Input], kind| Step { function, inputs: SmallVec::from_slice(inputs), kind };
        let program = Program {
            n,
            sources: List::from([
                f32::source(View { data: &a, offset: 0, shape: &shape, strides: None }),
                f32::source(View { data: &b, offset: 0, shape: &shape, strides: Some(&[0]) }),
            ]),
            steps: List::from([
                step(&Add, &[Input::Source(0), Input::Source(1)], Kind::F32),
                step(&Add, &[Input::Step(0), Input::Step(0)], Kind::F32),
                step(&Positive, &[Input::Step(1)], Kind::Bool),
                step(&Add, &[Input::Step(1), Input::Source(1)], Kind::F32),
            ]),
        };
        let expected: Vec<f32> = a.iter().map(|a| 2.0 * (a + 2.0) + 2.0).collect();
        let mut positive = vec![false; n];
        let (mut twice, mut last) = (vec![f32::NAN; n], vec![f32::NAN; n]);
        for all in [false, true] {
            let mut blocks = vec![f32::NAN; n.div_ceil(reduce::BLOCK)];
            let mut outputs = List::from([(2, ValuesMut::Bool(&mut positive))]);
            if all {
                outputs.push((1, ValuesMut::F32(&mut twice)));
                outputs.push((3, ValuesMut::F32(&mut last)));
            }
            program.run(outputs, Some(Sum { step: 3, blocks: ValuesMut::F32(&mut blocks) }));
            let sums: Vec<f32> = expected.chunks(reduce::BLOCK).map(reduce::sum_slice).collect();
            assert_eq!(blocks, sums, "{n}");
            assert!(positive.iter().zip(&a).all(|(p, a)| *p == (a + 2.0 > 0.0)), "{n}");
        }
        assert_eq!(last, expected, "{n}");
        assert!(twice.iter().zip(&a).all(|(t, a)| *t == 2.0 * (a + 2.0)), "{n}");
        let parts = Parts::new(program);
        let mut taker = parts.taker();
        for (start, len) in [(n / 5, n / 7), (0, n), (n / 3, n / 2), (n, 0)] {
            let mut part = vec![f32::NAN; len];
            taker.fill(start, ValuesMut::F32(&mut part));
            assert_eq!(part, expected[start..start + len], "{len} of {n} from {start} on");
        }
    }
}
