"""The store: written once, never half, never lost, and every write on the trail."""

from __future__ import annotations

import os
import signal
import sqlite3 as system_sqlite
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from making import NOW, a_database, a_user, an_observation, some_services

from fieldapp.errors import Problem
from fieldapp.model import Grant, Kind, ObservationFilter, uuid7
from fieldapp.store import audit, observations
from fieldapp.store.connection import assert_sqlite_version, migrate, opened, schema, sqlite3, writing
from fieldapp.usecases.observations import record

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def db(tmp_path):
    database = a_database(tmp_path)
    yield database
    database.conn.close()


def test_sqlite_is_new_enough_to_reset_its_log_safely():
    assert_sqlite_version()
    assert sqlite3.sqlite_version_info >= (3, 51, 3)
    assert sqlite3 is not system_sqlite


def test_a_connection_keeps_every_promise(db):
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "mmap_size")
    said = {name: db.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas}
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "mmap_size": 0}


def test_migrating_again_changes_nothing(tmp_path):
    path = tmp_path / "a.sqlite3"
    assert migrate(path) != []
    before = schema(path)
    assert migrate(path) == []
    assert schema(path) == before


def test_a_connection_is_kept_for_the_next_one_and_never_across_a_change_of_file_or_process(tmp_path):
    path = tmp_path / "a.sqlite3"
    migrate(path)
    with opened(path) as first:
        one = id(first)
    with opened(path) as second:
        assert id(second) == one
        with opened(path) as third:
            assert id(third) != one
        second.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.rename(tmp_path / "b.sqlite3")
    migrate(path)
    with opened(path) as fourth:
        assert fourth.execute("SELECT count(*) FROM user").fetchone() == (0,)
        fourth.execute("INSERT INTO user (id, name, role, created_at) VALUES ('a', 'Åse', 'admin', 'x')")
    with opened(tmp_path / "b.sqlite3") as old:
        assert old.execute("SELECT count(*) FROM user").fetchone() == (0,)
    child = os.fork()
    if child == 0:
        with opened(path) as inherited:
            os._exit(0 if inherited.execute("SELECT count(*) FROM user").fetchone() == (1,) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_work_that_failed_leaves_no_half_connection_behind(tmp_path):
    path = tmp_path / "a.sqlite3"
    migrate(path)
    with pytest.raises(RuntimeError), opened(path) as db:
        db.conn.execute("BEGIN IMMEDIATE")
        raise RuntimeError
    with opened(path) as db, writing(db):
        db.execute("INSERT INTO user (id, name, role, created_at) VALUES ('a', 'Åse', 'admin', 'x')")


def test_every_table_is_strict(db):
    rows = db.conn.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
    loose = {name for name, strict in rows if not strict and not name.startswith(("sqlite_", "_sqlite"))}
    assert loose == set()


def test_what_is_stored_is_what_is_read(db):
    user = a_user(db)
    seen = an_observation(
        category="moped", group_size="3-5", age_band="13-17", note="To knallerter kørte på stien", severity=2
    )
    stored = record(seen, user=user, db=db, services=some_services(), now=NOW).observation
    assert observations.get(db, seen.id) == stored
    assert (stored.reporter, stored.kind, stored.version, stored.status) == (user.id, Kind.PEOPLE, 1, "active")


def test_the_same_id_twice_is_one_row(db):
    user, seen, services = a_user(db), an_observation(), some_services()
    outcomes = [record(seen, user=user, db=db, services=services, now=NOW).outcome for _ in range(3)]
    assert outcomes == ["new", "same", "same"]
    assert observations.count(db, ObservationFilter()) == 1
    assert len(audit.history(db, "observation", seen.id)) == 1


def test_the_same_id_with_other_content_overwrites_nothing(db):
    user, seen, services = a_user(db), an_observation(note="Først"), some_services()
    record(seen, user=user, db=db, services=services, now=NOW)
    with pytest.raises(Problem) as refused:
        record(an_observation(id=seen.id, note="Siden"), user=user, db=db, services=services, now=NOW)
    assert (refused.value.code, refused.value.status) == ("conflict", 409)
    assert observations.get(db, seen.id).note == "Først"


def test_the_same_content_under_another_persons_id_is_a_conflict(db):
    seen, services = an_observation(), some_services()
    record(seen, user=a_user(db), db=db, services=services, now=NOW)
    with pytest.raises(Problem, match="andet indhold"):
        record(seen, user=a_user(db), db=db, services=services, now=NOW)


def test_the_trail_holds_no_note(db):
    seen = an_observation(note="Knust rude ved porten")
    record(seen, user=a_user(db), db=db, services=some_services(), now=NOW)
    trail = " ".join(str(row) for row in db.query("SELECT * FROM audit"))
    assert "Knust" not in trail
    assert audit.history(db, "observation", seen.id)[0]["after"]["has_note"] is True


def test_a_change_of_the_trail_is_found(db):
    user = a_user(db)
    for _ in range(5):
        record(an_observation(), user=user, db=db, services=some_services(), now=NOW)
    assert audit.verify(db) == (5, None)
    db.conn.execute("DROP TRIGGER audit_is_never_changed")
    db.conn.execute("UPDATE audit SET actor = 'en anden' WHERE seq = 3")
    assert audit.verify(db) == (3, 3)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_trail_cannot_be_rewritten(db, statement):
    record(an_observation(), user=a_user(db), db=db, services=some_services(), now=NOW)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.conn.execute(statement)


def test_a_row_outside_every_district_is_not_withheld_by_a_district(db):
    user = a_user(db)
    far = an_observation(lat=55.6761, lon=12.5683)
    record(far, user=user, db=db, services=some_services(), now=NOW)
    assert observations.get(db, far.id).district is None
    one = (Grant(districts=frozenset({"vejlebro"})),)
    assert observations.count(db, ObservationFilter(withheld=one)) == 1
    assert observations.count(db, ObservationFilter(granted=one)) == 0
    assert observations.count(db, ObservationFilter(granted=())) == 0


def test_a_failed_block_leaves_nothing(db):
    user = a_user(db)
    with pytest.raises(RuntimeError), writing(db):
        db.execute("UPDATE user SET name = 'ændret' WHERE id = ?", [user.id])
        raise RuntimeError
    assert db.conn.execute("SELECT name FROM user WHERE id = ?", [user.id]).fetchone()[0] == user.name


def test_thirty_two_threads_write_without_loss_or_double(tmp_path):
    db = a_database(tmp_path)
    user, services, path, failures = a_user(db), some_services(), tmp_path / "fieldapp.sqlite3", []
    shared = an_observation()

    def work():
        try:
            with opened(path) as own:
                for _ in range(12):
                    record(an_observation(), user=user, db=own, services=services, now=NOW)
                    record(shared, user=user, db=own, services=services, now=NOW)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert observations.count(db, ObservationFilter()) == 32 * 12 + 1
    assert audit.verify(db) == (32 * 12 + 1, None)
    db.conn.close()


WRITER = """
import sys
from making import NOW, an_observation, some_services
from fieldapp.model import Role, User
from fieldapp.store.connection import opened
from fieldapp.usecases.observations import record
from pathlib import Path
path, user_id, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
user, services = User(user_id, "x", Role.WORKER), some_services()
print("ready", flush=True)
with opened(path) as db:
    for _ in range(count):
        seen = an_observation()
        record(seen, user=user, db=db, services=services, now=NOW)
        print(seen.id, flush=True)
"""


def _writer(path: Path, user_id: str, count: int) -> subprocess.Popen[str]:
    environ = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, "-c", WRITER, str(path), user_id, str(count)]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)


