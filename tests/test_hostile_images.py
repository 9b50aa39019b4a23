"""Two thousand hostile files: each is refused with a sentence or kept as pixels alone, and the server stays small.

What is kept is read by a parser of its own (`segments`), not by the one that the app checks itself with.
"""

from __future__ import annotations

import io
import json
import random
import re
import resource
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo

ROOT = Path(__file__).resolve().parents[1]
FILES = 2000
MEMORY_MB = 500
CANARY = b"KanariePerson"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + CANARY + b"</x:xmpmeta>"
FORBIDDEN = (
    CANARY,
    b"Exif",
    b"ICC_PROFILE",
    b"http",
    b"Photoshop",
    b"MPF\0",
    b"PK\x03\x04",
    b"<svg",
    b"<html",
    b"%PDF",
    b"xmpmeta",
)
Made = Callable[[random.Random], bytes]


def segments(jpeg: bytes) -> list[int]:
    """The markers of a JPEG in order, entropy-coded data skipped; ValueError unless it ends exactly with its EOI."""
    if not jpeg.startswith(b"\xff\xd8"):
        raise ValueError("no SOI")
    found, place = [], 2
    while True:
        lead, marker = struct.unpack_from(">BB", jpeg, place)
        if lead != 0xFF:
            raise ValueError("no marker")
        found.append(marker)
        place += 2
        if marker == 0xD9:
            break
        place += struct.unpack_from(">H", jpeg, place)[0]
        while marker == 0xDA:
            place = jpeg.index(b"\xff", place)
            if jpeg[place + 1] not in (0, *range(0xD0, 0xD8)):
                break
            place += 2
    if place != len(jpeg):
        raise ValueError("a tail")
    return found


def picture(chance: random.Random, mode: str = "RGB", largest: int = 90) -> Image.Image:
    size = chance.randint(1, largest), chance.randint(1, largest)
    made = Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3))
    return made.convert("L").convert(mode) if mode.startswith("I") else made.convert(mode)


def saved(made: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def exif(chance: random.Random) -> Image.Exif:
    """With position, name, a maker's note and a thumbnail that still shows everything."""
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = chance.choice((*range(1, 9), 0, 9, 65535))
    made[ExifTags.Base.Artist] = CANARY.decode()
    made.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (55.0, 36.0, 48.0), 3: "E", 4: (12.0, 21.0, 29.0)})
    made.get_ifd(ExifTags.IFD.Exif)[0x927C] = CANARY * chance.randint(1, 200)
    return made


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + CANARY


def jpeg(chance: random.Random) -> bytes:
    made = picture(chance, chance.choice(("RGB", "L", "CMYK", "YCbCr")))
    more = {
        "exif": exif(chance),
        "icc_profile": PROFILE,
        "xmp": XMP,
        "comment": CANARY,
        "progressive": chance.random() < 0.3,
    }
    return saved(made, "JPEG", **more)


def png(chance: random.Random) -> bytes:
    made = picture(chance, chance.choice(("RGB", "RGBA", "P", "L", "LA", "1", "I;16")))
    texts = PngInfo()
    texts.add_text("Author", CANARY.decode(), zip=chance.random() < 0.5)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=chance.random() < 0.5)
    texts.add(b"tIME", struct.pack(">HBBBBB", 2026, 11, 20, 21, 10, 0))
    return saved(made, "PNG", pnginfo=texts, exif=exif(chance), icc_profile=PROFILE)


def webp(chance: random.Random) -> bytes:
    made = picture(chance, chance.choice(("RGB", "RGBA")))
    return saved(made, "WEBP", exif=exif(chance), icc_profile=PROFILE, xmp=XMP, lossless=chance.random() < 0.5)


def double(chance: random.Random) -> bytes:
    return saved(picture(chance), "MPO", save_all=True, append_images=[picture(chance)], exif=exif(chance))


def animated(chance: random.Random) -> bytes:
    frames = [picture(chance).resize((20, 20)) for _ in range(chance.randint(2, 20))]
    return saved(frames[0], chance.choice(("PNG", "WEBP")), save_all=True, append_images=frames[1:])


HONEST: tuple[Made, ...] = (jpeg, png, webp, double, animated)


def honest(chance: random.Random) -> bytes:
    return chance.choice(HONEST)(chance)


def truncated(chance: random.Random) -> bytes:
    data = honest(chance)
    return data[: chance.randrange(len(data))]


