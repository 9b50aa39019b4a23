"""A database with old and new things in it, for the tests of lifetimes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from making import NOW, STATION, a_user, an_observation, some_services
from watching import a_find

from fieldapp.model import Role, User, utc_text, uuid7
from fieldapp.model.levels import Known, Level
from fieldapp.settings import Settings
from fieldapp.store import alerts, drafts, photos
from fieldapp.store import levels as level_rows
from fieldapp.store.connection import Database, opened, writing
from fieldapp.store.photos import StoredPhoto
from fieldapp.usecases import events, levels, retention, upkeep
from fieldapp.usecases.levels_keeping import keep
from fieldapp.usecases.observations import record
from fieldapp.usecases.retention_run import Done, run

OLD = datetime(2025, 9, 10, 19, 40, tzinfo=UTC)
NEW = datetime(2026, 11, 18, 19, 40, tzinfo=UTC)
# What the tests look for in the raw bytes; none of it can come about by chance.
NOTE, DRAFT, PHOTO = "blåbærgrødsmærket", "kladdemærket", b"billedmaerket" * 400
LAT, LON = 55.6133127, 12.3580391
MARKS = (
    NOTE.encode(),
    DRAFT.encode(),
    b"billedmaerket",
    b"smaabilledmaerket",
    str(LAT).encode(),
    str(LON).encode(),
    struct.pack(">d", LAT),
    struct.pack(">d", LON),
)


@dataclass
class World:
    """Settings, one worker, one coordinator, and the ids of an old and a new observation."""

    settings: Settings
    worker: User
    coordinator: User
    old: str
    new: str

    def run(self, *, now: datetime = NOW, **more: object) -> Done:
        with opened(self.settings.database) as db:
            return run_on(db, self.settings, self.coordinator, now=now, **more)

    def authorise(self, *, archive_required: bool = True) -> None:
        with opened(self.settings.database) as db:
            authorise(db, self.coordinator, archive_required=archive_required)


def run_on(db: Database, settings: Settings, actor: User, *, now: datetime = NOW, **more: object) -> Done:
    return run(db=db, settings=settings, services=some_services(), actor=actor, now=now, **more)  # type: ignore[arg-type]


def authorise(db: Database, actor: User, *, archive_required: bool = True) -> None:
    """As the coordinator does it on the screen."""
    retention.authorise(
        actor,
        reference="Rigsarkivet 26/12345",
        given_on=date(2026, 10, 1),
        given_by="Arkivar Prøve",
        archive_required=archive_required,
        db=db,
        now=NOW,
    )


def a_world(folder: Path, *, more: int = 0) -> World:
    """One old observation with note, photo and exact place, one new, a forgotten draft, and `more` old ones."""
    settings = Settings(database=folder / "data" / "felt.sqlite3", archive=folder / "arkiv")
    upkeep.prepare_database(settings)
    with opened(settings.database) as db:
        worker, coordinator = a_user(db), a_user(db, Role.COORDINATOR)
        old = add(db, worker, OLD, note=f"Knust rude, {NOTE}", category="group", group_size="3-5", age_band="13-17")
        photos.add(db, old, a_photo(), actor=worker.id, at=OLD)
        for number in range(more):
            add(db, worker, OLD + timedelta(hours=number), note=f"{NOTE} {number}")
        new = add(db, worker, NEW, note="Ny og læselig", lat=55.6201, lon=12.3602)
        drafts.save(db, worker.id, uuid7(OLD), {"note": DRAFT, "lat": LAT, "lon": LON}, at=OLD)
        drafts.add_photo(db, worker.id, a_photo(), at=OLD)
    return World(settings, worker, coordinator, old, new)


def add(db: Database, user: User, at: datetime, **changes: object) -> str:
    """One observation recorded when it was seen."""
    told = {"lat": LAT, "lon": LON, "accuracy_m": 7, "observed_at": at.isoformat(), **changes}
    seen = an_observation(id=uuid7(at), now=at, **told)
    record(seen, user=user, db=db, services=some_services(), now=at)
    return seen.id


def answers(db: Database, user: User, *days: datetime) -> None:
    """A hotspot, an answer about it with a reason at each of these times, and «Set» at a message that is gone."""
    keep([a_find()], db=db, now=days[0])
    (hotspot,) = level_rows.open_hotspots(db)
    for day in days:
        levels.confirm(hotspot.id, Level.RED, Known.YES, f"Uro, {NOTE}", user=user, db=db, now=day)
    with writing(db):
        alerts.see_within(db, "week:strandgaard:moped:2025-W36", user.id, at=utc_text(days[0]))


def an_event(db: Database, user: User, at: datetime) -> str:
    """An event that went on for an hour from then."""
    # Its place stays, so it is not one of the marks.
    told = {"title": "Sidste skoledag", "plan": "Vand og boldspil", "lat": STATION[0], "lon": STATION[1]}
    times = {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=1)).isoformat()}
    wire = {"id": uuid7(at), "reach_m": 250, "planned_minutes": 600, **told, **times}
    return events.plan(wire, user=user, db=db, services=some_services(), now=at).id


def a_photo(jpeg: bytes = PHOTO) -> StoredPhoto:
    """Bytes that stand for a photo; nothing here decodes them."""
    return StoredPhoto(uuid7(OLD), sha256(jpeg).digest(), 800, 600, jpeg, b"smaabilledmaerket" * 20)


def traces(folder: Path) -> dict[str, int]:
    """File name → how often a mark stands in its raw bytes, for every file of a folder that has any."""
    files = {path: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    found = {path.name: sum(data.count(mark) for mark in MARKS) for path, data in files.items()}
    return {name: count for name, count in found.items() if count}
