"""Observations as files for other programs: released for one reader, written whole or not at all, and put on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fieldapp import geo
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import ObservationFilter, User, utc_text
from fieldapp.privacy.areas import ReleasedCell
from fieldapp.privacy.releasing import ReleasedPoint, area_grants, point_grants, release
from fieldapp.store import audit, backup, geopackage, meta
from fieldapp.store import observations as rows
from fieldapp.store.connection import Database, writing
from fieldapp.texts import later
from fieldapp.usecases.browse import areas
from fieldapp.usecases.services import Services
from fieldapp.usecases.spreadsheets import Value, write_rows
from fieldapp.usecases.wire import COARSE_M, cell_feature, cell_name, point_feature, week_of

FORMATS = ("csv", "geojson", "gpkg")
_POINT_COLUMNS: dict[str, str] = {
    "id": "TEXT",
    "category": "TEXT",
    "category_da": "TEXT",
    "kind": "TEXT",
    "lat": "REAL",
    "lon": "REAL",
    "observed_at": "TEXT",
    "district": "TEXT",
    "place": "TEXT",
    "severity": "INTEGER",
    "group_size": "TEXT",
    "age_band": "TEXT",
    "accuracy_m": "REAL",
    "note": "TEXT",
    "observed_week": "TEXT",
    "grid_m": "INTEGER",
}
_CELL_COLUMNS = {"cell": "TEXT", "size_m": "INTEGER", "lat": "REAL", "lon": "REAL", "count": "INTEGER"}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: `points` or `cells`, and how many."""

    grain: str
    count: int


@dataclass(frozen=True, slots=True)
class _Content:
    """Released things on their way to a file: their columns, and each with its positions (lon, lat) and feature."""

    grain: str
    columns: dict[str, str]
    items: Iterable[ReleasedPoint] | Iterable[ReleasedCell]
    values: Callable[[Any], tuple[Value, ...]]
    positions: Callable[[Any], list[tuple[float, float]]]
    feature: Callable[[Any], dict[str, Any]]
    fictional: bool = False


def export_observations(
    wanted: ObservationFilter,
    out: Path,
    *,
    format: str,
    reader: User,
    db: Database,
    services: Services,
    now: datetime,
    actor: str | None = None,
    overwrite: bool = False,
) -> Exported:
    """Write what `reader` may see: points for those with a point grant, else areas: whole months, counts in fives.

    Raises `exists` for a file that is there, `not_allowed` for a reader who may see nothing.
    """
    if format not in FORMATS:
        raise Problem("invalid", field="format", why=later("vælg en af: {choices}", choices=", ".join(FORMATS)))
    if out.exists() and not overwrite:
        raise Problem("exists", field=out.name)
    content = _content(wanted, reader, db, services, now)
    part = out.with_name(f".{out.name}.part")
    try:
        part.unlink(missing_ok=True)
        count = _WRITERS[format](part, content, now)
        backup.sync(part)
        _on_record(wanted, format, content.grain, count, reader=reader, actor=actor or reader.id, db=db, now=now)
        part.replace(out)
        backup.sync(out.absolute().parent)
    except OSError as error:
        raise Problem("bad_file", field=out.name, why="der kan ikke skrives dér; vælg et andet sted") from error
    finally:
        part.unlink(missing_ok=True)
    return Exported(content.grain, count)


def _content(wanted: ObservationFilter, reader: User, db: Database, services: Services, now: datetime) -> _Content:
    released = _released(wanted, reader, db, services, now)
    if not meta.is_fictional(db):
        return released
    columns = {**released.columns, "fiktiv": "INTEGER"}
    return replace(released, columns=columns, values=lambda item: (*released.values(item), 1), fictional=True)


