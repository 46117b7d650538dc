//! The code that `#[derive(Module)]` writes.

use crate::attributes::{OfStruct, skips};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Error, Field, Generics, Ident, Index, Member, Result, Type, TypeParamBound, WherePredicate,
};

/// The implementation of `Module`, or a compile error that says what is wrong and what to do.
pub fn module(input: TokenStream, library: &str) -> TokenStream {
    syn::parse2(input).and_then(|input| implement(&input, library)).unwrap_or_else(Error::into_compile_error)
}

fn implement(input: &DeriveInput, library: &str) -> Result<TokenStream> {
    let said = OfStruct::read(&input.attrs)?;
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        let kind = if matches!(input.data, Data::Enum(_)) { "an enum" } else { "a union" };
        let why = format!(
            "`Module` can be derived for a struct, `{name}` is {kind}: keep the alternatives in a field of type \
             `Box<dyn Forward>`, or implement `Module` by hand"
        );
        return Err(Error::new_spanned(name, why));
    };
    let path = match said.path {
        Some(path) => path,
        None => syn::parse_str(library)?,
    };
    if said.stateless {
        return Ok(stateless(input, &path));
    }
    let element = match said.element {
        Some(element) => element,
        None => element(&input.generics)?,
    };

    let mut fields = Vec::new();
    for (i, field) in data.fields.iter().enumerate() {
        if !skips(&field.attrs)? {
            fields.push((i, field));
        }
    }
    let visits = fields.iter().map(|&(i, field)| visit(i, field));
    let generics = bounded(&input.generics, &fields, &element, &path);
    let (parameters, arguments, conditions) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #parameters #path::Module<#element> for #name #arguments #conditions {
            fn visit(&self, visitor: &mut #path::Visitor<'_, #element>) {
                visitor.module(self);
                #(#visits)*
            }
        }
    })
}

/// A struct without parts is a module whatever the element type.
fn stateless(input: &DeriveInput, path: &syn::Path) -> TokenStream {
    let name = &input.ident;
    let mut generics = input.generics.clone();
    generics.params.push(syn::parse_quote!(AnyElement: #path::Real));
    let (parameters, _, conditions) = generics.split_for_impl();
    let (_, arguments, _) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #parameters #path::Module<AnyElement> for #name #arguments #conditions {
            fn visit(&self, visitor: &mut #path::Visitor<'_, AnyElement>) {
                visitor.module(self);
            }
        }
    }
}

