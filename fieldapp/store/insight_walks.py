"""What stands under one account about walks, tasks and tips, with the words that the account wrote."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

_HELD = {
    "walks": "SELECT id, title, company, themes, meeting_point, starts_at, started_at, ended_at, state, "
    "leader = :id AS leads, iif(leader = :id, track, NULL) AS track "
    "FROM walk WHERE leader = :id OR created_by = :id ORDER BY starts_at, id",
    # A finding's observation stands under the walk's leader, whoever found it; who did the trail knows.
    "findings": "SELECT finding.id, walk, proposal, feeling_day, feeling_dark FROM finding JOIN audit "
    "ON entity = 'finding' AND entity_id = finding.id AND action = 'finding.add' WHERE actor = :id ORDER BY 2, number",
    "findings_supported": "SELECT finding, at FROM finding_support WHERE supporter = 'u:' || :id ORDER BY at",
    "decisions": "SELECT id, walk, decision, reason, decided_at FROM finding WHERE decided_by = :id ORDER BY 5, 1",
    "follow_ups": "SELECT id, created_by = :id AS made, coalesce(assignee = :id, 0) AS assigned, "
    "iif(created_by = :id, title, NULL) AS title, iif(created_by = :id, detail, NULL) AS detail, state, created_at "
    "FROM follow_up WHERE created_by = :id OR assignee = :id ORDER BY created_at, id",
    "follow_up_events": "SELECT follow_up, at, action, text FROM follow_up_event WHERE who = 'u:' || :id ORDER BY seq",
    "follow_up_photos": "SELECT id, follow_up, created_at FROM follow_up_photo WHERE who = 'u:' || :id ORDER BY 3, 1",
    "tip_events": "SELECT tip, at, action, text FROM tip_event WHERE who = 'u:' || :id ORDER BY seq",
    "public_links": "SELECT purpose, created_at, reads_until, revoked_at FROM public_link WHERE created_by = :id "
    "ORDER BY created_at",
}


def held(db: Database, user_id: str) -> dict[str, list[dict[str, Any]]]:
    """Each kind of thing, oldest first."""
    return {name: list(db.query(sql, {"id": user_id})) for name, sql in _HELD.items()}
