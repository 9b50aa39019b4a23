"""What is past its lifetime, row by row, and its removal; a row is removed only as it was when it was listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.model import RETIRED, Kind, utc_text
from fieldapp.model.retention import blunted
from fieldapp.store import audit, meta, situations
from fieldapp.store.connection import one

RETIRED_NAME = "(ikke længere oplyst)"
_DUE = "kind = :kind AND coarsened_at IS NULL AND (observed_at < :detail OR (note IS NOT NULL AND observed_at < :note))"
_DUE_PHOTOS = (
    "FROM photo JOIN observation ON observation.id = photo.observation_id "
    "WHERE kind = :kind AND (observed_at < :photo OR observed_at < :detail OR coarsened_at IS NOT NULL)"
)
_OLD_AUDIT = "at < ? AND action != ? AND seq NOT IN (SELECT seq FROM audit_redaction)"
# Things that are no record of anything: a half-written note, an ended session, a used link, a wrong password,
# «Set» at an alert that is gone, the address of a party that nothing has been asked of since.
WORKING: dict[str, tuple[str, str]] = {
    "draft": ("draft", "updated_at < :cut"),
    "session": ("session", "expires_at < :cut OR revoked_at < :cut"),
    "link": ("link", "expires_at < :cut OR used_at < :cut"),
    "seen": ("alert_seen", "seen_at < :cut AND alert NOT IN (SELECT key FROM alert)"),
    # One that was taken back is remembered while its task is open: reminders make no other in its place.
    "public_link": (
        "public_link",
        """(reads_until < :cut OR revoked_at < :cut) AND NOT EXISTS
            (SELECT 1 FROM follow_up WHERE id = target AND state IN ('new','active','reported'))""",
    ),
    "inbox": (
        "party_inbox",
        """NOT EXISTS (SELECT 1 FROM follow_up WHERE responsible = party
            AND (state IN ('new','active','reported') OR state_at >= :cut))
        AND NOT EXISTS (SELECT 1 FROM audit WHERE entity = 'party' AND entity_id = party AND at >= :cut)""",
    ),
    "attempt": ("sign_in_attempt", "last_at < :cut AND (locked_until IS NULL OR locked_until < :now)"),
}
RULE_OF = {name: "session" if name in ("link", "seen", "public_link") else name for name in WORKING}
Cuts = Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """An observation past a lifetime: what of it goes (`note`, `detail`), and the version that was listed."""

    id: str
    version: int
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of one kind, field, district and month."""

    kind: str
    field: str
    district: str | None
    month: str
    count: int


def observations(db: Database, cuts: Cuts) -> Iterator[tuple[Due, dict[str, Any]]]:
    """Every observation with something past its lifetime, and its whole row."""
    for kind in Kind:
        marks = _marks(cuts, kind)
        for row in db.query(f"SELECT * FROM observation WHERE {_DUE} ORDER BY observed_at, id", marks):
            fields = [name for name in ("note", "detail") if row["observed_at"] < marks[name]]
            remove = tuple(name for name in fields if name == "detail" or row["note"] is not None)
            yield Due(row["id"], row["version"], remove), row


def photos(db: Database, cuts: Cuts) -> Iterator[dict[str, Any]]:
    """Every photo past its lifetime, without its bytes."""
    columns = "photo.id, observation_id, position, sha256, width, height, created_at"
    for kind in Kind:
        yield from db.query(f"SELECT {columns} {_DUE_PHOTOS} ORDER BY photo.id", _marks(cuts, kind))


def pictures(db: Database, cuts: Cuts) -> Iterator[tuple[str, bytes]]:
    """Id and JPEG of every photo past its lifetime; one at a time, since they are large."""
    for kind in Kind:
        for row in db.query(f"SELECT photo.id, jpeg {_DUE_PHOTOS} ORDER BY photo.id", _marks(cuts, kind)):
            yield row["id"], row["jpeg"]


def photo_ids(db: Database, cuts: Cuts) -> list[str]:
    """Their ids alone."""
    return [
        row["id"] for kind in Kind for row in db.query(f"SELECT photo.id {_DUE_PHOTOS} ORDER BY 1", _marks(cuts, kind))
    ]


def old_audit(db: Database, before: datetime, *, limit: int = -1) -> list[int]:
    """Trail rows past their lifetime that are still whole; what attests others never is."""
    sql = f"SELECT seq FROM audit WHERE {_OLD_AUDIT} ORDER BY seq LIMIT ?"
    return [row[0] for row in db.conn.execute(sql, [utc_text(before), audit.REDACT, limit])]


def audit_of(db: Database, ids: Iterable[str], *, entity: str = "observation") -> list[int]:
    """The whole trail rows of these things."""
    sql = (
        "SELECT seq FROM audit WHERE entity = ? AND entity_id = ? "
        "AND seq NOT IN (SELECT seq FROM audit_redaction) AND action NOT IN (?, 'coarsen', 'remove')"
    )
    return [row[0] for one_id in ids for row in db.conn.execute(sql, [entity, one_id, audit.REDACT])]


