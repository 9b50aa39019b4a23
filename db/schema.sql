CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
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
            content_hash BLOB NOT NULL CHECK (length(content_hash) = 32), coarsened_at TEXT CHECK (coarsened_at IS NULL OR length(coarsened_at) = 20), situation TEXT CHECK (situation IS NULL OR length(situation) = 36), phone_observed_at TEXT
    CHECK (phone_observed_at IS NULL OR length(phone_observed_at) = 20),
            CHECK ((lat IS NULL) = (lon IS NULL))
        ) STRICT;
CREATE INDEX observation_by_district ON observation(district, local_date, category) WHERE status = 'active';
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
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TABLE meta (
            key TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
CREATE INDEX observation_by_position ON observation(
            lat, lon, cell_n, cell_e, local_date, kind, district, reporter, category
        ) WHERE status = 'active';
CREATE TABLE retention_rule (
            key TEXT PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 40),
            months INTEGER NOT NULL CHECK (months BETWEEN 1 AND 120)
        ) STRICT, WITHOUT ROWID;
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
CREATE INDEX observation_by_situation ON observation(situation) WHERE situation IS NOT NULL;
CREATE INDEX observation_by_category ON observation(category, observed_at, lat, lon, local_date, district, place, weekday, hour, situation, coarsened_at) WHERE status = 'active';
CREATE INDEX observation_for_map ON observation(local_date, district, category, kind, cell_n, cell_e, reporter) WHERE status = 'active';
CREATE INDEX observation_by_reporter ON observation(reporter, observed_at, status, local_date, iso_week, district, kind, category, weekday, hour, place, coarsened_at);
CREATE TABLE count_week (iso_week TEXT NOT NULL, district TEXT NOT NULL, kind TEXT NOT NULL, category TEXT NOT NULL, rows INTEGER NOT NULL, situations INTEGER NOT NULL, PRIMARY KEY (iso_week, district, kind, category)) STRICT, WITHOUT ROWID;
CREATE TABLE count_day (local_date TEXT NOT NULL, district TEXT NOT NULL, kind TEXT NOT NULL, category TEXT NOT NULL, rows INTEGER NOT NULL, situations INTEGER NOT NULL, PRIMARY KEY (local_date, district, kind, category)) STRICT, WITHOUT ROWID;
CREATE TABLE block_day (local_date TEXT NOT NULL, block INTEGER NOT NULL, district TEXT NOT NULL, kind TEXT NOT NULL, rows INTEGER NOT NULL, situations INTEGER NOT NULL, PRIMARY KEY (local_date, block, district, kind)) STRICT, WITHOUT ROWID;
CREATE TABLE place_day (local_date TEXT NOT NULL, district TEXT NOT NULL, kind TEXT NOT NULL, place TEXT NOT NULL, rows INTEGER NOT NULL, situations INTEGER NOT NULL, PRIMARY KEY (local_date, district, kind, place)) STRICT, WITHOUT ROWID;
CREATE TABLE cell_month_100 (kind TEXT NOT NULL, category TEXT NOT NULL, month TEXT NOT NULL, north INTEGER NOT NULL, east INTEGER NOT NULL, district TEXT NOT NULL, part TEXT NOT NULL, rows INTEGER NOT NULL, situations INTEGER NOT NULL, PRIMARY KEY (kind, category, month, north, east, district, part)) STRICT, WITHOUT ROWID;
CREATE TABLE cell_month_250 (kind TEXT NOT NULL, category TEXT NOT NULL, month TEXT NOT NULL, north INTEGER NOT NULL, east INTEGER NOT NULL, district TEXT NOT NULL, part TEXT NOT NULL, rows INTEGER NOT NULL, situations INTEGER NOT NULL, PRIMARY KEY (kind, category, month, north, east, district, part)) STRICT, WITHOUT ROWID;
CREATE TABLE cell_month_mark (month TEXT PRIMARY KEY, mark INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER observation_added AFTER INSERT ON observation WHEN NEW.status = 'active' BEGIN INSERT INTO count_week SELECT NEW.iso_week, coalesce(NEW.district, ''), NEW.kind, NEW.category, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE 1 ON CONFLICT (iso_week, district, kind, category) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO count_day SELECT NEW.local_date, coalesce(NEW.district, ''), NEW.kind, NEW.category, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE 1 ON CONFLICT (local_date, district, kind, category) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO block_day SELECT NEW.local_date, NEW.hour / 3, coalesce(NEW.district, ''), NEW.kind, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE NEW.coarsened_at IS NULL ON CONFLICT (local_date, block, district, kind) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO place_day SELECT NEW.local_date, coalesce(NEW.district, ''), NEW.kind, NEW.place, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE NEW.place IS NOT NULL ON CONFLICT (local_date, district, kind, place) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO cell_month_100 SELECT NEW.kind, NEW.category, substr(NEW.local_date, 1, 7), NEW.cell_n / 2, NEW.cell_e / 2, coalesce(NEW.district, ''), CASE WHEN NEW.coarsened_at IS NOT NULL THEN 'unknown' WHEN NEW.hour < 6 THEN 'night' WHEN NEW.hour < 18 THEN 'day' ELSE 'evening' END, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE NEW.cell_n IS NOT NULL ON CONFLICT (kind, category, month, north, east, district, part) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO cell_month_250 SELECT NEW.kind, NEW.category, substr(NEW.local_date, 1, 7), NEW.cell_n / 5, NEW.cell_e / 5, coalesce(NEW.district, ''), CASE WHEN NEW.coarsened_at IS NOT NULL THEN 'unknown' WHEN NEW.hour < 6 THEN 'night' WHEN NEW.hour < 18 THEN 'day' ELSE 'evening' END, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE NEW.cell_n IS NOT NULL ON CONFLICT (kind, category, month, north, east, district, part) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO cell_month_mark VALUES (substr(NEW.local_date, 1, 7), random()) ON CONFLICT (month) DO UPDATE SET mark = excluded.mark;  END;
CREATE TRIGGER observation_gone AFTER DELETE ON observation WHEN OLD.status = 'active' BEGIN UPDATE count_week SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE 1 AND iso_week = OLD.iso_week AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND category = OLD.category; DELETE FROM count_week WHERE rows = 0 AND iso_week = OLD.iso_week AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND category = OLD.category; UPDATE count_day SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE 1 AND local_date = OLD.local_date AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND category = OLD.category; DELETE FROM count_day WHERE rows = 0 AND local_date = OLD.local_date AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND category = OLD.category; UPDATE block_day SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE OLD.coarsened_at IS NULL AND local_date = OLD.local_date AND block = OLD.hour / 3 AND district = coalesce(OLD.district, '') AND kind = OLD.kind; DELETE FROM block_day WHERE rows = 0 AND local_date = OLD.local_date AND block = OLD.hour / 3 AND district = coalesce(OLD.district, '') AND kind = OLD.kind; UPDATE place_day SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE OLD.place IS NOT NULL AND local_date = OLD.local_date AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND place = OLD.place; DELETE FROM place_day WHERE rows = 0 AND local_date = OLD.local_date AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND place = OLD.place; UPDATE cell_month_100 SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE OLD.cell_n IS NOT NULL AND kind = OLD.kind AND category = OLD.category AND month = substr(OLD.local_date, 1, 7) AND north = OLD.cell_n / 2 AND east = OLD.cell_e / 2 AND district = coalesce(OLD.district, '') AND part = CASE WHEN OLD.coarsened_at IS NOT NULL THEN 'unknown' WHEN OLD.hour < 6 THEN 'night' WHEN OLD.hour < 18 THEN 'day' ELSE 'evening' END; DELETE FROM cell_month_100 WHERE rows = 0 AND kind = OLD.kind AND category = OLD.category AND month = substr(OLD.local_date, 1, 7) AND north = OLD.cell_n / 2 AND east = OLD.cell_e / 2 AND district = coalesce(OLD.district, '') AND part = CASE WHEN OLD.coarsened_at IS NOT NULL THEN 'unknown' WHEN OLD.hour < 6 THEN 'night' WHEN OLD.hour < 18 THEN 'day' ELSE 'evening' END; UPDATE cell_month_250 SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE OLD.cell_n IS NOT NULL AND kind = OLD.kind AND category = OLD.category AND month = substr(OLD.local_date, 1, 7) AND north = OLD.cell_n / 5 AND east = OLD.cell_e / 5 AND district = coalesce(OLD.district, '') AND part = CASE WHEN OLD.coarsened_at IS NOT NULL THEN 'unknown' WHEN OLD.hour < 6 THEN 'night' WHEN OLD.hour < 18 THEN 'day' ELSE 'evening' END; DELETE FROM cell_month_250 WHERE rows = 0 AND kind = OLD.kind AND category = OLD.category AND month = substr(OLD.local_date, 1, 7) AND north = OLD.cell_n / 5 AND east = OLD.cell_e / 5 AND district = coalesce(OLD.district, '') AND part = CASE WHEN OLD.coarsened_at IS NOT NULL THEN 'unknown' WHEN OLD.hour < 6 THEN 'night' WHEN OLD.hour < 18 THEN 'day' ELSE 'evening' END; INSERT INTO cell_month_mark VALUES (substr(OLD.local_date, 1, 7), random()) ON CONFLICT (month) DO UPDATE SET mark = excluded.mark;  END;
CREATE TRIGGER observation_left AFTER UPDATE OF kind, category, district, place, cell_n, cell_e, local_date, iso_week, hour, status, coarsened_at, situation ON observation WHEN OLD.status = 'active' AND (OLD.kind, OLD.category, OLD.district, OLD.place, OLD.cell_n, OLD.cell_e, OLD.local_date, OLD.iso_week, OLD.hour, OLD.status, OLD.coarsened_at) IS NOT (NEW.kind, NEW.category, NEW.district, NEW.place, NEW.cell_n, NEW.cell_e, NEW.local_date, NEW.iso_week, NEW.hour, NEW.status, NEW.coarsened_at) BEGIN UPDATE count_week SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE 1 AND iso_week = OLD.iso_week AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND category = OLD.category; DELETE FROM count_week WHERE rows = 0 AND iso_week = OLD.iso_week AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND category = OLD.category; UPDATE count_day SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE 1 AND local_date = OLD.local_date AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND category = OLD.category; DELETE FROM count_day WHERE rows = 0 AND local_date = OLD.local_date AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND category = OLD.category; UPDATE block_day SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE OLD.coarsened_at IS NULL AND local_date = OLD.local_date AND block = OLD.hour / 3 AND district = coalesce(OLD.district, '') AND kind = OLD.kind; DELETE FROM block_day WHERE rows = 0 AND local_date = OLD.local_date AND block = OLD.hour / 3 AND district = coalesce(OLD.district, '') AND kind = OLD.kind; UPDATE place_day SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE OLD.place IS NOT NULL AND local_date = OLD.local_date AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND place = OLD.place; DELETE FROM place_day WHERE rows = 0 AND local_date = OLD.local_date AND district = coalesce(OLD.district, '') AND kind = OLD.kind AND place = OLD.place; UPDATE cell_month_100 SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE OLD.cell_n IS NOT NULL AND kind = OLD.kind AND category = OLD.category AND month = substr(OLD.local_date, 1, 7) AND north = OLD.cell_n / 2 AND east = OLD.cell_e / 2 AND district = coalesce(OLD.district, '') AND part = CASE WHEN OLD.coarsened_at IS NOT NULL THEN 'unknown' WHEN OLD.hour < 6 THEN 'night' WHEN OLD.hour < 18 THEN 'day' ELSE 'evening' END; DELETE FROM cell_month_100 WHERE rows = 0 AND kind = OLD.kind AND category = OLD.category AND month = substr(OLD.local_date, 1, 7) AND north = OLD.cell_n / 2 AND east = OLD.cell_e / 2 AND district = coalesce(OLD.district, '') AND part = CASE WHEN OLD.coarsened_at IS NOT NULL THEN 'unknown' WHEN OLD.hour < 6 THEN 'night' WHEN OLD.hour < 18 THEN 'day' ELSE 'evening' END; UPDATE cell_month_250 SET rows = rows - 1, situations = situations - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE OLD.cell_n IS NOT NULL AND kind = OLD.kind AND category = OLD.category AND month = substr(OLD.local_date, 1, 7) AND north = OLD.cell_n / 5 AND east = OLD.cell_e / 5 AND district = coalesce(OLD.district, '') AND part = CASE WHEN OLD.coarsened_at IS NOT NULL THEN 'unknown' WHEN OLD.hour < 6 THEN 'night' WHEN OLD.hour < 18 THEN 'day' ELSE 'evening' END; DELETE FROM cell_month_250 WHERE rows = 0 AND kind = OLD.kind AND category = OLD.category AND month = substr(OLD.local_date, 1, 7) AND north = OLD.cell_n / 5 AND east = OLD.cell_e / 5 AND district = coalesce(OLD.district, '') AND part = CASE WHEN OLD.coarsened_at IS NOT NULL THEN 'unknown' WHEN OLD.hour < 6 THEN 'night' WHEN OLD.hour < 18 THEN 'day' ELSE 'evening' END; INSERT INTO cell_month_mark VALUES (substr(OLD.local_date, 1, 7), random()) ON CONFLICT (month) DO UPDATE SET mark = excluded.mark;  END;
CREATE TRIGGER observation_came AFTER UPDATE OF kind, category, district, place, cell_n, cell_e, local_date, iso_week, hour, status, coarsened_at, situation ON observation WHEN NEW.status = 'active' AND (OLD.kind, OLD.category, OLD.district, OLD.place, OLD.cell_n, OLD.cell_e, OLD.local_date, OLD.iso_week, OLD.hour, OLD.status, OLD.coarsened_at) IS NOT (NEW.kind, NEW.category, NEW.district, NEW.place, NEW.cell_n, NEW.cell_e, NEW.local_date, NEW.iso_week, NEW.hour, NEW.status, NEW.coarsened_at) BEGIN INSERT INTO count_week SELECT NEW.iso_week, coalesce(NEW.district, ''), NEW.kind, NEW.category, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE 1 ON CONFLICT (iso_week, district, kind, category) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO count_day SELECT NEW.local_date, coalesce(NEW.district, ''), NEW.kind, NEW.category, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE 1 ON CONFLICT (local_date, district, kind, category) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO block_day SELECT NEW.local_date, NEW.hour / 3, coalesce(NEW.district, ''), NEW.kind, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE NEW.coarsened_at IS NULL ON CONFLICT (local_date, block, district, kind) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO place_day SELECT NEW.local_date, coalesce(NEW.district, ''), NEW.kind, NEW.place, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE NEW.place IS NOT NULL ON CONFLICT (local_date, district, kind, place) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO cell_month_100 SELECT NEW.kind, NEW.category, substr(NEW.local_date, 1, 7), NEW.cell_n / 2, NEW.cell_e / 2, coalesce(NEW.district, ''), CASE WHEN NEW.coarsened_at IS NOT NULL THEN 'unknown' WHEN NEW.hour < 6 THEN 'night' WHEN NEW.hour < 18 THEN 'day' ELSE 'evening' END, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE NEW.cell_n IS NOT NULL ON CONFLICT (kind, category, month, north, east, district, part) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO cell_month_250 SELECT NEW.kind, NEW.category, substr(NEW.local_date, 1, 7), NEW.cell_n / 5, NEW.cell_e / 5, coalesce(NEW.district, ''), CASE WHEN NEW.coarsened_at IS NOT NULL THEN 'unknown' WHEN NEW.hour < 6 THEN 'night' WHEN NEW.hour < 18 THEN 'day' ELSE 'evening' END, 1, iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) WHERE NEW.cell_n IS NOT NULL ON CONFLICT (kind, category, month, north, east, district, part) DO UPDATE SET rows = rows + 1, situations = situations + excluded.situations; INSERT INTO cell_month_mark VALUES (substr(NEW.local_date, 1, 7), random()) ON CONFLICT (month) DO UPDATE SET mark = excluded.mark;  END;
CREATE TRIGGER observation_regrouped AFTER UPDATE OF situation ON observation WHEN NEW.status = 'active' AND NOT ((OLD.kind, OLD.category, OLD.district, OLD.place, OLD.cell_n, OLD.cell_e, OLD.local_date, OLD.iso_week, OLD.hour, OLD.status, OLD.coarsened_at) IS NOT (NEW.kind, NEW.category, NEW.district, NEW.place, NEW.cell_n, NEW.cell_e, NEW.local_date, NEW.iso_week, NEW.hour, NEW.status, NEW.coarsened_at)) AND iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) != iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) BEGIN UPDATE count_week SET situations = situations + iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE 1 AND iso_week = NEW.iso_week AND district = coalesce(NEW.district, '') AND kind = NEW.kind AND category = NEW.category; UPDATE count_day SET situations = situations + iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE 1 AND local_date = NEW.local_date AND district = coalesce(NEW.district, '') AND kind = NEW.kind AND category = NEW.category; UPDATE block_day SET situations = situations + iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE NEW.coarsened_at IS NULL AND local_date = NEW.local_date AND block = NEW.hour / 3 AND district = coalesce(NEW.district, '') AND kind = NEW.kind; UPDATE place_day SET situations = situations + iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE NEW.place IS NOT NULL AND local_date = NEW.local_date AND district = coalesce(NEW.district, '') AND kind = NEW.kind AND place = NEW.place; UPDATE cell_month_100 SET situations = situations + iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE NEW.cell_n IS NOT NULL AND kind = NEW.kind AND category = NEW.category AND month = substr(NEW.local_date, 1, 7) AND north = NEW.cell_n / 2 AND east = NEW.cell_e / 2 AND district = coalesce(NEW.district, '') AND part = CASE WHEN NEW.coarsened_at IS NOT NULL THEN 'unknown' WHEN NEW.hour < 6 THEN 'night' WHEN NEW.hour < 18 THEN 'day' ELSE 'evening' END; UPDATE cell_month_250 SET situations = situations + iif(NEW.situation IS NULL OR NEW.situation = NEW.id, 1, 0) - iif(OLD.situation IS NULL OR OLD.situation = OLD.id, 1, 0) WHERE NEW.cell_n IS NOT NULL AND kind = NEW.kind AND category = NEW.category AND month = substr(NEW.local_date, 1, 7) AND north = NEW.cell_n / 5 AND east = NEW.cell_e / 5 AND district = coalesce(NEW.district, '') AND part = CASE WHEN NEW.coarsened_at IS NOT NULL THEN 'unknown' WHEN NEW.hour < 6 THEN 'night' WHEN NEW.hour < 18 THEN 'day' ELSE 'evening' END; INSERT INTO cell_month_mark VALUES (substr(NEW.local_date, 1, 7), random()) ON CONFLICT (month) DO UPDATE SET mark = excluded.mark;  END;
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
    INSERT INTO presence_cell SELECT NEW.cell_n, NEW.cell_e, NEW.district, substr(NEW.local_date, 1, 7), NEW.iso_week, CASE WHEN NEW.block < 2 THEN 'night' WHEN NEW.block < 6 THEN 'day' ELSE 'evening' END, NEW.seconds WHERE true
        ON CONFLICT (cell_n, cell_e, district, month, iso_week, part) DO UPDATE SET seconds = seconds + excluded.seconds;
    INSERT INTO presence_day SELECT NEW.district, NEW.local_date, NEW.block, NEW.seconds WHERE true
        ON CONFLICT (district, local_date, block) DO UPDATE SET seconds = seconds + excluded.seconds;
