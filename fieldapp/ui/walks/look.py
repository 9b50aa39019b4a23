"""What only «Tryghedsvandringer» looks like; large enough for a projector."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fieldapp import charts
from fieldapp.model.walks import Finding, State, Walk
from fieldapp.texts import Translator
from fieldapp.usecases.services import Services
from fieldapp.usecases.walks_answers import Answer, in_words

STYLE = """
.fa .fw-head {display: flex; align-items: center; gap: .6rem; flex-wrap: wrap; font-size: 1.15rem; font-weight: 650;
  margin: 0 0 .25rem}
.fa .fw-number {display: inline-flex; align-items: center; justify-content: center; min-width: 2.2rem; height: 2.2rem;
  padding: 0 .3rem; border-radius: 1.1rem; background: #0b4f6c; color: #fff; font-weight: 700}
.fa .fw-good {border-radius: .4rem}
.fa .fw-tag {padding: .05rem .5rem; border: 1px solid currentColor; border-radius: .4rem; font-size: 1rem;
  font-weight: 600}
.fa .fw-answer {border-left: 4px solid #0b4f6c; padding: .35rem .7rem; margin: .25rem 0; font-weight: 600}
.fa .fw-photos {display: flex; flex-wrap: wrap; gap: .5rem; margin: .25rem 0}
.fa .fw-photos img {display: block; width: 8rem; height: auto; border-radius: .4rem}
.fa p.fw-text {margin: 0 0 .25rem; overflow-wrap: anywhere}
.fa .fw-qr img {display: block; width: min(18rem, 80vw); height: auto; background: #fff; padding: .5rem;
  border-radius: .5rem}
.fa .fw-words td, .fa .fw-words th {text-align: left; vertical-align: top; padding-right: 1rem; white-space: normal}
/* The closing meeting: what is asked on the left, the answer beside it in sight; larger on a projector. */
@media (min-width: 1100px) {
  [data-testid="stMainBlockContainer"]:has(.st-key-walk-halves) {max-width: min(94vw, 84rem)}
  [data-testid="stColumn"]:has(.st-key-walk-answer) {position: sticky; top: 1rem; align-self: flex-start;
    max-height: calc(100vh - 2rem); overflow-y: auto}
}
@media (min-width: 1700px) {html:has(.st-key-walk-halves) {font-size: 20px}}
[class*="st-key-walk-meeting"] [role=radiogroup] label {min-width: 48px}
[class*="st-key-walk-"] button, [class*="st-key-walk-"] a {min-height: 48px !important}
"""


def words_table(headings: Sequence[str], rows: Sequence[tuple[str, str]], caption: str) -> str:
    """A table of words, where charts' own tables are of numbers."""
    return charts.page(f'<div class="fw-words">{charts.table(headings, rows, caption=caption)}</div>')


def report_links(walk: Walk, _: Translator) -> None:
    """The report to print and the same to read on a screen; until the meeting is closed it says that it is a draft."""
    if walk.state is not State.CLOSED:
        st.text(_("Rapporten er et udkast, indtil mødet er lukket."))
    with st.container(horizontal=True, key="walk-papers"):
        st.link_button(_("Rapport til udskrift (PDF)"), f"/vandring/{walk.id}/rapport.pdf")
        st.link_button(_("Rapport på skærmen"), f"/vandring/{walk.id}/rapport.html")


def finding_html(
    one: Finding,
    walk: Walk,
    *,
    answer: Answer | None,
    services: Services,
    language: str,
    _: Translator,
    checked: str = "",
) -> str:
    """A finding with its number, words, photos and answer; every text is escaped here."""
    seen = one.observation
    tags = [_("Virker godt")] if one.good else []
    tags += [_("{n} står bag").format(n=one.support)] if one.support > 1 else []
    words = [checked, seen.note, one.proposal and _("Forslag: {text}").format(text=one.proposal), seen.place]
    feelings = [
        _("Tryghed {kind}: {n} af 7").format(kind=kind, n=value)
        for kind, value in ((_("i mørke"), one.feeling_dark), (_("i dagslys"), one.feeling_day))
        if value
    ]
    label = f"{services.catalogue[seen.category].icon} {walk.item(one.item).label(language)}"
    told = "".join(f'<p class="fw-text">{charts.text(line)}</p>' for line in [*words, *feelings] if line)
    tagged = "".join(f'<span class="fw-tag">{charts.text(tag)}</span>' for tag in tags)
    shape = "fw-number fw-good" if one.good else "fw-number"
    return charts.page(
        f'<p class="fw-head"><span class="{shape}">{one.number}</span>{charts.text(label)}{tagged}</p>',
        told,
        _photos(one, walk, _),
        _answer(answer, services, language),
    )


def _photos(one: Finding, walk: Walk, _: Translator) -> str:
    if not one.photos:
        return ""
    images = "".join(
        f'<img src="/walk/{walk.id}/photo/{photo}?size=thumb" '
        f'alt="{charts.text(_("Billede {n} af fund {number}").format(n=n, number=one.number))}">'
        for n, photo in enumerate(one.photos, 1)
    )
    return f'<div class="fw-photos">{images}</div>'


def _answer(answer: Answer | None, services: Services, language: str) -> str:
    if answer is None:
        return ""
    return f'<p class="fw-answer">{charts.text(in_words(answer, services=services, language=language))}</p>'
