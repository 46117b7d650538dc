//! The state of an optimiser as PyTorch saves it.

use crate::{Error, OptimizerState, Rule, Stepper};
use autograd_core::{Real, Tensor};
use autograd_nn::state::{PickleValue, StateDict};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Settings that say how PyTorch computes or what its schedules keep, not what.
const BESIDE: [&str; 12] = [
    "params",
    "param_names",
    "foreach",
    "fused",
    "capturable",
    "differentiable",
    "initial_lr",
    "swa_lr",
    "max_lr",
    "min_lr",
    "max_momentum",
    "base_momentum",
];
/// What PyTorch's ASGD remembers beyond what follows from the number of steps.
const DERIVED: [&str; 2] = ["eta", "mu"];

fn unfit(why: impl Into<String>) -> Error {
    Error::Pytorch { why: why.into() }
}

impl OptimizerState {
    /// The state for `optimizer` from what PyTorch's `torch.save(optimizer.state_dict(), path)` wrote: `{"state": .., "param_groups": ..}`.
    ///
    /// PyTorch numbers parameters; the first of its first group is the first of this optimiser's, and so on. Settings are those of PyTorch
    /// where they have the same name, and the optimiser's own where the file has none. Any rule is served that remembers what PyTorch's does,
    /// under its names. [`load_state`](crate::Optimizer::load_state) then checks shapes.
    ///
    /// ```no_run
    /// use autograd_core::Generator;
    /// use autograd_nn::Linear;
    /// use autograd_nn::state::{PickleValue, Strictness, load};
    /// use autograd_optim::{Adam, Optimizer, OptimizerState};
    /// let model: Linear = Linear::new(3, 2, &mut Generator::seed(0));
    /// let mut adam = Adam::new(&model, 1e-3)?;
    /// load(&model, "model.pth", Strictness::Strict)?;
    /// let saved = PickleValue::load("adam.pth")?; // of a whole checkpoint: saved.get("optimizer")
    /// adam.load_state(&OptimizerState::from_pytorch(&saved, &adam)?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If it is not such a state, has other groups or numbers of parameters, has a setting that the optimiser does not know or cannot take, or
    /// remembers other things.
    pub fn from_pytorch<R: Rule, T: Real>(saved: &PickleValue, optimizer: &Stepper<R, T>) -> Result<Self, Error> {
        let part = |name: &str| {
            let nested = "of a whole checkpoint, give the part that is the optimiser's";
            saved.get(name).ok_or_else(|| unfit(format!("it has no {name:?}; {nested}")))
        };
        let groups = part("param_groups")?.items().ok_or_else(|| unfit("param_groups is no list"))?;
        let remembered = part("state")?.entries().ok_or_else(|| unfit("state is no dictionary"))?;
        let layout = optimizer.layout();
        if groups.len() != layout.len() {
            return Err(Error::Groups { found: groups.len(), expected: layout.len() });
        }
        let (mut settings, mut owners) = (Vec::with_capacity(groups.len()), HashMap::new());
        for ((own, members), group) in layout.zip(groups) {
            let new: R = settings_of(own, group)?;
            let numbers = group.get("params").and_then(PickleValue::items).unwrap_or_default();
            if numbers.len() != members.len() {
                let (found, expected) = (numbers.len(), members.len());
                return Err(unfit(format!("a group has {found} parameters, here it has {expected}")));
            }
            for (number, member) in numbers.iter().zip(members) {
                let number = number.as_int().ok_or_else(|| unfit("a parameter is no number"))?;
                if owners.insert(number, (member.name.as_str(), new.slots())).is_some() {
                    return Err(unfit(format!("parameter {number} is in two places")));
                }
            }
            settings.push(new);
        }
        let mut state = OptimizerState::new(R::NAME, &settings.iter().collect::<Vec<_>>());
        for (number, entries) in remembered {
            let number = number.as_int().ok_or_else(|| unfit("a key of state is no number"))?;
            let &(name, slots) =
                owners.get(&number).ok_or_else(|| unfit(format!("no group has the parameter {number}")))?;
            let entries = entries.entries().ok_or_else(|| unfit(format!("the state of {name} is no dictionary")))?;
            remember::<R>(&mut state.tensors, name, slots, entries)?;
        }
        Ok(state)
    }
}

