//! Images resampled: to another size, at the places of a grid, and in boxes.

mod affine_grid;
mod boxes;
mod grid_sample;
mod grid_sample_nearest;
mod interpolate;
mod interpolate_adjoint;
mod pixel_shuffle;
mod roi_align;
mod roi_align_adjoint;
mod roi_pool;
mod sizes;
mod upsample;

pub use crate::kernel::grid::GridPadding;
pub use roi_align::RoiGrid;
pub use sizes::{Interpolation, Resize};

register! {
    resample:
        interpolate::Interpolate, interpolate_adjoint::InterpolateAdjoint, roi_align::RoiAlign,
        roi_align_adjoint::RoiAlignAdjoint;
    composites: grid_sample::GridSample;
}
