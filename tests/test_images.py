"""The one safe way of a photo: whatever comes in, only pixels come out."""

import hashlib
import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from fieldapp.errors import Problem
from fieldapp.images import MAX_EDGE, only_pixels, sanitise, thumbnail

ROOT = Path(__file__).parents[1]
CANARY = b"KanariePerson"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + CANARY + b"</x:xmpmeta>"
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def a_picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Red with a blue upper left quarter."""
    picture = Image.new("RGB", (width, height), RED)
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=BLUE)
    return picture.convert(mode)


def an_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = CANARY.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (55.0, 36.0, 48.0), 3: "E", 4: (12.0, 21.0, 29.0)})
    return exif


def a_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + CANARY


def a_jpeg(picture: Image.Image | None = None, **options: object) -> bytes:
    """A JPEG with everything a phone may add: EXIF with GPS, ICC, XMP, comment."""
    metadata = {"exif": an_exif(), "icc_profile": a_profile(), "xmp": XMP, "comment": CANARY}
    return saved(picture or a_picture(), "JPEG", **(metadata | options))


def a_png(picture: Image.Image | None = None, **options: object) -> bytes:
    texts = PngInfo()
    texts.add_text("Author", CANARY.decode())
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    metadata = {"exif": an_exif(), "icc_profile": a_profile(), "pnginfo": texts}
    return saved(picture or a_picture(), "PNG", **(metadata | options))


def a_webp(picture: Image.Image | None = None, **options: object) -> bytes:
    metadata = {"exif": an_exif(), "icc_profile": a_profile(), "xmp": XMP}
    return saved(picture or a_picture(), "WEBP", **(metadata | options))


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def refusal(data: bytes, **limits: int) -> str:
    with pytest.raises(Problem) as caught:
        sanitise(data, **limits)
    assert caught.value.field == "photo"
    return caught.value.code


def colour(jpeg: bytes, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place given in parts of width and height, as the nearest of the colours used here."""
    picture = opened(jpeg)
    seen = picture.getpixel((int(x * picture.width), int(y * picture.height)))
    return min((RED, BLUE, WHITE), key=lambda named: sum(abs(a - b) for a, b in zip(named, seen, strict=True)))


def assert_only_pixels(jpeg: bytes) -> None:
    assert only_pixels(jpeg)
    assert CANARY not in jpeg
    assert not any(word in jpeg for word in (b"Exif", b"ICC_PROFILE", b"http://", b"Photoshop", b"MPF", b"PK\x03\x04"))
    picture = opened(jpeg)
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not picture.getexif()


@pytest.mark.parametrize("make", [a_jpeg, a_png, a_webp])
def test_a_photo_with_exif_gps_profile_xmp_and_comment_comes_out_as_pixels_alone(make):
    data = make()
    assert CANARY in data
    assert not only_pixels(data)
    safe = sanitise(data)
    assert_only_pixels(safe.jpeg)
    assert (safe.width, safe.height) == opened(safe.jpeg).size == (64, 48)
    assert safe.sha256 == hashlib.sha256(safe.jpeg).hexdigest()
    assert colour(safe.jpeg, 0.2, 0.2) == BLUE
    assert colour(safe.jpeg, 0.8, 0.8) == RED
    assert sanitise(data) == safe


def test_a_plain_save_of_the_same_photo_would_have_kept_its_comment():
    assert CANARY in saved(opened(a_jpeg()), "JPEG")


