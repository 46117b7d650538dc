//! The numbers of PyTorch 2.15 in double precision, with the same parameters and operands and `pack_padded_sequence` for sequences of different
//! lengths.

use super::*;

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
