"""Presence over a real socket and in a real browser: what a phone sends, and one shift from «Start» to «Fortryd»."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from browsing import foreign, phone, requests_of, sign_in
from making import some_services
from playwright.sync_api import expect
from serving import ROOT, make_user, signed_in_cookie

from fieldapp import geo
from fieldapp.model import Role, uuid7
from fieldapp.store.connection import opened
from fieldapp.usecases import events

expect.set_options(timeout=30_000)  # a shared machine; nothing here is about speed
HOSTILE = "Fest <img src=x onerror=alert(1)> {{7*7}} **a**"
STATION = {"lat": 55.6133, "lon": 12.358}
SQUARE = [24671, 2845]


@pytest.fixture(scope="module")
def cookies(server):
    """A session for each role."""
    users = {role: make_user(server.database, role, ["vejlebro"]) for role in Role}
    return {role: signed_in_cookie(server.database, user) for role, user in users.items()}


def wire(ended_ago=timedelta(hours=1), **changes):
    ended = datetime.now(UTC) - ended_ago
    times = {"started_at": (ended - timedelta(hours=2)).isoformat(), "ended_at": ended.isoformat()}
    said = {"id": uuid7(ended), "activity": "dialog", "reach_m": 250, **STATION, **times, **changes}
    return {name: value for name, value in said.items() if value is not None}


def send(server, cookie, content, path="/api/v1/presence", **headers):
    given = {"Content-Type": "application/json", "Origin": server.url} | headers
    answer = server.request("POST", path, body=json.dumps(content).encode(), headers=given, cookie=cookie)
    return answer.status, json.loads(answer.body or b"{}")


def test_a_whole_stay_is_new_then_the_same_then_a_conflict_and_only_its_worker_reads_it(server, cookies):
    said = wire(track=[[*SQUARE, 100]])
    status, told = send(server, cookies[Role.WORKER], said)
    assert (status, told["outcome"], told["place"], told["seconds"]) == (201, "new", "Ishøj Station", 7200)
    assert send(server, cookies[Role.WORKER], said)[0] == 200
    assert send(server, cookies[Role.WORKER], said | {"activity": "samtale"})[0] == 409
    status, problem = send(server, cookies[Role.WORKER], wire())
    assert (status, problem["code"]) == (409, "presence_overlaps")
    assert send(server, cookies[Role.HOUSING], said)[0] == 409
    read = {
        role: json.loads(server.get("/api/v1/presence", cookie=cookies[role]).body)["presence"]
        for role in (Role.WORKER, Role.COORDINATOR)
    }
    assert [one["id"] for one in read[Role.WORKER]] == [said["id"]] and read[Role.COORDINATOR] == []
    track = {"id": said["id"], "track": [[*SQUARE, 90]]}
    assert send(server, cookies[Role.WORKER], track, "/api/v1/presence/track")[0] == 409  # an hour after the end
    assert send(server, cookies[Role.COORDINATOR], track, "/api/v1/presence/track")[0] == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ended_at": None}, "ended_at"),
        ({"track": [[123359, 14229, 5]]}, "track"),
        ({"activity": "020304-1234"}, "activity"),
        ({"note": "x"}, "note"),
        ({"ring 20304050": 1}, "…"),
    ],
)
def test_what_cannot_be_used_is_named_and_never_said_again(server, cookies, changes, field):
    status, problem = send(server, cookies[Role.HOUSING], wire(**changes))
    assert (status, problem["field"]) == (422, field)
    assert "020304" not in str(problem) and "20304050" not in str(problem)


def test_presence_needs_a_session_a_role_and_our_own_pages(server, cookies):
    assert send(server, None, wire())[0] == 401
    assert [send(server, cookies[role], wire())[0] for role in (Role.SSP, Role.ADMIN)] == [403, 403]
    assert send(server, cookies[Role.HOUSING], wire(), Origin="https://et-andet-sted.example")[0] == 403
    form = {role: json.loads(server.get("/api/v1/form", cookie=cookies[role]).body)["presence"] for role in Role}
    assert form[Role.SSP] is form[Role.ADMIN] is None
    assert [one["label"] for one in form[Role.WORKER]["reaches"]] == ["Her", "Kvarteret", "Området", "Hele distriktet"]
    assert form[Role.WORKER]["last"] == {"activity": "dialog", "reach_m": 250}


@pytest.mark.browser
def test_the_phone_counts_in_the_same_squares_as_the_server(browser):
    source = (
        (ROOT / "fieldapp/ui/components/presence.js")
        .read_text(encoding="utf-8")
        .replace("export default", "const mount =")
    )
    points = [(55.55 + number * 0.0137, 12.2 + number * 0.0291) for number in range(12)]
    page = browser.new_page()
    told = page.evaluate(f"points => {{ {source}; return points.map(([a, b]) => squareOf(a, b)); }}", points)
    page.close()
    norths, easts = geo.cell_numbers(*zip(*points, strict=True), 250)
    assert told == [list(one) for one in zip(norths.tolist(), easts.tolist(), strict=True)]


@pytest.mark.browser
def test_a_shift_from_start_to_stop_and_back_again(server, browser):
    user, now = make_user(server.database, Role.WORKER), datetime.now(UTC)
    with opened(server.database) as db:
        times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=3)).isoformat()}
        plan = {"id": uuid7(now), "title": HOSTILE, "plan": HOSTILE, "reach_m": 250, "planned_minutes": 90}
        events.plan({**plan, **times, **STATION}, user=user, db=db, services=some_services(), now=now)
    context = phone(browser)
    context.set_default_timeout(30_000)
    sign_in(context, server.url, signed_in_cookie(server.database, user))
    page = context.new_page()
    page.on("dialog", lambda _dialog: pytest.fail("a script ran"))
    asked = requests_of(page)
    page.goto(server.url + "/tilstedevaerelse")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    start = page.get_by_role("button", name="Start: Synlighed · Kvarteret ved Ishøj Station")
    expect(start).to_be_visible()
    expect(start).to_have_css("min-height", "56px")
    page.get_by_role("radio", name="Dialog").tap()
    page.get_by_role("button", name="Start: Dialog").tap()
    expect(page.get_by_role("heading", name="Du er i gang")).to_be_visible()
    expect(page.get_by_text("Dialog · Kvarteret ved Ishøj Station", exact=True)).to_be_visible()
    page.get_by_role("button", name="Pause").tap()
    expect(page.get_by_role("heading", name="På pause")).to_be_visible()
    with opened(server.database) as db:
        # As if it had begun an hour ago, and the pause half an hour later.
        for sql in (
            "UPDATE presence SET started_at = strftime('%Y-%m-%dT%H:%M:%SZ', started_at, '-1 hour') WHERE worker = ?",
            (
                "UPDATE presence_pause SET started_at = strftime('%Y-%m-%dT%H:%M:%SZ', started_at, '-30 minutes') "
                "WHERE presence = (SELECT id FROM presence WHERE worker = ?)"
            ),
        ):
            db.execute(sql, [user.id])
    page.get_by_role("button", name="Stop").tap()
    expect(page.get_by_text("Gemt – Dialog · Kvarteret ved Ishøj Station, 30 min")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Dialog")).to_be_visible()
    page.get_by_role("button", name="Fortryd").tap()
    expect(page.get_by_role("heading", name="På pause")).to_be_visible()
    page.get_by_text("Planlæg et arrangement").tap()
    page.get_by_label("Hvad hedder det?").fill("Fest i gården")
    page.get_by_label("Plan – hvad skal der ske?").fill("Grill og bord")
    page.reload()
    page.get_by_text("Planlæg et arrangement").tap()
    expect(page.get_by_label("Hvad hedder det?")).to_have_value("Fest i gården")
    expect(page.get_by_label("Plan – hvad skal der ske?")).to_have_value("Grill og bord")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert foreign(asked, server.url) == []
    context.close()
