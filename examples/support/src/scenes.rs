//! Scenes: a few handwritten digits at random places and in random sizes, among scraps of others and under noise.

use crate::bounds::Bounds;
use crate::digits::{Digits, SIZE};
use autograd_core::{Generator, Key, Tensor, Var, no_grad};
use autograd_nn::data::{DataError, Dataset};

/// Height and width of a scene.
pub const SIDE: usize = 64;
/// Pixels of a scene.
pub const PIXELS: usize = SIDE * SIDE;
/// What a pixel can belong to: a digit, or the background, which comes last.
pub const CLASSES: usize = 11;
/// The class of the background.
pub const BACKGROUND: u8 = 10;
/// The most digits in a scene.
pub const MOST: usize = 4;
/// The longer side of a digit, in pixels.
const LONGER: [usize; 2] = [16, 28];
/// Places that are tried for each digit.
const TRIES: usize = 20;
/// The part of the smaller one of two boxes that may lie in the other.
const OVERLAP: f32 = 0.15;
/// From which share of white on a pixel belongs to a digit.
const INK: f32 = 0.25;
/// Scraps in a scene, and the side of one: the clutter of Mnih, Heess, Graves and Kavukcuoglu, "Recurrent models of visual attention" (2014),
/// section 4.1.
const SCRAPS: usize = 6;
const SCRAP: usize = 7;

/// A digit of a scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Which digit it is.
    pub digit: u8,
    /// The smallest box around its pixels.
    pub bounds: Bounds,
}

/// An image with what is to be found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// From 0 to 1, row by row.
    pub pixels: Vec<f32>,
    /// What each pixel belongs to: a digit or the background.
    pub classes: Vec<u8>,
    /// Its digits.
    pub objects: Vec<Object>,
}

/// As many scenes as are wanted of some digits: a data set whose scenes are others in each epoch of a loader.
pub struct Scenes {
    digits: Digits,
    count: usize,
    key: Key,
}

impl Scenes {
    /// `count` scenes; the seed is that of those which [`get`](Dataset::get) gives.
    pub fn new(digits: Digits, count: usize, seed: u64) -> Self {
        Scenes { digits, count, key: Key::seed(seed) }
    }

    /// All scenes, the same ones each time.
    pub fn fixed(&self) -> Vec<Scene> {
        (0..self.count).map(|i| self.scene(i)).collect()
    }

    fn scene(&self, index: usize) -> Scene {
        Scene::draw(&self.digits, &mut Generator::from_key(self.key.at(index as u64)))
    }
}

impl Dataset for Scenes {
    type Item = Scene;

    fn len(&self) -> usize {
        self.count
    }

    fn get(&self, index: usize) -> Result<Scene, DataError> {
        Ok(self.scene(index))
    }

    fn draw(&self, _: usize, generator: &mut Generator) -> Result<Scene, DataError> {
        Ok(Scene::draw(&self.digits, generator))
    }
}

impl Scene {
    /// A scene with 1 to [`MOST`] of these digits, or with fewer where no place is left.
    pub fn draw(digits: &Digits, generator: &mut Generator) -> Self {
        let noise = |_| (0.1 + 0.06 * generator.standard_normal()).clamp(0.0, 1.0) as f32;
        let pixels = (0..PIXELS).map(noise).collect();
        let mut scene = Scene { pixels, classes: vec![BACKGROUND; PIXELS], objects: Vec::new() };
        for _ in 0..SCRAPS {
            scene.scatter(digits.image(generator.below(digits.len())), generator);
        }
        let wanted = 1 + generator.below(MOST);
        for _ in 0..wanted * TRIES {
            if scene.objects.len() == wanted {
                break;
            }
            let i = generator.below(digits.len());
            let longer = LONGER[0] + generator.below(LONGER[1] - LONGER[0] + 1);
            if let Some(shape) = Shape::of(digits.image(i), longer) {
                scene.place(digits.label(i), &shape, generator);
            }
        }
        scene
    }

    /// Puts a scrap of an image somewhere; it belongs to the background.
    fn scatter(&mut self, image: &[u8], generator: &mut Generator) {
        // From the middle of the image, where there is something.
        let from = [(); 2].map(|()| SIZE / 5 + generator.below(SIZE * 3 / 5 - SCRAP));
        let to = [(); 2].map(|()| generator.below(SIDE - SCRAP + 1));
        let brightness = between(0.3, 0.9, generator);
        for at in 0..SCRAP * SCRAP {
            let [row, column] = [at / SCRAP, at % SCRAP];
            let value = f32::from(image[(from[0] + row) * SIZE + from[1] + column]) / 255.0;
            self.lighten((to[0] + row) * SIDE + to[1] + column, value * brightness);
        }
    }

    /// Puts a digit somewhere, if it does not lie on another one there.
    fn place(&mut self, digit: u8, shape: &Shape, generator: &mut Generator) {
        let (top, left) = (generator.below(SIDE - shape.height + 1), generator.below(SIDE - shape.width + 1));
        let brightness = between(0.6, 1.0, generator);
        let at = |i: usize| (top + i / shape.width) * SIDE + left + i % shape.width;
        let ink: Vec<usize> = (0..shape.values.len()).filter(|&i| shape.values[i] >= INK).map(at).collect();
        let Some(bounds) = around(&ink) else { return };
        let is_beside = |other: &Object| {
            let smaller = bounds.area().min(other.bounds.area());
            bounds.intersection(&other.bounds) <= OVERLAP * smaller
        };
        if ink.iter().any(|&at| self.classes[at] != BACKGROUND) || !self.objects.iter().all(is_beside) {
            return;
        }
        for (i, value) in shape.values.iter().enumerate() {
            self.lighten(at(i), value * brightness);
        }
        ink.into_iter().for_each(|at| self.classes[at] = digit);
        self.objects.push(Object { digit, bounds });
    }

