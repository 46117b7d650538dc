//! Sequence modules against cells, against sequences cut to their lengths, and against PyTorch.

use super::*;
use crate::layers::prelude::*;
use autograd_core::{Gradients, Key};

/// Numbers that repeat in no pattern: `f` of multiples of a step.
fn wave(shape: &[usize], f: impl Fn(f64) -> f64) -> Tensor<f64> {
    Tensor::from_fn(shape, |k| f(k as f64))
}

/// A sum in which each number of each result counts differently.
fn weighted(ys: &[&Var<f64>]) -> Var<f64> {
    let terms = ys.iter().map(|y| (*y * Var::constant(wave(y.shape(), |k| (0.4 * k + 1.0).sin()))).sum());
    terms.reduce(|sum, term| sum + term).expect("a result")
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (a, b) in found.iter().zip(expected) {
        // Rounding alone: sums in another order.
        assert!((a - b).abs() <= 1e-13 * (1.0 + b.abs()), "{what}: {found:?} is not {expected:?}");
    }
}

/// One number for the results and one for each gradient of operands and parameters, as `expected` holds them of PyTorch.
fn assert_marks(module: &impl Module<f64>, xs: &[&Var<f64>], ys: &[&Var<f64>], expected: &[f64]) {
    let loss = weighted(ys);
    let mut found = vec![loss.item()];
    let gradients = loss.backward();
    let mark = |g: &Tensor<f64>| g.to_vec().iter().enumerate().map(|(k, g)| g * (k as f64 + 1.0).cos()).sum::<f64>();
    found.extend(xs.iter().map(|x| mark(gradients.get(x).expect("reached"))));
    found.extend(module.parameters().iter().map(|w| mark(w.gradient(&gradients).expect("reached"))));
    assert_close(&found, expected, "marks");
}

fn fill(module: &impl Module<f64>) {
    for (p, parameter) in module.parameters().iter().enumerate() {
        parameter.set(wave(&parameter.shape(), |k| 0.6 * (1.3 * k + p as f64 + 1.0).sin()));
    }
}

fn cosines(shape: &[usize], step: f64) -> Var<f64> {
    Var::leaf(wave(shape, |k| (step * k).cos()))
}

// The expected numbers are those of PyTorch 2.15 in double precision, with the same parameters and operands and `pack_padded_sequence` for
// sequences of different lengths.

#[test]
fn an_lstm_gives_the_numbers_of_pytorch() {
    let options = RecurrentOptions::new(2, 2).layers(2).bidirectional().batch_first();
    let lstm = Lstm::with(options, &mut Generator::seed(0));
    fill(&lstm);
    let (x, h, c) = (cosines(&[2, 3, 2], 0.7), cosines(&[4, 2, 2], 0.5), cosines(&[4, 2, 2], 0.3));
    let (y, (last_h, last_c)) = lstm.forward_with(&x, Some((&h, &c)), Some(&Tensor::from([2, 3])));
    let expected = [
        4.638381186071859,
        -0.10453080699335897,
        -0.1607474185450426,
        -0.6805600346198851,
        -0.6635223224339512,
        0.16452010002965972,
        0.65158854767225,
        0.6515885476722498,
        -0.836661216032045,
        -0.09052856334512183,
        -0.4012335298543183,
        -0.4012335298543183,
        0.13350359166293166,
        0.2374499180661439,
        -2.282258955597917,
        -2.282258955597917,
        -0.08567869580578873,
        -0.006168733732176149,
        0.7054757183455667,
        0.7054757183455668,
    ];
    assert_marks(&lstm, &[&x, &h, &c], &[&y, &last_h, &last_c], &expected);
}

