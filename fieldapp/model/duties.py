"""Reminders: what belongs to the police or in an «underretning» rather than here. Rules as data, read by `reminders`.

Nothing of it is stored or counted, and it never stands in the way of saving. Whoever works for a municipality has a
duty to report a child that may need support (barnets lov § 133, personal and stricter than everyone's in § 135), and
an observation here does not fulfil it.

A phrase is words in order: `*` is the rest of a word, `|` a choice, `~` up to four words between, `#` a number from 1
to 17, `{name}` a group. Letters are compared folded: æ as ae, å as aa, ø as oe, doubled consonants once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache


class Duty(StrEnum):
    """Where a matter belongs: 112 or 114 now, 114 later, or an «underretning»; the most pressing first."""

    NOW = "now"
    POLICE = "police"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class Sight:
    """What stands in the form so far; `urgent` is the category's own mark, `now` that it is said to happen now."""

    category: str = ""
    urgent: bool = False
    severity: int | None = None
    age_band: str | None = None
    group_size: str | None = None
    note: str = ""
    now: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """All that is named must hold; an empty field says nothing. `said` is any of, `unless` none of, in one sentence."""

    duty: Duty
    urgent: bool = False
    categories: frozenset[str] = field(default_factory=frozenset)
    severity: int = 0
    ages: frozenset[str] = field(default_factory=frozenset)
    sizes: frozenset[str] = field(default_factory=frozenset)
    said: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def holds(self, sight: Sight) -> bool:
        """Does the rule speak of this sight?"""
        return self._fields(sight) and (not self.said or any(self._speaks(one) for one in sentences(sight.note)))

    def _fields(self, sight: Sight) -> bool:
        return (
            (not self.urgent or sight.urgent)
            and (not self.categories or sight.category in self.categories)
            and (sight.severity or 0) >= self.severity
            and (not self.ages or sight.age_band in self.ages)
            and (not self.sizes or sight.group_size in self.sizes)
        )

    def _speaks(self, sentence: str) -> bool:
        return _finds(self.said, sentence) and not _finds(self.unless, sentence)


GROUPS: dict[str, tuple[str, ...]] = {
    "child": (
        "barn", "barnet", "baby*", "spædbarn*", "dreng", "drengen", "pige", "pigen", "lillebror*", "lillesøster*",
        "små børn", "småbørn*", "# år*", "mindreårig*",
    ),
    "kids": ("børn", "børnene", "drenge", "drengene", "piger", "pigerne", "mindreårige", "{child}"),
    "home": (
        "far", "fars", "faren", "faderen", "mor", "mors", "moren", "moderen", "forælder*", "forældre*", "stedfar*",
        "stedmor*", "storebror*", "onkel*", "papfar*",
    ),
    "drug": ("hash", "stoffer*", "narko*", "kokain", "coke", "piller", "joint*", "lattergas", "heroin", "amfetamin"),
    "weapon": ("kniv*", "pistol*", "våben*", "skydevåben*", "gevær*", "patron*", "ammunition", "håndgranat*"),
    "found": ("fandt", "fundet", "fund", "ligger", "lå", "efterladt", "hittet", "smidt"),
}  # fmt: skip
_YOUNG = frozenset({"under13", "13-17"})
_PEOPLE = frozenset({"drugs", "conflict", "shoplifting", "group"})
_SPORT = ("fyrværkeri*", "raket*", "kanonslag*", "romerlys*", "bold*", "mål", "snebold*", "basket*", "krudt*", "foto*")
_COSY = ("bål*", "grill*", "fakkel*", "fakler*", "stearinlys*", "lys", "lyset", "lampe*", "lygte*", "gadelampe*")

