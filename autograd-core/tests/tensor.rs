//! Tensors: constructors, views that share, writing that copies, conversions, generators.

use autograd_core::testing::layouts::LAYOUTS;
use autograd_core::{AxisIndex, AxisSlice, Generator, Tensor, s, tensor::pool};
use ndarray::{Array2, ArrayD, arr2};
use std::thread;

#[test]
fn constructors_fill_what_they_say() {
    assert_eq!(Tensor::<f32>::zeros([2, 2]).to_vec(), [0.0; 4]);
    assert_eq!(Tensor::<f64>::ones([3]).to_vec(), [1.0; 3]);
    assert_eq!(Tensor::full([2], 7i64).to_vec(), [7, 7]);
    assert_eq!(Tensor::<f64>::arange(4).to_vec(), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(Tensor::<f64>::eye(3), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].into());
    assert_eq!(*Tensor::<f64>::eye(0).shape(), [0, 0]);
    assert_eq!(Tensor::indices(3).to_vec(), [0, 1, 2]);
    assert_eq!(Tensor::from([[1], [0]]).one_hot::<f32>(2), [[[0.0f32, 1.0]], [[1.0, 0.0]]].into());
    assert_eq!(*Tensor::<i64>::zeros([0]).one_hot::<f64>(0).shape(), [0, 0]);
    assert_eq!(Tensor::from(vec![vec![1.0, 2.0], vec![3.0, 4.0]]), [[1.0, 2.0], [3.0, 4.0]].into());
    assert_eq!(*Tensor::from([[[1i64]]]).shape(), [1, 1, 1]);
}

#[test]
fn linspace_ends_where_it_should() {
    let x = Tensor::<f64>::linspace(0.0, 0.3, 4).to_vec();
    assert_eq!((x[0], x[3]), (0.0, 0.3));
    assert_eq!(Tensor::<f64>::linspace(2.0, 5.0, 1).to_vec(), [2.0]);
    assert_eq!(Tensor::<f64>::linspace(2.0, 5.0, 0).numel(), 0);
}

#[test]
fn views_share_memory_and_copies_do_not() {
    let x = Tensor::<f64>::arange(24).reshape([2, 3, 4]);
    let start = x.as_slice().unwrap().as_ptr();
    let same = x.reshape([6, 4]).reshape([2, 12]).reshape([2, 3, 4]);
    assert_eq!(same.as_slice().unwrap().as_ptr(), start);
    // Contiguous parts of a tensor are views whose elements can be borrowed.
    let row = x.slice((1..2,));
    assert_eq!(row.as_slice().unwrap().as_ptr(), start.wrapping_add(12));
    // Joining axes that lie apart needs a copy; splitting one does not.
    let turned = x.permute([1, 0, 2]);
    assert!(turned.as_slice().is_none());
    assert_eq!(turned.reshape([6, 4]).to_vec(), turned.to_vec());
    assert_eq!(turned.reshape([3, 2, 2, 2]).to_vec(), turned.to_vec());
    assert!(x.broadcast_to([5, 2, 3, 4]).as_slice().is_none());
}

#[test]
fn writing_changes_one_tensor_only() {
    let x = Tensor::<f64>::arange(6).reshape([2, 3]);
    let (clone, view) = (x.clone(), x.slice((.., 1..)));
    let mut y = x.clone();
    y.write(|y| y.fill(9.0));
    assert_eq!((x.at([1, 2]), clone.at([1, 2]), view.at([1, 1]), y.at([0, 0])), (5.0, 5.0, 5.0, 9.0));
    // Alone, it writes in place; through a view with strides, into a copy of its own.
    let before = y.as_slice().unwrap().as_ptr();
    y.write(|y| y[0] = 1.0);
    assert_eq!(y.as_slice().unwrap().as_ptr(), before);
    let mut repeated = Tensor::from([1.0]).broadcast_to([3]);
    repeated.write(|x| x[1] = 2.0);
    assert_eq!(repeated.to_vec(), [1.0, 2.0, 1.0]);
    // A view alone on its memory writes only what it shows.
    let mut part = Tensor::<f64>::arange(4).slice(1..3);
    part.write(|x| x.fill(7.0));
    assert_eq!(part.to_vec(), [7.0, 7.0]);
}

