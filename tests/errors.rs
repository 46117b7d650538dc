//! Every message: a snapshot, so that a change of a message is seen; and the caller's line, wherever a shape is refused.

use autograd::functional::{hessian, hvp, jvp};
use autograd::ops::PadMode;
use autograd::prelude::{Forward, Linear, Relu, Sequential};
use autograd::testing::entries;
use autograd::{AxisSlice, Generator, Tensor, Var, grad};
use expect_test::{expect, expect_file};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

/// The message with which `f` refuses, and the line that is to blame.
#[track_caller]
fn refusal<R>(f: impl FnOnce() -> R) -> String {
    let here = Location::caller();
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else { panic!("it accepts what it should refuse") };
    let text = panic.downcast_ref::<String>().cloned().expect("a formatted message");
    let at = format!("{}:{}", here.file(), here.line());
    let blames = |line: &str| line.trim_start().starts_with("at ") && line.ends_with(&at);
    assert!(text.lines().any(blames), "the message does not blame {at}:\n{text}");
    text.replace(&at, "the caller's line")
}

#[test]
fn each_op_refuses_in_the_words_of_the_snapshot() {
    let mut all = String::new();
    for entry in entries() {
        for error in entry.refusals {
            let place = format!("{}:{}", error.at().file(), error.at().line());
            let _ = writeln!(all, "{}\n", error.to_string().replace(&place, "the caller's line"));
        }
    }
    expect_file!["snapshots/refusals.txt"].assert_eq(&all);
}

#[test]
fn methods_composed_of_ops_blame_the_line_that_called_them() {
    let x = Var::leaf(Tensor::<f64>::zeros([2, 3]));
    let index = Tensor::from([7]);
    refusal(|| x.select(1, 3));
    refusal(|| x.split(0, 1));
    refusal(|| x.split_sizes([1, 1], 1));
    refusal(|| x.chunk(0, 1));
    refusal(|| x.unbind(2));
    refusal(|| x.squeeze(1));
    refusal(|| x.unsqueeze(5));
    refusal(|| x.flatten(1, 0));
    refusal(|| x.transpose(0, 2));
    refusal(|| x.movedim(0, 2));
    refusal(|| x.repeat([2]));
    refusal(|| x.repeat_interleave([2], 1));
    refusal(|| x.pad_with([(3, 0), (0, 0)], PadMode::Reflect));
    refusal(|| x.embedding(&index, None));
    refusal(|| x.take_along_axis(0, &index));
    refusal(|| x.masked_select(&Tensor::from([true, false])));
    refusal(|| x.masked_scatter(&Tensor::from([true, false]), &x));
    refusal(|| x.index(&[&index]));
    refusal(|| x.index_put(&[&index], &x));
    refusal(|| x.index_put_add(&[&index], &x));
    refusal(|| index.one_hot::<f64>(7));
    let vector = Var::leaf(Tensor::<f64>::zeros([7]));
    refusal(|| x.layer_norm(1, Some(&vector), None, 0.0));
    refusal(|| x.rms_norm(1, Some(&vector), 0.0));
    refusal(|| x.group_norm(1, None, Some(&vector), 0.0));
    refusal(|| vector.instance_norm(None, None, 0.0));
    refusal(|| x.batch_norm(Some(&vector), None, 0.0));
    refusal(|| x.batch_norm_eval(vector.value(), vector.value(), None, None, 0.0));
    refusal(|| x.l2_normalize(2, 0.0));
    refusal(|| x.attention_with_bias(&x, &x, &vector, &Default::default()));
    refusal(|| x.value().flip(2));
    refusal(|| x.value().diagonal(0, [0, 0]));
    refusal(|| x.value().unfold(0, 3, 1));
}

#[test]
fn methods_blame_the_line_that_called_them() {
    let (a, b) = (Var::leaf(Tensor::<f64>::zeros([2, 3])), Var::leaf(Tensor::<f64>::zeros([4, 5])));
    let vector = Var::leaf(Tensor::<f64>::zeros([3]));
    let mut all = String::new();
    let mut note = |text: String| {
        let _ = writeln!(all, "{text}\n");
    };
    note(refusal(|| a.matmul(&b)));
    note(refusal(|| vector.matmul(&b)));
    note(refusal(|| &a + &b));
    note(refusal(|| a.clone() * b.clone()));
    note(refusal(|| a.maximum(&b)));
    note(refusal(|| a.pow(&b)));
    note(refusal(|| a.reshape([7])));
    note(refusal(|| a.permute([0, 0])));
    note(refusal(|| vector.mt()));
    note(refusal(|| a.broadcast_to([2, 4])));
    note(refusal(|| a.sum_axes(2, false)));
    note(refusal(|| a.mean_axes([0, 0], false)));
    note(refusal(|| Var::constant(Tensor::<f64>::zeros([0])).amax(0, false)));
    note(refusal(|| a.softmax(5)));
    note(refusal(|| a.slice(0..3)));
    note(refusal(|| a.slice((.., .., ..))));
    note(refusal(|| a.slice((AxisSlice::from(..).step(0),))));
    note(refusal(|| Var::concat(&[&a, &b], 0)));
    note(refusal(|| a.index_select(0, &Tensor::from([0i64, 2]))));
    note(refusal(|| a.gather(1, &Tensor::from([[0i64, 3]]))));
    note(refusal(|| a.conv2d(&b, Default::default())));
    note(refusal(|| a.cross_entropy(&Tensor::from([0i64, 3]))));
    note(refusal(|| a.masked_fill(&Tensor::from([true, false]), 0.0)));
    expect_file!["snapshots/methods.txt"].assert_eq(&all);
}

