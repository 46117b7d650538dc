//! The door to the vector instructions: which set kernels are run with is found out once, when the program runs.
//!
//! A kernel is a value with a method ([`WithSimd`] or [`NullaryFnOnce`]) that is compiled once for each set; mark the method and what it calls
//! `#[inline(always)]`, since only what is inlined is compiled for the set. `AUTOGRAD_ISA=portable|avx2|avx512` chooses another than
//! the best one.

use pulp::Arch;
pub use pulp::{NullaryFnOnce, Simd, WithSimd};
use std::cell::Cell;
use std::sync::OnceLock;

/// A set of vector instructions that this machine has.
#[derive(Clone, Copy, Debug)]
pub struct Isa {
    /// As `AUTOGRAD_ISA` calls it.
    pub name: &'static str,
    arch: Arch,
}

thread_local! {
    /// The set that tests chose for this thread.
    static CHOSEN: Cell<Option<Isa>> = const { Cell::new(None) };
}

impl Isa {
    /// The sets that this machine has, the best one last.
    pub fn all() -> Vec<Isa> {
        #[cfg(target_arch = "x86_64")]
        let all = [
            Some(Isa { name: "portable", arch: Arch::Scalar }),
            pulp::x86::V3::try_new().map(|v3| Isa { name: "avx2", arch: Arch::V3(v3) }),
            pulp::x86::V4::try_new().map(|v4| Isa { name: "avx512", arch: Arch::V4(v4) }),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let all = [Some(Isa { name: "portable", arch: Arch::new() })];
        all.into_iter().flatten().collect()
    }

    /// The set that kernels run with on this thread.
    ///
    /// # Panics
    /// If `AUTOGRAD_ISA` names a set that this machine has not.
    #[inline]
    pub fn current() -> Isa {
        static BEST: OnceLock<Isa> = OnceLock::new();
        CHOSEN.get().unwrap_or_else(|| *BEST.get_or_init(best))
    }

    /// Runs `f` with this set for the kernels that it calls.
    pub fn hold<R>(self, f: impl FnOnce() -> R) -> R {
        struct Restore(Option<Isa>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CHOSEN.set(self.0);
            }
        }
        let _restore = Restore(CHOSEN.replace(Some(self)));
        f()
    }

    /// Runs a kernel compiled for this set.
    #[inline]
    pub fn dispatch<K: WithSimd>(self, kernel: K) -> K::Output {
        self.arch.dispatch(kernel)
    }
}

/// Runs a kernel with the set of this thread.
#[inline]
pub fn dispatch<K: WithSimd>(kernel: K) -> K::Output {
    Isa::current().dispatch(kernel)
}

/// Whether the processor interrupts itself for a vector of products among which there is a subnormal number: Intel's do, AMD's take hardly longer than
/// for others (docs/adr/0014).
#[inline]
pub fn subnormals_interrupt() -> bool {
    static INTEL: OnceLock<bool> = OnceLock::new();
    *INTEL.get_or_init(intel)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
fn intel() -> bool {
    // The first leaf has the vendor's name in these registers, in this order.
    let leaf = std::arch::x86_64::__cpuid(0);
    [leaf.ebx, leaf.edx, leaf.ecx].map(u32::to_le_bytes).concat() == b"GenuineIntel"
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn intel() -> bool {
    false
}

fn best() -> Isa {
    let all = Isa::all();
    let best = all[all.len() - 1];
    let Ok(name) = std::env::var("AUTOGRAD_ISA") else { return best };
    all.iter().copied().find(|isa| isa.name == name).unwrap_or_else(|| {
        let names: Vec<&str> = all.iter().map(|isa| isa.name).collect();
        panic!("AUTOGRAD_ISA is {name:?}, this machine has {}", names.join(", "))
    })
}
