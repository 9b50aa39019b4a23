"""Findings in the database: what a walk knows of its observations, and who stands behind each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import parse_time, utc_text
from fieldapp.model.walks import Finding
from fieldapp.store import audit, observations
from fieldapp.store.connection import one

_OWN = (
    "id walk number item rank feeling_day feeling_dark proposal guest merged_into decision reason responsible deadline "
    "decided_at decided_by checks checked changed"
).split()
_SELECT = f"""
    SELECT {", ".join(f"finding.{name} AS finding_{name}" for name in _OWN)},
        (SELECT json_group_array(supporter) FROM finding_support WHERE finding = finding.id) AS supporters,
        (SELECT json_group_array(id) FROM (SELECT id FROM photo WHERE observation_id = finding.id ORDER BY position))
            AS photos,
        observation.*
    FROM finding JOIN observation ON observation.id = finding.id
"""
# The trail keeps no text: neither proposal nor reason.
_TRAIL = "walk number item rank merged_into decision responsible deadline checks checked".split()


@dataclass(frozen=True, slots=True)
class Task:
    """What has become of the follow-up that a finding led to; `reason` is why it was refused."""

    state: str
    state_at: datetime
    responsible: str
    deadline: date | None
    reason: str | None


def next_change(db: Database, walk_id: str) -> int:
    """The number the next change on this walk gets; inside `writing`."""
    row = one(db, "SELECT coalesce(max(changed), 0) + 1 AS n FROM finding WHERE walk = ?", walk_id)
    return int(row["n"]) if row else 1


def add_within(db: Database, finding: Finding, *, actor: str, at: datetime) -> Finding:
    """The walk's next finding, its observation stored already; inside `writing`."""
    row = one(db, "SELECT coalesce(max(number), 0) + 1 AS n FROM finding WHERE walk = ?", finding.walk)
    number = int(row["n"]) if row else 1
    made = replace(finding, number=number, rank=float(number), changed=next_change(db, finding.walk))
    columns = f"({', '.join(_OWN)}) VALUES ({', '.join('?' * len(_OWN))})"
    db.execute(f"INSERT INTO finding {columns}", list(_row(made).values()))
    audit.append(db, at=at, actor=actor, action="finding.add", entity="finding", entity_id=made.id, after=_trail(made))
    return made


def change_within(db: Database, finding: Finding, *, actor: str, at: datetime, action: str) -> None:
    """Write what a finding has become; inside `writing`."""
    before = get(db, finding.id)
    if before is None:
        raise Problem("not_found")
    row = _row(replace(finding, changed=next_change(db, finding.walk)))
    names = ", ".join(f"{name} = :{name}" for name in _OWN if name != "id")
    db.execute(f"UPDATE finding SET {names} WHERE id = :id", row)
    audit.append(
        db, at=at, actor=actor, action=action, entity="finding", entity_id=finding.id, before=_trail(before),
        after=_trail(finding),
    )  # fmt: skip


def touch_within(db: Database, finding_id: str, walk_id: str) -> None:
    """Something that hangs on a finding is new, a photo or a supporter; inside `writing`."""
    db.execute("UPDATE finding SET changed = ? WHERE id = ?", [next_change(db, walk_id), finding_id])


def support_within(db: Database, finding_id: str, supporter: str, yes: bool, *, at: datetime) -> bool:
    """«Det synes jeg også», or not any more → whether that was news; inside `writing`."""
    if yes:
        sql = "INSERT INTO finding_support VALUES (?,?,?) ON CONFLICT DO NOTHING"
        news = db.conn.execute(sql, [finding_id, supporter, utc_text(at)]).rowcount
    else:
        sql = "DELETE FROM finding_support WHERE finding = ? AND supporter = ?"
        news = db.conn.execute(sql, [finding_id, supporter]).rowcount
    if news:
        action = "finding.support" if yes else "finding.unsupport"
        audit.append(
            db, at=at, actor=supporter.removeprefix("u:"), action=action, entity="finding", entity_id=finding_id
        )
    return bool(news)


def move_support_within(db: Database, source: str, target: str) -> None:
    """Who stood behind one now stands behind the other, each once; inside `writing`."""
    db.execute("INSERT OR IGNORE INTO finding_support SELECT ?, supporter, at FROM finding_support WHERE finding = ?",
               [target, source])  # fmt: skip


