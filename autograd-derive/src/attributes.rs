//! `#[module(..)]`: what may be said of a struct and of a field.

use syn::{Attribute, Path, Result, Type};

/// What `#[module(..)]` says of a struct.
#[derive(Default)]
pub struct OfStruct {
    /// `element = f64`: the element type, where the rule would find another.
    pub element: Option<Type>,
    /// `crate = some::path`: where `Module` and `Visitor` are found.
    pub path: Option<Path>,
    /// `stateless`: the struct holds nothing that is saved or trained, and is a module of every element type.
    pub stateless: bool,
}

impl OfStruct {
    /// Reads the attributes of a struct.
    pub fn read(attributes: &[Attribute]) -> Result<OfStruct> {
        let mut found = OfStruct::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("module")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("element") {
                    found.element = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("crate") {
                    found.path = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("stateless") {
                    found.stateless = true;
                } else if meta.path.is_ident("skip") {
                    return Err(meta.error("`skip` is said of a field, not of the struct"));
                } else {
                    return Err(meta.error("a struct takes `element = f64`, `stateless` and `crate = some::path`"));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// Whether `#[module(skip)]` is said of a field.
pub fn skips(attributes: &[Attribute]) -> Result<bool> {
    let mut skip = false;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("module")) {
        attribute.parse_nested_meta(|meta| {
            skip = meta.path.is_ident("skip");
            if skip { Ok(()) } else { Err(meta.error("a field takes `skip` and nothing else")) }
        })?;
    }
    Ok(skip)
}
