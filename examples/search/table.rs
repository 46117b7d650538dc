//! What is printed: the plans, the best trials, and how the ways to search compare.

use crate::Way;

/// What each way to search spends on how many trials.
pub fn plans(ways: &[Way]) {
    for Way { name, plan, .. } in ways {
        let rungs: Vec<String> = plan.iter().map(|rung| format!("{} to epoch {}", rung.trials, rung.budget)).collect();
        println!("{name:>7}: {} epochs: trials {}", plan.cost(), rungs.join(", "));
    }
}

/// The best trials of the first seed.
pub fn best(way: &Way, rows: usize) {
    let ranked = way.found[0].outcome.ranked();
    println!("\n{}, the best of {} trials of the first seed", way.name, ranked.len());
    if let Some(trial) = ranked.first() {
        let names: Vec<String> = trial.settings.iter().map(|(name, _)| format!("{name:>14}")).collect();
        println!("place{}  validation  epochs", names.concat());
    }
    for (place, trial) in ranked.iter().enumerate().take(rows) {
        let values: Vec<String> =
            trial.settings.iter().map(|(_, value)| format!("{:>14}", format!("{value:.2}"))).collect();
        let stopped = if trial.stopped { "  stopped" } else { "" };
        println!("{:>5}{}  {:>10.4}  {:>6}{stopped}", place + 1, values.concat(), trial.score(), trial.budget());
    }
    let stopped = ranked.iter().filter(|trial| trial.stopped).count();
    println!("{stopped} of {} trials were stopped early", ranked.len());
}

/// The best validation accuracy of each way, and the test accuracy of the network that had it, over the seeds.
pub fn summary(ways: &[Way]) {
    let seeds = ways[0].found.len();
    println!("\n  mean of {seeds:>2}  validation       test");
    for way in ways {
        let validation = mean_and_deviation(way.found.iter().map(|found| found.outcome.best().score()));
        let test = mean_and_deviation(way.found.iter().map(|found| found.test));
        println!("{:>12}  {validation}  {test}", way.name);
    }
    let [grid, ..] = ways else { return };
    for way in &ways[1..] {
        let pairs = || way.found.iter().zip(&grid.found);
        let won = pairs().filter(|(a, b)| a.outcome.best().score() > b.outcome.best().score()).count();
        let tested = pairs().filter(|(a, b)| a.test > b.test).count();
        println!("{} beats the grid in validation with {won}, in the test with {tested} of {seeds} seeds", way.name);
    }
}

/// The mean, and the deviation from it if there are several.
fn mean_and_deviation(values: impl Iterator<Item = f64>) -> String {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() == 1 {
        return format!("{mean:.4}          ");
    }
    let deviation = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    format!("{mean:.4} ± {deviation:.4}")
}
