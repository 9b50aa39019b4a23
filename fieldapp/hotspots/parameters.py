"""Every limit of the statistics, frozen in one table that the page shows; nothing elsewhere is a bare number."""

from __future__ import annotations

from dataclasses import dataclass, fields

from fieldapp.formats import number
from fieldapp.texts import N_


@dataclass(frozen=True, slots=True)
class Parameters:
    """The limits; `MEANINGS` says in Danish what each does."""

    alpha: float = 0.05
    window: int = 3
    hours_error: float = 0.2
    least_ratio: float = 1.5
    least_spread: float = 0.5
    least_reporters: int = 2
    least_days: int = 3
    sizes: tuple[tuple[int, int], ...] = ((10_000, 100), (2_000, 250), (0, 500))
    least_hours_square: float = 2.0
    least_hours_district: float = 10.0
    least_hours_known: float = 100.0
    least_covered: float = 0.7
    least_hours_part: float = 100.0
    least_expected: float = 5.0
    least_count: int = 20
    least_shown: int = 5
    range_level: float = 0.95
    power: float = 0.8
    alert_sigma: float = 3.0
    least_weeks: int = 8
    repeat_count: int = 3
    lasting_months: int = 3
    fading_months: int = 3
    scan_side: int = 8
    permutations: int = 999

    def table(self) -> tuple[tuple[str, str, str], ...]:
        """Each limit as (name, value with Danish separators, message id of what it does)."""
        return tuple((field.name, _said(getattr(self, field.name)), MEANINGS[field.name]) for field in fields(self))


MEANINGS: dict[str, str] = {
    "alpha": N_(
        "Højst så stor en del af de felter, vi fremhæver, må forventes at være tilfældige "
        "(kontrolleret over alle felter, kategorier og vinduer på én gang)."
    ),
    "window": N_("Et felt prøves både alene og sammen med sine naboer i et vindue på så mange felter på hver led."),
    "hours_error": N_(
        "Så meget kan timerne i et felt være skrevet forkert (standardafvigelse), uden at det ligner et mønster."
    ),
    "least_ratio": N_("Et fremhævet felts udjævnede tal pr. time er mindst så mange gange kommunens."),
    "least_spread": N_(
        "Når prøven viser, at steder er forskellige, regner udjævningen mindst med denne spredning mellem "
        "dem (som del af gennemsnittet)."
    ),
    "least_reporters": N_("Et fremhævet felt er registreret af mindst så mange forskellige personer."),
    "least_days": N_("Et fremhævet felt er registreret på mindst så mange forskellige dage."),
    "sizes": N_(
        "Feltets side i meter efter antallet af situationer i perioden: fra så mange situationer, så stor en side."
    ),
    "least_hours_square": N_("Under så mange timer i et felt vises intet tal pr. time, og feltet prøves ikke."),
    "least_hours_district": N_("Under så mange timer i et distrikt i perioden vises intet tal pr. time."),
    "least_hours_known": N_("Under så mange timer i hele perioden regnes tilstedeværelsen for ukendt."),
    "least_covered": N_(
        "Mindst så stor en del af situationerne ligger i felter med timer nok; ellers bruges timerne (eller "
        "døgnets dele) ikke."
    ),
    "least_hours_part": N_(
        "Dag, aften og nat regnes hver for sig, når hver af dem har mindst så mange timer; har natten færre, regnes "
        "den sammen med aftenen."
    ),
    "least_expected": N_("Under så mange forventede situationer bruges ingen sammenlignende ord."),
    "least_count": N_("Under så mange situationer bruges ingen sammenlignende ord."),
    "least_shown": N_("Under så mange situationer vises antallet ikke uden for medarbejdergruppen."),
    "range_level": N_("Så ofte rummer et vist interval det tal, der ligger bag, hvis forudsætningerne holder."),
    "power": N_("Den mindste ændring, vi kunne have set, er den, vi ville have opdaget så ofte."),
    "alert_sigma": N_(
        "En uge giver besked, når den ligger så mange standardafvigelser over det forventede (kun opad)."
    ),
    "least_weeks": N_("Der gives ingen ugebesked før så mange tidligere uger er kendt."),
    "repeat_count": N_("Et sted er et gentaget sted fra så mange situationer i perioden."),
    "lasting_months": N_(
        "Et sted er varigt, når det også er fundet i mindst så mange tidligere måneder; ellers er det nyt."
    ),
    "fading_months": N_(
        "Et sted er aftagende, når det ikke længere findes, men blev fundet i en af så mange måneder før."
    ),
    "scan_side": N_("Natlig afsøgning: den største firkant, målt i felter på hver led."),
    "permutations": N_("Natlig afsøgning: så mange tilfældige kort sammenlignes der med."),
}

PARAMETERS = Parameters()


def square_size(situations: int) -> int:
    """Side in metres of the squares that so many situations can carry: 100, 250 or 500; ValueError below 0."""
    if situations < 0:
        raise ValueError("a number of situations is not negative")
    return next(size for least, size in PARAMETERS.sizes if situations >= least)


def _said(value: object) -> str:
    match value:
        case tuple():
            return "; ".join(f"{number(least)}: {number(size)}" for least, size in value)
        case int():
            return number(value)
        case float():
            return number(value, digits=_digits(value))
    raise TypeError(type(value))


def _digits(value: float) -> int:
    """As many decimals as the number has, two at most."""
    return next(digits for digits in (0, 1, 2) if round(value, digits) == round(value, 2))