def flipped(chance: random.Random) -> bytes:
    data = bytearray(honest(chance))
    for _ in range(chance.randint(1, 40)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def spliced(chance: random.Random) -> bytes:
    one, other = honest(chance), honest(chance)
    return one[: chance.randrange(len(one))] + other[chance.randrange(len(other)) :]


def blown_up(chance: random.Random) -> bytes:
    data = bytearray(honest(chance))
    place = chance.randrange(min(len(data), 600))
    data[place : place + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\xff\xff"))
    return bytes(data)


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hemmelig.txt", CANARY)
    return out.getvalue()


TAILS = (
    a_zip(),
    b"<html><script>alert('" + CANARY + b"')</script>",
    b"%PDF-1.7 " + CANARY,
    b"\0\0\0\x18ftypmp42" + CANARY * 90,
)


def polyglot(chance: random.Random) -> bytes:
    """A photo with a second life: a tail, or a comment that is a web page."""
    if chance.random() < 0.5:
        return honest(chance) + chance.choice(TAILS)
    data, page = jpeg(chance), chance.choice(TAILS)
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + data[2:]


def chunk(name: bytes, body: bytes, *, wrong: bool = False) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body) ^ wrong)


def png_of(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2, pixels: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", header), *chunks, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


ZEROS = zlib.compress(bytes(30_000_000), 9)  # 30 kB that become 30 MB
PIXELS_144 = zlib.compress(bytes(12_000 * 1501), 9)


def stuffed_png(chance: random.Random) -> bytes:
    """Chunks out of order, with wrong checksums, or that unpack to thirty megabytes."""
    kinds = (b"zTXt", b"iCCP", b"iTXt", b"tEXt", b"eXIf", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"tIME", b"quAx")
    chunks = []
    for _ in range(chance.randint(1, 4)):
        kind = chance.choice(kinds)
        packed = b"navn\0\0" + (ZEROS if chance.random() < 0.25 else chance.randbytes(60))
        text = chance.choice((CANARY * chance.randint(0, 300), b"navn\0\1\0\0\0" + ZEROS[:20_000]))
        body = packed if kind in (b"zTXt", b"iCCP") else text
        chunks.append(chunk(kind, body, wrong=chance.random() < 0.3))
    pixels = zlib.compress((b"\0" + chance.randbytes(24)) * 8)
    return png_of(8, 8, *chunks, pixels=pixels)


def bomb(chance: random.Random) -> bytes:
    """Small files that ask for much."""
    side = chance.choice((0, 1, 4001, 12_000, 65_535, 2**31 - 1, 2**32 - 1))
    other = chance.choice((0, 1, 4000, 65_535, 2**31 - 1))
    if chance.random() < 0.3:
        return png_of(side, other, depth=chance.choice((1, 2, 8, 16, 77)), colour=chance.randrange(8), pixels=ZEROS)
    if chance.random() < 0.3:
        return png_of(12_000, 12_000, depth=1, colour=0, pixels=PIXELS_144)
    data = bytearray(saved(picture(chance), "JPEG", progressive=chance.random() < 0.5))
    frame = re.search(rb"\xff[\xc0\xc2]", data).start()  # type: ignore[union-attr]
    data[frame + 5 : frame + 9] = struct.pack(">HH", min(side, 65_535), min(other, 65_535))
    return bytes(data)


def webp_of_frames(chance: random.Random) -> bytes:
    width, height = chance.choice(((16_383, 16_383), (1 << 24, 1 << 24), (4001, 4000), (16, 16)))
    frame = bytes(12) + bytes(4) + saved(picture(chance, largest=16), "WEBP", lossless=True)[12:]
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    parts = [(b"VP8X", b"\x02\0\0\0" + canvas), (b"ANIM", bytes(6)), *[(b"ANMF", frame)] * chance.choice((1, 2000))]
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def giant_exif(chance: random.Random) -> bytes:
    """EXIF over many segments, with pointers in a circle and counts of four thousand million."""
    tangled = b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff\xff" + chance.randbytes(20) + b"\0\0\0\x08" + CANARY * 4900
    part = b"\xff\xe1" + struct.pack(">H", len(tangled[:65_000]) + 2) + tangled[:65_000]
    data = saved(picture(chance), "JPEG")
    return data[:2] + part * chance.randint(1, 40) + data[2:]


def another_format(chance: random.Random) -> bytes:
    """What is no photo, or not one of the three kinds, whatever its name says."""
    kind = chance.choice(
        ("GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "PDF", "EPS", "ICNS", "JPEG2000", "AVIF", "DIB")
    )
    others = (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + chance.randbytes(400),
        b"\0\0\0\x20ftypavif" + chance.randbytes(400),
        b"GIF89a\xff\xff\xff\xff\xf7\0\0" + chance.randbytes(300),
        b"\x7fELF" + chance.randbytes(300),
        a_zip(),
        bytes(chance.randint(0, 70_000)),
        chance.randbytes(chance.randint(0, 3000)),
    )
    try:
        return chance.choice(others) if chance.random() < 0.6 else saved(picture(chance), kind)
    except (OSError, KeyError, ValueError):
        return chance.choice(others)


def wrong_head(chance: random.Random) -> bytes:
    data = honest(chance)
    head = chance.choice(
        (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP", b"GIF89a", b"\0\0\0\x18ftypheic", b"BM")
    )
    return head + data[chance.choice((0, len(head))) :]


def largest(chance: random.Random) -> bytes:
    """Honest photos near the limits."""
    size, kind, more = chance.choice(
        (
            ((6000, 4000), "JPEG", {}),
            ((3900, 4000), "JPEG", {"progressive": True}),
            ((2500, 2500), "PNG", {"compress_level": 1}),
        )
    )
    return saved(Image.new("RGB", size, (90, 120, 60)), kind, **more)


KINDS: tuple[tuple[Made, int], ...] = (
    (honest, 203),
    (truncated, 250),
    (flipped, 350),
    (spliced, 150),
    (blown_up, 200),
    (polyglot, 200),
    (stuffed_png, 150),
    (bomb, 150),
    (webp_of_frames, 48),
    (giant_exif, 50),
    (another_format, 146),
    (wrong_head, 100),
    (largest, 3),
)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Two thousand files, the same ones each time."""
    for make, count in KINDS:
        chance = random.Random(f"fieldapp {make.__name__}")
        for _ in range(count):
            yield make.__name__, make(chance)


def fault(jpeg: bytes, width: int, height: int) -> str | None:
    """What is wrong with what would be stored, if anything."""
    try:
        markers = segments(jpeg)
    except (ValueError, IndexError, struct.error) as error:
        return f"no whole JPEG: {error}"
    if not set(markers) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA, 0xD9} or markers.count(0xE0) > 1:
        return f"segments {[hex(marker) for marker in markers]}"
    if jpeg.find(b"JFIF\0") != 6 or jpeg[4:6] != b"\0\x10":
        return "an APP0 that is more than JFIF"
    if word := next((word for word in FORBIDDEN if word in jpeg), None):
        return f"holds {word!r}"
    return None if min(width, height) >= 1 and max(width, height) <= 1600 else "too large"


def main() -> None:
    """Run all of them in this process; prints one line of JSON."""
    from fieldapp.errors import Problem
    from fieldapp.images import Box, sanitise, thumbnail

    warnings.simplefilter("ignore")
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    for place, (kind, data) in enumerate(hostile()):
        try:
            safe = sanitise(data, cover=[Box(0.1, 0.1, 0.3, 0.3)] if place % 2 else ())
            small = thumbnail(safe.jpeg)
            for jpeg_, size in ((safe.jpeg, (safe.width, safe.height)), (small, Image.open(io.BytesIO(small)).size)):
                if said := fault(jpeg_, *size):
                    wrong.append(f"{place} {kind}: {said}")
            outcomes[f"{kind} kept"] += 1
        except Problem as problem:
            outcomes[f"{kind} {problem.code}"] += 1
        except BaseException as crash:
            wrong.append(f"{place} {kind}: {type(crash).__name__} {crash}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024**2 if sys.platform == "darwin" else 1024)
    sys.stdout.write(json.dumps({"outcomes": outcomes, "wrong": wrong, "peak_mb": peak}))


def test_two_thousand_hostile_files_are_refused_or_kept_as_pixels_alone_within_500_megabytes():
    run = subprocess.run(
        [sys.executable, __file__], capture_output=True, cwd=ROOT, check=False, env={"PYTHONPATH": str(ROOT)}
    )
    assert run.returncode == 0, run.stderr[-2000:]
    found = json.loads(run.stdout)
    assert found["wrong"] == []
    assert sum(found["outcomes"].values()) == FILES
    assert found["peak_mb"] < MEMORY_MB
    for kind in ("honest", "polyglot", "giant_exif", "largest", "flipped"):
        assert found["outcomes"].get(f"{kind} kept", 0) > 0, kind
    codes = {outcome.split()[1] for outcome in found["outcomes"]}
    assert codes == {"kept", "photo_unreadable", "photo_too_many_pixels", "photo_heic"}


def test_the_honest_files_it_starts_from_do_hold_what_must_go():
    chance = random.Random(1)
    assert all(CANARY in make(chance) for make in (jpeg, webp, giant_exif))
    assert any(CANARY in png(chance) for _ in range(5))
    for spoiled in (jpeg(chance), jpeg(chance)[:-2], b"", png(chance), saved(picture(chance), "JPEG", comment=b"navn")):
        assert fault(spoiled, 9, 9)


if __name__ == "__main__":
    main()
