//! `require!` and `refuse!`: as `assert!` and `panic!`, with the line of whoever called, behind pointers too.

/// Refuses a use that does not satisfy a condition.
macro_rules! require {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            autograd_core::refuse(format_args!($($message)+));
        }
    };
}

/// Refuses a use.
macro_rules! refuse {
    ($($message:tt)+) => {
        autograd_core::refuse(format_args!($($message)+))
    };
}

pub(crate) use {refuse, require};