@pytest.mark.parametrize(
    ("orientation", "blue", "size"),
    [
        (1, (0.2, 0.2), (64, 48)),
        (2, (0.8, 0.2), (64, 48)),
        (3, (0.8, 0.8), (64, 48)),
        (4, (0.2, 0.8), (64, 48)),
        (5, (0.2, 0.2), (48, 64)),
        (6, (0.8, 0.2), (48, 64)),
        (7, (0.8, 0.8), (48, 64)),
        (8, (0.2, 0.8), (48, 64)),
        (99, (0.2, 0.2), (64, 48)),
    ],
)
def test_a_photo_taken_with_the_phone_turned_stands_upright(orientation, blue, size):
    for make in (a_jpeg, a_png, a_webp):
        safe = sanitise(make(exif=an_exif(orientation)))
        assert (safe.width, safe.height) == size
        corners = [(x, y) for x in (0.2, 0.8) for y in (0.2, 0.8)]
        assert [place for place in corners if colour(safe.jpeg, *place) == BLUE] == [blue]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_does_not_lose_the_photo():
    assert sanitise(a_jpeg(exif=b"Exif\0\0" + b"MM\0*" + b"\xff" * 40)).width == 64


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (1600, 1200)),
        ((3000, 4000), (1200, 1600)),
        ((1600, 20), (1600, 20)),
        ((9000, 2), (1600, 1)),
        ((1, 1), (1, 1)),
        ((1601, 1600), (1600, 1599)),
    ],
)
def test_the_longer_side_is_at_most_1600_pixels_and_nothing_is_enlarged(size, expected):
    for kind in ("JPEG", "PNG"):
        safe = sanitise(saved(Image.new("RGB", size, RED), kind))
        assert (safe.width, safe.height) == expected


def test_a_50_megapixel_photo_from_a_phone_is_taken():
    safe = sanitise(saved(Image.new("L", (8192, 6144), 120), "JPEG"))
    assert (safe.width, safe.height) == (1600, 1200)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_what_is_transparent_becomes_white(mode):
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0)).convert("LA" if mode == "LA" else "RGBA")
    if mode == "PA":
        picture = picture.quantize(4)
    assert colour(sanitise(saved(picture, "PNG")).jpeg, 0.5, 0.5) == WHITE


def test_one_colour_declared_transparent_becomes_white():
    assert colour(sanitise(saved(Image.new("RGB", (40, 40), BLUE), "PNG", transparency=BLUE)).jpeg, 0.5, 0.5) == WHITE


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr"])
def test_every_colour_mode_comes_out_as_rgb(mode):
    data = saved(a_picture(mode=mode), "JPEG" if mode in ("CMYK", "YCbCr") else "PNG")
    safe = sanitise(data)
    assert_only_pixels(safe.jpeg)
    if mode in ("P", "CMYK", "YCbCr"):
        assert colour(safe.jpeg, 0.2, 0.2) == BLUE
        assert colour(safe.jpeg, 0.8, 0.8) == RED


def test_sixteen_bit_grey_keeps_its_shade_instead_of_turning_white():
    seen = opened(sanitise(saved(Image.new("I;16", (40, 40), 100 * 256), "PNG")).jpeg).getpixel((20, 20))
    assert all(abs(level - 100) <= 2 for level in seen)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_only_the_first_picture_is_kept(kind):
    data = saved(Image.new("RGB", (40, 40), RED), kind, save_all=True, append_images=[Image.new("RGB", (40, 40), BLUE)])
    assert colour(sanitise(data).jpeg, 0.5, 0.5) == RED


def test_of_a_phones_double_jpeg_only_the_first_picture_is_kept():
    data = saved(
        Image.new("RGB", (40, 40), RED), "MPO", save_all=True, append_images=[Image.new("RGB", (40, 40), BLUE)]
    )
    safe = sanitise(data)
    assert_only_pixels(safe.jpeg)
    assert colour(safe.jpeg, 0.5, 0.5) == RED


def test_more_bytes_than_the_limit_are_refused_unread():
    assert refusal(b"x" * 1025, max_bytes=1024) == "photo_too_large"
    assert refusal(bytes(10 * 1024 * 1024 + 1)) == "photo_too_large"
    with pytest.raises(Problem, match="grænsen er 10 MB"):
        sanitise(bytes(10 * 1024 * 1024 + 1))


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hemmelig.txt", CANARY)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"RIFF\0\0\0\0WEBP",
        a_zip(),
        saved(a_picture(), "GIF"),
        saved(a_picture(), "BMP"),
        saved(a_picture(), "TIFF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        bytes(100_000),
    ],
)
def test_what_is_no_jpeg_png_or_webp_is_refused_whatever_it_is_called(data):
    assert refusal(data) == "photo_unreadable"


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
def test_a_heic_photo_is_refused_with_what_to_do_on_the_phone(brand):
    with pytest.raises(Problem, match="Mest kompatibel") as caught:
        sanitise(b"\0\0\0\x18ftyp" + brand + bytes(100))
    assert caught.value.code == "photo_heic"


