//! Values that stand in a relation to one another: orthogonal, sparse, and those by which a signal passes unchanged.

use super::Gain;
use autograd_core::{Generator, Real, Shape, Tensor};
use nalgebra::DMatrix;

/// A random matrix whose rows, or whose columns where there are fewer of these, are perpendicular to one another and of length `gain`.
///
/// Lengths and angles of what passes through are kept, however deep the network is. Axes behind the first count as one. The matrix is the
/// orthogonal factor of one of normal values, its signs such that each orthogonal matrix is equally likely (Mezzadri 2007).
///
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::init::{Gain, orthogonal};
/// let w = Var::constant(orthogonal::<f64>([2, 3], Gain::Linear, &mut Generator::seed(0)));
/// let products = w.matmul(&w.mt()).to_vec(); // W Wᵀ = 1
/// assert!(products.iter().zip([1.0, 0.0, 0.0, 1.0]).all(|(found, expected)| (found - expected).abs() < 1e-14));
/// ```
///
/// Source: Saxe, McClelland and Ganguli, "Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks" (2014).
///
/// # Panics
/// If the shape has fewer than two axes.
#[track_caller]
pub fn orthogonal<T: Real>(shape: impl Into<Shape>, gain: Gain, generator: &mut Generator) -> Tensor<T> {
    let shape = shape.into();
    let [rows, rest @ ..] = &*shape else { refuse_vector("orthogonal", &shape) };
    if rest.is_empty() {
        refuse_vector("orthogonal", &shape);
    }
    let columns: usize = rest.iter().product();
    let (long, short) = (columns.max(*rows), columns.min(*rows));
    let (q, r) = DMatrix::from_fn(long, short, |_, _| generator.standard_normal()).qr().unpack();
    let gain = gain.factor();
    let value = |row: usize, column: usize| {
        let (i, j) = if *rows < columns { (column, row) } else { (row, column) };
        // The factors are unique, and the first uniform, once the diagonal of the second is positive.
        gain * q[(i, j)] * 1f64.copysign(r[(j, j)])
    };
    Tensor::from_fn(&shape, |i| T::of(value(i / columns, i % columns)))
}

/// Normal values of which in each column a fraction `sparsity`, rounded up, is 0: each unit `[out, in]` hears few others, which saturate
/// it less.
///
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::init::sparse;
/// let w: Tensor<f64> = sparse([10, 4], 0.25, 0.01, &mut Generator::seed(0));
/// assert_eq!(w.to_vec().iter().filter(|&&w| w == 0.0).count(), 4 * 3);
/// ```
///
/// Source: Martens, "Deep Learning via Hessian-free Optimization" (2010), section 5.
///
/// # Panics
/// If the shape has not two axes, or `sparsity` is not from 0 to 1.
#[track_caller]
pub fn sparse<T: Real>(shape: impl Into<Shape>, sparsity: f64, std: f64, generator: &mut Generator) -> Tensor<T> {
    let shape = shape.into();
    let [rows, columns] = *shape else { panic!("sparse: a matrix has two axes, this one has shape {shape}") };
    assert!((0.0..=1.0).contains(&sparsity), "sparse: the sparsity is {sparsity}, not from 0 to 1");
    // Rounding, as in 0.07 · 100 = 7.000000000000001, is no reason for one zero more.
    let zeros = (sparsity * rows as f64 * (1.0 - f64::EPSILON)).ceil() as usize;
    let mut w = Tensor::normal([rows, columns], 0.0, std, generator);
    let mut order: Vec<usize> = (0..rows).collect();
    w.write(|w| {
        for column in 0..columns {
            generator.shuffle(&mut order);
            order[..zeros].iter().for_each(|row| w[row * columns + column] = T::zero());
        }
    });
    w
}

/// The identity matrix, with rows or columns of zeros where it is not square: a linear layer hands on what it can.
///
/// ```
/// use autograd_core::Tensor;
/// use autograd_nn::init::identity;
/// assert_eq!(identity::<f64>([2, 3]), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]].into());
/// ```
///
/// Source: Le, Jaitly and Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units" (2015).
///
/// # Panics
/// If the shape has not two axes.
#[track_caller]
#[doc(alias = "eye_")]
pub fn identity<T: Real>(shape: impl Into<Shape>) -> Tensor<T> {
    let shape = shape.into();
    let [_, columns] = *shape else { panic!("identity: a matrix has two axes, this one has shape {shape}") };
    Tensor::from_fn(&shape, |i| if i / columns == i % columns { T::one() } else { T::zero() })
}

