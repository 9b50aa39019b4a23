"""m006: how often the personal-data gate stopped or asked."""

from __future__ import annotations

SCRIPT = """
        CREATE TABLE gate_count (
            week TEXT NOT NULL CHECK (length(week) = 8),
            origin TEXT NOT NULL CHECK (origin IN ('form','api','import')),
            kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 20),
            outcome TEXT NOT NULL CHECK (outcome IN ('stopped','removed','rewritten','passed')),
            count INTEGER NOT NULL CHECK (count >= 1),
            PRIMARY KEY (week, origin, kind, outcome)
        ) STRICT, WITHOUT ROWID;
        """
