//! Attention.

mod options;
mod scaled_dot_product_attention;
#[cfg(any(test, feature = "testing"))]
mod textbook;

register! {
    attention: ;
    composites: scaled_dot_product_attention::Attention;
}
