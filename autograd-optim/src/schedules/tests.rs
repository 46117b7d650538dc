//! The schedules against PyTorch's rates, and what the scheduler promises.

use super::*;
use crate::{Optimizer, Sgd};
use autograd_nn::Parameter;
use serde_json::Value;

/// The numbers of a list.
fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

fn reference() -> Value {
    serde_json::from_str(include_str!("../../../tests/reference/schedules.json")).expect("the reference is JSON")
}

fn close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (step, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= 1e-12 * expected.abs().max(1e-3),
            "{what}, {step}: {found}, not {expected}"
        );
    }
}

/// An optimiser with a group for each rate.
fn sgd(lrs: &[f64]) -> Sgd<f64> {
    let named = |i: usize| vec![(format!("w{i}"), Parameter::new([1.0]))];
    let first = Sgd::new(named(0), lrs[0]).unwrap();
    lrs.iter().enumerate().skip(1).fold(first, |sgd, (i, &lr)| sgd.group(named(i), lr).unwrap())
}

/// The settings of a reference.
struct Settings<'a>(&'a Value);

impl Settings<'_> {
    fn number(&self, name: &str) -> f64 {
        self.0[name].as_f64().unwrap_or_else(|| panic!("{name} is a number"))
    }

    fn steps(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap_or_else(|| panic!("{name} is a count"))
    }

    fn milestones(&self) -> Vec<u64> {
        numbers(&self.0["milestones"]).into_iter().map(|step| step as u64).collect()
    }

    fn one_cycle(&self) -> OneCycleLr {
        let default = OneCycleLr::new(self.steps("total_steps"));
        let number = |name, default| self.0[name].as_f64().unwrap_or(default);
        OneCycleLr {
            pct_start: number("pct_start", default.pct_start),
            div_factor: number("div_factor", default.div_factor),
            final_div_factor: number("final_div_factor", default.final_div_factor),
            base_momentum: number("base_momentum", default.base_momentum),
            max_momentum: number("max_momentum", default.max_momentum),
            three_phase: self.0["three_phase"] == true,
            anneal_strategy: match self.0["anneal_strategy"].as_str() {
                Some("linear") => AnnealStrategy::Linear,
                _ => AnnealStrategy::Cosine,
            },
            ..default
        }
    }

    fn cyclic(&self) -> CyclicLr {
        CyclicLr {
            max_factor: self.number("max_factor"),
            step_size_up: self.steps("step_size_up"),
            step_size_down: self.0["step_size_down"].as_u64(),
            mode: match self.0["mode"].as_str() {
                Some("triangular2") => CyclicMode::Triangular2,
                Some("exp_range") => CyclicMode::ExpRange(self.number("gamma")),
                _ => CyclicMode::Triangular,
            },
        }
    }

    /// The schedule of a name.
    fn schedule(&self, name: &str) -> Box<dyn Schedule> {
        let (number, steps) = (|name| self.number(name), |name| self.steps(name));
        match name {
            "step" => Box::new(StepLr { step_size: steps("step_size"), gamma: number("gamma") }),
            "multi_step" => Box::new(MultiStepLr { milestones: self.milestones(), gamma: number("gamma") }),
            "exponential" => Box::new(ExponentialLr { gamma: number("gamma") }),
            "inverse_time" => Box::new(InverseTimeLr { decay: number("decay") }),
            "inverse_sqrt" => Box::new(InverseSqrtLr { warmup_steps: steps("warmup_steps") }),
            "constant" => Box::new(ConstantLr { factor: number("factor"), total_iters: steps("total_iters") }),
            "linear" => Box::new(LinearLr {
                start_factor: number("start_factor"),
                end_factor: number("end_factor"),
                total_iters: steps("total_iters"),
            }),
            "polynomial" => Box::new(PolynomialLr { total_iters: steps("total_iters"), power: number("power") }),
            "cosine_annealing" => {
                Box::new(CosineAnnealingLr { t_max: steps("t_max"), min_factor: number("min_factor") })
            }
            "cosine_annealing_warm_restarts" => Box::new(CosineAnnealingWarmRestarts {
                t_0: steps("t_0"),
                t_mult: steps("t_mult"),
                min_factor: number("min_factor"),
            }),
            "one_cycle" => Box::new(self.one_cycle()),
            "cyclic" => Box::new(self.cyclic()),
            "warmup" => Box::new(Warmup {
                steps: steps("steps"),
                start_factor: number("start_factor"),
                then: CosineAnnealingLr::new(steps("t_max")),
            }),
            "chained" => {
                let constant = ConstantLr { factor: number("factor"), total_iters: steps("total_iters") };
                let exponential = ExponentialLr { gamma: number("gamma") };
                Box::new(ChainedLr::new(constant).and(exponential).and(StepLr::new(7)))
            }
            "sequential" => {
                let [first, second] = self.milestones().try_into().expect("two milestones");
                let constant = ConstantLr { factor: 0.1, total_iters: 20 };
                let (exponential, step) = (ExponentialLr { gamma: 0.9 }, StepLr { step_size: 3, gamma: 0.5 });
                Box::new(SequentialLr::new(constant).then(first, exponential).then(second, step))
            }
            "lambda" => {
                let gamma = number("gamma");
                Box::new(move |step: u64| gamma.powf(step as f64))
            }
            other => panic!("no schedule is named {other}"),
        }
    }
}