def audit_of_photos(db: Database) -> dict[str, list[int]]:
    """Observation id → whole trail rows of photos it has or had."""
    found: dict[str, list[int]] = {}
    sql = (
        "SELECT json_extract(after, '$.observation'), seq FROM audit WHERE entity = 'photo' AND after IS NOT NULL "
        "AND seq NOT IN (SELECT seq FROM audit_redaction)"
    )
    for observation_id, seq in db.conn.execute(sql):
        found.setdefault(observation_id, []).append(seq)
    return found


def audit_rows(db: Database, seqs: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Trail rows as stored."""
    for seq in seqs:
        yield from db.query("SELECT * FROM audit WHERE seq = ?", [seq])


def counted(db: Database, cuts: Cuts) -> list[Counted]:
    """What is due by kind, field, district and month, oldest month first."""
    found: list[Counted] = []
    fields = {
        "note": "FROM observation WHERE note IS NOT NULL AND (observed_at < :note OR observed_at < :detail) "
        "AND kind = :kind AND coarsened_at IS NULL",
        "detail": "FROM observation WHERE observed_at < :detail AND kind = :kind AND coarsened_at IS NULL",
        "photo": _DUE_PHOTOS,
    }
    for kind in Kind:
        for field, source in fields.items():
            sql = f"SELECT district, substr(local_date, 1, 7), count(*) {source} GROUP BY 1, 2"
            rows = db.conn.execute(sql, _marks(cuts, kind))
            found.extend(Counted(str(kind), field, *row) for row in rows)
    return sorted(found, key=lambda row: (row.month, row.kind, row.field, row.district or ""))


def working(db: Database, cuts: Cuts, *, now: datetime) -> dict[str, int]:
    """How many drafts, sessions, links, marks «Set», addresses and sign-in attempts are past their lifetime."""
    counts = {}
    for name, (table, where) in WORKING.items():
        row = one_count(db, f"SELECT count(*) FROM {table} WHERE {where}", _working_marks(cuts, name, now))
        counts[name] = row
    return counts


def remove_working(db: Database, cuts: Cuts, *, now: datetime) -> dict[str, int]:
    """Delete them; inside `writing`."""
    counts = {}
    for name, (table, where) in WORKING.items():
        cursor = db.execute(f"DELETE FROM {table} WHERE {where}", _working_marks(cuts, name, now))
        counts[name] = max(int(cursor.rowcount), 0)
    return counts


def whole_row(db: Database, due: Due) -> dict[str, Any] | None:
    """An observation with all its columns, if it is still as it was listed."""
    return one(db, "SELECT * FROM observation WHERE id = ? AND version = ?", due.id, due.version)


def coarsen(db: Database, due: Due, values: Mapping[str, Any], *, at: datetime) -> bool:
    """Write the coarse values over one observation, inside `writing`; False when it is not as it was listed."""
    new = {**values, "coarsened_at": utc_text(at)} if "detail" in due.remove else {"note": None}
    stored = whole_row(db, due)
    if stored is None:
        return False
    new |= {"content_hash": blunted(stored["content_hash"]), "version": due.version + 1}
    names = ", ".join(f"{name} = ?" for name in new)
    db.execute(f"UPDATE observation SET {names} WHERE id = ?", [*new.values(), due.id])
    if new.get("status") == "withdrawn":
        situations.leave(db, due.id)
    elif "coarsened_at" in new:
        situations.coarsened(db, due.id)
    return True


def remove_photos(db: Database, ids: Iterable[str]) -> list[str]:
    """Delete photos by id, inside `writing`; those that were still there."""
    return [one_id for one_id in ids if db.execute("DELETE FROM photo WHERE id = ?", [one_id]).rowcount]


def keep_retired_account(db: Database, *, at: datetime) -> None:
    """The account that coarse observations belong to; nobody can sign in to it. Inside `writing`."""
    db.execute(
        "INSERT INTO user (id, name, role, active, created_at) VALUES (?,?,'worker',0,?) ON CONFLICT DO NOTHING",
        [RETIRED, RETIRED_NAME, utc_text(at)],
    )


def touched(db: Database) -> None:
    """Caches of observations are old; inside `writing`."""
    meta.touch(db)


def one_count(db: Database, sql: str, marks: Mapping[str, Any]) -> int:
    """The single number a statement gives."""
    return int(db.conn.execute(sql, marks).fetchone()[0])


def _marks(cuts: Cuts, kind: Kind) -> dict[str, str]:
    fields = ("note", "detail", "photo")
    return {"kind": str(kind), **{field: utc_text(cuts[f"{kind}.{field}"]) for field in fields}}


def _working_marks(cuts: Cuts, name: str, now: datetime) -> dict[str, str]:
    marks = {"cut": utc_text(cuts[RULE_OF[name]]), "now": utc_text(now)}
    return marks if name == "attempt" else {"cut": marks["cut"]}
