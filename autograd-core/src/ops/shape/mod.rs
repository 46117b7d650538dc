//! Ops that move elements and change none.

mod broadcast_to;
mod concat;
mod diag_embed;
mod diagonal;
mod embed;
mod flatten;
mod flip;
mod fold;
mod pad;
mod pad_with;
mod permute;
mod repeat;
mod reshape;
mod roll;
mod select;
mod slice;
mod split;
mod squeeze;
mod stack;
mod transpose;
mod tril;
mod triu;
mod unfold;

pub use pad_with::PadMode;
pub use repeat::Repeats;

register! {
    shape:
        broadcast_to::BroadcastTo, concat::Concat, diag_embed::DiagEmbed, diagonal::Diagonal, embed::Embed, flip::Flip,
        fold::Fold, pad::Pad, permute::Permute, reshape::Reshape, roll::Roll, slice::Slice, stack::Stack, tril::Tril,
        triu::Triu, unfold::Unfold;
}
