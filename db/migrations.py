"""The database's history: append only, never change a step that has landed; `db/schema.sql` is its snapshot."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Migrations

from db.steps import (
    followups,
    gate_counts,
    gate_counts_walk,
    levels,
    offline,
    presence,
    retention,
    rollups,
    tips,
    walk_retention,
    walks,
)
from db.steps.running import run

migrations = Migrations("fieldapp")


@migrations()
def m001_accounts(db: Any) -> None:
    """Who may sign in, on which devices, and the links that let them."""
    run(
        db,
        """
        CREATE TABLE user (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (length(name) BETWEEN 2 AND 80),
            role TEXT NOT NULL CHECK (role IN ('worker','housing','ssp','coordinator','admin')),
            language TEXT NOT NULL DEFAULT 'da' CHECK (language IN ('da','en')),
            password_hash TEXT,
            active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0,1)),
            created_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE user_district (
            user_id TEXT NOT NULL REFERENCES user(id),
            district TEXT NOT NULL CHECK (length(district) BETWEEN 1 AND 60),
            PRIMARY KEY (user_id, district)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE session (
            id TEXT PRIMARY KEY,
            token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
            user_id TEXT NOT NULL REFERENCES user(id),
            device TEXT NOT NULL CHECK (length(device) <= 80),
            created_at TEXT NOT NULL,
            seen_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            revoked_at TEXT
        ) STRICT;
        CREATE INDEX session_by_user ON session(user_id);
        CREATE TABLE link (
            id TEXT PRIMARY KEY,
            token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
            purpose TEXT NOT NULL CHECK (purpose IN ('setup','invite','reset')),
            user_id TEXT REFERENCES user(id),
            created_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            used_at TEXT
        ) STRICT;
        CREATE TABLE sign_in_attempt (
            key_hash BLOB PRIMARY KEY,
            failures INTEGER NOT NULL CHECK (failures >= 0),
            locked_until TEXT,
            last_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
    )


@migrations()
def m002_observations(db: Any) -> None:
    """What was seen, its photos, the half-written ones, and the trail of every write."""
    run(
        db,
        """
        CREATE TABLE observation (
            id TEXT PRIMARY KEY CHECK (length(id) = 36),
            category TEXT NOT NULL CHECK (length(category) BETWEEN 1 AND 40),
            kind TEXT NOT NULL CHECK (kind IN ('place','people','good')),
            lat REAL CHECK (lat BETWEEN -90 AND 90),
            lon REAL CHECK (lon BETWEEN -180 AND 180),
            accuracy_m REAL CHECK (accuracy_m >= 0),
            position_source TEXT NOT NULL CHECK (position_source IN ('gps','map','address','walk','import')),
            cell_n INTEGER,
            cell_e INTEGER,
            place TEXT,
            district TEXT,
            near_border INTEGER NOT NULL DEFAULT 0 CHECK (near_border IN (0,1)),
            observed_at TEXT NOT NULL CHECK (length(observed_at) = 20),
            local_date TEXT NOT NULL CHECK (length(local_date) = 10),
            iso_week TEXT NOT NULL CHECK (length(iso_week) = 8),
            weekday INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
            hour INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
            recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 20),
            reporter TEXT NOT NULL REFERENCES user(id),
            severity INTEGER CHECK (severity BETWEEN 1 AND 3),
            group_size TEXT CHECK (group_size IN ('1-2','3-5','6-10','11+')),
            age_band TEXT CHECK (age_band IN ('under13','13-17','18+','mixed','unknown')),
            note TEXT CHECK (length(note) <= 500),
            repeat_of TEXT REFERENCES observation(id),
            origin TEXT NOT NULL CHECK (origin IN ('form','api','import','demo','walk')),
            status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active','withdrawn')),
            version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
            content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
            CHECK ((lat IS NULL) = (lon IS NULL))
        ) STRICT;
        CREATE INDEX observation_by_day ON observation(local_date, district, category) WHERE status = 'active';
        CREATE INDEX observation_by_district ON observation(district, local_date, category) WHERE status = 'active';
        CREATE INDEX observation_by_reporter ON observation(reporter, observed_at);
        CREATE INDEX observation_by_cell ON observation(cell_n, cell_e) WHERE status = 'active';
        CREATE INDEX observation_by_time ON observation(observed_at, id) WHERE status = 'active';
        CREATE TABLE photo (
            id TEXT PRIMARY KEY CHECK (length(id) = 36),
            observation_id TEXT NOT NULL REFERENCES observation(id),
            position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 4),
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            width INTEGER NOT NULL CHECK (width > 0),
            height INTEGER NOT NULL CHECK (height > 0),
            jpeg BLOB NOT NULL,
            thumbnail BLOB NOT NULL,
            created_at TEXT NOT NULL,
            UNIQUE (observation_id, position)
        ) STRICT;
        CREATE TABLE draft (
            user_id TEXT PRIMARY KEY REFERENCES user(id),
            observation_id TEXT NOT NULL CHECK (length(observation_id) = 36),
            content TEXT NOT NULL CHECK (json_valid(content)),
            updated_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE draft_photo (
            id TEXT PRIMARY KEY CHECK (length(id) = 36),
            user_id TEXT NOT NULL REFERENCES draft(user_id) ON DELETE CASCADE,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            jpeg BLOB NOT NULL,
            thumbnail BLOB NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE audit (
            seq INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 40),
            entity TEXT NOT NULL,
            entity_id TEXT NOT NULL,
            before TEXT CHECK (before IS NULL OR json_valid(before)),
            after TEXT CHECK (after IS NULL OR json_valid(after)),
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        CREATE INDEX audit_by_entity ON audit(entity, entity_id);
        CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
        CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
        CREATE TABLE meta (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO meta (key, value) VALUES ('data_version', '0'), ('fictional', '0');
        """,
    )


@migrations()
def m003_overview_index(db: Any) -> None:
    """All that «Overblik» counts, in one index: a year of 60 000 rows without touching the table."""
    run(
        db,
        """
        CREATE INDEX observation_for_overview ON observation(
            local_date, district, category, kind, weekday, hour, place, cell_n, cell_e, reporter
        ) WHERE status = 'active';
        DROP INDEX observation_by_day;
        """,
    )


@migrations()
def m004_position_index(db: Any) -> None:
    """What a map's view and «nærmest mig» ask for, by position, without touching the table."""
    run(
        db,
        """
        CREATE INDEX observation_by_position ON observation(
            lat, lon, cell_n, cell_e, local_date, kind, district, reporter, category
        ) WHERE status = 'active';
        """,
    )


@migrations()
def m005_retention(db: Any) -> None:
    """How long each thing is kept, by whose leave, every run, and a trail that can be blunted but not forged."""
    run(db, retention.SCRIPT)


@migrations()
def m006_gate_counts(db: Any) -> None:
    """How often the personal-data gate stopped or asked, by week, door and kind; no text."""
    run(db, gate_counts.SCRIPT)


@migrations()
def m007_rollups(db: Any) -> None:
    """Which rows are one situation, and counts that are kept while rows are written."""
    run(db, rollups.script())


@migrations()
def m008_presence(db: Any) -> None:
    """Presence, events, and hours by square, week and part of the day."""
    run(db, presence.SCRIPT)


@migrations()
def m009_levels(db: Any) -> None:
    """Hotspots, their levels and the alerts."""
    run(db, levels.SCRIPT)


@migrations()
def m010_offline(db: Any) -> None:
    """What is recorded without a line and sent later."""
    run(db, offline.SCRIPT)


@migrations()
def m011_walks(db: Any) -> None:
    """Safety walks, their guests and findings."""
    run(db, walks.SCRIPT)


@migrations()
def m012_followups(db: Any) -> None:
    """Follow-ups with their history, and links for those who have no account."""
    run(db, followups.SCRIPT)


@migrations()
def m013_tips(db: Any) -> None:
    """«Tryghedskig»: tips from schools and day-care, and the answers to them."""
    run(db, tips.SCRIPT)


@migrations()
def m014_walk_retention(db: Any) -> None:
    """How long walks, their guests, follow-ups, tips and parties' addresses are kept."""
    run(db, walk_retention.SCRIPT)


@migrations()
def m015_gate_counts_walk(db: Any) -> None:
    """The gate's counts tell of the findings of walks too."""
    run(db, gate_counts_walk.SCRIPT)
