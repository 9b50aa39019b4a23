"""Who can be responsible for a follow-up: parties, never persons."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fieldapp.errors import Problem
from fieldapp.texts import later

EMAIL_MOST = 120
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_KEY = re.compile(r"[a-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Party:
    """One row of `data/parties.json`."""

    key: str
    da: str
    en: str

    def label(self, language: str = "da") -> str:
        return self.en if language == "en" else self.da


@dataclass(frozen=True, slots=True)
class Parties:
    """All parties in their shipped order."""

    parties: tuple[Party, ...]

    @classmethod
    def load(cls, path: Path) -> Parties:
        """Read the file; raises Problem `bad_file`."""
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))["parties"]
            found = tuple(Party(**row) for row in rows)
            if not found or not all(_KEY.fullmatch(one.key) and one.da and one.en for one in found):
                raise ValueError
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Problem("bad_file", field=path.name, why="den skal være en liste af ansvarlige") from error
        return cls(found)

    def __getitem__(self, key: str) -> Party:
        """The party, also one that has since been taken out of the file."""
        return next((party for party in self.parties if party.key == key), Party(key, key, key))

    def __contains__(self, key: object) -> bool:
        return any(party.key == key for party in self.parties)

    def __iter__(self) -> Iterator[Party]:
        return iter(self.parties)


def parse_email(name: str, value: object) -> str:
    """An inbox's address as mail programs take it; raises a Problem."""
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > EMAIL_MOST:
        raise Problem("invalid", field=name, why=later("højst {most} tegn", most=EMAIL_MOST))
    if not _EMAIL.fullmatch(text):
        raise Problem("invalid", field=name, why="skriv en mailadresse som parkogvej@kommune.dk")
    return text
