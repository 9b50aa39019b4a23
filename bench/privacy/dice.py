"""Seeded chance that gives the same on every Python: only `random()` of the standard library is used."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Chance from one seed."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed).random

    def below(self, count: int) -> int:
        """A whole number from 0 up to, not with, `count`."""
        return int(self._random() * count)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both with."""
        return low + self.below(high - low + 1)

    def pick(self, things: Sequence[T]) -> T:
        """One of the things."""
        return things[self.below(len(things))]

    def hit(self, share: float) -> bool:
        """True with this probability."""
        return self._random() < share

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """The same things in another order."""
        left, mixed = list(things), []
        while left:
            mixed.append(left.pop(self.below(len(left))))
        return mixed

    def digits(self, count: int) -> str:
        """That many digits."""
        return "".join(str(self.below(10)) for _ in range(count))


class Deck:
    """Things dealt out evenly: all of them in a chance order, then all of them again."""

    def __init__(self, things: Sequence[str], dice: Dice) -> None:
        self._things, self._dice, self._left = tuple(things), dice, []  # type: tuple[str, ...], Dice, list[str]

    def deal(self) -> str:
        """The next one."""
        if not self._left:
            self._left = self._dice.shuffled(self._things)
        return self._left.pop()
