"""Look a whole file through before anything is stored: what is good, what is not and why."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from fieldapp.errors import Problem
from fieldapp.model import Observation
from fieldapp.privacy import Finding, check
from fieldapp.store import bulk
from fieldapp.store.connection import Database
from fieldapp.texts import N_, later, translator
from fieldapp.usecases import asking
from fieldapp.usecases.imports.columns import Columns, Words, match_columns, shown
from fieldapp.usecases.imports.locating import locate_all
from fieldapp.usecases.imports.rows import Reader, has_own_id
from fieldapp.usecases.imports.spool import Spool
from fieldapp.usecases.imports.tables import Table
from fieldapp.usecases.services import Services
from fieldapp.usecases.spreadsheets import write_rows

ROWS_MAX = 150_000  # stored in one transaction, during which the others wait to write
PREVIEW = 10
WORDS_SHOWN = 50
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that cannot be used; `column` is the file's own name, `reason` never holds what the cell said."""

    row: int
    field: str
    column: str
    reason: str


@dataclass(slots=True)
class ImportPlan:
    """What an import would do. `same` counts rows that are there already or stand in the file twice.

    `unknown_words` are category words without a translation and how often they occur. `unsure` are good rows whose
    note may be about a person, `unsure_kinds` what is found in each, `stopped` the kinds that made rows bad.
    """

    columns: Columns
    source: str
    notices: list[str] = field(default_factory=list)
    good: int = 0
    same: int = 0
    outside: int = 0
    bad: list[BadRow] = field(default_factory=list)
    unsure: list[BadRow] = field(default_factory=list)
    unsure_kinds: dict[int, tuple[str, ...]] = field(default_factory=dict)
    stopped: Counter[str] = field(default_factory=Counter)
    unknown_words: dict[str, int] = field(default_factory=dict)
    preview: list[Observation] = field(default_factory=list)
    kept: Spool[tuple[int, Observation]] = field(default_factory=Spool, repr=False)

    @property
    def rows(self) -> int:
        """How many rows the file holds."""
        return self.good + self.same + len(self.bad)


def plan_import(
    table: Table,
    *,
    services: Services,
    db: Database,
    now: datetime,
    mapping: Mapping[str, str] | None = None,
    categories: Mapping[str, str] | None = None,
    source: str = "",
    language: str = "da",
    progress: Progress | None = None,
) -> ImportPlan:
    """Check every row and store nothing; a Problem where the file as a whole cannot be used.

    `mapping` is our field → their column, `categories` their word → our key; `source` tells systems apart that
    number from 1; `progress` is told the number of rows looked at.
    """
    columns = match_columns(table, mapping or {})
    words = Words(services.catalogue, categories or {})
    plan = ImportPlan(columns, source, [notice.text(language) for notice in (*table.notices, *columns.notices)])
    reader = Reader(columns, words, services.catalogue, now, source)
    examination = _Examination(plan, reader, services, db, language)
    for count, (number, cells) in enumerate(table.rows(), start=1):
        if count > ROWS_MAX:
            raise Problem(
                "too_large", field=table.name, limit=later("{rows} rækker ad gangen; del filen", rows=ROWS_MAX)
            )
        examination.look_at(number, cells)
        if count % bulk.BATCH == 0:
            examination.settle()
            if progress:
                progress(count)
    examination.settle()
    if progress:
        progress(plan.rows)
    plan.bad.sort(key=lambda bad: bad.row)
    plan.unsure.sort(key=lambda bad: bad.row)
    return plan


