//! Reductions over axes, and their relatives along one axis.

mod amax;
mod amin;
mod extremum;
mod log_softmax;
mod logsumexp;
mod mean;
mod softmax;
mod sum;
mod sum_to;

register! {
    reduce:
        amax::Amax, amin::Amin, log_softmax::LogSoftmax, logsumexp::LogSumExp, mean::Mean, softmax::Softmax,
        sum::Sum, sum_to::SumTo;
}
