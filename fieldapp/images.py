"""The one safe way of a photo: from any uploaded bytes to a small JPEG that holds nothing but pixels.

Formats JPEG, PNG and WebP; size and dimensions are checked before anything is decoded; the picture is
drawn anew, and the bytes are read back before they are given out. Nothing of the sender's file survives
but what can be seen in it, and nothing of what lay under a box that was to be covered.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from fieldapp.errors import Problem
from fieldapp.texts import later

MAX_BYTES = 10 * 1024 * 1024
MAX_EDGE = 1600
MAX_PIXELS = 52_000_000  # the largest main cameras (50 megapixels); a JPEG is decoded at a fraction of it
MAX_PIXELS_WHOLE = 16_000_000  # where the decoder must hold all of the picture: PNG, WebP, progressive JPEG
QUALITY = 85
THUMBNAIL_EDGE = 320
BOXES_MAX = 50
COVER = (0, 0, 0)

_FORMATS = ("JPEG", "PNG", "WEBP")
_APPLE_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_APP0, _SCAN, _END = 0xE0, 0xDA, 0xD9
_PIXEL_MARKERS = frozenset((0xC0, 0xC4, 0xDB, _SCAN))  # frame, Huffman tables, quantisation tables, scan
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

# The library's own guard, for whatever is opened elsewhere in the process. It only warns up to twice the
# limit, and `warnings.catch_warnings` is not thread-safe, so sizes are compared here as well.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


@dataclass(frozen=True, slots=True)
class SafeImage:
    """A photo that may be stored: JPEG bytes, width and height in pixels, SHA-256 of the bytes in hex."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Box:
    """A part of an upright picture: its upper left corner and size, in parts (0 to 1) of the width and height."""

    x: float
    y: float
    width: float
    height: float


def sanitise(data: bytes, *, cover: Iterable[Box] = (), max_bytes: int = MAX_BYTES) -> SafeImage:
    """The photo upright, at most 1600 pixels on its longer side, without any metadata; boxes to `cover` are black.

    Raises Problem `photo_too_large`, `photo_too_many_pixels`, `photo_heic` or `photo_unreadable`.
    The same bytes in give the same bytes out.
    """
    _small_enough(data, max_bytes)
    return _drawn_anew(data, MAX_EDGE, cover)


def grey(data: bytes, edge: int, *, max_bytes: int = MAX_BYTES) -> NDArray[np.uint8]:
    """The upright photo in grey (height × width), at most `edge` pixels on its longer side; Problems as `sanitise`."""
    _small_enough(data, max_bytes)
    return np.asarray(_opened(data, edge).convert("L"), dtype=np.uint8)


def parse_boxes(text: str) -> tuple[Box, ...]:
    """`[{"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.1}, …]`; raises Problem `invalid` on `redact`.

    What reaches beyond the picture is cut off, further members are not read: a box of `look` can be sent as it is.
    """
    try:
        said = json.loads(text or "[]")
        boxes = tuple(_parsed_box(one) for one in said) if isinstance(said, list) else None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        boxes = None
    if boxes is None:
        raise Problem("invalid", field="redact", why="skriv en liste af felter med x, y, width og height fra 0 til 1")
    if len(boxes) > BOXES_MAX:
        raise Problem("invalid", field="redact", why=later("der kan højst være {most} felter", most=BOXES_MAX))
    return boxes


def _parsed_box(said: Any) -> Box:
    x, y, width, height = (float(said[name]) for name in ("x", "y", "width", "height"))
    left, top, right, bottom = (min(1.0, max(0.0, part)) for part in (x, y, x + width, y + height))
    if not all(map(math.isfinite, (x, y, width, height))) or right <= left or bottom <= top:
        raise ValueError
    return Box(left, top, right - left, bottom - top)


def _small_enough(data: bytes, max_bytes: int) -> None:
    if len(data) > max_bytes:
        raise Problem("photo_too_large", field="photo", limit=f"{max_bytes // (1024 * 1024)} MB")


def thumbnail(jpeg: bytes, edge: int = THUMBNAIL_EDGE) -> bytes:
    """A JPEG of at most `edge` pixels on its longer side, as clean as what `sanitise` gives; same Problems."""
    return _drawn_anew(jpeg, edge).jpeg