def get(db: Database, finding_id: str) -> Finding | None:
    """One finding by id, those taken back too."""
    row = one(db, f"{_SELECT} WHERE finding.id = ?", finding_id)
    return _finding(row) if row else None


def of(db: Database, walk_id: str, *, since: int = 0) -> list[Finding]:
    """A walk's findings that changed after `since`, in the leader's order; those taken back and merged too."""
    sql = f"{_SELECT} WHERE finding.walk = ? AND changed > ? ORDER BY rank, number"
    return [_finding(row) for row in db.query(sql, [walk_id, since])]


def all_waiting(db: Database, walk_id: str) -> int | None:
    """How many findings ask for an answer while none of the walk's has one or a task; None from the first on."""
    row = one(
        db,
        """SELECT count(decision) + count(follow_up.id) AS answered,
            count(*) FILTER (WHERE merged_into IS NULL AND status = 'active' AND observation.kind = 'place') AS waiting
        FROM finding JOIN observation USING (id)
        LEFT JOIN follow_up ON follow_up.source = 'finding' AND follow_up.source_id = finding.id
        WHERE finding.walk = ?""",
        walk_id,
    )
    return int(row["waiting"]) if row and not row["answered"] else None


def latest_change(db: Database, walk_id: str) -> int:
    """The number of the walk's last change, 0 before the first."""
    return next_change(db, walk_id) - 1


def count(db: Database, walk_ids: list[str]) -> dict[str, int]:
    """Walk → how many findings stand, merged ones left out."""
    return _count(db, walk_ids, "1")


def undecided(db: Database, walk_ids: list[str]) -> dict[str, int]:
    """Walk → how many of them, good things left out, have no decision yet."""
    return _count(db, walk_ids, "decision IS NULL AND kind != 'good'")


def how_many(db: Database, walk_id: str, guest: str | None) -> tuple[int, int]:
    """How many findings this guest has added, and how many there are, whatever became of them."""
    row = one(db, "SELECT count(*) AS n, count(*) FILTER (WHERE guest = ?) AS own FROM finding WHERE walk = ?",
              guest, walk_id)  # fmt: skip
    return (int(row["own"]), int(row["n"])) if row else (0, 0)


def _count(db: Database, walk_ids: list[str], when: str) -> dict[str, int]:
    marks = ",".join("?" * len(walk_ids))
    sql = (
        "SELECT walk, count(*) AS n FROM finding JOIN observation USING (id) "
        f"WHERE walk IN ({marks}) AND merged_into IS NULL AND status = 'active' AND {when} GROUP BY walk"
    )
    return {row["walk"]: row["n"] for row in db.query(sql, walk_ids)}


def _row(finding: Finding) -> dict[str, Any]:
    values = {name: getattr(finding, name) for name in _OWN}
    return values | {
        "deadline": finding.deadline.isoformat() if finding.deadline else None,
        "decided_at": utc_text(finding.decided_at) if finding.decided_at else None,
    }


def _finding(row: Mapping[str, Any]) -> Finding:
    own = {name: row[f"finding_{name}"] for name in _OWN if name != "id"}
    own["deadline"] = date.fromisoformat(own["deadline"]) if own["deadline"] else None
    own["decided_at"] = parse_time("decided_at", own["decided_at"]) if own["decided_at"] else None
    return Finding(
        observation=observations.from_row(dict(row)),
        supporters=tuple(json.loads(row["supporters"])),
        photos=tuple(json.loads(row["photos"])),
        **own,
    )


def _trail(finding: Finding) -> dict[str, Any]:
    row = _row(finding)
    return {name: row[name] for name in _TRAIL}


def tasks_of(db: Database, walk_id: str) -> dict[str, Task]:
    """Finding → its follow-up, for the findings of a walk that have one."""
    rows = db.query(
        """SELECT source_id, task.state, task.state_at, task.responsible, task.deadline, iif(task.state = 'refused', (
            SELECT text FROM follow_up_event WHERE follow_up = task.id AND action = 'refuse' ORDER BY seq DESC LIMIT 1
        ), NULL) AS reason
        FROM follow_up AS task JOIN finding ON finding.id = source_id WHERE source = 'finding' AND finding.walk = ?""",
        [walk_id],
    )
    return {
        row["source_id"]: Task(
            row["state"],
            parse_time("state_at", row["state_at"]),
            row["responsible"],
            date.fromisoformat(row["deadline"]) if row["deadline"] else None,
            row["reason"],
        )
        for row in rows
    }
