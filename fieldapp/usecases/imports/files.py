"""The file as it comes: opened as often as needed, never unpacked beyond a limit, its characters recognised."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from fieldapp.errors import Problem
from fieldapp.texts import N_, Later, later

UNPACKED_MAX = 200_000_000
_BLOCK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOJIBAKE = ("Ã¦", "Ã¸", "Ã¥", "Ã†", "Ã˜", "Ã…")


@dataclass(frozen=True, slots=True)
class Source:
    """A file on disk or its bytes, and the name it is spoken of by."""

    content: Path | bytes
    name: str

    @property
    def suffix(self) -> str:
        """`.csv`, `.geojson`, …; the `.gz` of a packed file left out."""
        return Path(self.name.lower().removesuffix(".gz")).suffix

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The unpacked bytes; a Problem where the file is missing, damaged or beyond UNPACKED_MAX."""
        with file_failures(self.name):
            raw = io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")
            with raw, _unpacked(raw) as stream:
                yield io.BufferedReader(_Limited(stream, self.name))

    @contextmanager
    def text(self, encoding: str) -> Iterator[TextIO]:
        """The text, line ends as they stand."""
        with self.open() as stream:
            wrapped = io.TextIOWrapper(stream, encoding=encoding, newline="")
            yield wrapped
            wrapped.detach()


@contextmanager
def file_failures(name: str) -> Iterator[None]:
    """Turn what a damaged or missing file raises into a Problem."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Problem("bad_file", field=name, why="arkivet er beskadiget; pak filen ud, og prøv igen") from error
    except FileNotFoundError as error:
        raise Problem("bad_file", field=name, why="den findes ikke; kontrollér navnet") from error
    except OSError as error:
        raise Problem("bad_file", field=name, why="den kan ikke læses; kontrollér rettighederne") from error
    except UnicodeError as error:
        raise Problem("bad_file", field=name, why="tegnene kan ikke læses; gem filen som CSV i UTF-8") from error


@contextmanager
def _unpacked(raw: BinaryIO) -> Iterator[BinaryIO]:
    magic = raw.read(2)
    raw.seek(0)
    if magic != b"\x1f\x8b":
        yield raw
        return
    with gzip.open(raw) as stream:
        yield stream  # type: ignore[misc]


class _Limited(io.RawIOBase):
    """Hands on what it reads, and stops at UNPACKED_MAX: a small archive may hold a very large file."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name, self._left = stream, name, UNPACKED_MAX

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(min(len(buffer), _BLOCK))
        self._left -= len(data)
        if self._left < 0:
            raise Problem(
                "too_large", field=self._name, limit=later("{size} MB udpakket", size=UNPACKED_MAX // 1_000_000)
            )
        buffer[: len(data)] = data
        return len(data)


def encoding_of(source: Source) -> tuple[str, Later | None]:
    """The name of the encoding, and a notice where it had to be guessed."""
    with source.open() as stream:
        start = stream.read(4096)
        for bom, encoding in _BOMS:
            if start.startswith(bom):
                return encoding, None
        if start.startswith(b"PK\x03\x04"):
            raise Problem("bad_file", field=source.name, why="det er en Excel-fil; gem den som «CSV UTF-8» i Excel")
        if guess := _wide(start):
            return guess, later("Filen har ingen mærkning af tegnsættet; den er læst som UTF-16.")
    if _decodes(source, "utf-8"):
        return "utf-8", None
    encoding = "cp1252" if _decodes(source, "cp1252") else "latin-1"
    _refuse_mixed(source, encoding)
    return encoding, later("Filen er ikke UTF-8; den er læst som Windows-1252. Se efter, at æ, ø og å er rigtige.")


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark shows as every other byte being zero."""
    half = max(len(start) // 2, 1)
    for encoding, zeros in (("utf-16-le", start[1::2].count(0)), ("utf-16-be", start[0::2].count(0))):
        if zeros > 0.7 * half:
            return encoding
    return None


def _decodes(source: Source, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with source.open() as stream:
        try:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _refuse_mixed(source: Source, encoding: str) -> None:
    with source.text(encoding) as text:
        while block := text.read(_BLOCK):
            if any(sign in block for sign in _MOJIBAKE):
                why = N_("den blander to tegnsæt; åbn den i Excel, og gem den som «CSV UTF-8»")
                raise Problem("bad_file", field=source.name, why=why)