#[test]
fn rates_are_those_of_pytorch() {
    let reference = reference();
    let base = reference["base"].as_f64().expect("a number");
    let entries = reference["schedules"].as_array().expect("a list");
    for entry in entries {
        let (name, settings) = (entry["name"].as_str().expect("a name"), Settings(&entry["settings"]));
        let what = format!("{name} {}", settings.0);
        let expected = numbers(&entry["lrs"]);
        let mut optimizer = sgd(&[base]);
        let mut scheduler = Scheduler::new(&mut optimizer, settings.schedule(name)).expect("good settings");
        let mut found = Vec::new();
        for _ in &expected {
            found.push(optimizer.lr());
            scheduler.step(&mut optimizer).expect("a good rate");
        }
        close(&found, &expected, &what);
        if name == "one_cycle" {
            let cycle = settings.one_cycle();
            let momenta: Vec<f64> = (0..expected.len() as u64).map(|step| cycle.momentum(step)).collect();
            close(&momenta, &numbers(&entry["momenta"]), &what);
        }
    }
}

#[test]
fn plateaus_are_found_where_pytorch_finds_them() {
    let reference = reference();
    for entry in reference["plateaus"].as_array().expect("a list") {
        let (settings, default) = (&entry["settings"], PlateauOptions::default());
        let number = |name: &str, default: f64| settings[name].as_f64().unwrap_or(default);
        let steps = |name: &str, default: u64| settings[name].as_u64().unwrap_or(default);
        let options = PlateauOptions {
            mode: if settings["mode"] == "max" { PlateauMode::Max } else { PlateauMode::Min },
            factor: number("factor", default.factor),
            patience: steps("patience", default.patience),
            threshold: number("threshold", default.threshold),
            threshold_mode: if settings["threshold_mode"] == "abs" { ThresholdMode::Abs } else { ThresholdMode::Rel },
            cooldown: steps("cooldown", default.cooldown),
            min_lr: number("min_lr", default.min_lr),
            eps: number("eps", default.eps),
        };
        let mut optimizer = sgd(&[0.5]);
        let mut plateau = ReduceLrOnPlateau::new(options).expect("good settings");
        let mut found = Vec::new();
        for (i, metric) in numbers(&entry["metrics"]).into_iter().enumerate() {
            if i == 30 {
                // Resuming through text changes nothing.
                let state = plateau.state().to_string().parse().expect("its own text");
                plateau = ReduceLrOnPlateau::new(options).expect("good settings");
                plateau.load_state(state);
            }
            plateau.step(&mut optimizer, metric).expect("a good rate");
            found.push(optimizer.lr());
        }
        close(&found, &numbers(&entry["lrs"]), &settings.to_string());
    }
}

#[test]
fn a_metric_that_is_not_finite_is_no_improvement() {
    let mut optimizer = sgd(&[0.5, 0.25]);
    let mut plateau = ReduceLrOnPlateau::new(PlateauOptions { patience: 2, ..Default::default() }).unwrap();
    let reduced = [f64::NAN, f64::NEG_INFINITY, f64::INFINITY].map(|metric| plateau.step(&mut optimizer, metric));
    assert_eq!(reduced, [Ok(false), Ok(false), Ok(true)]);
    assert_eq!((plateau.best(), optimizer.group_lr(0), optimizer.group_lr(1)), (None, 0.05, 0.025));
}

