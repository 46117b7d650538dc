//! The schedules, with settings that suit a number of steps.

use crate::Curve;
use autograd::optim::schedules::*;
use autograd::optim::{Error, Optimizer, Sgd};
use autograd::prelude::*;

/// The rates under each schedule.
pub fn curves(steps: u64, lr: f64) -> Result<Vec<Curve>, Error> {
    let part = |share: f64| ((steps as f64 * share) as u64).max(1);
    let share = 1.0 / steps as f64;
    let cosine = CosineAnnealingLr::new(steps - part(0.1));
    let schedules: Vec<(&str, Box<dyn Schedule>)> = vec![
        ("step", Box::new(StepLr { gamma: 0.5, ..StepLr::new(part(0.2)) })),
        ("multi-step", Box::new(MultiStepLr { gamma: 0.3, ..MultiStepLr::new([part(0.5), part(0.75), part(0.9)]) })),
        ("exponential", Box::new(ExponentialLr { gamma: 0.01f64.powf(share) })),
        ("inverse time", Box::new(InverseTimeLr { decay: 10.0 * share })),
        ("inverse square root", Box::new(InverseSqrtLr { warmup_steps: part(0.1) })),
        ("constant", Box::new(ConstantLr { total_iters: part(0.2), ..Default::default() })),
        ("linear", Box::new(LinearLr { start_factor: 1.0, end_factor: 0.1, total_iters: part(0.8) })),
        ("polynomial", Box::new(PolynomialLr { total_iters: part(1.0), power: 2.0 })),
        ("cosine annealing", Box::new(CosineAnnealingLr { min_factor: 0.05, ..CosineAnnealingLr::new(steps) })),
        (
            "cosine, warm restarts",
            Box::new(CosineAnnealingWarmRestarts { t_mult: 2, ..CosineAnnealingWarmRestarts::new(steps.div_ceil(7)) }),
        ),
        ("one cycle", Box::new(OneCycleLr::new(steps))),
        ("one cycle, 3 phases", Box::new(OneCycleLr { three_phase: true, ..OneCycleLr::new(steps) })),
        ("cyclic, triangular", Box::new(CyclicLr { step_size_up: part(0.125), ..CyclicLr::new(5.0) })),
        (
            "cyclic, triangular2",
            Box::new(CyclicLr {
                step_size_up: part(0.1),
                step_size_down: Some(part(0.15)),
                mode: CyclicMode::Triangular2,
                ..CyclicLr::new(5.0)
            }),
        ),
        ("warm-up, cosine", Box::new(Warmup { steps: part(0.1), start_factor: 0.0, then: cosine })),
        (
            "chained: warm-up * step",
            Box::new(
                ChainedLr::new(LinearLr { total_iters: part(0.15), start_factor: 0.1, end_factor: 1.0 })
                    .and(StepLr { gamma: 0.6, ..StepLr::new(part(0.25)) }),
            ),
        ),
        (
            "sequence of three",
            Box::new(
                SequentialLr::new(|_| 0.2)
                    .then(part(0.2), |_| 1.0)
                    .then(part(0.5), CosineAnnealingLr { min_factor: 0.05, ..CosineAnnealingLr::new(part(0.6)) }),
            ),
        ),
    ];
    let mut curves = Vec::new();
    for (name, schedule) in schedules {
        curves.push(Curve { name, lrs: under(schedule, steps, lr)? });
    }
    curves.push(Curve { name: "plateau of a metric", lrs: on_plateaus(steps, lr)? });
    Ok(curves)
}

/// The rate in each step under a schedule.
fn under(schedule: Box<dyn Schedule>, steps: u64, lr: f64) -> Result<Vec<f64>, Error> {
    let w = Parameter::<f64>::new([1.0]);
    let mut optimizer = Sgd::new(vec![w.clone()], lr)?;
    let mut scheduler = Scheduler::new(&mut optimizer, schedule)?;
    let mut lrs = Vec::new();
    for _ in 0..steps {
        lrs.push(optimizer.lr());
        optimizer.step(&w.var().sum().backward())?;
        scheduler.step(&mut optimizer)?;
    }
    Ok(lrs)
}

/// The rate in each step where a loss stops to fall again and again, until the rate is lowered: the mean of `x²` for an `x` that the noise of
/// the steps keeps away from 0.
fn on_plateaus(steps: u64, lr: f64) -> Result<Vec<f64>, Error> {
    let mut optimizer = Sgd::new(vec![Parameter::<f64>::new([1.0])], lr)?;
    let patience = steps / 20;
    let options = PlateauOptions { factor: 0.4, patience, threshold: 0.01, ..Default::default() };
    let mut plateau = ReduceLrOnPlateau::new(options)?;
    let (mut lrs, mut loss) = (Vec::new(), 10.0 * lr);
    for _ in 0..steps {
        lrs.push(optimizer.lr());
        loss += (optimizer.lr() - loss) * 20.0 / steps as f64;
        plateau.step(&mut optimizer, loss)?;
    }
    Ok(lrs)
}
