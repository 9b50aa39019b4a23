"""The truth of the demonstration data: what was planted where, and what the app should then say.

`docs/demo.md` tells the same to people; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.texts import N_

_ALWAYS = tuple(range(7))
_ALL_DAY = (0, 24)
FOR_EVER = 10_000


@dataclass(frozen=True, slots=True)
class Planted:
    """Something true about one place; `truth` and `says` are for people.

    In the 250 m square of the place (moved by `offset_m`, north and east) an hour of presence meets `times` as many
    situations of `categories` as elsewhere, on `weekdays` (0 is Monday) from the first to the last hour, from
    `began_days_ago` until `ended_days_ago`. `times` 1 plants nothing by itself.
    """

    key: str
    place: str
    categories: tuple[str, ...]
    truth: str
    says: str
    times: float = 1.0
    offset_m: tuple[float, float] = (0.0, 0.0)
    weekdays: tuple[int, ...] = _ALWAYS
    hours: tuple[int, int] = _ALL_DAY
    began_days_ago: int = FOR_EVER
    ended_days_ago: int = -1


STORY = (
    Planted(
        "moped_path",
        "strandparkstien",
        ("moped",),
        N_("Der kører mange knallerter på stien fredag og lørdag aften, mest om sommeren."),
        N_("Knallertkørsel skiller sig ud ved Strandparkstien."),
        times=24,
        offset_m=(60, 0),
        weekdays=(4, 5),
        hours=(17, 24),
    ),
    Planted(
        "behind_the_shops",
        "erhverv-industribuen",
        ("vandalism", "litter"),
        N_("Der er hærværk og affald bag butikkerne hele året."),
        N_("Hærværk og affald skiller sig ud ved Industribuen og er varige."),
        times=7,
    ),
    Planted(
        "new_group",
        "gildbroskolen",
        ("group",),
        N_("En gruppe er begyndt at mødes bag skolen for ti uger siden."),
        N_("Bekymrende gruppe skiller sig ud ved Gildbroskolen og er ny."),
        times=28,
        offset_m=(-110, -110),
        hours=(14, 24),
        began_days_ago=70,
    ),
    Planted(
        "faded_graffiti",
        "ishoejstien",
        ("graffiti",),
        N_("Der var meget graffiti ved stien, indtil den blev malet og belyst for godt ti måneder siden."),
        N_("Graffiti ved Ishøjstien har været et hotspot, men er på vej væk."),
        times=16,
        offset_m=(60, -60),
        ended_days_ago=330,
    ),
    Planted(
        "busy_station",
        "ishoej-station",
        (),
        N_("Stationen har flest observationer, kun fordi medarbejderne er der flest timer."),
        N_("Stationen skiller sig ikke ud: lige så mange situationer pr. time som andre steder."),
    ),
    Planted(
        "unvisited",
        "erhverv-nord",
        ("burglary", "vandalism"),
        N_("Der er indbrud og hærværk, men ingen medarbejdere kommer der."),
        N_("Erhvervsområdet ved Industrivejene viser «ingen besøg», ikke nul."),
        times=6,
    ),
    Planted(
        "good_story",
        "fritidscenteret",
        ("good",),
        N_("Der sker mange gode ting omkring hallen."),
        N_("De gode historier samler sig ved Ishøj Idræts- og Fritidscenter og trækkes ikke fra noget."),
        times=7,
    ),
    Planted(
        "three_parties",
        "skyttestien",
        ("lighting",),
        N_("En gadeplansmedarbejder, en boligsocial medarbejder og en vandring så den samme mørke sti."),
        N_("«Samme sted, tre parter» ved Skyttestien."),
    ),
    Planted(
        "burglaries",
        "vildtbanegaard",
        ("burglary",),
        N_("Fire indbrud inden for 60 meter på tre uger."),
        N_("Gentagne indbrud ved Vildtbanegård."),
    ),
    Planted(
        "one_week",
        "vejleaaparken",
        ("fire",),
        N_("Der blev fyret fyrværkeri af i distriktet i hele sidste uge."),
        N_("Flere brande og fyrværkeri end normalt i Strandgårdskolens distrikt i én uge; det er ikke et hotspot."),
    ),
    Planted(
        "same_situation",
        "ishoej-bycenter",
        (),
        N_("To medarbejdere, der går sammen, skriver nu og da den samme situation."),
        N_("Der er flere registreringer end situationer; situationen tælles én gang."),
    ),
)


def planted(key: str) -> Planted:
    """The entry of the story with this key."""
    return next(one for one in STORY if one.key == key)
