//! A cart on a track with a pole hinged to it, which falls unless the cart is pushed to keep below it.

use autograd::{Generator, Tensor};

/// Metres per second squared.
const GRAVITY: f64 = 9.8;
/// Kilograms.
const CART: f64 = 1.0;
const POLE: f64 = 0.1;
/// From the hinge to the middle of the pole, in metres.
pub const HALF_LENGTH: f64 = 0.5;
/// What the cart is pushed with, in newtons.
const FORCE: f64 = 10.0;
/// Seconds from one push to the next.
pub const TIME_STEP: f64 = 0.02;
/// How far the pole may lean, in radians: 12 degrees.
pub const MAX_ANGLE: f64 = 12.0 * std::f64::consts::PI / 180.0;
/// How far the cart may be from the middle of the track, in metres.
pub const MAX_POSITION: f64 = 2.4;
/// Steps of an episode, at most.
pub const MAX_STEPS: usize = 500;
/// What each step brings.
pub const REWARD: f32 = 1.0;
/// To the left, to the right.
pub const ACTIONS: usize = 2;
/// Numbers that an agent sees of a state.
pub const SEEN: usize = 4;

/// Where the cart and its pole are, and how fast they move.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// In metres, to the right of the middle.
    pub position: f64,
    /// In metres per second.
    pub velocity: f64,
    /// In radians, to the right of upright.
    pub angle: f64,
    /// In radians per second.
    pub angular_velocity: f64,
}

impl State {
    /// Almost at rest: each number is equally likely anywhere from -0.05 to 0.05.
    pub fn random(generator: &mut Generator) -> Self {
        let [position, velocity, angle, angular_velocity] = [(); 4].map(|()| 0.1 * generator.unit() - 0.05);
        State { position, velocity, angle, angular_velocity }
    }

    /// The accelerations of the cart and of the angle under a force on the cart, in metres and radians per second squared.
    ///
    /// With `M`, `m` the masses of cart and pole, `l` the half-length of the pole, `θ` its angle and `x` the position:
    ///
    /// ```text
    /// θ̈ = (g sin θ - cos θ (F + m l θ̇² sin θ) / (M + m)) / (l (4/3 - m cos² θ / (M + m)))
    /// ẍ = (F + m l (θ̇² sin θ - θ̈ cos θ)) / (M + m)
    /// ```
    ///
    /// Barto, Sutton and Anderson (1983), appendix, without friction.
    pub fn accelerations(&self, force: f64) -> (f64, f64) {
        let (mass, (sin, cos)) = (CART + POLE, self.angle.sin_cos());
        let pulled = force + POLE * HALF_LENGTH * self.angular_velocity.powi(2) * sin;
        let angular = (GRAVITY * sin - cos * pulled / mass) / (HALF_LENGTH * (4.0 / 3.0 - POLE * cos.powi(2) / mass));
        ((pulled - POLE * HALF_LENGTH * angular * cos) / mass, angular)
    }

    /// The state one time step later, by Euler's method: velocities and accelerations are taken to be those of now throughout.
    pub fn after(&self, force: f64) -> Self {
        let (acceleration, angular_acceleration) = self.accelerations(force);
        State {
            position: self.position + TIME_STEP * self.velocity,
            velocity: self.velocity + TIME_STEP * acceleration,
            angle: self.angle + TIME_STEP * self.angular_velocity,
            angular_velocity: self.angular_velocity + TIME_STEP * angular_acceleration,
        }
    }

    /// Whether the pole leans too far, or the cart has left the track.
    pub fn is_lost(&self) -> bool {
        self.angle.abs() > MAX_ANGLE || self.position.abs() > MAX_POSITION
    }

    /// What an agent sees, each number on a scale of about 1.
    pub fn seen(&self) -> [f32; SEEN] {
        let position = [self.position / MAX_POSITION, self.velocity / 2.0];
        let angle = [self.angle / MAX_ANGLE, self.angular_velocity / 2.0];
        [position[0], position[1], angle[0], angle[1]].map(|x| x as f32)
    }
}

/// How an episode ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// By the agent's fault.
    Lost,
    /// After as many steps as there are, with the pole still up.
    TimeUp,
}

/// One attempt to keep the pole up.
#[derive(Clone, Debug)]
pub struct Episode {
    pub state: State,
    /// How many there were so far; with a reward of 1 for each this is also the return.
    pub steps: usize,
}

impl Episode {
    /// Before the first step.
    pub fn from(state: State) -> Self {
        Episode { state, steps: 0 }
    }

    /// Pushes the cart: action 0 to the left, 1 to the right.
    pub fn push(&mut self, action: i64) -> Option<End> {
        self.state = self.state.after(if action == 0 { -FORCE } else { FORCE });
        self.steps += 1;
        match self.state.is_lost() {
            true => Some(End::Lost),
            false => (self.steps == MAX_STEPS).then_some(End::TimeUp),
        }
    }
}

/// What an agent sees of several states, `[n, 4]`.
pub fn seen<'a>(states: impl ExactSizeIterator<Item = &'a State>) -> Tensor {
    let shape = [states.len(), SEEN];
    Tensor::from_vec(states.flat_map(State::seen).collect(), shape)
}
