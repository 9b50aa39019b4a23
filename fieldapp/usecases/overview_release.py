"""Small numbers: which counts of a table a reader may be shown."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fieldapp.privacy.release import AREA_MINIMUM

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as the reader may see it: `count` is what is shown, `exact` whether nothing is held back beside it."""

    count: int
    exact: bool = True


def withheld(counts: Mapping[Key, int]) -> frozenset[Key]:
    """The keys of one table whose count is not shown.

    Every count below `AREA_MINIMUM`, none at all included, so that «0» does not tell a 0 from a 4. If what is hidden
    adds up to 1–4, the sum shown elsewhere would tell it: the next smallest counts are hidden too, until the hidden
    ones add up to `AREA_MINIMUM` or more.

    >>> sorted(withheld({"a": 3, "b": 9, "c": 6}))
    ['a', 'c']
    """
    hidden = {key for key, count in counts.items() if count < AREA_MINIMUM}
    total = sum(counts[key] for key in hidden)
    for key in sorted(counts, key=lambda key: (counts[key], str(key))):
        if total == 0 or total >= AREA_MINIMUM:
            break
        if key not in hidden:
            hidden.add(key)
            total += counts[key]
    return frozenset(hidden)


def show(
    seen: Mapping[Key, int],
    areas: Mapping[Key, int] | None,
    *,
    keys: Iterable[Key] | None = None,
    whole: Collection[Key] = (),
) -> dict[Key, Shown]:
    """One table: `seen` are rows the reader may see as points, `areas` those seen only in groups (None: no such rows).

    `keys` are the rows of the table (without them, those that occur); `whole` those whose rows are all seen as points.
    """
    rows = list(keys) if keys is not None else list({**seen, **(areas or {})})
    if areas is None:
        return {key: Shown(seen.get(key, 0)) for key in rows}
    grouped = {key: areas.get(key, 0) for key in rows if key not in whole}
    hidden = withheld(grouped)
    return {
        key: Shown(seen.get(key, 0) + (0 if key in hidden else grouped.get(key, 0)), key not in hidden) for key in rows
    }


def rest(areas: Mapping[Key, int] | None, keys: Collection[Key]) -> Shown:
    """All that `withheld` keeps back among these keys, as one group; shown when it is large enough to be one.

    Nothing held back is told as such only where the rule itself tells it: when another count of the group is shown.
    """
    if areas is None or not keys:
        return Shown(0)
    grouped = {key: areas.get(key, 0) for key in keys}
    hidden = withheld(grouped)
    count = sum(grouped[key] for key in hidden)
    if count >= AREA_MINIMUM:
        return Shown(count)
    return Shown(0, exact=count == 0 and len(hidden) < len(grouped))


def total(table: Mapping[Key, Shown], others: Shown) -> Shown:
    """The sum of what is shown, the rest as a group included: nothing hidden can be found by subtraction."""
    return Shown(sum(cell.count for cell in table.values()) + others.count, others.exact)