END;
CREATE TRIGGER presence_share_gone AFTER DELETE ON presence_share
    WHEN (SELECT status FROM presence WHERE id = OLD.presence) IS NOT 'expired' BEGIN
    UPDATE presence_cell SET seconds = seconds - OLD.seconds WHERE cell_n = OLD.cell_n AND cell_e = OLD.cell_e AND district = OLD.district AND month = substr(OLD.local_date, 1, 7) AND iso_week = OLD.iso_week AND part = CASE WHEN OLD.block < 2 THEN 'night' WHEN OLD.block < 6 THEN 'day' ELSE 'evening' END;
    DELETE FROM presence_cell WHERE seconds = 0 AND cell_n = OLD.cell_n AND cell_e = OLD.cell_e AND district = OLD.district AND month = substr(OLD.local_date, 1, 7) AND iso_week = OLD.iso_week AND part = CASE WHEN OLD.block < 2 THEN 'night' WHEN OLD.block < 6 THEN 'day' ELSE 'evening' END;
    UPDATE presence_day SET seconds = seconds - OLD.seconds WHERE district = OLD.district AND local_date = OLD.local_date AND block = OLD.block;
    DELETE FROM presence_day WHERE seconds = 0 AND district = OLD.district AND local_date = OLD.local_date AND block = OLD.block;
