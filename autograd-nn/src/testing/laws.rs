//! The laws themselves.

use super::case::{Case, Cases, Checked, Refusal, Said};
use super::refusal::refused;
use crate::state::{StateDict, Strictness, load_streams, streams};
use crate::{Module, Visitor, functional_call, observe};
use autograd_core::testing::{gradcheck, gradgradcheck};
use autograd_core::{Generator, Tensor, Var, no_grad};
use std::fmt;

/// A law that a module breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The law.
    pub law: &'static str,
    /// The case.
    pub case: String,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "law \"{}\", case \"{}\": {}", self.law, self.case, self.found)
    }
}

/// Puts a module through all laws.
///
/// # Panics
/// If it breaks one; the message says which, in which case, and what was found.
pub fn check<M: Checked>() {
    if let Err(broken) = try_check::<M>() {
        panic!("{}: {broken}", std::any::type_name::<M>());
    }
}

/// Puts a module through all laws.
///
/// # Errors
/// The first law that it breaks.
pub fn try_check<M: Checked>() -> Result<(), Broken> {
    let Cases { cases, refusals } = M::cases();
    for case in &cases {
        try_case(&case.said, &|seed| Box::new(Of { module: (case.build)(&mut Generator::seed(seed)), case }))?;
    }
    try_refusals(&refusals)
}

/// A module under a law, whatever its type: the laws are compiled once, and not for each type of module.
trait Subject: Module<f64> {
    /// The results of the case on these operands.
    fn call(&self, xs: &[Var<f64>]) -> Vec<Var<f64>>;
}

/// A module of a case.
struct Of<'c, M> {
    module: M,
    case: &'c Case<M>,
}

impl<M: Module<f64>> Module<f64> for Of<'_, M> {
    fn visit(&self, visitor: &mut Visitor<'_, f64>) {
        self.module.visit(visitor);
    }
}

impl<M: Module<f64>> Subject for Of<'_, M> {
    fn call(&self, xs: &[Var<f64>]) -> Vec<Var<f64>> {
        (self.case.call)(&self.module, xs)
    }
}

/// Makes the module of a case, its first values drawn from this seed.
type Make<'c> = &'c dyn Fn(u64) -> Box<dyn Subject + 'c>;

fn try_case(case: &Said, make: Make<'_>) -> Result<(), Broken> {
    laws(case, make).map_err(|(law, found)| Broken { law, case: case.name.to_owned(), found })
}

fn try_refusals(refusals: &[Refusal]) -> Result<(), Broken> {
    let broken = |refusal: &Refusal, found| Broken { law: "refusals", case: refusal.says.to_owned(), found };
    refusals.iter().try_for_each(|refusal| refused(refusal).map_err(|found| broken(refusal, found)))
}