RULES: tuple[Rule, ...] = (
    Rule(Duty.NOW, urgent=True),
    Rule(
        Duty.NOW,
        said=("{weapon}", "machete*", "baseballbat*", "knojern*"),
        unless=("fandt", "fundet", "fund", "hittet", "efterladt", "{weapon} ligger|lå", "legetøj*", "køkken*"),
    ),
    Rule(Duty.NOW, said=("skyder", "skyderi*", "skudt", "skud", "affyr*"), unless=_SPORT),
    Rule(
        Duty.NOW,
        said=(
            "slår|sparker|tæsker|banker ~ hinanden|løs|ham|hende|dem|mand|kvinde|dreng|pige", "slås", "slagsmål*",
            "slagsmaal*", "overfald*", "stukket ned", "får tæv|bank|tæsk",
        ),
        unless=("leger", "leg", "sjov", "fodbold*", "mål", "mure*", "græs*"),
    ),
    Rule(
        Duty.NOW,
        said=(
            "bløder*", "blod", "blodig*", "bevidstløs*", "livløs*", "besvim*", "trækker|trak ikke vejret", "overdosis*",
            "kramper", "krampeanfald*", "hjertestop*", "kvæler*", "kvælertag*", "druknet", "drukner", "drukne",
            "faldet|falder i vandet|søen|kanalen|åen|havnen", "gennem isen", "påkørt", "kørt ned", "kvæstet",
            "på skinnerne|sporet", "selvmord*", "tage|tager sit eget liv", "tage|tager livet af sig",
        ),
        unless=("bloddon*", "øvelse"),
    ),
    Rule(
        Duty.NOW,
        said=(
            "det|der|stadig brænder|brænner|brender", "brænder|brænner|brender nu|lige|i|ved|på|bag|foran|en|et",
            "brændende", "i flammer", "i brand", "ild i", "ildebrand*", "gaslugt*", "lugter af gas", "gasudslip*",
        ),
        unless=(*_COSY, "brænder ikke"),
    ),
    Rule(Duty.POLICE, categories=frozenset({"drugs", "moped", "shoplifting"}), severity=3),
    Rule(
        Duty.POLICE,
        said=(
            "sælger|sælges|solgt|handler|handles|køber ~ {drug}", "pusher*", "narkohandel*", "hashhandel*",
            "stofhandel*", "indbrud*", "røveri*", "røvet", "røvede", "afpres*", "truet", "truede", "truer", "trusler",
            "blotter*", "blottede", "voldtægt*", "voldtaget", "voldtog", "befølt", "befamlet", "overgreb*",
            "nøgenbillede*", "lokker|lokket|lokkede ~ {kids}", "lokker|lokket|lokkede ~ bil|bilen",
            "{weapon} ~ {found}", "{found} ~ {weapon}",
        ),
        unless=("møde", "oplæg", "foredrag*", "kampagne*", "plakat*", "nabohjælp*"),
    ),
    Rule(Duty.CHILD, ages=frozenset({"under13"}), severity=3),
    Rule(Duty.CHILD, categories=_PEOPLE - {"group"}, ages=frozenset({"under13"})),
    Rule(Duty.CHILD, categories=frozenset({"drugs"}), ages=frozenset({"13-17"}), severity=2),
    Rule(Duty.CHILD, categories=_PEOPLE, ages=_YOUNG, sizes=frozenset({"1-2"}), severity=3),
    Rule(
        Duty.CHILD,
        said=(
            "{child} ~ alene", "alene {child}", "{child} ~ uden voksne|voksen|opsyn|tilsyn",
            "{child} ~ sover|sov|overnatter", "sover|overnatter ~ {child}", "{child} ~ vil ikke hjem",
            "{child} ~ vil ikke gå hjem", "bange for at gå|komme|tage|være hjem|hjemme",
            "tør ikke gå|komme|tage|være hjem|hjemme", "smidt ud ~ hjemmefra|hjemme", "smidt ud af {home}",
            "løbet hjemmefra", "stukket af hjemmefra",
        ),
        unless=("øvelse", "sommerlejr*", "lejr*", "spejder*"),
    ),
    Rule(
        Duty.CHILD,
        said=(
            "slået|slår|slog|tæsket|tæsker|banket|banker|sparket|tæv|bank|lussing*|øretæve* ~ {home}",
            "{home} ~ slår|slog|tæsker|banker|sparker|ydmyger", "vold i hjemmet|familien", "blå|blåt mærke|mærker",
            "blåmærke*", "brændemærke*", "brandmærke*", "mærker på arm*|hals*|kroppen|ryggen", "mishandl*",
        ),
        unless=("bold*", "græs*", "rundbold*", "søm"),
    ),
    Rule(
        Duty.CHILD,
        said=(
            "sulter", "sulten|sultent|sultne {kids}", "{child} ~ sulten|sultent", "får ikke mad|morgenmad|aftensmad",
            "ikke ~ fået|spist ~ mad|morgenmad|dag|dage|går", "ingen mad hjemme|derhjemme", "vanrøgt*", "omsorgssvigt*",
            "forsømt", "forsømmes", "misbrug* ~ hjem|hjemme|hjemmet|derhjemme|familien",
            "drikker|druk|drukker ~ hjemme|derhjemme|hjemmet",
            "{home} ~ drikker|fuld|fulde|beruset|berusede|påvirket|påvirkede|misbrug*",
            "gravid* ~ drikker|fuld|beruset|påvirket|misbrug*|{drug}",
        ),
        unless=("fuld fart", "fuld gang", "kaffe*", "te", "sodavand*", "saft*"),
    ),
    Rule(
        Duty.CHILD,
        said=(
            "selvmord*", "tage|tager sit eget liv", "tage|tager livet af sig", "selvskad*", "cutter",
            "skærer|skåret ~ sig selv", "skærer|skåret sig i", "overgreb*", "voldtægt*", "voldtaget", "befølt",
            "befamlet", "seksuelt krænk*", "sex for penge", "sælger|solgt sig selv|sin krop", "nøgenbillede*",
            "lokker|lokket|lokkede ~ {kids}", "social kontrol", "tvangsægte*", "tvangsgift*", "genopdragelse*",
            "æresrelatere*", "omskær*", "omskåret", "rekrutter* ~ {kids}", "{kids} ~ rekrutter*",
            "{child} ~ sælger|løber|bærer ~ {drug}", "kommer|går|møder ikke i skole", "ikke været i skole", "mistrives",
        ),
        unless=("møde", "oplæg", "foredrag*", "kampagne*", "plakat*"),
    ),
)  # fmt: skip

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "y"})
_DOUBLED = re.compile(r"([b-df-hj-np-tv-xz])\1+")


