//! What is made of found boxes: which of them stay, and how good they are.

use autograd_examples_support::bounds::Bounds;
use autograd_examples_support::scenes::{Object, Scene};

/// A box with the digit that is said to be in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    pub bounds: Bounds,
    pub digit: u8,
    /// How sure the network is, from 0 to 1.
    pub score: f32,
}

/// The detections from the surest on, without those that share more than this part with a surer one of the same digit: greedy non-maximum
/// suppression (Felzenszwalb, Girshick, McAllester and Ramanan 2010, section 7.2).
pub fn suppress(mut detections: Vec<Detection>, most: f32) -> Vec<Detection> {
    detections.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Detection> = Vec::new();
    for found in detections {
        let is_same = |other: &Detection| other.digit == found.digit && other.bounds.iou(&found.bounds) > most;
        if !kept.iter().any(is_same) {
            kept.push(found);
        }
    }
    kept
}

/// For each detection of an image, whether it hits: an object of its digit that no surer one has hit, and with which it shares at least
/// `least`. The detections begin with the surest.
pub fn hits(detections: &[Detection], truth: &[Object], least: f32) -> Vec<bool> {
    let mut taken = vec![false; truth.len()];
    let mut hits = Vec::new();
    for found in detections {
        let share = |i: &usize| found.bounds.iou(&truth[*i].bounds);
        // The best object counts, taken or not: of two boxes around one object the second is wrong.
        let best = (0..truth.len())
            .filter(|&i| truth[i].digit == found.digit)
            .max_by(|a, b| share(a).total_cmp(&share(b)))
            .filter(|i| share(i) >= least);
        hits.push(best.is_some_and(|i| !std::mem::replace(&mut taken[i], true)));
    }
    hits
}

/// The precision and the recall of the surest detections, of each number of them. A detection is its score and whether it hits one of
/// the `objects`.
pub fn curve(mut detections: Vec<(f32, bool)>, objects: usize) -> Vec<(f64, f64)> {
    detections.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut right = 0;
    let shares = detections.iter().enumerate().map(|(i, &(_, hit))| {
        right += usize::from(hit);
        (right as f64 / (i + 1) as f64, right as f64 / objects as f64)
    });
    shares.collect()
}

/// The area under the curve of precision over recall, each precision raised to the best one at a higher recall (Everingham, Eslami, Van
/// Gool, Williams, Winn and Zisserman 2015, section 4.2.4).
pub fn average_precision(curve: &[(f64, f64)]) -> f64 {
    let (mut area, mut best) = (0.0, 0.0);
    for (i, &(precision, recall)) in curve.iter().enumerate().rev() {
        best = precision.max(best);
        let before = if i == 0 { 0.0 } else { curve[i - 1].1 };
        area += (recall - before) * best;
    }
    area
}

/// How good the detections in some scenes are.
pub struct Measured {
    /// The average precision of each digit; nothing for one that is in no scene.
    pub each: Vec<Option<f64>>,
    /// Precision and recall of the surest detections of all digits.
    pub curve: Vec<(f64, f64)>,
    /// For each detection of each scene, whether it hits.
    pub hits: Vec<Vec<bool>>,
}

impl Measured {
    /// Measures the detections of each scene; to hit they must share at least `least` with an object.
    pub fn new(found: &[Vec<Detection>], scenes: &[Scene], least: f32) -> Self {
        let hits: Vec<Vec<bool>> =
            found.iter().zip(scenes).map(|(found, scene)| hits(found, &scene.objects, least)).collect();
        let of = |is_meant: &dyn Fn(u8) -> bool| {
            let all = found.iter().flatten().zip(hits.iter().flatten());
            let meant = all.filter(|(found, _)| is_meant(found.digit)).map(|(found, &hit)| (found.score, hit));
            let objects = scenes.iter().flat_map(|scene| &scene.objects).filter(|object| is_meant(object.digit));
            (meant.collect::<Vec<_>>(), objects.count())
        };
        let each = (0..10).map(|digit| {
            let (meant, objects) = of(&|other| other == digit);
            (objects > 0).then(|| average_precision(&curve(meant, objects)))
        });
        let each = each.collect();
        let (all, objects) = of(&|_| true);
        Measured { each, curve: curve(all, objects), hits }
    }

    /// The mean of the average precisions.
    pub fn mean(&self) -> f64 {
        let known: Vec<f64> = self.each.iter().flatten().copied().collect();
        known.iter().sum::<f64>() / known.len() as f64
    }
}
