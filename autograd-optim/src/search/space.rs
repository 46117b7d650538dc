//! `Space`: the settings that are searched for, and its points, at random or on a grid.

use super::{Dimension, SearchError, Settings, Value};
use autograd_core::Generator;
use std::collections::HashSet;
use std::sync::Arc;

/// The settings that are searched for: a name and a range for each.
///
/// ```
/// use autograd_core::Generator;
/// use autograd_optim::search::{Dimension, Space};
/// let space = Space::new([
///     ("lr", Dimension::LogUniform(1e-5..=1.0)),
///     ("hidden", Dimension::LogInteger(8..=128)),
///     ("optimizer", Dimension::choice(["sgd", "adam"])),
/// ])?;
/// let settings = space.sample(&mut Generator::seed(1));
/// assert!((1e-5..=1.0).contains(&settings.real("lr")) && (8..=128).contains(&settings.integer("hidden")));
/// assert_eq!(space.grid(3)?.len(), 3 * 3 * 2);
/// # Ok::<(), autograd_optim::search::SearchError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Space {
    dimensions: Vec<(String, Dimension)>,
}

impl Space {
    /// A space of these settings.
    ///
    /// # Errors
    /// If there is none, two have one name, or a range is empty, not finite, or begins at 0 or below where a logarithm is drawn.
    pub fn new<N: Into<String>>(dimensions: impl IntoIterator<Item = (N, Dimension)>) -> Result<Self, SearchError> {
        let dimensions: Vec<(String, Dimension)> =
            dimensions.into_iter().map(|(name, dimension)| (name.into(), dimension)).collect();
        let mut names = HashSet::new();
        for (name, dimension) in &dimensions {
            if !names.insert(name) {
                return Err(SearchError::SameName { name: name.clone() });
            }
            dimension.check(name)?;
        }
        if dimensions.is_empty() { Err(SearchError::NoSettings) } else { Ok(Space { dimensions }) }
    }

    /// Each name with its range.
    pub fn dimensions(&self) -> impl ExactSizeIterator<Item = (&str, &Dimension)> {
        self.dimensions.iter().map(|(name, dimension)| (name.as_str(), dimension))
    }

    /// A point at random: each setting independent of the others. The same generator gives the same points.
    pub fn sample(&self, generator: &mut Generator) -> Settings {
        self.dimensions.iter().map(|(name, dimension)| (name.as_str(), dimension.sample(generator))).collect()
    }

    /// All combinations of `points` values of each setting, the last setting changing first.
    ///
    /// The values of a range are its ends and those between them at equal distances, of logarithms where these are drawn; for one point, the
    /// middle. Whole numbers may be fewer. Of a choice all are taken.
    ///
    /// # Errors
    /// If `points` is 0, or the combinations are too many to be counted.
    pub fn grid(&self, points: usize) -> Result<Grid, SearchError> {
        self.grid_of(&vec![points; self.dimensions.len()])
    }

    /// As [`grid`](Space::grid), with a number of points for each setting; that of a choice counts for nothing.
    ///
    /// # Errors
    /// If there is not one number for each setting, one is 0, or the combinations are too many to be counted.
    pub fn grid_of(&self, points: &[usize]) -> Result<Grid, SearchError> {
        let (found, expected) = (points.len(), self.dimensions.len());
        if found != expected {
            return Err(SearchError::Count { what: "numbers of points", found, expected });
        }
        let mut levels = Vec::with_capacity(expected);
        let mut count = 1usize;
        for ((name, dimension), &points) in self.dimensions.iter().zip(points) {
            if points == 0 {
                return Err(SearchError::NoPoints { name: name.clone() });
            }
            let values = dimension.levels(points);
            count = count.checked_mul(values.len()).ok_or(SearchError::TooMany)?;
            levels.push((name.clone(), values));
        }
        Ok(Grid { levels: levels.into(), next: 0, count })
    }
}

