//! Ops that move elements and change none.

mod broadcast_to;
mod concat;
mod embed;
mod pad;
mod permute;
mod reshape;
mod slice;
mod stack;

register! {
    shape:
        broadcast_to::BroadcastTo, concat::Concat, embed::Embed, pad::Pad, permute::Permute, reshape::Reshape,
        slice::Slice, stack::Stack;
}