#[test]
fn factors_stay_good_to_the_last_step() {
    let reference = reference();
    for entry in reference["schedules"].as_array().expect("a list") {
        let name = entry["name"].as_str().expect("a name");
        let schedule = Settings(&entry["settings"]).schedule(name);
        for step in [1 << 20, 1 << 40, u64::MAX - 1, u64::MAX] {
            let factor = schedule.factor(step);
            assert!((0.0..=4.0).contains(&factor), "{name}, {step}: {factor}");
        }
    }
}

#[test]
fn one_cycle_stays_at_its_end() {
    let cycle = OneCycleLr::new(10);
    assert_eq!(cycle.factor(9), cycle.factor(1000));
    assert!((cycle.factor(9) - 4e-6).abs() < 1e-18);
    assert_eq!((cycle.momentum(0), cycle.momentum(9)), (0.95, 0.95));
    // As short as can be, with no way up, and with nothing but one.
    assert_eq!(OneCycleLr::new(1).factor(0), OneCycleLr::new(1).factor(5));
    let up = OneCycleLr { pct_start: 1.0, ..OneCycleLr::new(11) };
    assert_eq!([0, 10, 11].map(|step| up.factor(step)), [0.04, 1.0, 1.0]);
    let one = OneCycleLr { pct_start: 0.1, ..OneCycleLr::new(10) };
    assert_eq!(one.factor(0), 1.0, "the way up has one step");
}

#[test]
fn nonsense_is_refused_when_the_scheduler_is_made() {
    let refused = |schedule: Box<dyn Schedule>| Scheduler::new(&mut sgd(&[0.5]), schedule).unwrap_err().to_string();
    let cycle = OneCycleLr::new(10);
    let attempts: Vec<(Box<dyn Schedule>, &str)> = vec![
        (Box::new(StepLr::new(0)), "step_lr: step_size is 0, it must be at least 1"),
        (
            Box::new(StepLr { gamma: -1.0, ..StepLr::new(1) }),
            "step_lr: gamma is -1, it must be a number that is not negative",
        ),
        (Box::new(MultiStepLr::new([5, 3])), "multi_step_lr: a milestone is 3, it must be at least the one before it"),
        (
            Box::new(ExponentialLr { gamma: f64::NAN }),
            "exponential_lr: gamma is NaN, it must be a number that is not negative",
        ),
        (
            Box::new(InverseTimeLr { decay: -0.1 }),
            "inverse_time_lr: decay is -0.1, it must be a number that is not negative",
        ),
        (Box::new(InverseSqrtLr { warmup_steps: 0 }), "inverse_sqrt_lr: warmup_steps is 0, it must be at least 1"),
        (
            Box::new(ConstantLr { factor: 2.0, ..Default::default() }),
            "constant_lr: factor is 2, it must be a number from 0 to 1",
        ),
        (
            Box::new(LinearLr { end_factor: 2.0, ..Default::default() }),
            "linear_lr: end_factor is 2, it must be a number from 0 to 1",
        ),
        (
            Box::new(LinearLr { total_iters: 0, ..Default::default() }),
            "linear_lr: total_iters is 0, it must be at least 1",
        ),
        (
            Box::new(PolynomialLr { power: 0.0, ..Default::default() }),
            "polynomial_lr: power is 0, it must be a number above 0",
        ),
        (Box::new(CosineAnnealingLr::new(0)), "cosine_annealing_lr: t_max is 0, it must be at least 1"),
        (
            Box::new(CosineAnnealingWarmRestarts { t_mult: 0, ..CosineAnnealingWarmRestarts::new(5) }),
            "cosine_annealing_warm_restarts: t_mult is 0, it must be at least 1",
        ),
        (
            Box::new(OneCycleLr { pct_start: 1.5, ..cycle }),
            "one_cycle_lr: pct_start is 1.5, it must be a number from 0 to 1",
        ),
        (
            Box::new(OneCycleLr { pct_start: 0.6, three_phase: true, ..cycle }),
            "one_cycle_lr: pct_start is 0.6, it must be at most 0.5 where three_phase is set",
        ),
        (
            Box::new(OneCycleLr { div_factor: 0.0, ..cycle }),
            "one_cycle_lr: div_factor is 0, it must be a number above 0",
        ),
        (Box::new(CyclicLr::new(0.5)), "cyclic_lr: max_factor is 0.5, it must be a number of at least 1"),
        (
            Box::new(CyclicLr { mode: CyclicMode::ExpRange(1.5), ..CyclicLr::new(2.0) }),
            "cyclic_lr: gamma is 1.5, it must be a number from 0 to 1",
        ),
        (
            Box::new(Warmup { steps: 5, start_factor: 0.0, then: StepLr::new(0) }),
            "step_lr: step_size is 0, it must be at least 1",
        ),
        (Box::new(ChainedLr::new(|_| 1.0).and(StepLr::new(0))), "step_lr: step_size is 0, it must be at least 1"),
        (
            Box::new(SequentialLr::new(|_| 1.0).then(0, |_| 1.0)),
            "sequential_lr: a milestone is 0, it must be later than where the schedule before begins",
        ),
        (Box::new(|_| -1.0), "scheduler: lr is -0.5, it must be a number that is not negative"),
    ];
    for (schedule, expected) in attempts {
        assert_eq!(refused(schedule), expected);
    }
    let refused = |options| ReduceLrOnPlateau::new(options).unwrap_err().to_string();
    let options = PlateauOptions::default();
    let expected = "reduce_lr_on_plateau: factor is 1, it must be at least 0 and below 1";
    assert_eq!(refused(PlateauOptions { factor: 1.0, ..options }), expected);
    let expected = "reduce_lr_on_plateau: min_lr is -1, it must be a number that is not negative";
    assert_eq!(refused(PlateauOptions { min_lr: -1.0, ..options }), expected);
}

