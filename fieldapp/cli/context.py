"""What every command works with, and how it speaks: results on stdout, progress and complaints on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldapp.formats import number
from fieldapp.settings import Settings
from fieldapp.store.connection import Database, opened
from fieldapp.usecases.services import Services, load_services
from fieldapp.usecases.upkeep import prepare_database

_PROGRESS_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Context:
    """Settings and clock of one command, and how to start the server."""

    settings: Settings
    now: datetime
    serve: Callable[[Settings], None] | None = None

    def services(self) -> Services:
        """Categories, districts and places; raises Problem `bad_file`."""
        return load_services(self.settings)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database, created and brought up to date where needed."""
        prepare_database(self.settings)
        with opened(self.settings.database) as db:
            yield db


def say(text: str) -> None:
    """A line of the result."""
    print(text)


def complain(text: str) -> None:
    """A line beside the result."""
    print(text, file=sys.stderr)


def say_json(value: Any) -> None:
    """The result for another program."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def progress(what: str) -> Callable[[int], None]:
    """«12.000 rækker læst» on stderr, one line that changes on a terminal, a few lines elsewhere."""
    terminal, last = sys.stderr.isatty(), time.monotonic()

    def tell(count: int) -> None:
        nonlocal last
        moment = time.monotonic()
        if moment - last >= (_PROGRESS_EVERY_S if terminal else 10 * _PROGRESS_EVERY_S):
            last = moment
            print(f"{number(count)} {what}", end="\r" if terminal else "\n", file=sys.stderr, flush=True)

    return tell
