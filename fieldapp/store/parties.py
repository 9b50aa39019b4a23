"""The parties' inboxes, and which reminders have been sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlite_utils import Database

from fieldapp.store import audit


def inboxes(db: Database) -> dict[str, str]:
    """Party key → mail address."""
    return {row["party"]: row["email"] for row in db.query("SELECT party, email FROM party_inbox")}


def set_inbox_within(db: Database, party: str, email: str | None, *, actor: str, at: datetime) -> None:
    """Keep the address, or forget it (None); the trail says only that there is one; inside `writing`."""
    if email is None:
        db.execute("DELETE FROM party_inbox WHERE party = ?", [party])
    else:
        sql = "INSERT INTO party_inbox VALUES (?,?) ON CONFLICT (party) DO UPDATE SET email = excluded.email"
        db.execute(sql, [party, email])
    after = {"set": email is not None}
    audit.append(db, at=at, actor=actor, action="party.inbox", entity="party", entity_id=party, after=after)


def reminded(db: Database, follow_up: str) -> dict[str, date]:
    """Kind of reminder → the last day it was sent."""
    sql = "SELECT kind, max(day) AS day FROM reminder_sent WHERE follow_up = ? GROUP BY kind"
    return {row["kind"]: date.fromisoformat(row["day"]) for row in db.query(sql, [follow_up])}


def set_reminded_within(
    db: Database, sent: Iterable[tuple[str, str]], *, day: date, party: str, actor: str, at: datetime
) -> None:
    """Remember (follow-up, kind) as sent this day, with one line in the trail for the mail; inside `writing`."""
    rows = [(follow_up, day.isoformat(), kind) for follow_up, kind in sent]
    db.conn.executemany("INSERT INTO reminder_sent VALUES (?,?,?) ON CONFLICT DO NOTHING", rows)
    after = {"tasks": len(rows)}
    audit.append(db, at=at, actor=actor, action="party.reminded", entity="party", entity_id=party, after=after)
