"""Links for those who have no account: what a code opens, when it stops, and what guessing comes to."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from making import NOW, a_database, a_user
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import uuid7
from fieldapp.settings import Settings
from fieldapp.store import audit, sessions
from fieldapp.store.connection import writing
from fieldapp.usecases import links

SECRET = b"s" * 32
DAY = timedelta(days=1)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return a_database(tmp_path)


def a_link(db: Database, target: str = "", *, secret: bytes = SECRET, **changes: object) -> links.Link:
    times = {"valid_from": NOW, "adds_until": NOW + DAY, "reads_until": NOW + 365 * DAY} | changes
    user = a_user(db)
    return links.make("walk", target or uuid7(NOW), user=user, db=db, secret=secret, now=NOW, **times)  # type: ignore[arg-type]


def tried(db: Database, code: str, *, now=NOW, address: str | None = "203.0.113.9", purpose: str = "walk") -> str:
    """`ok`, or the code of the Problem."""
    try:
        links.find(code, purpose=purpose, address=address, db=db, now=now)
    except Problem as problem:
        return problem.code
    return "ok"


def test_a_code_is_eighty_bits_without_letters_that_look_like_digits_and_opens_its_own_purpose_alone(
    db: Database,
) -> None:
    link = a_link(db)
    code = links.code_of(link, SECRET)
    assert [len(part) for part in code.split("-")] == [4, 4, 4, 4]
    assert set(code) <= set("0123456789abcdefghjkmnpqrstvwxyz-")
    as_written_by_hand = code.upper().replace("-", " ").replace("0", "O").replace("1", "I")
    assert [tried(db, said) for said in (code, code.replace("-", ""), as_written_by_hand)] == ["ok"] * 3
    assert tried(db, code, purpose="task") == "link_unknown"
    codes = {links.code_of(a_link(db), SECRET) for _ in range(40)}
    assert len(codes) == 40 and len({code[0] for code in codes}) > 10


def test_the_database_holds_nothing_a_code_could_be_made_from(db: Database) -> None:
    link = a_link(db)
    code = links.code_of(link, SECRET)
    dump = str(
        [[*map(str, row)] for table in ("public_link", "audit") for row in db.conn.execute(f"SELECT * FROM {table}")]
    )
    assert code not in dump and code.replace("-", "") not in dump and SECRET.hex() not in dump
    with pytest.raises(Problem, match="Lav et nyt link"):
        links.code_of(link, b"another" * 5)
    assert audit.verify(db)[1] is None and link.code_hash.hex() not in str(audit.history(db, "public_link", link.id))


def test_a_link_adds_for_a_while_reads_for_longer_and_then_refuses(db: Database) -> None:
    link = a_link(db, valid_from=NOW + DAY, adds_until=NOW + 3 * DAY)
    code = links.code_of(link, SECRET)
    times = (NOW, NOW + DAY, NOW + 3 * DAY, NOW + 365 * DAY)
    assert [tried(db, code, now=now) for now in times] == ["link_early", "ok", "ok", "link_expired"]
    assert [(link.adds(now), link.reads(now)) for now in times] == [
        (False, False), (True, True), (False, True), (False, False)
    ]  # fmt: skip


def test_taken_back_it_refuses_renewed_only_the_new_code_opens_and_made_again_it_is_another(db: Database) -> None:
    link, user = a_link(db, "tur"), a_user(db)
    first = links.code_of(link, SECRET)
    links.revoke(link, user=user, db=db, now=NOW)
    assert tried(db, first) == "link_expired"
    link = links.renew(link, user=user, db=db, secret=SECRET, now=NOW)
    second = links.code_of(link, SECRET)
    assert (tried(db, first), tried(db, second), link.generation) == ("link_unknown", "ok", 2)
    assert links.code_of(a_link(db, "tur"), SECRET) == second
    links.revoke(link, user=user, db=db, now=NOW)
    third = links.code_of(a_link(db, "tur"), SECRET)
    assert (tried(db, second), tried(db, third)) == ("link_unknown", "ok")


def test_ten_thousand_guesses_from_one_address_are_stopped_and_those_from_many_are_slowed(db: Database) -> None:
    code = links.code_of(a_link(db), SECRET)
    assert tried(db, "!!!") == "link_unknown"
    outcomes: Counter[str] = Counter()
    for number in range(10_000):
        outcomes[tried(db, secrets.token_hex(8), now=NOW + timedelta(milliseconds=number))] += 1
    assert outcomes == {"link_unknown": 20, "too_many": 9_980}
    assert tried(db, code) == "too_many" and tried(db, code, address="203.0.113.10") == "ok"
    assert tried(db, code, address=None) == "ok"
    later = NOW + timedelta(minutes=11)
    assert tried(db, code, now=later) == "ok" and tried(db, "0" * 16, now=later) == "link_unknown"
    assert not links.must_wait(db=db, now=later)
    with writing(db):
        sessions.set_attempts(db, links._ALL, sessions.Attempts(480, None, later))
    for number in range(21):
        tried(db, "0" * 16, address=f"2001:db8:{number:x}::1", now=later)
    assert links.must_wait(db=db, now=later) and not links.must_wait(db=db, now=later + timedelta(hours=1))
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'code.locked'").fetchone() == (1,)


def test_of_one_subscriber_s_many_ipv6_addresses_all_count_as_one(db: Database) -> None:
    outcomes = [tried(db, "0" * 16, address=f"2001:db8::{number:x}") for number in range(30)]
    assert Counter(outcomes) == {"link_unknown": 21, "too_many": 9}


def test_the_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(database=tmp_path / "a.sqlite3")
    first = links.secret_of(settings)
    assert links.secret_of(settings) == first and len(first) == 32
    kept = tmp_path / "a.sqlite3.secret"
    assert kept.stat().st_mode & 0o077 == 0 and first.hex() not in kept.read_text()
    kept.write_text("")
    with pytest.raises(Problem):
        links.secret_of(settings)
