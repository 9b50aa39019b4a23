"""What the parts of a retention run share: what it stands on, its batches, and which trail rows it may blunt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from fieldapp.model import Authorisation
from fieldapp.settings import Settings
from fieldapp.store import retention as store
from fieldapp.store.connection import Database
from fieldapp.usecases.retention import cuts_of
from fieldapp.usecases.services import Services

BATCH = 100
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Work:
    """What one run stands on."""

    db: Database
    settings: Settings
    services: Services
    leave: Authorisation
    actor: str
    now: datetime
    tell: Tell

    @property
    def cuts(self) -> dict[str, datetime]:
        return cuts_of(store.months(self.db), self.now)


def permitted(seqs: Iterable[int], allowed: set[int] | None) -> list[int]:
    """Trail rows in order, once each; with an archive only those that it holds."""
    return sorted({seq for seq in seqs if allowed is None or seq in allowed})


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """At most `BATCH` at a time."""
    waiting = iter(items)
    while some := list(islice(waiting, BATCH)):
        yield some
