"""One observation's note, proposal, photos or all of it taken out on request: what is there, and what is left of it."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from fieldapp.store import findings, photos
from fieldapp.store import retention_rows as kept
from fieldapp.store.connection import one
from fieldapp.store.retention_rows import Due


def whole_row(db: Database, observation_id: str) -> dict[str, Any] | None:
    """An observation with all its columns, taken back or not."""
    return one(db, "SELECT * FROM observation WHERE id = ?", observation_id)


def due_of(row: dict[str, Any], *parts: str) -> Due:
    """The row as it stands, with what of it goes (`note`, `detail`): for `retention_rows.coarsen`."""
    return Due(row["id"], row["version"], parts)


def raise_version(db: Database, observation_id: str) -> None:
    """Whoever read it before must read it again; inside `writing`."""
    db.execute("UPDATE observation SET version = version + 1 WHERE id = ?", [observation_id])


def drafts_of(db: Database, observation_id: str) -> dict[str, dict[str, Any]]:
    """User id → content of half-written forms that will be, or were, this observation."""
    rows = db.query("SELECT user_id, content FROM draft WHERE observation_id = ?", [observation_id])
    return {row["user_id"]: json.loads(row["content"]) for row in rows}


def photo_ids(db: Database, observation_id: str) -> tuple[list[str], list[str]]:
    """Ids of its photos, and of those that wait in a draft of it."""
    sql = "SELECT draft_photo.id FROM draft_photo JOIN draft USING (user_id) WHERE observation_id = ? ORDER BY 1"
    return photos.of(db, observation_id), [row[0] for row in db.conn.execute(sql, [observation_id])]


def remove_photos(db: Database, observation_id: str) -> list[str]:
    """Delete pictures and thumbnails, those in drafts too, and return their ids; inside `writing`."""
    stored, waiting = photo_ids(db, observation_id)
    db.conn.executemany("DELETE FROM draft_photo WHERE id = ?", [(one_id,) for one_id in waiting])
    return sorted({*kept.remove_photos(db, stored), *waiting})


def remove_draft_notes(db: Database, observation_id: str) -> int:
    """Take the note, and what was answered about it, out of drafts of this observation; inside `writing`. How many."""
    count = 0
    for user_id, content in drafts_of(db, observation_id).items():
        left = {name: value for name, value in content.items() if name not in ("note", "not_persons")}
        if left != content:
            told = json.dumps(left, ensure_ascii=False)
            count += db.execute("UPDATE draft SET content = ? WHERE user_id = ?", [told, user_id]).rowcount
    return count


def remove_drafts(db: Database, observation_id: str) -> int:
    """Delete drafts of this observation with their photos; inside `writing`. How many."""
    return max(int(db.execute("DELETE FROM draft WHERE observation_id = ?", [observation_id]).rowcount), 0)


def has_proposal(db: Database, observation_id: str) -> bool:
    """Is it a walk's finding with a proposal?"""
    return one(db, "SELECT 1 AS yes FROM finding WHERE id = ? AND proposal IS NOT NULL", observation_id) is not None


def forget_proposal(db: Database, observation_id: str) -> bool:
    """Take a finding's proposal out, which the walk's phones then hear of; inside `writing`. Was there one?"""
    row = one(db, "SELECT walk FROM finding WHERE id = ? AND proposal IS NOT NULL", observation_id)
    if row is None:
        return False
    db.execute("UPDATE finding SET proposal = NULL WHERE id = ?", [observation_id])
    findings.touch_within(db, observation_id, row["walk"])
    return True


def forget_in_tasks(db: Database, observation_id: str) -> list[str]:
    """Take the detail, which repeats note and proposal, out of a finding's task; inside `writing`. Its id."""
    which = "WHERE source = 'finding' AND source_id = ? AND detail IS NOT NULL"
    found = [row[0] for row in db.conn.execute(f"SELECT id FROM follow_up {which}", [observation_id])]
    db.execute(f"UPDATE follow_up SET detail = NULL, version = version + 1 {which}", [observation_id])
    return found


def empty_finding(db: Database, observation_id: str) -> None:
    """Who found it, who agreed, how it felt and why it was decided so; inside `writing`."""
    db.execute("DELETE FROM finding_support WHERE finding = ?", [observation_id])
    db.execute(
        "UPDATE finding SET guest = NULL, feeling_day = NULL, feeling_dark = NULL, "
        "reason = iif(decision = 'no', ?, NULL) WHERE id = ?",
        [kept.RETIRED_NAME, observation_id],
    )


def trail_of(db: Database, observation_id: str, gone: list[str], *, whole: bool) -> list[int]:
    """The trail's whole rows about these photos, and with `whole` about the observation itself."""
    seqs = kept.audit_of(db, gone, entity="photo") + kept.audit_of_photos(db).get(observation_id, [])
    if whole:
        seqs += kept.audit_of(db, [observation_id]) + kept.audit_of(db, [observation_id], entity="finding")
    return sorted(set(seqs))
