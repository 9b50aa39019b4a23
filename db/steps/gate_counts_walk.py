"""m015: the gate's counts have a fourth door, the findings of safety walks, where guests write too."""

from __future__ import annotations

SCRIPT = """
        ALTER TABLE gate_count RENAME TO gate_count_before;
        CREATE TABLE gate_count (
            week TEXT NOT NULL CHECK (length(week) = 8),
            origin TEXT NOT NULL CHECK (origin IN ('form','api','import','walk')),
            kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 20),
            outcome TEXT NOT NULL CHECK (outcome IN ('stopped','removed','rewritten','passed')),
            count INTEGER NOT NULL CHECK (count >= 1),
            PRIMARY KEY (week, origin, kind, outcome)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO gate_count SELECT * FROM gate_count_before;
        DROP TABLE gate_count_before;
        """
