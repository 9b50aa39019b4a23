"""Whose column is which of our fields, and whose word is which of our categories."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from fieldapp.errors import Problem
from fieldapp.model import Catalogue
from fieldapp.texts import Later, later
from fieldapp.usecases.imports.tables import Table

FIELDS = ("id", "category", "lat", "lon", "observed_at", "severity", "group_size", "age_band", "note", "accuracy_m")
REQUIRED = ("category", "lat", "lon", "observed_at")
# Column names seen in the wild, in the order they are preferred.
ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "uuid", "nr", "nummer", "løbenummer", "sagsnr", "sagsnummer"),
    "category": ("category", "kategori", "type", "hændelse", "hændelsestype"),
    "lat": ("lat", "latitude", "bredde", "breddegrad"),
    "lon": ("lon", "lng", "long", "longitude", "længde", "længdegrad"),
    "observed_at": (
        "observed_at",
        "tid",
        "tidspunkt",
        "observeret",
        "dato og tid",
        "datotid",
        "time",
        "datetime",
        "dato",
    ),
    "severity": ("severity", "alvor", "alvorlighed", "alvorsgrad"),
    "group_size": ("group_size", "gruppestørrelse", "gruppe", "antal"),
    "age_band": ("age_band", "aldersgruppe", "alder"),
    "note": ("note", "notat", "bemærkning", "bemærkninger", "beskrivelse", "tekst"),
    "accuracy_m": ("accuracy_m", "nøjagtighed", "nøjagtighed_m", "accuracy"),
}
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Columns:
    """Field → index of its column; `width` is the header's number of cells."""

    index: Mapping[str, int]
    header: tuple[str, ...]
    notices: tuple[Later, ...]

    def title(self, field: str | None) -> str:
        """The file's own name of the field's column."""
        return shown(self.header[self.index[field]]) if field and field in self.index else ""


def guess_columns(header: Iterable[str]) -> dict[str, str]:
    """Field → column name, where a name is known."""
    known = {_plain(name): name for name in reversed(list(header)) if name}
    found = {field: next((known[a] for a in names if a in known), None) for field, names in ALIASES.items()}
    return {field: name for field, name in found.items() if name is not None}


def match_columns(table: Table, mapping: Mapping[str, str]) -> Columns:
    """Guessed columns with `mapping` (ours → theirs; empty: leave out) put over; raises Problem `bad_file`."""
    for field in mapping:
        if field not in FIELDS:
            why = later("feltet «{name}» kendes ikke; vælg blandt: {known}", name=shown(field), known=", ".join(FIELDS))
            raise _refused(table, why)
    chosen = {field: name for field, name in (guess_columns(table.header) | dict(mapping)).items() if name}
    unknown = [name for name in chosen.values() if name not in table.header]
    listed = _listed(table.header)
    if unknown:
        why = later("kolonnen «{name}» findes ikke; filen har: {names}", name=shown(unknown[0]), names=listed)
        raise _refused(table, why)
    double = [name for name in chosen.values() if table.header.count(name) > 1]
    if double:
        why = later("kolonnen «{name}» findes flere gange; giv kolonnerne hver sit navn", name=shown(double[0]))
        raise _refused(table, why)
    missing = [field for field in REQUIRED if field not in chosen]
    if missing:
        why = later("der mangler en kolonne for {fields}; filen har: {names}", fields=", ".join(missing), names=listed)
        raise _refused(table, why)
    return Columns(
        {field: table.header.index(name) for field, name in chosen.items()}, table.header, _left_out(table, chosen)
    )


def _left_out(table: Table, chosen: Mapping[str, str]) -> tuple[Later, ...]:
    ignored = [name for name in table.header if name and name not in chosen.values()]
    return (later("Kolonner, der ikke bruges: {names}.", names=_listed(ignored)),) if ignored else ()


def _refused(table: Table, why: Later) -> Problem:
    return Problem("bad_file", field=table.name, why=why)


def _listed(names: Iterable[str]) -> str:
    listed = [shown(name) for name in names]
    return ", ".join(listed[:30]) + (" …" if len(listed) > 30 else "")


def shown(text: str) -> str:
    """A name from a file as it may stand in a sentence."""
    return "".join(sign if sign.isprintable() else "�" for sign in text[:_SHOWN])


def _plain(name: str) -> str:
    return re.sub(r"[\s]+", " ", name.strip().casefold())


class Words:
    """Category words: our keys, Danish and English labels, and what the mapping adds."""

    def __init__(self, catalogue: Catalogue, mapping: Mapping[str, str]) -> None:
        self._keys = {_plain(text): item.key for item in catalogue for text in (item.en, item.da, item.key)}
        for ours in mapping.values():
            if _plain(ours) not in self._keys:
                keys = ", ".join(item.key for item in catalogue)
                why = later("«{word}» er ingen kategori; vælg blandt: {keys}", word=shown(ours), keys=keys)
                raise Problem("invalid", field="category", why=why)
        self._given = {_plain(theirs): self._keys[_plain(ours)] for theirs, ours in mapping.items()}

    def find(self, text: str) -> str | None:
        """The category key of their word, or None."""
        word = _plain(text)
        return self._given.get(word) or self._keys.get(word)


def suggest_category(text: str, catalogue: Catalogue) -> str | None:
    """A guess for a word that is not known, for a person to confirm: «Knallert (ny)» → moped."""
    labels: dict[str, str] = {_plain(label): item.key for item in catalogue for label in (item.da, item.en, item.key)}
    word = _plain(re.sub(r"\(.*?\)", "", text))
    for part in map(str.strip, (word, *re.split(r"[/,]| og | eller ", word))):
        if len(part) > 3 and (
            starts := [label for label in labels if label.startswith(part) or part.startswith(label)]
        ):
            return labels[starts[0]]
        if close := get_close_matches(part, labels, n=1, cutoff=0.75):
            return labels[close[0]]
    return None


def unknown_words(table: Table, column: str, catalogue: Catalogue, *, limit: int = 50) -> dict[str, int]:
    """Category words of a column that need a translation, the most frequent first, and how often each occurs."""
    words, index = Words(catalogue, {}), table.header.index(column)
    counts: Counter[str] = Counter()
    for _, cells in table.rows():
        word = cells[index].strip() if index < len(cells) else ""
        if word and (word in counts or len(counts) < 10 * limit) and words.find(word) is None:
            counts[word] += 1
    return dict(counts.most_common(limit))