END;
CREATE TRIGGER presence_share_is_never_changed BEFORE UPDATE ON presence_share
    BEGIN SELECT RAISE(ABORT, 'presence is shared out anew, never changed'); END;
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
CREATE TABLE walk (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 2 AND 80),
    kind TEXT NOT NULL CHECK (kind IN ('day','dark')),
    starts_at TEXT NOT NULL CHECK (length(starts_at) = 20),
    local_date TEXT NOT NULL CHECK (length(local_date) = 10),
    district TEXT,
    area TEXT CHECK (area IS NULL OR json_valid(area)),
    route TEXT CHECK (route IS NULL OR json_valid(route)),
    length_m INTEGER NOT NULL DEFAULT 0 CHECK (length_m >= 0),
    meeting_point TEXT NOT NULL CHECK (length(meeting_point) <= 120),
    meeting_lat REAL NOT NULL CHECK (meeting_lat BETWEEN -90 AND 90),
    meeting_lon REAL NOT NULL CHECK (meeting_lon BETWEEN -180 AND 180),
    leader TEXT NOT NULL REFERENCES user(id),
    company TEXT NOT NULL DEFAULT '' CHECK (length(company) <= 80),
    invited TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(invited)),
    themes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(themes)),
    checklist TEXT NOT NULL CHECK (json_valid(checklist)),
    size INTEGER NOT NULL CHECK (size BETWEEN 1 AND 200),
    before TEXT REFERENCES walk(id),
    state TEXT NOT NULL CHECK (state IN ('planned','running','meeting','closed','cancelled')),
    track_on INTEGER NOT NULL DEFAULT 0 CHECK (track_on IN (0,1)),
    track TEXT CHECK (track IS NULL OR (track_on = 1 AND json_valid(track))),
    started_at TEXT CHECK (length(started_at) = 20),
    ended_at TEXT CHECK (length(ended_at) = 20),
    closed_at TEXT CHECK (length(closed_at) = 20),
    created_by TEXT NOT NULL REFERENCES user(id),
    created_at TEXT NOT NULL CHECK (length(created_at) = 20),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;
