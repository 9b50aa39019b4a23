"""m009: hotspots as they were found, their levels by rule and by staff week by week, and the alerts.

`hotspot_level.level` is NULL where somebody only said whether the place is known.
"""

from __future__ import annotations

SCRIPT = """
CREATE TABLE hotspot (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    category TEXT NOT NULL CHECK (length(category) BETWEEN 1 AND 40),
    kind TEXT NOT NULL CHECK (kind IN ('place','people','good')),
    district TEXT,
    place TEXT,
    size_m INTEGER NOT NULL CHECK (size_m IN (100, 250, 500)),
    north INTEGER NOT NULL,
    east INTEGER NOT NULL,
    found_on TEXT NOT NULL CHECK (length(found_on) = 10),
    last_found_on TEXT NOT NULL CHECK (length(last_found_on) = 10),
    closed_on TEXT CHECK (length(closed_on) = 10)
) STRICT;
CREATE INDEX hotspot_open ON hotspot(category, north, east) WHERE closed_on IS NULL;
CREATE TABLE hotspot_found (
    hotspot TEXT NOT NULL REFERENCES hotspot(id),
    month TEXT NOT NULL CHECK (length(month) = 7),
    situations INTEGER NOT NULL,
    expected REAL NOT NULL,
    hours REAL,
    PRIMARY KEY (hotspot, month)
) STRICT, WITHOUT ROWID;
CREATE TABLE hotspot_square (
    hotspot TEXT NOT NULL REFERENCES hotspot(id),
    size_m INTEGER NOT NULL CHECK (size_m IN (100, 250, 500)),
    north INTEGER NOT NULL,
    east INTEGER NOT NULL,
    PRIMARY KEY (hotspot, size_m, north, east)
) STRICT, WITHOUT ROWID;
CREATE TABLE hotspot_week (
    hotspot TEXT NOT NULL REFERENCES hotspot(id),
    iso_week TEXT NOT NULL CHECK (length(iso_week) = 8),
    level TEXT NOT NULL CHECK (level IN ('green','yellow','red')),
    because TEXT NOT NULL CHECK (because IN ('known','some','active','kept')),
    situations INTEGER NOT NULL,
    weeks INTEGER NOT NULL,
    severe INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    computed_on TEXT NOT NULL CHECK (length(computed_on) = 10),
    PRIMARY KEY (hotspot, iso_week)
) STRICT, WITHOUT ROWID;
CREATE TABLE hotspot_level (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    hotspot TEXT NOT NULL REFERENCES hotspot(id),
    iso_week TEXT NOT NULL CHECK (length(iso_week) = 8),
    rule_level TEXT NOT NULL CHECK (rule_level IN ('green','yellow','red')),
    level TEXT CHECK (level IN ('green','yellow','red')),
    known TEXT NOT NULL CHECK (known IN ('yes','no','unsure')),
    reason TEXT CHECK (length(reason) <= 300),
    by TEXT NOT NULL REFERENCES user(id),
    at TEXT NOT NULL CHECK (length(at) = 20)
) STRICT;
CREATE INDEX hotspot_level_by_week ON hotspot_level(hotspot, iso_week, at);
CREATE TABLE alert (
    key TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 120),
    sort TEXT NOT NULL CHECK (sort IN ('week','parties','burglary')),
    content TEXT NOT NULL CHECK (json_valid(content)),
    computed_on TEXT NOT NULL CHECK (length(computed_on) = 10)
) STRICT, WITHOUT ROWID;
CREATE TABLE alert_seen (
    alert TEXT NOT NULL CHECK (length(alert) BETWEEN 1 AND 120),
    user_id TEXT NOT NULL REFERENCES user(id),
    seen_at TEXT NOT NULL CHECK (length(seen_at) = 20),
    PRIMARY KEY (alert, user_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE scan_result (
    computed_on TEXT PRIMARY KEY CHECK (length(computed_on) = 10),
    content TEXT NOT NULL CHECK (json_valid(content))
) STRICT, WITHOUT ROWID;
INSERT INTO retention_rule (key, months) VALUES ('verdict', 24);
"""