@pytest.mark.parametrize("make", [a_jpeg, a_png, a_webp])
def test_a_truncated_photo_is_refused_and_not_stored_half(make):
    data = make(a_picture(400, 300))
    assert {refusal(data[: len(data) * part // 10]) for part in range(10)} == {"photo_unreadable"}


@pytest.mark.parametrize("make", [a_jpeg, a_png, a_webp])
def test_the_tail_of_a_file_that_is_both_photo_and_zip_is_dropped(make):
    safe = sanitise(make() + a_zip())
    assert_only_pixels(safe.jpeg)
    assert not zipfile.is_zipfile(io.BytesIO(safe.jpeg))


def a_png_header(width: int, height: int, pixels: bytes = b"") -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def a_144_megapixel_png() -> bytes:
    return a_png_header(12_000, 12_000, zlib.compress(bytes(12_000 * 1501), 9))


def a_webp_canvas(width: int, height: int) -> bytes:
    frame = bytes(6) + (15).to_bytes(3, "little") * 2 + bytes(4) + saved(a_picture(16, 16), "WEBP", lossless=True)[12:]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = ((b"VP8X", b"\x02\0\0\0" + size), (b"ANIM", bytes(6)), (b"ANMF", frame))
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(part)) + part for name, part in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def a_jpeg_header(width: int, height: int, *, progressive: bool = False) -> bytes:
    data = saved(a_picture(), "JPEG", progressive=progressive)
    frame = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    return data[: frame + 5] + struct.pack(">HH", height, width) + data[frame + 9 :]


BOMBS = {
    "png_144_megapixels": a_144_megapixel_png,
    "png_header": lambda: a_png_header(2**31 - 1, 2**31 - 1),
    "png_just_over": lambda: a_png_header(4001, 4000),
    "webp_canvas": lambda: a_webp_canvas(16_383, 10_000),
    "webp_just_over": lambda: a_webp_canvas(4001, 4000),
    "jpeg_header": lambda: a_jpeg_header(65_500, 65_500),
    "jpeg_just_over": lambda: a_jpeg_header(8001, 6500),
    "jpeg_progressive": lambda: a_jpeg_header(8000, 6500, progressive=True),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_small_file_with_huge_dimensions_is_refused(bomb):
    data = BOMBS[bomb]()
    assert len(data) < 20_000
    assert refusal(data) == "photo_too_many_pixels"


@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_the_same_where_warnings_are_errors():
    assert refusal(a_144_megapixel_png()) == "photo_too_many_pixels"


def test_a_thumbnail_is_small_and_as_clean():
    small = thumbnail(sanitise(a_jpeg(a_picture(1200, 900))).jpeg)
    assert opened(small).size == (320, 240)
    assert_only_pixels(small)
    assert opened(thumbnail(a_jpeg(a_picture(1200, 900)), edge=64)).size == (64, 48)
    assert_only_pixels(thumbnail(a_jpeg()))


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda jpeg: jpeg + b"x",
        lambda jpeg: jpeg[:-2],
        lambda jpeg: jpeg[:2] + b"\xff\xfe\0\x06navn" + jpeg[2:],
        lambda jpeg: jpeg[:2] + b"\xff\xe1\0\x08Exif\0\0" + jpeg[2:],
        lambda jpeg: jpeg[:2] + b"\xff\xed\0\x06navn" + jpeg[2:],
        lambda jpeg: jpeg[:2] + b"\xff\xe0\0\x0bJFXX\0navn" + jpeg[2:],
        lambda jpeg: jpeg[:-2] + b"\xff\xfe\0\x06navn\xff\xd9",
        lambda jpeg: b"",
        lambda jpeg: b"\x89PNG" + jpeg,
    ],
)
def test_reading_the_bytes_back_sees_every_place_where_more_than_pixels_can_hide(spoiled):
    jpeg = sanitise(a_png()).jpeg
    assert only_pixels(jpeg)
    assert not only_pixels(spoiled(jpeg))


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randint(1, 200) :]


