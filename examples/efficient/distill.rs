//! Distillation: a small network learns from the answers of a large one (Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network").

use autograd::prelude::*;

/// How a student weighs what the teacher says against what is true.
#[derive(Clone, Copy)]
pub struct Lesson {
    /// The temperature: above 1, the teacher's second and third guesses are heard too.
    pub temperature: f64,
    /// The share of the loss that the teacher's answers have.
    pub share: f64,
}

impl Lesson {
    /// `share · T² · KL(softmax(teacher / T) ‖ softmax(student / T)) + (1 − share) · cross entropy(student, labels)`, mean over the batch; `T²`
    /// keeps the gradients of the first part as large as those of the second (section 2 there).
    pub fn loss(&self, student: &Var, teacher: &Var, labels: &Tensor<i64>) -> Var {
        let (t, share) = (self.temperature as f32, self.share as f32);
        let [student_soft, teacher_soft] = [student, teacher].map(|scores| (scores / t).log_softmax(-1));
        let heard = student_soft.kl_div(&teacher_soft, true, Reduction::BatchMean) * (t * t);
        heard * share + student.cross_entropy(labels) * (1.0 - share)
    }
}
