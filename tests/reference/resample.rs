//! Resampling.

use crate::case::Case;
use crate::support::number;
use autograd::ops::{GridPadding, GridSample, Interpolation, Resize, RoiGrid};
use autograd::{Real, Tensor, Var};

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let align_corners = case.attrs["align_corners"] == true;
    let boxes = || case.constant("boxes").cast::<T>();
    let y = match case.op {
        "upsample_nearest" => x[0].upsample_nearest(case.count("scale")),
        "upsample_bilinear" => x[0].upsample_bilinear(case.sizes("size"), align_corners),
        "upsample_bicubic" => x[0].upsample_bicubic(resize(case), align_corners),
        "interpolate" => x[0].interpolate(resize(case), interpolation(case)),
        "interpolate_adjoint" => x[0].interpolate_adjoint(case.sizes("size"), resize(case), interpolation(case)),
        "pixel_shuffle" => x[0].pixel_shuffle(case.count("r")),
        "pixel_unshuffle" => x[0].pixel_unshuffle(case.count("r")),
        "affine_grid" => x[0].affine_grid(case.sizes("size"), align_corners),
        "grid_sample" if x.len() == 1 => x[0].grid_sample(&Var::constant(places(case)), grid_sample(case)),
        "grid_sample" => x[0].grid_sample(&x[1], grid_sample(case)),
        "grid_sample_nearest" => x[0].grid_sample_nearest(&places(case), grid_sample(case)),
        "roi_align" => x[0].roi_align(&boxes(), roi_grid(case)),
        "roi_align_adjoint" => x[0].roi_align_adjoint(&boxes(), roi_grid(case), case.sizes("images")),
        "roi_pool" => x[0].roi_pool(&boxes(), case.sizes("size"), number(&case.attrs["scale"])),
        _ => return None,
    };
    Some(vec![y])
}

/// A size in whole numbers, or factors.
fn resize(case: &Case<'_>) -> Resize {
    let to = &case.attrs["to"];
    match to.as_array() {
        None => Resize::from(number(to)),
        Some(to) if to[0].is_u64() => Resize::To(case.sizes("to")),
        Some(to) => Resize::By([number(&to[0]), number(&to[1])]),
    }
}

fn interpolation(case: &Case<'_>) -> Interpolation {
    let align_corners = case.attrs["align_corners"] == true;
    match case.attrs["mode"].as_str() {
        Some("nearest") => Interpolation::Nearest,
        Some("bilinear") => Interpolation::Bilinear { align_corners },
        _ => Interpolation::Bicubic { align_corners },
    }
}

fn places<T: Real>(case: &Case<'_>) -> Tensor<T> {
    case.constant("grid").cast()
}

fn grid_sample(case: &Case<'_>) -> GridSample {
    let padding = match case.attrs["padding"].as_str() {
        Some("zeros") => GridPadding::Zeros,
        Some("border") => GridPadding::Border,
        _ => GridPadding::Reflection,
    };
    GridSample { padding, align_corners: case.attrs["align_corners"] == true }
}

fn roi_grid(case: &Case<'_>) -> RoiGrid {
    RoiGrid {
        size: case.sizes("size"),
        spatial_scale: number(&case.attrs["scale"]),
        sampling_ratio: case.attrs["ratio"].as_u64().map(|samples| samples as usize),
        aligned: case.attrs["aligned"] == true,
    }
}
