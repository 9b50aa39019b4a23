"""How each field of an observation is read from what a phone, a form or a file sent."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.texts import later

NOTE_MAX = 500
PHOTOS_MAX = 4
DISTRICT_MAX = 60
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(minutes=10)
# A phone's clock this wrong is not put right: a line can be that slow.
SKEW_BORNE = timedelta(minutes=1)
_PHONES_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
GROUP_SIZES = ("1-2", "3-5", "6-10", "11+")
AGE_BANDS = ("under13", "13-17", "18+", "mixed", "unknown")
POSITION_SOURCES = ("gps", "map", "address", "walk", "import")
SEVERITIES = (1, 2, 3)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def utc_text(moment: datetime) -> str:
    """`2026-11-22T20:40:00Z`; fixed width, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(name: str, value: object) -> datetime:
    """ISO 8601 with offset, or local Danish time without; to whole UTC seconds."""
    return _not_before(EARLIEST, name, parse_clock(name, value))


def parse_clock(name: str, value: object) -> datetime:
    """`parse_time` of what the clock of a phone says, which begins in 1970 where its battery was empty."""
    moment = value if isinstance(value, datetime) else _iso(name, value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=COPENHAGEN)
    try:
        moment = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        moment = datetime.min.replace(tzinfo=UTC)
    return _not_before(_PHONES_BEGIN, name, moment)


def clock_skew(phone_time: object, now: datetime) -> timedelta:
    """How far behind the server's a phone's clock is when it sends; nothing within a minute, or when it is not told."""
    if phone_time is None:
        return timedelta(0)
    skew = now.replace(microsecond=0) - parse_clock("phone_time", phone_time)
    return skew if abs(skew) > SKEW_BORNE else timedelta(0)


def put_right(name: str, said: datetime, skew: timedelta) -> datetime:
    """The time a phone said, as the server's clock would have said it; raises a Problem where there is none such."""
    try:
        return _not_before(EARLIEST, name, said + skew)
    except OverflowError:
        raise Problem("invalid", field=name, why="tidspunktet ligger i fremtiden") from None


def _not_before(first: datetime, name: str, moment: datetime) -> datetime:
    if moment < first:
        raise Problem("invalid", field=name, why="tidspunktet er før 1990")
    return moment


def _iso(name: str, value: object) -> datetime:
    if not isinstance(value, str) or not value.strip():
        raise Problem("missing", field=name)
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        raise Problem("invalid", field=name, why="tidspunktet skal skrives som 2026-11-22T21:40") from None


def parse_id(name: str, value: object) -> str:
    """A UUID in its usual form, lower case; raises a Problem that names the field."""
    text = str(value or "").lower()
    if not value:
        raise Problem("missing", field=name)
    if not _UUID.fullmatch(text):
        raise Problem("invalid", field=name, why="det skal være et UUID")
    return text


def _optional_id(name: str, value: object) -> str | None:
    return None if value in (None, "") else parse_id(name, value)


def _key(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Problem("missing", field=name)
    return value


def _float(name: str, value: object) -> float:
    if value is None or value == "":
        raise Problem("missing", field=name)
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Problem("invalid", field=name, why="det skal være et tal") from None
    if not math.isfinite(number):
        raise Problem("invalid", field=name, why="det skal være et endeligt tal")
    return number


def _degrees(limit: int) -> Callable[[str, object], float]:
    def parse(name: str, value: object) -> float:
        number = _float(name, value)
        if abs(number) > limit:
            raise Problem(
                "invalid", field=name, why=later("det skal ligge mellem -{limit} og {limit} grader", limit=limit)
            )
        return round(number, 7)

    return parse


def _accuracy(name: str, value: object) -> float | None:
    if value is None or value == "":
        return None
    number = _float(name, value)
    if not 0 <= number <= 1_000_000:
        raise Problem("invalid", field=name, why="nøjagtigheden skal være meter fra 0 og op")
    return round(number, 1)


def _severity(name: str, value: object) -> int | None:
    if value is None or value == "":
        return None
    number = _float(name, value)
    if number not in SEVERITIES:
        raise Problem("invalid", field=name, why="vælg 1, 2 eller 3")
    return int(number)


def _choice(*choices: str) -> Callable[[str, object], str | None]:
    def parse(name: str, value: object) -> str | None:
        if value is None or value == "":
            return None
        if value not in choices:
            raise Problem("invalid", field=name, why=later("vælg en af: {choices}", choices=", ".join(choices)))
        return str(value)

    return parse


def _source(name: str, value: object) -> str:
    return _choice(*POSITION_SOURCES)(name, value) or "map"


def _district(name: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > DISTRICT_MAX or not value.isprintable():
        raise Problem("invalid", field=name, why="vælg et distrikt fra listen")
    return value


def _note(name: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Problem("invalid", field=name, why="det skal være tekst")
    if len(value) > NOTE_MAX:
        raise Problem("invalid", field=name, why=later("højst {limit} tegn; gør teksten kortere", limit=NOTE_MAX))
    return value


PARSERS: dict[str, Callable[[str, object], Any]] = {
    "id": parse_id,
    "category": _key,
    "lat": _degrees(90),
    "lon": _degrees(180),
    "observed_at": parse_time,
    "accuracy_m": _accuracy,
    "position_source": _source,
    "severity": _severity,
    "group_size": _choice(*GROUP_SIZES),
    "age_band": _choice(*AGE_BANDS),
    "note": _note,
    "repeat_of": _optional_id,
    "district_choice": _district,
}