class _Examination:
    """The rows of one plan on their way: checked one by one, compared and located a batch at a time."""

    def __init__(self, plan: ImportPlan, reader: Reader, services: Services, db: Database, language: str) -> None:
        self._plan, self._reader, self._services, self._db, self._language = plan, reader, services, db, language
        self._waiting: list[tuple[int, Observation]] = []
        self._first: dict[str, tuple[int, int]] = {}
        self._alike: dict[bytes, int] = {}
        self._unsure: dict[int, tuple[Finding, ...]] = {}

    def look_at(self, number: int, cells: list[str]) -> None:
        try:
            seen, found = self._reader.observation(cells)
        except Problem as problem:
            self._count_unknown_word(problem, cells)
            self._plan.stopped += asking.kinds_of(problem)
            self._refuse(number, problem.field, problem.text(self._language))
            return
        if not has_own_id(seen):
            occurrence = self._alike.get(seen.content_hash, 0) + 1
            self._alike[seen.content_hash] = occurrence
            seen = self._reader.numbered(seen, occurrence)
        if found:
            self._unsure[number] = found
        self._compare(number, seen)

    def _compare(self, number: int, seen: Observation) -> None:
        """The same id twice in one file is one observation, unless the two say different things."""
        first = self._first.setdefault(seen.id, (hash(seen), number))
        if first[1] == number:
            self._waiting.append((number, seen))
        elif first[0] == hash(seen):
            self._plan.same += 1
        else:
            same = later("Række {row} har samme id med et andet indhold. Giv rækkerne hver sit id.", row=first[1])
            self._refuse(number, "id", same.text(self._language))

    def settle(self) -> None:
        """Compare with what is stored, locate, and set aside."""
        stored = bulk.known(self._db, [seen.id for _, seen in self._waiting])
        fresh = []
        for number, seen in self._waiting:
            if seen.id not in stored:
                fresh.append((number, seen))
            elif stored[seen.id] in (None, seen.content_hash, without_note(seen).content_hash):
                self._plan.same += 1
            else:
                self._refuse(number, "id", translator(self._language)(CONFLICT))
        numbers = [number for number, _ in fresh]
        self._ask(numbers)
        located = locate_all([seen for _, seen in fresh], self._services)
        self._plan.good += len(fresh)
        self._plan.outside += sum(seen.district is None for seen in located)
        self._plan.preview += located[: PREVIEW - len(self._plan.preview)]
        self._plan.kept.add(list(zip(numbers, located, strict=True)))
        self._waiting.clear()

    def _ask(self, numbers: list[int]) -> None:
        """Of the rows that would be stored, those whose note may be about a person."""
        for number in numbers:
            if found := self._unsure.get(number):
                reason = asking.refusal(found, "note").text(self._language)
                self._plan.unsure.append(BadRow(number, "note", self._plan.columns.title("note"), reason))
                self._plan.unsure_kinds[number] = tuple(one.kind for one in found)
        self._unsure.clear()

    def _refuse(self, number: int, field: str | None, reason: str) -> None:
        self._plan.bad.append(BadRow(number, field or "", self._plan.columns.title(field), reason))

    def _count_unknown_word(self, problem: Problem, cells: list[str]) -> None:
        if problem.field != "category" or problem.code != "invalid":
            return
        word, words = cells[self._plan.columns.index["category"]].strip(), self._plan.unknown_words
        word = shown(word) if check(word).ok else _NOT_SHOWN
        if word in words or len(words) < WORDS_SHOWN:
            words[word] = words.get(word, 0) + 1


def without_note(seen: Observation) -> Observation:
    """The row as it is stored when its note is left out."""
    return replace(seen, note=None)


_NOT_SHOWN = "…"  # a word that may be a person stands in no report
CONFLICT = (
    "Id'et findes allerede i databasen med et andet indhold. Kommer filen fra et andet system, så giv den et kildenavn."
)


_REPORT = (N_("række"), N_("felt"), N_("kolonne"), N_("årsag"))


def report_csv(bad: list[BadRow], *, language: str = "da") -> bytes:
    """The bad rows as a file for a spreadsheet."""
    text = io.StringIO()
    header = list(map(translator(language), _REPORT))
    write_rows(text, header, ((b.row, b.field, b.column, b.reason) for b in bad))
    return text.getvalue().encode("utf-8-sig", "replace")
