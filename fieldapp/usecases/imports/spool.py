"""Things set aside in batches: in memory while they are few, in a nameless file when they are many."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Generic, TypeVar
from weakref import finalize

_IN_MEMORY = 8_000_000
T = TypeVar("T")


class Spool(Generic[T]):
    """Batches in the order they were added, read as often as wanted."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (closed with the spool itself)
        finalize(self, self._file.close)

    def add(self, batch: list[T]) -> None:
        """Set a batch aside after the others."""
        self._file.seek(0, 2)
        pickle.dump(batch, self._file, protocol=5)

    def batches(self) -> Iterator[list[T]]:
        """Every batch, from the first."""
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301  (our own, written by `add`)
            except EOFError:
                return