def reminders(sight: Sight) -> tuple[Duty, ...]:
    """What the worker should be reminded of, the most pressing first; 112 covers 114.

    >>> reminders(Sight(note="Lille dreng sad alene på trappen kl. 23"))
    (<Duty.CHILD: 'child'>,)
    """
    found = {_later(rule.duty, sight) for rule in RULES if rule.holds(sight)}
    if Duty.NOW in found:
        found.discard(Duty.POLICE)
    return tuple(duty for duty in Duty if duty in found)


def _later(duty: Duty, sight: Sight) -> Duty:
    return Duty.POLICE if duty is Duty.NOW and not sight.now else duty


def sentences(note: str) -> Iterator[str]:
    """The note's sentences as folded words with one space between."""
    return (words for part in re.split(r"[.!?;\n]+", note) if (words := folded(part)))


def folded(text: str) -> str:
    """Lower case without marks, accents, Danish letters and doubled consonants.

    >>> folded("Blåt mærke på KNNIVEN!")
    'blaat maerke paa kniven'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _DOUBLED.sub(r"\1", " ".join(re.findall(r"\d+|[^\W\d_]+", bare)))


_NOT = frozenset(map(folded, ("ikke", "ingen", "intet", "ej", "uden", "hverken", "aldrig")))
_LOOK_BACK = 3


def _finds(phrases: tuple[str, ...], sentence: str) -> bool:
    return bool(phrases) and any(
        not _denied(sentence, found.start()) for found in _compiled(phrases).finditer(sentence)
    )


def _denied(sentence: str, start: int) -> bool:
    """Is there a «not» in the three words before? «Uden for» is a place."""
    near = sentence[:start].replace("uden for ", "").replace("uden om ", "").split()[-_LOOK_BACK:]
    return not _NOT.isdisjoint(near)


@lru_cache(maxsize=64)
def _compiled(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(_pattern, phrases))})\b")


def _pattern(phrase: str) -> str:
    joined = " ".join(_choice(part) for part in phrase.split())
    return joined.replace(" ~ ", r"(?: \w+){0,4} ")


def _choice(part: str) -> str:
    if part == "~":
        return part
    return "(?:" + "|".join(_word(one) for one in part.split("|")) + ")"


def _word(word: str) -> str:
    if word == "#":
        return r"(?:[1-9]|1[0-7])"
    if word.startswith("{"):
        return "(?:" + "|".join(_pattern(one) for one in GROUPS[word[1:-1]]) + ")"
    return folded(word) + (r"\w*" if word.endswith("*") else "")