#[test]
fn a_projected_lstm_gives_the_numbers_of_pytorch() {
    let options = RecurrentOptions::new(2, 3).layers(2).bidirectional().batch_first().projection(2);
    let lstm = Lstm::with(options, &mut Generator::seed(0));
    fill(&lstm);
    let (x, h, c) = (cosines(&[2, 3, 2], 0.7), cosines(&[4, 2, 2], 0.5), cosines(&[4, 2, 3], 0.3));
    let (y, (last_h, last_c)) = lstm.forward_with(&x, Some((&h, &c)), Some(&Tensor::from([2, 3])));
    let expected = [
        2.5139895909972765,
        0.21990421831731122,
        0.27124589807539673,
        0.060817366097400516,
        -0.2914459607746836,
        -0.10557301118453802,
        -0.6287435167728299,
        -0.6287435167728295,
        -0.03740398147152746,
        -1.182205258413038,
        0.1309169531368201,
        0.1378755964375204,
        0.1378755964375203,
        -0.07101303026012366,
        0.039977917929572726,
        -0.053396268385632085,
        0.18628458675426618,
        0.1862845867542661,
        0.3396821312581875,
        0.025331013059567517,
        -0.06252895446767731,
        0.046773950297576944,
        0.046773950297576916,
        -0.31992158841084717,
    ];
    assert_marks(&lstm, &[&x, &h, &c], &[&y, &last_h, &last_c], &expected);
}

#[test]
fn a_gru_gives_the_numbers_of_pytorch() {
    let gru = Gru::with(RecurrentOptions::new(2, 2).layers(2).bidirectional(), &mut Generator::seed(0));
    fill(&gru);
    let (x, h) = (cosines(&[3, 2, 2], 0.7), cosines(&[4, 2, 2], 0.5));
    let (y, last) = gru.forward_with(&x, Some(&h), Some(&Tensor::from([1, 3])));
    let expected = [
        3.0264800366335693,
        0.18003329673862584,
        0.02643065568730904,
        -0.2737193327431626,
        -0.24103686399775745,
        0.9797642929878593,
        0.11647955864829472,
        -0.4776686510753538,
        0.1451519052262707,
        -0.39612596870488886,
        -0.25405709059635373,
        0.038566109942928584,
        0.023741331467876048,
        -0.17384054332479112,
        0.019128276139566802,
        -0.12962309891409407,
        -0.13447266364630533,
        0.29681236357501883,
        0.020619866665985066,
    ];
    assert_marks(&gru, &[&x, &h], &[&y, &last], &expected);
}

#[test]
fn plain_networks_give_the_numbers_of_pytorch() {
    let options = RecurrentOptions::new(2, 2).layers(2).bidirectional();
    let rnn = Rnn::with(options, &mut Generator::seed(0)).relu();
    fill(&rnn);
    let (x, h) = (cosines(&[3, 2, 2], 0.7), cosines(&[4, 2, 2], 0.5));
    let (y, last) = rnn.forward_with(&x, Some(&h), Some(&Tensor::from([3, 2])));
    let expected = [
        -0.01893017261524882,
        0.1621046643923779,
        1.0300060511837135,
        0.049223673245468835,
        0.03643312315917237,
        0.6667311826946151,
        0.6667311826946151,
        0.3043853628991735,
        -0.5296297234742651,
        0.10625494382275952,
        0.10625494382275952,
        -0.9332917366302862,
        -0.22336270924328777,
        0.4546487134128409,
        0.4546487134128409,
        -0.28709066637433756,
        0.2853724810157875,
        0.41536469345923066,
        0.4153646934592307,
    ];
    assert_marks(&rnn, &[&x, &h], &[&y, &last], &expected);

    let rnn = Rnn::with(options.without_bias().batch_first(), &mut Generator::seed(0));
    fill(&rnn);
    let (x, h) = (cosines(&[2, 3, 2], 0.7), cosines(&[4, 2, 2], 0.5));
    let (y, last) = rnn.forward_with(&x, Some(&h), None);
    let expected = [
        -2.6308164711381643,
        -0.01744116023389858,
        -0.07779011406911507,
        1.8612461487973486,
        0.19872550793312693,
        -1.4192615231026666,
        -1.8748178184523283,
        -0.9372160952201058,
        -1.001042370416977,
        -0.0761637153756761,
        2.334194267412452,
    ];
    assert_marks(&rnn, &[&x, &h], &[&y, &last], &expected);
}

/// A cell of one direction of a layer, with the same parameters, as a function from `x` and the states to the next states.
type Cell = Box<dyn Fn(&Var<f64>, &[Var<f64>]) -> Vec<Var<f64>>>;