/// The kernels of a convolution that hands on its channels, as many as there are on both sides, in each of `groups` groups: 1 in the middle
/// of the window, 0 elsewhere.
///
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Conv2d, Forward, init};
/// let layer = Conv2d::<f64>::new(2, 2, [3, 3], &mut Generator::seed(0)).padding([1, 1]).without_bias();
/// layer.weight.set(init::dirac(layer.weight.shape(), 1));
/// let x = Var::constant(Tensor::arange(24).reshape([1, 2, 3, 4]));
/// assert_eq!(layer.forward(&x).to_vec(), x.to_vec());
/// ```
///
/// Source: Zagoruyko and Komodakis, "DiracNets" (2017).
///
/// # Panics
/// If the shape has not three to five axes, or `groups` is 0 or does not divide the channels `out`.
#[track_caller]
pub fn dirac<T: Real>(shape: impl Into<Shape>, groups: usize) -> Tensor<T> {
    let shape = shape.into();
    let [outputs, inputs, window @ ..] = &*shape else { refuse_kernel(&shape) };
    if !(1..=3).contains(&window.len()) {
        refuse_kernel(&shape);
    }
    let divides = groups > 0 && outputs.is_multiple_of(groups);
    assert!(divides, "dirac: {groups} groups do not divide {outputs} output channels");
    let area: usize = window.iter().product();
    let middle = window.iter().fold(0, |middle, size| middle * size + size / 2);
    let mut w = vec![T::zero(); shape.numel()];
    let outputs = outputs / groups;
    if area > 0 {
        for (group, channel) in (0..groups).flat_map(|group| (0..outputs.min(*inputs)).map(move |c| (group, c))) {
            w[((group * outputs + channel) * inputs + channel) * area + middle] = T::one();
        }
    }
    Tensor::from_vec(w, shape)
}

#[track_caller]
fn refuse_vector(name: &str, shape: &Shape) -> ! {
    panic!("{name}: a weight has at least two axes, [out, in, ..], this one has shape {shape}")
}

