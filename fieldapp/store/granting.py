"""Grants as SQL: what a reader may see, as a condition on rows that have kind, district and maker."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from fieldapp.model import Grant, Kind


def any_of(grants: Iterable[Grant], arguments: list[Any], *, maker: str = "reporter") -> str:
    """A condition that holds where one of the grants does; its values are added to `arguments`. No grant: nothing."""
    return "(" + (" OR ".join(_grant(grant, arguments, maker) for grant in grants) or "0") + ")"


def among(column: str, values: Collection[Any], arguments: list[Any]) -> str:
    """A condition that the column is one of these; they are added to `arguments` in a fixed order."""
    arguments.extend(sorted(str(value) for value in values))
    return f"{column} IN ({','.join('?' * len(values))})"


def _grant(grant: Grant, arguments: list[Any], maker: str) -> str:
    terms = [] if grant.kinds == frozenset(Kind) else [among("kind", grant.kinds, arguments)]
    if grant.districts is not None:
        # A row outside every district has none, and NULL must count as «not in» when negated.
        terms.append("coalesce(" + among("district", grant.districts, arguments) + ", 0)")
    if grant.reporter is not None:
        terms.append(f"{maker} = ?")
        arguments.append(grant.reporter)
    return "(" + (" AND ".join(terms) or "1") + ")"
