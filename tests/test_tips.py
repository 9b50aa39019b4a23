"""«Tryghedskig»: a school's tip without an account, the look at the place, the task, and the answer by a link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from browsing import COLOURS, foreign, laptop, phone, press, requests_of, sign_in, violations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making import NOW, STATION, a_database, a_user, some_services
from playwright.sync_api import Browser, expect
from serving import Answer, Server, make_user, signed_in_cookie

from fieldapp.errors import Problem
from fieldapp.model import Role, User, uuid7
from fieldapp.model.follow_ups import Step as Task
from fieldapp.model.tips import RULES, Said, State, Step, TipSource, stepped
from fieldapp.settings import Settings
from fieldapp.store import audit
from fieldapp.store import observations as seen
from fieldapp.store import tips as rows
from fieldapp.store.connection import opened, sqlite3, writing
from fieldapp.usecases import follow_ups, links, tips, tips_answers, tips_sources, tips_staff

SECRET, DAY = b"s" * 32, timedelta(days=1)
HOSTILE = '<img src=x onerror=alert(1)>{{7*7}} "lampe"'


def a_form(**changes: str) -> dict[str, str]:
    """What the page sends; an empty text takes a field away."""
    form = {
        "id": uuid7(NOW),
        "place": "ishoej-station",
        "words": "ved trappen",
        "what": "lighting",
        "text": "Lampen har været slukket en uge",
        "when": "today",
        "clock": "08:30",
    }
    return {name: value for name, value in (form | changes).items() if value}


class World:
    """A database with a coordinator, a worker and a school that has a link."""

    def __init__(self, folder: Path) -> None:
        self.db, self.services = a_database(folder), some_services()
        self.karen, self.vera = a_user(self.db, Role.COORDINATOR), a_user(self.db)
        self.district = sorted(self.services.districts.names(NOW.date()))[0]
        self.school = self.source("Strandgårdskolen")

    def source(self, name: str, user: User | None = None, **more: object) -> TipSource:
        return tips_sources.make_source(
            name, self.district, user=user or self.karen, db=self.db, services=self.services, secret=SECRET, now=NOW,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def code(self, source: TipSource | None = None) -> str:
        chosen = (source or self.school).id
        return tips_sources.code_of(chosen, user=self.karen, db=self.db, secret=SECRET, now=NOW)[1]

    def visit(self, code: str = "", now: datetime = NOW) -> tips.Visit:
        return tips.visit(code or self.code(), address="203.0.113.9", db=self.db, now=now)

    def send(self, form: Mapping[str, str], *, now: datetime = NOW, sure: bool = False, code: str = "") -> str:
        spared = {"spared": tips.spared_in(form)} if sure else {}
        found = self.visit(code, now)
        return tips.send(found, form, db=self.db, services=self.services, secret=SECRET, now=now, **spared)

    def read(self, code: str, now: datetime = NOW) -> tips_answers.Told:
        kept = {"db": self.db, "services": self.services, "now": now, "language": "da"}
        return tips_answers.read(code, address="203.0.113.9", **kept)  # type: ignore[arg-type]

    def step(self, form: Mapping[str, str], what: Step, user: User | None = None, **more: object) -> None:
        version = rows.get(self.db, form["id"]).version  # type: ignore[union-attr]
        now = more.pop("now", NOW)
        tips_staff.step(
            form["id"], what, version=version, user=user or self.vera, db=self.db, now=now, **more  # type: ignore[arg-type]
        )  # fmt: skip

    def look(self, form: Mapping[str, str], wire: Mapping[str, object] | None, words: str, **more: object) -> None:
        version, now = rows.get(self.db, form["id"]).version, more.pop("now", NOW)  # type: ignore[union-attr]
        given_now = {"at": now, "now": now, "db": self.db, "services": self.services, "version": version}
        tips_staff.looked(form["id"], wire, words=words, **({"user": self.vera} | given_now | more))  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def code_of(problem: pytest.ExceptionInfo[Problem]) -> str:
    return problem.value.code


def test_a_tip_is_looked_at_becomes_an_observation_and_a_task_and_its_giver_reads_every_step(world: World) -> None:
    form = a_form()
    code = world.send(form)
    assert "modtaget dit tip" in world.read(code).state
    world.step(form, Step.PLAN, day=date(2026, 11, 23))
    assert world.read(code).state == "Vi kigger på det den 23. november 2026."
    assert "forsinkede" in world.read(code, NOW + 9 * DAY).state
    later = NOW + 3 * DAY
    wire = {"id": uuid7(NOW), "category": "lighting", "lat": STATION[0], "lon": STATION[1]}
    world.look(form, wire, "To lamper er slukket ved trappen", now=later)
    tip, stored = rows.get(world.db, form["id"]), seen.get(world.db, str(wire["id"]))
    assert tip and stored and (tip.state, tip.observation) == (State.LOOKED, stored.id)
    assert (stored.origin, stored.reporter, stored.place) == ("form", world.vera.id, "Ishøj Station")
    told = world.read(code, later)
    assert told.state == "Vi har kigget på det den 23. november 2026."
    assert told.found == "Vi så: Mørkt eller dårlig belysning. To lamper er slukket ved trappen"
    said = {"id": uuid7(NOW), "title": "Skift to lamper", "responsible": "park_vej", "deadline": "2026-12-04"}
    task = tips_staff.make_task(form["id"], said, user=world.vera, db=world.db, services=world.services, now=later)
    assert (task.source, task.tip, task.place) == ("tip", form["id"], "Ishøj Station")
    waiting = (("Skift to lamper", "Park og Vej tager sig af det senest 4. december 2026."),)
    assert world.read(code, later).tasks == waiting
    follow_ups.step(task.id, Task.REPORT, version=1, user=world.vera, db=world.db, now=later)
    assert "siger, at det er ordnet" in world.read(code, later).tasks[0][1]
    follow_ups.step(task.id, Task.SEE, version=2, user=world.karen, db=world.db, now=later)
    assert "Vi har set det på stedet" in world.read(code, later).tasks[0][1]
    assert [one.action for one in rows.events(world.db, form["id"])] == ["send", "plan", "look"]
    trail = audit.history(world.db, "tip", form["id"])
    assert [row["action"] for row in trail] == ["tip.send", "tip.plan", "tip.look"]
    assert audit.verify(world.db)[1] is None and "trappen" not in str([*world.db.query("SELECT * FROM audit")])


def test_nothing_found_and_a_refusal_with_its_reason_are_answers_too(world: World) -> None:
    empty, refused = a_form(), a_form(text="Der er mange måger")
    codes = world.send(empty), world.send(refused)
    world.look(empty, None, "Lampen lyser igen")
    assert world.read(codes[0]).found == "Vi fandt ikke noget at gøre noget ved: Lampen lyser igen"
    with pytest.raises(Problem) as no_reason:
        world.step(refused, Step.REFUSE, text="x ")
    assert code_of(no_reason) == "missing"
    world.step(refused, Step.REFUSE, text="Måger er der ikke noget at gøre ved")
    assert world.read(codes[1]).state == "Vi går ikke videre med dit tip: Måger er der ikke noget at gøre ved"
    world.step(refused, Step.REOPEN, text="Der er kommet flere tip")
    assert rows.get(world.db, refused["id"]).state is State.NEW  # type: ignore[union-attr]
    assert world.read(codes[1]).history[-1][1] == "Vi tog tippet op igen: Der er kommet flere tip"


def test_an_answer_opens_its_own_tip_alone_and_lasts_when_the_school_s_link_is_closed(world: World) -> None:
    first, second = world.send(a_form()), world.send(a_form(text="Hegnet er væltet"))
    assert world.read(first).tip.text != world.read(second).tip.text
    for wrong in (world.code(), "0000-0000-0000-0000"):
        with pytest.raises(Problem, match="Linket kendes ikke"):
            world.read(wrong)
    with pytest.raises(Problem, match="Linket kendes ikke"):
        world.visit(first)
    old = world.code()
    tips_sources.renew(world.school.id, user=world.karen, db=world.db, secret=SECRET, now=NOW)
    with pytest.raises(Problem):
        world.visit(old)
    form, open_page = a_form(), world.visit()
    tips_sources.close(world.school.id, user=world.karen, db=world.db, now=NOW)
    with pytest.raises(Problem) as closed:
        tips.send(open_page, form, db=world.db, services=world.services, secret=SECRET, now=NOW)
    assert code_of(closed) == "link_expired" and rows.get(world.db, form["id"]) is None
    assert world.read(first).tip.text and world.read(first, NOW + 364 * DAY)
    with pytest.raises(Problem):
        world.read(first, NOW + 366 * DAY)


def test_sent_twice_it_is_one_tip_and_another_text_under_its_id_is_not_lost_silently(world: World) -> None:
    form = a_form(when="now", clock="")
    assert world.send(form) == world.send(form, now=NOW + timedelta(seconds=9))
    with pytest.raises(Problem) as other:
        world.send(form | {"text": "Noget helt andet"})
    with pytest.raises(Problem) as stranger:
        world.send(form, code=world.code(world.source("Børnehuset Bøgen")))
    assert (code_of(other), code_of(stranger)) == ("tip_sent", "tip_sent")
    assert len(rows.every(world.db)) == 1


def test_a_link_brings_twenty_tips_an_hour_and_others_are_not_stopped_by_it(world: World) -> None:
    forms = [a_form() for _ in range(21)]
    for form in forms[:20]:
        world.send(form)
    with pytest.raises(Problem, match="Dit er ikke sendt endnu") as full:
        world.send(forms[20])
    assert full.value.status == 429 and world.send(forms[0])
    world.send(a_form(), code=world.code(world.source("Børnehuset Bøgen")))
    assert world.send(forms[20], now=NOW + timedelta(minutes=61))


WRONG = {
    "nowhere": ({"place": "", "words": ""}, "missing"),
    "unknown place": ({"place": "atlantis"}, "invalid"),
    "behaviour": ({"what": "group"}, "invalid"),
    "no category": ({"what": ""}, "missing"),
    "no words": ({"text": ""}, "missing"),
    "too many words": ({"text": "x" * 501}, "invalid"),
    "no time": ({"when": ""}, "missing"),
    "earlier without a day": ({"when": "earlier"}, "missing"),
    "to come": ({"when": "earlier", "day": "2026-11-21"}, "invalid"),
    "later today": ({"clock": "23:59"}, "invalid"),
    "no clock": ({"clock": "kvart over"}, "invalid"),
    "abroad": ({"lat": "0", "lon": "0"}, "invalid"),
    "no number": ({"lat": "nan", "lon": "12"}, "invalid"),
    "no id": ({"id": "7"}, "invalid"),
    "a number": ({"text": "Ring 20 30 40 50"}, "personal_data"),
    "a number in the place": ({"words": "hos 010203-1234"}, "personal_data"),
    "perhaps a name": ({"text": "Lavet af Yusuf"}, "personal_data_unsure"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_tip_may_not_say(world: World, name: str) -> None:
    changes, code = WRONG[name]
    with pytest.raises(Problem) as problem:
        world.send(a_form(**changes))
    assert code_of(problem) == code and rows.every(world.db) == []


def test_position_time_and_district_are_what_was_told_or_the_school_s(world: World) -> None:
    world.send(a_form(text="Skiltet ved Yusufs Kiosk er væltet"), sure=True)
    here = a_form(place="", lat=str(STATION[0]), lon=str(STATION[1]), when="now", clock="")
    words = a_form(place="", when="earlier", day="2026-11-02", clock="")
    world.send(here), world.send(words)
    at, without = rows.get(world.db, here["id"]), rows.get(world.db, words["id"])
    assert at and (at.position_source, at.place, at.seen_at) == ("gps", "Ishøj Station", NOW)
    assert without and (without.lat, without.seen_on, without.seen_at) == (None, date(2026, 11, 2), None)
    assert without.district == world.district and without.where == "ved trappen"


def test_who_sees_a_tip_is_who_would_see_an_observation_there(world: World) -> None:
    form = a_form(place="")
    world.send(form)
    near = a_user(world.db, Role.SSP, world.district), a_user(world.db, Role.HOUSING, world.district)
    far = a_user(world.db, Role.SSP, "andetsteds"), a_user(world.db, Role.HOUSING, "andetsteds")
    admin = a_user(world.db, Role.ADMIN)
    assert [len(tips_staff.listing(reader=one, db=world.db)) for one in (*near, *far, admin)] == [1, 1, 0, 0, 0]
    for user in (*far, admin):
        with pytest.raises(Problem) as hidden:
            world.step(form, Step.PLAN, user, day=NOW.date())
        assert code_of(hidden) == "not_found"
    with pytest.raises(Problem) as ssp:
        world.look(form, None, "Intet at se", user=near[0])
    assert code_of(ssp) == "not_allowed"
    for user in (near[0], world.vera, far[1]):
        with pytest.raises(Problem):
            world.source("Et nyt sted", user)
    with pytest.raises(Problem) as person:
        world.source("Mohammed Hansen")
    assert code_of(person).startswith("personal_data")
    assert [one.counted.tips for one in tips_sources.invited(user=near[1], db=world.db, secret=SECRET, now=NOW)] == [1]
    assert tips_sources.invited(user=far[1], db=world.db, secret=SECRET, now=NOW) == []


def test_two_who_work_on_one_tip_do_not_overwrite_each_other_and_a_look_is_whole_or_not_at_all(world: World) -> None:
    form = a_form()
    world.send(form)
    world.step(form, Step.PLAN, day=NOW.date())
    wire = {"id": uuid7(NOW), "category": "lighting", "lat": STATION[0], "lon": STATION[1]}
    for changes, code in (
        ({"version": 1}, "tip_changed"),
        ({"words": "Ring 20 30 40 50"}, "personal_data"),
        ({"wire": wire | {"category": "drugs"}}, "invalid"),
        ({"at": NOW + DAY}, "invalid"),
    ):
        given_now = {"wire": wire, "words": "Lampen er slukket"} | changes
        with pytest.raises(Problem) as problem:
            world.look(form, given_now.pop("wire"), given_now.pop("words"), **given_now)  # type: ignore[arg-type]
        assert code_of(problem) == code and seen.get(world.db, str(wire["id"])) is None
    assert [one.action for one in rows.events(world.db, form["id"])] == ["send", "plan"]


def test_words_that_slipped_through_can_be_taken_out_and_the_history_cannot_be_changed(world: World) -> None:
    form = a_form()
    code = world.send(form)
    world.step(form, Step.REFUSE, text="Det hører ikke til her")
    with pytest.raises(Problem):
        tips_staff.forget(form["id"], user=world.vera, db=world.db, now=NOW)
    for sql in ("UPDATE tip_event SET who = 'u:x'", "DELETE FROM tip_event"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"), writing(world.db):
            world.db.execute(sql)
    tips_staff.forget(form["id"], user=world.karen, db=world.db, now=NOW)
    left = str([*world.db.query("SELECT * FROM tip"), *world.db.query("SELECT * FROM tip_event")])
    assert "Lampen" not in left and "trappen" not in left and "hører ikke" not in left
    assert world.read(code).tip.text is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(Step), st.sampled_from(["", "ok", "en grund"]), st.booleans()), max_size=8))
def test_a_tip_is_never_refused_without_a_reason_nor_planned_without_a_day_and_its_history_is_whole(
    taken: list[tuple[Step, str, bool]],
) -> None:
    said = Said.from_form(a_form(), catalogue=some_services().catalogue, now=NOW)
    source = TipSource(uuid7(NOW), "Skole", "x", "u", NOW)
    tip = tips._located(uuid7(NOW), said, bytes(32), source, services=some_services(), now=NOW)
    state, line = tip.state, []
    for step, text, with_day in taken:
        day = NOW.date() if with_day else None
        try:
            tip, event = stepped(tip, step, who="u:a", now=NOW, text=text, day=day)
        except Problem:
            assert tip.state is state
            continue
        assert (event.before, event.after) == (state, tip.state) and state in RULES[step].before
        assert len(text) >= 3 or step not in (Step.REFUSE, Step.REOPEN)
        assert event.day if step in (Step.PLAN, Step.LOOK) else event.day is None
        state = tip.state
        line.append(event)
    assert tip.version == 1 + len(line) and (tip.look_on is not None or tip.state is not State.PLANNED)


# --- over HTTP


@pytest.fixture(scope="module")
def karen(server: Server) -> User:
    return make_user(server.database, Role.COORDINATOR)


@pytest.fixture
def school(server: Server, karen: User) -> tuple[TipSource, str]:
    """A school and the address of its page."""
    now, services = datetime.now(UTC), some_services()
    secret = links.secret_of(Settings(database=server.database))
    with opened(server.database) as db:
        district = sorted(services.districts.names(now.date()))[0]
        source = tips_sources.make_source(
            "Strandgårdskolen", district, user=karen, db=db, services=services, secret=secret, now=now
        )
        return source, f"/tip/{tips_sources.code_of(source.id, user=karen, db=db, secret=secret, now=now)[1]}"


def form_id(page: Answer) -> str:
    return re.findall(r'name="id" value="([0-9a-f-]{36})"', page.text)[0]


def test_over_http_nothing_typed_is_lost_one_tip_comes_of_it_and_its_answer_is_its_own(
    server: Server, school: tuple[TipSource, str]
) -> None:
    source, path = school
    first = server.get(path)
    assert first.status == 200 and "noindex" in first.headers["X-Robots-Tag"]
    allowed = first.headers["Content-Security-Policy"]
    assert "script-src 'self'" in allowed and "unsafe" not in allowed and 'value="group"' not in first.text
    form = a_form(id=form_id(first), when="now", clock="", words=HOSTILE, text="Ring 20 30 40 50 til Yusuf")
    hard = server.post_form(path, form)
    assert hard.status == 422 and "<mark>20 30 40 50</mark>" in hard.text and "onerror" in hard.text
    assert "<img" not in hard.text and "20 30 40 50 til Yusuf</textarea>" in hard.text and form_id(hard) == form["id"]
    assert 'value="lighting" selected' in hard.text and 'value="ishoej-station" selected' in hard.text
    soft = server.post_form(path, form | {"text": "Skrevet af Yusuf på muren"})
    assert soft.status == 422 and "<mark>Yusuf</mark>" in soft.text and "Nej, det er ikke en person" in soft.text
    sure = form | {"text": "Skrevet af Yusuf på muren", "sure": "1"}
    sent = [server.post_form(path, sure) for _ in range(2)]
    assert [one.status for one in sent] == [303, 303] and len({one.headers["Location"] for one in sent}) == 1
    answer = sent[0].headers["Location"]
    thanks = server.get(answer)
    assert "Tak for dit tip" in thanks.text and server.url + answer.partition("?")[0] in thanks.text
    again = server.get(answer.partition("?")[0])
    assert "Svar på dit tip" in again.text and "modtaget" in again.text and "onerror" in again.text
    assert "<img" not in again.text and 'id="link"' not in again.text
    other = server.post_form(path, sure | {"text": "Noget andet"})
    assert other.status == 409 and "Noget andet</textarea>" in other.text and form_id(other) != form["id"]
    with opened(server.database) as db:
        assert [one.source for one in rows.every(db) if one.source == source.id] == [source.id]


def test_wrong_closed_and_foreign_knocks_are_refused(
    server: Server, karen: User, school: tuple[TipSource, str]
) -> None:
    source, path = school
    assert server.post_form(path, a_form(), headers={"Origin": "https://et-andet-sted.example"}).status == 403
    assert server.post_form(path, a_form(text="x" * 40_000)).status == 413
    for wrong in ("/tip/0000-0000-0000-0000", "/tip/svar/0000-0000-0000-0000", "/tip/svar" + path[4:], "/tip/"):
        assert server.get(wrong, headers={"Accept": "text/html"}).status == 404
    own = f"/tipkilde/{source.id}"
    for address in (f"{own}/qr.svg", f"{own}/plakat"):
        assert server.get(address).status == 401
        assert server.get(address, cookie=signed_in_cookie(server.database, karen)).status == 200
    vera = signed_in_cookie(server.database, make_user(server.database, Role.WORKER))
    assert server.get(f"{own}/qr.svg", cookie=vera).status == 403
    with opened(server.database) as db:
        tips_sources.close(source.id, user=karen, db=db, now=datetime.now(UTC))
    refused = [server.get(path), server.post_form(path, a_form())]
    assert [one.status for one in refused] == [410, 410] and "Bed om et nyt" in refused[0].text


def test_on_a_phone_without_script_and_with_it_a_tip_goes_through_and_its_answer_comes_back(
    server: Server, browser: Browser, karen: User, school: tuple[TipSource, str]
) -> None:
    bare = phone(browser, java_script_enabled=False)
    page = bare.new_page()
    page.goto(server.url + school[1])
    expect(page.get_by_role("button", name="Brug min position")).to_be_hidden()
    page.get_by_label("Vælg et kendt sted").select_option(label="Centerstien")
    page.get_by_label("Hvad er det?").select_option(label="Affald og rod")
    page.get_by_label("Beskriv det").fill("Der ligger glas på stien")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Tak for dit tip")).to_be_visible()
    kept = page.get_by_label("Dit link").input_value()
    page.goto(kept)
    expect(page.get_by_text("Vi har modtaget dit tip.", exact=False)).to_be_visible()
    bare.close()
    context = phone(browser)
    page = context.new_page()
    asked = requests_of(page)
    page.goto(server.url + school[1])
    page.get_by_role("button", name="Brug min position").click()
    expect(page.get_by_text("Din position er med (± 8 m).")).to_be_visible()
    page.get_by_label("Hvad er det?").select_option(label="Hærværk")
    page.get_by_label("Beskriv det").fill("Bænken er væltet af Yusuf")
    page.get_by_role("button", name="Send").click()
    tick = page.get_by_label("Nej, det er ikke en person")
    expect(tick).to_be_visible()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLOURS) == []
    tick.check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="Gem linket")).to_be_visible()
    page.emulate_media(color_scheme="light")
    assert violations(page) == [] and foreign(asked, server.url) == []
    desk = laptop(browser)
    sign_in(desk, server.url, signed_in_cookie(server.database, karen))
    with opened(server.database) as db:
        tip = next(one for one in rows.every(db) if one.text == "Bænken er væltet af Yusuf")
    office = desk.new_page()
    office.goto(f"{server.url}/tryghedsvandringer?tip={tip.id}")
    words = office.get_by_label("Beskriv stedet. Den, der gav tippet, læser det.")
    press(office.get_by_text("Skriv, hvad I så", exact=True), words)
    words.fill("Bænken er rejst op igen")
    saved = office.get_by_text("Gemt – svaret kan læses nu.")
    press(office.get_by_role("button", name="Gem", exact=True), saved)
    assert violations(office) == []
    page.reload()
    expect(page.get_by_text("Vi så: Hærværk. Bænken er rejst op igen")).to_be_visible()
    desk.close()
    context.close()
