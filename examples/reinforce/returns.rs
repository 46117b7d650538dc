//! Returns: what the rewards from a step on are worth at that step.

/// `Gₜ = rₜ + discount · Gₜ₊₁` for each step, where after the last one comes what is worth `beyond`.
///
/// Sutton and Barto (2018), equation 3.9.
pub fn discounted(rewards: &[f32], beyond: f32, discount: f32) -> Vec<f32> {
    let mut sum = beyond;
    let mut returns: Vec<f32> = rewards
        .iter()
        .rev()
        .map(|reward| {
            sum = reward + discount * sum;
            sum
        })
        .collect();
    returns.reverse();
    returns
}
