"""The form without a line does what the app's does: reminders, photos mended, presence, the same thing twice."""

from __future__ import annotations

import io
import json
import random
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import browsing
import pytest
from offline_phone import a_photo, ready, save, stored, take_photo
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from serving import Server, make_user, signed_in_cookie
from test_duties import NOTES

from fieldapp.model import User, utc_text, uuid7
from fieldapp.model.duties import GROUPS, RULES, Sight, reminders
from fieldapp.model.presence import Presence
from fieldapp.settings import Settings
from fieldapp.store import presence as presences
from fieldapp.store.connection import opened
from fieldapp.texts import translator
from fieldapp.usecases import presence
from fieldapp.usecases.duties_form import duties_form, note_rules
from fieldapp.usecases.services import load_services
from fieldapp.web.static import OFFLINE

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)
OWN = "(await Fieldapp.keep.device()).user"


@pytest.fixture
def worker(server: Server) -> User:
    return make_user(server.database, "worker")


@pytest.fixture
def page(browser: Browser, server: Server, worker: User) -> Iterator[Page]:
    context = browsing.phone(browser)
    browsing.sign_in(context, server.url, signed_in_cookie(server.database, worker))
    opened_page = context.new_page()
    ready(opened_page, server.url)
    context.set_offline(True)
    yield opened_page
    context.close()


# --- reminders


def told(phrase: str, rng: random.Random) -> str:
    """Words that a phrase of the rules finds, or nearly."""
    found = []
    for part in phrase.split():
        word = rng.choice(part.split("|"))
        if word == "#":
            word = str(rng.randint(1, 18))
        elif word.startswith("{"):
            word = told(rng.choice(GROUPS[word[1:-1]]), rng)
        elif word == "~":
            word = " ".join(rng.choices(["en", "stor", "og", "ikke", "3"], k=rng.randint(0, 5)))
        found.append(word.replace("*", rng.choice(["", "n", "erne", "²", "ß"])))
    return " ".join(found)


def disguised(text: str, rng: random.Random) -> str:
    """As somebody may type it: in capitals, with signs taken apart or marks strewn in, other spaces."""
    ways: list[Callable[[str], str]] = [
        str,
        str.upper,
        lambda one: unicodedata.normalize("NFD", one),
        lambda one: "".join(sign + rng.choice(["", "", "\u0301", "\u034f", "\u0338", "\u0345"]) for sign in one),
        lambda one: one.replace(" ", rng.choice(["\t", "\u00a0", "_", "-", " / "])),
    ]
    return rng.choice([str, str, *ways])(text)


def many_notes() -> list[str]:
    rng = random.Random(5)
    openings = ("", "der er ", "ingen ", "ikke en stor ", "uden for ", "det var aldrig så ")
    made = [note for note, _ in NOTES]
    for rule in RULES:
        for phrase in rule.said + rule.unless:
            endings = ("", " nu", ". Fint", "! ikke", " " + told(rng.choice(rule.unless or ("ting",)), rng))
            parts = (rng.choice(openings) + told(phrase, rng) + rng.choice(endings) for _ in range(4))
            made += [disguised(one, rng) for one in parts]
    return made


def test_a_notes_words_remind_on_the_phone_of_what_they_remind_of_on_the_server(
    browser: Browser, server: Server
) -> None:
    notes = many_notes()
    page = browser.new_page()
    page.add_init_script("self.Fieldapp = { form: {}, text: String };")
    for name in ("said", "duties"):
        page.add_init_script(path=OFFLINE / f"{name}.js")
    page.goto(f"{server.url}/healthz")
    form = {"duties": duties_form(translator("da"), report_url="")}
    found = page.evaluate(
        """([notes, form, rules]) => {
          Object.assign(Fieldapp, { noteRules: rules });
          Fieldapp.form.state = { kept: { form } };
          return notes.map((note) => Fieldapp.duties.found({ when: "now" }, null, note).join(" "));
        }""",
        [notes, form, note_rules()],
    )
    page.close()
    expected = [" ".join(reminders(Sight(note=note))) for note in notes]
    assert [one for one in zip(notes, found, expected, strict=True) if one[1] != one[2]] == []
    assert len(notes) > 900 and 0.1 < sum(map(bool, expected)) / len(notes) < 0.9


