"""CSV as Danish spreadsheets open it: semicolons, decimal commas, a byte-order mark, nothing that runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

# What spreadsheets take for the start of a formula (OWASP: CSV injection), with the wide and small forms of each.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "−", "﹦", "﹢", "﹣", "﹫")
Value = str | float | int | None


def guarded(text: str) -> str:
    """Text that a spreadsheet cannot take for a formula: with `'` before it where it could."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA_STARTS) or text.startswith(("\t", "\r")) else text


def write_rows(file: TextIO, header: Iterable[str], rows: Iterable[Iterable[Value]]) -> int:
    """Write all and count them; the file must be open in `utf-8-sig` with `newline=""`."""
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    count = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        count += 1
    return count


def _cell(value: Value) -> str:
    if isinstance(value, str):
        return guarded(value)
    return "" if value is None else str(value).replace(".", ",")
