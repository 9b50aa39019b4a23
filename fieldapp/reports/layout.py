"""From HTML to a tagged PDF (PDF/UA-1), as a program of its own: `pdf.write_pdf` starts it and hands it everything.

A program of its own because the libraries that lay out text end the whole process where they fail (Pango does without
a single font), and keep a core busy for seconds. It imports nothing of ours, so that it starts at once.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout, suppress
from typing import Any, BinaryIO

VARIANT = "pdf/ua-1"
NO_LIBRARY = 3


def laid_out(htmls: Sequence[str], pictures: Mapping[str, bytes], pages_most: int | None = None) -> bytes:
    """The first of these that takes no more pages than so many, else the last, as PDF.

    An image's address is a key of `pictures` (JPEG); any other address is left unread.
    Raises ImportError or OSError where the machine lacks Pango.
    """
    import weasyprint  # type: ignore[import-untyped]
    from weasyprint import urls

    class OwnOnly(urls.URLFetcher):  # type: ignore[misc]
        """No network, no file, no data address: what a document may show is in `pictures`."""

        def fetch(self, url: str, headers: object = None) -> Any:
            if url not in pictures:
                raise ValueError("only the document's own pictures")
            return urls.URLFetcherResponse(url, pictures[url], {"Content-Type": "image/jpeg"})

    # Its complaints quote addresses and styles of the document, which may hold what a user typed.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    for html in htmls:
        document = weasyprint.HTML(string=html, url_fetcher=OwnOnly()).render(pdf_variant=VARIANT)
        if pages_most is None or len(document.pages) <= pages_most:
            break
    made: bytes = document.write_pdf(pdf_variant=VARIANT)
    return made


def packed(htmls: Sequence[str], pictures: Mapping[str, bytes], pages_most: int | None) -> bytes:
    """What the program reads: a line of JSON with the lengths, then the parts one after another."""
    texts = [html.encode() for html in htmls]
    sizes = {name: len(jpeg) for name, jpeg in pictures.items()}
    head = json.dumps({"htmls": [len(text) for text in texts], "pictures": sizes, "pages_most": pages_most})
    return b"".join([head.encode(), b"\n", *texts, *pictures.values()])


def unpacked(said: BinaryIO) -> tuple[list[str], dict[str, bytes], int | None]:
    """The inverse of `packed`."""
    head = json.loads(said.readline())
    htmls = [said.read(size).decode() for size in head["htmls"]]
    return htmls, {name: said.read(size) for name, size in head["pictures"].items()}, head["pages_most"]


def main() -> int:
    """Read from standard input, write the PDF to standard output."""
    with suppress(AttributeError, OSError):
        os.nice(10)
    told = unpacked(sys.stdin.buffer)
    try:
        # The library prints advice where it finds no Pango.
        with redirect_stdout(sys.stderr):
            made = laid_out(*told)
    except (ImportError, OSError):
        return NO_LIBRARY
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
