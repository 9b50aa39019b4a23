"""After a run no byte of what was removed is left in any file of the database's folder, however the run went."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from keeping import MARKS, OLD, World, a_world, an_event, answers, authorise, traces
from making import NOW
from serving import make_user, signed_in_cookie, start_server

from fieldapp.cli import main
from fieldapp.errors import Problem
from fieldapp.model import Role
from fieldapp.store import audit
from fieldapp.store.connection import open_database, opened
from fieldapp.usecases import retention, upkeep
from fieldapp.usecases import retention_archive as archive

ROOT = Path(__file__).resolve().parents[1]
FEW = 225  # more than two batches
STAFF = ("hotspot_level", "event", "alert_seen")


def state(world: World) -> str:
    """What the tables hold in the end, but for run ids and the trail's own telling of it."""
    kept = hashlib.sha256()
    with opened(world.settings.database) as db:
        for table in ("observation", "photo", "draft", "draft_photo", "session", "user", "retention_rule", *STAFF):
            for row in db.conn.execute(f"SELECT * FROM {table} ORDER BY 1"):
                kept.update(repr(tuple(row)).encode())
        blunted = db.conn.execute("SELECT seq, at, actor, before, after FROM audit WHERE actor = '' ORDER BY seq")
        kept.update(repr([tuple(row) for row in blunted]).encode())
    return kept.hexdigest()


def test_no_byte_of_note_photo_draft_or_place_is_left_in_the_folder(tmp_path: Path) -> None:
    world = a_world(tmp_path, more=40)
    world.authorise()
    folder = world.settings.database.parent
    before = traces(folder)
    assert sum(before.values()) > 400, before
    files = [path.read_bytes() for path in folder.iterdir() if path.is_file()]
    assert all(any(mark in data for data in files) for mark in MARKS)
    assert world.run().wiped
    assert traces(world.settings.database.parent) == {}


def test_deleting_alone_would_leave_traces(tmp_path: Path) -> None:
    """The search can fail: rows deleted without secure_delete, VACUUM and checkpoint are still there."""
    world = a_world(tmp_path, more=40)
    db = open_database(world.settings.database)
    db.execute("PRAGMA secure_delete = OFF")
    db.execute("UPDATE observation SET note = NULL")
    db.execute("DELETE FROM photo")
    db.conn.close()
    assert sum(traces(world.settings.database.parent).values()) > 100


CRASHING = """
import os, signal, sys
from pathlib import Path
from datetime import datetime
from fieldapp.model import Role, User
from fieldapp.settings import Settings
from fieldapp.store.connection import opened
from fieldapp.usecases.retention_run import run
from fieldapp.usecases.services import load_services
database, folder, user, wanted, nth = sys.argv[1:]
seen = 0
def tell(step, count):
    global seen
    if step == wanted:
        seen += 1
        if seen == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
settings = Settings(database=Path(database), archive=Path(folder))
with opened(settings.database) as db:
    run(db=db, settings=settings, services=load_services(settings), actor=User(user, "x", Role.COORDINATOR),
        now=datetime.fromisoformat("2026-11-20T21:10:00+00:00"), tell=tell)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path, str]:
    """A world, a copy of its folder before the run, and the state after one run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    world = a_world(folder / "one", more=FEW)
    world.authorise()
    with opened(world.settings.database) as db:
        answers(db, world.worker, OLD, *(OLD + timedelta(minutes=10 * number) for number in range(1, 8)))
        an_event(db, world.worker, OLD)
        retention.set_all_months(world.coordinator, {"presence": 12, "verdict": 12}, db=db, now=NOW)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = folder / "before"
    shutil.copytree(world.settings.database.parent, before)
    world.run()
    return world, before, state(world)


