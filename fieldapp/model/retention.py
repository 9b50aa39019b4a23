"""How long each thing is kept, and by whose leave anything is removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model.categories import Kind
from fieldapp.model.parsing import EARLIEST
from fieldapp.texts import later

MONTHS_LEAST, MONTHS_MOST = 1, 120
TEXT_LEAST, TEXT_MOST = 2, 120
# Of an observation: its note, everything but category, square and week, and its photos.
FIELDS = ("note", "detail", "photo")
OTHERS = tuple("presence verdict guest walk follow_up tip inbox draft session attempt audit backup".split())
KEYS = tuple(f"{kind}.{field}" for kind in Kind for field in FIELDS) + OTHERS
# Who is named as reporter of an observation whose own reporter is no longer kept; nobody can sign in as it.
RETIRED = "retired"
_HASH_KEPT = 2


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The archive authority's leave to delete: its reference, day and giver, and whether an archive must be made first.

    `recorded_by` and `withdrawn_by` are account ids; times are aware UTC.
    """

    id: int
    reference: str
    given_on: date
    given_by: str
    archive_required: bool
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    @property
    def in_force(self) -> bool:
        return self.withdrawn_at is None


def parse_months(key: str, value: object) -> int:
    """A lifetime in whole months from 1 to 120; raises a Problem that names the field."""
    if key not in KEYS:
        raise Problem("invalid", field="key", why=later("vælg en af: {choices}", choices=", ".join(KEYS)))
    months = value if isinstance(value, int) and not isinstance(value, bool) else None
    if months is None or not MONTHS_LEAST <= months <= MONTHS_MOST:
        why = later("vælg et helt antal måneder fra {least} til {most}", least=MONTHS_LEAST, most=MONTHS_MOST)
        raise Problem("invalid", field="måneder", why=why)
    return months


def require_ordered(months: dict[str, int]) -> None:
    """Raises a Problem where a note or photo would outlive the place and time it belongs to."""
    for kind in Kind:
        if max(months[f"{kind}.note"], months[f"{kind}.photo"]) > months[f"{kind}.detail"]:
            raise Problem(
                "invalid",
                field="måneder",
                why="noter og billeder kan ikke gemmes længere end sted og tid; sæt først sted og tid op",
            )


def parse_authorisation_text(name: str, value: object) -> str:
    """The reference or the giver: one line of 2 to 120 characters; raises a Problem that names the field."""
    text = " ".join(str(value or "").split())
    if not text:
        raise Problem("missing", field=name)
    if not TEXT_LEAST <= len(text) <= TEXT_MOST:
        why = later("skriv {least} til {most} tegn", least=TEXT_LEAST, most=TEXT_MOST)
        raise Problem("invalid", field=name, why=why)
    return text


def parse_given_on(value: object, *, today: date) -> date:
    """The day the leave was given, not in the future; raises a Problem."""
    if not isinstance(value, date):
        raise Problem("missing", field="dato")
    if value > today:
        raise Problem("invalid", field="dato", why="datoen ligger i fremtiden")
    if value < EARLIEST.date():
        raise Problem("invalid", field="dato", why="datoen er før 1990")
    return value


def months_before(moment: datetime, months: int) -> datetime:
    """So many calendar months earlier, at the start of that day in Copenhagen; the 31st becomes the month's last day.

    >>> months_before(datetime(2026, 3, 31, 12, tzinfo=UTC), 1).isoformat()
    '2026-02-27T23:00:00+00:00'
    """
    local = moment.astimezone(COPENHAGEN).date()
    count = local.year * 12 + local.month - 1 - months
    first = date(count // 12, count % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    day = first.replace(day=min(local.day, last.day))
    return datetime(day.year, day.month, day.day, tzinfo=COPENHAGEN).astimezone(UTC)


def monday_noon(moment: datetime) -> datetime:
    """Monday 12:00 in Copenhagen of the moment's ISO week: where a time stands of which only the week is kept."""
    local = moment.astimezone(COPENHAGEN).date()
    monday = local - timedelta(days=local.weekday())
    return datetime(monday.year, monday.month, monday.day, 12, tzinfo=COPENHAGEN).astimezone(UTC)


def blunted(content_hash: bytes) -> bytes:
    """Two bytes of the hash: enough to tell a resend from other content, too little to guess the content back.

    A whole hash of a few known fields could be searched for exact place and time.
    """
    return content_hash[:_HASH_KEPT] + bytes(len(content_hash) - _HASH_KEPT)
