//! `Activation`: an activation chosen by name.

use crate::layers::prelude::*;
use std::fmt;
use std::str::FromStr;

/// The table of activations: variant, name, what it computes.
macro_rules! table {
    ($(#[$of_all:meta])* enum Activation: $($(#[$documentation:meta])* $Variant:ident $name:literal |$x:ident| $y:expr;)+) => {
        $(#[$of_all])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Activation {
            $($(#[$documentation])* $Variant,)+
        }

        impl Activation {
            /// Each of them.
            pub const ALL: &[Activation] = &[$(Activation::$Variant),+];

            /// The name, as [`FromStr`] reads it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Activation::$Variant => $name,)+
                }
            }

            /// Computes it.
            #[track_caller]
            #[must_use]
            pub fn apply<T: Real>(self, x: &Var<T>) -> Var<T> {
                match (self, x) {
                    $((Activation::$Variant, $x) => $y,)+
                }
            }
        }
    };
}

table! {
    /// An elementwise activation without parameters, as a setting: of a layer, or of a program that is told the name.
    ///
    /// It is a layer itself, and [`apply`](Activation::apply) computes it where one is a setting of another layer. Names are those of the
    /// methods of `Var`; capitals, hyphens and underscores make no difference.
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// use autograd_nn::Activation;
    /// let activation: Activation = "leaky_relu".parse()?;
    /// assert_eq!(activation, Activation::LeakyRelu);
    /// let x = Var::leaf([-100.0, 2.0]);
    /// let y = activation.apply(&x);
    /// assert_eq!(y.to_vec(), [-1.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.01, 1.0]);
    /// # Ok::<(), autograd_nn::UnknownActivation>(())
    /// ```
    enum Activation:

    /// What comes in: no activation.
    Identity "identity" |x| x.clone();
    /// [`Relu`](crate::Relu)
    Relu "relu" |x| x.relu();
    /// [`Relu6`](crate::Relu6)
    Relu6 "relu6" |x| x.relu6();
    /// [`LeakyRelu`](crate::LeakyRelu) with slope 0.01
    LeakyRelu "leaky_relu" |x| x.leaky_relu(T::of(0.01));
    /// [`Elu`](crate::Elu) with `alpha` 1
    Elu "elu" |x| x.elu(T::one());
    /// [`Selu`](crate::Selu)
    Selu "selu" |x| x.selu();
    /// [`Gelu`](crate::Gelu)
    Gelu "gelu" |x| x.gelu();
    /// [`GeluTanh`](crate::GeluTanh)
    GeluTanh "gelu_tanh" |x| x.gelu_tanh();
    /// [`Silu`](crate::Silu), also read from `swish`
    #[doc(alias = "swish")]
    Silu "silu" |x| x.silu();
    /// [`Mish`](crate::Mish)
    Mish "mish" |x| x.mish();
    /// [`Sigmoid`](crate::Sigmoid)
    Sigmoid "sigmoid" |x| x.sigmoid();
    /// [`LogSigmoid`](crate::LogSigmoid)
    LogSigmoid "log_sigmoid" |x| x.log_sigmoid();
    /// [`HardSigmoid`](crate::HardSigmoid)
    HardSigmoid "hardsigmoid" |x| x.hardsigmoid();
    /// [`HardSwish`](crate::HardSwish)
    HardSwish "hardswish" |x| x.hardswish();
    /// [`HardTanh`](crate::HardTanh) from -1 to 1
    HardTanh "hardtanh" |x| x.hardtanh(-T::one(), T::one());
    /// [`Tanh`](crate::Tanh)
    Tanh "tanh" |x| x.tanh();
    /// [`Tanhshrink`](crate::Tanhshrink)
    Tanhshrink "tanhshrink" |x| x - x.tanh();
    /// [`Softplus`](crate::Softplus) with `beta` 1
    Softplus "softplus" |x| x.softplus();
    /// [`Softsign`](crate::Softsign)
    Softsign "softsign" |x| x.softsign();
}

impl<T: Real> Module<T> for Activation {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
    }
}

impl<T: Real> Forward<T> for Activation {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, self.apply(x))
    }
}

/// The name.
impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no [`Activation`] has.
///
/// ```
/// use autograd_nn::Activation;
/// let error = "rleu".parse::<Activation>().unwrap_err();
/// assert!(error.to_string().starts_with("no activation is named `rleu`; the names are identity, relu, relu6, "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no activation is named `{name}`; the names are {}", names())]
pub struct UnknownActivation {
    /// The name.
    pub name: String,
}

