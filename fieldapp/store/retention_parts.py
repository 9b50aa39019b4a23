"""Walks, those who came, follow-ups and tips past their lifetime: what goes of each, and what stays as history.

A walk keeps what was planned and decided, and its guests by role; a follow-up and a tip keep states and days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.model import RETIRED, utc_text
from fieldapp.store.retention_rows import RETIRED_NAME

Listed = tuple[str, int]
_NOON = "substr({0}, 1, 10) || 'T12:00:00Z'"
_NOBODY = "'retired-' || lower(hex(randomblob(14)))"
_WHOLE = "seq NOT IN (SELECT seq FROM audit_redaction)"
_FINDINGS = "SELECT id FROM finding WHERE walk = :id"


@dataclass(frozen=True, slots=True)
class Part:
    """A thing with a lifetime. `due` finds ids and versions before `:cut`; the other statements are about one `:id`.

    `parts` are what hangs on it, for the archive; `trail` its rows there; `changes` leave what stays; `pictures` are
    the ids and JPEGs of its photos.
    """

    key: str
    about: str
    due: str
    table: str
    parts: dict[str, str]
    trail: tuple[str, ...]
    changes: tuple[str, ...]
    pictures: str = ""

    @property
    def file(self) -> str:
        """Where the archive keeps it."""
        return f"{self.key}s.jsonl"


GUESTS = Part(
    key="guest",
    about="one walk a line with its guests by role, who found what and who agreed",
    due="""SELECT id, version FROM walk WHERE starts_at < :cut AND (
        EXISTS (SELECT 1 FROM guest WHERE guest.walk = walk.id AND guest.id NOT GLOB 'retired-*')
        OR EXISTS (SELECT 1 FROM finding JOIN finding_support ON finding = finding.id
            WHERE finding.walk = walk.id AND supporter NOT GLOB 'g:retired-*')
    ) ORDER BY starts_at, id""",
    table="SELECT id, version FROM walk WHERE id = :id",
    parts={
        "guests": "SELECT id, role, joined_at, seen_at, looked_at FROM guest WHERE walk = :id ORDER BY id",
        "findings": "SELECT id, number, guest FROM finding WHERE walk = :id ORDER BY number",
        "support": f"SELECT * FROM finding_support WHERE finding IN ({_FINDINGS}) ORDER BY 1, 2",
    },
    trail=(
        f"SELECT seq FROM audit WHERE entity = 'walk' AND entity_id = :id AND actor GLOB 'g:*' AND {_WHOLE}",
        f"""SELECT seq FROM audit WHERE entity IN ('finding', 'observation') AND entity_id IN ({_FINDINGS})
            AND (actor GLOB 'g:*' OR action IN ('finding.support', 'finding.unsupport')) AND {_WHOLE}""",
        f"""SELECT seq FROM audit WHERE entity = 'photo' AND actor GLOB 'g:*' AND entity_id IN
            (SELECT id FROM photo WHERE observation_id IN ({_FINDINGS})) AND {_WHOLE}""",
    ),
    changes=(
        "UPDATE finding SET guest = NULL WHERE walk = :id",
        f"""UPDATE finding_support SET supporter = 'g:' || {_NOBODY}, at = {_NOON.format("at")}
            WHERE finding IN ({_FINDINGS}) AND supporter NOT GLOB 'g:retired-*'""",
        # Its token is one that no cookie has; the role stays, so that a report still says who came.
        f"""UPDATE guest SET id = {_NOBODY}, token_hash = randomblob(32), joined_at = {_NOON.format("joined_at")},
            seen_at = {_NOON.format("joined_at")}, looked_at = NULL
            WHERE walk = :id AND id NOT GLOB 'retired-*'""",
    ),
)
WALKS = Part(
    key="walk",
    about="one walk a line, with its findings' proposals, feelings and decisions, and the leader's own route",
    due=f"SELECT id, version FROM walk WHERE starts_at < :cut AND leader != '{RETIRED}' ORDER BY starts_at, id",
    table="SELECT * FROM walk WHERE id = :id",
    parts={"findings": "SELECT * FROM finding WHERE walk = :id ORDER BY number"},
    trail=(
        f"SELECT seq FROM audit WHERE entity = 'walk' AND entity_id = :id AND {_WHOLE}",
        f"SELECT seq FROM audit WHERE entity = 'finding' AND entity_id IN ({_FINDINGS}) AND {_WHOLE}",
    ),
    changes=(
        f"""UPDATE finding SET proposal = NULL, feeling_day = NULL, feeling_dark = NULL,
            reason = iif(decision = 'no', '{RETIRED_NAME}', NULL),
            decided_by = iif(decided_by IS NULL, NULL, '{RETIRED}'), decided_at = {_NOON.format("decided_at")}
            WHERE walk = :id""",
        f"""UPDATE walk SET leader = '{RETIRED}', created_by = '{RETIRED}', track = NULL, themes = '[]',
            started_at = {_NOON.format("started_at")}, ended_at = {_NOON.format("ended_at")},
            closed_at = {_NOON.format("closed_at")}, created_at = {_NOON.format("created_at")}, version = version + 1
            WHERE id = :id""",
    ),
)
FOLLOW_UPS = Part(
    key="follow_up",
    about="one follow-up a line, with its history and its photos' facts; their pictures are photos/<id>.jpg",
    due=f"""SELECT id, version FROM follow_up WHERE created_by != '{RETIRED}'
        AND (SELECT max(at) FROM follow_up_event WHERE follow_up = follow_up.id) < :cut ORDER BY created_at, id""",
    table="SELECT * FROM follow_up WHERE id = :id",
    parts={
        "events": "SELECT * FROM follow_up_event WHERE follow_up = :id ORDER BY seq",
        "photos": "SELECT id, event, who, sha256, width, height, created_at FROM follow_up_photo "
        "WHERE follow_up = :id ORDER BY id",
    },
    trail=(
        f"SELECT seq FROM audit WHERE entity = 'follow_up' AND entity_id = :id AND {_WHOLE}",
        f"""SELECT seq FROM audit WHERE entity = 'follow_up_event' AND entity_id IN
            (SELECT CAST(seq AS TEXT) FROM follow_up_event WHERE follow_up = :id) AND {_WHOLE}""",
    ),
    changes=(
        "DELETE FROM follow_up_photo WHERE follow_up = :id",
        "DELETE FROM reminder_sent WHERE follow_up = :id",
        f"""UPDATE follow_up_event SET text = NULL, who = 'u:{RETIRED}', at = {_NOON.format("at")}
            WHERE follow_up = :id""",
        f"""UPDATE follow_up SET title = '{RETIRED_NAME}', detail = NULL, lat = NULL, lon = NULL,
            assignee = NULL, created_by = '{RETIRED}', reported_by = iif(reported_by IS NULL, NULL, 'u:{RETIRED}'),
            reported_at = {_NOON.format("reported_at")}, state_at = {_NOON.format("state_at")},
            created_at = {_NOON.format("created_at")}, version = version + 1 WHERE id = :id""",
    ),
    pictures="SELECT id, jpeg FROM follow_up_photo WHERE follow_up = :id ORDER BY id",
)
TIPS = Part(
    key="tip",
    about="one tip a line, with what became of it",
    due=f"""SELECT id, version FROM tip WHERE (SELECT max(at) FROM tip_event WHERE tip = tip.id) < :cut
        AND EXISTS (SELECT 1 FROM tip_event WHERE tip = tip.id AND who != 'u:{RETIRED}') ORDER BY created_at, id""",
    table="SELECT * FROM tip WHERE id = :id",
    parts={"events": "SELECT * FROM tip_event WHERE tip = :id ORDER BY seq"},
    trail=(f"SELECT seq FROM audit WHERE entity = 'tip' AND entity_id = :id AND {_WHOLE}",),
    changes=(
        f"UPDATE tip_event SET text = NULL, who = 'u:{RETIRED}', at = {_NOON.format('at')} WHERE tip = :id",
        # A hash of a few words could be searched for them.
        f"""UPDATE tip SET text = NULL, place_text = NULL, lat = NULL, lon = NULL, position_source = NULL,
            seen_at = NULL, content_hash = zeroblob(32), state_at = {_NOON.format("state_at")},
            created_at = {_NOON.format("created_at")}, version = version + 1 WHERE id = :id""",
    ),
)
# Guests first: a walk is listed by the version that forgetting the walk itself raises.
PARTS = (GUESTS, WALKS, FOLLOW_UPS, TIPS)


def due(db: Database, part: Part, before: datetime) -> list[Listed]:
    """Id and version of what is past its lifetime, the oldest first."""
    return [(row[0], row[1]) for row in db.conn.execute(part.due, {"cut": utc_text(before)})]


def rows(db: Database, part: Part, before: datetime) -> Iterator[dict[str, Any]]:
    """Each of them whole, as the archive keeps it."""
    for one_id, _version in due(db, part, before):
        hanging = {name: list(db.query(sql, {"id": one_id})) for name, sql in part.parts.items()}
        yield {**next(iter(db.query(part.table, {"id": one_id}))), **hanging}


def pictures(db: Database, part: Part, before: datetime) -> Iterator[tuple[str, bytes]]:
    """Id and JPEG of the photos that go with them; one at a time, since they are large."""
    for one_id, _version in due(db, part, before) if part.pictures else ():
        yield from ((row["id"], row["jpeg"]) for row in db.query(part.pictures, {"id": one_id}))


def audit_of(db: Database, part: Part, ids: Iterable[str]) -> list[int]:
    """Their trail rows that are still whole."""
    return [row[0] for one_id in ids for sql in part.trail for row in db.conn.execute(sql, {"id": one_id})]


def forget(db: Database, part: Part, listed: Iterable[Listed], before: datetime) -> list[str]:
    """Leave only what stays of those that are still due and as they were listed, inside `writing`; their ids."""
    still = set(due(db, part, before))
    gone = [one_id for one_id, version in listed if (one_id, version) in still]
    for one_id in gone:
        for sql in part.changes:
            db.conn.execute(sql, {"id": one_id})
    return gone