@pytest.mark.parametrize(
    ("step", "nth"),
    [
        ("begun", 1),
        ("archived", 1),
        ("photos", 1),
        ("observations", 3),
        ("verdicts", 1),
        ("wiping", 1),
    ],
)
def test_killed_anywhere_the_next_run_ends_where_one_run_would(
    undisturbed: tuple[World, Path, str], tmp_path: Path, step: str, nth: int
) -> None:
    whole, before, wanted = undisturbed
    world = World(
        type(whole.settings)(database=tmp_path / "data" / "felt.sqlite3", archive=tmp_path / "arkiv"),
        whole.worker, whole.coordinator, whole.old, whole.new,
    )  # fmt: skip
    shutil.copytree(before, tmp_path / "data")
    command = [sys.executable, "-c", CRASHING, str(world.settings.database), str(tmp_path / "arkiv")]
    crashed = subprocess.run([*command, whole.coordinator.id, step, str(nth)], cwd=ROOT, check=False, timeout=120)
    assert crashed.returncode == -signal.SIGKILL
    assert upkeep.warnings(world.settings) != []
    assert world.run().wiped
    assert state(world) == wanted
    assert traces(world.settings.database.parent) == {}
    with opened(world.settings.database) as db:
        assert audit.verify(db)[1] is None
        assert all(run.finished_at for run in retention.show(db=db).runs)
    assert upkeep.warnings(world.settings) == []
    kept = {due.id for path in (tmp_path / "arkiv").glob("*.zip") for due in archive.due_in(path)}
    assert len(kept) == FEW + 1


def test_an_interrupted_run_whose_archive_is_gone_archives_the_rest_anew(
    undisturbed: tuple[World, Path, str], tmp_path: Path
) -> None:
    whole, before, wanted = undisturbed
    shutil.copytree(before, tmp_path / "data")
    settings = type(whole.settings)(database=tmp_path / "data" / "felt.sqlite3", archive=tmp_path / "arkiv")
    world = World(settings, whole.worker, whole.coordinator, whole.old, whole.new)
    command = [sys.executable, "-c", CRASHING, str(settings.database), str(tmp_path / "arkiv")]
    subprocess.run([*command, whole.coordinator.id, "observations", "2"], cwd=ROOT, check=False, timeout=120)
    for path in (tmp_path / "arkiv").iterdir():
        path.unlink()
    made = world.run().archive
    assert made and len(archive.due_in(made)) == FEW + 1 - 200 and state(world) == wanted


