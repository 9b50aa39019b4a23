"""Observations out: only what the reader may see, in files that other programs open and that run nothing."""

from __future__ import annotations

import csv
import json
import sqlite3
import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from making import NOW, a_database, a_user, an_observation, some_services
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import ObservationFilter, Role, User, uuid7
from fieldapp.store import audit
from fieldapp.usecases import imports
from fieldapp.usecases.exports import Exported, export_observations
from fieldapp.usecases.observations import record
from fieldapp.usecases.spreadsheets import guarded

SERVICES = some_services()
LATER = datetime(2026, 12, 7, 12, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A worker's seven observations of mopeds in one square, and one broken window with a formula for a note."""
    db = a_database(tmp_path)
    worker = a_user(db)
    for _ in range(7):
        keep(db, worker, id=uuid7(NOW), category="moped")
    keep(db, worker, id=uuid7(NOW), lat=55.6200, note='=HYPERLINK("http://x")')
    yield db
    db.conn.close()


def keep(db: Database, worker: User, **changes: Any) -> None:
    record(an_observation(**changes), user=worker, db=db, services=SERVICES, now=NOW)


def out_of(
    db: Database, path: Path, role: Role = Role.COORDINATOR, *, districts: tuple[str, ...] = (), **more: Any
) -> Exported:
    reader = User("reader", "Læser", role, frozenset(districts))
    wanted = more.pop("wanted", ObservationFilter())
    more = {"format": path.suffix.removeprefix("."), "now": NOW} | more
    return export_observations(wanted, path, reader=reader, db=db, services=SERVICES, **more)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_a_csv_opens_in_a_danish_spreadsheet_and_runs_no_formula(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ud.csv"
    assert out_of(db, path) == Exported("points", 8)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid;category;")
    (window,) = [row for row in rows_of(path) if row["category"] == "vandalism"]
    assert window["note"] == '\'=HYPERLINK("http://x")'
    assert (window["lat"], window["category_da"]) == ("55,62", "Hærværk")
    assert window["observed_at"] == "2026-11-20T22:10:00+01:00"


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "−1", " =1", "\u00a0=1"]
)
def test_what_a_spreadsheet_could_run_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "Knust rude", "3-5", "'=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_an_exported_file_can_be_imported_again_and_adds_nothing(db: Database, tmp_path: Path) -> None:
    out_of(db, tmp_path / "ud.csv")
    table = imports.read_table(tmp_path / "ud.csv")
    plan = imports.plan_import(table, services=SERVICES, db=db, now=NOW)
    # The source of the position is «import» now, so the content differs: named, and nothing is written.
    assert plan.good == 0 and plan.same + len(plan.bad) == 8


def test_points_go_to_those_with_a_point_grant_and_only_theirs(db: Database, tmp_path: Path) -> None:
    assert out_of(db, tmp_path / "h.geojson", Role.HOUSING) == Exported("points", 1)
    text = (tmp_path / "h.geojson").read_text()
    assert "moped" not in text and "vandalism" in text
    assert out_of(db, tmp_path / "s.csv", Role.SSP, districts=("strandgaard",)) == Exported("points", 0)


def test_those_without_get_areas_of_whole_months_in_fives(db: Database, tmp_path: Path) -> None:
    assert out_of(db, tmp_path / "a.csv", Role.ADMIN) == Exported("cells", 0)
    assert out_of(db, tmp_path / "b.csv", Role.ADMIN, now=LATER) == Exported("cells", 1)
    (cell,) = rows_of(tmp_path / "b.csv")
    assert (cell["count"], cell["size_m"]) == ("5", "500")
    assert out_of(db, tmp_path / "a.geojson", Role.ADMIN, now=LATER).count == 1
    assert "moped" not in (tmp_path / "a.geojson").read_text()


def test_a_disabled_reader_gets_nothing(db: Database, tmp_path: Path) -> None:
    reader = User("x", "x", Role.SSP, frozenset({"strandgaard"}), active=False)
    with pytest.raises(Problem, match="giver ikke adgang"):
        export_observations(
            ObservationFilter(), tmp_path / "x.csv", format="csv", reader=reader, db=db, services=SERVICES, now=NOW
        )
    assert not (tmp_path / "x.csv").exists()


