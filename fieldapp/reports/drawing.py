"""A walk's map as SVG, drawn from our own shapes alone: numbers, lines and symbols that need no colour and no tiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from fieldapp import geo
from fieldapp.reports.contents import Line, MapContent, Mark

Floats = NDArray[np.float64]
LEAST_M, MARGIN, SIDE, GAP = 220.0, 34.0, 150.0, 14.0
LETTERS = 12.5  # units; 9 pt where the drawing is as wide as the page
RADIUS, SMALL_RADIUS, CROWD, MOVED_MOST, STEPS = 11.0, 8.5, 30, 300, 160
SCALES_M = (20, 50, 100, 200, 500, 1000, 2000, 5000)
FONTS = "Noto Sans, Liberation Sans, DejaVu Sans, Arial, sans-serif"
_TEXT = f'font-size="{LETTERS}" fill="#000"'
_LETTER = 0.6  # of the font's size: how wide a letter is at most, roughly
_RIM_AND_LINE = ('#fff" stroke-width="3', '#000" stroke-width="1')
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where metres of EPSG:25832 lie in a drawing of `width` × `height` units; `scale` is units a metre."""

    west: float
    north: float
    scale: float
    width: float
    height: float

    def at(self, lats: Sequence[float] | Floats, lons: Sequence[float] | Floats) -> Floats:
        """Positions in degrees → an array of (x, y)."""
        east, north = geo.to_utm32(lats, lons)
        return np.column_stack([(east - self.west) * self.scale, (self.north - north) * self.scale])

    def line(self, line: Line) -> Floats:
        """A line of (lon, lat) → an array of (x, y)."""
        return self.at([lat for _, lat in line], [lon for lon, _ in line])


def framed(positions: Iterable[tuple[float, float]], width: float, height: float, *, margin: float = MARGIN) -> Frame:
    """The frame that holds all these (lat, lon), at least 220 m across, in the middle."""
    lats, lons = zip(*positions, strict=True)
    east, north = geo.to_utm32(lats, lons)
    wide, high = (max(float(np.ptp(axis)), LEAST_M) for axis in (east, north))
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
    middle = (float(east.min() + east.max()) / 2, float(north.min() + north.max()) / 2)
    return Frame(middle[0] - width / scale / 2, middle[1] + height / scale / 2, scale, width, height)


def map_svg(content: MapContent, words: Words, alt: str, *, width: float = 700, height: float = 360) -> str:
    """The map with its legend beside it; `alt` is what is said of it to those who cannot see it."""
    frame = framed(_positions(content), width - SIDE - GAP, height)
    meeting = frame.at([content.meeting[0]], [content.meeting[1]])[0]
    there = frame.at([one.lat for one in content.marks], [one.lon for one in content.marks])
    radius = RADIUS if len(there) <= CROWD else SMALL_RADIUS
    shown = moved_apart(there, frame.width, frame.height, radius=radius, fixed=meeting[None])
    taken = [_around(x, y, radius) for x, y in (*shown, meeting)] + _lines(content, frame)
    body = [
        _outline(content, frame),
        _shape(frame.line(content.area), 'fill="#e8e8e8" stroke="#777" stroke-dasharray="2 4"', closed=True),
        _route(content, frame),
        _places(content, frame, taken),
        _meeting(*meeting),
        *_marked(content.marks, there, shown, radius),
    ]
    side = f'<g transform="translate({_n(width - SIDE)} 0)">{_side(content, frame, words)}</g>'
    return _svg(f"{_window(frame, body)}{side}", width, height, alt)


def small_map_svg(content: MapContent, words: Words, alt: str, *, width: float = 700, height: float = 300) -> str:
    """Where to meet: route, meeting point and named places, without a legend."""
    frame = framed(_positions(content), width, height, margin=min(46, height / 6))
    meeting = frame.at([content.meeting[0]], [content.meeting[1]])[0]
    name = words["legend_meeting"]
    label = _label(meeting[0] + 13, meeting[1] + 5, name, frame, size=15)
    # Where the scale hides neither the meeting point nor its name.
    corner = width * 0.7 if meeting[0] < width / 2 else 12.0
    taken = [
        shapely.box(corner, height - 34, corner + 200, height),
        shapely.box(meeting[0] - 16, meeting[1] - 14, meeting[0] + 20 + 9 * len(name), meeting[1] + 14),
        *_lines(content, frame),
    ]
    body = [_outline(content, frame), _route(content, frame), _places(content, frame, taken), _meeting(*meeting), label,
            _scale_bar(frame, corner, height - 14, width / 4), _north(width - 22, 14, words)]  # fmt: skip
    return _svg(_window(frame, body), width, height, alt)


