//! `#[derive(Module)]`: a struct of layers is a module; each field is visited under its name.
//!
//! Use it as `autograd_nn::Module` or `autograd::nn::Module`, which name the trait and this macro together; its rules are told there.

mod attributes;
mod expand;

use proc_macro::TokenStream;

/// Implements `autograd_nn::Module`: each field is visited under its name, in the order of the struct.
#[proc_macro_derive(Module, attributes(module))]
pub fn module(input: TokenStream) -> TokenStream {
    expand::module(input.into(), "::autograd_nn").into()
}

/// [`Module`] as `autograd::nn` exports it, for crates that depend on `autograd` alone.
#[proc_macro_derive(FacadeModule, attributes(module))]
pub fn facade_module(input: TokenStream) -> TokenStream {
    expand::module(input.into(), "::autograd::nn").into()
}
