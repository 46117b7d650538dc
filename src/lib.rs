//! A define-by-run automatic differentiation engine and neural-network library for the CPU.