def _positions(content: MapContent) -> list[tuple[float, float]]:
    lines = [*content.route, *content.track, *content.area]
    return [content.meeting, *((lat, lon) for lon, lat in lines), *((one.lat, one.lon) for one in content.marks)]


def _svg(body: str, width: float, height: float, alt: str) -> str:
    size = f'viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" height="{_n(height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONTS}">'
    return f"{head}<title>{escape(alt)}</title>{body}</svg>"


def _window(frame: Frame, body: Iterable[str]) -> str:
    box = f'x="0" y="0" width="{_n(frame.width)}" height="{_n(frame.height)}"'
    clip = f'<defs><clipPath id="kortramme"><rect {box}/></clipPath></defs>'
    shown = f'<rect {box} fill="#fff"/><g clip-path="url(#kortramme)">{"".join(body)}</g>'
    return f'{clip}{shown}<rect {box} fill="none" stroke="#000" stroke-width="1"/>'


def _outline(content: MapContent, frame: Frame) -> str:
    """The district's border where it comes into the frame."""
    style = 'fill="none" stroke="#555" stroke-width="1.5" stroke-dasharray="9 4 2 4"'
    window = shapely.box(-5, -5, frame.width + 5, frame.height + 5)
    rings = (shapely.LineString(frame.line(ring)) for ring in content.outline if len(ring) > 1)
    cut = (shapely.get_parts(shapely.intersection(ring, window)) for ring in rings)
    return "".join(_shape(shapely.get_coordinates(part), style) for parts in cut for part in parts)


def _route(content: MapContent, frame: Frame) -> str:
    lines = []
    for line, dash in ((content.route, ""), (content.track, ' stroke-dasharray="5 4"')):
        drawn, joined = frame.line(line), 'fill="none" stroke-linejoin="round" stroke-linecap="round"'
        lines.append(_shape(drawn, f'{joined} stroke="#fff" stroke-width="7"'))
        lines.append(_shape(drawn, f'{joined} stroke="#333" stroke-width="3"{dash}'))
    return "".join(lines)


def _shape(points: Floats, style: str, *, closed: bool = False) -> str:
    if len(points) < 2:
        return ""
    path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    return f'<{"polygon" if closed else "polyline"} points="{path}" {style}/>'


def _places(content: MapContent, frame: Frame, taken: Sequence[shapely.Geometry]) -> str:
    """Named places, their names on the right or the left, as long as they run into nothing that is there already."""
    drawn, there = [], list(taken)
    for name, lat, lon in content.places:
        x, y = frame.at([lat], [lon])[0]
        for left, box in _sides(x, y, name):
            west, north, east, south = box.bounds
            inside = west > 4 and north > 1 and east < frame.width - 4 and south < frame.height - 3
            if inside and not any(map(box.intersects, there)):
                there.append(box)
                drawn.append(f'<rect x="{_n(x - 3)}" y="{_n(y - 3)}" width="6" height="6" fill="#777"/>')
                drawn.append(_text(x - 8 if left else x + 8, y + 4, name, left=left))
                break
    return "".join(drawn)


def _sides(x: float, y: float, name: str) -> tuple[tuple[bool, shapely.Geometry], ...]:
    """What a place covers with its name on the right, and with it on the left."""
    long = 10 + _LETTER * LETTERS * len(name)
    return (False, shapely.box(x - 4, y - 9, x + long, y + 7)), (True, shapely.box(x - long, y - 9, x + 4, y + 7))


def _lines(content: MapContent, frame: Frame) -> list[shapely.Geometry]:
    """What the route and the way that was walked cover."""
    lines = [frame.line(line) for line in (content.route, content.track) if len(line) > 1]
    return [shapely.buffer(shapely.LineString(line), 3) for line in lines]