/// The settings of a group of PyTorch's, with the optimiser's own where it has none.
fn settings_of<R: Rule>(own: &R, group: &PickleValue) -> Result<R, Error> {
    let read = |error: serde_json::Error| Error::Settings { optimizer: R::NAME, why: error.to_string() };
    let mut settings: Map<String, Value> = serde_json::to_value(own).and_then(serde_json::from_value).map_err(read)?;
    let entries = group.entries().ok_or_else(|| unfit("a group is no dictionary"))?;
    for (name, value) in entries {
        let name = name.as_str().ok_or_else(|| unfit("the name of a setting is no text"))?;
        if let Some(setting) = settings.get_mut(name) {
            *setting =
                json(value).ok_or_else(|| unfit(format!("the setting {name} is no finite number, flag or text")))?;
        } else if name == "decoupled_weight_decay" {
            // How PyTorch's Adam says that it is AdamW.
            let (found, here) = (value.as_bool() == Some(true), R::NAME == "adamw");
            if found != here {
                let kind = |decoupled| if decoupled { "adamw" } else { "adam" };
                return Err(Error::OtherOptimizer { found: kind(found).to_owned(), expected: R::NAME });
            }
        } else if !BESIDE.contains(&name) && !is_off(value) {
            return Err(unfit(format!("{} has no setting {name}", R::NAME)));
        }
    }
    let settings: R = serde_json::from_value(Value::Object(settings)).map_err(read)?;
    settings.check()?;
    Ok(settings)
}

/// Adds what is remembered of a parameter.
fn remember<R: Rule>(
    state: &mut StateDict,
    name: &str,
    slots: &[&str],
    entries: &[(PickleValue, PickleValue)],
) -> Result<(), Error> {
    let (mut step, mut product, mut found) = (None, None, Vec::new());
    for (key, value) in entries {
        let key = key.as_str().ok_or_else(|| unfit(format!("a key of the state of {name} is no text")))?;
        match (key, value) {
            // Before the first step.
            (_, PickleValue::None) => {}
            ("step", value) => {
                step = Some(count(value).ok_or_else(|| unfit(format!("the step of {name} is no count")))?)
            }
            ("mu_product", value) => {
                product = Some(number(value).ok_or_else(|| unfit(format!("the mu_product of {name} is no number")))?);
            }
            (slot, PickleValue::Tensor(tensor)) if slots.contains(&slot) => found.push((slot, tensor)),
            (other, _) if R::NAME == "asgd" && DERIVED.contains(&other) => {}
            (other, _) => return Err(unfit(format!("it remembers {other} of {name}, which {} does not", R::NAME))),
        }
    }
    if step.is_none() && found.is_empty() {
        return Ok(());
    }
    // Where PyTorch counts no steps, only the first is another.
    state.insert(format!("{name}.step"), Tensor::<i64>::from(step.unwrap_or(1)));
    if let Some(product) = product {
        state.insert(format!("{name}.number"), Tensor::<f64>::from(product));
    }
    for slot in slots {
        let (_, tensor) = found
            .iter()
            .find(|(found, _)| found == slot)
            .ok_or_else(|| unfit(format!("it does not remember {slot} of {name}")))?;
        state.insert(format!("{name}.{slot}"), (*tensor).clone());
    }
    Ok(())
}

/// A setting as JSON; `None` if it is none that JSON knows.
fn json(value: &PickleValue) -> Option<Value> {
    match value {
        PickleValue::None => Some(Value::Null),
        PickleValue::Bool(x) => Some(json!(x)),
        PickleValue::Int(x) => Some(json!(x)),
        PickleValue::Str(text) => Some(json!(text)),
        PickleValue::List(items) | PickleValue::Tuple(items) => items.iter().map(json).collect(),
        other => number(other).filter(|x| x.is_finite()).map(Value::from),
    }
}

/// A number, which may lie in a tensor.
fn number(value: &PickleValue) -> Option<f64> {
    match value.as_tensor() {
        Some(tensor) => (tensor.shape().numel() == 1).then(|| tensor.to_real::<f64>().reshape([]).item()),
        None => value.as_float(),
    }
}

/// A whole number that PyTorch keeps as a float.
fn count(value: &PickleValue) -> Option<i64> {
    // Up to here each whole number is a float.
    number(value).filter(|x| x.fract() == 0.0 && (0.0..=2f64.powi(53)).contains(x)).map(|x| x as i64)
}

/// Whether a setting is such that it changes nothing.
fn is_off(value: &PickleValue) -> bool {
    matches!(value, PickleValue::None | PickleValue::Bool(false)) || value.as_float() == Some(0.0)
}
