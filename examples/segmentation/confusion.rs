//! How often each class was taken for each: pixel accuracy, and intersection over union.

/// Counts of pixels, by their class and by the class that they were given.
pub struct Confusion {
    classes: usize,
    /// A row for each true class, a column for each answer.
    counts: Vec<u64>,
}

impl Confusion {
    /// The counts of these answers. Both lists hold numbers below `classes`.
    pub fn new(classes: usize, truth: &[i64], answers: &[i64]) -> Self {
        let mut counts = vec![0; classes * classes];
        for (&truth, &answer) in truth.iter().zip(answers) {
            counts[truth as usize * classes + answer as usize] += 1;
        }
        Confusion { classes, counts }
    }

    /// The share of pixels that are given their class.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.classes).map(|class| self.count(class, class)).sum();
        right as f64 / self.counts.iter().sum::<u64>() as f64
    }

    /// Intersection over union of a class: the pixels that are of the class and given it, of those that are the one or the other
    /// (Long, Shelhamer and Darrell 2015, section 5); nothing for a class that never occurs.
    pub fn iou(&self, class: usize) -> Option<f64> {
        let others = (0..self.classes).filter(|&other| other != class);
        let either: u64 = others.map(|other| self.count(class, other) + self.count(other, class)).sum();
        let both = self.count(class, class);
        (both + either > 0).then(|| both as f64 / (both + either) as f64)
    }

    /// The mean of that over the classes that occur.
    pub fn mean_iou(&self) -> f64 {
        let each: Vec<f64> = (0..self.classes).filter_map(|class| self.iou(class)).collect();
        each.iter().sum::<f64>() / each.len() as f64
    }

    fn count(&self, truth: usize, answer: usize) -> u64 {
        self.counts[truth * self.classes + answer]
    }
}