def test_four_processes_write_without_loss_or_double(tmp_path):
    db = a_database(tmp_path)
    user = a_user(db)
    writers = [_writer(tmp_path / "fieldapp.sqlite3", user.id, 60) for _ in range(4)]
    said = {line for writer in writers for line in writer.communicate(timeout=120)[0].split()} - {"ready"}
    assert len(said) == 240
    assert {row["id"] for row in db.query("SELECT id FROM observation")} == said
    assert audit.verify(db) == (240, None)
    db.conn.close()


FORKED = 200


def test_killed_two_hundred_times_every_acknowledged_row_is_there_with_its_trail(tmp_path):
    db = a_database(tmp_path)
    user, services, path = a_user(db), some_services(), tmp_path / "fieldapp.sqlite3"
    db.conn.close()
    acknowledged: set[str] = set()
    for round_number in range(FORKED):
        acknowledged |= _write_until_killed(path, user, services, after=0.004 + (round_number % 10) * 0.003)
    with opened(path) as db:
        stored = {row["id"] for row in db.query("SELECT id FROM observation")}
        trailed = {row["entity_id"] for row in db.query("SELECT entity_id FROM audit WHERE entity = 'observation'")}
        assert len(acknowledged) > FORKED
        assert acknowledged <= stored
        assert stored == trailed
        assert audit.verify(db)[1] is None
        assert db.conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def _write_until_killed(path: Path, user, services, *, after: float) -> set[str]:
    """Fork a writer that tells each id once it is acknowledged, and kill -9 it in the middle."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with opened(path) as db:
            while True:
                seen = an_observation(id=uuid7(NOW))
                record(seen, user=user, db=db, services=services, now=NOW)
                os.write(write, seen.id.encode())
    os.close(write)
    first = os.read(read, 36)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = first
    while chunk := os.read(read, 1 << 16):
        said += chunk
    os.close(read)
    text = said.decode()
    return {text[start : start + 36] for start in range(0, len(text) - 35, 36)}


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of eight megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk_is_said_and_writing_goes_on_when_there_is_room(small_disk):
    db = a_database(small_disk)
    user, services = a_user(db), some_services()
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    seen = an_observation(note="x" * 500)
    with pytest.raises(Problem) as refused:
        for _ in range(50):
            record(an_observation(note="y" * 500), user=user, db=db, services=services, now=NOW)
    assert (refused.value.code, refused.value.status) == ("storage_full", 507)
    filler.unlink()
    assert record(seen, user=user, db=db, services=services, now=NOW).outcome == "new"
    assert audit.verify(db)[1] is None
    db.conn.close()


def test_a_read_only_database_is_said_and_can_still_be_read(tmp_path):
    db = a_database(tmp_path)
    user, services = a_user(db), some_services()
    record(an_observation(), user=user, db=db, services=services, now=NOW)
    db.conn.execute("PRAGMA query_only = ON")
    with pytest.raises(Problem) as refused:
        record(an_observation(), user=user, db=db, services=services, now=NOW)
    assert (refused.value.code, refused.value.status) == ("storage_readonly", 503)
    assert observations.count(db, ObservationFilter()) == 1
    db.conn.execute("PRAGMA query_only = OFF")
    assert record(an_observation(), user=user, db=db, services=services, now=NOW).outcome == "new"
    db.conn.close()


def test_something_that_is_no_database_is_a_problem(tmp_path):
    path = tmp_path / "not.sqlite3"
    path.write_bytes(b"hello, this is no database at all" * 100)
    with pytest.raises(Problem) as refused, opened(path) as db:
        observations.count(db, ObservationFilter())
    assert refused.value.status == 503


def test_a_misspelt_table_is_an_error_and_creates_nothing(db):
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        db.execute("INSERT INTO observations (id) VALUES ('x')")


def test_pages_follow_one_another_without_gap_or_repeat(db):
    user, services = a_user(db), some_services()
    for _ in range(7):
        record(an_observation(), user=user, db=db, services=services, now=NOW)
    seen, after = [], None
    while True:
        rows = observations.find(db, ObservationFilter(), limit=3, after=after)
        if not rows:
            break
        seen += [row.id for row in rows]
        after = ("2026-11-20T21:10:00Z", rows[-1].id)
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)