CREATE INDEX walk_by_day ON walk(local_date, district);
CREATE TABLE guest (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    walk TEXT NOT NULL REFERENCES walk(id),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    role TEXT NOT NULL CHECK (role IN ('resident','youth','parent','senior','caretaker','board','housing','police','park_road','street_worker','school','trade','other')),
    joined_at TEXT NOT NULL CHECK (length(joined_at) = 20),
    seen_at TEXT NOT NULL CHECK (length(seen_at) = 20),
    looked_at TEXT CHECK (length(looked_at) = 20)
) STRICT;
CREATE INDEX guest_by_walk ON guest(walk);
CREATE TABLE finding (
    id TEXT PRIMARY KEY REFERENCES observation(id),
    walk TEXT NOT NULL REFERENCES walk(id),
    number INTEGER NOT NULL CHECK (number >= 1),
    item TEXT NOT NULL CHECK (length(item) BETWEEN 1 AND 40),
    rank REAL NOT NULL,
    feeling_day INTEGER CHECK (feeling_day BETWEEN 1 AND 7),
    feeling_dark INTEGER CHECK (feeling_dark BETWEEN 1 AND 7),
    proposal TEXT CHECK (length(proposal) <= 500),
    guest TEXT REFERENCES guest(id),
    merged_into TEXT REFERENCES finding(id) CHECK (merged_into IS NOT id),
    decision TEXT CHECK (decision IN ('yes','no','later')),
    reason TEXT CHECK (length(reason) <= 300),
    responsible TEXT CHECK (length(responsible) BETWEEN 1 AND 40),
    deadline TEXT CHECK (length(deadline) = 10),
    decided_at TEXT CHECK (length(decided_at) = 20),
    decided_by TEXT REFERENCES user(id),
    checks TEXT REFERENCES finding(id),
    checked TEXT CHECK (checked IN ('better','same','worse','gone')),
    changed INTEGER NOT NULL CHECK (changed >= 1),
    UNIQUE (walk, number),
    CHECK ((checks IS NULL) = (checked IS NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)),
    CHECK (decision IS NOT 'no' OR coalesce(length(trim(reason)), 0) >= 3),
    CHECK (decision IS NOT 'yes' OR responsible IS NOT NULL)
) STRICT;
CREATE INDEX finding_by_change ON finding(walk, changed);
CREATE INDEX finding_by_check ON finding(checks) WHERE checks IS NOT NULL;
CREATE TABLE finding_support (
    finding TEXT NOT NULL REFERENCES finding(id),
    supporter TEXT NOT NULL CHECK (supporter GLOB '[gu]:*'),
    at TEXT NOT NULL CHECK (length(at) = 20),
    PRIMARY KEY (finding, supporter)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER finding_changed AFTER UPDATE OF note, lat, category, status, coarsened_at ON observation
    WHEN EXISTS (SELECT 1 FROM finding WHERE id = NEW.id) BEGIN
    UPDATE finding SET
        proposal = iif(
            NEW.coarsened_at IS NOT NULL OR NEW.status = 'withdrawn' OR OLD.note IS NOT NULL AND NEW.note IS NULL,
            NULL, proposal
        ),
        changed = (SELECT max(other.changed) + 1 FROM finding AS other WHERE other.walk = finding.walk)
    WHERE id = NEW.id;
END;
CREATE TABLE public_link (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    purpose TEXT NOT NULL CHECK (purpose IN ('walk','task','tip','tip_answer')),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 1 AND 60),
    generation INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
    code_hash BLOB NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    valid_from TEXT NOT NULL CHECK (length(valid_from) = 20),
    adds_until TEXT NOT NULL CHECK (length(adds_until) = 20),
    reads_until TEXT NOT NULL CHECK (length(reads_until) = 20),
    revoked_at TEXT CHECK (length(revoked_at) = 20),
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL CHECK (length(created_at) = 20),
    UNIQUE (purpose, target),
    CHECK (valid_from <= adds_until AND adds_until <= reads_until)
) STRICT;
CREATE TABLE party_inbox (
    party TEXT PRIMARY KEY CHECK (length(party) BETWEEN 1 AND 40),
    email TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 120)
) STRICT, WITHOUT ROWID;
CREATE TABLE follow_up (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 2 AND 120),
    detail TEXT CHECK (length(detail) <= 500),
    lat REAL CHECK (lat BETWEEN -90 AND 90),
    lon REAL CHECK (lon BETWEEN -180 AND 180),
    place TEXT,
    district TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('place','people','good')),
    source TEXT NOT NULL CHECK (source IN ('finding','observation','hotspot','meeting','tip','hand')),
    source_id TEXT CHECK (length(source_id) BETWEEN 1 AND 60),
    responsible TEXT NOT NULL CHECK (length(responsible) BETWEEN 1 AND 40),
    assignee TEXT REFERENCES user(id),
    deadline TEXT CHECK (length(deadline) = 10),
    state TEXT NOT NULL CHECK (state IN ('new','active','reported','seen','refused')),
    state_at TEXT NOT NULL CHECK (length(state_at) = 20),
    reopened INTEGER NOT NULL DEFAULT 0 CHECK (reopened IN (0,1)),
    reported_by TEXT CHECK (reported_by GLOB '[ul]:*'),
    reported_at TEXT CHECK (length(reported_at) = 20),
    walk TEXT,
    tip TEXT,
    created_by TEXT NOT NULL REFERENCES user(id),
    created_at TEXT NOT NULL CHECK (length(created_at) = 20),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    CHECK ((lat IS NULL) = (lon IS NULL)),
    CHECK ((source = 'hand') = (source_id IS NULL)),
    CHECK ((reported_by IS NULL) = (reported_at IS NULL)),
    CHECK ((state IN ('reported','seen')) = (reported_by IS NOT NULL))
) STRICT;
CREATE INDEX follow_up_by_state ON follow_up(state, deadline);
CREATE INDEX follow_up_by_source ON follow_up(source, source_id);
CREATE UNIQUE INDEX follow_up_of_finding ON follow_up(source_id) WHERE source = 'finding';
CREATE INDEX follow_up_reported ON follow_up(lat, lon) WHERE state = 'reported';
CREATE TABLE follow_up_event (
    seq INTEGER PRIMARY KEY,
    follow_up TEXT NOT NULL REFERENCES follow_up(id),
    at TEXT NOT NULL CHECK (length(at) = 20),
    who TEXT NOT NULL CHECK (who GLOB '[ul]:*'),
    action TEXT NOT NULL CHECK (action IN
        ('make','take','report','see','still','refuse','reopen','assign','amend','answer','photo')),
    before TEXT CHECK (before IN ('new','active','reported','seen','refused')),
    after TEXT NOT NULL CHECK (after IN ('new','active','reported','seen','refused')),
    text TEXT CHECK (length(text) <= 500),
    CHECK ((action = 'make') = (before IS NULL))
) STRICT;
CREATE INDEX follow_up_event_of ON follow_up_event(follow_up, seq);
CREATE TRIGGER follow_up_event_must_be_allowed BEFORE INSERT ON follow_up_event WHEN
    (NEW.action = 'see' AND (NEW.who NOT GLOB 'u:*' OR EXISTS
        (SELECT 1 FROM follow_up WHERE id = NEW.follow_up AND reported_by = NEW.who)))
    OR (NEW.action IN ('refuse','reopen') AND coalesce(length(trim(NEW.text)), 0) < 3)
    BEGIN SELECT RAISE(ABORT, 'not seen by its reporter, not refused without a reason'); END;
