"""Backup, restore and check: copies are whole, and nothing is lost by putting one back."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from making import NOW, a_user, an_observation, some_services

from fieldapp.errors import Problem
from fieldapp.model import ObservationFilter, uuid7
from fieldapp.settings import Settings
from fieldapp.store import audit
from fieldapp.store import observations as rows
from fieldapp.store.connection import opened
from fieldapp.usecases import upkeep
from fieldapp.usecases.observations import record, undo


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(database=tmp_path / "data.sqlite3")
    upkeep.prepare_database(settings)
    add(settings)
    return settings


def add(settings: Settings, **changes: str) -> str:
    with opened(settings.database) as db:
        user, seen = a_user(db), an_observation(id=uuid7(NOW), **changes)
        record(seen, user=user, db=db, services=some_services(), now=NOW)
        return seen.id


def count(path: Path) -> int:
    with opened(path) as db:
        return rows.count(db, ObservationFilter())


def back_up(settings: Settings, out: Path, *, overwrite: bool = False) -> int:
    with opened(settings.database) as db:
        return upkeep.back_up(out, db=db, actor="system", now=NOW, overwrite=overwrite)


def test_a_backup_is_a_whole_private_database_and_is_on_record(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "kopi.sqlite3"
    assert back_up(settings, out) == out.stat().st_size
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert count(out) == 1
    with opened(out) as db:
        assert audit.verify(db)[1] is None
        assert audit.history(db, "database", "*")[-1]["action"] == "backup"


def test_text_that_was_taken_back_is_not_in_a_backup(settings: Settings, tmp_path: Path) -> None:
    secret = "Et meget særligt ord: blåbærgrød"
    with opened(settings.database) as db:
        user = a_user(db)
        seen = an_observation(id=uuid7(NOW), note=secret)
        record(seen, user=user, db=db, services=some_services(), now=NOW)
        undo(seen.id, user=user, db=db, now=NOW)
    back_up(settings, tmp_path / "kopi.sqlite3")
    assert "blåbærgrød".encode() not in (tmp_path / "kopi.sqlite3").read_bytes()


def test_a_backup_does_not_overwrite_unless_asked(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "kopi.sqlite3"
    out.write_text("noget andet")
    with pytest.raises(Problem) as problem:
        back_up(settings, out)
    assert problem.value.code == "exists" and out.read_text() == "noget andet"
    back_up(settings, out, overwrite=True)
    assert count(out) == 1


def test_backups_taken_while_others_write_are_all_whole(settings: Settings, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            add(settings)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(settings, tmp_path / f"{number}.sqlite3")
    finally:
        stop.set()
        writer.join()
    assert all(count(tmp_path / f"{number}.sqlite3") >= 1 for number in range(5))


def test_restore_puts_the_copy_back_and_keeps_what_it_replaced(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "kopi.sqlite3")
    add(settings)
    with pytest.raises(Problem) as problem:
        upkeep.restore(tmp_path / "kopi.sqlite3", settings, actor="system", now=NOW)
    assert problem.value.code == "exists" and count(settings.database) == 2
    kept = upkeep.restore(tmp_path / "kopi.sqlite3", settings, actor="system", now=NOW, overwrite=True)
    assert kept is not None and kept.name == "data.foer-20261120T211000Z.sqlite3"
    assert (count(settings.database), count(kept)) == (1, 2)
    assert all(check.ok for check in upkeep.check(settings))


def test_a_restore_is_seen_by_those_who_have_the_database_open(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "kopi.sqlite3")
    add(settings)
    with opened(settings.database) as db:
        assert rows.count(db, ObservationFilter()) == 2
        upkeep.restore(tmp_path / "kopi.sqlite3", settings, actor="system", now=NOW, overwrite=True)
        assert rows.count(db, ObservationFilter()) == 1


def test_restore_to_an_empty_place_needs_no_force(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "kopi.sqlite3")
    fresh = Settings(database=tmp_path / "ny" / "data.sqlite3")
    assert upkeep.restore(tmp_path / "kopi.sqlite3", fresh, actor="system", now=NOW) is None
    assert count(fresh.database) == 1


def broken(path: Path, how: str) -> None:
    """Spoil a copy."""
    if how == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif how == "text":
        path.write_text("det er ikke en database")
    elif how == "gone":
        path.unlink()
    else:
        connection = sqlite3.connect(path)
        connection.executescript(SPOIL[how])
        connection.close()


SPOIL = {
    "trail": "DROP TRIGGER audit_is_never_changed; UPDATE audit SET actor = 'en anden' WHERE seq = 1;",
    "newer": "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('fieldapp', 'm999_future', '')",
    "other": "DROP TABLE audit; DROP TABLE meta;",
}


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("cut", "kan ikke bruges"),
        ("text", "ikke en hel SQLite-database"),
        ("gone", "findes ikke"),
        ("trail", "revisionssporet er brudt"),
        ("newer", "nyere udgave"),
        ("other", "ikke en sikkerhedskopi"),
    ],
)
def test_a_spoilt_copy_is_refused_and_the_database_left_alone(
    settings: Settings, tmp_path: Path, how: str, told: str
) -> None:
    copy = tmp_path / "kopi.sqlite3"
    back_up(settings, copy)
    broken(copy, how)
    with pytest.raises(Problem, match=told) as problem:
        upkeep.restore(copy, settings, actor="system", now=NOW, overwrite=True)
    assert problem.value.code == "bad_file"
    assert count(settings.database) == 1
    assert list(tmp_path.glob("*foer*")) == []


def test_the_database_itself_is_not_restored_over_itself(settings: Settings) -> None:
    with pytest.raises(Problem, match="selve databasen"):
        upkeep.restore(settings.database, settings, actor="system", now=NOW, overwrite=True)


def test_check_names_what_is_wrong(settings: Settings) -> None:
    assert [check.ok for check in upkeep.check(settings)] == [True, True, True, True]
    broken(settings.database, "trail")
    assert [check.faults for check in upkeep.check(settings)] == [(), (), ("række 1 er ændret eller mangler",), ()]


def test_check_finds_rows_that_point_nowhere_and_bad_districts(settings: Settings, tmp_path: Path) -> None:
    connection = sqlite3.connect(settings.database)
    connection.execute("UPDATE observation SET reporter = 'ingen'")
    connection.commit()
    connection.close()
    (tmp_path / "districts.geojson").write_text("{}")
    files, _, _, districts = upkeep.check(Settings(database=settings.database, data=tmp_path))
    assert files.faults == ("foreign key: observation row 1 -> user",)
    assert not districts.ok


def test_a_database_from_a_newer_version_is_not_opened_for_writing(settings: Settings) -> None:
    broken(settings.database, "newer")
    with pytest.raises(Problem, match="nyere udgave"):
        upkeep.prepare_database(settings)


def test_preparing_twice_takes_no_step_the_second_time(settings: Settings) -> None:
    assert upkeep.prepare_database(settings) == []