fn names() -> String {
    Activation::ALL.iter().map(|activation| activation.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Activation {
    type Err = UnknownActivation;

    fn from_str(name: &str) -> Result<Self, UnknownActivation> {
        let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
        let wanted = match plain(name) {
            swish if swish == "swish" => plain(Activation::Silu.name()),
            other => other,
        };
        let found = Activation::ALL.iter().find(|activation| plain(activation.name()) == wanted);
        found.copied().ok_or_else(|| UnknownActivation { name: name.to_owned() })
    }
}

#[cfg(test)]
impl Checked for Activation {
    fn cases() -> Cases<Self> {
        let case = |activation: Activation| {
            Case::new(activation.name(), move |_| activation, |layer, x| vec![layer.forward(&x[0])])
                .input_between([3, 4], -4.0, 8.0)
                .output([3, 4])
        };
        let (&first, others) = Activation::ALL.split_first().expect("there are some");
        others.iter().fold(Cases::new(case(first)), |cases, &activation| cases.case(case(activation)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_numbers_of_pytorch() {
        let x = Var::constant([-4.0f64, -0.25, 0.75, 3.5]);
        let expected = [
            ("identity", [-4.0, -0.25, 0.75, 3.5]),
            ("relu", [0.0, 0.0, 0.75, 3.5]),
            ("relu6", [0.0, 0.0, 0.75, 3.5]),
            ("leaky_relu", [-0.04, -0.0025, 0.75, 3.5]),
            ("elu", [-0.981684361111266, -0.221199216928595, 0.75, 3.5]),
            ("selu", [-1.725898628189894, -0.388890197478119, 0.78802574051661, 3.677453455744182]),
            ("gelu", [-0.000126684967332, -0.100323418579269, 0.580029485717349, 3.499185798223376]),
            ("gelu_tanh", [-7.0245948192e-05, -0.100324649298315, 0.57996055516562, 3.499383802344626]),
            ("silu", [-0.071944839848366, -0.10945587477855, 0.509384024381545, 3.397407192370252]),
            ("mish", [-0.072591740792025, -0.129926963679141, 0.610018335218293, 3.49399071511752]),
            ("sigmoid", [0.017986209962092, 0.437823499114202, 0.679178699175393, 0.970687769248644]),
            ("log_sigmoid", [-4.018149927917809, -0.825939419878844, -0.3868710061149, -0.029750418272621]),
            ("hardsigmoid", [0.0, 0.458333333333333, 0.625, 1.0]),
            ("hardswish", [0.0, -0.114583333333333, 0.46875, 3.5]),
            ("hardtanh", [-1.0, -0.25, 0.75, 1.0]),
            ("tanh", [-0.999329299739067, -0.244918662403709, 0.635148952387287, 0.998177897611199]),
            ("tanhshrink", [-3.000670700260933, -0.005081337596291, 0.114851047612713, 2.501822102388801]),
            ("softplus", [0.01814992791781, 0.575939419878844, 1.1368710061149, 3.52975041827262]),
            ("softsign", [-0.8, -0.2, 0.428571428571429, 0.777777777777778]),
        ];
        assert_eq!(
            expected.map(|(name, _)| name).to_vec(),
            Activation::ALL.iter().map(|a| a.name()).collect::<Vec<_>>()
        );
        for (name, expected) in expected {
            let y = name.parse::<Activation>().expect("a name").apply(&x).to_vec();
            // The numbers above are rounded to 15 places.
            let close = y.iter().zip(expected).all(|(y, expected)| (y - expected).abs() < 1e-14);
            assert!(close, "{name}: {y:?}");
        }
    }

    #[test]
    fn names_are_read_however_they_are_written() {
        let written = ["GELU", "Hard-Swish", "LogSigmoid", "swish"].map(|name| name.parse::<Activation>());
        let expected = [Activation::Gelu, Activation::HardSwish, Activation::LogSigmoid, Activation::Silu];
        assert_eq!(written, expected.map(Ok));
        assert_eq!(format!("{:>6}|{}", Activation::Tanh, Activation::LeakyRelu), "  tanh|leaky_relu");
        assert_eq!("".parse::<Activation>(), Err(UnknownActivation { name: String::new() }));
    }
}
