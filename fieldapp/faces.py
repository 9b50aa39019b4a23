"""Where a picture may show a face or a number plate: suggestions for the one who redacts it, never a promise.

The detectors are the Haar cascades that ship inside OpenCV's package (Viola and Jones 2001; Lienhart and Maydt 2002).
They miss faces: turned away, in the dark, under a cap, small. A person looks as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

EDGE = 960  # pixels on the longer side of the picture that is searched
FOUND_MAX = 30

Grey = NDArray[np.uint8]
Kind = Literal["face", "plate"]


@dataclass(frozen=True, slots=True)
class Found:
    """What seems to be a face or a plate: a box in parts (0 to 1) of the picture's width and height, with a margin."""

    kind: Kind
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Search:
    """One cascade: every how many pixels it looks, by how much it grows, and how many hits together count as one."""

    kind: Kind
    cascade: str
    every: int
    growth: float
    together: int
    smallest: tuple[int, int]
    mirrored: bool = False


# Few hits are enough: a box too many costs one tap, a face too few costs a person. The profile is known from one side
# only, so the mirrored picture is searched as well; it is the slowest, hence every second pixel.
_SEARCHES = (
    _Search("face", "frontalface_alt2", 1, 1.1, 2, (24, 24)),
    _Search("face", "profileface", 2, 1.15, 2, (20, 20)),
    _Search("face", "profileface", 2, 1.15, 2, (20, 20), mirrored=True),
    _Search("plate", "russian_plate_number", 1, 1.1, 3, (48, 16)),
    _Search("plate", "license_plate_rus_16stages", 1, 1.1, 3, (64, 16)),
)
_MARGIN: dict[Kind, float] = {"face": 0.2, "plate": 0.15}
_Rectangle = tuple[float, float, float, float]


def find(grey: Grey) -> tuple[Found, ...]:
    """Faces and plates in an upright grey picture (height × width, 0 to 255), largest first, at most `FOUND_MAX`.

    Takes about a second of one core for `EDGE` pixels; the same picture gives the same boxes.
    """
    found: list[Found] = []
    for kind in _MARGIN:
        hits = [hit for search in _SEARCHES if search.kind == kind for hit in _hits(grey, search)]
        found += [_box(kind, hit, grey.shape) for hit in _apart(hits)]
    return tuple(sorted(found, key=lambda box: -box.width * box.height)[:FOUND_MAX])


def _hits(grey: Grey, search: _Search) -> Iterator[_Rectangle]:
    import cv2  # 35 MB of memory, which a server that sees no photos does not pay
    from cv2.data import haarcascades

    cv2.setNumThreads(1)
    seen = np.ascontiguousarray(grey[:: search.every, :: search.every][:, :: -1 if search.mirrored else 1])
    if seen.shape[0] < search.smallest[1] or seen.shape[1] < search.smallest[0]:
        return
    # Made anew each time: one that is kept holds on to all its copies of the largest picture it has seen.
    cascade = cv2.CascadeClassifier(f"{haarcascades}haarcascade_{search.cascade}.xml")
    found = cascade.detectMultiScale(seen, search.growth, search.together, minSize=search.smallest)
    for x, y, width, height in np.asarray(found).reshape(-1, 4).tolist():
        left = seen.shape[1] - x - width if search.mirrored else x
        yield left * search.every, y * search.every, width * search.every, height * search.every


def _apart(hits: list[_Rectangle]) -> list[_Rectangle]:
    """Without those that lie mostly inside a larger one; the margin covers the rest of them."""
    kept: list[_Rectangle] = []
    for hit in sorted(hits, key=lambda one: -one[2] * one[3]):
        if all(_inside(hit, other) < 0.6 for other in kept):
            kept.append(hit)
    return kept


def _inside(one: _Rectangle, other: _Rectangle) -> float:
    """How much of one lies in the other, 0 to 1."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height) / (one[2] * one[3])


def _box(kind: Kind, hit: _Rectangle, shape: tuple[int, ...]) -> Found:
    """The hit with its margin, cut off at the picture's edges."""
    high, wide = shape[:2]
    more_x, more_y = hit[2] * _MARGIN[kind], hit[3] * _MARGIN[kind]
    left, top = max(0.0, hit[0] - more_x) / wide, max(0.0, hit[1] - more_y) / high
    right, bottom = min(wide, hit[0] + hit[2] + more_x) / wide, min(high, hit[1] + hit[3] + more_y) / high
    return Found(kind, *(round(part, 4) for part in (left, top, right - left, bottom - top)))
