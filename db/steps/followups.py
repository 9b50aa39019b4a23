"""m012: tasks that are done only when somebody else has seen it, their history, and the links that let others in.

`who` is `u:` and a user's id, or `l:` and a link's. `follow_up.source_id` names a thing of the kind that `source` says.
"""

from __future__ import annotations

SCRIPT = """
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
CREATE TRIGGER follow_up_event_is_never_changed BEFORE UPDATE ON follow_up_event
    WHEN NOT (
        NEW.seq = OLD.seq AND NEW.follow_up = OLD.follow_up AND NEW.at = OLD.at AND NEW.who = OLD.who
        AND NEW.action = OLD.action AND NEW.before IS OLD.before AND NEW.after = OLD.after AND NEW.text IS NULL
    )
    BEGIN SELECT RAISE(ABORT, 'the history is append-only; only its texts may go'); END;
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
"""
