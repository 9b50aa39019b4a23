"""Accounts, links, passwords, sessions and the lock-out, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from fieldapp.errors import Problem
from fieldapp.model import Role, User
from fieldapp.store import accounts as rows
from fieldapp.store import audit
from fieldapp.store.connection import migrate, opened
from fieldapp.usecases import accounts, attempts, passwords, sessions
from fieldapp.usecases.screens import bar_of, screens_of

NOW = datetime(2026, 11, 22, 20, 40, tzinfo=UTC)
GOOD = "fire tilfældige ord her"
OTHER = "helt andre tilfældige ord"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "accounts.sqlite3"
    migrate(path)
    with opened(path) as db:
        yield db


def first(db: Database) -> User:
    token = accounts.setup_link(db=db, now=NOW)
    assert token
    return accounts.create_first(token, "Karen", GOOD, db=db, now=NOW)


def invited(db: Database, actor: User, name: str, role: Role, *districts: str) -> User:
    token = accounts.add_user(actor, name, role, districts, db=db, now=NOW)
    return accounts.accept_invite(token, GOOD, db=db, now=NOW)


def sign_in(db: Database, name: str, password: str, *, at: datetime = NOW, address: str = "192.0.2.7") -> str:
    return sessions.sign_in(name, password, address=address, device="Chrome på Android", db=db, now=at)


def code_of(action: object, *arguments: object, **named: object) -> str:
    with pytest.raises(Problem) as caught:
        action(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


def test_the_first_account_is_a_coordinators_and_can_sign_in(db: Database) -> None:
    user = first(db)
    assert (user.role, user.name) == (Role.COORDINATOR, "Karen")
    found = sessions.who(sign_in(db, "KAREN", GOOD), db=db, now=NOW)
    assert found and found.user == user


def test_a_setup_link_works_once_and_only_while_there_is_no_account(db: Database) -> None:
    older = accounts.setup_link(db=db, now=NOW)
    newer = accounts.setup_link(db=db, now=NOW)
    assert older and newer
    assert code_of(accounts.create_first, older, "Karen", GOOD, db=db, now=NOW) == "link_closed"
    accounts.create_first(newer, "Karen", GOOD, db=db, now=NOW)
    assert code_of(accounts.create_first, newer, "Børge", GOOD, db=db, now=NOW) == "link_closed"
    assert accounts.setup_link(db=db, now=NOW) is None


def test_an_invitation_works_once_and_for_seven_days(db: Database) -> None:
    karen = first(db)
    token = accounts.add_user(karen, "Vera", Role.WORKER, db=db, now=NOW)
    assert code_of(accounts.accept_invite, token, GOOD, db=db, now=NOW + timedelta(days=7)) == "link_closed"
    assert accounts.accept_invite(token, GOOD, db=db, now=NOW + timedelta(days=6)).name == "Vera"
    assert code_of(accounts.accept_invite, token, GOOD, db=db, now=NOW) == "link_closed"


def test_a_new_link_ends_the_older_one_and_a_new_password_ends_the_sessions(db: Database) -> None:
    karen = first(db)
    vera = invited(db, karen, "Vera", Role.WORKER)
    device = sign_in(db, "Vera", GOOD)
    older, newer = (accounts.reset_link(karen, vera.id, db=db, now=NOW) for _ in range(2))
    assert code_of(accounts.accept_invite, older, OTHER, db=db, now=NOW) == "link_closed"
    assert sessions.who(device, db=db, now=NOW) is not None
    accounts.accept_invite(newer, OTHER, db=db, now=NOW)
    assert sessions.who(device, db=db, now=NOW) is None
    assert code_of(sign_in, db, "Vera", GOOD) == "sign_in_failed"
    assert sign_in(db, "Vera", OTHER)


def test_only_coordinators_and_administrators_administer(db: Database) -> None:
    karen = first(db)
    for role, districts in ((Role.WORKER, ()), (Role.HOUSING, ()), (Role.SSP, ("strandgaard",))):
        user = invited(db, karen, role.value, role, *districts)
        assert code_of(accounts.add_user, user, "Ny", Role.WORKER, db=db, now=NOW) == "not_allowed"
        assert code_of(accounts.disable, user, karen.id, db=db, now=NOW) == "not_allowed"
        assert code_of(accounts.set_role, user, user.id, Role.ADMIN, db=db, now=NOW) == "not_allowed"
        assert code_of(accounts.reset_link, user, karen.id, db=db, now=NOW) == "not_allowed"
        assert code_of(accounts.users, user, db=db) == "not_allowed"


def test_a_disabled_user_is_out_at_once_and_can_be_let_in_again(db: Database) -> None:
    karen = first(db)
    vera = invited(db, karen, "Vera", Role.WORKER)
    device, link = sign_in(db, "Vera", GOOD), accounts.reset_link(karen, vera.id, db=db, now=NOW)
    accounts.disable(karen, vera.id, db=db, now=NOW)
    assert sessions.who(device, db=db, now=NOW) is None
    assert code_of(sign_in, db, "Vera", GOOD) == "sign_in_failed"
    assert code_of(accounts.accept_invite, link, OTHER, db=db, now=NOW) == "link_closed"
    accounts.enable(karen, vera.id, db=db, now=NOW)
    assert sign_in(db, "Vera", GOOD)


def test_the_last_one_who_can_administer_cannot_be_disabled_or_moved(db: Database) -> None:
    karen = first(db)
    accounts.add_user(karen, "Aldrig logget ind", Role.ADMIN, db=db, now=NOW)
    assert code_of(accounts.disable, karen, karen.id, db=db, now=NOW) == "last_administrator"
    assert code_of(accounts.set_role, karen, karen.id, Role.WORKER, db=db, now=NOW) == "last_administrator"
    invited(db, karen, "Bodil", Role.ADMIN)
    accounts.disable(karen, karen.id, db=db, now=NOW)


def test_role_and_districts_are_re_read_by_a_living_session(db: Database) -> None:
    karen = first(db)
    vera = invited(db, karen, "Vera", Role.WORKER)
    token = sign_in(db, "Vera", GOOD)
    assert code_of(accounts.set_role, karen, vera.id, Role.SSP, db=db, now=NOW) == "districts_needed"
    accounts.set_role(karen, vera.id, Role.SSP, ["strandgaard"], db=db, now=NOW)
    found = sessions.who(token, db=db, now=NOW)
    assert found
    again = sessions.who_by_session_id(found.session_id, db=db, now=NOW)
    assert again and again.user.role is Role.SSP and again.user.districts == {"strandgaard"}


def test_names_are_unique_in_any_letter_case_danish_letters_too(db: Database) -> None:
    karen = first(db)
    accounts.add_user(karen, "Åse Østergård", Role.WORKER, db=db, now=NOW)
    assert code_of(accounts.add_user, karen, "ÅSE  ØSTERGÅRD", Role.WORKER, db=db, now=NOW) == "name_taken"


@pytest.mark.parametrize(
    "name",
    ["", " ", "x", "{{7*7}}", "{% raw %}", "<img src=x onerror=alert(1)>", "a`b`", "${x}", "Vera\u202e", "Ve\x00ra",
     "\ud800abc", "x" * 81, "x" * 10_000],
)  # fmt: skip
def test_a_name_that_could_be_anything_but_a_name_is_refused(db: Database, name: str) -> None:
    assert code_of(accounts.add_user, first(db), name, Role.WORKER, db=db, now=NOW) == "bad_name"


def test_a_session_lives_thirty_days_and_is_seen_at_most_every_five_minutes(db: Database) -> None:
    first(db)
    token = sign_in(db, "Karen", GOOD)
    assert sessions.who(token, db=db, now=NOW + timedelta(minutes=4))
    found = sessions.who(token, db=db, now=NOW + timedelta(minutes=6))
    assert found and found.seen_at == NOW
    found = sessions.who(token, db=db, now=NOW + timedelta(minutes=7))
    assert found and found.seen_at == NOW + timedelta(minutes=6)
    assert sessions.who(token, db=db, now=NOW + timedelta(days=29, hours=23))
    assert sessions.who(token, db=db, now=NOW + timedelta(days=30)) is None


def test_one_ends_ones_own_devices_and_nobody_elses(db: Database) -> None:
    karen = first(db)
    vera = invited(db, karen, "Vera", Role.WORKER)
    mine, hers = sign_in(db, "Karen", GOOD), sign_in(db, "Vera", GOOD)
    [device] = sessions.devices(karen, db=db, now=NOW)
    assert device.device == "Chrome på Android"
    assert code_of(sessions.revoke, vera, device.id, db=db, now=NOW) == "not_found"
    sessions.revoke(karen, device.id, db=db, now=NOW)
    assert sessions.who(mine, db=db, now=NOW) is None and sessions.who(hers, db=db, now=NOW)
    sessions.sign_out(hers, db=db, now=NOW)
    assert sessions.who(hers, db=db, now=NOW) is None


def test_no_token_and_no_password_is_on_disk_or_in_the_trail(db: Database, tmp_path: Path) -> None:
    karen = first(db)
    link = accounts.add_user(karen, "Vera", Role.WORKER, db=db, now=NOW)
    token = sign_in(db, "Karen", GOOD)
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = (tmp_path / "accounts.sqlite3").read_bytes()
    for secret in (link, token, GOOD):
        assert secret.encode() not in held
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in held


def test_every_write_is_in_the_trail_and_the_chain_holds(db: Database) -> None:
    karen = first(db)
    vera = invited(db, karen, "Vera", Role.WORKER)
    sessions.sign_out(sign_in(db, "Vera", GOOD), db=db, now=NOW)
    accounts.set_role(karen, vera.id, Role.HOUSING, db=db, now=NOW)
    accounts.disable(karen, vera.id, db=db, now=NOW)
    actions = [row["action"] for row in db.query("SELECT action FROM audit ORDER BY seq")]
    assert actions == [
        "link.made", "user.added", "user.password", "user.added", "link.made", "user.password",
        "session.opened", "session.ended", "user.role", "user.disabled",
    ]  # fmt: skip
    assert audit.verify(db) == (10, None)
    assert audit.history(db, "user", vera.id)[2]["after"]["role"] == "housing"


def test_five_failures_are_free_then_the_wait_doubles_from_30_seconds_to_an_hour(db: Database) -> None:
    first(db)
    at = NOW
    waits = []
    for _ in range(5):
        assert code_of(sign_in, db, "Karen", "forkert adgangskode", at=at) == "sign_in_failed"
    for _ in range(9):
        with pytest.raises(Problem) as caught:
            sign_in(db, "Karen", GOOD, at=at)
        waits.append(caught.value.details["wait"].text())
        lock = next(iter(db.query("SELECT max(locked_until) AS until FROM sign_in_attempt WHERE failures < 40")))
        at = datetime.fromisoformat(lock["until"])
        assert code_of(sign_in, db, "Karen", "forkert adgangskode", at=at) == "sign_in_failed"
    assert waits == ["30 sekunder", "60 sekunder", "2 minutter", "4 minutter", "8 minutter", "16 minutter",
                     "32 minutter", "60 minutter", "60 minutter"]  # fmt: skip


def test_a_lock_is_for_one_account_from_one_address_and_a_right_password_clears_it(db: Database) -> None:
    karen = first(db)
    invited(db, karen, "Vera", Role.WORKER)
    for _ in range(5):
        code_of(sign_in, db, "Karen", "forkert adgangskode")
    assert code_of(sign_in, db, "karen ", GOOD) == "locked_out"
    assert sign_in(db, "Karen", GOOD, address="192.0.2.8")
    assert sign_in(db, "Vera", GOOD)
    assert sign_in(db, "Karen", GOOD, at=NOW + timedelta(seconds=31))
    for _ in range(4):
        assert code_of(sign_in, db, "Karen", "forkert igen", at=NOW + timedelta(seconds=32)) == "sign_in_failed"


def test_an_address_that_tries_many_names_is_locked_too_a_whole_ipv6_net_as_one(db: Database) -> None:
    first(db)
    for number in range(40):
        address = f"2001:db8:1:1::{number:x}"
        assert code_of(sign_in, db, f"navn {number}", "forkert", address=address) == "sign_in_failed"
    assert code_of(sign_in, db, "Karen", GOOD, address="2001:db8:1:1:ffff::1") == "locked_out"
    assert sign_in(db, "Karen", GOOD, address="2001:db8:1:2::1")


def test_failures_are_forgotten_after_a_day(db: Database) -> None:
    first(db)
    for _ in range(5):
        code_of(sign_in, db, "Karen", "forkert adgangskode")
    assert attempts.lock(0, now=NOW) == NOW + timedelta(seconds=30)
    later = NOW + timedelta(hours=24, seconds=1)
    assert code_of(sign_in, db, "Karen", "forkert adgangskode", at=later) == "sign_in_failed"
    assert sign_in(db, "Karen", GOOD, at=later)


@pytest.mark.parametrize(
    "password",
    ["kort123", "password1", "12345678", "87654321", "qwertyuiop", "sommer2026", "Sommer2026!", "2026vinter",
     "ishoj2635", "ishøj2635", "fieldapp1", "gadeplan123", "aaaaaaaaaaaa", "ababababab", "48201937", "Karen Hansen 1",
     "velkommen", "a\x00bcdefghij", "x" * 201],
)  # fmt: skip
def test_a_password_that_is_easy_to_guess_is_refused_with_a_reason(password: str) -> None:
    with pytest.raises(Problem) as caught:
        passwords.require_good(password, name="Karen Hansen")
    assert caught.value.code == "weak_password"
    assert caught.value.text("da") != caught.value.text("en")
    assert password not in caught.value.text("da")


@pytest.mark.parametrize(
    "password", ["zebra-kat-7", "blå kasse under sengen", "x7" * 8 + "q", "Æblegrød på mandag", "🦔🐢🐇🦆🦔🐢🐇x"]
)
def test_length_is_enough_no_digits_or_signs_are_demanded(password: str) -> None:
    assert passwords.require_good(password) == passwords.normal(password)


def test_the_same_password_typed_on_another_keyboard_is_the_same(db: Database) -> None:
    token = accounts.setup_link(db=db, now=NOW)
    assert token
    accounts.create_first(token, "Karen", "blåbærgrød til alle", db=db, now=NOW)
    assert sign_in(db, "Karen", "bla\u030abærgrød til alle")


def test_an_older_hash_is_renewed_at_sign_in(db: Database) -> None:
    from argon2 import PasswordHasher

    user = first(db)
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(GOOD)
    rows.set_password_hash(db, user.id, old)
    sign_in(db, "Karen", GOOD)
    _, renewed = rows.find(db, "Karen") or (None, None)
    assert renewed and renewed != old and not passwords.is_outdated(renewed)


def test_the_list_of_common_passwords_is_a_list_of_common_passwords() -> None:
    listed = passwords.COMMON.read_text(encoding="utf-8").splitlines()
    assert len([line for line in listed if not line.startswith("#")]) > 9000
    assert all(line == line.casefold() == passwords.normal(line) for line in listed if not line.startswith("#"))


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/156.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge, Windows"),
        ("<script>", "Browser"),
    ],
)  # fmt: skip
def test_a_device_is_named_so_that_its_owner_knows_it(agent: str, name: str) -> None:
    assert sessions.device_name(agent) == name


def test_each_role_has_at_most_four_screens_in_the_bar_and_only_its_own() -> None:
    bars = {}
    for role in Role:
        user = User("1", "x", role, frozenset({"d"}))
        bars[role.value] = " ".join(screen.key for screen in bar_of(user))
        assert set(bar_of(user)) <= set(screens_of(user))
    assert bars == {
        "worker": "ny kort opfoelgning mere",
        "housing": "ny kort opfoelgning mere",
        "coordinator": "ny kort overblik mere",
        "ssp": "overblik kort hotspots mere",
        "admin": "administration mere",
    }
