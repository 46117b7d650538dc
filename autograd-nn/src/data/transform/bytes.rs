//! `images_from_bytes`: pixels from 0 to 255 as numbers from 0 to 1.

use autograd_core::{Shape, Tensor};

/// Pixels from 0 to 255 as numbers from 0 to 1: `y = x / 255`.
///
/// ```
/// use autograd_nn::data::images_from_bytes;
/// assert_eq!(images_from_bytes(&[0, 51, 255, 102], [1, 2, 2]), [[[0.0f32, 0.2], [1.0, 0.4]]].into());
/// ```
///
/// # Panics
/// If the shape has another number of elements.
#[doc(alias = "ToTensor")]
#[must_use]
#[track_caller]
pub fn images_from_bytes(bytes: &[u8], shape: impl Into<Shape>) -> Tensor {
    let shape = shape.into();
    assert!(bytes.len() == shape.numel(), "images from bytes: {} bytes do not fill {shape}", bytes.len());
    Tensor::from_fn(shape, |i| f32::from(bytes[i]) / 255.0)
}

#[cfg(test)]
mod tests {
    #[test]
    #[should_panic(expected = "images from bytes: 3 bytes do not fill [1, 2, 2]")]
    fn as_many_bytes_as_pixels() {
        let _ = super::images_from_bytes(&[0; 3], [1, 2, 2]);
    }
}
