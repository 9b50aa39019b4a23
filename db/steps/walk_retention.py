"""m014: lifetimes of walks, of those who came, of follow-ups, tips and parties' inboxes.

The histories of follow-ups and tips stay append-only: at the end of its lifetime a line may lose its words, its hour
and who it was.
"""

from __future__ import annotations

SCRIPT = """
INSERT INTO retention_rule (key, months) VALUES
    ('guest', 13), ('walk', 24), ('follow_up', 24), ('tip', 13), ('inbox', 24);
DROP TRIGGER follow_up_event_is_never_changed;
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
DROP TRIGGER tip_event_is_never_changed;
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
"""