def _around(x: float, y: float, far: float) -> shapely.Geometry:
    return shapely.box(x - far, y - far, x + far, y + far)


def _runs_out(x: float, text: str, size: float, frame: Frame) -> bool:
    return x + _LETTER * size * len(text) > frame.width - 4


def _label(x: float, y: float, text: str, frame: Frame, *, size: float = LETTERS) -> str:
    """A text, turned to the left where it would run out of the frame."""
    left = _runs_out(x, text, size, frame)
    return _text(x - 16 if left else x, y, text, left=left, size=size)


def _text(x: float, y: float, text: str, *, left: bool, size: float = LETTERS) -> str:
    """A text with a white rim that ends (`left`) or begins at x; a large one is bold."""
    where = f'x="{_n(x)}" y="{_n(y)}" text-anchor="{"end" if left else "start"}"'
    font = f'font-size="{_n(size)}"' + (' font-weight="bold"' if size > LETTERS else "")
    rim = f'<text {where} {font} fill="#fff" stroke="#fff" stroke-width="3">{escape(text)}</text>'
    return f'{rim}<text {where} {font} fill="#222">{escape(text)}</text>'


def _meeting(x: float, y: float) -> str:
    points = " ".join(f"{_n(x + dx)},{_n(y + dy)}" for dx, dy in ((0, -11), (10, 7), (-10, 7)))
    return f'<polygon points="{points}" fill="#000" stroke="#fff" stroke-width="1.5"/>'


def _marked(marks: Sequence[Mark], there: Floats, shown: Floats, radius: float) -> list[str]:
    """The numbers where they are `shown`, each with a line to where it belongs if it was moved."""
    moved = [pair for pair in zip(there, shown, strict=True) if np.hypot(*(pair[0] - pair[1])) > 4]
    lines = [_shape(np.array(pair), f'stroke="{ink}"') for ink in _RIM_AND_LINE for pair in moved]
    dots = [f'<circle cx="{_n(x)}" cy="{_n(y)}" r="2.6" fill="#000" stroke="#fff"/>' for (x, y), _ in moved]
    numbers = [_mark(str(one.number), x, y, one.good, radius) for one, (x, y) in zip(marks, shown, strict=True)]
    return lines + dots + numbers


def _mark(text: str, x: float, y: float, good: bool, radius: float = RADIUS) -> str:
    size = radius * (1.1 if len(text) < 3 else 0.9)
    if good:
        box = f'x="{_n(x - radius)}" y="{_n(y - radius)}" width="{_n(2 * radius)}" height="{_n(2 * radius)}"'
        shape = f'<rect {box} rx="2" fill="#000" stroke="#fff" stroke-width="1"/>'
    else:
        shape = f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="#fff" stroke="#000" stroke-width="1.6"/>'
    where = f'x="{_n(x)}" y="{_n(y + size * 0.36)}" text-anchor="middle" font-size="{_n(size)}" font-weight="bold"'
    return f'{shape}<text {where} fill="{"#fff" if good else "#000"}">{text}</text>'


def moved_apart(
    there: Floats, width: float, height: float, *, radius: float = RADIUS, fixed: Floats | None = None
) -> Floats:
    """Where numbers are drawn that belong to `there` (n × 2): near, inside the frame, and not upon each other.

    Nor upon what is `fixed` (m × 2); `radius` is a number's.
    """
    many, still = len(there), np.empty((0, 2)) if fixed is None else fixed
    if many > MOVED_MOST:
        return there
    # A golden-angle spiral sets those apart that stand on the very same spot, the same way each time.
    turn, far = np.arange(many) * 2.399963, 0.05 * np.sqrt(np.arange(1, many + 1))
    shown: Floats = there + np.column_stack([np.cos(turn) * far, np.sin(turn) * far])
    wanted, edge = 2.25 * radius, radius + 3
    for _ in range(STEPS):
        apart = shown[:, None] - np.concatenate([shown, still])[None]
        distance = np.hypot(apart[..., 0], apart[..., 1]) + np.eye(many, many + len(still)) * wanted
        push = np.clip(wanted - distance, 0, None) / 2 / np.maximum(distance, 1e-6)
        shown = shown + (apart * push[..., None]).sum(axis=1) * 0.9 + (there - shown) * 0.02
        shown = np.clip(shown, edge, np.array([width - edge, height - edge]))
    return shown