def only_pixels(jpeg: bytes) -> bool:
    """True where the bytes are one JPEG with no metadata, no comment, no embedded profile and no tail."""
    try:
        return all(_is_pixel_part(marker, part) for marker, part in _parts(jpeg))
    except (ValueError, IndexError):
        return False


def _drawn_anew(data: bytes, edge: int, cover: Iterable[Box] = ()) -> SafeImage:
    picture = _opened(data, edge)
    for box in cover:
        picture.paste(COVER, _pixels(box, picture.size))
    return _encoded(picture)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels: every pixel the box touches."""
    wide, high = size
    left, top = math.floor(box.x * wide), math.floor(box.y * high)
    right, bottom = math.ceil((box.x + box.width) * wide), math.ceil((box.y + box.height) * high)
    return left, top, min(wide, right), min(high, bottom)


def _opened(data: bytes, edge: int) -> Image.Image:
    """The picture upright and shrunk, in RGB; whatever is wrong with the bytes becomes a Problem."""
    if data[4:8] == b"ftyp" and data[8:12] in _APPLE_BRANDS:
        raise Problem("photo_heic", field="photo")
    try:
        return _upright(_decoded(data, edge), edge)
    except Problem:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise Problem("photo_too_many_pixels", field="photo", limit=_megapixels(MAX_PIXELS)) from error
    except Exception as error:  # decoders fail on hostile bytes in any way they like
        raise Problem("photo_unreadable", field="photo") from error


def _decoded(data: bytes, edge: int) -> Image.Image:
    picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    is_jpeg = picture.format in ("JPEG", "MPO")  # MPO: the JPEG some phones write, with a second picture behind
    limit = MAX_PIXELS if is_jpeg and "progressive" not in picture.info else MAX_PIXELS_WHOLE
    if picture.width * picture.height > limit:
        raise Problem("photo_too_many_pixels", field="photo", limit=_megapixels(limit))
    if is_jpeg:
        picture.draft(None, _fitting(picture.size, edge))
    picture.load()
    return picture


def _upright(decoded: Image.Image, edge: int) -> Image.Image:
    picture = _on_white(decoded)
    picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    turn = _TURNS.get(_orientation(decoded))
    return picture if turn is None else picture.transpose(turn)


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif()[ExifTags.Base.Orientation])
    except Exception:  # broken EXIF, or none, is no reason to lose the photo
        return 1


def _on_white(picture: Image.Image) -> Image.Image:
    """A new RGB image from the pixels of the first frame alone; what is transparent becomes white."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")  # 16 bits a pixel
    drawn = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        drawn.paste(picture, mask=picture)
    else:
        drawn.paste(picture if picture.mode == "RGB" else picture.convert("RGB"))
    return drawn


def _encoded(picture: Image.Image) -> SafeImage:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    jpeg = out.getvalue()
    if not only_pixels(jpeg):
        raise RuntimeError("the JPEG encoder wrote more than pixels")
    return SafeImage(jpeg, picture.width, picture.height, hashlib.sha256(jpeg).hexdigest())


def _fitting(size: tuple[int, int], edge: int) -> tuple[int, int]:
    longest = max(*size, 1)
    return max(1, size[0] * edge // longest), max(1, size[1] * edge // longest)


def _scan_end(jpeg: bytes, place: int) -> int:
    end = _SCAN_END.search(jpeg, place)
    if end is None:
        raise ValueError("no end of image")
    return end.start()


def _megapixels(pixels: int) -> str:
    return str(pixels // 1_000_000)


def _is_pixel_part(marker: int, part: bytes) -> bool:
    if marker == _APP0:  # JFIF without its thumbnail
        return part[:5] == b"JFIF\0" and len(part) == 14
    return marker in _PIXEL_MARKERS


def _parts(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """The marker and content of each segment up to the end of the file; ValueError where the bytes are no JPEG."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("no start of image")
    place = 2
    while True:
        marker = jpeg[place + 1]
        if jpeg[place] != 0xFF:
            raise ValueError("no marker where one must be")
        if marker == _END:
            break
        length = int.from_bytes(jpeg[place + 2 : place + 4], "big")
        yield marker, jpeg[place + 4 : place + 2 + length]
        place += 2 + length
        if marker == _SCAN:
            place = _scan_end(jpeg, place)
    if place + 2 != len(jpeg):
        raise ValueError("bytes after the end of the image")
