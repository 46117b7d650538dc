"""Images of another size, at other places, and parts of them."""

import math

import torch
import torch.nn.functional as F

from cases import D, X, adjoint

MODES = [("nearest", None), ("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True)]
IMAGES = [(1, 1, 1, 3), (2, 3, 4, 5), (1, 2, 7, 6), (2, 16, 33, 35)]
# Images of a batch, and corners in no order, beyond the edges, of no size.
BOXES = [
    [1.0, 0.25, 0.25, 3.125, 2.75],
    [0.0, -3.0, 1.0, 2.25, 9.0],
    [1.0, 3.0, 2.0, 1.0, 2.0],
    [0.0, 8.0, 8.0, 9.0, 9.0],
    [0.0, 1.0, 1.0, 1.0, 1.0],
    [1.0, 0.0, 0.0, 4.0, 3.0],
]


def write(f):
    for shape in IMAGES:
        for mode, align_corners in MODES:
            for to in ([3, 4], [9, 2], [1, 1], list(shape[2:]), 2.0, 1.5, [0.7, 2.3]):
                way = {"size": to} if isinstance(to, list) and isinstance(to[0], int) else {"scale_factor": to}
                resize = lambda x: F.interpolate(x, mode=mode, align_corners=align_corners, **way)
                attrs = {"to": to, "mode": mode, "align_corners": align_corners}
                if 0 in [int(n * s) for n, s in zip(shape[2:], factors(to))]:
                    continue
                result = resize(torch.zeros(shape)).shape
                f.case("interpolate", resize, X(*shape), attrs=attrs)
                f.case("interpolate_adjoint", adjoint(resize, shape), X(*result), attrs={**attrs, "size": shape[2:]})
                if mode == "bicubic":
                    f.case("upsample_bicubic", resize, X(*shape), attrs=attrs)
    for shape, r in [((2, 4, 3, 5), 2), ((1, 18, 2, 2), 3), ((2, 64, 17, 16), 4), ((1, 1, 2, 2), 1)]:
        f.case("pixel_shuffle", lambda x: F.pixel_shuffle(x, r), X(*shape), attrs={"r": r})
        n, c, h, w = shape
        f.case("pixel_unshuffle", lambda x: F.pixel_unshuffle(x, r), X(n, 3, h * r, w * r), attrs={"r": r})
    grids(f)
    regions(f)


def factors(to):
    pair = to if isinstance(to, list) else [to, to]
    return [1 if isinstance(p, int) else p for p in pair]


def grids(f):
    for align_corners in (False, True):
        for n, size in [(1, (1, 3)), (2, (4, 5)), (3, (33, 17))]:
            attrs = {"size": size, "align_corners": align_corners}
            f.case("affine_grid", lambda theta: F.affine_grid(theta, (n, 1, *size), align_corners), X(n, 2, 3), attrs=attrs)
        for padding in ("zeros", "border", "reflection"):
            attrs = {"padding": padding, "align_corners": align_corners}
            sample = lambda x, grid, mode="bilinear": F.grid_sample(x, grid, mode, padding, align_corners)
            nearest = lambda x, grid: sample(x, grid, "nearest")
            # PyTorch has no second derivatives.
            for (n, c, h, w), (oh, ow) in [((1, 1, 1, 1), (2, 2)), ((2, 3, 4, 5), (3, 3)), ((1, 2, 1, 6), (4, 1)), ((2, 8, 30, 31), (40, 17))]:
                f.case("grid_sample", sample, X(n, c, h, w), X(n, oh, ow, 2, low=-2.5, high=2.5), attrs=attrs, order=1)
                f.case("grid_sample_nearest", nearest, X(n, c, h, w), attrs=attrs, consts={"grid": X(n, oh, ow, 2, low=-2.5, high=2.5)}, order=1)
            # Centres and edges of pixels, and far away.
            places = D([[[[a, b] for b in (-1.0, -0.75, -0.5, 0.0, 0.25, 1.0)] for a in (-1.0, -0.25, 0.5, 0.75, 1.0, 3.0, -100.0)]])
            f.case("grid_sample", lambda x, grid: sample(x, grid), X(1, 2, 4, 4), consts={"grid": places}, attrs=attrs, order=1)


def regions(f):
    for shape in [(2, 3, 5, 6), (2, 1, 1, 1), (2, 16, 30, 29)]:
        for size in ((2, 3), (1, 1), (7, 7)):
            for scale in (1.0, 0.5, 3.0):
                for aligned, ratio in ((False, None), (True, None), (True, 2), (False, 3)):
                    attrs = {"size": size, "scale": scale, "ratio": ratio, "aligned": aligned}
                    if shape[1] == 16 and (scale != 3.0 or size != (7, 7)):
                        continue
                    align = lambda x, boxes: roi_align(x, boxes, size, scale, ratio, aligned)
                    f.case("roi_align", align, X(*shape), attrs=attrs, consts={"boxes": D(BOXES)})
                    if scale == 1.0 and shape[1] == 3:
                        back = lambda dy, boxes: adjoint(lambda x: align(x, boxes), shape)(dy)
                        f.case(
                            "roi_align_adjoint",
                            back,
                            X(len(BOXES), shape[1], *size),
                            attrs={**attrs, "images": [shape[0], *shape[2:]]},
                            consts={"boxes": D(BOXES)},
                        )
                f.case(
                    "roi_pool", lambda x, boxes: roi_pool(x, boxes, size, scale), X(*shape), attrs={"size": size, "scale": scale}, consts={"boxes": D(BOXES)}
                )


def roi_align(x, boxes, size, scale, ratio, aligned):
    """Means of bilinear samples (He et al. 2017), as torchvision defines their places."""
    h, w = x.shape[2:]
    results = []
    for image, *corners in boxes.tolist():
        left, top, right, bottom = [corner * scale - (0.5 if aligned else 0.0) for corner in corners]
        high, wide = bottom - top, right - left
        if not aligned:
            high, wide = max(high, 1.0), max(wide, 1.0)
        down, across = ratio or math.ceil(high / size[0]), ratio or math.ceil(wide / size[1])
        for i in range(size[0]):
            for j in range(size[1]):
                sum_ = 0.0 * x[int(image), :, 0, 0]
                for p in range(down):
                    for q in range(across):
                        at = top + (i + (p + 0.5) / down) * high / size[0], left + (j + (q + 0.5) / across) * wide / size[1]
                        sum_ = sum_ + bilinear(x[int(image)], at, (h, w))
                results.append(sum_ / max(down * across, 1))
    return torch.stack(results).reshape(len(boxes), *size, -1).permute(0, 3, 1, 2)


def bilinear(x, at, sizes):
    if any(place < -1 or place > size for place, size in zip(at, sizes)):
        return 0.0 * x[:, 0, 0]
    shares = []
    for place, size in zip(at, sizes):
        place = min(max(place, 0.0), size - 1.0)
        low = int(place)
        shares.append([(low, 1 - (place - low)), (min(low + 1, size - 1), place - low)])
    return sum(v * u * x[:, i, j] for i, v in shares[0] for j, u in shares[1])


def roi_pool(x, boxes, size, scale):
    """The largest element of each part (Girshick 2015)."""
    results = []
    for image, *corners in boxes.tolist():
        left, top, right, bottom = [math.floor(abs(corner * scale) + 0.5) * (1 if corner >= 0 else -1) for corner in corners]
        part = []
        for (start, end), m, limit in (((top, bottom), size[0], x.shape[2]), ((left, right), size[1], x.shape[3])):
            length = max(end - start + 1, 1)
            part.append([(max(0, min(limit, o * length // m + start)), max(0, min(limit, -(-(o + 1) * length // m) + start))) for o in range(m)])
        for low, high in part[0]:
            for near, far in part[1]:
                inside = x[int(image), :, low:high, near:far].flatten(1)
                results.append(F.adaptive_max_pool1d(inside, 1)[:, 0] if inside.shape[1] else 0.0 * x[int(image), :, 0, 0])
    return torch.stack(results).reshape(len(boxes), *size, -1).permute(0, 3, 1, 2)
