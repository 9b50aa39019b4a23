"""Photos as a document needs them: small enough to send, large enough to see, and nothing in them but pixels."""

from __future__ import annotations

import io

from PIL import Image

EDGE, QUALITY = 1000, 75


def shrunk(jpeg: bytes, edge: int = EDGE) -> bytes:
    """A stored photo as a new JPEG of at most `edge` pixels on its longer side."""
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
        picture.draft("RGB", (edge, edge))
        drawn = Image.new("RGB", picture.size)
        drawn.paste(picture.convert("RGB"))
    drawn.thumbnail((edge, edge), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
