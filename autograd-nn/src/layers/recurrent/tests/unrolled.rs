//! Modules over padded batches against cells, one step after the other, over each example alone.

use super::*;
use autograd_core::Gradients;

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
        inputs = outputs.iter().map(|y| Var::concat(y, 0)).collect();
    }
    (Var::stack(&inputs, 0), last)
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
    let stacked = |parts: &[Var<f64>]| Var::stack(parts, 1);
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
            let [i, f, g, o] = [0, 1, 2, 3].map(|gate| a.slice(3 * gate..3 * gate + 3));
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