#[test]
fn each_group_keeps_its_base_rate_and_may_have_its_schedule() {
    let mut optimizer = sgd(&[0.5, 0.25]);
    let mut one = Scheduler::new(&mut optimizer, |step: u64| 1.0 / (step + 1) as f64).unwrap();
    one.step(&mut optimizer).unwrap();
    assert_eq!((optimizer.group_lr(0), optimizer.group_lr(1)), (0.25, 0.125));
    assert_eq!((one.lrs(), one.base_lrs()), (vec![0.25, 0.125], &[0.5, 0.25][..]));

    let mut optimizer = sgd(&[0.5, 0.25]);
    let schedules: Vec<Box<dyn Schedule>> = vec![Box::new(|_| 0.5), Box::new(|step| if step < 2 { 1.0 } else { -1.0 })];
    let mut each = Scheduler::per_group(&mut optimizer, schedules).unwrap();
    each.step(&mut optimizer).unwrap();
    assert_eq!(each.lrs(), [0.25, 0.25]);
    assert!(each.step(&mut optimizer).is_err());
    assert_eq!((each.steps(), optimizer.group_lr(0), optimizer.group_lr(1)), (1, 0.25, 0.25));

    let error = Scheduler::per_group(&mut optimizer, vec![Box::new(|_| 1.0)]).unwrap_err().to_string();
    assert_eq!(error, "there are 1 schedules, the optimiser has 2 groups of parameters");
    let error = each.step(&mut sgd(&[0.5])).unwrap_err().to_string();
    assert_eq!(error, "there are 2 schedules, the optimiser has 1 groups of parameters");
}

#[test]
fn a_scheduler_serves_an_optimiser_behind_a_pointer_and_goes_on_from_a_state() {
    let schedule = || Warmup { steps: 3, start_factor: 0.1, then: CosineAnnealingLr::new(7) };
    let mut optimizer: Box<dyn Optimizer<f64>> = Box::new(sgd(&[0.3]));
    let mut straight = Scheduler::new(&mut *optimizer, schedule()).unwrap();
    let mut states = Vec::new();
    for _ in 0..12 {
        states.push((straight.state().to_string(), optimizer.state()));
        straight.step(&mut *optimizer).unwrap();
    }
    for (taken, (text, state)) in states.into_iter().enumerate() {
        let mut resumed = sgd(&[0.3]);
        resumed.load_state(&state).unwrap();
        let mut scheduler = Scheduler::new(&mut resumed, schedule()).unwrap();
        scheduler.load_state(&mut resumed, &text.parse().unwrap()).unwrap();
        for _ in taken..12 {
            scheduler.step(&mut resumed).unwrap();
        }
        assert_eq!(scheduler.state(), straight.state());
        assert_eq!(resumed.lr().to_bits(), optimizer.lr().to_bits());
    }
    let mut two = sgd(&[0.3, 0.2]);
    let mut other = Scheduler::new(&mut two, schedule()).unwrap();
    let error = other.load_state(&mut two, &straight.state()).unwrap_err().to_string();
    assert_eq!(error, "the state has 1 groups of parameters, the optimiser 2");
    assert!("{\"steps\": -1}".parse::<SchedulerState>().is_err());
}