    fn lighten(&mut self, at: usize, value: f32) {
        self.pixels[at] = self.pixels[at].max(value);
    }
}

/// Scenes as `[n, 1, 64, 64]`, from 0 to 1.
pub fn images(scenes: &[Scene]) -> Tensor {
    Tensor::from_fn([scenes.len(), 1, SIDE, SIDE], |at| scenes[at / PIXELS].pixels[at % PIXELS])
}

/// What the pixels of scenes belong to, `[n, 64, 64]`.
pub fn classes(scenes: &[Scene]) -> Tensor<i64> {
    Tensor::from_fn([scenes.len(), SIDE, SIDE], |at| i64::from(scenes[at / PIXELS].classes[at % PIXELS]))
}

/// The inked part of an image, in another size.
struct Shape {
    height: usize,
    width: usize,
    /// From 0 to 1, row by row.
    values: Vec<f32>,
}

impl Shape {
    /// A digit whose longer side has this length; nothing of an empty image.
    fn of(image: &[u8], longer: usize) -> Option<Self> {
        let value = |at: usize| f32::from(image[at]) / 255.0;
        // A dot far from the digit, as some images of MNIST have, is not to widen its box: ink has ink beside it.
        let has_neighbour = |at: usize| {
            let (row, column) = (at / SIZE, at % SIZE);
            let around = |place: usize| place.saturating_sub(1)..(place + 2).min(SIZE);
            let cells = around(row).flat_map(|row| around(column).map(move |column| row * SIZE + column));
            cells.filter(|&cell| value(cell) >= INK).count() > 1
        };
        let inked = (0..image.len()).filter(|&at| value(at) >= INK && has_neighbour(at));
        let (rows, columns): (Vec<usize>, Vec<usize>) = inked.map(|at| (at / SIZE, at % SIZE)).unzip();
        let [(top, bottom), (left, right)] = [extent(&rows)?, extent(&columns)?];
        let old = [bottom - top, right - left];
        let crop = Tensor::from_fn([1, 1, old[0], old[1]], |at| value((top + at / old[1]) * SIZE + left + at % old[1]));
        let [height, width] = old.map(|side| (side * longer).div_ceil(old[0].max(old[1])));
        let values = no_grad(|| Var::constant(crop).upsample_bilinear([height, width], false)).to_vec();
        Some(Shape { height, width, values })
    }
}

/// The smallest box around some pixels.
fn around(pixels: &[usize]) -> Option<Bounds> {
    let (rows, columns): (Vec<usize>, Vec<usize>) = pixels.iter().map(|at| (at / SIDE, at % SIDE)).unzip();
    let [(top, bottom), (left, right)] = [extent(&rows)?, extent(&columns)?];
    let [left, top, right, bottom] = [left, top, right, bottom].map(|side| side as f32);
    Some(Bounds { left, top, right, bottom })
}

/// The first place and the one behind the last.
fn extent(places: &[usize]) -> Option<(usize, usize)> {
    Some((*places.iter().min()?, places.iter().max()? + 1))
}

fn between(low: f64, high: f64, generator: &mut Generator) -> f32 {
    (low + (high - low) * generator.unit()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenes(count: usize, seed: u64) -> Vec<Scene> {
        Scenes::new(Digits::built_in().unwrap(), count, seed).fixed()
    }

    #[test]
    fn boxes_are_tight_and_labels_lie_in_boxes_of_their_class() {
        for Scene { pixels, classes, objects } in scenes(200, 1) {
            let covers = |object: &Object, at: usize| {
                let (x, y) = ((at % SIDE) as f32 + 0.5, (at / SIDE) as f32 + 0.5);
                let b = object.bounds;
                object.digit == classes[at] && b.left < x && x < b.right && b.top < y && y < b.bottom
            };
            let labelled = (0..PIXELS).filter(|&at| classes[at] != BACKGROUND);
            assert!(labelled.clone().all(|at| objects.iter().any(|object| covers(object, at))));
            assert!(labelled.clone().all(|at| pixels[at] >= INK * 0.6), "what belongs to a digit is seen");
            for object in &objects {
                let own: Vec<usize> = labelled.clone().filter(|&at| covers(object, at)).collect();
                assert_eq!(around(&own), Some(object.bounds));
            }
        }
    }

    #[test]
    fn digits_are_few_and_of_the_sizes_promised_and_hardly_overlap() {
        let mut counts = [0; MOST + 1];
        for Scene { objects, .. } in scenes(200, 2) {
            counts[objects.len()] += 1;
            for (i, Object { bounds, .. }) in objects.iter().enumerate() {
                let longer = (bounds.right - bounds.left).max(bounds.bottom - bounds.top);
                assert!((LONGER[0] as f32 - 2.0..=LONGER[1] as f32).contains(&longer), "{bounds:?}");
                assert!(bounds.left >= 0.0 && bounds.top >= 0.0 && bounds.right <= 64.0 && bounds.bottom <= 64.0);
                assert!(objects[..i].iter().all(|other| bounds.iou(&other.bounds) <= OVERLAP));
            }
        }
        assert!(counts[0] == 0 && counts[1..].iter().all(|&count| count > 20), "{counts:?}");
    }

    #[test]
    fn one_seed_gives_one_scene() {
        assert_eq!(scenes(3, 5), scenes(3, 5));
        assert_ne!(scenes(2, 5), scenes(2, 6));
        assert_ne!(scenes(2, 5)[0], scenes(2, 5)[1]);
        let one = &scenes(1, 5);
        assert_eq!(images(one).to_vec(), one[0].pixels);
        assert!(classes(one).to_vec().into_iter().eq(one[0].classes.iter().map(|&class| i64::from(class))));
    }
}
