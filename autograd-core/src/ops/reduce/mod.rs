//! Reductions over axes, and their relatives along one axis.

mod amax;
mod amin;
mod apex;
mod extremum;
mod log_softmax;
mod logsumexp;
mod mean;
mod norm;
mod prod;
mod prod_gradient;
mod softmax;
mod std_;
mod sum;
mod sum_to;
mod var;

register! {
    reduce:
        amax::Amax, amin::Amin, log_softmax::LogSoftmax, logsumexp::LogSumExp, mean::Mean, norm::Norm, prod::Prod,
        prod_gradient::ProdGradient, softmax::Softmax, std_::StandardDeviation, sum::Sum, sum_to::SumTo, var::Variance;
}
