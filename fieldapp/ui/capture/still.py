"""«Er det stadig sådan?»: who stands where a task is reported done is asked, one at a time, below the save button.

One line that only unfolds: it comes when the phone has found its position, and a thumb on its way to «Gem» must not
answer by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import distance, when
from fieldapp.model import User
from fieldapp.model.follow_ups import MAY_FOLLOW_UP, NEAR_M, FollowUp, Step
from fieldapp.texts import N_, Translator
from fieldapp.ui.capture.state import current
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.follow_ups.acting import DONE_NAMES
from fieldapp.ui.gps import Fix, GpsError
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, translator_for
from fieldapp.usecases import follow_ups, follow_ups_reading
from fieldapp.usecases.follow_ups_reading import Card, Line

KEY, LATER, UNFOLD, CLOSE = "still", "later", "unfold", "close"
ANSWERS: dict[str, str] = {
    Step.SEE: N_("Det er i orden"),
    Step.STILL: N_("Det er stadig sådan"),
    LATER: N_("Ikke nu"),
}
_MISTAKE = N_("Fortrudt: der blev trykket ved en fejl.")
_STYLE = """<style>
.st-key-still { gap: .5rem; } .st-key-still p { font-size: 1rem; }
.st-key-still button { min-height: 48px !important; padding: .25rem .5rem; }
.st-key-still button p { white-space: normal !important; overflow-wrap: anywhere; line-height: 1.25; }
.st-key-still-open button { justify-content: flex-start !important; text-align: left; }
.st-key-still-open button p { text-align: left; }
.st-key-still-told { border-left: 4px solid var(--fa-main); padding-left: .75rem; gap: .25rem; }
.st-key-still-told p { margin: 0; overflow-wrap: anywhere; }
.st-key-still-told [data-testid="stMarkdownContainer"] { margin: 0 !important; }
.st-key-still-told [data-testid="stText"] { font-family: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.st-key-still-told img { max-height: 6rem; width: auto; border-radius: .4rem; }
.st-key-still-answers, .st-key-still-said { flex-wrap: nowrap !important; gap: .5rem; }
.st-key-still-answers button { min-height: 56px !important; }
.st-key-still-answers > div { flex: 1 1 0 !important; min-width: 0; }
.st-key-still-said [data-testid="stAlertContainer"] { padding: .6rem .8rem; }
</style>"""


@dataclass
class Still:
    """Where the phone is, what is asked about just now, and which tasks this session has done with.

    `done` is what was answered last, for «Fortryd»; `said` is told until it is closed.
    """

    at: tuple[float, float] | None = None
    shown: str | None = None
    unfolded: bool = False
    asked: str | None = None
    said: str | None = None
    wrong: bool = False
    done: FollowUp | None = None
    over: set[str] = field(default_factory=set)


def look_around(fix: Fix | GpsError | None, *, user: User) -> bool:
    """Note where the phone is. Is there now something else to ask than the screen shows?"""
    still = _state()
    at = (fix.lat, fix.lon) if isinstance(fix, Fix) and fix.accuracy_m <= NEAR_M else None
    if at == still.at or user.role not in MAY_FOLLOW_UP:
        return False
    still.at = at
    found = _nearest(still, user)
    return (found[1].follow_up.id if found else None) != still.shown


@st.fragment
def still_part(*, user: User) -> None:
    """The question, or what became of the answer; nothing where nobody knows where the phone is."""
    still, _ = _state(), translator_for(user)
    if user.role not in MAY_FOLLOW_UP or current(user).question:
        return
    found = _nearest(still, user)
    still.shown = found[1].follow_up.id if found else None
    if still.said is None and found is None:
        return
    st.html(_STYLE)
    with st.container(key=KEY):
        if still.said is not None:
            _said(still, _)
        elif found and still.unfolded:
            _question(still, *found, user=user, _=_)
        elif found:
            _line(still, *found, user=user, _=_)
    if still.asked:
        answer, still.asked = still.asked, None
        _answered(still, answer, found[1] if found else None, user, _)
        rerun_part()


def _state() -> Still:
    still = st.session_state.get(KEY)
    if not isinstance(still, Still):
        still = st.session_state[KEY] = Still()
    return still


def _nearest(still: Still, user: User) -> tuple[float, Card] | None:
    """The one shown already while it is near, else the nearest that is not done with."""
    if still.at is None:
        return None
    with database() as db:
        near = follow_ups_reading.near(*still.at, reader=user, db=db, now=datetime.now(UTC))
    left = [pair for pair in near if pair[1].follow_up.id not in still.over]
    return next((pair for pair in left if pair[1].follow_up.id == still.shown), left[0] if left else None)


def _ask(still: Still, what: str) -> None:
    still.asked = what


def _line(still: Still, metres: float, card: Card, *, user: User, _: Translator) -> None:
    away = distance(metres, language=user.language)
    told = f"**{_('Er det stadig sådan?')}** {plain(card.follow_up.title)} · {away}"
    with st.container(key="still-open"):
        st.button(told, key="still-unfold", on_click=_ask, args=(still, UNFOLD), width="stretch")


def _question(still: Still, metres: float, card: Card, *, user: User, _: Translator) -> None:
    one, now = card.follow_up, datetime.now(UTC)
    with st.container(key="still-told"):
        st.markdown(f"**{_('Er det stadig sådan?')}** {plain(one.title)}")
        report = _report(one, user, now)
        at = when(one.reported_at or now, now=now, language=user.language)
        told = f"{_('Meldt udført {when}').format(when=at)} · {distance(metres, language=user.language)}"
        st.text(f"{told}\n«{report.event.text}»" if report and report.event.text else told)
        if report and report.photos:
            alt = _("Billede fra svaret")
            photos = "".join(f'<img src="/opgavefoto/{one}?size=thumb" alt="{alt}"> ' for one in report.photos[:2])
            st.html(photos)
    with st.container(key="still-answers", horizontal=True):
        for answer in (Step.SEE, Step.STILL):
            st.button(
                _(ANSWERS[answer]), key=f"still-{answer}", on_click=_ask, args=(still, str(answer)), width="stretch"
            )
    st.button(_(ANSWERS[LATER]), key="still-later", type="tertiary", on_click=_ask, args=(still, LATER))


def _report(one: FollowUp, user: User, now: datetime) -> Line | None:
    """What was said when it was reported, with its photos."""
    with database() as db:
        history = follow_ups_reading.opened(one.id, reader=user, db=db, now=now).history
    return next((line for line in reversed(history) if line.event.action == "report"), None)


def _said(still: Still, _: Translator) -> None:
    with st.container(key="still-said", horizontal=True, vertical_alignment="center"):
        (st.error if still.wrong else st.success)(plain(still.said or ""))
        if still.done:
            st.button(_("Fortryd"), key="still-undo", on_click=_ask, args=(still, Step.REOPEN))
        st.button(_("Luk"), key="still-close", on_click=_ask, args=(still, CLOSE))


def _answered(still: Still, answer: str, card: Card | None, user: User, _: Translator) -> None:
    if answer == UNFOLD:
        still.unfolded = True
    elif answer == CLOSE:
        still.said = still.done = None
    elif answer == Step.REOPEN and still.done:
        _step(still, still.done, Step.REOPEN, _("Fortrudt – opgaven er i gang igen."), user, text=_(_MISTAKE))
    elif card is not None:
        still.unfolded = False
        still.over.add(card.follow_up.id)
        if answer != LATER:
            _step(still, card.follow_up, Step(answer), _(DONE_NAMES[Step(answer)]), user)


def _step(still: Still, one: FollowUp, step: Step, told: str, user: User, *, text: str | None = None) -> None:
    """Do it, and say so; only what closes the task is offered to be taken back."""
    still.done = None
    try:
        with database() as db:
            done = follow_ups.step(
                one.id, step, version=one.version, user=user, db=db, now=datetime.now(UTC), text=text
            )
    except Problem as problem:
        still.said, still.wrong = problem.text(user.language), True
        return
    still.said, still.wrong = told, False
    still.done = done if step is Step.SEE else None
