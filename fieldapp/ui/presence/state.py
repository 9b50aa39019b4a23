"""What the screen holds between reruns: the place and choices for the next start, and what a tap has asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.model import User, uuid7
from fieldapp.store.connection import Database
from fieldapp.ui.session import database

KEY = "presence"
Act = Callable[[Database, datetime], Any]


@dataclass
class Stay:
    """`pin` is (lat, lon); `asked` names the tap that is to be acted on; `wire` is what an overlap stopped."""

    id: str
    pin: tuple[float, float] | None = None
    by_hand: bool = False
    activity: str | None = None
    reach_m: int | None = None
    asked: tuple[Any, ...] = ()
    problem: str | None = None
    where: str = ""
    said: str | None = None
    wire: dict[str, Any] = field(default_factory=dict)
    other: str | None = None
    saved: str | None = None
    rev: int = 0

    def ask(self, *what: Any) -> None:
        """A tap: it is acted on at the end of the run, when every field has been read."""
        self.asked = what

    def taken(self, name: str) -> tuple[Any, ...] | None:
        """What came with the tap of this name, once."""
        if not self.asked or self.asked[0] != name:
            return None
        more, self.asked = self.asked[1:], ()
        return more

    def place(self, lat: float, lon: float, *, by_hand: bool) -> None:
        """Where the next start is."""
        self.pin, self.by_hand = (lat, lon), by_hand

    def follow(self) -> None:
        """Forget the place chosen by hand."""
        self.pin, self.by_hand = None, False


def current() -> Stay:
    """The state of this session."""
    stay = st.session_state.get(KEY)
    if not isinstance(stay, Stay):
        stay = st.session_state[KEY] = Stay(uuid7(datetime.now(UTC)))
    return stay


def act(stay: Stay, user: User, where: str, work: Act, *, said: str | None = None) -> Any:
    """Do it; a Problem is kept for the part of the screen it belongs to, and None comes back."""
    stay.problem, stay.said, stay.other = None, None, None
    try:
        with database() as db:
            done = work(db, datetime.now(UTC))
    except Problem as problem:
        stay.problem, stay.where = problem.text(user.language), where
        if problem.code == "presence_overlaps" and problem.details["shorten"]:
            stay.other = str(problem.details["other"])
        return None
    stay.said, stay.where = said, where
    return done


def tell(stay: Stay, where: str) -> None:
    """What there is to say in this part of the screen."""
    if stay.where != where:
        return
    if stay.problem:
        st.error(stay.problem)
    elif stay.said:
        st.success(stay.said)
