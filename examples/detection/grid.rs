//! The grid: which cell answers for which digit, what it is to say, and what boxes its scores mean.

use super::precision::Detection;
use autograd::Tensor;
use autograd_examples_support::bounds::Bounds;
use autograd_examples_support::scenes::{SIDE, Scene};

/// Cells in a row and in a column, all cells of a scene, and the pixels of the side of one.
const ROW: usize = 8;
pub const CELLS: usize = ROW * ROW;
const CELL: f32 = (SIDE / ROW) as f32;
/// What the network says of a cell: whether the middle of a digit lies in it, the digit's place and size, and a score for each digit.
pub const SCORES: usize = 1 + PLACE + 10;
/// Numbers for place and size.
pub const PLACE: usize = 4;

/// What the cells of some scenes are to say.
pub struct Wanted {
    /// 1 where the middle of a digit lies in the cell, else 0, `[n, 64]`.
    pub objectness: Tensor,
    /// The cells with a digit, counted through all scenes, `[k]`.
    pub cells: Vec<i64>,
    /// Place and size of the digit of each of them, `[k, 4]`.
    pub places: Vec<f32>,
    /// And which digit it is, `[k]`.
    pub digits: Vec<i64>,
}

/// What the cells are to say: that in which the middle of a digit lies answers for it (Redmon, Divvala, Girshick and Farhadi 2016,
/// section 2). Of two in one cell the first one counts.
pub fn wanted(scenes: &[Scene]) -> Wanted {
    let mut objectness = vec![0.0; scenes.len() * CELLS];
    let (mut cells, mut places, mut digits) = (Vec::new(), Vec::new(), Vec::new());
    for (i, object) in scenes.iter().enumerate().flat_map(|(i, scene)| scene.objects.iter().map(move |o| (i, o))) {
        let Bounds { left, top, right, bottom } = object.bounds;
        let [x, y] = [(left + right) / 2.0 / CELL, (top + bottom) / 2.0 / CELL];
        let cell = i * CELLS + y as usize * ROW + x as usize;
        if std::mem::replace(&mut objectness[cell], 1.0) == 1.0 {
            continue;
        }
        cells.push(cell as i64);
        // Roots of the shares of the scene, so that a pixel counts more where the digit is small (section 2.2 there).
        let [width, height] = [right - left, bottom - top].map(|side| (side / SIDE as f32).sqrt());
        places.extend([x.fract(), y.fract(), width, height]);
        digits.push(i64::from(object.digit));
    }
    Wanted { objectness: Tensor::from_vec(objectness, [scenes.len(), CELLS]), cells, places, digits }
}

/// The detections of each scene, one for each cell that is at least so sure, from scores `[n, 64, SCORES]`.
pub fn decode(scores: &Tensor, least: f32) -> Vec<Vec<Detection>> {
    let of_cell = |(cell, scores): (usize, &[f32])| {
        let (place, classes) = scores[1..].split_at(PLACE);
        let (digit, share) = likeliest(classes);
        let middle = [(cell % ROW) as f32 + place[0], (cell / ROW) as f32 + place[1]].map(|at| at * CELL);
        let half = [place[2], place[3]].map(|root| root.max(0.0).powi(2) * SIDE as f32 / 2.0);
        let bounds = Bounds {
            left: middle[0] - half[0],
            top: middle[1] - half[1],
            right: middle[0] + half[0],
            bottom: middle[1] + half[1],
        };
        // The probability that there is a digit, times that of the class if there is one (equation 1 there).
        Detection { bounds, digit, score: share / (1.0 + (-scores[0]).exp()) }
    };
    let scores = scores.to_vec();
    let scenes = scores.chunks(CELLS * SCORES).map(|scene| scene.chunks(SCORES).enumerate().map(of_cell));
    scenes.map(|cells| cells.filter(|found| found.score >= least).collect()).collect()
}

/// The digit with the highest score, and its share of the softmax.
fn likeliest(scores: &[f32]) -> (u8, f32) {
    let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0);
    let sum: f32 = scores.iter().map(|score| (score - scores[best]).exp()).sum();
    (best as u8, 1.0 / sum)
}
