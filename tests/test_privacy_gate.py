"""The personal-data gate: what it stops, what it lets through, and that no text can hurt it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.errors import Problem
from fieldapp.privacy import KINDS, Finding, Verdict, as_wire, check, clean_text, mark, require_clean, strip
from fieldapp.privacy.table import table

CPR = [
    "010203-1234",
    "0102031234",
    "010203 1234",
    "010203.1234",
    "010203/1234",
    "010203_1234",
    "010203–1234",
    "010203\u20111234",
    "010203\u22121234",
    "010203 - 1234",
    "010203\u00a0–\u00a01234",
    "010203-\n1234",
    "01.02.03-1234",
    "01/02/03-1234",
    "01-02-03-1234",
    "01 02 03 1234",
    "01.02.03 1234",
    "01 02 03 12 34",
    "010203-12 34",
    "01.02.2003-1234",
    "01022003-1234",
    "610203-1234",
    "910103-1234",
    "290204-1234",
    "310899-9999",
    "111111-1118",
    "010107-6000",
    "０１０２０３－１２３４",
    "٠١٠٢٠٣-١٢٣٤",
    "०१०२०३१२३४",
    "0\u200b1\u200c0\u200d2\ufeff03-12\u206034",
    "0\u0301102031234",
    "0\x00102031234",
    "010203\u00ad1234",
    "1️⃣1️⃣0️⃣2️⃣0️⃣3️⃣1234",
]

PHONES = [
    "12345678",
    "12 34 56 78",
    "1234 5678",
    "123 45 678",
    "123 456 78",
    "12 34 5678",
    "1234 56 78",
    "12-34-56-78",
    "12.34.56.78",
    "12 – 34 – 56 – 78",
    "12\u00a034\u00a056\u00a078",
    "20 26 11 22",
    "2211 2026",
    "45 12 34 56 78",
    "4512345678",
    "+45 12345678",
    "+4512345678",
    "+45 12 34 56 78",
    "+45-12-34-56-78",
    "+45.12.34.56.78",
    "0045 12345678",
    "004512345678",
    "00 45 12 34 56 78",
    "+298 123456",
    "+46 70 123 45 67",
    "+49 (0)30 1234567",
    "+44 20 7946 0958",
    "+90 532 123 45 67",
    "１２３４５６７８",
    "١٢٣٤٥٦٧٨",
    "12\u200b34\u200b5678",
]

EMAILS = [
    "navn@firma.dk",
    "NAVN@FIRMA.DK",
    "fornavn.efternavn+skole@sub.firma.co.uk",
    "navn @ firma.dk",
    "navn@ firma.dk",
    "navn@firma,dk",
    "navn@firma. dk",
    "navn@gmail",
    "navn snabela firma.dk",
    "navn snabel-a firma.dk",
    "navn snabel a firma dot dk",
    "navn (at) firma punktum dk",
    "navn(at)firma.dk",
    "navn(a)firma.dk",
    "navn[at]firma[dot]dk",
    "navn [at] firma [.] dk",
    "navn at firma punktum dk",
    "navn at gmail.com",
    "fornavn punktum efternavn snabela firma punktum dk",
    "sørensen@blåbær.dk",
    "navn@xn--blbr-roa8i.dk",
    "navn@пример.рф",
    "navn＠firma．dk",
    "na\u200bvn@fir\u00adma.dk",
]

NO_PERSONAL_DATA = [
    # days and times
    "22.11.2026",
    "22.11.26",
    "22/11-2026",
    "22-11-2026",
    "22 11 2026",
    "22 11 2026 18 personer",
    "2026-11-22",
    "2026 11 22",
    "20261122",
    "IMG_20261122_214000.jpg",
    "22.11.2026 kl. 21.40",
    "d. 22.11.26 kl. 21.40",
    "22.11.26 21.40",
    "22.11.26 10 12-årige",
    "2026-11-22 21:40:00",
    "2026-11-22T21:40:00+01:00",
    "2026-11-22T21:40:00.123456Z",
    "kl. 21.40–22.10",
    "21:40-22:10",
    "kl. 2140-2210",
    "2140-2210",
    "kl 2140 2210",
    "22.11-23.11",
    "22.11.26-23.11.26",
    "22.11.2026-23.11.2026",
    "2014-2018",
    "2014 2018",
    "18+ 22 11 2026",
    # places
    "55.6133, 12.3580",
    "55.6133 12.3580",
    "55.613312,12.358012",
    "55.61331234,12.35801234",
    "55.0102031234",
    "+55.6133+012.3580/",
    "+55.61331 +12.35801",
    "UTM 702345 6165123",
    "6165123N 702345E",
    "2635 Ishøj",
    "22.11.26 2635 Ishøj",
    "2670 Greve og 2635 Ishøj",
    "nr. 12, 14, 16 og 18",
    "12-14",
    "Vejleåparken 112A",
    "bus 300S og 127",
    # counts, amounts and case numbers
    "10-12 unge på 13-17 år",
    "1.000 2.000",
    "100.000-200.000",
    "1.234.567,89 kr.",
    "12.345.678",
    "12345678 kr.",
    "12 345 678 kroner",
    "1234567",
    "123456789",
    "12345678901",
    "12345678901234567890",
    "sag 26/012345",
    "sag 2026-004512",
    "J.nr. 2026-12345678",
    "0700-73111-00012-26",
    "0190f5e4-0102-7031-8234-123456789012",
    "12345678-1234-7234-8234-123456789012",
    "Ring 112 eller 114",
    # birth dates that cannot be, and half numbers
    "320103-1234",
    "300203-1234",
    "920103-1234",
    "011303-1234",
    "000000-0000",
    "010203-xxxx",
    "010203",
    # signs that stand in addresses too
    "3@2.50",
    "vi mødes @ Brohuset. Der var 20",
    "han siger at gmail er nede",
    "de siger at skolen.dk er nede",
    "prik. dk",
]

FRAMES = ["{}", "Set {} i dag.", "({})", "Ved skolen: {}, igen", "linje\n{}\nlinje"]


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in check(text).findings]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(
    ("kind", "words"),
    [("cpr", words) for words in CPR] + [("phone", words) for words in PHONES] + [("email", words) for words in EMAILS],
)
def test_it_is_found_whole_however_it_is_written_and_wherever_it_stands(kind, words, frame):
    text = frame.format(words)
    start = text.index(words)
    assert check(text).findings == (Finding(kind, start, start + len(words), words, hard=True),)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("words", NO_PERSONAL_DATA)
def test_days_times_places_and_counts_are_let_through(words, frame):
    assert check(frame.format(words)) == Verdict(())


@pytest.mark.parametrize("day", range(1, 32))
@pytest.mark.parametrize("last", ["0000", "4999", "9999"])
def test_no_check_digit_is_asked_of_a_cpr_number(day, last):
    assert kinds(f"{day:02}0107-{last}") == ["cpr"]
    assert kinds(f"{day + 60:02}0107-{last}") == ["cpr"]


@pytest.mark.parametrize("label", ["tlf", "Tlf.", "telefon:", "mobil ", "ring ", "sms: "])
def test_a_word_for_telephone_settles_what_might_be_a_day_or_a_time(label):
    assert kinds(f"{label}20261122") == ["phone"]
    assert kinds(f"{label}2140-2210") == ["phone"]


def test_two_of_a_kind_side_by_side_are_both_found():
    assert kinds("12345678/87654321") == ["phone", "phone"]
    assert kinds("12345678,87654321") == ["phone", "phone"]
    assert kinds("12345678-87654321") == ["phone", "phone"]
    assert kinds("010203-1234, 020304-1234") == ["cpr", "cpr"]
    assert kinds("a@firma.dk;b@firma.dk") == ["email", "email"]


def test_where_two_kinds_overlap_the_whole_is_one_finding():
    assert check("010203-1234 5678").findings == (Finding("cpr", 0, 16, "010203-1234 5678"),)
    assert check("12345678@firma.dk").findings == (Finding("email", 0, 17, "12345678@firma.dk"),)


def test_places_are_counted_in_the_text_as_it_was_typed():
    text = "ﬁre 👨‍👩‍👧 e\u0301n: ０１０２０３-１２３４ og navn@firma.dk"
    assert [(f.start, f.text) for f in check(text).findings] == [(15, "０１０２０３-１２３４"), (30, "navn@firma.dk")]


def test_a_text_is_drawn_with_its_findings_marked():
    text = "Ring 12345678 eller navn@firma.dk"
    assert mark(text, check(text)) == [
        ("Ring ", False),
        ("12345678", True),
        (" eller ", False),
        ("navn@firma.dk", True),
    ]
    assert mark("Stille aften", check("Stille aften")) == [("Stille aften", False)]
    assert mark("", check("")) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Knallert, ring 12345678 om aftenen", "Knallert, ring om aftenen"),
        ("tlf.12345678 i dag", "tlf. i dag"),
        ("12345678 ringede", "ringede"),
        ("Han hedder 010203-1234", "Han hedder"),
        ("(12345678)", "()"),
        ("12345678", ""),
        ("12345678 navn@firma.dk", ""),
        ("først\n12345678 ringede", "først\nringede"),
        ("Stille  aften ", "Stille  aften "),
    ],
)
def test_fjern_takes_the_findings_out_and_leaves_the_rest_as_it_was(text, left):
    assert strip(text, check(text)) == left


def test_fjern_makes_no_new_number_of_what_stood_on_both_sides():
    text = "12 34 navn@firma.dk 56 78"
    assert check("12 34 56 78").findings
    assert strip(text, check(text)) == "…"


def test_a_text_with_personal_data_is_refused_by_kind_and_never_by_its_words():
    with pytest.raises(Problem) as caught:
        require_clean("87654321 og 010203-1234, 12345678", "note")
    assert (caught.value.code, caught.value.field) == ("personal_data", "note")
    assert caught.value.details == {"kinds": ("CPR-nummer", "telefonnummer")}
    for told in (str(caught.value), json.dumps(caught.value.to_wire()), caught.value.text("en")):
        assert not any(words in told for words in ("87654321", "010203", "12345678"))
    require_clean("To knallerter kl. 21.40 ved stien", "note")


def test_a_soft_finding_is_shown_but_does_not_stop_saving():
    soft = Verdict((Finding("name", 0, 4, "Lund", hard=False),))
    hard = Verdict((*soft.findings, Finding("cpr", 5, 16, "010203-1234")))
    assert (soft.ok, soft.blocked) == (False, False)
    assert (hard.ok, hard.blocked, hard.kinds) == (False, True, ("cpr", "name"))
    assert (Verdict().ok, Verdict().blocked) == (True, False)


def test_on_the_wire_a_verdict_is_what_privacy_check_promises():
    assert as_wire(check("Ring 12345678")) == {
        "ok": False,
        "findings": [{"kind": "phone", "start": 5, "end": 13, "text": "12345678"}],
    }
    assert as_wire(check("Stille aften")) == {"ok": True, "findings": []}


def test_the_kinds_are_the_promised_words_and_every_rule_uses_one():
    assert list(KINDS) == ["cpr", "phone", "email", "plate", "name", "address", "handle", "initials"]
    assert {shape.kind for shape in table().shapes} | {"name"} == set(KINDS)
    assert {shape.kind for shape in table().shapes if shape.hard} == {"cpr", "phone", "email", "handle"}


HOSTILE = [
    piece * (10_000 // len(piece))
    for piece in (
        *("1", "12 ", "01", "0 ", "@", "a@", "a.@", "a@a.", " @ ", "(at)", "a at ", "a punktum ", "+", "+4 ", "00 "),
        *("12345678 ", "12345678-", "12-", "010203 ", "010203-1234 ", "2026-11-22 ", "- ", "kl ", "tlf ", "1.2.3."),
        *("\u0301", "a\u0301\u0323", "\ud800", "\u202e1", "\ufdfa", "\x00", " ", "\n", "\u200d", "👩\u200d", "a@b.dk"),
        *("{{7*7}}", "{%", "<img onerror=alert(1)>", "`${}`", "' OR 1=1 --"),
    )
] + ["a" * 9_990 + "@b.dk", "a@" + "b." * 4_990 + "1", "a@" + "b" * 9_990, "12 34 " * 800 + "a@b.dk" + " 56 78" * 800]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_10_000_hostile_characters_are_read_cleaned_and_stripped(text):
    verdict = check(text)
    assert "".join(segment for segment, _ in mark(text, verdict)) == text
    assert check(strip(text, verdict)).ok
    assert clean_text(clean_text(text)) == clean_text(text)


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
PIECES = (
    *"0123456789 .-/@+,()\n\t\rak１٣½①ﬁ–👩",
    *("01", "12", "0102", "12345678", "010203-1234", "45", "00", "2026", "kl. ", "tlf. ", " kr"),
    *("navn@firma.dk", "firma", "dk", " snabela ", " punktum ", "(at)", " at ", "gmail"),
    *"\u200b\u0301\ud83d\ude00\u202e\u200d\xa0\x00\f\v\x85\u2028\u3164\ufffe\ufff9\u061c\u00ad\u115f",
)
LIKELY_TEXT = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@settings(deadline=None)
@given(ANY_TEXT | LIKELY_TEXT)
def test_findings_are_sorted_apart_and_quote_the_text_exactly(text):
    verdict = check(text)
    assert verdict == check(text)
    done = 0
    for finding in verdict.findings:
        assert done <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.text
        assert finding.kind in KINDS
        done = finding.end
    assert "".join(segment for segment, _ in mark(text, verdict)) == text
    assert tuple(segment for segment, found in mark(text, verdict) if found) == tuple(f.text for f in verdict.findings)


@settings(deadline=None)
@given(ANY_TEXT | LIKELY_TEXT)
def test_what_fjern_leaves_is_clean_and_stays_as_it_is(text):
    left = strip(text, check(text))
    assert check(left).ok
    assert strip(left, check(left)) == left


@settings(deadline=None)
@given(LIKELY_TEXT)
def test_a_text_is_refused_before_it_is_cleaned_as_after(text):
    assert check(text).ok <= check(clean_text(text)).ok


@settings(deadline=None)
@given(ANY_TEXT | LIKELY_TEXT)
def test_a_cleaned_text_can_be_stored_anywhere_and_is_clean_once_and_for_all(text):
    clean = clean_text(text)
    assert clean == clean_text(clean) == clean.strip()
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert not any(character < " " and character not in "\n\t" for character in clean)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  To knallerter\tved stien \n", "To knallerter\tved stien"),
        ("første\r\nanden\rtredje\u2028fjerde", "første\nanden\ntredje\nfjerde"),
        ("a\x00b\x07c\x1bd\x7fe\x85f", "abcdef"),
        ("a\ud800b\udfffc", "abc"),
        ("sko\u202elen\u202c \u2066ved\u2069 \u200estien\u200f", "skolen ved stien"),
        ("sko\u200ble\u200cn\ufeff\u2060\u00ad", "skolen"),
        ("A\u030angstro\u0308m", "Ångström"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d🚒", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d🚒"),
        ("x\u200dy\u200d \u200d👧", "xy 👧"),
        ("z" + "\u0335" * 500, "z" + "\u0335" * 8),
        ("{{7*7}} {% <img onerror> ` ${} æøå", "{{7*7}} {% <img onerror> ` ${} æøå"),
        ("مرحبا שלום", "مرحبا שלום"),
        ("", ""),
    ],
)
def test_a_text_is_stored_without_what_cannot_be_seen_and_otherwise_unchanged(typed, stored):
    assert clean_text(typed) == stored