def head_swapped(data: bytes, chance: random.Random) -> bytes:
    heads = (
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x10\0\0\0WEBP",
        b"GIF89a",
        b"PK\x03\x04",
        b"\0\0\0\x18ftypheic",
    )
    head = chance.choice(heads)
    return head + data[chance.choice((0, len(head))) :]


def numbers_blown_up(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(min(len(data), 700))
    return data[:place] + chance.choice((b"\xff\xff", b"\xff\xff\xff\xff", b"\0\0", b"\x7f\xff")) + data[place + 2 :]


def stuffed(data: bytes, chance: random.Random) -> bytes:
    place = chance.choice((2, 8, 12, len(data)))
    return data[:place] + chance.choice((a_zip(), b"\xff\xfe\0\x0f" + CANARY, data, CANARY * 50)) + data[place:]


def doubled(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[: start + chance.randint(1, 400)] + data[start:]


MUTATIONS = (flipped, cut, head_swapped, numbers_blown_up, stuffed, doubled)
PER_PAIR = 20


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
@pytest.mark.filterwarnings("ignore")
def test_of_720_hostile_files_none_crashes_and_none_is_stored_with_more_than_pixels(mutation):
    sources = (
        a_jpeg(),
        a_jpeg(progressive=True),
        a_jpeg(a_picture(mode="CMYK")),
        a_png(a_picture(mode="RGBA")),
        a_png(a_picture(mode="P")),
        a_webp(),
    )
    chance = random.Random(f"fieldapp {mutation.__name__}")
    outcomes = [outcome_of(mutation(data, chance)) for data in sources for _ in range(PER_PAIR)]
    assert len(outcomes) == 120
    assert "photo_unreadable" in outcomes
    assert all(outcome == "stored" or outcome.startswith("photo_") for outcome in outcomes)


def outcome_of(data: bytes) -> str:
    try:
        safe = sanitise(data)
    except Problem as problem:
        return problem.code
    assert_only_pixels(safe.jpeg)
    assert max(safe.width, safe.height) <= MAX_EDGE
    return "stored"


MEMORY = """
import re, sys, warnings
from pathlib import Path
from fieldapp.errors import Problem
from fieldapp.images import sanitise
warnings.simplefilter("ignore")
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
data = sys.stdin.buffer.read()
before = peak()
try:
    sanitise(data)
except Problem as problem:
    print(problem.code)
print(peak() - before)
"""


def megabytes_used(data: bytes) -> int:
    run = subprocess.run([sys.executable, "-c", MEMORY], input=data, capture_output=True, cwd=ROOT, check=True)
    return int(run.stdout.split()[-1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize("bomb", BOMBS)
def test_refusing_a_bomb_takes_less_than_40_megabytes(bomb):
    assert megabytes_used(BOMBS[bomb]()) < 40


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    "make",
    [
        lambda: saved(Image.new("RGB", (8192, 6144), RED), "JPEG"),
        lambda: saved(Image.new("RGB", (65_000, 790), RED), "JPEG"),
        lambda: saved(Image.new("RGB", (4000, 4000), RED), "JPEG", progressive=True, subsampling=0),
        lambda: saved(Image.new("RGBA", (4000, 4000), RED), "PNG", compress_level=1),
        lambda: saved(Image.new("RGBA", (4000, 4000), RED), "WEBP", method=0),
    ],
    ids=["jpeg_50_megapixels", "jpeg_long", "jpeg_progressive", "png", "webp"],
)
def test_the_largest_photo_taken_needs_less_than_350_megabytes(make):
    assert megabytes_used(make()) < 350
