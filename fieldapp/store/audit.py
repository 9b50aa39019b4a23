"""The trail: who did what, when, to which thing — one hash-chained row in the same transaction as every write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlite_utils import Database

from fieldapp.model import parse_time, utc_text
from fieldapp.model.retention import monday_noon
from fieldapp.store.connection import one

GENESIS = bytes(32)
REDACT = "redact"
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
    """Walk the chain: how many rows there are, and the first `seq` that was tampered with (None: whole).

    A blunted row cannot be recomputed; it counts as whole when what is left of it is what a later row attests.
    """
    chain, count, blunt = GENESIS, 0, _redactions(db)
    waiting: dict[int, list[tuple[int, bytes]]] = {}
    for row in db.conn.execute("SELECT * FROM audit ORDER BY seq"):
        count += 1
        seq, said = int(row[0]), tuple(row[:-1])
        if seq in blunt:
            attested_by, digest = blunt[seq]
            waiting.setdefault(attested_by, []).append((seq, digest))
            whole, chain = _digest(said) == digest and attested_by > seq, row[-1]
        else:
            chain = _link(chain, said)
            whole = row[-1] == chain
        proven = waiting.pop(seq, None)
        if proven and not _attests(said, [digest for _, digest in proven]):
            return count, proven[0][0]
        if seq != count or not whole:
            return count, seq
    return count, min((pair[0][0] for pair in waiting.values()), default=None)


def redact(db: Database, seqs: Iterable[int], *, at: datetime, actor: str, run: str) -> int:
    """Blunt rows to action, thing and week, inside `writing`; the row that attests it joins the chain. How many."""
    rows = [row for seq in seqs if (row := _unredacted(db, seq))]
    if not rows:
        return 0
    left = [(row[0], _week(row[1]), "", row[3], row[4], row[5], None, None) for row in rows]
    digests = [_digest(said) for said in left]
    after = {"rows": len(left), "digest": _together(digests)}
    append(db, at=at, actor=actor, action=REDACT, entity="audit", entity_id=run, after=after)
    attested_by = db.conn.execute("SELECT max(seq) FROM audit").fetchone()[0]
    marks = [(said[0], attested_by, digest) for said, digest in zip(left, digests, strict=True)]
    db.conn.executemany("INSERT INTO audit_redaction (seq, attested_by, digest) VALUES (?,?,?)", marks)
    db.conn.executemany(
        "UPDATE audit SET at = ?, actor = '', before = NULL, after = NULL WHERE seq = ?",
        [(said[1], said[0]) for said in left],
    )
    return len(left)


def _unredacted(db: Database, seq: int) -> tuple[Any, ...] | None:
    sql = "SELECT * FROM audit WHERE seq = ? AND action != ? AND seq NOT IN (SELECT seq FROM audit_redaction)"
    found = db.conn.execute(sql, [seq, REDACT]).fetchone()
    return tuple(found) if found else None


def _redactions(db: Database) -> dict[int, tuple[int, bytes]]:
    """seq → the row that attests it and the digest of what is left; copies older than blunting have none."""
    if one(db, "SELECT 1 AS yes FROM sqlite_master WHERE name = 'audit_redaction'") is None:
        return {}
    return {row[0]: (row[1], row[2]) for row in db.conn.execute("SELECT seq, attested_by, digest FROM audit_redaction")}


def _attests(said: tuple[Any, ...], digests: list[bytes]) -> bool:
    told = _parsed(said[7]) or {}
    return said[3] == REDACT and told == {"rows": len(digests), "digest": _together(digests)}


def _together(digests: list[bytes]) -> str:
    return sha256(b"".join(sorted(digests))).hexdigest()


def _digest(said: tuple[Any, ...]) -> bytes:
    return sha256(json.dumps(said, ensure_ascii=True).encode()).digest()


def _week(at: str) -> str:
    return utc_text(monday_noon(parse_time("at", at)))


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
