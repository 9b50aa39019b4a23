"""Address services through geopy: asked by the server, slowly, seldom, and only for the text of an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import urlsplit

from geopy.adapters import URLLibAdapter  # type: ignore[import-untyped]
from geopy.exc import GeopyError  # type: ignore[import-untyped]
from geopy.extra.rate_limiter import RateLimiter  # type: ignore[import-untyped]
from geopy.geocoders import Nominatim, Photon  # type: ignore[import-untyped]

from fieldapp import geo
from fieldapp.places.gazetteer import LONGEST_QUERY, Gazetteer, Place, PlaceMatch, clean

USER_AGENT = "fieldapp (kommunal feltapp)"
TIMEOUT_S = 3.0
SECONDS_BETWEEN = 1.0  # the public services' rule, for the whole process
_MOST_WAITING = 3
_MOST_KEPT = 2_000
_LEAST_TYPED = 3
_FOUND = 5
_SCORE = 0.8
_DENMARK = ((54.5, 8.0), (57.8, 15.3))  # (lat, lon) of the south-west and north-east corner
# What a foreign answer may be short of once geopy has taken it apart.
_BROKEN_ANSWER = (GeopyError, OSError, KeyError, IndexError, TypeError, ValueError, AttributeError)

Geocode = Callable[[str], tuple[PlaceMatch, ...]]
Ask = Callable[[str], Any]


class GeocodingFailed(Exception):
    """The address service did not answer usably, or too many are waiting for it."""


class GeocoderSettings(Protocol):
    """The two settings that choose an address service."""

    @property
    def geocoder(self) -> str: ...

    @property
    def geocoder_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PlaceSearch:
    """What a search found; `fallback` means that the address service failed and only local places are shown."""

    matches: tuple[PlaceMatch, ...]
    fallback: bool = False


def search_places(text: str, *, gazetteer: Gazetteer, geocode: Geocode | None = None, limit: int = 8) -> PlaceSearch:
    """Local places and, unless one has exactly that name, addresses from the service.

    The text leaves the server when `geocode` is given: run the personal-data gate on it first.
    """
    local = gazetteer.search(text, limit)
    known = any(match.score == 1.0 for match in local)
    if geocode is None or known or len(text.strip()) < _LEAST_TYPED:
        return PlaceSearch(tuple(local))
    try:
        found = geocode(text)
    except GeocodingFailed:
        return PlaceSearch(tuple(local), fallback=True)
    ranked = sorted([*local, *found], key=lambda match: -match.score)
    return PlaceSearch(tuple(ranked[:limit]))


def geocoder_from(
    settings: GeocoderSettings,
    *,
    user_agent: str = USER_AGENT,
    timeout_s: float = TIMEOUT_S,
    proxies: Mapping[str, str] = MappingProxyType({}),
) -> Geocode | None:
    """The address service the settings name, or None for `local`; the same settings share one queue and one memory."""
    if settings.geocoder not in _SERVICES:
        return None
    return _remote(settings.geocoder, settings.geocoder_url, user_agent, timeout_s, tuple(sorted(proxies.items())))


class RemoteGeocoder:
    """One address service: at most one question a second, answers remembered, a short queue."""

    def __init__(self, ask: Ask, source: str) -> None:
        self._ask = RateLimiter(ask, min_delay_seconds=SECONDS_BETWEEN, max_retries=0, swallow_exceptions=False)
        self._source = source
        self._waiting = BoundedSemaphore(_MOST_WAITING)
        self._remembered = lru_cache(maxsize=_MOST_KEPT)(self._fetch)

    def __call__(self, text: str) -> tuple[PlaceMatch, ...]:
        """Addresses in Denmark for the text; GeocodingFailed when there is no usable answer in time."""
        query = clean(text, LONGEST_QUERY)
        return self._remembered(query) if query else ()

    def _fetch(self, query: str) -> tuple[PlaceMatch, ...]:
        if not self._waiting.acquire(blocking=False):
            raise GeocodingFailed("queue")
        try:
            answers = self._ask(query) or ()
            return tuple(match for answer in answers if (match := self._match(answer)))
        except _BROKEN_ANSWER as error:
            raise GeocodingFailed(type(error).__name__) from None  # the cause holds the address
        finally:
            self._waiting.release()

    def _match(self, answer: Any) -> PlaceMatch | None:
        lat, lon, name = float(answer.latitude), float(answer.longitude), clean(str(answer.address))
        (south, west), (north, east) = _DENMARK
        if not name or not geo.valid_position(lat, lon) or not (south <= lat <= north and west <= lon <= east):
            return None
        place = Place(id="", name=name, kind="adresse", lat=lat, lon=lon, source=self._source, approximate=True)
        return PlaceMatch(place, _SCORE, name)


@cache
def _remote(
    kind: str, url: str, user_agent: str, timeout_s: float, proxies: tuple[tuple[str, str], ...]
) -> RemoteGeocoder:
    address = urlsplit(url)
    options: dict[str, Any] = {
        "user_agent": user_agent,
        "timeout": timeout_s,
        "proxies": dict(proxies),  # given, so that geopy does not look in the environment
        "adapter_factory": URLLibAdapter,
    }
    if url:
        options |= {"scheme": address.scheme, "domain": address.netloc + address.path.rstrip("/")}
    ask, source = _SERVICES[kind](options)
    return RemoteGeocoder(ask, source)


def _nominatim(options: dict[str, Any]) -> tuple[Ask, str]:
    service = Nominatim(**options)

    def ask(query: str) -> Any:
        return service.geocode(
            query, exactly_one=False, limit=_FOUND, country_codes="dk", viewbox=_DENMARK, bounded=True, language="da"
        )

    return ask, "OpenStreetMap (Nominatim)"


def _photon(options: dict[str, Any]) -> tuple[Ask, str]:
    service = Photon(**options)

    def ask(query: str) -> Any:
        return service.geocode(query, exactly_one=False, limit=_FOUND, bbox=_DENMARK)

    return ask, "OpenStreetMap (Photon)"


_SERVICES: dict[str, Callable[[dict[str, Any]], tuple[Ask, str]]] = {"nominatim": _nominatim, "photon": _photon}
