"""Running a step's SQL."""

from __future__ import annotations

import sqlite3
from typing import Any


def run(db: Any, script: str) -> None:
    """Statement by statement: `executescript` would commit the migration's own transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if statement.rstrip().endswith(";") and _complete(statement):
            db.execute(statement)
            statement = ""


def _complete(statement: str) -> bool:
    return sqlite3.complete_statement(statement)
