//! What is a module by itself: the parts, containers of modules, and plain data, which holds nothing.

use super::{Buffer, Counter, Forward, KeyStream, Module, Part, Training, Visitor};
use crate::Parameter;
use autograd_core::{Real, Var, blame};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

impl<T: Real> Module<T> for Parameter<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.part(Part::Parameter(self));
    }
}
impl<T: Real> Module<T> for Buffer<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.part(Part::Buffer(self));
    }
}
impl<T: Real> Module<T> for Training {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.part(Part::Training(self));
    }
}
impl<T: Real> Module<T> for Counter {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.part(Part::Counter(self));
    }
}
impl<T: Real> Module<T> for KeyStream {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.part(Part::KeyStream(self));
    }
}

impl<T: Real, M: Module<T>> Module<T> for Option<M> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        if let Some(module) = self {
            module.visit(visitor);
        }
    }
}
impl<T: Real, M: Module<T>> Module<T> for Vec<M> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.list(self);
    }
}
impl<T: Real, M: Module<T>, const N: usize> Module<T> for [M; N] {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.list(self);
    }
}

macro_rules! maps {
    ($($Map:ty),+) => {$(
        /// Modules by name, in the order of the map. A name with a dot in it would read as two.
        impl<T: Real, K: AsRef<str>, M: Module<T>> Module<T> for $Map {
            fn visit(&self, visitor: &mut Visitor<'_, T>) {
                for (name, module) in self {
                    visitor.field(name.as_ref(), module);
                }
            }
        }
    )+};
}
maps!(BTreeMap<K, M>, IndexMap<K, M>);

/// A reference, so that modules that lie apart are named together: `(&generator, &critic)`.
impl<T: Real, M: Module<T> + ?Sized> Module<T> for &M {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        (**self).visit(visitor);
    }
}

macro_rules! behind_pointers {
    ($($Pointer:ident),+) => {$(
        impl<T: Real, M: Module<T> + ?Sized> Module<T> for $Pointer<M> {
            fn visit(&self, visitor: &mut Visitor<'_, T>) {
                (**self).visit(visitor);
            }
        }
        impl<T: Real, M: Forward<T> + ?Sized> Forward<T> for $Pointer<M> {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                // Behind the pointer nobody sees who called.
                blame(Location::caller(), || (**self).forward(x))
            }
        }
    )+};
}
behind_pointers!(Box, Arc);

macro_rules! tuples {
    ($(($($M:ident $i:tt),+);)+) => {$(
        impl<T: Real, $($M: Module<T>),+> Module<T> for ($($M,)+) {
            fn visit(&self, visitor: &mut Visitor<'_, T>) {
                $(visitor.field(stringify!($i), &self.$i);)+
            }
        }
    )+};
}
tuples! { (A 0); (A 0, B 1); (A 0, B 1, C 2); (A 0, B 1, C 2, D 3); }

macro_rules! plain_data {
    ($($Data:ty),+) => {$(
        impl<T: Real> Module<T> for $Data {
            fn visit(&self, _: &mut Visitor<'_, T>) {}
        }
    )+};
}
plain_data!(bool, char, String, (), u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64);

impl<T: Real, X: ?Sized> Module<T> for PhantomData<X> {
    fn visit(&self, _: &mut Visitor<'_, T>) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    // The trait and the derive.
    use crate::Module;

    #[derive(Module)]
    struct Block<M>(M, #[module(skip)] &'static str, [Parameter; 2]);

    #[derive(Module)]
    #[module(element = f64)]
    struct Everything {
        boxed: Box<dyn Module<f64>>,
        shared: Arc<Parameter<f64>>,
        absent: Option<Parameter<f64>>,
        running: Buffer<f64>,
        training: Training,
        pair: (Parameter<f64>, usize),
        kernel: [usize; 2],
        r#type: Parameter<f64>,
    }

    #[derive(Module)]
    struct Nothing;

    macro_rules! written_by_a_macro {
        ($Name:ident) => {
            #[derive(Module)]
            struct $Name {
                inner: Parameter,
            }
        };
    }
    written_by_a_macro!(Written);

    fn names<T: Real>(module: &dyn Module<T>) -> Vec<String> {
        module.named_parameters().into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn tuple_structs_generics_and_arrays_are_named_by_number() {
        let parameter = || Parameter::new([1.0f32]);
        let block = Block(vec![parameter(), parameter()], "note", [parameter(), parameter()]);
        assert_eq!(names(&block), ["0.0", "0.1", "2.0", "2.1"]);
        assert_eq!(block.1, "note");
        assert!(names::<f32>(&Nothing).is_empty());
        assert_eq!(names(&(&block.0, &block.2)), ["0.0", "0.1", "1.0", "1.1"]);
        assert_eq!(names(&Written { inner: parameter() }), ["inner"]);
    }

    #[test]
    fn maps_name_modules_by_their_keys() {
        let parameter = || Parameter::new([1.0f32]);
        let sorted = BTreeMap::from([("relu", parameter()), ("conv", parameter())]);
        assert_eq!(names::<f32>(&sorted), ["conv", "relu"]);
        let inserted = IndexMap::from([("relu".to_owned(), vec![parameter()]), ("conv".to_owned(), vec![parameter()])]);
        assert_eq!(names::<f32>(&inserted), ["relu.0", "conv.0"]);
    }

    #[test]
    fn every_kind_of_field_is_visited_in_order() {
        let parameter = || Parameter::new([1.0, 2.0]);
        let shared = parameter();
        let all = Everything {
            boxed: Box::new(shared.clone()),
            shared: Arc::new(shared),
            absent: None,
            running: Buffer::new([0.0]),
            training: Training::default(),
            pair: (parameter(), 3),
            kernel: [5, 5],
            r#type: parameter(),
        };
        assert_eq!(names(&all), ["boxed", "pair.0", "type"], "the tied one under its first name");
        assert_eq!(all.parameter_count(), 6);
        assert_eq!(all.named_buffers()[0].0, "running");
        all.eval();
        assert!(!all.training.is_on());
        all.train();
        assert!(all.training.is_on());
        all.freeze();
        assert!(!all.r#type.is_trainable());
        all.unfreeze();
        assert!(all.shared.is_trainable());
        assert_eq!((all.kernel, all.pair.1, all.absent.is_none()), ([5, 5], 3, true));
    }
}
