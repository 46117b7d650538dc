//! `einsum`: sums of products, written as an equation between axes.

use super::contraction::{Label, Labelled, cheapest, contract};
use super::equation::Equation;
use super::trace::diagonal;
use crate::error::Error;
use crate::graph::mode::blame;
use crate::ops::prelude::*;
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::panic::Location;

impl<T: Real> Var<T> {
    /// The sum of products that an equation describes: letters name the axes of each operand, and those of the result.
    ///
    /// `"ij,jk->ik"` is `y[i, k] = Σⱼ a[i, j] · b[j, k]`: axes of one letter run together, and letters that the result does not name are
    /// summed over. Operands are contracted two at a time through matrix products, in the order that costs the fewest multiplications
    /// (up to four operands; beyond, the cheapest pair first).
    ///
    /// - A letter twice in one term takes the diagonal: `"ii->i"`, and `"ii->"` is the trace.
    /// - `...` stands for all axes that are not named; they broadcast between operands. Not in the result, they are summed over.
    /// - Without `->`, the result has the axes of `...`, then each letter that occurs once, in alphabetical order, capitals first.
    /// - Axes of size 1 broadcast. Spaces are of no account.
    ///
    /// # Shape
    /// As the equation says; letters are `a` to `z` and `A` to `Z`
    ///
    /// # Gradient
    /// That of each operand is another such sum: for `"ij,jk->ik"`, `da = einsum("ik,jk->ij", dy, b)`. A composition of permutations, sums
    /// and products, which save their operands.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([[1.0, 2.0], [3.0, 4.0]]), Var::leaf([1.0, 10.0]));
    /// let y = Var::einsum("ij,j->i", &[&a, &b]);
    /// assert_eq!(y.to_vec(), [21.0, 43.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&b).unwrap().to_vec(), [4.0, 6.0]);
    /// assert_eq!(Var::einsum("ii", &[&a]).item(), 5.0);
    /// ```
    ///
    /// # Panics
    /// If the equation is malformed or does not fit the operands; the message names the letter.
    #[track_caller]
    #[must_use]
    pub fn einsum(equation: &str, operands: &[impl Borrow<Var<T>>]) -> Self {
        let operands: List<&Var<T>> = operands.iter().map(Borrow::borrow).collect();
        let shapes: Vec<&Shape> = operands.iter().map(|x| x.shape()).collect();
        let at = Location::caller();
        let y = match Equation::new(equation, &shapes) {
            Ok(parsed) => blame(at, || evaluate(&parsed, &operands)),
            Err(why) => Err(why),
        };
        match y {
            Ok(y) => y,
            Err(why) => Error::refused("einsum", equation, why, &[], shapes.into_iter()).raise(),
        }
    }
}

fn evaluate<T: Real>(equation: &Equation, operands: &[&Var<T>]) -> Result<Var<T>, Mismatch> {
    let Equation { inputs, output, sizes } = equation;
    let mut left: Vec<Labelled<T>> = Vec::new();
    for (&x, labels) in operands.iter().zip(inputs) {
        let shared = |label| inputs.iter().filter(|term| term.contains(&label)).count() > 1;
        let x = fitted(Labelled { x: x.clone(), labels: labels.clone() }, sizes)?;
        left.push(x.summed(|label| output.contains(&label) || shared(label)));
    }
    let terms: Vec<Vec<Label>> = left.iter().map(|x| x.labels.clone()).collect();
    let (_, order) = cheapest(&terms, output, &|label| sizes[&label]);
    for (i, j) in order {
        let (b, a) = (left.remove(j), left.remove(i));
        let product = contract(a, b, |label| output.contains(&label) || left.iter().any(|x| x.has(label)))?;
        left.push(product);
    }
    let last = left.pop().expect("an equation has a term").summed(|label| output.contains(&label));
    Ok(last.arranged(output))
}