def test_geojson_is_rfc_7946(db: Database, tmp_path: Path) -> None:
    out_of(db, tmp_path / "ud.geojson")
    content = json.loads((tmp_path / "ud.geojson").read_text("utf-8"))
    assert content["type"] == "FeatureCollection" and "crs" not in content
    first = content["features"][0]
    assert (first["type"], first["geometry"]["type"]) == ("Feature", "Point")
    lon, lat = first["geometry"]["coordinates"]
    assert 12 < lon < 13 and 55 < lat < 56
    out_of(db, tmp_path / "f.geojson", Role.ADMIN, now=LATER)
    ring = json.loads((tmp_path / "f.geojson").read_text("utf-8"))["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1] and len(ring) == 5


def test_an_empty_export_is_a_whole_file(db: Database, tmp_path: Path) -> None:
    nothing = ObservationFilter(until=date(2000, 1, 1))
    for name in ("t.csv", "t.geojson", "t.gpkg"):
        assert out_of(db, tmp_path / name, wanted=nothing).count == 0
    assert json.loads((tmp_path / "t.geojson").read_text())["features"] == []


def test_a_geopackage_is_built_as_the_standard_says(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ud.gpkg"
    assert out_of(db, path).count == 8
    file = sqlite3.connect(path)
    assert file.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
    assert file.execute("PRAGMA user_version").fetchone() == (10300,)
    assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [row[0] for row in file.execute("SELECT srs_id FROM gpkg_spatial_ref_sys ORDER BY 1")] == [-1, 0, 4326]
    (contents,) = file.execute("SELECT table_name, data_type, last_change, srs_id, min_y, max_y FROM gpkg_contents")
    assert contents == ("observationer", "features", "2026-11-20T21:10:00.000Z", 4326, 55.6133, 55.62)
    assert list(file.execute("SELECT column_name, geometry_type_name, z, m FROM gpkg_geometry_columns")) == [
        ("geom", "POINT", 0, 0)
    ]
    geom, lat, lon, seen = file.execute("SELECT geom, lat, lon, observed_at FROM observationer").fetchone()
    assert geom[:8] == b"GP\x00\x01" + struct.pack("<i", 4326)
    assert struct.unpack("<BI2d", geom[8:]) == (1, 1, lon, lat)
    assert seen == "2026-11-20T21:10:00.000Z"
    file.close()


def test_a_geopackage_of_areas_holds_polygons_with_their_envelopes(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ud.gpkg"
    out_of(db, path, Role.ADMIN, now=LATER)
    file = sqlite3.connect(path)
    geom = file.execute("SELECT geom FROM omraader").fetchone()[0]
    file.close()
    west, east, south, north = struct.unpack("<4d", geom[8:40])
    assert geom[3] == 0b11 and west < 12.358 < east and south < 55.6133 < north
    order, kind, rings, positions = struct.unpack("<BIII", geom[40:53])
    assert (order, kind, rings, positions, len(geom)) == (1, 3, 1, 5, 53 + 5 * 16)


def test_other_programs_open_the_geopackage(db: Database, tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio", reason="GDAL is installed for the bench only")
    for role, kind in ((Role.COORDINATOR, "Point"), (Role.ADMIN, "Polygon")):
        out_of(db, tmp_path / f"{role}.gpkg", role)
        info = pyogrio.read_info(tmp_path / f"{role}.gpkg")
        assert (info["crs"], info["geometry_type"]) == ("EPSG:4326", kind)


def test_every_export_is_on_record_with_who_what_and_how_many(db: Database, tmp_path: Path) -> None:
    out_of(db, tmp_path / "ud.csv", wanted=ObservationFilter(since=date(2026, 1, 1)))
    row = audit.history(db, "observation", "*")[-1]
    assert (row["actor"], row["action"]) == ("reader", "export")
    assert {name: row["after"][name] for name in ("count", "format", "grain", "role", "since")} == {
        "count": 8,
        "format": "csv",
        "grain": "points",
        "role": "coordinator",
        "since": "2026-01-01",
    }
    assert audit.verify(db)[1] is None


def test_a_file_that_is_there_is_not_overwritten_unless_asked(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ud.csv"
    path.write_text("min egen")
    with pytest.raises(Problem) as problem:
        out_of(db, path)
    assert problem.value.code == "exists" and path.read_text() == "min egen"
    assert out_of(db, path, overwrite=True).count == 8


def test_no_half_file_is_left_where_nothing_can_be_written(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="der kan ikke skrives dér"):
        out_of(db, tmp_path / "findes" / "ikke.csv")
    assert not (tmp_path / "findes").exists()
