"""What the fictional observations are about: when each category happens, and what is written about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """How often a category is seen, its chance by month (0–1), on Monday to Thursday, and its weight by hour."""

    category: str
    weight: float
    months: tuple[float, ...]
    weekday: float
    hours: tuple[int, ...]


def _hours(**spans: int) -> tuple[int, ...]:
    """`h15_18=3` weighs the hours from 15 up to 18 with three; the others with none."""
    hours = [0] * 24
    for name, weight in spans.items():
        first, last = (int(part) for part in name[1:].split("_"))
        hours[first:last] = [weight] * (last - first)
    return tuple(hours)


_EVENING = _hours(h14_18=2, h18_21=5, h21_24=6, h0_1=2)
_DAY = _hours(h8_12=3, h12_17=4, h17_20=2)
_NIGHT = _hours(h0_4=3, h18_21=2, h21_24=4)
_ALL_YEAR = (0.8,) * 12
_SUMMER = (0.1, 0.1, 0.25, 0.6, 0.9, 1.0, 0.9, 1.0, 0.8, 0.4, 0.15, 0.1)
_WINTER = (1.0, 0.8, 0.4, 0.15, 0.05, 0.05, 0.05, 0.1, 0.3, 0.7, 1.0, 1.0)
_NEW_YEAR = (0.7, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 1.0)

PATTERNS = (
    Pattern("moped", 17, _SUMMER, 0.5, _EVENING),
    Pattern("group", 14, (0.5, 0.5, 0.6, 0.8, 1, 1, 0.7, 1, 1, 0.8, 0.6, 0.5), 0.6, _EVENING),
    Pattern("litter", 12, (0.5, 0.5, 0.6, 0.8, 1, 1, 1, 1, 0.8, 0.6, 0.5, 0.5), 1, _DAY),
    Pattern("vandalism", 11, _ALL_YEAR, 0.7, _DAY),
    Pattern("good", 9, _ALL_YEAR, 1, _DAY),
    Pattern("lighting", 8, _WINTER, 1, _hours(h6_8=2, h16_23=4)),
    Pattern("graffiti", 6, _ALL_YEAR, 1, _DAY),
    Pattern("unsafe", 5, _WINTER, 0.8, _EVENING),
    Pattern("fire", 4, _NEW_YEAR, 0.6, _NIGHT),
    Pattern("drugs", 4, _ALL_YEAR, 0.6, _EVENING),
    Pattern("traffic", 4, _ALL_YEAR, 1, _hours(h7_9=6, h13_17=4)),
    Pattern("overgrown", 3, _SUMMER, 1, _DAY),
    Pattern("conflict", 2, _ALL_YEAR, 0.5, _EVENING),
    Pattern("shoplifting", 2, _ALL_YEAR, 0.8, _hours(h12_19=3)),
    Pattern("burglary", 2, _WINTER, 0.9, _DAY),
    Pattern("other", 1, _ALL_YEAR, 1, _DAY),
)

NOTES: dict[str, tuple[str, ...]] = {
    "moped": (
        "Høj fart på stien. Fodgængere måtte springe til side.",
        "To knallerter kørte rundt mellem blokkene i en halv time.",
        "Kører uden lys. Stoppede, da vi kom, og vi fik en god snak om hjelme.",
        "Støj foran opgangen. Beboere klagede.",
    ),
    "group": (
        "Rolig stemning, men meget larm. De gik, da vi hilste.",
        "Står i læ ved indgangen. Vi talte om klubbens åbningstider.",
        "Flere nye ansigter. Vi kigger forbi igen i morgen.",
        "Kede sig. Ville gerne have et sted at være om aftenen.",
    ),
    "litter": ("Glasskår på legepladsen.", "Indkøbsvogn ved containerne.", "Overfyldte skraldespande efter weekenden."),
    "vandalism": ("Knust rude i cykelskuret.", "Bænk væltet og brækket.", "Dørlås ødelagt i kælderen."),
    "good": (
        "De unge hjalp med at samle affald efter arrangementet.",
        "God stemning ved fodboldburet. Store og små spillede sammen.",
        "Beboere havde selv ryddet buskadset, og der er blevet lyst.",
        "En gruppe spurgte selv om fritidsjob. Vi følges ad til vejledning.",
        "Natteravne og unge drak kakao sammen.",
    ),
    "lighting": ("Tre lamper i træk er gået ud.", "Tunnelen er helt mørk.", "Lampen blinker ved trappen."),
    "graffiti": ("Nyt maleri på gavlen.", "Skriblerier i viadukten.", "Renset i sidste uge, nu igen."),
    "unsafe": ("Flere beboere går en omvej efter mørkets frembrud.", "Øde og uoverskueligt hjørne."),
    "fire": ("Ild i en skraldespand. Slukket.", "Fyrværkeri mellem husene.", "Brandmærker på legeredskab."),
    "drugs": ("Lugt af hash ved bænkene.", "Poser efterladt i buskadset."),
    "traffic": ("Biler holder på cykelstien ved ringetid.", "Høj fart ved fodgængerfeltet."),
    "overgrown": ("Hækken dækker for udsynet til stien.", "Buskads er vokset ind over lampen."),
    "conflict": ("Råben og skubberi. Skiltes, da voksne kom til.", "Uenighed efter en kamp. Vi mæglede på stedet."),
    "shoplifting": ("Butikken fortæller om flere tilfælde om eftermiddagen.",),
    "burglary": ("Opbrudt kælderrum. Boligselskabet er orienteret.",),
    "other": ("Beboere spørger, hvornår stien bliver åbnet igen.",),
}
