"""m005: how long each thing is kept, by whose leave, every run, and a trail that can be blunted but not forged."""

from __future__ import annotations

SCRIPT = """
        ALTER TABLE observation ADD COLUMN coarsened_at TEXT CHECK (coarsened_at IS NULL OR length(coarsened_at) = 20);
        CREATE TABLE retention_rule (
            key TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 40),
            months INTEGER NOT NULL CHECK (months BETWEEN 1 AND 120)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO retention_rule (key, months) VALUES
            ('place.note', 12), ('place.detail', 12), ('place.photo', 6),
            ('people.note', 12), ('people.detail', 12), ('people.photo', 6),
            ('good.note', 12), ('good.detail', 12), ('good.photo', 6),
            ('draft', 1), ('session', 3), ('attempt', 1), ('audit', 60), ('backup', 3);
        CREATE TABLE retention_authorisation (
            id INTEGER PRIMARY KEY,
            reference TEXT NOT NULL CHECK (length(reference) BETWEEN 2 AND 120),
            given_on TEXT NOT NULL CHECK (length(given_on) = 10),
            given_by TEXT NOT NULL CHECK (length(given_by) BETWEEN 2 AND 120),
            archive_required INTEGER NOT NULL DEFAULT 1 CHECK (archive_required IN (0,1)),
            recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 20),
            recorded_by TEXT NOT NULL,
            withdrawn_at TEXT,
            withdrawn_by TEXT,
            CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX retention_authorisation_in_force ON retention_authorisation(1) WHERE withdrawn_at IS NULL;
        CREATE TABLE retention_run (
            id TEXT PRIMARY KEY CHECK (length(id) = 36),
            authorisation INTEGER NOT NULL REFERENCES retention_authorisation(id),
            state TEXT NOT NULL CHECK (state IN ('archiving','removing','wiping','done','failed')),
            started_at TEXT NOT NULL CHECK (length(started_at) = 20),
            finished_at TEXT,
            archive TEXT,
            archive_sha256 BLOB CHECK (length(archive_sha256) = 32),
            counts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts))
        ) STRICT;
        CREATE TABLE audit_redaction (
            seq INTEGER PRIMARY KEY REFERENCES audit(seq),
            attested_by INTEGER NOT NULL REFERENCES audit(seq),
            digest BLOB NOT NULL CHECK (length(digest) = 32)
        ) STRICT;
        DROP TRIGGER audit_is_never_changed;
        CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
            WHEN NOT (
                NEW.seq = OLD.seq AND NEW.action = OLD.action AND NEW.entity = OLD.entity
                AND NEW.entity_id = OLD.entity_id AND NEW.hash = OLD.hash AND NEW.actor = ''
                AND NEW.before IS NULL AND NEW.after IS NULL
                AND abs(julianday(NEW.at) - julianday(OLD.at)) < 7
                AND EXISTS (SELECT 1 FROM audit_redaction WHERE seq = OLD.seq)
            )
            BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
        CREATE TRIGGER audit_redaction_is_never_changed BEFORE UPDATE ON audit_redaction
            BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
        CREATE TRIGGER audit_redaction_is_never_deleted BEFORE DELETE ON audit_redaction
            BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
        DROP INDEX observation_for_overview;
        CREATE INDEX observation_for_overview ON observation(
            local_date, district, category, kind, weekday, hour, place, cell_n, cell_e, reporter, coarsened_at
        ) WHERE status = 'active';
        INSERT INTO meta (key, value) VALUES ('database_id', lower(hex(randomblob(16))));
        """
