//! Boxes whose sides are parallel to those of the image: their area, and how much of two of them is the same.

/// A box, in pixels from the left and the upper side of the image: the first pixel reaches from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Where the left side is.
    pub left: f32,
    /// Where the upper side is.
    pub top: f32,
    /// Where the right side is.
    pub right: f32,
    /// Where the lower side is.
    pub bottom: f32,
}

impl Bounds {
    /// The area, 0 for a box whose sides are the wrong way round.
    pub fn area(&self) -> f32 {
        (self.right - self.left).max(0.0) * (self.bottom - self.top).max(0.0)
    }

    /// The area that two boxes share.
    pub fn intersection(&self, other: &Bounds) -> f32 {
        let shared = Bounds {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        shared.area()
    }

    /// Intersection over union: the area that two boxes share, of the area that they cover together. Boxes without area share nothing.
    ///
    /// Everingham, Van Gool, Williams, Winn and Zisserman, "The PASCAL visual object classes (VOC) challenge" (2010), equation 3.
    pub fn iou(&self, other: &Bounds) -> f32 {
        let shared = self.intersection(other);
        let union = self.area() + other.area() - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    fn bounds([left, top, right, bottom]: [f32; 4]) -> Bounds {
        Bounds { left, top, right, bottom }
    }

    #[test]
    fn shares_are_those_of_squared_paper() {
        let a = bounds([0.0, 0.0, 4.0, 2.0]);
        let iou = |other| a.iou(&bounds(other));
        assert_eq!((a.area(), iou([0.0, 0.0, 4.0, 2.0])), (8.0, 1.0));
        // 2 of 8 + 4 - 2 squares.
        assert_eq!(iou([3.0, 0.0, 5.0, 2.0]), 2.0 / 10.0);
        // Inside: 1 of 8.
        assert_eq!(iou([1.0, 1.0, 2.0, 2.0]), 1.0 / 8.0);
        // Side by side, far away, without area, the wrong way round.
        for other in [[4.0, 0.0, 6.0, 2.0], [9.0, 9.0, 10.0, 10.0], [1.0, 1.0, 1.0, 2.0], [3.0, 2.0, 1.0, 0.0]] {
            assert_eq!(iou(other), 0.0);
        }
        assert_eq!(bounds([1.0; 4]).iou(&bounds([1.0; 4])), 0.0);
    }
}
