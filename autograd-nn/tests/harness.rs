//! Wrong layers, each of which must break the law that is meant for it.

use autograd_core::{Generator, Var};
use autograd_nn::testing::{Case, Cases, Checked, try_check};
use autograd_nn::{Buffer, Forward, KeyStream, Linear, Module, Parameter, Training, observed};
use std::cell::Cell;

fn linear(generator: &mut Generator) -> Linear<f64> {
    Linear::new(3, 2, generator)
}

/// A layer around a linear one: its forward pass and its case.
macro_rules! layers {
    ($(
        $Layer:ident { $($field:ident: $Field:ty = $value:expr),* $(,)? },
        |$layer:ident, $x:ident| $forward:expr,
        |$case:ident| $stated:expr;
    )+) => {$(
        #[derive(Module)]
        #[module(element = f64)]
        struct $Layer {
            linear: Linear<f64>,
            $($field: $Field,)*
        }

        impl Forward<f64> for $Layer {
            fn forward(&self, $x: &Var<f64>) -> Var<f64> {
                let $layer = self;
                $forward
            }
        }

        impl Checked for $Layer {
            fn cases() -> Cases<Self> {
                let build = |g: &mut Generator| $Layer { linear: linear(g), $($field: $value(g),)* };
                let $case = Case::forward("only", build, [4, 3]);
                Cases::new($stated)
            }
        }
    )+};
}

const STATE: [&str; 2] = ["linear.weight [2, 3]", "linear.bias [2]"];

fn slot(_: &mut Generator) -> Parameter<f64> {
    Parameter::new([0.5, -0.5])
}

layers! {
    Right {}, |layer, x| observed(layer, layer.linear.forward(x).tanh()), |case| case.output([4, 2]).state(STATE);

    OtherShape {}, |layer, x| observed(layer, layer.linear.forward(x)), |case| case.output([4, 3]).state(STATE);
    OtherNames {}, |layer, x| observed(layer, layer.linear.forward(x)), |case| case.output([4, 2]).state(["weight [2, 3]", "bias [2]"]);
    CutOff {},
        |layer, x| observed(layer, layer.linear.forward(&(x * x.detach()))),
        |case| case.output([4, 2]).state(STATE);
    CutOffAtSecondOrder {},
        |layer, x| {
            let y = layer.linear.forward(x);
            // x² whose gradient is right and cannot be differentiated again.
            observed(layer, y.detach() * &y * 2.0 - y.detach() * y.detach())
        },
        |case| case.output([4, 2]).state(STATE);
    Forgotten { unused: Parameter<f64> = slot },
        |layer, x| observed(layer, layer.linear.forward(x)),
        |case| case.output([4, 2]).state([STATE[0], STATE[1], "unused [2]"]);
    AroundTheFreezing { scale: Parameter<f64> = slot },
        |layer, x| {
            let frozen = !layer.scale.is_trainable();
            observed(layer, layer.linear.forward(x) * layer.scale.var() + if frozen { 1.0 } else { 0.0 })
        },
        |case| case.output([4, 2]).state([STATE[0], STATE[1], "scale [2]"]);
    Silent {}, |layer, x| layer.linear.forward(x).tanh(), |case| case.output([4, 2]).state(STATE);
    NoisyEvaluation { keys: KeyStream = KeyStream::draw },
        |layer, x| observed(layer, layer.linear.forward(x).dropout(0.5, layer.keys.next())),
        |case| case.output([4, 2]).state(STATE).trains_otherwise();
    RemembersInEvaluation { mean: Buffer<f64> = |_: &mut Generator| Buffer::new([0.0, 0.0]) },
        |layer, x| {
            let y = layer.linear.forward(x);
            layer.mean.set(layer.mean.value().map(|mean| mean + 1.0));
            observed(layer, y)
        },
        |case| case.output([4, 2]).state([STATE[0], STATE[1], "mean [2]"]);
    SaysNothingOfTraining { training: Training = |_: &mut Generator| Training::default() },
        |layer, x| observed(layer, layer.linear.forward(x) * if layer.training.is_on() { 2.0 } else { 1.0 }),
        |case| case.output([4, 2]).state(STATE);
    SaysTrainingDiffers {},
        |layer, x| observed(layer, layer.linear.forward(x)),
        |case| case.output([4, 2]).state(STATE).trains_otherwise();
    KeepsSomethingBack { hidden: Hidden = |g: &mut Generator| Hidden(g.unit()) },
        |layer, x| observed(layer, layer.linear.forward(x) * layer.hidden.0),
        |case| case.output([4, 2]).state(STATE);
}

