"""A funnel plot of boxes: what chance explains by hours, and where each district lies. No order, no winner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fieldapp.charts.base import text
from fieldapp.formats import number

# The plot on a phone in pixels, and a letter's width; how far over its point a name's middle may stand.
_PLOT, _LETTER = (300.0, 240.0), 7.6
_PLACES = {"above": 20, "below": -20, "above-far": 38, "below-far": -38}
_NAMES = ((0.2, "left"), (0.75, "middle"), (1.0, "right"))


@dataclass(frozen=True, slots=True)
class Point:
    """One district: its name, hours and rate, and whether it lies over (1), under (−1) or in the band (0)."""

    name: str
    hours: float
    rate: float
    side: int


def funnel(
    points: Sequence[Point],
    band: Sequence[tuple[float, float, float]],
    mean: float,
    *,
    summary: str,
    digits: int = 1,
    language: str = "da",
) -> str:
    """Points over the band, (hours, low, high) by growing hours; `summary` is what one who cannot see it is told."""
    wide = band[-1][0] * 1.05
    top = max([point.rate for point in points] + [high for _hours, _low, high in band[len(band) // 4 :]]) * 1.1
    edges = [0.0, *((one[0] + two[0]) / 2 for one, two in pairwise(band)), wide]
    areas = "".join(
        _area(edges[place], edges[place + 1], low, min(high, top), wide, top)
        for place, (_hours, low, high) in enumerate(band)
    )
    drawn = "".join(_point(*placed, wide, top) for placed in _placed(points, wide, top))
    middle = f'<i class="fa-mid" style="bottom:{100 * mean / top:.1f}%"></i>'
    return (
        f"<figure><figcaption>{text(summary)}</figcaption>"
        f'<div class="fa-funnel" role="img" aria-label="{text(summary)}">{areas}{middle}{drawn}'
        f"{_ticks(wide, top, digits, language)}</div></figure>"
    )


def _area(left: float, right: float, low: float, high: float, wide: float, top: float) -> str:
    return (
        f'<i class="fa-area" style="left:{100 * left / wide:.2f}%;width:{100 * (right - left) / wide:.2f}%;'
        f'bottom:{100 * low / top:.1f}%;height:{100 * (high - low) / top:.1f}%"></i>'
    )


def _placed(points: Sequence[Point], wide: float, top: float) -> list[tuple[Point, str]]:
    """Each point with where its name stands: the first of _PLACES in which it covers no other, on a phone."""
    dots = [(point.hours / wide * _PLOT[0], point.rate / top * _PLOT[1]) for point in points]
    taken: list[tuple[float, float, float, float]] = [(x - 8, y - 8, x + 8, y + 8) for x, y in dots]
    placed = []
    for point, (x, y) in zip(points, dots, strict=True):
        length = _LETTER * len(point.name)
        left = min(max(x - length / 2, 0), _PLOT[0] - length) if length < _PLOT[0] else 0
        boxes = {name: (left, y + up - 8, left + length, y + up + 8) for name, up in _PLACES.items()}
        free = [name for name, box in boxes.items() if not any(_overlap(box, other) for other in taken)]
        name = (free or list(_PLACES))[0]
        taken.append(boxes[name])
        placed.append((point, name))
    return placed


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _point(point: Point, place: str, wide: float, top: float) -> str:
    kind = {1: ' class="fa-over"', -1: ' class="fa-under"'}.get(point.side, "")
    share = point.hours / wide
    at = f"left:{100 * share:.1f}%;bottom:{100 * point.rate / top:.1f}%"
    along = next(name for limit, name in _NAMES if share <= limit)
    where = f"fa-dot-name fa-dot-{along} fa-dot-{place}"
    return f'<b{kind} style="{at}"></b><span class="{where}" style="{at}">{text(point.name)}</span>'


def _ticks(wide: float, top: float, digits: int, language: str) -> str:
    upright = "".join(
        f'<span class="fa-tick-y" style="bottom:{100 * share:.0f}%">'
        f"{number(top * share, language=language, digits=digits)}</span>"
        for share in (0.0, 0.5, 1.0)
    )
    along = "".join(
        f'<span class="fa-tick-x" style="left:{100 * share:.0f}%">{number(wide * share, language=language)}</span>'
        for share in (0.0, 0.5, 1.0)
    )
    return upright + along