type Law = Result<(), (&'static str, String)>;

fn laws(case: &Said, make: Make<'_>) -> Law {
    let module = &*make(1);
    state(case, module)?;
    first_values(make, module)?;
    // First values such as the ones and zeros of a normalisation hide mistakes.
    let mut generator = Generator::seed(2);
    for parameter in module.parameters() {
        let noise = Tensor::<f64>::uniform(parameter.shape(), -0.3, 0.3, &mut generator);
        parameter.set(parameter.value().zip(&noise, |w, noise| w + noise));
    }
    // A pass in training first, so that running statistics are not those of the beginning.
    module.train();
    run(case, module);
    modes(case, module)?;
    shapes_and_observation(case, module)?;
    for training in [true, false] {
        set(module, training);
        gradients(case, module)?;
        reached_and_frozen(case, module)?;
        if !case.trains_otherwise {
            break;
        }
    }
    round_trip(case, make, module)
}

fn set(module: &dyn Subject, training: bool) {
    if training { module.train() } else { module.eval() }
}

/// The results on the case's operands, as constants.
fn run(case: &Said, module: &dyn Subject) -> Vec<Tensor<f64>> {
    let xs: Vec<Var<f64>> = case.inputs.iter().map(Var::constant).collect();
    no_grad(|| module.call(&xs)).iter().map(|y| y.value().clone()).collect()
}

/// Bits, so that NaN is equal to itself and 0 unequal to -0.
fn bits(ys: &[Tensor<f64>]) -> Vec<Vec<u64>> {
    ys.iter().map(|y| y.to_vec().into_iter().map(f64::to_bits).collect()).collect()
}

/// What a forward pass in training may change besides parameters: buffers, counters, streams of keys.
struct Memory {
    state: StateDict,
    streams: StateDict,
}

impl Memory {
    fn of(module: &dyn Subject) -> Self {
        Memory { state: module.state_dict(), streams: streams(module) }
    }

    fn restore(&self, module: &dyn Subject) {
        module.load_state_dict(&self.state, Strictness::Strict).expect("the module's own state");
        load_streams(module, &self.streams, Strictness::Strict).expect("the module's own streams");
    }
}

/// "state": the parameters, buffers and counters are those that the case names, in this order.
fn state(case: &Said, module: &dyn Subject) -> Law {
    let found: Vec<String> =
        module.state_dict().iter().map(|(name, value)| format!("{name} {}", value.shape())).collect();
    if found == case.state { Ok(()) } else { Err(("state", format!("it holds {found:?}, not {:?}", case.state))) }
}

/// "first values": they follow from the generator alone, and are finite.
fn first_values(make: Make<'_>, module: &dyn Subject) -> Law {
    let again = make(1);
    if module.state_dict() != again.state_dict() {
        return Err(("first values", "one seed gave two different modules".to_owned()));
    }
    match module.state_dict().iter().find(|(_, value)| !value.to_real::<f64>().is_finite()) {
        Some((name, _)) => Err(("first values", format!("{name} is not finite"))),
        None => Ok(()),
    }
}

/// "modes": evaluation repeats its bits and changes nothing; training is otherwise if and only if the case says so.
fn modes(case: &Said, module: &dyn Subject) -> Law {
    module.eval();
    let before = module.state_dict();
    let [first, second] = [(); 2].map(|()| run(case, module));
    if bits(&first) != bits(&second) {
        return Err(("modes", "two passes in evaluation differ".to_owned()));
    }
    if module.state_dict() != before {
        return Err(("modes", "a pass in evaluation changed the state".to_owned()));
    }
    module.train();
    let differs = bits(&run(case, module)) != bits(&first);
    match (differs, case.trains_otherwise) {
        (true, false) => Err(("modes", "training differs from evaluation, and the case does not say so".to_owned())),
        (false, true) => Err(("modes", "training is as evaluation, though the case says otherwise".to_owned())),
        _ => Ok(()),
    }
}

/// "shapes": those of the results. "observed": the module reports its first result.
fn shapes_and_observation(case: &Said, module: &dyn Subject) -> Law {
    let xs: Vec<Var<f64>> = case.inputs.iter().map(Var::constant).collect();
    let (ys, seen) = observe(module, || module.call(&xs));
    let found: Vec<_> = ys.iter().map(|y| y.shape().clone()).collect();
    if found != case.outputs {
        return Err(("shapes", format!("the results have shapes {found:?}, not {:?}", case.outputs)));
    }
    match seen.iter().rfind(|layer| layer.name.is_empty()) {
        Some(layer) if layer.output.shape() == ys[0].shape() => Ok(()),
        Some(layer) => {
            Err(("observed", format!("it reports shape {}, and gives {}", layer.output.shape(), ys[0].shape())))
        }
        None => Err(("observed", "its forward pass does not end with `observed`".to_owned())),
    }
}

/// "gradient" and "second gradient": of operands and parameters, against difference quotients.
fn gradients(case: &Said, module: &dyn Subject) -> Law {
    let parameters: Vec<Tensor<f64>> = module.parameters().iter().map(|parameter| parameter.value()).collect();
    let memory = Memory::of(module);
    let f = |all: &[Var<f64>]| {
        // Each evaluation begins from the same running statistics and draws the same masks.
        memory.restore(module);
        let (xs, values) = all.split_at(case.inputs.len());
        let ys = functional_call(module, values, || module.call(xs));
        let flat: Vec<Var<f64>> = ys.iter().map(|y| y.reshape([y.numel()])).collect();
        Var::concat(&flat, 0)
    };
    let all = [case.inputs.as_slice(), &parameters].concat();
    gradcheck(f, &all).map_err(|failure| ("gradient", failure.found))?;
    if case.second_order {
        gradgradcheck(f, &all).map_err(|failure| ("second gradient", failure.found))?;
    }
    memory.restore(module);
    Ok(())
}

/// "reached": a gradient reaches each parameter. "frozen": none does when all are frozen, and the results stay.
fn reached_and_frozen(case: &Said, module: &dyn Subject) -> Law {
    let memory = Memory::of(module);
    let pass = || {
        memory.restore(module);
        let xs: Vec<Var<f64>> = case.inputs.iter().map(Var::leaf).collect();
        let ys = module.call(&xs);
        let values: Vec<Tensor<f64>> = ys.iter().map(|y| y.value().clone()).collect();
        let sums: Vec<Var<f64>> = ys.iter().filter(|y| y.requires_grad()).map(Var::sum).collect();
        let loss = sums.iter().skip(1).fold(sums.first().cloned(), |sum, y| sum.map(|sum| sum + y));
        (values, loss.map(Var::backward))
    };
    let (values, gradients) = pass();
    if let Some(gradients) = gradients {
        let unreached = crate::unreached(module, &gradients);
        if !unreached.is_empty() {
            return Err(("reached", format!("no gradient reaches {unreached:?}")));
        }
    }
    module.freeze();
    let (frozen, gradients) = pass();
    let touched = |gradients| module.parameters().iter().any(|parameter| parameter.gradient(gradients).is_some());
    let touched = gradients.as_ref().is_some_and(touched);
    module.unfreeze();
    memory.restore(module);
    if touched {
        return Err(("frozen", "a gradient reaches a frozen parameter".to_owned()));
    }
    if bits(&values) != bits(&frozen) {
        return Err(("frozen", "the results of frozen parameters differ".to_owned()));
    }
    Ok(())
}

/// "round trip": a module with other first values and the same state gives the same bits.
fn round_trip(case: &Said, make: Make<'_>, module: &dyn Subject) -> Law {
    let other = &*make(3);
    if let Err(error) = other.load_state_dict(&module.state_dict(), Strictness::Strict) {
        return Err(("round trip", error.to_string()));
    }
    module.eval();
    other.eval();
    match bits(&run(case, module)) == bits(&run(case, other)) {
        true => Ok(()),
        false => Err(("round trip", "the state does not hold all that the results depend on".to_owned())),
    }
}
