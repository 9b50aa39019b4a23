"""m008: where staff were and for how long: the effort by which situations are divided."""

from __future__ import annotations

# An entry past its lifetime is marked `expired` before it goes: then its hours stay in the sums.
_SHARE_KEYS = "cell_n, cell_e, district, month, iso_week, part"
_PART = "CASE WHEN {0}.block < 2 THEN 'night' WHEN {0}.block < 6 THEN 'day' ELSE 'evening' END"
_CELL_KEYS = "{0}.cell_n, {0}.cell_e, {0}.district, substr({0}.local_date, 1, 7), {0}.iso_week, " + _PART
_DAY_KEYS = "{0}.district, {0}.local_date, {0}.block"


def _same(names: str, values: tuple[str, ...]) -> str:
    pairs = zip(names.split(", "), (value.format("OLD") for value in values), strict=True)
    return " AND ".join(f"{name} = {value}" for name, value in pairs)


_CELL_SAME = _same(
    _SHARE_KEYS,
    ("{0}.cell_n", "{0}.cell_e", "{0}.district", "substr({0}.local_date, 1, 7)", "{0}.iso_week", _PART),
)
_DAY_SAME = _same("district, local_date, block", ("{0}.district", "{0}.local_date", "{0}.block"))

SCRIPT = f"""
CREATE TABLE event (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 2 AND 80),
    plan TEXT CHECK (length(plan) <= 500),
    starts_at TEXT NOT NULL CHECK (length(starts_at) = 20),
    ends_at TEXT NOT NULL CHECK (length(ends_at) = 20),
    lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon REAL NOT NULL CHECK (lon BETWEEN -180 AND 180),
    reach_m INTEGER NOT NULL CHECK (reach_m BETWEEN 50 AND 1000),
    place TEXT,
    district TEXT,
    planned_minutes INTEGER NOT NULL CHECK (planned_minutes BETWEEN 0 AND 60000),
    created_by TEXT NOT NULL REFERENCES user(id),
    created_at TEXT NOT NULL CHECK (length(created_at) = 20),
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active','withdrawn')),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX event_by_time ON event(starts_at) WHERE status = 'active';
CREATE TABLE presence (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    worker TEXT NOT NULL REFERENCES user(id),
    activity TEXT NOT NULL CHECK (length(activity) BETWEEN 1 AND 40),
    started_at TEXT NOT NULL CHECK (length(started_at) = 20),
    ended_at TEXT CHECK (length(ended_at) = 20),
    lat REAL CHECK (lat BETWEEN -90 AND 90),
    lon REAL CHECK (lon BETWEEN -180 AND 180),
    reach_m INTEGER NOT NULL CHECK (reach_m BETWEEN 0 AND 1000),
    place TEXT,
    district TEXT,
    event TEXT REFERENCES event(id),
    source TEXT NOT NULL CHECK (source IN ('live','after','api','demo')),
    tracked INTEGER NOT NULL DEFAULT 0 CHECK (tracked IN (0,1)),
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active','withdrawn','expired')),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 20),
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
    CHECK ((lat IS NULL) = (lon IS NULL)),
    CHECK (ended_at IS NULL OR ended_at >= started_at)
) STRICT;
CREATE INDEX presence_by_worker ON presence(worker, started_at);
CREATE INDEX presence_by_time ON presence(started_at) WHERE status = 'active';
CREATE INDEX presence_by_event ON presence(event) WHERE event IS NOT NULL;
CREATE UNIQUE INDEX presence_running ON presence(worker) WHERE status = 'active' AND ended_at IS NULL;
CREATE TABLE presence_pause (
    presence TEXT NOT NULL REFERENCES presence(id),
    started_at TEXT NOT NULL CHECK (length(started_at) = 20),
    ended_at TEXT CHECK (length(ended_at) = 20),
    PRIMARY KEY (presence, started_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE presence_track (
    presence TEXT NOT NULL REFERENCES presence(id),
    cell_n INTEGER NOT NULL,
    cell_e INTEGER NOT NULL,
    minutes INTEGER NOT NULL CHECK (minutes >= 1),
    PRIMARY KEY (presence, cell_n, cell_e)
) STRICT, WITHOUT ROWID;
CREATE TABLE presence_share (
    presence TEXT NOT NULL REFERENCES presence(id),
    district TEXT NOT NULL,
    cell_n INTEGER NOT NULL,
    cell_e INTEGER NOT NULL,
    local_date TEXT NOT NULL CHECK (length(local_date) = 10),
    iso_week TEXT NOT NULL CHECK (length(iso_week) = 8),
    block INTEGER NOT NULL CHECK (block BETWEEN 0 AND 7),
    seconds INTEGER NOT NULL CHECK (seconds > 0),
    PRIMARY KEY (presence, district, cell_n, cell_e, local_date, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX presence_share_by_cell ON presence_share(cell_n, cell_e, iso_week, presence);
CREATE TABLE presence_cell (
    cell_n INTEGER NOT NULL,
    cell_e INTEGER NOT NULL,
    district TEXT NOT NULL,
    month TEXT NOT NULL,
    iso_week TEXT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('day','evening','night')),
    seconds INTEGER NOT NULL,
    PRIMARY KEY (cell_n, cell_e, district, month, iso_week, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX presence_cell_by_month ON presence_cell(month, cell_n, cell_e, district, part, seconds);
CREATE TABLE presence_day (
    district TEXT NOT NULL,
    local_date TEXT NOT NULL,
    block INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    PRIMARY KEY (district, local_date, block)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER presence_share_added AFTER INSERT ON presence_share BEGIN
    INSERT INTO presence_cell SELECT {_CELL_KEYS.format("NEW")}, NEW.seconds WHERE true
        ON CONFLICT ({_SHARE_KEYS}) DO UPDATE SET seconds = seconds + excluded.seconds;
    INSERT INTO presence_day SELECT {_DAY_KEYS.format("NEW")}, NEW.seconds WHERE true
        ON CONFLICT (district, local_date, block) DO UPDATE SET seconds = seconds + excluded.seconds;
END;
CREATE TRIGGER presence_share_gone AFTER DELETE ON presence_share
    WHEN (SELECT status FROM presence WHERE id = OLD.presence) IS NOT 'expired' BEGIN
    UPDATE presence_cell SET seconds = seconds - OLD.seconds WHERE {_CELL_SAME};
    DELETE FROM presence_cell WHERE seconds = 0 AND {_CELL_SAME};
    UPDATE presence_day SET seconds = seconds - OLD.seconds WHERE {_DAY_SAME};
    DELETE FROM presence_day WHERE seconds = 0 AND {_DAY_SAME};
END;
CREATE TRIGGER presence_share_is_never_changed BEFORE UPDATE ON presence_share
    BEGIN SELECT RAISE(ABORT, 'presence is shared out anew, never changed'); END;
INSERT INTO retention_rule (key, months) VALUES ('presence', 24);
"""
