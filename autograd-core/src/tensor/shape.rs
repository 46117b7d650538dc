//! `Shape`: the sizes of a tensor's axes, and the rules by which shapes combine.

use crate::error::Mismatch;
use smallvec::SmallVec;
use std::fmt;
use std::ops::Deref;

/// Axes up to which a shape needs no memory of its own.
const FEW: usize = 4;

/// The sizes of a tensor's axes, outermost first; `[]` is the shape of a single number.
#[derive(PartialEq, Eq, Hash)]
pub struct Shape(Sizes);

/// A shape is copied and compared with each tensor: for few axes both are a fixed number of words.
#[derive(PartialEq, Eq, Hash)]
enum Sizes {
    /// Sizes behind the last axis are 1: neither the product nor a comparison asks for the rank.
    Few {
        rank: u8,
        sizes: [usize; FEW],
    },
    Many(Box<[usize]>),
}

impl Clone for Sizes {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            &Sizes::Few { rank, sizes } => Sizes::Few { rank, sizes },
            Sizes::Many(sizes) => Sizes::Many(sizes.clone()),
        }
    }

    #[inline]
    fn clone_from(&mut self, other: &Self) {
        match (self, other) {
            (Sizes::Few { rank, sizes }, Sizes::Few { rank: other_rank, sizes: other_sizes }) => {
                (*rank, *sizes) = (*other_rank, *other_sizes);
            }
            (this, other) => *this = other.clone(),
        }
    }
}

impl Clone for Shape {
    #[inline]
    fn clone(&self) -> Self {
        Shape(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }
}

impl Shape {
    #[inline]
    fn from_slice(sizes: &[usize]) -> Self {
        if sizes.len() > FEW {
            return Shape(Sizes::Many(sizes.into()));
        }
        let mut few = [1; FEW];
        few.iter_mut().zip(sizes).for_each(|(to, &size)| *to = size);
        Shape(Sizes::Few { rank: sizes.len() as u8, sizes: few })
    }

    #[inline]
    fn sizes_mut(&mut self) -> &mut [usize] {
        match &mut self.0 {
            Sizes::Few { rank, sizes } => &mut sizes[..usize::from(*rank)],
            Sizes::Many(sizes) => sizes,
        }
    }

    /// The sizes of all parts, one behind the other.
    pub(crate) fn joined<const N: usize>(parts: [&[usize]; N]) -> Shape {
        parts.into_iter().flatten().copied().collect()
    }

    /// Lets memory of its own go; what is left is the shape of a single number.
    #[inline]
    pub(super) fn clear(&mut self) {
        if let Sizes::Many(_) = self.0 {
            *self = Shape::default();
        }
    }

    /// The number of elements: the product of the sizes, 1 for `[]`.
    ///
    /// # Panics
    /// If there are more than memory could hold, also if only a size of 0 keeps them from being there: strides, and sizes of parts, multiply
    /// the others.
    #[inline]
    pub fn numel(&self) -> usize {
        if let Sizes::Few { sizes: [a, b, c, d], .. } = self.0
            && let Some(count) = a.checked_mul(b).and_then(|n| n.checked_mul(c)).and_then(|n| n.checked_mul(d))
            && (1..=isize::MAX as usize).contains(&count)
        {
            return count;
        }
        self.numel_of_any()
    }

    /// `numel`, also of many axes, of none of any length, and of more than there can be.
    #[cold]
    fn numel_of_any(&self) -> usize {
        let (mut count, mut empty) = (1usize, false);
        for &size in &**self {
            empty |= size == 0;
            match count.checked_mul(size.max(1)) {
                Some(product) if product <= isize::MAX as usize => count = product,
                _ => self.too_large(),
            }
        }
        if empty { 0 } else { count }
    }

    #[cold]
    fn too_large(&self) -> ! {
        panic!("a tensor of shape {self} is more than memory can address")
    }