CREATE TRIGGER follow_up_event_is_never_deleted BEFORE DELETE ON follow_up_event
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TABLE follow_up_photo (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    follow_up TEXT NOT NULL REFERENCES follow_up(id),
    event INTEGER REFERENCES follow_up_event(seq),
    who TEXT NOT NULL CHECK (who GLOB '[ul]:*'),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    jpeg BLOB NOT NULL,
    thumbnail BLOB NOT NULL,
    created_at TEXT NOT NULL CHECK (length(created_at) = 20),
    UNIQUE (follow_up, sha256)
) STRICT;
CREATE TABLE reminder_sent (
    follow_up TEXT NOT NULL REFERENCES follow_up(id),
    day TEXT NOT NULL CHECK (length(day) = 10),
    kind TEXT NOT NULL CHECK (kind IN ('soon','overdue')),
    PRIMARY KEY (follow_up, day, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE tip_source (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 2 AND 80),
    district TEXT NOT NULL CHECK (length(district) BETWEEN 1 AND 60),
    created_by TEXT NOT NULL REFERENCES user(id),
    created_at TEXT NOT NULL CHECK (length(created_at) = 20)
) STRICT;
CREATE TABLE tip (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    source TEXT NOT NULL REFERENCES tip_source(id),
    category TEXT NOT NULL CHECK (length(category) BETWEEN 1 AND 40),
    kind TEXT NOT NULL CHECK (kind IN ('place','good')),
    text TEXT CHECK (length(text) <= 500),
    place TEXT,
    place_text TEXT CHECK (length(place_text) <= 120),
    lat REAL CHECK (lat BETWEEN -90 AND 90),
    lon REAL CHECK (lon BETWEEN -180 AND 180),
    position_source TEXT CHECK (position_source IN ('gps','map')),
    district TEXT,
    seen_on TEXT NOT NULL CHECK (length(seen_on) = 10),
    seen_at TEXT CHECK (length(seen_at) = 20),
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
    state TEXT NOT NULL CHECK (state IN ('new','planned','looked','refused')),
    state_at TEXT NOT NULL CHECK (length(state_at) = 20),
    look_on TEXT CHECK (length(look_on) = 10),
    observation TEXT UNIQUE REFERENCES observation(id),
    created_at TEXT NOT NULL CHECK (length(created_at) = 20),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    CHECK ((lat IS NULL) = (lon IS NULL) AND (lat IS NULL) = (position_source IS NULL)),
    CHECK (state != 'planned' OR look_on IS NOT NULL),
    CHECK (observation IS NULL OR state = 'looked')
) STRICT;
CREATE INDEX tip_by_state ON tip(state, created_at);
CREATE INDEX tip_by_source ON tip(source, created_at);
CREATE TABLE tip_event (
    seq INTEGER PRIMARY KEY,
    tip TEXT NOT NULL REFERENCES tip(id),
    at TEXT NOT NULL CHECK (length(at) = 20),
    who TEXT NOT NULL CHECK (who GLOB '[ul]:*'),
    action TEXT NOT NULL CHECK (action IN ('send','plan','look','refuse','reopen')),
    before TEXT CHECK (before IN ('new','planned','looked','refused')),
    after TEXT NOT NULL CHECK (after IN ('new','planned','looked','refused')),
    day TEXT CHECK (length(day) = 10),
    text TEXT CHECK (length(text) <= 500),
    CHECK ((action = 'send') = (before IS NULL)),
    CHECK (action NOT IN ('plan','look') OR day IS NOT NULL)
) STRICT;
CREATE INDEX tip_event_of ON tip_event(tip, seq);
CREATE TRIGGER tip_event_must_be_allowed BEFORE INSERT ON tip_event WHEN
    (NEW.action != 'send' AND NEW.who NOT GLOB 'u:*')
    OR (NEW.action IN ('refuse','reopen') AND coalesce(length(trim(NEW.text)), 0) < 3)
    BEGIN SELECT RAISE(ABORT, 'only a user goes on with a tip, and refuses it with a reason'); END;
CREATE TRIGGER tip_event_is_never_deleted BEFORE DELETE ON tip_event
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER follow_up_event_is_never_changed BEFORE UPDATE ON follow_up_event
    WHEN NOT (
        NEW.seq = OLD.seq AND NEW.follow_up = OLD.follow_up AND NEW.action = OLD.action
        AND NEW.before IS OLD.before AND NEW.after = OLD.after AND NEW.text IS NULL
        AND (
            NEW.at = OLD.at AND NEW.who = OLD.who
            OR NEW.who = 'u:retired' AND substr(NEW.at, 1, 10) = substr(OLD.at, 1, 10)
        )
    )
    BEGIN SELECT RAISE(ABORT, 'the history is append-only; only words, hour and who may go'); END;
CREATE TRIGGER tip_event_is_never_changed BEFORE UPDATE ON tip_event
    WHEN NOT (
        NEW.seq = OLD.seq AND NEW.tip = OLD.tip AND NEW.action = OLD.action
        AND NEW.before IS OLD.before AND NEW.after = OLD.after AND NEW.day IS OLD.day AND NEW.text IS NULL
        AND (
            NEW.at = OLD.at AND NEW.who = OLD.who
            OR NEW.who = 'u:retired' AND substr(NEW.at, 1, 10) = substr(OLD.at, 1, 10)
        )
    )
    BEGIN SELECT RAISE(ABORT, 'the history is append-only; only words, hour and who may go'); END;
CREATE TABLE gate_count (
            week TEXT NOT NULL CHECK (length(week) = 8),
            origin TEXT NOT NULL CHECK (origin IN ('form','api','import','walk')),
            kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 20),
            outcome TEXT NOT NULL CHECK (outcome IN ('stopped','removed','rewritten','passed')),
            count INTEGER NOT NULL CHECK (count >= 1),
            PRIMARY KEY (week, origin, kind, outcome)
        ) STRICT, WITHOUT ROWID;
