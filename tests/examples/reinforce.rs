//! What the example reinforce is built on: the physics of the cart, returns, and the memory of transitions.

#[path = "../../examples/reinforce/cart_pole.rs"]
mod cart_pole;
#[path = "../../examples/reinforce/replay.rs"]
mod replay;
#[path = "../../examples/reinforce/returns.rs"]
mod returns;

use autograd::Generator;
use cart_pole::{ACTIONS, End, Episode, HALF_LENGTH, MAX_ANGLE, MAX_POSITION, MAX_STEPS, REWARD, State, TIME_STEP};
use replay::{Replay, Transition};

/// Kilograms of the cart and of the pole, and metres per second squared.
const CART: f64 = 1.0;
const POLE: f64 = 0.1;
const GRAVITY: f64 = 9.8;

/// Some state that is far from rest.
fn moving() -> State {
    State { position: 0.3, velocity: -0.7, angle: 0.15, angular_velocity: 1.9 }
}

fn mirrored(state: State) -> State {
    let State { position, velocity, angle, angular_velocity } = state;
    State { position: -position, velocity: -velocity, angle: -angle, angular_velocity: -angular_velocity }
}

/// Of the cart, of the middle of the pole, of its turning about that (a rod: `m (2 l)² / 12`), and of its height.
fn energy(state: &State) -> f64 {
    let (sin, cos) = state.angle.sin_cos();
    let around = HALF_LENGTH * state.angular_velocity;
    let (across, down) = (state.velocity + around * cos, around * sin);
    let moving = CART * state.velocity.powi(2) + POLE * (across.powi(2) + down.powi(2) + around.powi(2) / 3.0);
    moving / 2.0 + POLE * GRAVITY * HALF_LENGTH * cos
}

#[test]
fn a_step_from_rest_is_that_of_a_hand() {
    // θ̈ = -10 / 1.1 / (0.5 (4/3 - 0.1 / 1.1)) = -600 / 41, ẍ = (10 + 0.05 · 600 / 41) / 1.1 = 400 / 41.
    let after = State::default().after(10.0);
    assert_eq!((after.position, after.angle), (0.0, 0.0));
    assert!((after.velocity - TIME_STEP * 400.0 / 41.0).abs() < 1e-14, "{after:?}");
    assert!((after.angular_velocity + TIME_STEP * 600.0 / 41.0).abs() < 1e-14, "{after:?}");
    // Places change by the velocities of before.
    let next = after.after(-10.0);
    assert_eq!((next.position, next.angle), (TIME_STEP * after.velocity, TIME_STEP * after.angular_velocity));
}

#[test]
fn energy_changes_by_what_the_force_does() {
    for force in [-10.0, 0.0, 10.0] {
        let state = moving();
        let (acceleration, angular_acceleration) = state.accelerations(force);
        let moved = |time: f64| State {
            position: state.position + time * state.velocity,
            velocity: state.velocity + time * acceleration,
            angle: state.angle + time * state.angular_velocity,
            angular_velocity: state.angular_velocity + time * angular_acceleration,
        };
        let power = (energy(&moved(1e-5)) - energy(&moved(-1e-5))) / 2e-5;
        assert!((power - force * state.velocity).abs() < 1e-6, "{force} N: {power}");
    }
}

#[test]
fn left_and_right_are_alike() {
    assert_eq!(mirrored(moving()).after(-10.0), mirrored(moving().after(10.0)));
    let (mut left, mut right) = (Episode::from(moving()), Episode::from(mirrored(moving())));
    assert_eq!(left.push(0), right.push(1));
    assert_eq!(left.state, mirrored(right.state));
}

#[test]
fn without_a_force_the_pole_falls_and_upright_it_stays() {
    let mut state = State { angle: 0.01, ..State::default() };
    let mut steps = 0;
    while !state.is_lost() {
        let before = state.angle;
        state = state.after(0.0);
        steps += 1;
        assert!(state.angle >= before);
    }
    // It grows by e in √(l (4/3 - 0.1 / 1.1) / g) = 0.25 s: eˣ / 2 = 21 after 0.94 s, a little later by Euler's method.
    assert!((47..53).contains(&steps), "{steps} steps");
    assert_eq!(State::default().after(0.0), State::default());
}