    /// The number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        match &self.0 {
            Sizes::Few { rank, .. } => usize::from(*rank),
            Sizes::Many(sizes) => sizes.len(),
        }
    }

    /// The axis that `axis` names, counted from the end if negative.
    pub fn axis(&self, axis: isize) -> Result<usize, Mismatch> {
        let rank = self.rank() as isize;
        if (-rank..rank).contains(&axis) {
            return Ok(if axis < 0 { axis + rank } else { axis } as usize);
        }
        Err(Mismatch::new(if rank == 0 {
            format!("axis {axis} of a single number, which has none")
        } else {
            format!("axis {axis} is out of range, the axes are {} to {}", -rank, rank - 1)
        }))
    }

    /// The shape that both broadcast to: sizes, matched from the last axis, are equal or one of them is 1.
    pub fn broadcast(&self, other: &Shape) -> Result<Shape, Mismatch> {
        let rank = self.rank().max(other.rank());
        let mut sizes: SmallVec<[usize; 4]> = SmallVec::from_elem(1, rank);
        for (i, size) in sizes.iter_mut().enumerate() {
            let of = |shape: &Shape| (i + shape.rank()).checked_sub(rank).map_or(1, |axis| shape[axis]);
            *size = match (of(self), of(other)) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                (a, b) => {
                    let axis = i as isize - rank as isize;
                    return Err(Mismatch::new(format!("shapes do not broadcast, axis {axis} is {a} and {b}")));
                }
            };
        }
        Ok(Shape::from_slice(&sizes))
    }

    /// The shape without `axes` (each at most once), or with size 1 there if `keepdim`.
    pub(crate) fn reduced(&self, axes: &[usize], keepdim: bool) -> Shape {
        let kept = |(axis, &size): (usize, &usize)| match axes.contains(&axis) {
            true => keepdim.then_some(1),
            false => Some(size),
        };
        self.iter().enumerate().filter_map(kept).collect()
    }

    /// The shape with `size` at `axis`.
    pub(crate) fn with(&self, axis: usize, size: usize) -> Shape {
        let mut shape = self.clone();
        shape.sizes_mut()[axis] = size;
        shape
    }

    /// The last two axes and those before them.
    pub(crate) fn matrix(&self) -> Result<(&[usize], [usize; 2]), Mismatch> {
        match &**self {
            [batch @ .., m, n] => Ok((batch, [*m, *n])),
            _ => Err(Mismatch::new(format!("{self} has no matrix axes"))),
        }
    }

    /// This shape, if memory can address so many elements: for sizes that the caller chose freely.
    pub(crate) fn addressable(self) -> Result<Shape, Mismatch> {
        let bytes = self.iter().try_fold(size_of::<f64>(), |bytes, &size| bytes.checked_mul(size.max(1)));
        match bytes.is_some_and(|bytes| bytes <= isize::MAX as usize) {
            true => Ok(self),
            false => Err(Mismatch::new(format!("{self} is more than memory can address"))),
        }
    }

    /// The strides, in elements, of a tensor of this shape in row-major order.
    pub(crate) fn row_major(&self) -> SmallVec<[isize; 4]> {
        let mut strides: SmallVec<[isize; 4]> = SmallVec::from_elem(1, self.rank());
        for axis in (1..self.rank()).rev() {
            strides[axis - 1] = strides[axis] * self[axis].max(1) as isize;
        }
        strides
    }
}

impl Deref for Shape {
    type Target = [usize];
    #[inline]
    fn deref(&self) -> &[usize] {
        match &self.0 {
            Sizes::Few { rank, sizes } => &sizes[..usize::from(*rank)],
            Sizes::Many(sizes) => sizes,
        }
    }
}

impl Default for Shape {
    fn default() -> Self {
        Shape::from_slice(&[])
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &**self)
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(sizes: [usize; N]) -> Self {
        Shape::from_slice(&sizes)
    }
}
impl From<&[usize]> for Shape {
    fn from(sizes: &[usize]) -> Self {
        Shape::from_slice(sizes)
    }
}
impl From<Vec<usize>> for Shape {
    fn from(sizes: Vec<usize>) -> Self {
        Shape::from_slice(&sizes)
    }
}
impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Self {
        shape.clone()
    }
}
impl From<usize> for Shape {
    fn from(size: usize) -> Self {
        Shape::from_slice(&[size])
    }
}
impl FromIterator<usize> for Shape {
    fn from_iter<I: IntoIterator<Item = usize>>(sizes: I) -> Self {
        Shape::from_slice(&sizes.into_iter().collect::<SmallVec<[usize; FEW]>>())
    }
}
impl<const N: usize> PartialEq<[usize; N]> for Shape {
    fn eq(&self, other: &[usize; N]) -> bool {
        **self == *other
    }
}

/// The axes of a reduction: one number, several, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Axes {
    /// Each axis of the operand.
    All,
    /// These axes; negative ones count from the end.
    These(SmallVec<[isize; 4]>),
}

impl Axes {
    /// The axes named, in rising order; refused if one is out of range or named twice.
    pub fn resolve(&self, shape: &Shape) -> Result<SmallVec<[usize; 4]>, Mismatch> {
        let Axes::These(axes) = self else { return Ok((0..shape.rank()).collect()) };
        let mut resolved = axes.iter().map(|&axis| shape.axis(axis)).collect::<Result<SmallVec<[usize; 4]>, _>>()?;
        resolved.sort_unstable();
        match resolved.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Mismatch::new(format!("axis {} is named twice", pair[0]))),
            None => Ok(resolved),
        }
    }
}

impl From<isize> for Axes {
    fn from(axis: isize) -> Self {
        Axes::These(SmallVec::from_slice(&[axis]))
    }
}
impl From<i32> for Axes {
    fn from(axis: i32) -> Self {
        Axes::from(axis as isize)
    }
}
impl From<usize> for Axes {
    fn from(axis: usize) -> Self {
        // An axis beyond all tensors stays beyond them.
        Axes::from(isize::try_from(axis).unwrap_or(isize::MAX))
    }
}
impl From<Vec<isize>> for Axes {
    fn from(axes: Vec<isize>) -> Self {
        Axes::These(SmallVec::from_vec(axes))
    }
}
impl<const N: usize> From<[isize; N]> for Axes {
    fn from(axes: [isize; N]) -> Self {
        Axes::These(SmallVec::from_slice(&axes))
    }
}
impl From<&[isize]> for Axes {
    fn from(axes: &[isize]) -> Self {
        Axes::These(SmallVec::from_slice(axes))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    #[should_panic(expected = "a tensor of shape [1099511627776, 1099511627776, 0] is more than memory can address")]
    fn sizes_beside_a_zero_are_multiplied_too() {
        let _ = Tensor::<f64>::zeros([1 << 40, 1 << 40, 0]);
    }
}