#[test]
fn slices_take_ranges_of_each_kind() {
    let x = Tensor::<f64>::arange(10);
    assert_eq!(x.slice(2..5).to_vec(), [2.0, 3.0, 4.0]);
    assert_eq!(x.slice(-3..).to_vec(), [7.0, 8.0, 9.0]);
    assert_eq!(x.slice(..-8).to_vec(), [0.0, 1.0]);
    assert_eq!(x.slice(7..=8).to_vec(), [7.0, 8.0]);
    assert_eq!(x.slice(AxisSlice::from(1..8).step(3)).to_vec(), [1.0, 4.0, 7.0]);
    assert_eq!(x.slice([AxisSlice::from(1..8).step(-3)]).to_vec(), [7.0, 4.0, 1.0]);
    assert_eq!((x.slice(-2).rank(), x.slice(-2).item(), x.slice(3usize).item()), (0, 8.0, 3.0));
    assert_eq!(x.slice(..).to_vec(), x.to_vec());
    assert_eq!(x.slice(AxisIndex::NewAxis).shape().to_vec(), [1, 10]);
    assert_eq!(x.slice(4..4).numel(), 0);
    assert_eq!(x.slice(10..).numel(), 0);
    assert_eq!(x.slice(..=2).to_vec(), [0.0, 1.0, 2.0]);
    assert!(std::panic::catch_unwind(|| x.slice(0..usize::MAX)).is_err(), "an end that underflowed is no end");
    assert!(std::panic::catch_unwind(|| x.slice(0..=isize::MAX)).is_err());
}

#[test]
fn positions_drop_their_axes_and_copy_nothing() {
    let x = Tensor::<f64>::arange(24).reshape([2, 3, 4]);
    let start = x.as_slice().unwrap().as_ptr();
    let row = x.slice((1, -1));
    assert_eq!(row.to_vec(), [20.0, 21.0, 22.0, 23.0]);
    assert_eq!(row.as_slice().unwrap().as_ptr(), start.wrapping_add(20));
    assert_eq!(x.slice([1, 2, 3]).item(), 23.0);
    assert_eq!(x.slice(s![..., 1..-1, newaxis]).slice(s![0, 0, .., 0]).to_vec(), [1.0, 2.0]);
    assert!(x.slice(s![..]).shares(&x));
}

#[test]
#[should_panic(expected = "one_hot: 3 is none of 3 classes")]
fn a_number_that_is_no_class_is_refused() {
    let _ = Tensor::from([0, 3]).one_hot::<f64>(3);
}

#[test]
fn layouts_change_no_value() {
    for shape in [&[2, 3, 4][..], &[5], &[], &[0, 3], &[1, 4, 1]] {
        let x = Tensor::<f64>::arange(shape.iter().product()).reshape(shape);
        for layout in LAYOUTS {
            let laid = layout.of(&x);
            assert_eq!(laid, x, "{layout:?} {shape:?}");
            assert_eq!(laid.contiguous().to_vec(), x.to_vec());
            assert_eq!(laid.map(|x| -x).to_vec(), x.map(|x| -x).to_vec());
        }
    }
}

#[test]
fn shapes_beyond_memory_are_refused() {
    let huge = || Tensor::<f32>::zeros([1 << 33, 1 << 31]);
    assert!(std::panic::catch_unwind(huge).is_err());
    assert!(std::panic::catch_unwind(|| Tensor::<f32>::zeros([0]).reshape([1 << 33, 1 << 31])).is_err());
    assert!(std::panic::catch_unwind(|| Tensor::from([1.0]).broadcast_to([(1 << 48) + 1, 1 << 16])).is_err());
    // Empty, but a sum over its last axis would have too many elements.
    assert!(std::panic::catch_unwind(|| Tensor::<i64>::zeros([1 << 40, 1 << 40, 0])).is_err());
    assert_eq!(Tensor::<i64>::zeros([1 << 40, 0]).numel(), 0);
}

#[test]
fn comparisons_know_nan_and_broadcast() {
    let x = Tensor::from([1.0, f64::NAN, 3.0]);
    assert_eq!(x.eq(&x).to_vec(), [true, false, true]);
    assert_eq!(x.ne(1.0).to_vec(), [false, true, true]);
    assert_eq!(x.ge(1.0).to_vec(), [true, false, true]);
    assert_eq!(*x.le(&Tensor::from([[1.0], [5.0]])).shape(), [2, 3]);
    assert_ne!(x, x.clone(), "as with floats, NaN equals nothing");
    assert_eq!(Tensor::from([2.0, f64::NAN, 9.0, f64::NAN]).argmax(0).item(), 1, "the first NaN");
    assert_eq!(Tensor::from([[3.0, 1.0], [1.0, 1.0]]).argmin(0).to_vec(), [1, 0]);
    assert!(!x.is_finite() && Tensor::from([1.0]).is_finite());
    assert_eq!((x.eq(3.0).any(), x.eq(3.0).all(), x.eq(3.0).count(), x.eq(3.0).not().count()), (true, false, 1, 2));
}

