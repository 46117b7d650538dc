//! `Settings`: one point of a space, a value for each name.

use std::fmt;

/// The value of a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A real number.
    Real(f64),
    /// A whole number.
    Integer(usize),
    /// A word, such as the name of an optimiser.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// The number, real or whole, if it is one.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Value::Real(x) => Some(x),
            Value::Integer(n) => Some(n as f64),
            Value::Text(_) | Value::Flag(_) => None,
        }
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Value::Real(x)
    }
}
impl From<usize> for Value {
    fn from(n: usize) -> Self {
        Value::Integer(n)
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl fmt::Display for Value {
    /// Real numbers with the precision asked for, as `{:.3}` does; very small and large ones as powers of ten.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Real(x) if *x != 0.0 && !(1e-2..1e5).contains(&x.abs()) => fmt::LowerExp::fmt(x, f),
            Value::Real(x) => x.fmt(f),
            Value::Integer(n) => n.fmt(f),
            // Not padded: the precision is for numbers, and would cut these short.
            Value::Text(text) => f.write_str(text),
            Value::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

/// A value for each setting of a [`Space`](super::Space), in its order.
///
/// It prints as `lr 1.2e-3, hidden 64`; a precision, `{:.1}`, goes to the real numbers.
///
/// ```
/// use autograd_optim::search::Settings;
/// let settings = Settings::from_iter([("lr", 0.0012.into()), ("hidden", 64usize.into()), ("optimizer", "adam".into())]);
/// assert_eq!((settings.real("lr"), settings.integer("hidden"), settings.text("optimizer")), (0.0012, 64, "adam"));
/// assert_eq!(settings.to_string(), "lr 1.2e-3, hidden 64, optimizer adam");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(Vec<(String, Value)>);

impl Settings {
    /// The value of a setting, if there is one of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find_map(|(found, value)| (found == name).then_some(value))
    }

    /// The real number of this name; a whole one counts as such.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn real(&self, name: &str) -> f64 {
        self.expect(name, "a number", Value::number)
    }

    /// The whole number of this name.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn integer(&self, name: &str) -> usize {
        self.expect(name, "a whole number", |value| if let Value::Integer(n) = value { Some(*n) } else { None })
    }

    /// The word of this name.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn text(&self, name: &str) -> &str {
        self.expect(name, "a text", |value| if let Value::Text(text) = value { Some(text) } else { None })
    }

    /// The yes or no of this name.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn flag(&self, name: &str) -> bool {
        self.expect(name, "a flag", |value| if let Value::Flag(flag) = value { Some(*flag) } else { None })
    }

    /// Each name with its value.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    #[track_caller]
    fn expect<'a, X>(&'a self, name: &str, kind: &str, read: impl Fn(&'a Value) -> Option<X>) -> X {
        let Some(value) = self.get(name) else {
            let names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
            panic!("there is no setting {name}, the settings are {}", names.join(", "));
        };
        read(value).unwrap_or_else(|| panic!("the setting {name} is {value}, which is not {kind}"))
    }
}

impl<N: Into<String>> FromIterator<(N, Value)> for Settings {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(values: I) -> Self {
        Settings(values.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name} ", if i == 0 { "" } else { ", " })?;
            value.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::from_iter([
            ("lr", Value::from(0.5)),
            ("hidden", Value::from(8usize)),
            ("nesterov", Value::from(true)),
        ])
    }

    #[test]
    fn values_are_read_by_name_and_kind_and_print_short() {
        let settings = settings();
        assert_eq!((settings.real("lr"), settings.real("hidden"), settings.integer("hidden")), (0.5, 8.0, 8));
        assert!(settings.flag("nesterov") && settings.get("Lr").is_none());
        assert_eq!(format!("{settings:.2}"), "lr 0.50, hidden 8, nesterov true");
        assert_eq!(
            format!("{:.1} {:.1} {}", Value::Real(1.26e-3), Value::Real(0.0), Value::Real(-2e6)),
            "1.3e-3 0.0 -2e6"
        );
        assert_eq!(format!("{:.1}, {:>6.2}", Value::from("sgd"), Value::Real(0.123)), "sgd,   0.12");
    }

    #[test]
    #[should_panic(expected = "there is no setting Lr, the settings are lr, hidden, nesterov")]
    fn a_name_that_is_none_is_refused() {
        let _ = settings().real("Lr");
    }

    #[test]
    #[should_panic(expected = "the setting lr is 0.5, which is not a whole number")]
    fn another_kind_is_refused() {
        let _ = settings().integer("lr");
    }
}