/// The points of a grid, one after the other: see [`Space::grid`].
#[derive(Clone, Debug)]
pub struct Grid {
    levels: Arc<[(String, Vec<Value>)]>,
    next: usize,
    count: usize,
}

impl Iterator for Grid {
    type Item = Settings;

    fn next(&mut self) -> Option<Settings> {
        if self.next == self.count {
            return None;
        }
        // The number of a point, written with a digit for each setting, says which value of it.
        let mut rest = self.next;
        let mut places = vec![0; self.levels.len()];
        for (place, (_, values)) in places.iter_mut().zip(&*self.levels).rev() {
            *place = rest % values.len();
            rest /= values.len();
        }
        self.next += 1;
        let levels = self.levels.iter().zip(places);
        Some(levels.map(|((name, values), place)| (name.as_str(), values[place].clone())).collect())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Grid {}

#[cfg(test)]
mod tests {
    use super::*;

    fn space() -> Space {
        Space::new([
            ("lr", Dimension::LogUniform(1e-4..=1.0)),
            ("hidden", Dimension::Integer(3..=4)),
            ("optimizer", Dimension::choice(["sgd", "adam", "lion"])),
        ])
        .unwrap()
    }

    #[test]
    fn a_grid_holds_each_combination_once_and_all_corners() {
        let grid = space().grid_of(&[5, 4, 1]).unwrap();
        assert_eq!(grid.len(), 5 * 2 * 3);
        let points: Vec<Settings> = grid.collect();
        assert_eq!(points.len(), 30);
        for (i, point) in points.iter().enumerate() {
            assert!(!points[..i].contains(point), "{point} is there twice");
        }
        for lr in [1e-4, 1.0] {
            for hidden in [3usize, 4] {
                for optimizer in ["sgd", "adam", "lion"] {
                    let corner = Settings::from_iter([
                        ("lr", lr.into()),
                        ("hidden", hidden.into()),
                        ("optimizer", optimizer.into()),
                    ]);
                    assert!(points.contains(&corner), "{corner} is missing");
                }
            }
        }
        assert_eq!(points[1].text("optimizer"), "adam");
    }

    #[test]
    fn a_grid_is_made_point_by_point() {
        let many = Space::new((0..40).map(|i| (i.to_string(), Dimension::Uniform(0.0..=1.0)))).unwrap();
        let mut grid = many.grid(2).unwrap();
        assert_eq!((grid.len(), grid.next().unwrap().real("39"), grid.next().unwrap().real("39")), (1 << 40, 0.0, 1.0));
        assert_eq!(many.grid(4).unwrap_err(), SearchError::TooMany);
    }

    #[test]
    fn one_seed_gives_one_sequence() {
        let draw = |seed| {
            let mut generator = Generator::seed(seed);
            (0..20).map(|_| space().sample(&mut generator)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(draw(3)[0].iter().map(|(name, _)| name).collect::<Vec<_>>(), ["lr", "hidden", "optimizer"]);
    }

    #[test]
    fn senseless_spaces_and_grids_are_refused() {
        let says = |error: SearchError| error.to_string();
        let range = || Dimension::Uniform(0.0..=1.0);
        assert_eq!(says(Space::new([("a", range()), ("a", range())]).unwrap_err()), "two settings are named a");
        assert_eq!(
            says(Space::new([("a", Dimension::Integer(std::ops::RangeInclusive::new(2, 1)))]).unwrap_err()),
            "a: the range is 2 to 1, it must not end before it begins"
        );
        assert_eq!(says(Space::new(Vec::<(&str, Dimension)>::new()).unwrap_err()), "the space has no settings");
        assert_eq!(says(space().grid(0).unwrap_err()), "lr: the grid has 0 points, it must have at least 1");
        assert_eq!(says(space().grid_of(&[2]).unwrap_err()), "there are 1 numbers of points, there must be 3");
    }
}
