"""How levels are set, told in a table; and the night's look at the whole municipality, for the coordinator."""

from __future__ import annotations

import streamlit as st

from fieldapp import charts
from fieldapp.formats import distance, number
from fieldapp.model import Role, User
from fieldapp.model.levels import LEVEL_NAMES, LIMITS, PROMISES, SHAPES, Level
from fieldapp.texts import N_, Translator, translator
from fieldapp.ui.levels.drawing import STYLE, since_text
from fieldapp.ui.session import database
from fieldapp.usecases import nightly
from fieldapp.usecases.nightly import ScanFound

_RULES = {
    Level.GREEN: N_("hverken gul eller rød, og nogen har været der inden for {days} dage"),
    Level.YELLOW: N_(
        "mindst {situations} situationer i {weeks} uger, eller én med alvor 3 eller en konflikt; også et nyt sted, "
        "hvor ingen har været"
    ),
    Level.RED: N_(
        "situationer i mindst {red} af {weeks} uger og ved mindst hvert femte besøg; eller alvorlige i mindst {severe} "
        "uger"
    ),
}
NO_SCAN = N_("Der er registreret for få timer til at se på hele kommunen under ét.")
_NOTES = (
    N_("Har ingen været der i {days} dage, kan niveauet stige, men ikke falde: at intet er set, er ikke det samme "
       "som, at intet sker."),
    N_("Medarbejderes svar gælder i ugen og den næste; derefter gælder reglen igen."),
    N_("Et besøg er mindst 10 minutters tilstedeværelse i et af stedets felter. Alles besøg lægges sammen."),
    N_("Et hotspot lukkes, når det ikke er fundet i {close} dage."),
)  # fmt: skip


def rules_part(user: User) -> None:
    """The rule behind the levels and what each of them promises."""
    _ = translator(user.language)
    values = {
        "days": LIMITS.unvisited_days,
        "situations": LIMITS.yellow_situations,
        "weeks": LIMITS.weeks,
        "red": LIMITS.red_weeks,
        "severe": LIMITS.red_severe_weeks,
        "close": LIMITS.close_after_days,
    }
    levels = [
        _("{shape} {level}: {rule}. Lovet: {promise}.").format(
            shape=SHAPES[level],
            level=_(LEVEL_NAMES[level]),
            rule=_(_RULES[level]).format(**values),
            promise=_("1 besøg om ugen") if PROMISES[level] == 1 else _("{n} besøg om ugen").format(n=PROMISES[level]),
        )
        for level in Level
    ]
    notes = [_(_NOTES[line]).format(**values) for line in range(len(_NOTES))]
    folded = charts.folded(_("Sådan sættes niveauet"), charts.bullets([*levels, *notes]))
    st.html(f"<style>{STYLE}</style>" + charts.page(folded))


def scan_part(user: User) -> None:
    """One sentence about the whole map and its one p, for the coordinator alone."""
    if user.role is not Role.COORDINATOR:
        return
    _ = translator(user.language)
    with database() as db:
        found = nightly.newest_scan(reader=user, db=db)
        last = nightly.last_run(db)
    told = scan_text(found[1], user.language) if found else _(NO_SCAN)
    on = found[0] if found else last and last.date()
    when = _("Regnet ud {day}.").format(day=since_text(on)) if on else _("Ikke regnet ud endnu.")
    st.html(
        f"<style>{STYLE}</style>"
        + charts.page(
            charts.heading(_("Hele kommunen under ét")), charts.paragraph(told), charts.paragraph(when, kind="quiet")
        )
    )


def scan_text(found: ScanFound, language: str = "da") -> str:
    """Where, how many, and how often chance alone would show as much: never more than that."""
    _ = translator(language)
    if found.place is None:
        return _("Intet område ligger over det, timerne giver.")
    where = {
        "place": found.place,
        "high": distance(found.high_m or 0, language=language),
        "wide": distance(found.wide_m or 0, language=language),
        "count": number(found.situations, language=language),
        "expected": number(found.expected, language=language),
    }
    chance = _chance(found, language, _)
    if not found.beyond_chance:
        told = _(
            "Intet område skiller sig ud. Det, der ligger længst fra det forventede, er ved {place} ({high} × {wide}: "
            "{count} situationer, forventet ca. {expected}); {chance}."
        )
    else:
        told = _(
            "Ét område skiller sig ud: ved {place} ({high} × {wide}: {count} situationer, forventet ca. {expected}); "
            "{chance}. Tallene siger ikke hvorfor."
        )
    return told.format(**where, chance=chance)


def _chance(found: ScanFound, language: str, _: Translator) -> str:
    count = number(found.one_in, language=language)
    if found.one_in > found.permutations:
        return _("så meget ville ske i højst ca. 1 af {n} tilfældige kort").format(n=count)
    return _("så meget ville ske i ca. 1 af {n} tilfældige kort").format(n=count)
