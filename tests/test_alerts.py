"""Alerts: when a week, a place or a burglary gives one, who is told, in which words; and the night that makes them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from making import NOW, STATION, a_database, a_user, some_services
from sqlite_utils import Database
from watching import DAY, DISTRICT, seen, visited

from fieldapp.cli import main
from fieldapp.errors import Problem
from fieldapp.model import Role, User
from fieldapp.settings import Settings
from fieldapp.store import audit, presence
from fieldapp.store.alerts import Kept
from fieldapp.store.connection import opened
from fieldapp.usecases import nightly
from fieldapp.usecases.alerts import Alert, alerts, refresh, see
from fieldapp.usecases.alerts_rules import Week, week_alarm
from fieldapp.usecases.alerts_words import words
from fieldapp.usecases.filters import parse_filter
from fieldapp.usecases.levels_keeping import Refreshed
from fieldapp.web.nightly import nightly_task

MONDAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
COMPARING = ("flere", "færre", "mere", "mindre", "forvent", "normalt", "oftest")
NEVER = ("signifikant", "95 %", "værst", "fordi", "skyldes", "farlig")


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return a_database(tmp_path)


def told(db: Database, reader: User, *, now: datetime = MONDAY) -> tuple[Alert, ...]:
    return alerts(reader=reader, db=db, services=some_services(), now=now)


def week_of_moped(db: Database, count: int, *, before: int = 20) -> None:
    """One moped situation a week for so many weeks, then so many in the last whole week, an hour apart."""
    reporter = seen(db, *range(7, 7 * before + 1, 7), now=MONDAY - 7 * DAY)
    for number in range(count):
        seen(db, 3, user=reporter, now=MONDAY - timedelta(hours=3 * number))


def test_a_week_far_over_its_own_earlier_weeks_is_told_once_and_a_small_one_never() -> None:
    quiet = [1, 0, 2, 1] * 6
    assert week_alarm([*quiet, 9]) == Week(9, None, 1.0, 24)
    assert week_alarm([*quiet, 3]) is None
    assert week_alarm([0] * 26 + [4]) is None
    assert week_alarm([1] * 7 + [30]) is None
    assert week_alarm([10] * 26 + [14]) is None


def test_a_week_with_more_hours_may_hold_more_situations() -> None:
    quiet, hours = [4, 6, 5, 5] * 6, [20.0] * 24
    assert week_alarm([*quiet, 24], [*hours, 100.0]) is None
    found = week_alarm([*quiet, 24], [*hours, 20.0])
    assert found == Week(24, 20.0, 5.0, 24) and found.comparable
    # Too few hours this week, or in the weeks before, to divide by: then weeks are weeks.
    assert week_alarm([*quiet, 24], [*hours, 9.0]) == Week(24, None, 5.0, 24)
    assert week_alarm([*quiet, 24], [*[0.0] * 17, *[20.0] * 7, 20.0]) == Week(24, None, 5.0, 24)


def test_ordinary_series_give_about_as_few_alerts_as_three_sigma_promises() -> None:
    """24 series in 52 weeks: 1.7 expected at 1 in 741."""
    rng = np.random.default_rng(20261122)
    weeks = [rng.poisson(mean, 78).tolist() for mean in np.geomspace(0.3, 20, 24)]
    raised = sum(week_alarm(series[end - 26 : end + 1]) is not None for series in weeks for end in range(26, 78))
    assert raised <= 5
    found = [week_alarm([*rng.poisson(10, 26).tolist(), int(rng.poisson(30))]) for _ in range(40)]
    assert sum(one is not None for one in found) >= 36


def test_the_last_whole_week_of_a_district_and_category_gives_an_alert(db: Database) -> None:
    week_of_moped(db, 7)
    assert refresh(db=db, now=MONDAY) == 1
    (alert,) = told(db, a_user(db, Role.COORDINATOR))
    assert alert.key == f"week:{DISTRICT}:moped:2026-W47"
    assert alert.title == "Knallertkørsel – Vejlebroskolen, uge 47"
    assert alert.text == ("7 situationer i ugen. Det er et lille tal, som kan være tilfældigt. Se efter på stedet.")
    assert alert.link == f"/kort?period=own&from=2026-11-16&to=2026-11-22&category=moped&district={DISTRICT}"
    shown = parse_filter({name: [value] for name, value in alert.shown_by}, reader=a_user(db), now=MONDAY)
    assert (shown.since, shown.until, shown.categories) == (date(2026, 11, 16), date(2026, 11, 22), {"moped"})
    refresh(db=db, now=MONDAY + 7 * DAY)
    assert told(db, a_user(db, Role.COORDINATOR)) == ()


def test_hours_of_presence_are_divided_by_where_they_are_known(db: Database) -> None:
    week_of_moped(db, 7, before=12)
    visited(db, *range(4, 4 + 7 * 13, 7), minutes=900, now=MONDAY)
    assert sum(presence.hours_by_day(db, "2026-11-16", "2026-11-22").values()) == 900 * 60
    refresh(db=db, now=MONDAY)
    (alert,) = told(db, a_user(db, Role.COORDINATOR))
    assert alert.text.startswith("7 situationer på 12 timer i ugen.")


def test_one_place_told_of_by_staff_housing_and_a_walk_gives_one_alert(db: Database) -> None:
    housing = a_user(db, Role.HOUSING)
    seen(db, 20, category="lighting")
    seen(db, 30, category="lighting", user=housing, lat=STATION[0] + 0.0005)
    assert refresh(db=db, now=MONDAY) == 0
    seen(db, 40, category="overgrown", position_source="walk", user=housing)
    seen(db, 41, category="overgrown", position_source="walk", user=housing, lon=STATION[1] + 0.001)
    assert refresh(db=db, now=MONDAY) == 1
    (alert,) = told(db, housing)
    assert alert.title == "Samme sted, tre parter"
    assert "en tryghedsvandring har hver for sig registreret noget inden for 100 m" in alert.text
    seen(db, 0, category="conflict")
    refresh(db=db, now=MONDAY)
    assert told(db, housing) == (alert,)
    assert refresh(db=db, now=MONDAY + 200 * DAY) == 0


def test_what_only_behaviour_completes_is_not_told_to_housing(db: Database) -> None:
    housing = a_user(db, Role.HOUSING)
    seen(db, 20, category="group")
    seen(db, 30, category="lighting", user=housing)
    seen(db, 40, category="overgrown", position_source="walk", user=housing)
    refresh(db=db, now=MONDAY)
    assert told(db, housing) == ()
    assert [alert.sort for alert in told(db, a_user(db, Role.WORKER))] == ["parties"]


def test_two_burglaries_near_each_other_lead_to_nabohjaelp_and_the_alert_stays_the_same_one(db: Database) -> None:
    reporter = seen(db, 50, 20, category="burglary")
    seen(db, 10, category="burglary", lat=STATION[0] + 0.002, user=reporter)
    refresh(db=db, now=MONDAY)
    housing = a_user(db, Role.HOUSING)
    (alert,) = told(db, housing)
    assert (alert.sort, alert.next_step) == ("burglary", "Tal med beboerne om Nabohjælp.")
    assert "2 indbrud inden for 100 m i de sidste 12 uger" in alert.text
    see(alert.key, user=housing, db=db, now=MONDAY)
    see(alert.key, user=housing, db=db, now=MONDAY)
    seen(db, 5, category="burglary", user=reporter)
    refresh(db=db, now=MONDAY + DAY)
    (again,) = told(db, housing)
    assert (again.key, again.seen) == (alert.key, True) and "3 indbrud" in again.text
    assert [step["actor"] for step in audit.history(db, "alert", alert.key)] == [housing.id]
    assert told(db, a_user(db, Role.WORKER))[0].seen is False


def test_alerts_are_told_to_those_who_see_everything_in_them_as_points(db: Database) -> None:
    week_of_moped(db, 7)
    refresh(db=db, now=MONDAY)
    readers = {
        "worker": a_user(db, Role.WORKER),
        "housing": a_user(db, Role.HOUSING),
        "ssp here": a_user(db, Role.SSP, str(DISTRICT)),
        "ssp elsewhere": a_user(db, Role.SSP, "strandgaard"),
        "coordinator": a_user(db, Role.COORDINATOR),
        "admin": a_user(db, Role.ADMIN),
    }
    assert {name for name, one in readers.items() if told(db, one)} == {"worker", "ssp here", "coordinator"}
    (alert,) = told(db, readers["worker"])
    for name in ("housing", "ssp elsewhere", "admin"):
        with pytest.raises(Problem, match="findes ikke"):
            see(alert.key, user=readers[name], db=db, now=MONDAY)


@hypothesis_settings(max_examples=40)
@given(
    situations=st.integers(5, 200),
    expected=st.floats(0, 100),
    hours=st.none() | st.floats(10, 500),
    language=st.sampled_from(["da"]),
)
def test_a_week_is_compared_only_where_the_numbers_carry_it(
    situations: int, expected: float, hours: float | None, language: str
) -> None:
    content = {
        "district": DISTRICT, "category": "moped", "since": "2026-11-16", "situations": situations, "hours": hours,
        "expected": expected, "weeks": 26, "comparable": Week(situations, hours, expected, 26).comparable,
    }  # fmt: skip
    said = words(Kept("week:x", "week", content), services=some_services(), language=language)
    text = f"{said.text} {said.next_step}".casefold()
    assert not [word for word in NEVER if word in text]
    compares = [word for word in COMPARING if word in text]
    assert bool(compares) == (situations >= 20 and expected >= 5)
    assert str(situations) in said.text


def test_a_night_can_be_repeated_and_says_what_it_did(db: Database) -> None:
    week_of_moped(db, 7)
    services = some_services()
    assert nightly.overdue(db, now=MONDAY)
    night = nightly.run(db=db, services=services, now=MONDAY)
    assert night == nightly.Night(Refreshed(0, 0, 0), 1, None)
    assert nightly.run(db=db, services=services, now=MONDAY) == night
    assert not nightly.overdue(db, now=MONDAY + DAY) and nightly.overdue(db, now=MONDAY + 2 * DAY)
    assert audit.verify(db)[1] is None
    with pytest.raises(Problem):
        nightly.newest_scan(reader=a_user(db, Role.WORKER), db=db)


def test_the_command_line_works_the_night_out_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environ = {"FIELDAPP_DATABASE": str(tmp_path / "fieldapp.sqlite3")}
    assert main(["nightly", "--json"], environ=environ, now=MONDAY) == 0
    assert json.loads(capsys.readouterr().out) == {
        "hotspots": {"opened": 0, "again": 0, "closed": 0}, "alerts": 0, "scan": None,
    }  # fmt: skip
    assert main(["nightly"], environ=environ, now=MONDAY) == 0
    assert capsys.readouterr().out.startswith("Hotspots: 0 nye, 0 fundet igen, 0 lukket. Beskeder: 0.\n")


def test_the_server_does_the_night_it_missed_soon_after_its_start(tmp_path: Path) -> None:
    a_database(tmp_path).conn.close()
    settings = Settings(database=tmp_path / "fieldapp.sqlite3")

    async def until_done() -> None:
        task = asyncio.create_task(nightly_task(settings, settle_s=0))
        while True:
            with opened(settings.database) as db:
                if nightly.last_run(db):
                    break
            await asyncio.sleep(0.02)
        task.cancel()

    asyncio.run(asyncio.wait_for(until_done(), 30))
    with opened(settings.database) as db:
        assert not nightly.overdue(db, now=datetime.now(UTC))


@pytest.mark.parametrize(
    ("now", "next_one"),
    [
        ("2026-11-22T01:00", "2026-11-22T02:30"),
        ("2026-11-22T02:30", "2026-11-23T02:30"),
        ("2026-07-01T01:29", "2026-07-01T01:30"),
        ("2026-03-28T12:00", "2026-03-29T01:30"),
    ],
)
def test_the_night_s_work_is_at_half_past_three_in_copenhagen(now: str, next_one: str) -> None:
    moment, wanted = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, next_one))
    assert nightly.next_run(moment) == wanted
    assert NOW < MONDAY
