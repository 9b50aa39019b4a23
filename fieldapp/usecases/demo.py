"""Two years of fictional presence and observations, and one sign-in per role: never beside real data.

What is planted in it stands in `demo_story`, and for people in docs/demo.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from fieldapp.errors import Problem
from fieldapp.model import ObservationFilter, User
from fieldapp.store import accounts, bulk, meta
from fieldapp.store import observations as rows
from fieldapp.store.connection import Database, writing
from fieldapp.texts import later
from fieldapp.usecases.demo_follow_ups import write_follow_ups
from fieldapp.usecases.demo_observations import STORY_FROM, observe
from fieldapp.usecases.demo_people import SIGN_INS, SignIn, hashes, make_users
from fieldapp.usecases.demo_presence import stays
from fieldapp.usecases.demo_walks import write_walks
from fieldapp.usecases.demo_writing import write_events, write_presence
from fieldapp.usecases.services import Services

OBSERVATIONS, SEED, OBSERVATIONS_MAX = 6000, 20261122, 100_000


@dataclass(frozen=True, slots=True)
class Demo:
    """What was filled in (0: it was filled before), and how to sign in."""

    added: int
    sign_ins: tuple[SignIn, ...]


def fill_demo(
    *, db: Database, services: Services, now: datetime, observations: int = OBSERVATIONS, seed: int = SEED
) -> Demo:
    """Fill a fresh database; the same seed and `now` make the same rows. Problem `not_demo` beside real data."""
    if not 0 <= observations <= OBSERVATIONS_MAX:
        raise Problem(
            "invalid",
            field="observations",
            why=later("vælg et tal fra {least} til {most}", least=0, most=OBSERVATIONS_MAX),
        )
    filled = rows.count(db, ObservationFilter(), at_most=1)
    if not meta.is_fictional(db) and (filled or accounts.count(db)):
        raise Problem("not_demo")
    random = Random(seed)  # noqa: S311  (fiction, not secrets)
    hashed = hashes()
    added = 0
    with writing(db):
        meta.mark_fictional(db)
        users = make_users(hashed, random=random, db=db, services=services, now=now)
        if not filled:
            added = _fill(observations, users, random=random, db=db, services=services, now=now)
            meta.touch(db)
    return Demo(added, SIGN_INS)


def _fill(count: int, users: Sequence[User], *, random: Random, db: Database, services: Services, now: datetime) -> int:
    """Presence first, then what was seen meanwhile and the tasks made of it; how many observations."""
    made = stays(users, share=min(1.0, count / STORY_FROM), random=random, services=services, now=now)
    held = write_events(users, random=random, db=db, services=services, now=now) if count >= STORY_FROM else {}
    write_presence(made, held, random=random, db=db, services=services, now=now)
    seen = list(observe(count, made, users, random=random, services=services, now=now))
    ready = [bulk.ready(one) for one in seen]
    bulk.insert_within(db, ready, actor="system", at=now, action="demo")
    if count >= STORY_FROM:
        write_walks(users, random=random, db=db, services=services, now=now)
    if count >= STORY_FROM:
        write_follow_ups(seen, users, random=random, db=db, services=services, now=now)
    return len(ready)
