"""m007: observations are counted while they are written, so that a dashboard never counts rows."""

from __future__ import annotations

# The columns by which a row is counted: only a change of one of these is a change of a count.
_KEYS = "kind category district place cell_n cell_e local_date iso_week hour status coarsened_at".split()
_SITUATION = "iif({0}.situation IS NULL OR {0}.situation = {0}.id, 1, 0)"
_DISTRICT = "coalesce({0}.district, '')"
_TIMED = "{0}.coarsened_at IS NULL"
# The parts of the day that hours of presence are known by; of a row past its lifetime the hour is no longer known.
_PART = (
    "CASE WHEN {0}.coarsened_at IS NOT NULL THEN 'unknown' WHEN {0}.hour < 6 THEN 'night' "
    "WHEN {0}.hour < 18 THEN 'day' ELSE 'evening' END"
)
# Table → its key columns with where each comes from, and when a row is in it at all.
ROLLUPS: dict[str, tuple[dict[str, str], str]] = {
    "count_week": (
        {"iso_week": "{0}.iso_week", "district": _DISTRICT, "kind": "{0}.kind", "category": "{0}.category"},
        "1",
    ),
    "count_day": (
        {"local_date": "{0}.local_date", "district": _DISTRICT, "kind": "{0}.kind", "category": "{0}.category"},
        "1",
    ),
    "block_day": (
        {"local_date": "{0}.local_date", "block": "{0}.hour / 3", "district": _DISTRICT, "kind": "{0}.kind"},
        _TIMED,
    ),
    "place_day": (
        {"local_date": "{0}.local_date", "district": _DISTRICT, "kind": "{0}.kind", "place": "{0}.place"},
        "{0}.place IS NOT NULL",
    ),
    "cell_month_100": (
        {
            "kind": "{0}.kind",
            "category": "{0}.category",
            "month": "substr({0}.local_date, 1, 7)",
            "north": "{0}.cell_n / 2",
            "east": "{0}.cell_e / 2",
            "district": _DISTRICT,
            "part": _PART,
        },
        "{0}.cell_n IS NOT NULL",
    ),
    "cell_month_250": (
        {
            "kind": "{0}.kind",
            "category": "{0}.category",
            "month": "substr({0}.local_date, 1, 7)",
            "north": "{0}.cell_n / 5",
            "east": "{0}.cell_e / 5",
            "district": _DISTRICT,
            "part": _PART,
        },
        "{0}.cell_n IS NOT NULL",
    ),
}
# Neighbours in time of one category; and where and when a category was seen, without touching the table.
# What a map of one period needs; the rest of what this index held is now in the rollups.
_FOR_MAP = (
    "CREATE INDEX observation_for_map ON observation("
    "local_date, district, category, kind, cell_n, cell_e, reporter) WHERE status = 'active';"
)
# One reporter's own rows by day, kind and place, without touching the table.
_BY_REPORTER = (
    "CREATE INDEX observation_by_reporter ON observation("
    "reporter, observed_at, status, local_date, iso_week, district, kind, category, weekday, hour, place, coarsened_at"
    ");"
)
_BY_CATEGORY = (
    "CREATE INDEX observation_by_category ON observation("
    "category, observed_at, lat, lon, local_date, district, place, weekday, hour, situation, coarsened_at"
    ") WHERE status = 'active';"
)
_INTEGERS = frozenset({"block", "north", "east"})
# A mark is never the same twice, also after a backup was put back: what was read of a month holds while its mark does.
_MARKS = "CREATE TABLE cell_month_mark (month TEXT PRIMARY KEY, mark INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
_MARK = (
    "INSERT INTO cell_month_mark VALUES (substr({0}.local_date, 1, 7), random()) "
    "ON CONFLICT (month) DO UPDATE SET mark = excluded.mark; "
)


