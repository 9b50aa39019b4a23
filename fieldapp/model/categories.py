"""What can be seen: kinds, categories and the catalogue of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fieldapp.errors import Problem


class Kind(StrEnum):
    """What a category is about: physical places, people's behaviour, or something good."""

    PLACE = "place"
    PEOPLE = "people"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Category:
    """One row of `data/categories.json`."""

    key: str
    da: str
    en: str
    kind: Kind
    icon: str
    responsible: str = ""
    urgent: bool = False

    def label(self, language: str = "da") -> str:
        return self.en if language == "en" else self.da


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All categories in their shipped order."""

    categories: tuple[Category, ...]
    _by_key: Mapping[str, Category] = field(repr=False, compare=False)

    @classmethod
    def of(cls, categories: tuple[Category, ...]) -> Catalogue:
        return cls(categories, {category.key: category for category in categories})

    @classmethod
    def load(cls, path: Path) -> Catalogue:
        """Read the file; raises Problem `bad_file`."""
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))["categories"]
            return cls.of(tuple(Category(**{**row, "kind": Kind(row["kind"])}) for row in rows))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Problem("bad_file", field=path.name, why="den skal være en liste af kategorier") from error

    def __getitem__(self, key: str) -> Category:
        """The category, also one that has since been taken out of the file."""
        return self._by_key.get(key) or Category(key, key, key, Kind.PLACE, "•")

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[Category]:
        return iter(self.categories)