#[test]
fn a_seed_gives_the_same_numbers_on_each_machine() {
    let mut generator = Generator::seed(231);
    let x: Vec<f64> = (0..3).map(|_| generator.unit()).collect();
    // Written down on the first machine; a change here changes every experiment of our users.
    assert_eq!(x, [0.7895350023472978, 0.5926648481577396, 0.4133468645712495]);
    let mut order: Vec<usize> = (0..8).collect();
    Generator::seed(1).shuffle(&mut order);
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..8).collect::<Vec<_>>());
    assert_ne!(order, sorted);
}

#[test]
fn random_values_have_the_moments_of_their_distributions() {
    let mut generator = Generator::seed(5);
    let moments = |x: &Tensor<f64>| {
        let n = x.numel() as f64;
        let mean = x.to_vec().iter().sum::<f64>() / n;
        (mean, x.to_vec().iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n)
    };
    // Ten standard errors of 40,000 draws.
    let (mean, variance) = moments(&Tensor::normal([200, 200], 3.0, 2.0, &mut generator));
    assert!((mean - 3.0).abs() < 0.1 && (variance - 4.0).abs() < 0.3, "{mean} {variance}");
    let (mean, variance) = moments(&Tensor::uniform([200, 200], -1.0, 1.0, &mut generator));
    assert!(mean.abs() < 0.03 && (variance - 1.0 / 3.0).abs() < 0.02, "{mean} {variance}");
}

#[test]
fn arrays_of_ndarray_come_and_go() {
    let array = arr2(&[[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let x = Tensor::from(&array.t());
    assert_eq!(x, [[1.0f32, 4.0], [2.0, 5.0], [3.0, 6.0]].into());
    let back: ArrayD<f32> = (&x.permute([1, 0])).into();
    assert_eq!(back.into_dimensionality::<ndarray::Ix2>().unwrap(), array);
    let empty: Array2<f32> = Array2::zeros((0, 3));
    assert_eq!(*Tensor::from(&empty).shape(), [0, 3]);
}

#[test]
fn tensors_go_between_threads() {
    let x = Tensor::<f64>::arange(1000);
    let sums: Vec<f64> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(|| x.clone().to_vec().iter().sum())).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(sums, [499_500.0; 4]);
}

#[test]
fn freed_memory_is_used_again() {
    // In a thread of its own, whose pool is empty.
    thread::spawn(|| {
        drop(Tensor::<f32>::zeros([1000]));
        let before = pool::stats();
        drop(Tensor::<f32>::zeros([1000]));
        let after = pool::stats();
        assert_eq!((after.misses, after.held, after.in_use), (before.misses, before.held, 0));
        assert_eq!(after.hits, before.hits + u64::from(before.held > 0));
        pool::trim();
        assert_eq!(pool::stats().held, 0);
    })
    .join()
    .unwrap();
}

#[test]
fn empty_lists_have_the_axes_of_their_type_and_positions_become_i64() {
    assert_eq!(*Tensor::from(Vec::<[f32; 5]>::new()).shape(), [0, 5]);
    assert_eq!(*Tensor::from(Vec::<Vec<f32>>::new()).shape(), [0, 0]);
    assert_eq!(*Tensor::from(vec![Vec::<f32>::new(); 2]).shape(), [2, 0]);
    assert_eq!(*Tensor::from([[[0f32; 2]; 0]; 3]).shape(), [3, 0, 2]);
    assert_eq!(Tensor::from(vec![[3usize, usize::MAX]]), Tensor::from([[3i64, i64::MAX]]));
    assert_eq!(Tensor::from([7u8, 255]), Tensor::from([7i32, 255]));
}

#[test]
#[should_panic(expected = "row 1 has sizes [1], row 0 has [3]")]
fn vectors_that_are_ragged_further_in_are_refused() {
    let _ = Tensor::from([vec![vec![1.0; 3]; 2], vec![vec![1.0; 3], vec![1.0]]]);
}

#[test]
#[should_panic(expected = "row 1 has sizes [1], row 0 has [2]")]
fn ragged_vectors_are_refused() {
    let _ = Tensor::from(vec![vec![1.0, 2.0], vec![3.0]]);
}
