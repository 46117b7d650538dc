//! `Fit`: numbers that were fitted to machines, for each set of instructions to those that have it.

/// What decides how long a product takes.
pub(super) struct Fit {
    /// Bytes of a row of the left operand that one pass along `k` takes: fewer passes read and write the result less often. This alone decides
    /// about bits: within a pass a sum is one chain.
    pub depth: usize,
    /// Rows of a piece,
    pub rows: usize,
    /// and where one thread computes all: it waits for nobody, and more rows share what is packed.
    pub rows_alone: usize,
    /// Pieces that a large product has at least, for several threads.
    pub pieces: usize,
    /// Bytes of panels that a piece goes through again and again: they stay in the second cache.
    pub reused: usize,
    /// Rows of the left operand from which on packing the right one pays, though its rows are runs, unless the first cache holds it.
    pub to_pack: usize,
    /// Rows of a panel to ask for ahead of time, since it streams from the second cache.
    pub ahead: isize,
    /// Vectors to ask for beside those that a row is read for, where it is not in panels; without any it is rows ahead, as in panels.
    pub beside: usize,
    /// Bytes of each row that a piece takes, where a single row meets a matrix.
    pub run: usize,
}

impl Fit {
    /// Intel Xeon, model 207: 48 KiB and 2 MiB of caches, twelve lines of the first with the same place.
    pub const AVX512: Fit = Fit {
        depth: 2048,
        rows: 128,
        rows_alone: 128,
        pieces: 32,
        reused: 1 << 20,
        to_pack: 32,
        ahead: 12,
        beside: 0,
        run: 2048,
    };
    /// AMD EPYC of the third generation: 32 KiB and 512 KiB, eight lines with the same place, so that rows whose distance is a power of two push
    /// out what was asked for a few of them ahead. The processor itself is early enough in panels.
    pub const AVX2: Fit = Fit {
        depth: 4096,
        rows: 256,
        rows_alone: 512,
        pieces: 16,
        reused: 1 << 18,
        to_pack: 13,
        ahead: 0,
        beside: 4,
        run: 4096,
    };
}
