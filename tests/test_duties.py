"""Reminders: which notes and choices make the form say «112», «114» or «underretning»; and nothing of it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import chromium, foreign, phone, requests_of, sign_in
from making import NOW, a_database, a_user, an_observation, some_services
from playwright.sync_api import expect
from serving import make_user, signed_in_cookie, start_server

from fieldapp.model.duties import GROUPS, RULES, Duty, Rule, Sight, folded, reminders
from fieldapp.ui.capture.duties import found_in, sight_of
from fieldapp.usecases import observations

expect.set_options(timeout=20_000)

# What stands in a note, and what the form reminds of; in all of them the time is «Nu» and no category is chosen.
NOTES: tuple[tuple[str, str], ...] = (
    # a child that may need help
    ("lille dreng sad alene på trappen kl. 23", "child"),
    ("Barn på ca. 5 år alene ved søen", "child"),
    ("12-årig alene i kælderen hele aftenen", "child"),
    ("12årig sover i opgangen", "child"),
    ("to små børn uden voksne ved busstoppet kl 22", "child"),
    ("siger at han er slået af sin far", "child"),
    ("SLAAET AF SIN FAR", "child"),
    ("faren slår, siger naboen", "child"),
    ("pige med blå mærker på armene", "child"),
    ("blåmærker på halsen", "child"),
    ("blaa maerker", "child"),
    ("barnet sulter", "child"),
    ("dreng siger han ikke har fået mad i dag", "child"),
    ("sultne børn spørger efter rester ved grillen", "child"),
    ("misbrug i hjemmet fortæller hun", "child"),
    ("de drikker derhjemme hver aften", "child"),
    ("mor var fuld igen", "child"),
    ("hun er bange for at gå hjem", "child"),
    ("tør ikke tage hjem", "child"),
    ("smidt ud hjemmefra i går", "child"),
    ("skærer i sig selv", "child"),
    ("presset til at sende nøgenbilleder", "police child"),
    ("negativ social kontrol", "child"),
    ("en dreng på 13 sælger hash for nogle store", "police child"),
    ("rekruttering af drenge ved stationen", "child"),
    ("kommer ikke i skole mere", "child"),
    ("gravid kvinde fuld på bænken", "child"),
    # danger now
    ("to mænd med kniv foran kiosken", "now"),
    ("en af dem har en KNNIV", "now"),
    ("der bliver skudt i gården", "now"),
    ("slår på hinanden, mange samlet", "now"),
    ("slagsmål ved hallen", "now"),
    ("mand bløder fra hovedet", "now"),
    ("ligger bevidstløs i busken", "now"),
    ("container brænder nu", "now"),
    ("det brænder bag skolen", "now"),
    ("uden for skolen brænder en scooter ved muren", "now"),
    ("lugter af gas i opgangen", "now"),
    ("barn gået gennem isen", "now"),
    ("siger han vil tage sit eget liv", "now child"),
    # for the police, without hurry
    ("pusher i opgang 4", "police"),
    ("sælger hash fra bilen", "police"),
    ("indbrud i kælderrum", "police"),
    ("fandt en kniv i busken", "police"),
    ("pistol fundet bag skuret", "police"),
    ("unge truer buschaufføren", "police"),
    ("hvid varevogn, fører lokker børn med slik", "police child"),
    ("blotter ved stien", "police"),
    # none
    ("", ""),
    ("knust rude ved indgangen, ca. 20 cm", ""),
    ("ca. 8 unge hænger ud, god stemning", ""),
    ("børn og voksne spiller fodbold", ""),
    ("drenge skyder bolde på mål", ""),
    ("skyder med fyrværkeri mod himlen", ""),
    ("unge affyrer raketter", ""),
    ("lampen brænder ikke ved stien", ""),
    ("lygterne brænder ikke", ""),
    ("familie griller, bålet brænder i fadet", ""),
    ("brændt container fra i går", ""),
    ("afbrændte papkasser", ""),
    ("ingen kniv set", ""),
    ("ikke slagsmål, bare høj musik", ""),
    ("ingen tegn på indbrud", ""),
    ("leger, slås for sjov", ""),
    ("far og søn slår bold", ""),
    ("får hjælp af sin far til cyklen", ""),
    ("mor med barnevogn hilste", ""),
    ("mor og datter drikker kaffe på bænken", ""),
    ("festivalen er i fuld gang, far og mor med", ""),
    ("bloddonorer samlet i kulturhuset", ""),
    ("møde om indbrud i foreningen", ""),
    ("plakat om overgreb revet ned", ""),
    ("nabohjælp-skilt om indbrud er væk", ""),
    ("ensom mand alene på bænken", ""),
    ("80-årig alene hjemme, ville snakke", ""),
    ("stien er mørk, man føler sig alene", ""),
    ("skole ude, mange børn ved bussen", ""),
    ("ca. 10 unge, 13-17 år, ryger hash", ""),
    ("hundetis og affald ved legepladsen", ""),
    ("knallerter kører ræs på stien", ""),
    ("graffiti med blå maling", ""),
    ("trafikken er hård ved skolen", ""),
    ("mange mål i dag, god kamp", ""),
    ("spejderne sover ude, lille dreng alene om teltet", ""),
    ("brandøvelse: dukke «bevidstløs», øvelse hele dagen", ""),
    ("hækken brænder af farver i efterårslys", ""),
    ("mørkt i tunnelen", ""),
    ("skur med skruer og kasser", ""),
    ("blomster sat i kummerne af beboerne", ""),
    ("rent og pænt i dag", ""),
    ("kiosken sælger slik til børn", ""),
    ("cykler væltet, ingen skade", ""),
    ("hærværk på bænk, skåret med noget skarpt", ""),
    ("to unge hjalp en ældre med poserne", ""),
    ("piger på løbehjul, fin tone", ""),
    ("vandet står højt i søen", ""),
    ("ny lås sat i efter indbruddet? nej, ingen indbrud her", "police"),
    ("hårde ord mellem to bilister, ingen slås", ""),
)


@pytest.mark.parametrize(("note", "expected"), NOTES, ids=[note[:40] or "nothing" for note, _ in NOTES])
def test_a_note_and_what_the_form_reminds_of(note: str, expected: str) -> None:
    assert " ".join(reminders(Sight(note=note))) == expected


def test_half_of_the_notes_call_for_nothing() -> None:
    assert len(NOTES) >= 60 and sum(not expected for _, expected in NOTES) * 2 >= len(NOTES)


# Category, its urgent mark, severity, age band and group size; the note is empty.
CHOICES = (
    (Sight("vandalism", severity=3), ""),
    (Sight("fire", urgent=True), "now"),
    (Sight("conflict", urgent=True, now=False), "police"),
    (Sight("burglary", urgent=True, now=False), "police"),
    (Sight("drugs", severity=3, age_band="18+"), "police"),
    (Sight("drugs", severity=2, age_band="18+"), ""),
    (Sight("drugs", severity=1, age_band="13-17"), ""),
    (Sight("drugs", severity=2, age_band="13-17"), "child"),
    (Sight("drugs", age_band="under13"), "child"),
    (Sight("shoplifting", age_band="under13", group_size="1-2"), "child"),
    (Sight("shoplifting", severity=1, age_band="13-17", group_size="1-2"), ""),
    (Sight("moped", severity=3, age_band="13-17", group_size="1-2"), "police"),
    (Sight("group", age_band="under13", group_size="3-5"), ""),
    (Sight("group", severity=3, age_band="under13"), "child"),
    (Sight("group", severity=3, age_band="13-17", group_size="11+"), ""),
    (Sight("group", severity=3, age_band="13-17", group_size="1-2"), "child"),
    (Sight("conflict", urgent=True, severity=3, age_band="13-17", group_size="1-2"), "now child"),
    (Sight("good", severity=3), ""),
)


@pytest.mark.parametrize(("sight", "expected"), CHOICES)
def test_the_choices_in_the_form_and_what_it_reminds_of(sight: Sight, expected: str) -> None:
    assert " ".join(reminders(sight)) == expected


def test_what_is_over_is_for_114_and_not_for_112() -> None:
    assert reminders(Sight(note="slagsmål ved hallen", now=False)) == (Duty.POLICE,)


def test_capitals_accents_and_the_ways_to_write_danish_letters_make_no_difference() -> None:
    for note in ("BLÅ MÆRKER", "blaa maerker", "bla\u030a  mærker", "blå-mærker", "Blå\u00a0mærker"):
        assert reminders(Sight(note=note)) == (Duty.CHILD,), note


def test_a_sentence_does_not_lend_its_words_to_the_next() -> None:
    assert reminders(Sight(note="Et barn cyklede forbi. Bænken stod alene.")) == ()


def plainest(phrase: str) -> str:
    """The phrase with the first of each choice, nothing between, and words without endings."""
    words = [part.split("|")[0] for part in phrase.split() if part != "~"]
    said = (plainest(GROUPS[word[1:-1]][0]) if word[0] == "{" else "7" if word == "#" else word for word in words)
    return " ".join(said).replace("*", "")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.said], ids=lambda rule: f"{rule.duty}: {rule.said[0]}")
def test_every_phrase_of_a_rule_is_found_in_its_plainest_form(rule: Rule) -> None:
    missed = [one for one in rule.said if not rule.holds(Sight(note=plainest(one)))]
    assert missed == []


def test_no_rule_is_about_a_name_or_an_origin() -> None:
    words = {part for rule in RULES for phrase in rule.said for part in folded(phrase).split()}
    assert words.isdisjoint({"mohamed", "ali", "arabisk", "somalisk", "tyrkisk", "dansk", "indvandrer", "roma"})


def test_a_hostile_note_is_answered_quickly_and_without_a_crash() -> None:
    for note in ("barn " * 100, "lille " * 83 + "x", "((((" * 125, "\u202e\u0000🙂" * 100, "a" * 500):
        assert isinstance(reminders(Sight(note=note)), tuple)


class Form:
    """As much of the form as the reminders read."""

    def __init__(self, **values: object) -> None:
        self.values = values
        self.note = str(values.get("note") or "")


def said_of(form: Form) -> dict[str, tuple[Duty, ...]]:
    sight = sight_of(form, some_services())  # type: ignore[arg-type]
    return {of: found_in(sight, of) for of in ("choices", "note")}  # type: ignore[arg-type]


def test_the_form_says_each_reminder_once_and_where_it_was_caused() -> None:
    assert said_of(Form()) == {"choices": (), "note": ()}
    assert said_of(Form(category="conflict")) == {"choices": (Duty.NOW,), "note": ()}
    assert said_of(Form(category="conflict", note="slagsmål, indbrud")) == {"choices": (Duty.NOW,), "note": ()}
    assert said_of(Form(category="conflict", when="last_night")) == {"choices": (Duty.POLICE,), "note": ()}
    assert said_of(Form(category="litter", note="barnet sulter")) == {"choices": (), "note": (Duty.CHILD,)}
    assert said_of(Form(category="gone", note="to med kniv"))["note"] == (Duty.NOW,)


def test_nothing_of_a_reminder_is_kept(tmp_path: Path) -> None:
    """An observation that calls for all of them leaves the same rows, and as many, as one that calls for none."""
    kept = []
    for n, note in enumerate(("barnet sulter, to med kniv", "barnet spiste, to med bold")):
        (tmp_path / str(n)).mkdir()
        db = a_database(tmp_path / str(n))
        one = an_observation(category="conflict", severity=3, age_band="under13", group_size="1-2", note=note)
        observations.record(one, user=a_user(db, "worker"), db=db, services=some_services(), now=NOW)
        tables = [row["name"] for row in db.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        kept.append({name: db[name].count for name in tables})
        trail = [row["after"] for row in db.query("SELECT after FROM audit WHERE entity = 'observation'")]
        assert not any(word in str(trail).lower() for word in ("duty", "child", "police", "underret", "112"))
        db.conn.close()
    assert kept[0] == kept[1]


@pytest.mark.browser
def test_the_form_shows_them_and_saves_all_the_same(tmp_path: Path) -> None:
    server = start_server(tmp_path)
    try:
        worker = make_user(server.database, "worker")
        with chromium() as browser:
            context = phone(browser)
            sign_in(context, server.url, signed_in_cookie(server.database, worker))
            page = context.new_page()
            seen = requests_of(page)
            page.goto(f"{server.url}/ny")
            expect(page.locator(".st-key-place-line")).to_be_visible()
            page.locator(".st-key-categories").get_by_text("Konflikt eller vold").click()
            now = page.locator("#fa-duty-now")
            expect(now.get_by_role("link", name="Ring 112")).to_have_attribute("href", "tel:112")
            page.get_by_text("Tilføj note, billede eller andet").click()
            page.locator("textarea").fill("Lille dreng sad alene på trappen")
            page.locator("textarea").blur()
            child = page.locator("#fa-duty-child")
            expect(child).to_contain_text("Er du bekymret for et bestemt barn?")
            expect(child.get_by_role("link").first).to_have_attribute("rel", "noopener noreferrer")
            page.get_by_role("button", name="Gem observation").click()
            expect(page.locator(".st-key-saved")).to_contain_text("Gemt")
            expect(child).to_have_count(0)
            assert foreign(seen, server.url) == []
            context.close()
    finally:
        server.stop()
