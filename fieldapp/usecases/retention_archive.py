"""The archive of what a run will remove: one zip, written whole, seen on disk and read back before anything goes.

Its format is described in docs/operating.md. The removal reads its list from here, so nothing else can be removed.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from fieldapp.errors import Problem
from fieldapp.model import Authorisation, utc_text
from fieldapp.store import backup, presence_retention, retention_parts, retention_rows, verdict_retention
from fieldapp.store.connection import Database
from fieldapp.store.retention_rows import Cuts, Due

FORMAT = "fieldapp-archive/1"
_CHUNK = 1 << 20
_FIELDS = {
    "observations.jsonl": "one observation a line: `remove` (note, detail) and `observation`, the whole row",
    "photos.jsonl": "one photo a line; its picture is photos/<id>.jpg",
    "presence.jsonl": "one stay of a worker a line, with its pauses, squares and shares, as it was before it went",
    "events.jsonl": "one event a line, with who made it",
    "verdicts.jsonl": "one answer about a hotspot a line, with its reason and who gave it",
    **{part.file: part.about for part in retention_parts.PARTS},
    "audit.jsonl": "one row of the trail a line, as it was before it was blunted",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A finished archive: its file, the SHA-256 of it, and how many of each it holds."""

    path: Path
    digest: bytes
    counts: dict[str, int]


class _Writer:
    """One zip, and the checksum of each file in it."""

    def __init__(self, zipped: zipfile.ZipFile, stamp: datetime) -> None:
        self._zipped, self._date = zipped, stamp.timetuple()[:6]
        self.files: dict[str, dict[str, Any]] = {}

    def lines(self, name: str, values: Iterable[dict[str, Any]]) -> int:
        """JSON Lines; how many."""
        count, size, digest = 0, 0, sha256()
        with self._zipped.open(self._info(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as file:
            for value in values:
                line = json.dumps(value, ensure_ascii=False, sort_keys=True, default=_hex).encode() + b"\n"
                file.write(line)
                digest.update(line)
                count, size = count + 1, size + len(line)
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size, "lines": count}
        return count

    def bytes(self, name: str, data: bytes) -> None:
        """One file as it is."""
        self._zipped.writestr(self._info(name, zipfile.ZIP_STORED), data)
        self.files[name] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}

    def _info(self, name: str, how: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type, info.external_attr = how, 0o600 << 16
        return info


def write(
    folder: Path, run_id: str, *, db: Database, cuts: Cuts, months: dict[str, int], leave: Authorisation, now: datetime
) -> Written:
    """Write, see on disk, read back; raises Problem `archive_failed`, and then leaves nothing behind."""
    out = folder / f"fieldapp-arkiv-{now:%Y%m%dT%H%M%SZ}-{run_id[-12:]}.zip"
    part = out.with_name(f".{out.name}.part")
    about = {"run": run_id, "created_at": utc_text(now), "months": months, "authorisation": _told(leave)}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w") as zipped:
                counts = _fill(_Writer(zipped, now), zipped, db, cuts, about)
            file.flush()
            os.fsync(file.fileno())
        verify(part)
        digest = digest_of(part)
        part.replace(out)
        backup.sync(folder)
    except (OSError, zipfile.BadZipFile) as error:
        raise Problem("archive_failed", field=folder.name) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Written(out, digest, counts)


def verify(path: Path) -> dict[str, Any]:
    """Read every byte back and compare; the manifest. Raises Problem `archive_failed` for anything that differs."""
    try:
        with zipfile.ZipFile(path) as zipped:
            manifest: dict[str, Any] = json.loads(zipped.read("manifest.json"))
            told = manifest["files"]
            if manifest["format"] != FORMAT or set(zipped.namelist()) != {*told, "manifest.json"}:
                raise Problem("archive_failed", field=path.parent.name)
            for name, about in told.items():
                with zipped.open(name) as file:
                    if _digest(iter(lambda file=file: file.read(_CHUNK), b"")).hex() != about["sha256"]:  # type: ignore[misc]
                        raise Problem("archive_failed", field=path.parent.name)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Problem("archive_failed", field=path.parent.name) from error
    return manifest


def digest_of(path: Path) -> bytes:
    """SHA-256 of a whole file."""
    with path.open("rb") as file:
        return _digest(iter(lambda: file.read(_CHUNK), b""))


def due_in(path: Path) -> list[Due]:
    """The observations this archive was made of."""
    return [
        Due(line["observation"]["id"], line["observation"]["version"], tuple(line["remove"]))
        for line in _lines(path, "observations.jsonl")
    ]


def photos_in(path: Path) -> list[str]:
    """The ids of the photos this archive holds."""
    return [line["id"] for line in _lines(path, "photos.jsonl")]


def audit_in(path: Path) -> list[int]:
    """The trail rows this archive holds."""
    return [line["seq"] for line in _lines(path, "audit.jsonl")]


def presence_in(path: Path) -> list[tuple[str, int]]:
    """Id and version of the presence this archive holds."""
    return listed_in(path, "presence.jsonl")


def events_in(path: Path) -> list[tuple[str, int]]:
    """Id and version of the events this archive holds."""
    return listed_in(path, "events.jsonl")


def listed_in(path: Path, name: str) -> list[tuple[str, int]]:
    """Id and version of what one file of this archive holds."""
    return [(line["id"], line["version"]) for line in _lines(path, name)]


def verdicts_in(path: Path) -> list[str]:
    """The ids of the answers about hotspots this archive holds."""
    return [line["id"] for line in _lines(path, "verdicts.jsonl")]


def _lines(path: Path, name: str) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(path) as zipped:
        # Archives from before there was such a thing have no such file.
        if name not in zipped.namelist():
            return
        with zipped.open(name) as file:
            yield from (json.loads(line) for line in file)


def _fill(writer: _Writer, zipped: zipfile.ZipFile, db: Database, cuts: Cuts, about: dict[str, Any]) -> dict[str, int]:
    """All content from one moment's view of the database, and the manifest last."""
    detailed: list[str] = []
    db.conn.execute("BEGIN")
    try:
        counts = {
            "observations": writer.lines("observations.jsonl", _observations(db, cuts, detailed)),
            "photos": writer.lines("photos.jsonl", retention_rows.photos(db, cuts)),
            "presence": writer.lines("presence.jsonl", presence_retention.rows(db, cuts["presence"])),
            "events": writer.lines("events.jsonl", presence_retention.event_rows(db, cuts["presence"])),
            "verdicts": writer.lines("verdicts.jsonl", verdict_retention.rows(db, cuts["verdict"])),
            **{part.file.partition(".")[0]: _part(writer, part, db, cuts) for part in retention_parts.PARTS},
            "audit": writer.lines("audit.jsonl", retention_rows.audit_rows(db, _trail(db, cuts, detailed))),
        }
        _pictures(writer, db, cuts)
        steps = [row["name"] for row in db.query("SELECT name FROM _sqlite_migrations ORDER BY id")]
    finally:
        db.conn.execute("ROLLBACK")
    manifest = {"format": FORMAT, **about, "schema": steps, "counts": counts, "fields": _FIELDS, "files": writer.files}
    zipped.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True))
    return counts