#[test]
fn an_episode_ends_by_angle_position_or_time() {
    let ends = |state: State| {
        let mut episode = Episode::from(state);
        let end = (0..).find_map(|i| episode.push(i % 2)).expect("it ends");
        (end, episode.steps)
    };
    // Pushed to and fro, the pole soon falls.
    let (end, steps) = ends(State { angle: 0.05, ..State::default() });
    assert!(end == End::Lost && steps < MAX_STEPS);
    assert_eq!(ends(State { angle: MAX_ANGLE, angular_velocity: 1.0, ..State::default() }), (End::Lost, 1));
    assert_eq!(ends(State { position: MAX_POSITION, velocity: 1.0, ..State::default() }), (End::Lost, 1));
    // Leaning against where it falls to is a simple rule that keeps it up.
    let mut episode = Episode::from(State { angle: 0.02, ..State::default() });
    let rule = |state: &State| {
        let sum = state.angle + 0.5 * state.angular_velocity + 0.05 * state.position + 0.1 * state.velocity;
        i64::from(sum > 0.0)
    };
    let end = std::iter::repeat_with(|| episode.push(rule(&episode.state.clone()))).flatten().next();
    assert_eq!((end, episode.steps), (Some(End::TimeUp), MAX_STEPS));
}

#[test]
fn what_is_seen_is_on_one_scale() {
    let state = State { position: 2.4, velocity: 2.0, angle: MAX_ANGLE, angular_velocity: -2.0 };
    assert_eq!(cart_pole::seen([state, State::default()].iter()), [[1.0f32, 1.0, 1.0, -1.0], [0.0; 4]].into());
    assert_eq!(*cart_pole::seen([].iter()).shape(), [0, 4]);
    let start = State::random(&mut Generator::seed(1));
    assert_ne!(start, State::default());
    assert!([start.position, start.velocity, start.angle, start.angular_velocity].iter().all(|x| x.abs() <= 0.05));
}

#[test]
fn returns_count_later_rewards_less() {
    assert_eq!(returns::discounted(&[1.0, 2.0, 4.0], 0.0, 0.5), [3.0, 4.0, 4.0]);
    assert_eq!(returns::discounted(&[1.0, 2.0, 4.0], 8.0, 0.5), [4.0, 6.0, 8.0]);
    assert_eq!(returns::discounted(&[], 8.0, 0.5), [0.0; 0]);
    // A reward in each step, for ever.
    assert_eq!(returns::discounted(&[REWARD; 3], 4.0, 0.75), [4.0; 3]);
}

#[test]
fn the_memory_forgets_the_oldest() {
    let transition = |i: usize| Transition {
        state: State { position: MAX_POSITION * i as f64, ..State::default() },
        action: (i % ACTIONS) as i64,
        next: State { position: MAX_POSITION * (i + 1) as f64, ..State::default() },
        lost: i.is_multiple_of(3),
    };
    let mut replay = Replay::new(3);
    (0..5).for_each(|i| replay.push(transition(i)));
    assert_eq!(replay.len(), 3);
    let batch = replay.draw(200, &mut Generator::seed(0));
    let mut found = [0; 5];
    for i in 0..200 {
        let number = batch.states.at([i, 0]) as usize;
        found[number] += 1;
        assert_eq!(batch.actions.at([i, 0]), (number % ACTIONS) as i64);
        assert_eq!(batch.next.at([i, 0]), (number + 1) as f32);
        assert_eq!(batch.goes_on.at([i, 0]), if number.is_multiple_of(3) { 0.0 } else { 1.0 });
    }
    assert_eq!(found[..2], [0, 0]);
    assert!(found[2..].iter().all(|&count| count > 40), "{found:?}");
}