/// The outputs and the last states of each example by itself, one cell after the other.
fn unrolled(
    x: &Var<f64>,
    length: usize,
    layers: &[Vec<Cell>],
    first: &[Vec<Var<f64>>],
) -> (Var<f64>, Vec<Vec<Var<f64>>>) {
    let mut inputs: Vec<Var<f64>> = (0..length as isize).map(|t| x.select(0, t)).collect();
    let (mut last, mut first) = (Vec::new(), first.iter());
    for layer in layers {
        let mut outputs: Vec<Vec<Var<f64>>> = vec![Vec::new(); length];
        for (direction, cell) in layer.iter().enumerate() {
            let mut states = first.next().expect("states of each layer and direction").clone();
            for t in 0..length {
                let t = if direction == 0 { t } else { length - 1 - t };
                states = cell(&inputs[t], &states);
                outputs[t].push(states[0].clone());
            }
            last.push(states);
        }
        inputs = outputs.iter().map(|y| Var::concat(&y.iter().collect::<Vec<_>>(), 0)).collect();
    }
    (Var::stack(&inputs.iter().collect::<Vec<_>>(), 0), last)
}

const LENGTHS: [usize; 3] = [2, 4, 1];

/// Holds a module over a padded batch, with NaN for padding, against cells over each example alone: results and all gradients.
fn assert_unrolls<M: Module<f64>>(
    module: &M,
    (inputs, states): (usize, &[usize]),
    forward: impl Fn(&Var<f64>, &[Var<f64>], &Tensor<i64>) -> (Var<f64>, Vec<Var<f64>>),
    layers: &[Vec<Cell>],
) {
    let runs = layers.iter().map(Vec::len).sum::<usize>();
    let mut x = wave(&[4, 3, inputs], |k| (0.7 * k).cos());
    x.write(|x| {
        for (i, x) in x.chunks_mut(inputs).enumerate().filter(|(i, _)| i / 3 >= LENGTHS[i % 3]) {
            x.fill(if i % 2 == 0 { f64::NAN } else { f64::INFINITY });
        }
    });
    let x = Var::leaf(x);
    let first: Vec<Var<f64>> = states.iter().map(|&size| cosines(&[runs, 3, size], 0.3)).collect();
    let lengths = Tensor::from(LENGTHS.map(|length| length as i64));
    let (y, last) = forward(&x, &first, &lengths);
    let padded =
        |y: Var<f64>, length: usize| Var::concat(&[&y, &Var::constant(Tensor::zeros([4 - length, y.shape()[1]]))], 0);

    let (mut outputs, mut ends) = (Vec::new(), vec![Vec::new(); states.len()]);
    for (i, &length) in LENGTHS.iter().enumerate() {
        let of = |state: &Var<f64>, run: isize| state.select(0, run).select(0, i as isize);
        let first: Vec<Vec<Var<f64>>> =
            (0..runs as isize).map(|run| first.iter().map(|state| of(state, run)).collect()).collect();
        let (output, last) = unrolled(&x.select(1, i as isize), length, layers, &first);
        outputs.push(padded(output, length));
        for (state, ends) in ends.iter_mut().enumerate() {
            let runs: Vec<&Var<f64>> = last.iter().map(|states| &states[state]).collect();
            ends.push(Var::stack(&runs, 0));
        }
    }
    let stacked = |parts: &[Var<f64>]| Var::stack(&parts.iter().collect::<Vec<_>>(), 1);
    let (expected_y, expected_last) = (stacked(&outputs), ends.iter().map(|ends| stacked(ends)).collect::<Vec<_>>());
    assert_close(&y.to_vec(), &expected_y.to_vec(), "outputs");
    let gradients = |y: &Var<f64>, last: &[Var<f64>]| -> Gradients<f64> {
        weighted(&[y].into_iter().chain(last).collect::<Vec<_>>()).backward()
    };
    let [found, expected] = [(&y, &last), (&expected_y, &expected_last)].map(|(y, last)| gradients(y, last));
    for (last, expected) in last.iter().zip(&expected_last) {
        assert_close(&last.to_vec(), &expected.to_vec(), "last states");
    }
    for leaf in [&x].into_iter().chain(&first) {
        assert_close(
            &found.get(leaf).unwrap().to_vec(),
            &expected.get(leaf).unwrap().to_vec(),
            "gradient of an operand",
        );
    }
    for (name, parameter) in module.named_parameters() {
        let [found, expected] = [&found, &expected].map(|g| parameter.gradient(g).unwrap().to_vec());
        assert_close(&found, &expected, &name);
    }
}

