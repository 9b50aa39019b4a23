"""The trail: who did what, when, to which thing — one hash-chained row in the same transaction as every write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlite_utils import Database

from fieldapp.model import utc_text
from fieldapp.store.connection import one

GENESIS = bytes(32)
# Free text stays out of the trail: it is kept for ever, the text is not.
NEVER_KEPT = frozenset({"note", "proposal", "password_hash", "token_hash"})
Entry = tuple[str, str, str, Mapping[str, Any] | None, Mapping[str, Any] | None]


def append(
    db: Database,
    *,
    at: datetime,
    actor: str,
    action: str,
    entity: str,
    entity_id: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one row to the chain; call it inside `writing`, beside the write it tells of."""
    append_many(db, [(action, entity, entity_id, before, after)], at=at, actor=actor)


def append_many(db: Database, entries: Iterable[Entry], *, at: datetime, actor: str) -> None:
    """Add many rows by one actor at one time."""
    last = one(db, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    seq, chain = (last["seq"], last["hash"]) if last else (0, GENESIS)
    rows = []
    for action, entity, entity_id, before, after in entries:
        seq += 1
        said = (seq, utc_text(at), actor, action, entity, entity_id, _json(before), _json(after))
        chain = _link(chain, said)
        rows.append((*said, chain))
    db.conn.executemany("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?)", rows)


def verify(db: Database) -> tuple[int, int | None]:
    """Walk the chain: how many rows there are, and the first `seq` that was tampered with (None: whole)."""
    chain, count = GENESIS, 0
    for row in db.conn.execute("SELECT * FROM audit ORDER BY seq"):
        count += 1
        chain = _link(chain, tuple(row[:-1]))
        if row[0] != count or row[-1] != chain:
            return count, int(row[0])
    return count, None


def history(db: Database, entity: str, entity_id: str) -> list[dict[str, Any]]:
    """What happened to one thing, oldest first: `at`, `actor`, `action`, `before`, `after`."""
    rows = db.query(
        "SELECT at, actor, action, before, after FROM audit WHERE entity = ? AND entity_id = ? ORDER BY seq",
        [entity, entity_id],
    )
    return [{**row, "before": _parsed(row["before"]), "after": _parsed(row["after"])} for row in rows]


def _link(chain: bytes, said: tuple[Any, ...]) -> bytes:
    return sha256(chain + json.dumps(said, ensure_ascii=True).encode()).digest()


def _json(values: Mapping[str, Any] | None) -> str | None:
    if values is None:
        return None
    kept = {name: value for name, value in values.items() if name not in NEVER_KEPT}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str)


def _parsed(text: str | None) -> Any:
    return None if text is None else json.loads(text)