/// The operand with each label once and at its full size: diagonals are taken, and axes of size 1 that would broadcast are left out.
fn fitted<T: Real>(operand: Labelled<T>, sizes: &BTreeMap<Label, usize>) -> Result<Labelled<T>, Mismatch> {
    let Labelled { mut x, mut labels } = operand;
    let twice = |labels: &[Label]| {
        (1..labels.len()).find_map(|j| Some((labels[..j].iter().position(|&label| label == labels[j])?, j)))
    };
    while let Some((i, j)) = twice(&labels) {
        let others = (0..labels.len()).filter(|axis| ![i, j].contains(axis));
        let order: Vec<usize> = others.chain([i, j]).collect();
        x = diagonal(&x.permute(&order))?;
        labels = order[..order.len() - 1].iter().map(|&axis| labels[axis]).collect();
    }
    let stretched: Vec<usize> = (0..labels.len()).filter(|&axis| x.shape()[axis] != sizes[&labels[axis]]).collect();
    if !stretched.is_empty() {
        x = x.reshape(x.shape().reduced(&stretched, false));
        let full = |(axis, label)| (!stretched.contains(&axis)).then_some(label);
        labels = labels.into_iter().enumerate().filter_map(full).collect();
    }
    Ok(Labelled { x, labels })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Generator;
    use crate::testing::{element, from_index, gradcheck, gradgradcheck};

    /// The equation by loops over all indices: `sizes` gives letters their sizes, in the order of the equation's alphabet.
    fn by_loops(equation: &str, x: &[Tensor<f64>]) -> Tensor<f64> {
        let (left, right) = equation.split_once("->").expect("an explicit equation");
        let terms: Vec<&str> = left.split(',').collect();
        let mut sizes = BTreeMap::new();
        for (term, x) in terms.iter().zip(x) {
            sizes.extend(term.chars().zip(x.shape().iter().copied()));
        }
        let rest: Vec<char> = sizes.keys().copied().filter(|&letter| !right.contains(letter)).collect();
        let letters: Vec<char> = right.chars().chain(rest.iter().copied()).collect();
        let places: usize = rest.iter().map(|letter| sizes[letter]).product();
        from_index(right.chars().map(|letter| sizes[&letter]).collect(), |index| {
            let term = |mut place: usize| {
                let mut at = index.to_vec();
                for letter in &rest {
                    at.push(place % sizes[letter]);
                    place /= sizes[letter];
                }
                let of =
                    |letter| at[letters.iter().position(|&other| other == letter).expect("each letter has a place")];
                terms
                    .iter()
                    .zip(x)
                    .map(|(term, x)| element(x, &term.chars().map(of).collect::<Vec<_>>()))
                    .product::<f64>()
            };
            (0..places).map(term).sum()
        })
    }

    fn drawn(shapes: &[&[usize]]) -> Vec<Tensor<f64>> {
        let mut generator = Generator::seed(5);
        shapes.iter().map(|&shape| Tensor::uniform(shape, -2.0, 2.0, &mut generator)).collect()
    }

    fn apply(equation: &str, x: &[Tensor<f64>]) -> Tensor<f64> {
        let x: Vec<Var<f64>> = x.iter().map(Var::constant).collect();
        Var::einsum(equation, &x).value().clone()
    }

    #[track_caller]
    fn close(found: &Tensor<f64>, expected: &Tensor<f64>) {
        assert_eq!(found.shape(), expected.shape());
        let pairs = found.to_vec().into_iter().zip(expected.to_vec());
        pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-12, "{a} and {b}"));
    }

    #[test]
    fn values_and_derivatives_of_many_equations() {
        let equations: &[(&str, &[&[usize]])] = &[
            ("ij,jk->ik", &[&[2, 3], &[3, 4]]),
            ("bij,bkj->kbi", &[&[2, 3, 4], &[2, 2, 4]]),
            ("ij,ij->", &[&[2, 3], &[2, 3]]),
            ("ij,ij->j", &[&[2, 3], &[2, 3]]),
            ("i,j->ji", &[&[2], &[3]]),
            ("bi,bj->bij", &[&[2, 3], &[2, 2]]),
            ("ii->i", &[&[3, 3]]),
            ("ii->", &[&[3, 3]]),
            ("iij->j", &[&[2, 2, 3]]),
            ("iji,jj->i", &[&[2, 3, 2], &[3, 3]]),
            ("iii->i", &[&[2, 2, 2]]),
            ("ijk->ki", &[&[2, 3, 2]]),
            ("ij,k->i", &[&[2, 3], &[2]]),
            ("ij,jk,kl->il", &[&[2, 3], &[3, 2], &[2, 3]]),
            ("a,b,ab,b->", &[&[2], &[3], &[2, 3], &[3]]),
            ("ab,bc,cd,de,ea->c", &[&[2, 2], &[2, 3], &[3, 2], &[2, 1], &[1, 2]]),
            (",i->i", &[&[], &[3]]),
            ("->", &[&[]]),
            ("ij,jk->ik", &[&[2, 0], &[0, 3]]),
            ("ij,jk->ik", &[&[0, 2], &[2, 3]]),
            ("ii->i", &[&[0, 0]]),
        ];
        for &(equation, shapes) in equations {
            let x = drawn(shapes);
            close(&apply(equation, &x), &by_loops(equation, &x));
            let f = |x: &[Var<f64>]| Var::einsum(equation, x);
            gradcheck(f, &x).unwrap();
            gradgradcheck(f, &x).unwrap();
        }
    }

    #[test]
    fn shorthand_means_the_same_as_its_long_form() {
        for (short, long, shapes) in [
            ("ij,jk", "ij,jk->ik", [&[2, 3][..], &[3, 2]]),
            (" k i , i j ", "ki,ij->jk", [&[2, 3], &[3, 2]]),
            ("bA,ab", "bA,ab->Aa", [&[2, 3], &[3, 2]]),
            ("...ij,...jk->...ik", "xyij,xyjk->xyik", [&[2, 1, 2, 3], &[2, 1, 3, 2]]),
            ("...i,i", "xyi,i->xy", [&[2, 2, 3], &[3]]),
            ("i...,i->...", "ixy,i->xy", [&[2, 2, 3], &[2]]),
            ("...i,...i->i", "xi,xi->i", [&[2, 3], &[2, 3]]),
        ] {
            let x = drawn(&shapes);
            close(&apply(short, &x), &by_loops(long, &x));
        }
    }

    #[test]
    fn axes_of_size_one_broadcast() {
        for (equation, long, shapes) in [
            ("...i,...->...i", "bci,c->bci", [&[2, 3, 2][..], &[3]]),
            ("ij,kj->ik", "ij,k->ik", [&[2, 3], &[2, 1]]),
            ("ij,jk->ik", "ij,k->ik", [&[2, 3], &[1, 4]]),
        ] {
            let x = drawn(&shapes);
            let squeezed: Vec<usize> = shapes[1].iter().copied().filter(|&n| n > 1).collect();
            close(&apply(equation, &x), &by_loops(long, &[x[0].clone(), x[1].reshape(squeezed)]));
            gradcheck(|x| Var::einsum(equation, &[&x[0], &x[1]]), &x).unwrap();
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_equation_and_the_letter() {
        for (equation, shapes, why) in [
            ("ij,jk->ik", &[&[2, 3][..], &[4, 5]][..], "letter j has sizes 3 and 4"),
            ("...i,...i", &[&[2, 3], &[4, 3]], "axis -1 of `...` has sizes 2 and 4"),
            ("ii", &[&[2, 3]], "letter i is twice in \"ii\", for sizes 2 and 3"),
            ("ij->ik", &[&[2, 3]], "letter k of the result is in no operand"),
            ("ij->ii", &[&[2, 3]], "letter i is twice in the result"),
            ("ij", &[&[2, 3, 4]], "the term \"ij\" names 2 axes, its operand has 3"),
            ("...ijk", &[&[2, 3]], "the term \"...ijk\" names 3 axes, its operand has 2"),
            ("ij,jk", &[&[2, 3]], "the equation has 2 terms, there are 1 operands"),
            ("i1", &[&[2, 3]], "'1' in \"i1\" is no letter from a to z or A to Z"),
            ("i.j", &[&[2, 3, 4]], "'.' in \"i.j\" is no letter from a to z or A to Z"),
            ("ij->i->j", &[&[2, 3]], "'-' in \"i->j\" is no letter from a to z or A to Z"),
        ] {
            let x = drawn(shapes);
            let message = std::panic::catch_unwind(|| apply(equation, &x)).unwrap_err();
            let message = message.downcast_ref::<String>().expect("a message");
            assert!(message.starts_with(&format!("einsum: {why}\n")), "{message}");
            assert!(message.contains(&format!("\n  rule  {equation}\n")), "{message}");
        }
    }
}