/// The cells of a stack, layer by layer and direction by direction.
fn cells(stack: &RecurrentStack<f64>, cell: impl Fn(&RecurrentParameters<f64>) -> Cell) -> Vec<Vec<Cell>> {
    stack.layers.iter().map(|layer| layer.directions().map(|(parameters, _)| cell(parameters)).collect()).collect()
}

fn two_layers(options: RecurrentOptions) -> RecurrentOptions {
    options.layers(2).bidirectional()
}

#[test]
fn an_lstm_is_its_cells_unrolled() {
    let lstm = Lstm::with(two_layers(RecurrentOptions::new(2, 3)), &mut Generator::seed(3));
    let cells = cells(&lstm.stack, |w| {
        let cell = LstmCell {
            weight_ih: w.weight_ih.clone(),
            weight_hh: w.weight_hh.clone(),
            bias_ih: w.bias_ih.clone(),
            bias_hh: w.bias_hh.clone(),
        };
        Box::new(move |x, s| <[Var<f64>; 2]>::from(cell.forward(x, Some((&s[0], &s[1])))).into())
    });
    let forward = |x: &Var<f64>, s: &[Var<f64>], lengths: &Tensor<i64>| {
        let (y, (h, c)) = lstm.forward_with(x, Some((&s[0], &s[1])), Some(lengths));
        (y, vec![h, c])
    };
    assert_unrolls(&lstm, (2, &[3, 3]), forward, &cells);
}

#[test]
fn a_projected_lstm_is_its_steps_unrolled() {
    let options = two_layers(RecurrentOptions::new(2, 3).projection(2));
    let lstm = Lstm::with(options, &mut Generator::seed(3));
    let cells = cells(&lstm.stack, |w| {
        let [w_ih, w_hh, b_ih, b_hh, w_hr] =
            [Some(&w.weight_ih), Some(&w.weight_hh), w.bias_ih.as_ref(), w.bias_hh.as_ref(), w.weight_hr.as_ref()]
                .map(|w| w.expect("present").var());
        Box::new(move |x, s| {
            let a = w_ih.matmul(x) + &b_ih + w_hh.matmul(&s[0]) + &b_hh;
            let [i, f, g, o] = [0, 1, 2, 3].map(|gate| a.slice((3 * gate..3 * gate + 3,)));
            let c = f.sigmoid() * &s[1] + i.sigmoid() * g.tanh();
            vec![w_hr.matmul(&(o.sigmoid() * c.tanh())), c]
        })
    });
    let forward = |x: &Var<f64>, s: &[Var<f64>], lengths: &Tensor<i64>| {
        let (y, (h, c)) = lstm.forward_with(x, Some((&s[0], &s[1])), Some(lengths));
        (y, vec![h, c])
    };
    assert_unrolls(&lstm, (2, &[2, 3]), forward, &cells);
}

#[test]
fn a_gru_is_its_cells_unrolled() {
    let gru = Gru::with(two_layers(RecurrentOptions::new(2, 3).without_bias()), &mut Generator::seed(3));
    let cells = cells(&gru.stack, |w| {
        let (weight_ih, weight_hh) = (w.weight_ih.clone(), w.weight_hh.clone());
        let cell = GruCell { weight_ih, weight_hh, bias_ih: None, bias_hh: None };
        Box::new(move |x, s| vec![cell.forward(x, Some(&s[0]))])
    });
    let forward = |x: &Var<f64>, s: &[Var<f64>], lengths: &Tensor<i64>| {
        let (y, h) = gru.forward_with(x, Some(&s[0]), Some(lengths));
        (y, vec![h])
    };
    assert_unrolls(&gru, (2, &[3]), forward, &cells);
}

