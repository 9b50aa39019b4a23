"""m011: safety walks, who came (by role, never by name), what was found, and who thinks so too.

A finding is an observation; what only a walk knows of it stands here under the same id. Its proposal goes when the
observation is taken back, loses its note on request or comes to the end of its lifetime.
"""

from __future__ import annotations

GUEST_ROLES = (
    "resident youth parent senior caretaker board housing police park_road street_worker school trade other".split()
)
_ROLES = ",".join(f"'{role}'" for role in GUEST_ROLES)
SCRIPT = f"""
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
    invited TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(invited)),
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
    role TEXT NOT NULL CHECK (role IN ({_ROLES})),
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
"""
