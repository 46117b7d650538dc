//! Linear maps.

mod bilinear;
#[expect(clippy::module_inception, reason = "a layer's file bears its name")]
mod linear;

super::register! { linear::Linear<T>, bilinear::Bilinear<T> }
