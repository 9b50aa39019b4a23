"""PDFs, made by a program beside the app (`layout.py`), so that nothing in it can take the app down with it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence

from fieldapp.errors import Problem
from fieldapp.reports import layout

PICTURE = "billede:"
LONGEST_S = 120


def write_pdf(htmls: Sequence[str], pictures: Mapping[str, bytes], *, pages_most: int | None = None) -> bytes:
    """The first of these HTMLs that takes no more pages than so many, else the last, as PDF/UA-1.

    An image's address is a key of `pictures`; no other is read. Problem `pdf_missing` where the machine lacks the
    libraries or fonts that lay out text, `pdf_failed` where it takes over two minutes.
    """
    # -P: the modules beside the program are not to stand in for others of their names.
    command = [sys.executable, "-P", layout.__file__]
    said = layout.packed(htmls, pictures, pages_most)
    try:
        done = subprocess.run(command, input=said, capture_output=True, timeout=LONGEST_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Problem("pdf_failed") from error
    if done.returncode:
        # Its words may hold what a user typed; its number does not.
        logging.getLogger(__name__).error("no PDF was made: %s", done.returncode)
        missing = done.returncode == layout.NO_LIBRARY or done.returncode < 0
        raise Problem("pdf_missing" if missing else "pdf_failed")
    return done.stdout