def _observations(db: Database, cuts: Cuts, detailed: list[str]) -> Iterator[dict[str, Any]]:
    for due, row in retention_rows.observations(db, cuts):
        if "detail" in due.remove:
            detailed.append(due.id)
        yield {"remove": list(due.remove), "observation": row}


def _pictures(writer: _Writer, db: Database, cuts: Cuts) -> None:
    for photo_id, jpeg in retention_rows.pictures(db, cuts):
        writer.bytes(f"photos/{photo_id}.jpg", jpeg)
    for part in retention_parts.PARTS:
        for photo_id, jpeg in retention_parts.pictures(db, part, cuts[part.key]):
            writer.bytes(f"photos/{photo_id}.jpg", jpeg)


def _part(writer: _Writer, part: retention_parts.Part, db: Database, cuts: Cuts) -> int:
    return writer.lines(part.file, retention_parts.rows(db, part, cuts[part.key]))


def _trail(db: Database, cuts: Cuts, detailed: list[str]) -> list[int]:
    of_photos = retention_rows.audit_of_photos(db)
    return sorted(
        {
            *retention_rows.audit_of(db, detailed),
            *retention_rows.audit_of(db, retention_rows.photo_ids(db, cuts), entity="photo"),
            *(seq for one_id in detailed for seq in of_photos.get(one_id, ())),
            *presence_retention.audit_of(db, cuts["presence"]),
            *verdict_retention.audit_of(db, verdict_retention.due(db, cuts["verdict"])),
            *(seq for part in retention_parts.PARTS for seq in _trail_of(part, db, cuts)),
            *retention_rows.old_audit(db, cuts["audit"]),
        }
    )


def _trail_of(part: retention_parts.Part, db: Database, cuts: Cuts) -> list[int]:
    listed = retention_parts.due(db, part, cuts[part.key])
    return retention_parts.audit_of(db, part, [one_id for one_id, _ in listed])


def _told(leave: Authorisation) -> dict[str, Any]:
    return {"reference": leave.reference, "given_on": leave.given_on.isoformat(), "given_by": leave.given_by}


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def _hex(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
