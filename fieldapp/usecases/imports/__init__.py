"""Observations from files: read a table, plan (look every row through), run (store all or nothing)."""

from fieldapp.usecases.imports.columns import FIELDS, REQUIRED, guess_columns, suggest_category, unknown_words
from fieldapp.usecases.imports.plan import BadRow, ImportPlan, Progress, plan_import, report_csv
from fieldapp.usecases.imports.run import ImportResult, Soft, import_user, refused, run_import, summary
from fieldapp.usecases.imports.tables import Table, read_table

__all__ = [
    "FIELDS",
    "REQUIRED",
    "BadRow",
    "ImportPlan",
    "ImportResult",
    "Progress",
    "Soft",
    "Table",
    "guess_columns",
    "import_user",
    "plan_import",
    "read_table",
    "refused",
    "report_csv",
    "run_import",
    "suggest_category",
    "summary",
    "unknown_words",
]
