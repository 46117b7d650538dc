//! `prefetch`: asks for memory that is read soon.

/// Asks the processor to fetch `data` into its nearest cache, so that it is there when it is read; a hint, which changes no result.
///
/// Processors fetch ahead by themselves, but only so far, and each page anew: a loop over many slices side by side, each larger than the
/// caches, gains from asking for what it reads some turns later. Without effect where the processor has no such instruction.
///
/// ```
/// use autograd_kernel::prefetch::prefetch;
/// let data = vec![1.0f32; 1 << 12];
/// let (blocks, _) = data.as_chunks::<64>();
/// let mut sum = 0.0;
/// for (i, block) in blocks.iter().enumerate() {
///     blocks.get(i + 2).into_iter().for_each(|ahead| prefetch(ahead));
///     sum += block.iter().sum::<f32>();
/// }
/// assert_eq!(sum, 4096.0);
/// ```
#[inline(always)]
pub fn prefetch<T>(data: &[T]) {
    prefetch_at(data.as_ptr(), size_of_val(data));
}

/// As [`prefetch`], for so many bytes from an address on, whatever lies there.
#[inline(always)]
pub(crate) fn prefetch_at<T>(start: *const T, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..bytes).step_by(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: each processor of this architecture has SSE, and the hint neither reads nor writes, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.cast::<i8>().wrapping_add(line)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (start, bytes);
}