#[test]
fn tensors_blame_the_line_that_called_them() {
    let x = Tensor::<f64>::zeros([2, 3]);
    let mut all = String::new();
    let mut note = |text: String| {
        let _ = writeln!(all, "{text}\n");
    };
    note(refusal(|| Tensor::from_vec(vec![1.0, 2.0], [3])));
    note(refusal(|| x.reshape([4])));
    note(refusal(|| x.permute([1])));
    note(refusal(|| x.broadcast_to([3, 3])));
    note(refusal(|| x.slice((-3.., ..))));
    note(refusal(|| x.item()));
    note(refusal(|| x.at([2, 0])));
    note(refusal(|| x.zip(&Tensor::<f64>::zeros([2]), |a, b| a + b)));
    note(refusal(|| x.lt(&Tensor::zeros([2]))));
    note(refusal(|| x.argmax(2)));
    note(refusal(|| Tensor::<f64>::zeros([0]).argmax(0)));
    note(refusal(|| Tensor::<f64>::uniform([2], 1.0, 0.0, &mut Generator::seed(0))));
    note(refusal(|| Tensor::<f64>::normal([2], 0.0, -1.0, &mut Generator::seed(0))));
    expect_file!["snapshots/tensors.txt"].assert_eq(&all);
}

#[test]
fn backward_passes_blame_the_line_that_asked() {
    let x = Var::leaf([1.0, 2.0]);
    let mut all = String::new();
    let mut note = |text: String| {
        let _ = writeln!(all, "{text}\n");
    };
    note(refusal(|| x.clone().backward()));
    note(refusal(|| Var::constant(1.0).backward()));
    note(refusal(|| x.clone().backward_with(&Tensor::from([1.0]))));
    note(refusal(|| grad(&x, &x, false)));
    note(refusal(|| (&x * 1.0).update(|_| ())));
    note(refusal(|| hessian(|x| x * x, &Tensor::from([1.0, 2.0]))));
    note(refusal(|| hvp(|x| x * x, &Tensor::from([1.0, 2.0]), &Tensor::from([1.0, 0.0]))));
    note(refusal(|| jvp(|x| x * x, &Tensor::from([1.0, 2.0]), &Tensor::from([1.0]))));
    let [one, two] = [Tensor::from(1.0), Tensor::from([1.0, 2.0])];
    note(refusal(|| hvp(|[a, b]| a * b, &[one.clone(), one.clone()], &[one.clone(), two.clone()])));
    note(refusal(|| hvp(|x: &Vec<_>| x[0].clone(), &vec![one.clone(), one.clone()], &vec![one.clone()])));
    let (mut sum, other) = ((&x * 1.0).sum().backward(), {
        let mut wide = x.clone();
        wide.update(|x| *x = Tensor::zeros([3]));
        (&wide * 1.0).sum().backward()
    });
    note(refusal(|| sum.accumulate(other)));
    note(refusal(|| sum.insert(&x, Tensor::from([1.0]))));
    note(refusal(|| sum.insert(&(&x * 1.0), Tensor::from([1.0, 2.0]))));
    expect_file!["snapshots/backward.txt"].assert_eq(&all);
}

#[test]
fn layers_behind_pointers_blame_the_line_that_called_the_container() {
    let mut generator = Generator::seed(0);
    let net = Sequential::new().then(Linear::new(2, 4, &mut generator)).then(Linear::new(3, 2, &mut generator));
    let x = Var::constant(Tensor::<f32>::zeros([1, 2]));
    assert!(refusal(|| net.forward(&x)).starts_with("linear: x has 4 inputs, the weight has 3"));
    let nested = Sequential::new().then(Relu).then(net);
    let message = refusal(|| nested.forward(&x));
    assert!(message.contains("\n  layer  1.1\n"), "{message}");
    assert!(refusal(|| nested.summary([1, 3])).contains("\n  layer  1.0\n"));
    let boxed: Box<dyn Forward> = Box::new(Linear::new(3, 2, &mut generator));
    assert!(refusal(|| boxed.forward(&x)).starts_with("linear: x has 2 inputs, the weight has 3"));
}

#[test]
fn the_form_of_a_message() {
    let (a, b) = (Var::leaf(Tensor::<f64>::zeros([2, 3])), Var::leaf(Tensor::<f64>::zeros([4, 5])));
    expect![[r#"
        matmul: inner dimensions differ, 3 and 4
          a     [2, 3]
          b     [4, 5]
          rule  [.., m, k] x [.., k, n] -> [.., m, n]
          at    the caller's line"#]]
    .assert_eq(&refusal(|| a.matmul(&b)));
}
