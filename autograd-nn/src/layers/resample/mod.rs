//! Images and sequences of another size.

mod channel_shuffle;
mod pad;
mod pixel_shuffle;
#[cfg(test)]
mod pytorch;
mod upsample;

pub use pad::PadWith;

super::register! {
    channel_shuffle::ChannelShuffle, pad::Pad, pixel_shuffle::PixelShuffle, pixel_shuffle::PixelUnshuffle,
    upsample::Upsample,
}
