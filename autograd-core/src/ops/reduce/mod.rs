//! Reductions over axes, and their relatives along one axis.

mod amax;
mod amin;
mod apex;
mod extremum;
mod log_softmax;
mod log_softmax_adjoint;
mod logsumexp;
mod mean;
mod norm;
mod prod;
mod prod_adjoint;
mod softmax;
mod softmax_adjoint;
mod std_;
mod sum;
mod sum_to;
mod var;

register! {
    reduce:
        amax::Amax, amin::Amin, log_softmax::LogSoftmax, log_softmax_adjoint::LogSoftmaxAdjoint,
        logsumexp::LogSumExp, mean::Mean, norm::Norm, prod::Prod, prod_adjoint::ProdAdjoint,
        softmax::Softmax, softmax_adjoint::SoftmaxAdjoint, std_::StandardDeviation, sum::Sum, sum_to::SumTo,
        var::Variance;
}