def _released(wanted: ObservationFilter, reader: User, db: Database, services: Services, now: datetime) -> _Content:
    catalogue, language = services.catalogue, reader.language
    if grants := point_grants(reader):
        points = _points(rows.each(db, wanted.only(granted=grants)), reader)

        def values(point: ReleasedPoint) -> tuple[Value, ...]:
            own: dict[str, Value] = {
                "category_da": catalogue[point.category].da,
                "kind": str(point.kind),
                "observed_at": _time(point),
                "observed_week": week_of(point),
                "grid_m": COARSE_M if point.coarse else None,
            }
            return tuple(own[name] if name in own else getattr(point, name) for name in _POINT_COLUMNS)

        def feature(point: ReleasedPoint) -> dict[str, Any]:
            return point_feature(point, catalogue, language)

        return _Content("points", _POINT_COLUMNS, points, values, lambda p: [(p.lon, p.lat)], feature)
    if not area_grants(reader):
        raise Problem("not_allowed")
    found = areas(wanted, reader=reader, db=db, now=now)
    return _Content("cells", _CELL_COLUMNS, found, _cell_values, _ring, cell_feature)


def _points(found: Iterable[Any], reader: User) -> Iterator[ReleasedPoint]:
    """One at a time, so that an export of any size needs little memory."""
    for observation in found:
        yield from release([observation], reader).points


def _time(point: ReleasedPoint) -> str | None:
    return None if point.coarse else point.observed_at.astimezone(COPENHAGEN).isoformat(timespec="seconds")


def _cell_values(cell: ReleasedCell) -> tuple[Value, ...]:
    lat, lon = geo.cell_center(cell_name(cell))
    return cell_name(cell), cell.size_m, round(lat, 6), round(lon, 6), cell.count


def _ring(cell: ReleasedCell) -> list[tuple[float, float]]:
    return geo.cell_polygon(cell_name(cell))


def _csv(path: Path, content: _Content, now: datetime) -> int:
    with path.open("x", encoding="utf-8-sig", errors="replace", newline="") as file:
        return write_rows(file, content.columns, map(content.values, content.items))


def _geojson(path: Path, content: _Content, now: datetime) -> int:
    """RFC 7946, one feature a line."""
    head = {"type": "FeatureCollection", "created": utc_text(now), "fictional": content.fictional}
    count = 0
    with path.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(json.dumps(head)[:-1] + ', "features": [')
        for item in content.items:
            feature = json.dumps(content.feature(item), ensure_ascii=False, allow_nan=False)
            file.write((",\n" if count else "\n") + feature)
            count += 1
        file.write("\n]}\n")
    return count


def _gpkg(path: Path, content: _Content, now: datetime) -> int:
    title = "Observationer" if content.grain == "points" else "Observationer i områder"
    layer = geopackage.Layer(
        "observationer" if content.grain == "points" else "omraader",
        f"{title} (FIKTIVE DATA)" if content.fictional else title,
        "POINT" if content.grain == "points" else "POLYGON",
        {**content.columns, "observed_at": "DATETIME"} if content.grain == "points" else content.columns,
    )
    features = ((content.positions(item), _in_utc(content, item)) for item in content.items)
    return geopackage.write(path, layer, features, now=now)


def _in_utc(content: _Content, item: Any) -> tuple[Value, ...]:
    """The values with the time as a GeoPackage wants it, so that QGIS can filter by it."""
    values = dict(zip(content.columns, content.values(item), strict=True))
    if isinstance(item, ReleasedPoint) and not item.coarse:
        values["observed_at"] = item.observed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return tuple(values.values())


_WRITERS: dict[str, Callable[[Path, _Content, datetime], int]] = {"csv": _csv, "geojson": _geojson, "gpkg": _gpkg}


def _on_record(
    wanted: ObservationFilter,
    format: str,
    grain: str,
    count: int,
    *,
    reader: User,
    actor: str,
    db: Database,
    now: datetime,
) -> None:
    """Who took what out: before the file gets its name, so that none is there without its row."""
    after = {
        "format": format,
        "grain": grain,
        "count": count,
        "role": reader.role.value,
        "since": wanted.since,
        "until": wanted.until,
        "districts": sorted(wanted.districts),
        "categories": sorted(wanted.categories),
        "kinds": sorted(wanted.kinds),
    }
    with writing(db):
        audit.append(db, at=now, actor=actor, action="export", entity="observation", entity_id="*", after=after)