def test_two_runs_at_once_one_is_told_to_wait(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    world.authorise()
    inside, told = threading.Event(), threading.Event()

    def tell(step: str, count: int) -> None:
        inside.set()
        assert told.wait(30)

    first = threading.Thread(target=world.run, kwargs={"tell": tell})
    first.start()
    assert inside.wait(30)
    with pytest.raises(Problem, match="køres allerede") as problem:
        world.run()
    told.set()
    first.join(60)
    assert problem.value.code == "retention_busy" and world.run().counts == {}


def test_a_long_reader_is_told_of_and_the_next_run_finishes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = a_world(tmp_path)
    world.authorise()
    environ = {
        "FIELDAPP_DATABASE": str(world.settings.database), "FIELDAPP_ARCHIVE": str(world.settings.archive_folder)
    }  # fmt: skip
    reader = open_database(world.settings.database)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM observation").fetchone()
    assert main(["retention", "run"], environ=environ, now=NOW) == 1
    assert "slettede bytes kan endnu ligge" in capsys.readouterr().err
    assert sum(traces(world.settings.database.parent).values()) > 0
    assert "mangler at tømme databasens log" in upkeep.warnings(world.settings)[0]
    reader.execute("COMMIT")
    assert main(["retention", "run"], environ=environ, now=NOW) == 0
    assert traces(world.settings.database.parent) == {} and upkeep.warnings(world.settings) == []
    reader.conn.close()


def test_with_the_server_on_the_same_file_all_bytes_go_and_it_goes_on(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    server = start_server(tmp_path, FIELDAPP_DATABASE=str(world.settings.database))
    try:
        user = make_user(world.settings.database, Role.COORDINATOR)
        token = signed_in_cookie(world.settings.database, user)
        assert b"knust rude" in server.get("/api/v1/observations", cookie=token).body.lower()
        with opened(world.settings.database) as db:
            authorise(db, world.coordinator)
        assert world.run().wiped
        answer = server.get("/api/v1/observations", cookie=token)
        assert answer.status == 200 and b"knust rude" not in answer.body.lower()
        assert '"observed_week": "2025-W37"' in answer.text.replace('":"', '": "') and "Polygon" in answer.text
        assert traces(world.settings.database.parent) == {}
    finally:
        server.stop()


def back_up(world: World, out: Path, days: int) -> Path:
    """A backup as it was made so many days ago."""
    out.parent.mkdir(exist_ok=True)
    with opened(world.settings.database) as db:
        upkeep.back_up(out, db=db, actor="system", now=NOW - timedelta(days=days))
    return out


def test_expired_backups_go_and_others_stay(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    folder = world.settings.database.parent
    settings = type(world.settings)(
        database=world.settings.database, archive=world.settings.archive, backups=tmp_path / "kopier"
    )
    world.settings = settings
    old, kept_old = back_up(world, tmp_path / "kopier" / "a.bin", 100), back_up(world, folder / "b.sqlite3", 200)
    young = back_up(world, tmp_path / "kopier" / "fieldapp-2020.sqlite3", 5)
    elsewhere = back_up(world, tmp_path / "andetsteds" / "c.sqlite3", 300)
    foreign = a_world(tmp_path / "andre")
    theirs = back_up(foreign, tmp_path / "kopier" / "deres.sqlite3", 300)
    named = tmp_path / "kopier" / "backup-2020-01-01.sqlite3"
    named.write_bytes(b"SQLite format 3\x00 men ikke en af vores")
    (tmp_path / "kopier" / "link.sqlite3").symlink_to(elsewhere)
    with opened(settings.database) as db:
        assert set(retention.plan(db=db, settings=settings, now=NOW).backups) == {old, kept_old}
    world.authorise()
    assert world.run().counts["backup"] == 2
    assert [path.exists() for path in (old, kept_old, young, elsewhere, theirs, named)] == [False, False, *[True] * 4]
    assert settings.database.exists() and upkeep.check(settings)[0].ok


def test_a_backup_put_in_the_databases_place_is_not_taken_for_a_backup(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    world.authorise()
    copy = back_up(world, tmp_path / "kopi.sqlite3", 300)
    upkeep.restore(copy, world.settings, actor="system", now=NOW, overwrite=True)
    world.run()
    assert world.settings.database.exists() and traces(world.settings.database.parent).keys() <= {
        path.name for path in world.settings.database.parent.glob("*foer*")
    }
    # By hand instead of by `restore`: the start puts it right.
    world.settings.database.unlink()
    shutil.copy(copy, world.settings.database)
    for beside in ("-wal", "-shm"):
        Path(f"{world.settings.database}{beside}").unlink(missing_ok=True)
    upkeep.prepare_database(world.settings)
    assert "Kør «retention run» igen" in upkeep.warnings(world.settings)[0]
    world.run()
    assert world.settings.database.exists()


def test_a_full_disk_leaves_a_run_that_can_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world(tmp_path)
    world.authorise()
    world.settings.archive_folder.mkdir()
    if os.geteuid() == 0:
        world.settings.archive_folder.rmdir()
        world.settings.archive_folder.symlink_to("/dev/full")
    else:
        world.settings.archive_folder.chmod(0o500)
    with pytest.raises(Problem) as problem:
        world.run()
    assert problem.value.code == "archive_failed"
    if world.settings.archive_folder.is_symlink():
        world.settings.archive_folder.unlink()
    else:
        world.settings.archive_folder.chmod(0o700)
    assert world.run().wiped and traces(world.settings.database.parent) == {}