#[track_caller]
fn refuse_kernel(shape: &Shape) -> ! {
    panic!("dirac: a kernel has three to five axes, [out, in, window ..], this one has shape {shape}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The products of all pairs of rows.
    fn products(rows: usize, w: &[f64]) -> Vec<f64> {
        let columns = w.len() / rows;
        let row = |i: usize| &w[i * columns..(i + 1) * columns];
        let product = |i, j| row(i).iter().zip(row(j)).map(|(a, b): (&f64, &f64)| a * b).sum();
        (0..rows * rows).map(|k| product(k / rows, k % rows)).collect()
    }

    #[test]
    fn wide_tall_square_and_folded_matrices_are_orthogonal() {
        let generator = &mut Generator::seed(1);
        for shape in [&[3, 7][..], &[7, 3], &[5, 5], &[4, 3, 2, 2], &[9, 2, 3], &[1, 4], &[4, 1]] {
            let w = orthogonal::<f64>(shape, Gain::Factor(3.0), generator);
            assert_eq!(**w.shape(), *shape);
            let (rows, columns) = (shape[0], w.numel() / shape[0]);
            let short = rows.min(columns);
            let flat = w.reshape([rows, columns]);
            let products = products(short, &if rows < columns { flat } else { flat.mt() }.to_vec());
            for (k, found) in products.into_iter().enumerate() {
                let expected = if k / short == k % short { 9.0 } else { 0.0 };
                assert!((found - expected).abs() < 1e-13, "{shape:?}: product {k} is {found}");
            }
        }
        assert_eq!(orthogonal::<f32>([0, 3], Gain::Linear, generator).numel(), 0);
        assert_eq!(orthogonal::<f32>([3, 0], Gain::Linear, generator).numel(), 0);
    }

    #[test]
    fn each_orthogonal_matrix_is_equally_likely() {
        let generator = &mut Generator::seed(2);
        let n = 2000;
        // Rotations and reflections of the plane by half, and the first column anywhere on the circle.
        let (mut reflections, mut sums) = (0, [0.0; 3]);
        for _ in 0..n {
            let w = orthogonal::<f64>([2, 2], Gain::Linear, generator).to_vec();
            reflections += usize::from(w[0] * w[3] - w[1] * w[2] < 0.0);
            let (sine, cosine) = w[2].atan2(w[0]).sin_cos();
            sums = [sums[0] + sine, sums[1] + cosine, sums[2] + sine * cosine];
        }
        // Five standard deviations of a fair draw.
        assert!((reflections as f64 - n as f64 / 2.0).abs() < 5.0 * (n as f64 / 4.0).sqrt(), "{reflections}");
        assert!(sums.iter().all(|sum| sum.abs() < 5.0 * (n as f64 / 2.0).sqrt()), "{sums:?}");
        let ones = (0..n).filter(|_| orthogonal::<f64>([1, 1], Gain::Linear, generator).item() > 0.0).count();
        assert!((ones as f64 - n as f64 / 2.0).abs() < 5.0 * (n as f64 / 4.0).sqrt(), "{ones}");
    }

    #[test]
    fn each_column_has_its_zeros_and_the_others_their_deviation() {
        let (rows, columns) = (100, 50);
        for (sparsity, zeros) in [(0.07, 7), (0.101, 11), (0.0, 0), (1.0, 100)] {
            let w = sparse::<f64>([rows, columns], sparsity, 0.5, &mut Generator::seed(3)).to_vec();
            for column in 0..columns {
                let found = (0..rows).filter(|row| w[row * columns + column] == 0.0).count();
                assert_eq!(found, zeros, "sparsity {sparsity}, column {column}");
            }
            let others = (rows - zeros) * columns;
            let squares: f64 = w.iter().map(|w| w * w).sum();
            // Five standard errors of a variance.
            let error = (squares / (0.25 * others as f64) - 1.0).abs();
            assert!(others == 0 || error < 5.0 * (2.0 / others as f64).sqrt(), "{error}");
        }
        let first = |seed| sparse::<f64>([20, 2], 0.5, 1.0, &mut Generator::seed(seed)).to_vec();
        let where_zero = |w: Vec<f64>| w.iter().map(|&w| w == 0.0).collect::<Vec<_>>();
        assert_ne!(where_zero(first(0)), where_zero(first(1)), "zeros lie at random");
    }

    #[test]
    fn dirac_kernels_are_ones_in_the_middle_of_each_group() {
        let ones = |shape: &[usize], groups| -> Vec<usize> {
            let w = dirac::<f64>(shape, groups).to_vec();
            assert!(w.iter().all(|&w| w == 0.0 || w == 1.0));
            (0..w.len()).filter(|&i| w[i] == 1.0).collect()
        };
        // [out, in, 3]: output o, input i at 9 o + 3 i + 1.
        assert_eq!(ones(&[2, 3, 3], 1), [1, 9 + 3 + 1]);
        // Two groups of two outputs, which see one input each.
        assert_eq!(ones(&[4, 1, 2, 2], 2), [3, 2 * 4 + 3]);
        assert_eq!(ones(&[1, 1, 2, 3, 5], 1), [15 + 5 + 2]);
        assert_eq!(ones(&[2, 0, 3], 1), [0; 0]);
    }

    #[test]
    #[should_panic(expected = "orthogonal: a weight has at least two axes, [out, in, ..], this one has shape [3]")]
    fn a_vector_is_not_orthogonal() {
        orthogonal::<f32>([3], Gain::Linear, &mut Generator::seed(0));
    }

    #[test]
    #[should_panic(expected = "sparse: the sparsity is 1.5, not from 0 to 1")]
    fn more_zeros_than_values_are_refused() {
        sparse::<f32>([3, 2], 1.5, 0.01, &mut Generator::seed(0));
    }

    #[test]
    #[should_panic(expected = "dirac: 3 groups do not divide 4 output channels")]
    fn groups_must_divide_the_outputs() {
        dirac::<f32>([4, 2, 3], 3);
    }

    #[test]
    #[should_panic(
        expected = "dirac: a kernel has three to five axes, [out, in, window ..], this one has shape [4, 2]"
    )]
    fn a_matrix_is_no_kernel() {
        dirac::<f32>([4, 2], 1);
    }
}