def script() -> str:
    """The whole step: columns, tables, what is counted already, and the triggers that keep it."""
    return "\n".join(
        (
            "ALTER TABLE observation ADD COLUMN situation TEXT CHECK (situation IS NULL OR length(situation) = 36);",
            "CREATE INDEX observation_by_situation ON observation(situation) WHERE situation IS NOT NULL;",
            _BY_CATEGORY,
            "DROP INDEX observation_for_overview;",
            _FOR_MAP,
            "DROP INDEX observation_by_reporter;",
            _BY_REPORTER,
            *(_table(name) for name in ROLLUPS),
            *(_fill(name) for name in ROLLUPS),
            _MARKS,
            *_triggers(),
        )
    )


def _table(name: str) -> str:
    keys, _when = ROLLUPS[name]
    columns = "".join(f"{key} {'INTEGER' if key in _INTEGERS else 'TEXT'} NOT NULL, " for key in keys)
    return (
        f"CREATE TABLE {name} ({columns}rows INTEGER NOT NULL, situations INTEGER NOT NULL, "
        f"PRIMARY KEY ({', '.join(keys)})) STRICT, WITHOUT ROWID;"
    )


def counted(name: str) -> str:
    """The SELECT that counts a rollup's rows from the observations themselves."""
    keys, when = ROLLUPS[name]
    row = "observation"
    values = ", ".join(value.format(row) for value in keys.values())
    return (
        f"SELECT {values}, count(*), sum({_SITUATION.format(row)}) FROM observation "
        f"WHERE status = 'active' AND {when.format(row)} GROUP BY {', '.join(str(n + 1) for n in range(len(keys)))}"
    )


def _fill(name: str) -> str:
    return f"INSERT INTO {name} {counted(name)};"


def _triggers() -> list[str]:
    add = "".join(_add(name) for name in ROLLUPS) + _MARK.format("NEW")
    take = "".join(_take(name) for name in ROLLUPS) + _MARK.format("OLD")
    shift = "".join(_shift(name) for name in ROLLUPS) + _MARK.format("NEW")
    before, after = (", ".join(f"{row}.{key}" for key in _KEYS) for row in ("OLD", "NEW"))
    moved = f"({before}) IS NOT ({after})"
    of_keys = ", ".join([*_KEYS, "situation"])
    old, new = _SITUATION.format("OLD"), _SITUATION.format("NEW")
    regrouped = f"NEW.status = 'active' AND NOT ({moved}) AND {old} != {new}"
    events = (
        ("added", "AFTER INSERT ON", "NEW.status = 'active'", add),
        ("gone", "AFTER DELETE ON", "OLD.status = 'active'", take),
        ("left", f"AFTER UPDATE OF {of_keys} ON", f"OLD.status = 'active' AND {moved}", take),
        ("came", f"AFTER UPDATE OF {of_keys} ON", f"NEW.status = 'active' AND {moved}", add),
        # The commonest change of all, since every row that joins another is one.
        ("regrouped", "AFTER UPDATE OF situation ON", regrouped, shift),
    )
    return [
        f"CREATE TRIGGER observation_{name} {event} observation WHEN {when} BEGIN {body} END;"
        for name, event, when, body in events
    ]


def _shift(name: str) -> str:
    keys, when = ROLLUPS[name]
    same = " AND ".join(f"{key} = {value.format('NEW')}" for key, value in keys.items())
    change = f"{_SITUATION.format('NEW')} - {_SITUATION.format('OLD')}"
    return f"UPDATE {name} SET situations = situations + {change} WHERE {when.format('NEW')} AND {same}; "


def _add(name: str) -> str:
    keys, when = ROLLUPS[name]
    values = ", ".join(value.format("NEW") for value in keys.values())
    return (
        f"INSERT INTO {name} SELECT {values}, 1, {_SITUATION.format('NEW')} WHERE {when.format('NEW')} "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE "
        "SET rows = rows + 1, situations = situations + excluded.situations; "
    )


def _take(name: str) -> str:
    keys, when = ROLLUPS[name]
    same = " AND ".join(f"{key} = {value.format('OLD')}" for key, value in keys.items())
    return (
        f"UPDATE {name} SET rows = rows - 1, situations = situations - {_SITUATION.format('OLD')} "
        f"WHERE {when.format('OLD')} AND {same}; DELETE FROM {name} WHERE rows = 0 AND {same}; "
    )
