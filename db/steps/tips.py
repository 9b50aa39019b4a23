"""m013: «Tryghedskig» — who may give tips by a link, the tips, and what became of each.

`tip_event.who` is `u:` and a user's id, or `l:` and the id of the link that the tip came by. What was seen at the place
is an observation (`tip.observation`, written in the form by whoever looked), so its words are kept there alone.
"""

from __future__ import annotations

SCRIPT = """
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
CREATE TRIGGER tip_event_is_never_changed BEFORE UPDATE ON tip_event
    WHEN NOT (
        NEW.seq = OLD.seq AND NEW.tip = OLD.tip AND NEW.at = OLD.at AND NEW.who = OLD.who AND NEW.action = OLD.action
        AND NEW.before IS OLD.before AND NEW.after = OLD.after AND NEW.day IS OLD.day AND NEW.text IS NULL
    )
    BEGIN SELECT RAISE(ABORT, 'the history is append-only; only its texts may go'); END;
CREATE TRIGGER tip_event_is_never_deleted BEFORE DELETE ON tip_event
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
"""
