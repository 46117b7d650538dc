//! The kernels that this crate compiles for `f32` and `f64`, so that the crates above need not.
//!
//! A generic function is compiled in each crate that calls it, for each instruction set, except where it is `#[inline(never)]` and a crate below has it
//! for the same types: then the compiler takes that one. So kernels of weight are marked, and named here. One that is missing is right and fast all
//! the same, but each test, bench and program compiles it anew.

use crate::attention::Attention;
use crate::conv::Sizes;
use crate::cross_entropy::Classes;
use crate::ctc::Batch;
use crate::element::Real;
use crate::grid::Grid;
use crate::index::{self, Windows};
use crate::normalize::Normalize;
use crate::pool::Pool;
use crate::recurrent::cells::{Cell, Gru, Lstm, Relu, Tanh};
use crate::recurrent::plan::Plan;
use crate::softmax::{self, LogSum};
use crate::view::{Reader, View};
use crate::{elementwise, extreme, order, recurrent, reduce, resample, roi, scan};

/// Where the code of a function begins.
type Address = *const ();

/// Where the kernels begin; nobody needs to know, but whoever could ask makes the compiler compile them.
#[inline(never)]
pub fn instances() -> Vec<Address> {
    [of::<f32>(), of::<f64>()].concat()
}

fn of<T: Real>() -> Vec<Address> {
    let cells = [cell::<Gru, T>(), cell::<Lstm, T>(), cell::<Relu, T>(), cell::<Tanh, T>()].concat();
    let kernels = [
        Attention::<T>::forward_block as Address,
        Attention::<T>::backward_head as Address,
        Sizes::forward::<T> as Address,
        Sizes::input::<T> as Address,
        Sizes::weight::<T> as Address,
        Classes::<T>::sums as Address,
        Classes::<T>::loss as Address,
        Classes::<T>::gradient as Address,
        Classes::<T>::shares as Address,
        Batch::<T>::sums as Address,
        Batch::<T>::loss as Address,
        Batch::<T>::gradient as Address,
        elementwise::map::<T, T> as Address,
        elementwise::zip::<T, T, T> as Address,
        elementwise::zip3::<T, T, T, T> as Address,
        extreme::positions::<T, true> as Address,
        extreme::positions::<T, false> as Address,
        Grid::places::<T> as Address,
        Grid::sample::<T> as Address,
        Grid::image_gradient::<T> as Address,
        Grid::grid_gradient::<T> as Address,
        index::place::<T> as Address,
        index::interleave::<T, 2> as Address,
        index::interleave::<T, 3> as Address,
        index::interleave::<T, 4> as Address,
        Windows::add::<T> as Address,
        index::select::<T> as Address,
        index::add_rows::<T> as Address,
        index::gather::<T> as Address,
        index::scatter_add::<T> as Address,
        index::copy_rows::<T> as Address,
        index::scatter::<T> as Address,
        T::solve as Address,
        T::inverse as Address,
        T::solve_triangular as Address,
        T::cholesky as Address,
        T::det as Address,
        T::slogdet as Address,
        Normalize::forward::<T> as Address,
        Normalize::lines::<T> as Address,
        Normalize::backward::<T> as Address,
        order::first::<T> as Address,
        order::nth::<T> as Address,
        order::nth_and_next::<T> as Address,
        order::first_few::<T> as Address,
        Pool::max::<T> as Address,
        Pool::argmax::<T> as Address,
        Pool::mean::<T> as Address,
        Pool::spread::<T> as Address,
        recurrent::input_gradient::<T> as Address,
        recurrent::input_weight_gradient::<T> as Address,
        recurrent::state_weight_gradient::<T> as Address,
        Plan::unpack::<T> as Address,
        Plan::states_back::<T> as Address,
        Plan::last::<T> as Address,
        reduce::sum::<T> as Address,
        reduce::sum_sizes::<T> as Address,
        reduce::sum_slice::<T> as Address,
        reduce::squared_deviations::<T> as Address,
        reduce::norm::<T> as Address,
        resample::planes::<T> as Address,
        resample::planes_adjoint::<T> as Address,
        resample::regions::<T> as Address,
        resample::regions_adjoint::<T> as Address,
        roi::argmax::<T> as Address,
        scan::running_logsumexp::<T> as Address,
        scan::sums::<T> as Address,
        scan::product_adjoint::<T> as Address,
        scan::products::<T> as Address,
        scan::recurrence::<T> as Address,
        LogSum::<T>::of as Address,
        softmax::softmax_rows::<T> as Address,
        softmax::log_softmax_rows::<T> as Address,
        softmax::softmax_adjoint::<T> as Address,
        softmax::log_softmax_adjoint::<T> as Address,
        View::<T>::copy_to as Address,
        Reader::<T>::copy as Address,
    ];
    [cells.as_slice(), &kernels].concat()
}

fn cell<C: Cell, T: Real>() -> Vec<Address> {
    vec![recurrent::forward::<C, T> as Address, recurrent::backward::<C, T> as Address]
}
