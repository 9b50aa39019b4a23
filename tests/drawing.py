"""Pictures for tests: a face nobody has, a number plate nobody drives with, and photos as files."""

from __future__ import annotations

import io
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

LAWN = (120, 140, 120)
SKIN = (215, 175, 150)


def a_scene(width: int = 960, height: int = 720) -> Image.Image:
    """An empty lawn."""
    return Image.new("RGB", (width, height), LAWN)


def draw_face(picture: Image.Image, x: int, y: int, size: int) -> tuple[int, int, int, int]:
    """A drawn face that a cascade takes for one; gives the box (left, top, right, bottom) of eyes, nose and mouth."""
    pen = ImageDraw.Draw(picture)

    def at(*parts: float) -> list[float]:
        return [(y if place % 2 else x) + part * size for place, part in enumerate(parts)]

    pen.ellipse(at(-0.05, -0.25, 1.05, 1.3), fill=(60, 45, 35))
    pen.ellipse(at(0.05, -0.05, 0.95, 1.2), fill=SKIN)
    for eye in (0.3, 0.7):
        pen.ellipse(at(eye - 0.16, 0.24, eye + 0.16, 0.46), fill=(150, 110, 90))
        pen.rectangle(at(eye - 0.15, 0.22, eye + 0.15, 0.29), fill=(55, 40, 30))
        pen.ellipse(at(eye - 0.11, 0.32, eye + 0.11, 0.43), fill=(235, 230, 225))
        pen.ellipse(at(eye - 0.055, 0.31, eye + 0.055, 0.43), fill=(30, 25, 20))
    pen.polygon(at(0.5, 0.35, 0.58, 0.7, 0.42, 0.7), fill=(235, 200, 175))
    pen.ellipse(at(0.4, 0.66, 0.6, 0.74), fill=(150, 105, 90))
    pen.ellipse(at(0.32, 0.82, 0.68, 0.96), fill=(150, 70, 70))
    return x + round(0.14 * size), y + round(0.22 * size), x + round(0.86 * size), y + round(0.96 * size)


def draw_plate(picture: Image.Image, x: int, y: int, width: int) -> tuple[int, int, int, int]:
    """A Danish plate on a dark car; gives its box."""
    pen, height = ImageDraw.Draw(picture), round(width * 0.216)
    pen.rectangle((x - width // 3, y - height * 2, x + width * 4 // 3, y + height * 3), fill=(60, 60, 70))
    pen.rectangle((x, y, x + width, y + height), fill=(245, 245, 240), outline=(200, 0, 0), width=max(1, width // 60))
    pen.text((x + width * 0.06, y), "QX 00 000", font=ImageFont.load_default(height * 0.9), fill=(15, 15, 15))
    return x, y, x + width, y + height


def as_jpeg(picture: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", **({"quality": 92} | options))
    return file.getvalue()


def traces(folder: Path, pieces: list[bytes]) -> list[str]:
    """Every file of the server's folder (database, WAL, log, temporary files) that holds one of the pieces."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(piece in path.read_bytes() for piece in pieces)]


def pieces_of(data: bytes) -> list[bytes]:
    """Sixteen bytes each from many places of a JPEG's scan, but none of a plain surface, which looks alike anywhere."""
    chance = random.Random(5)
    places = (chance.randrange(700, len(data) - 16) for _ in range(400))
    found = [piece for place in places if len(set(piece := data[place : place + 16])) >= 14]
    assert len(found) > 30
    return found[:60]