# --- what waits, mended


def colours(server: Server, user: User) -> list[str]:
    """What each photo on the server is mostly of, and whether its middle is covered, in order."""
    sql = (
        "SELECT jpeg FROM photo JOIN observation ON observation.id = observation_id "
        "WHERE reporter = ? ORDER BY position"
    )
    with opened(server.database) as db:
        return [colour(bytes(row["jpeg"])) for row in db.query(sql, [user.id])]


def colour(jpeg: bytes) -> str:
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    most = "RGB"[max(range(3), key=lambda band: picture.getpixel((5, 5))[band])]  # type: ignore[index]
    middle = picture.getpixel((picture.width // 2, picture.height // 2))
    return most + ("■" if max(middle) < 60 else "")  # type: ignore[arg-type]


def use_photo(page: Page, *, cover: bool = False) -> None:
    if cover:
        page.get_by_role("button", name="Tilføj felt").click()
    page.get_by_role("button", name="Brug billedet").click()


def pick(page: Page, word: str) -> None:
    page.locator("#categories").get_by_text(word).click()


def test_one_that_waits_is_mended_with_its_photos_even_when_the_page_goes_away_in_the_middle(
    page: Page, server: Server, worker: User
) -> None:
    pick(page, "Hærværk")
    take_photo(page, RED)
    page.locator("#photos input[type=file]").set_input_files([a_photo(GREEN)])  # type: ignore[list-item]
    use_photo(page)
    expect(page.locator("#thumbs img")).to_have_count(2)
    save(page)
    page.get_by_role("button", name="Se dem").click()
    page.get_by_role("button", name="Ret", exact=True).click()
    page.get_by_role("button", name="Fjern billede 1").click()
    expect(page.locator("#thumbs img")).to_have_count(1)
    page.get_by_role("button", name="Dæk mere på billede 1").click()
    page.get_by_role("button", name="Lad det være, som det var").click()
    expect(page.get_by_text("Billedet er, som det var.")).to_be_visible()
    page.get_by_role("button", name="Dæk mere på billede 1").click()
    use_photo(page, cover=True)
    expect(page.get_by_role("button", name="Tilføj felt")).to_be_hidden()
    page.locator("#photos input[type=file]").set_input_files([a_photo(BLUE)])  # type: ignore[list-item]
    use_photo(page)
    expect(page.locator("#thumbs img")).to_have_count(2)
    page.get_by_role("textbox", name="Hvad så du?").press_sequentially("knust ru")
    page.reload()
    expect(page.get_by_text("Du retter en observation")).to_be_visible()
    expect(page.get_by_role("textbox", name="Hvad så du?")).to_have_value("knust ru")
    expect(page.locator("#thumbs img")).to_have_count(2)
    page.get_by_role("button", name="Gem ændringen").click()
    expect(page.get_by_text("Du retter en observation")).to_be_hidden()
    # The same once more: asked, left out, taken back, and saved as a new one after all.
    pick(page, "Hærværk")
    page.get_by_role("button", name="Gem observation").click()
    expect(page.get_by_role("alert")).to_contain_text("Du har allerede én, der venter: Hærværk, kl.")
    page.get_by_role("button", name="Det er den samme").click()
    expect(page.locator("#saved")).to_contain_text("Ikke gemt")
    assert page.evaluate(f"async () => (await Fieldapp.outbox.list({OWN})).length") == 1
    page.get_by_role("button", name="Fortryd").click()
    page.get_by_role("button", name="Gem observation").click()
    page.get_by_role("button", name="Det er en ny").click()
    expect(page.locator("#saved")).to_contain_text("Gemt på telefonen")
    page.context.set_offline(False)
    expect(page.locator("#state-text")).to_have_text("Alt er sendt")
    assert [row[2:] for row in stored(server, worker)] == [("knust ru", 2), (None, 0)]
    assert colours(server, worker) == ["G■", "B"]


# --- presence


def entries(server: Server, user: User) -> list[Presence]:
    with opened(server.database) as db:
        return presences.latest(db, user.id, 10)


# The names on the map that lie under or over the pin.
_COVERED = """() => {
  const pin = document.querySelector("#map .pin").getBoundingClientRect();
  const covers = (a) => !(a.right < pin.left || pin.right < a.left || a.bottom < pin.top || pin.bottom < a.top);
  return [...document.querySelectorAll("#map .place-name")].filter((one) => covers(one.getBoundingClientRect()))
    .map((one) => one.textContent);
}"""


def test_presence_runs_on_the_phone_outlives_the_page_and_is_sent_once_and_mended_where_the_server_says_no(
    page: Page, server: Server, worker: User
) -> None:
    page.get_by_role("button", name="På stedet: start").click()
    page.get_by_text("Dialog").click()
    page.get_by_label("Hvor?", exact=True).select_option(label="Telefonens position")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("#present-text")).to_have_text("I gang 0 min – Dialog")
    sealed = page.evaluate(
        "async () => { const [row] = await Fieldapp.vault.transact(['records'], 'readonly', (all) => "
        "Fieldapp.vault.done(all.getAll())); return JSON.stringify({ ...row, body: row.body.byteLength }); }"
    )
    assert '"running"' in sealed and "dialog" not in sealed and "55." not in sealed
    page.reload()
    expect(page.locator("#present-text")).to_contain_text("Dialog")
    page.evaluate("Date.now = ((real) => () => real() + 5_000)(Date.now)")
    # The app has one of the same time, begun before: the server's stands.
    services, now = load_services(Settings()), datetime.now(UTC)
    area = {"lat": 55.6133, "lon": 12.358, "reach_m": 250}
    with opened(server.database) as db:
        wire = {"id": uuid7(now), "activity": "samtale", **area}
        begun = presence.start(wire, user=worker, db=db, services=services, now=now - timedelta(minutes=5))
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#present-said")).to_contain_text("Gemt på telefonen – Dialog")
    page.context.set_offline(False)
    expect(page.locator("#state-text")).to_contain_text("1 skal du se på")
    assert [one.activity for one in entries(server, worker)] == ["samtale"]
    page.get_by_role("button", name="Se dem").click()
    expect(page.get_by_role("dialog")).to_contain_text("Du har allerede «Samtale»")
    with opened(server.database) as db:
        presence.stop(begun.id, user=worker, db=db, services=services, now=now)
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(route.request.url)
            route.abort()

    page.route("**/api/v1/presence?**", lose_the_first_answer)
    page.get_by_role("button", name="Ret", exact=True).click()
    early = now - timedelta(hours=3)
    for name, moment in (("Fra", early), ("Til", early + timedelta(hours=1))):
        local = page.evaluate("(text) => Fieldapp.form.localText(new Date(text))", utc_text(moment))
        page.get_by_label(name, exact=True).fill(local)
    page.locator("#present-box").get_by_role("button", name="Gem").click()
    expect(page.locator("#state-text")).to_have_text("Alt er sendt", timeout=40_000)
    assert [(one.activity, one.seconds) for one in entries(server, worker)][1:] == [("dialog", 3600)]
    assert len(lost) == 1 and len(entries(server, worker)) == 2
    page.get_by_role("button", name="Vis kort").click()
    expect(page.locator("#map .place-name").first).to_be_visible()
    assert page.evaluate(_COVERED) == []


def test_presence_of_somebody_else_than_who_is_signed_in_is_not_taken(server: Server, worker: User) -> None:
    now = datetime.now(UTC)
    wire = {"id": uuid7(now), "activity": "dialog", "lat": 55.6133, "lon": 12.358, "reach_m": 250}
    times = {"started_at": utc_text(now - timedelta(hours=2)), "ended_at": utc_text(now - timedelta(hours=1))}
    sent = json.dumps(wire | times).encode()
    headers = {"Content-Type": "application/json", "Origin": server.url}
    cookie = signed_in_cookie(server.database, worker)
    answers = [
        server.request("POST", f"/api/v1/presence?user={user}", body=sent, headers=headers, cookie=cookie).status
        for user in (uuid7(now), worker.id, worker.id)
    ]
    assert answers == [401, 201, 200]
    assert len(entries(server, worker)) == 1