#[test]
fn a_plain_network_is_its_cells_unrolled() {
    for nonlinearity in [Nonlinearity::Tanh, Nonlinearity::Relu] {
        let rnn = Rnn::with(two_layers(RecurrentOptions::new(2, 3)), &mut Generator::seed(3));
        let rnn = Rnn { nonlinearity, ..rnn };
        let cells = cells(&rnn.stack, |w| {
            let cell = RnnCell {
                weight_ih: w.weight_ih.clone(),
                weight_hh: w.weight_hh.clone(),
                bias_ih: w.bias_ih.clone(),
                bias_hh: w.bias_hh.clone(),
                nonlinearity,
            };
            Box::new(move |x, s| vec![cell.forward(x, Some(&s[0]))])
        });
        let forward = |x: &Var<f64>, s: &[Var<f64>], lengths: &Tensor<i64>| {
            let (y, h) = rnn.forward_with(x, Some(&s[0]), Some(lengths));
            (y, vec![h])
        };
        assert_unrolls(&rnn, (2, &[3]), forward, &cells);
    }
}

#[test]
fn first_values_are_within_the_bound() {
    let options = two_layers(RecurrentOptions::new(50, 25).projection(5));
    let lstm = Lstm::<f32>::with(options, &mut Generator::seed(1));
    for (name, parameter) in lstm.named_parameters() {
        let largest = parameter.value().to_vec().into_iter().fold(0.0, |largest: f32, w| largest.max(w.abs()));
        assert!(largest <= 0.2 && largest > 0.18, "{name}: {largest}");
    }
}

#[test]
fn dropout_lies_between_the_layers() {
    let with = |options: RecurrentOptions| Gru::<f64>::with(options, &mut Generator::seed(4));
    let x = Var::constant(wave(&[3, 2, 2], |k| (0.7 * k).cos()));
    let all = with(RecurrentOptions::new(2, 4).layers(2).dropout(1.0));
    let (y, h) = all.forward(&x);
    // All that the second layer sees is zero: it gives the same to both examples; the first one is as ever.
    assert_eq!(y.select(1, 0).to_vec(), y.select(1, 1).to_vec());
    all.eval();
    let (evaluated, last) = all.forward(&x);
    assert_ne!(y.to_vec(), evaluated.to_vec());
    assert_eq!(h.select(0, 0).to_vec(), last.select(0, 0).to_vec());

    // In one layer there is no place for it, and no key is taken.
    let one = with(RecurrentOptions::new(2, 4).dropout(1.0));
    let trained = one.forward(&x).0;
    one.eval();
    assert_eq!(trained.to_vec(), one.forward(&x).0.to_vec());
    assert_eq!(one.stack.keys.state()[1], 0);

    // One key for each of the two places, and the masks that follow from them.
    let three = with(RecurrentOptions::new(2, 4).layers(3).dropout(0.5));
    let [seed, _] = three.stack.keys.state();
    let _ = three.forward(&x);
    assert_eq!(three.stack.keys.state(), [seed, 2]);
    let layer = |number: usize, x: &Var<f64>| {
        let zeros = Var::constant(Tensor::zeros([2, 4]));
        three.stack.layers[number].forward.apply(|weights| x.gru(weights, &zeros, &ops::Sequence::default()).0)
    };
    three.stack.keys.set_drawn(0);
    let y = layer(0, &x).dropout(0.5, Key::seed(seed).at(0));
    let y = layer(2, &layer(1, &y).dropout(0.5, Key::seed(seed).at(1)));
    assert_eq!(three.forward(&x).0.to_vec(), y.to_vec());
}

#[test]
fn sequences_and_batches_may_be_empty() {
    for options in [RecurrentOptions::new(2, 3), RecurrentOptions::new(2, 3).projection(1)] {
        let lstm = Lstm::<f64>::with(two_layers(options), &mut Generator::seed(0));
        let size = options.state();
        let (y, (h, c)) = lstm.forward(&Var::constant(Tensor::zeros([0, 2, 2])));
        assert_eq!(
            (&**y.shape(), &**h.shape(), &**c.shape()),
            (&[0, 2, 2 * size][..], &[4, 2, size][..], &[4, 2, 3][..])
        );
        assert_eq!(h.to_vec(), vec![0.0; 8 * size]);
        let (y, (h, _)) = lstm.forward(&Var::constant(Tensor::zeros([5, 0, 2])));
        assert_eq!((&**y.shape(), &**h.shape()), (&[5, 0, 2 * size][..], &[4, 0, size][..]));
    }
}