/// The visit of one field; spans are those of its type, so that "not a module" points there.
fn visit(i: usize, field: &Field) -> TokenStream {
    let (label, member) = match &field.ident {
        Some(ident) => (ident.unraw().to_string(), Member::Named(ident.clone())),
        None => (i.to_string(), Member::Unnamed(Index::from(i))),
    };
    // Names are looked up at the call: the type may come out of a macro, where `self` and `visitor` would be others.
    let span = field.ty.span().resolved_at(Span::call_site());
    quote_spanned!(span=> visitor.field(#label, &self.#member);)
}

/// The element type: the type parameter that is bounded by `Real`, else f32.
fn element(generics: &Generics) -> Result<Type> {
    let is_real = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Real"),
        _ => false,
    };
    let in_where = |parameter: &Ident| {
        generics.where_clause.iter().flat_map(|clause| &clause.predicates).any(|predicate| match predicate {
            WherePredicate::Type(predicate) => {
                is(&predicate.bounded_ty, parameter) && predicate.bounds.iter().any(is_real)
            }
            _ => false,
        })
    };
    let mut real = generics.type_params().filter(|ty| ty.bounds.iter().any(is_real) || in_where(&ty.ident));
    match (real.next(), real.next()) {
        (None, _) => syn::parse_str("f32"),
        (Some(only), None) => syn::parse2(only.ident.to_token_stream()),
        (Some(first), Some(second)) => {
            let why = format!(
                "both `{}` and `{}` are bounded by `Real`: say `#[module(element = {})]` or the other",
                first.ident, second.ident, first.ident
            );
            Err(Error::new_spanned(second, why))
        }
    }
}

/// The generics of the struct, with the demand that each type parameter which a visited field mentions is a module.
fn bounded(generics: &Generics, fields: &[(usize, &Field)], element: &Type, path: &syn::Path) -> Generics {
    let mut bounded = generics.clone();
    for parameter in generics.type_params().map(|ty| &ty.ident) {
        if !is(element, parameter) && fields.iter().any(|(_, field)| mentions(field.ty.to_token_stream(), parameter)) {
            bounded.make_where_clause().predicates.push(syn::parse_quote!(#parameter: #path::Module<#element>));
        }
    }
    bounded
}

fn is(ty: &Type, name: &Ident) -> bool {
    matches!(ty, Type::Path(ty) if ty.path.is_ident(name))
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(input: &str) -> String {
        module(input.parse().expect("tokens"), "::autograd_nn").to_string()
    }

    #[test]
    fn the_element_is_the_parameter_bounded_by_real_else_f32() {
        let heads = [
            ("struct Net { a: Linear }", ":: autograd_nn :: Module < f32 >"),
            ("struct Net<E: Real> { a: Linear<E> }", ":: autograd_nn :: Module < E >"),
            ("struct Net<E: autograd::Real + Copy> { a: Linear<E> }", ":: autograd_nn :: Module < E >"),
            ("struct Net<E> where E: Real { a: Linear<E> }", ":: autograd_nn :: Module < E >"),
            ("#[module(element = f64)] struct Net { a: Linear<f64> }", ":: autograd_nn :: Module < f64 >"),
            ("#[module(crate = my::nn)] struct Net { a: Linear }", "my :: nn :: Module < f32 >"),
            ("#[module(stateless)] struct Net { slope: f64 }", ":: autograd_nn :: Module < AnyElement > for Net {"),
            (
                "#[module(stateless)] struct Net<F: Fn()> { f: F }",
                ":: autograd_nn :: Module < AnyElement > for Net < F > {",
            ),
        ];
        for (input, expected) in heads {
            let written = written(input);
            assert!(written.contains(expected), "{written}");
        }
    }

    #[test]
    fn fields_are_visited_in_order_under_their_names() {
        let named = written("struct Net { r#type: A, #[module(skip)] note: Note, last: B }");
        let first = named.find("visitor . field (\"type\" , & self . r#type)").expect("the raw name without its r#");
        let last = named.find("visitor . field (\"last\" , & self . last)").expect("the last field");
        assert!(first < last && !named.contains("note"), "{named}");
        let numbered = written("struct Pair(#[module(skip)] A, B);");
        assert!(numbered.contains("field (\"1\" , & self . 1)") && !numbered.contains("self . 0"), "{numbered}");
    }

    #[test]
    fn a_type_parameter_of_a_visited_field_must_be_a_module() {
        let written = written("struct Two<A, B, C> { a: Vec<A>, #[module(skip)] b: B, c: PhantomData<C> }");
        assert!(written.contains("where A : :: autograd_nn :: Module < f32 > , C :"), "{written}");
        assert!(!written.contains("B :"), "{written}");
    }

    #[test]
    fn what_cannot_be_derived_says_why_and_what_to_do() {
        let refusals = [
            ("enum Net { A }", "`Net` is an enum"),
            ("union Net { a: u8 }", "`Net` is a union"),
            ("struct Net<A: Real, B: Real> { a: Linear<A>, b: Linear<B> }", "say `#[module(element = A)]`"),
            ("#[module(skip)] struct Net { a: A }", "`skip` is said of a field"),
            ("#[module(elements = f64)] struct Net { a: A }", "a struct takes `element = f64`"),
            ("struct Net { #[module(skipped)] a: A }", "a field takes `skip` and nothing else"),
        ];
        for (input, expected) in refusals {
            let written = written(input);
            assert!(written.contains("compile_error") && written.contains(expected), "{written}");
        }
    }
}
