"""A hotspot drawn as plain HTML: every text is escaped by `charts`; a level is shape and word before it is colour."""

from __future__ import annotations

from datetime import date

from fieldapp import charts
from fieldapp.formats import number
from fieldapp.model import ROLE_NAMES
from fieldapp.model.levels import KNOWN_NAMES, LEVEL_NAMES, SHAPES, Because, Level, Promise, Verdict
from fieldapp.texts import Translator, translator
from fieldapp.usecases.levels import HotspotCard
from fieldapp.usecases.levels_words import (
    NO_VISIT,
    category_text,
    found_text,
    place_text,
    promise_text,
    reason_text,
)
from fieldapp.usecases.services import Services

STYLE = (
    charts.STYLE
    + """
.fa h3 {font-size: 1.1875rem; line-height: 1.3; margin: 0; padding: 0; font-weight: 650; overflow-wrap: anywhere}
.fa .fa-tags {display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0}
.fa .fa-level, .fa .fa-tag {display: inline-flex; align-items: center; gap: .5rem; min-height: 2rem;
  padding: .125rem .75rem; border-radius: .5rem; border: 2px solid currentColor; font-weight: 650; font-size: 1rem}
.fa .fa-tag {font-weight: 400; border-width: 1px; border-style: dashed}
.fa .fa-green {background: #e2f2e7; color: #14532d} .fa .fa-yellow {background: #fff1bf; color: #5c4400}
.fa .fa-red {background: #fde2e1; color: #8a1414}
.fa .fa-promise {font-weight: 650; font-size: 1.0625rem} .fa .fa-promise span {display: block; font-weight: 400}
[class*="st-key-hs-answer-"] button, [class*="st-key-hs-more-"] button, [class*="st-key-alert-"] button,
[class*="st-key-hs-more-"] [data-testid="stPageLink"] a, [class*="st-key-hs-tasks-"] [data-testid="stPageLink"] a,
[class*="st-key-alert-"] [data-testid="stPageLink"] a {
  min-height: 48px !important; margin: 0 !important}
.st-key-alerts-part summary {min-height: 44px}
[class*="st-key-hs-answer-"] {max-width: 30rem; flex-wrap: nowrap !important}
"""
)


def level_tag(level: Level, language: str = "da") -> str:
    """«■ Rød – aktiv» in its colour; the shape is drawn, the word is read."""
    word = charts.text(translator(language)(LEVEL_NAMES[level]))
    return f'<span class="fa-level fa-{level}"><span aria-hidden="true">{SHAPES[level]}</span>{word}</span>'


def card_head(card: HotspotCard, *, bare: bool, services: Services, language: str) -> str:
    """Place, category, level, why, and what was promised; `bare` leaves numbers out that are not all the reader's."""
    _ = translator(language)
    hotspot = card.hotspot
    tags = [level_tag(card.level, language)]
    if card.week.rule.because is Because.KEPT:
        tags.append(_tag(_(NO_VISIT)))
    return charts.page(
        f"<h3>{charts.text(place_text(hotspot, services, language))}</h3>",
        charts.paragraph(category_text(hotspot, services, language, lifecycle=card.lifecycle)),
        f'<div class="fa-tags">{"".join(tags)}</div>',
        charts.paragraph(_level_why(card, language, _)),
        charts.paragraph(found_text(card.found, bare=bare, lifecycle=card.lifecycle, language=language)),
        *promise_lines(card.promises, language),
    )


def _tag(word: str) -> str:
    return f'<span class="fa-tag">{charts.text(word)}</span>'


def _level_why(card: HotspotCard, language: str, _: Translator) -> str:
    """The rule's reason; where staff have said another level, both."""
    reason = reason_text(card.week, language)
    if card.level is card.rule.level:
        return reason
    told = _("Medarbejdere har sat niveauet. Reglen siger {level}: {reason}")
    return told.format(level=_(LEVEL_NAMES[card.rule.level]), reason=reason)


def promise_lines(promises: tuple[Promise, ...], language: str = "da") -> list[str]:
    """This week in large, the weeks before folded."""
    _ = translator(language)
    if not promises:
        return []
    told = charts.text(promise_text(promises[0], language))
    drawn = [f'<p class="fa-promise"><span>{charts.text(_("Besøg i denne uge"))}</span>{told}</p>']
    if earlier := promises[1:]:
        lines = [
            _("Uge {week}: {told}").format(week=int(one.iso_week[-2:]), told=promise_text(one, language))
            for one in earlier
        ]
        drawn.append(charts.folded(_("Lovet og gjort i ugerne før"), charts.bullets(lines)))
    return drawn


def answer_text(verdict: Verdict, language: str = "da") -> str:
    """«Uge 47: Ja, ■ Rød – aktiv (reglen: Gul – nogen aktivitet) – grunden · Gadeplansmedarbejder»."""
    _ = translator(language)
    told = _("Uge {week}: {known}").format(week=int(verdict.iso_week[-2:]), known=_(KNOWN_NAMES[verdict.known]))
    if verdict.level:
        told += f", {SHAPES[verdict.level]} {_(LEVEL_NAMES[verdict.level])}"
        if verdict.changed:
            told += " " + _("(reglen: {level})").format(level=_(LEVEL_NAMES[verdict.rule_level]))
    if verdict.reason:
        told += f" – {verdict.reason}"
    return f"{told} · {_(ROLE_NAMES[verdict.role])}" if verdict.role else told


def history(card: HotspotCard, language: str = "da") -> str:
    """Every answer, newest first, folded; nothing where nobody has answered."""
    _ = translator(language)
    if not card.verdicts:
        return ""
    lines = charts.bullets([answer_text(verdict, language) for verdict in card.verdicts])
    count = number(len(card.verdicts), language=language)
    return charts.page(charts.folded(_("Tidligere svar ({n})").format(n=count), lines))


def since_text(day: date) -> str:
    """«20.11.2026»."""
    return f"{day:%d.%m.%Y}"
