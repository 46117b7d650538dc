//! Losses as modules: a loss with its options as one value, to be kept beside the model; elsewhere the methods of `Var` say the same.
//!
//! Options and defaults are PyTorch's, each a builder method; every loss has a [`Reduction`], the mean unless another is given. Class
//! weights are buffers, under PyTorch's names.

mod bce_loss;
mod bce_with_logits_loss;
mod cosine_embedding_loss;
mod cross_entropy_loss;
mod ctc_loss;
mod dice_loss;
mod focal_loss;
mod gaussian_nll_loss;
mod hinge_embedding_loss;
mod huber_loss;
mod kl_div_loss;
mod l1_loss;
mod margin_ranking_loss;
mod mse_loss;
mod multi_label_margin_loss;
mod multi_label_soft_margin_loss;
mod multi_margin_loss;
mod multiclass_hinge_loss;
mod nll_loss;
mod poisson_nll_loss;
#[cfg(test)]
mod pytorch;
mod shared;
mod smooth_l1_loss;
mod soft_margin_loss;
mod triplet_margin_loss;

pub use autograd_core::ops::Reduction;

super::register! {
    bce_loss::BceLoss<T>,
    bce_with_logits_loss::BceWithLogitsLoss<T>,
    cosine_embedding_loss::CosineEmbeddingLoss,
    cross_entropy_loss::CrossEntropyLoss<T>,
    ctc_loss::CtcLoss,
    dice_loss::DiceLoss,
    focal_loss::FocalLoss,
    gaussian_nll_loss::GaussianNllLoss,
    hinge_embedding_loss::HingeEmbeddingLoss,
    huber_loss::HuberLoss,
    kl_div_loss::KlDivLoss,
    l1_loss::L1Loss,
    margin_ranking_loss::MarginRankingLoss,
    mse_loss::MseLoss,
    multi_label_margin_loss::MultiLabelMarginLoss,
    multi_label_soft_margin_loss::MultiLabelSoftMarginLoss<T>,
    multi_margin_loss::MultiMarginLoss<T>,
    multiclass_hinge_loss::MulticlassHingeLoss,
    nll_loss::NllLoss<T>,
    poisson_nll_loss::PoissonNllLoss,
    smooth_l1_loss::SmoothL1Loss,
    soft_margin_loss::SoftMarginLoss,
    triplet_margin_loss::TripletMarginLoss,
}