def _scale_bar(frame: Frame, x: float, y: float, longest: float) -> str:
    """A bar of round metres, at most `longest` units, whose lower left corner is at x, y."""
    metres = max((one for one in SCALES_M if one * frame.scale <= longest), default=SCALES_M[0])
    half = metres * frame.scale / 2
    bar = f'y="{_n(y - 5)}" width="{_n(half)}" height="5" stroke="#000"'
    name = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    return (
        f'<rect x="{_n(x)}" {bar} fill="#000"/><rect x="{_n(x + half)}" {bar} fill="#fff"/>'
        f'<text x="{_n(x)}" y="{_n(y - 8)}" {_TEXT}>{name}</text>'
    )


def _north(x: float, y: float, words: Words) -> str:
    arrow = " ".join(f"{_n(x + dx)},{_n(y + dy)}" for dx, dy in ((0, 0), (7, 22), (0, 17), (-7, 22)))
    where = f'x="{_n(x)}" y="{_n(y + 36)}" text-anchor="middle" font-weight="bold"'
    return f'<polygon points="{arrow}" fill="#000"/><text {where} {_TEXT}>{escape(words["north"])}</text>'


def _side(content: MapContent, frame: Frame, words: Words) -> str:
    """North, what the signs mean, and where in the district the map lies."""
    line = '<line x1="0" y1="0" x2="24" y2="0" stroke="#333" stroke-width="3"'
    area = '<rect x="0" y="-8" width="24" height="16" fill="#e8e8e8" stroke="#777" stroke-dasharray="2 4"/>'
    signs = (
        (bool(content.marks), _mark("1", 12, 0, False), "legend_finding"),
        (any(one.good for one in content.marks), _mark("2", 12, 0, True), "legend_good"),
        (True, _meeting(12, 1), "legend_meeting"),
        (bool(content.route), f"{line}/>", "legend_route"),
        (bool(content.track), f'{line} stroke-dasharray="5 4"/>', "legend_track"),
        (bool(content.area), area, "legend_area"),
    )
    drawn, y = [_north(12, 4, words), _scale_bar(frame, 40, 28, SIDE - 42)], 66.0
    for sign, word in ((sign, word) for there, sign, word in signs if there):
        name = f'<text x="34" y="4" {_TEXT}>{escape(words[word])}</text>'
        drawn.append(f'<g transform="translate(0 {_n(y)})">{sign}{name}</g>')
        y += 27
    return "".join(drawn) + _inset(content, frame, words, y + 8)


def _inset(content: MapContent, frame: Frame, words: Words, top: float) -> str:
    """The whole district, small, with the map's frame in it."""
    rings = [ring for ring in content.outline if len(ring) > 2]
    if not rings:
        return ""
    room = min(SIDE, frame.height - top - 22)
    inner = framed([(lat, lon) for ring in rings for lon, lat in ring], SIDE, room, margin=3)
    shapes = "".join(
        _shape(shapely.get_coordinates(shapely.LineString(inner.line(ring)).simplify(0.4)),
               'fill="#eee" stroke="#555" stroke-width="1"', closed=True)
        for ring in rings
    )  # fmt: skip
    times = inner.scale / frame.scale
    x, y = (frame.west - inner.west) * inner.scale, (inner.north - frame.north) * inner.scale
    wide, high = max(frame.width * times, 5), max(frame.height * times, 5)
    box = f'x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}"'
    name = f'<text x="0" y="-6" {_TEXT}>{escape(words["in_district"])}</text>'
    frame_box = f'<rect {box} fill="none" stroke="#000" stroke-width="2"/>'
    return f'<g transform="translate(0 {_n(top + 16)})">{name}{shapes}{frame_box}</g>'


def _n(value: float) -> str:
    """A coordinate with one decimal."""
    return f"{value:.1f}".removesuffix(".0")
