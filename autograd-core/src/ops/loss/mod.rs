//! Losses.

mod binary_cross_entropy;
mod binary_cross_entropy_with_logits;
mod checks;
mod classes;
mod cosine_embedding_loss;
mod cosine_similarity;
mod cross_entropy;
mod cross_entropy_options;
mod cross_entropy_soft;
mod ctc_labels;
mod ctc_loss;
mod ctc_options;
mod gaussian_nll_loss;
mod hinge_embedding_loss;
mod huber_loss;
mod kl_div;
mod l1_loss;
mod margin_ranking_loss;
mod mse_loss;
mod multi_margin_loss;
mod multiclass_hinge_loss;
mod nll_loss;
mod pairwise_distance;
mod poisson_nll_loss;
mod reduction;
mod smooth_l1_loss;
mod soft_margin_loss;
mod triplet_margin_loss;

pub use binary_cross_entropy_with_logits::BinaryCrossEntropyOptions;
pub use cross_entropy_options::CrossEntropyOptions;
pub use cross_entropy_soft::SoftCrossEntropyOptions;
pub use ctc_options::CtcLossOptions;
pub use gaussian_nll_loss::GaussianNllLossOptions;
pub use multi_margin_loss::MultiMarginLossOptions;
pub use nll_loss::NllLossOptions;
pub use poisson_nll_loss::PoissonNllLossOptions;
pub use reduction::Reduction;
pub use triplet_margin_loss::TripletMarginLossOptions;

register! {
    loss:
        binary_cross_entropy::BinaryCrossEntropy, binary_cross_entropy_with_logits::BinaryCrossEntropyWithLogits,
        cross_entropy_soft::CrossEntropySoft, huber_loss::HuberLoss, kl_div::KlDiv,
        smooth_l1_loss::SmoothL1Loss;
    composites: cross_entropy::CrossEntropy, ctc_loss::CtcLoss;
}
