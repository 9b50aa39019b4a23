"""Names, plates, addresses, handles and initials: what the gate finds, what it lets through, and how sure it is."""

import json
import tomllib
from pathlib import Path

import pytest

from bench.privacy.people import parts
from fieldapp.privacy import check
from fieldapp.privacy.letters import fold
from fieldapp.privacy.lists import build
from fieldapp.privacy.table import PATH, table, unpack

APART = Path(__file__).parents[1] / "bench" / "privacy" / "unseen_names.json"

FULL_NAMES = [
    "Peter Hansen",
    "peter hansen",
    "Mohammed Ali",
    "mohammed hussein",
    "Anne-Mette Bech Nielsen",
    "Fatima Al-Hassan",
    "Nguyen Van Anh",
    "Łukasz Kowalski",
    "Çağla Yılmaz",
    "Abdirahman Warsame Farah",
    "Mathias K. Jensen",
    "Bo Lund",
    "Zahra Ahmadi",
    "Harpreet Singh",
    "Đorđe Petrović",
]
SINGLE_NAMES = [
    "Mohammed",
    "mohammed",
    "Fatima",
    "Yusuf",
    "Emil",
    "Zainab",
    "Mateusz",
    "Thuy",
    "musti",
    "Yilmaz",
    "Hodan",
]
FRAMES = ["{}", "Talte med {} i går", "Igen {} og de andre", "uro ved skolen. {} kastede sten", "({})"]

SOFT = [
    ("plate", "AB 12 345"),
    ("plate", "AB12345"),
    ("plate", "ab12345"),
    ("address", "Vejleåparken 12, 3. tv"),
    ("address", "Gildhøj 4 2.th"),
    ("address", "H.C. Andersens Vej 35, st. mf"),
    ("initials", "M.K. fra 8.b"),
    ("initials", "MK 9A"),
]
HANDLES = ["@momo2635", "instagram.com/momo.2635", "ghost#1234"]

WORDS_AND_PLACES = [
    "Storm har væltet hegnet ved hallen",
    "Sol og mange ude, god stemning",
    "De bo i blok 12, opgang 4",
    "to gange per måned",
    "April var rolig, maj værre",
    "Skov bag hallen er mørk",
    "Bang fra fyrværkeri ved Netto",
    "Hans knallert larmer",
    "Peter Bangs Vej er mørk, også Ole Rømers Vej",
    "Sankt Hans ved Vejleåparken, 200 mennesker",
    "Tommy Hilfiger-poser og Harald Nyborg-kvitteringer i busken",
    "8.b og 9. klasse fra Strandgårdskolen",
    "bus 300S mod Ishøj Station kl. 21.40",
    "2635 Ishøj",
    "Vejlebrovej 12: lampe slukket",
    "SSP, UU og DSB var med",
    "KNALLERTER PÅ STIEN IGEN",
    "Yamaha og Aprilia uden plader",
    "tyrkisk og somalisk forening holdt fest",
    "jan. og febr. har været rolige",
    "Drengene fra Klubben sad ved Kiosken",
    "wallah det var ikke os, sagde en af dem",
]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", FULL_NAMES)
def test_a_full_name_is_found_whole_and_cannot_be_saved(name, frame):
    verdict = check(frame.format(name))
    assert [(f.kind, f.text, f.hard) for f in verdict.findings] == [("name", name, True)]
    assert verdict.blocked


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", SINGLE_NAMES)
def test_a_single_name_is_found_and_asked_about(name, frame):
    verdict = check(frame.format(name))
    assert [(f.kind, f.text, f.hard) for f in verdict.findings] == [("name", name, False)]
    assert not verdict.blocked


@pytest.mark.parametrize(("kind", "words"), SOFT)
def test_plates_addresses_with_a_door_and_initials_with_a_class_are_asked_about(kind, words):
    assert [(f.kind, f.text, f.hard) for f in check(f"Set ved {words} i dag").findings] == [(kind, words, False)]


@pytest.mark.parametrize("words", HANDLES)
def test_a_user_name_cannot_be_saved(words):
    assert [(f.kind, f.text, f.hard) for f in check(f"skriv til {words} i dag").findings] == [("handle", words, True)]


def test_a_user_name_is_known_by_the_service_before_it():
    assert [(f.kind, f.text) for f in check("insta: momo_2635 lagde video op").findings] == [("handle", "momo_2635")]
    assert check("Snapchat og TikTok er fulde af videoer").ok


@pytest.mark.parametrize("text", WORDS_AND_PLACES)
def test_words_that_are_names_and_places_called_after_people_pass(text):
    assert check(text).findings == ()


def test_names_in_a_list_are_found_one_by_one():
    found = check("Ali, Yusuf og Emil sad ved busskuret").findings
    assert [(f.text, f.hard) for f in found] == [("Ali", False), ("Yusuf", False), ("Emil", False)]


def test_a_word_that_is_a_name_is_one_after_hedder_before_an_age_and_beside_a_last_name():
    assert [f.text for f in check("en dreng der hedder Sol").findings] == ["Sol"]
    assert [f.text for f in check("talte med storm, 15 år").findings] == ["storm"]
    assert [f.text for f in check("Storm Pedersen råbte").findings] == ["Storm Pedersen"]


def test_a_name_of_no_list_is_found_by_its_capital_and_by_the_words_beside_it():
    for text in ("snakkede med Zyrbeq ved hallen", "drengen der hedder zyrbeq", "zyrbeq, 14 år, var alene"):
        assert [f.text.lower() for f in check(text).findings] == ["zyrbeq"]


def test_the_genitive_is_part_of_the_finding():
    assert [f.text for f in check("Mohammeds bror kørte").findings] == ["Mohammeds"]
    assert [f.text for f in check("det var Ali's knallert").findings] == ["Ali's"]


def test_the_table_holds_no_name_that_is_kept_apart_for_measuring():
    lists = table().lists
    kept = {part for names in json.loads(APART.read_text("utf-8")).values() for name in names for part in parts(name)}
    held = lists["first"] | lists["last"]
    assert {name for name in map(fold, kept) if len(name) > 2} & set(held) == set()


def test_the_table_is_built_of_the_rules_and_cues_that_stand_beside_it():
    described = json.loads(PATH.read_text("utf-8"))
    rules = tomllib.loads((build.HERE / "rules.toml").read_text("utf-8"))
    assert described["rules"] == list(build.rules(rules))
    assert (described["patterns"], described["least"]) == (rules["patterns"], rules["least"])
    cues = {name: " ".join(sorted(words)) for name, words in build.sections(build.HERE / "cues.txt").items()}
    assert {name: words for name, words in described["cues"].items() if name != "last"} == cues
    assert set(described["phrases"]) == build.phrases(build.HERE / "phrases.txt")
    assert set(unpack(described["lists"]["places"])) == build.read(build.HERE / "places.txt")


def test_a_packed_list_is_unpacked_as_it_was():
    words = sorted({"anna", "anne", "annelise", "bo", "bodil", "æske", "øl"})
    assert unpack(build.pack(words)) == words