/// A value that decides about the result and is no part of the module.
struct Hidden(f64);

impl Module<f64> for Hidden {
    fn visit(&self, _: &mut autograd_nn::Visitor<'_, f64>) {}
}

/// A refusal that forgot to track its caller.
fn untracked(wrong: bool) {
    assert!(!wrong, "untracked");
}

/// An op within what forgot to track its caller.
fn untracked_op(x: &Var<f64>) -> Var<f64> {
    linear(&mut Generator::seed(0)).forward(x)
}

/// Accepts what its case says it refuses, or refuses it in other words or elsewhere.
#[derive(Module)]
#[module(element = f64)]
struct Refuses(Linear<f64>, #[module(skip)] fn(&Var<f64>));

impl Forward<f64> for Refuses {
    fn forward(&self, x: &Var<f64>) -> Var<f64> {
        (self.1)(x);
        observed(self, self.0.forward(x))
    }
}

fn broken<M: Checked>() -> &'static str {
    match try_check::<M>() {
        Ok(()) => "none",
        Err(broken) => broken.law,
    }
}

#[test]
fn each_wrong_layer_breaks_the_law_meant_for_it() {
    assert_eq!(broken::<Right>(), "none");
    assert_eq!(broken::<OtherShape>(), "shapes");
    assert_eq!(broken::<OtherNames>(), "state");
    assert_eq!(broken::<CutOff>(), "gradient");
    assert_eq!(broken::<CutOffAtSecondOrder>(), "second gradient");
    assert_eq!(broken::<Forgotten>(), "reached");
    assert_eq!(broken::<AroundTheFreezing>(), "frozen");
    assert_eq!(broken::<Silent>(), "observed");
    assert_eq!(broken::<NoisyEvaluation>(), "modes");
    assert_eq!(broken::<RemembersInEvaluation>(), "modes");
    assert_eq!(broken::<SaysNothingOfTraining>(), "modes");
    assert_eq!(broken::<SaysTrainingDiffers>(), "modes");
    assert_eq!(broken::<KeepsSomethingBack>(), "round trip");
}

thread_local! {
    /// The sentence and the attempt that the case of `Refuses` states at the moment.
    static ATTEMPT: Cell<(&'static str, fn())> = const { Cell::new(("", || ())) };
}

impl Checked for Refuses {
    fn cases() -> Cases<Self> {
        let (says, attempt) = ATTEMPT.get();
        let case = Case::forward("only", |g| Refuses(linear(g), |_| ()), [4, 3]).output([4, 2]);
        Cases::new(case.state(["0.weight [2, 3]", "0.bias [2]"])).rejects(says, move |_| attempt())
    }
}

/// The law "refusals" for an attempt with this sentence.
fn refusal(says: &'static str, attempt: fn()) -> Result<(), String> {
    ATTEMPT.set((says, attempt));
    try_check::<Refuses>().map_err(|broken| broken.found)
}

#[test]
fn a_refusal_must_happen_in_the_words_stated_and_at_the_caller() {
    assert_eq!(refusal("on purpose", || panic!("said on purpose")), Ok(()));
    assert_eq!(refusal("on purpose", || ()), Err("it was accepted".to_owned()));
    assert_eq!(refusal("on purpose", || panic!("by chance")), Err("it says \"by chance\"".to_owned()));
    // `repeat` does not track its caller: the blame falls on a file of the standard library.
    let found = refusal("capacity overflow", || drop("ab".repeat(usize::MAX))).unwrap_err();
    assert!(found.starts_with("it blames ") && !found.starts_with("it blames autograd"), "{found}");
    // Written in this file too, but above the case: the line is the layer's own, not its caller's.
    let found = refusal("untracked", || untracked(true)).unwrap_err();
    assert!(found.contains("tests/harness.rs:"), "{found}");
    let shapes = || drop(untracked_op(&Var::constant([[0.0; 4]])));
    assert!(refusal("linear: x has 4 inputs", shapes).unwrap_err().contains("not the caller"));
}
