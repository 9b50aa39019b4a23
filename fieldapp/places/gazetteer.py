"""Named places of the municipality: read, searched with typing errors forgiven, and the nearest to a position."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

from fieldapp import geo
from fieldapp.errors import Problem
from fieldapp.texts import N_, Later, later

LONGEST_QUERY = 100
_LONGEST_NAME = 120
_MAX_BYTES = 5_000_000
_METRES_A_DEGREE = 111_320.0
_EXACT, _BEGINS, _WORDS_BEGIN, _INSIDE, _LIKE = 1.0, 0.95, 0.85, 0.75, 0.7
_LEAST_LIKENESS = 0.62
_SIMILAR = 0.12  # guesses this much worse than the best guess are not shown
_ALIAS = 0.01  # a name goes before an alias that matches as well
_LETTERS = str.maketrans({"æ": "a", "ø": "o"})  # å falls apart into a and its ring


@dataclass(frozen=True, slots=True)
class Place:
    """One named point; `approximate` means that its position is an estimate."""

    id: str
    name: str
    kind: str
    lat: float
    lon: float
    source: str = ""
    approximate: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A place found by a search: `score` from 0 to 1, and the name or alias that matched."""

    place: Place
    score: float
    matched: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The local places, in the file's order."""

    places: tuple[Place, ...]

    @classmethod
    def load(cls, path: Path) -> Gazetteer:
        """Read a GeoJSON file of points; Problem `bad_file` names the place at fault."""
        places = tuple(_place(path, number, item) for number, item in enumerate(_features(path), start=1))
        doubles = {place.id for place in places if sum(other.id == place.id for other in places) > 1}
        if doubles:
            raise _bad(path, N_("flere steder har samme «id»"))
        return cls(places)

    def by_id(self, place_id: str) -> Place | None:
        """The place with the id, or None."""
        return next((place for place in self.places if place.id == place_id), None)

    def search(self, text: str, limit: int = 8) -> list[PlaceMatch]:
        """The best matches first: whole name, its beginning, its words, a part of it, then names that look like it."""
        query = fold(text[:LONGEST_QUERY])
        if not query or limit < 1:
            return []
        matches = [match for place in self.places if (match := _best(query, place))]
        best = max((match.score for match in matches), default=0.0)
        least = _INSIDE - _ALIAS if best >= _INSIDE - _ALIAS else best - _SIMILAR
        kept = [match for match in matches if match.score >= least]
        return sorted(kept, key=lambda match: (-match.score, len(match.matched), match.place.name))[:limit]

    def nearest(self, lat: float, lon: float, within_m: float = 400) -> tuple[Place, float] | None:
        """The nearest place and the metres to it, or None when none is within the distance."""
        if not geo.valid_position(lat, lon):
            return None
        rough = [(_roughly_m(lat, lon, place), place) for place in self.places]
        least = min((metres for metres, _ in rough), default=0.0)
        near = [place for metres, place in rough if metres <= min(within_m, least) * 1.1 + 10]
        measured = ((place, geo.distance_m(lat, lon, place.lat, place.lon)) for place in near)
        within = [(place, metres) for place, metres in measured if metres <= within_m]
        return min(within, key=lambda found: (found[1], found[0].id), default=None)


def fold(text: str) -> str:
    """«Vejleåparken», «VEJLEAAPARKEN» and «vejleaparken» → the same plain letters and digits."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign)).translate(_LETTERS)
    plain = re.sub(r"oe+", "o", re.sub(r"a[ae]+", "a", bare))
    return " ".join(re.findall(r"[^\W_]+", plain))


@lru_cache(maxsize=10_000)
def _folded(name: str) -> str:
    """`fold` of a name in the file; what users type is never remembered."""
    return fold(name)


def clean(text: str, limit: int = _LONGEST_NAME) -> str:
    """One line of printable signs from a foreign source; still to be escaped where it is shown."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:limit]


def _best(query: str, place: Place) -> PlaceMatch | None:
    scored = [(_score(query, _folded(place.name)), place.name)]
    for alias in place.aliases:
        score = _score(query, _folded(alias))
        scored.append((score if score in (0.0, _EXACT) else score - _ALIAS, alias))
    score, name = max(scored, key=lambda pair: pair[0])
    return PlaceMatch(place, round(score, 4), name) if score > 0 else None


def _score(query: str, name: str) -> float:
    if query == name:
        return _EXACT
    if name.startswith(query):
        return _BEGINS
    words = name.split()
    if all(any(word.startswith(part) for word in words) for part in query.split()):
        return _WORDS_BEGIN
    if len(query) >= 3 and query in name:
        return _INSIDE
    likeness = max(_likeness(query, candidate) for candidate in (name, *words))
    return _LIKE * likeness if likeness >= _LEAST_LIKENESS else 0.0


def _likeness(query: str, name: str) -> float:
    """0–1: letters in common in the same order; also for a name that is not typed to its end."""
    if len(query) < 3 or len(name) < 3:
        return 0.0
    heads = {name, name[: len(query)], name[: len(query) + 1]}
    return max(_ratio(query, head) for head in heads)


def _ratio(query: str, name: str) -> float:
    matcher = SequenceMatcher(None, query, name, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _LEAST_LIKENESS else 0.0


def _roughly_m(lat: float, lon: float, place: Place) -> float:
    turned = (place.lon - lon + 180) % 360 - 180
    across = turned * _METRES_A_DEGREE * cos(radians((lat + place.lat) / 2))
    return hypot((place.lat - lat) * _METRES_A_DEGREE, across)


def _features(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _bad(path, N_("filen fylder mere end 5 MB"))
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _bad(path, N_("den kan ikke læses")) from error
    except (ValueError, RecursionError) as error:
        raise _bad(path, N_("den er ikke gyldig JSON i UTF-8")) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise _bad(path, N_("den er ikke en GeoJSON «FeatureCollection»"))
    return features


def _place(path: Path, number: int, item: Any) -> Place:
    """One feature; everything the file may say is checked here and nowhere later."""
    properties, geometry = (_mapping(_mapping(item).get(key)) for key in ("properties", "geometry"))
    place_id, name, kind = (properties.get(key) for key in ("id", "name", "kind"))
    if not all(isinstance(text, str) and text and text == clean(text) for text in (place_id, name, kind)):
        raise _bad(path, later("sted nr. {number} mangler et brugbart «id», «name» eller «kind»", number=number))
    position = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(position, list) or len(position) < 2:
        raise _bad(path, later("sted nr. {number} er ikke et punkt", number=number))
    lon, lat = position[:2]
    if not geo.valid_position(lat, lon) or not 8 <= lon <= 15.3 or not 54.5 <= lat <= 57.8:
        raise _bad(
            path,
            later("sted nr. {number} ligger ikke i Danmark; koordinater skrives som [længde, bredde]", number=number),
        )
    aliases = properties.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise _bad(path, later("sted nr. {number} har en ubrugelig liste «aliases»", number=number))
    return Place(
        id=str(place_id),
        name=str(name),
        kind=str(kind),
        lat=float(lat),
        lon=float(lon),
        source=clean(str(properties.get("source") or ""), 500),
        approximate=properties.get("approximate") is not False,
        aliases=_usable(aliases),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _usable(aliases: Iterable[str]) -> tuple[str, ...]:
    return tuple(alias for alias in map(clean, aliases) if alias)


def _bad(path: Path, why: str | Later) -> Problem:
    return Problem("bad_file", field=path.name, why=why)
