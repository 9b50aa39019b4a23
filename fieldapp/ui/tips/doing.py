"""What is done with a tip: a look planned, what was seen written down, a task made, refused or taken up again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.model import User, uuid7
from fieldapp.model.follow_up_parsing import TITLE_MOST
from fieldapp.model.tips import TEXT_MOST, Step, Tip
from fieldapp.texts import N_, Translator
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.session import services_now
from fieldapp.ui.walks.acting import act, save_buttons, spared_in
from fieldapp.usecases import tips, tips_staff
from fieldapp.usecases.parties import parties_of
from fieldapp.usecases.tips_staff import Card

_SAID = "tip-said"
FOUND: dict[str, str] = {"yes": N_("Der var noget"), "no": N_("Der var ikke noget")}
_THERE = ""
_REASONS: dict[Step, tuple[str, str, str]] = {
    Step.REFUSE: (N_("Hvorfor ikke? Den, der gav tippet, læser det."), N_("Afvis tippet"), N_("Tippet er afvist.")),
    Step.REOPEN: (
        N_("Hvorfor? Den, der gav tippet, læser det."),
        N_("Tag tippet op igen"),
        N_("Tippet er åbent igen."),
    ),
}


def plan_part(card: Card, user: User, _: Translator) -> None:
    """The day of the look, which the giver of the tip is told."""
    tip, today = card.tip, _today()
    usual = tip.look_on if tip.look_on and tip.look_on >= today else today + timedelta(days=1)
    day = st.date_input(
        _("Hvornår kigger I?"), usual, min_value=today, format="DD.MM.YYYY", key=f"tip-day-{tip.id}-{tip.version}"
    )
    if save_buttons(f"tip-plan-{tip.id}", _("Gem datoen"), _) is None:
        return

    def plan(db: Any, now: datetime) -> Any:
        return tips_staff.step(tip.id, Step.PLAN, version=tip.version, day=day, user=user, db=db, now=now)

    _done(tip, act(user, f"tip-plan-{tip.id}", plan), _("Gemt – datoen står nu i svaret."))


def look_part(card: Card, user: User, _: Translator) -> None:
    """What was there: an observation as any other, or words that there was nothing."""
    tip, key = card.tip, f"tip-look-{card.tip.id}"
    found = st.radio(
        _("Hvad så I?"), list(FOUND), format_func=lambda one: _(FOUND[one]), horizontal=True, key=f"{key}-found"
    )
    wire = _what(tip, key, user, _) if found == "yes" else None
    at = _when(tip, key, _)
    keep_text(key, {"words": f"{key}-words"})
    label = _("Beskriv stedet. Den, der gav tippet, læser det.")
    words = st.text_area(label, max_chars=TEXT_MOST, key=f"{key}-words")
    sure = save_buttons(key, _("Gem"), _)
    if sure is None:
        return
    if wire and (not wire["category"] or wire["lat"] is None):
        st.warning(_("Vælg, hvad det er, og hvor det er."))
        return
    services = services_now()

    def look(db: Any, now: datetime) -> Any:
        return tips_staff.looked(
            tip.id, wire, words=words, at=at, version=tip.version, user=user, db=db, services=services, now=now,
            spared=spared_in(sure, words),
        )  # fmt: skip

    _done(tip, act(user, key, look), _("Gemt – svaret kan læses nu."), key, "words")


def task_part(card: Card, user: User, _: Translator) -> None:
    """A follow-up from the tip; its place and kind come along."""
    tip = card.tip
    key = f"tip-task-{tip.id}-{len(card.tasks)}"
    made_id = st.session_state.setdefault(f"{key}-id", uuid7(datetime.now(UTC)))
    keep_text(key, {name: f"{key}-{name}" for name in ("title", "detail")})
    title = st.text_input(_("Hvad skal der gøres?"), max_chars=TITLE_MOST, key=f"{key}-title")
    detail = st.text_area(_("Beskrivelse (frivillig)"), max_chars=TEXT_MOST, key=f"{key}-detail")
    services = services_now()
    parties = {one.key: one.label(user.language) for one in parties_of(services.settings)}
    who = st.selectbox(
        _("Hvem tager sig af det?"), list(parties), None, format_func=parties.__getitem__, placeholder=_("Vælg"),
        key=f"{key}-who",
    )  # fmt: skip
    due = st.date_input(_("Senest (frivilligt)"), None, min_value=_today(), format="DD.MM.YYYY", key=f"{key}-by")
    st.caption(_("Den, der gav tippet, læser, hvad der skal gøres, og hvem der tager sig af det."))
    ready = bool(title.strip() and who)
    sure = save_buttons(key, _("Gem opgaven"), _)
    if sure is None:
        return
    if not ready:
        st.warning(_("Skriv, hvad der skal gøres, og vælg, hvem der tager sig af det."))
        return
    wire = {"id": made_id, "title": title, "detail": detail, "responsible": who, "deadline": due}
    spared = spared_in(sure, title, detail)

    def make(db: Any, now: datetime) -> Any:
        return tips_staff.make_task(tip.id, wire, user=user, db=db, services=services, now=now, spared=spared)

    _done(tip, act(user, key, make), _("Gemt – opgaven er oprettet."), key, "title", "detail")


def reason_part(card: Card, step: Step, user: User, _: Translator) -> None:
    """The words that a refusal, or taking it up again, cannot do without."""
    tip = card.tip
    key = f"tip-{step}-{tip.id}"
    keep_text(key, {"reason": f"{key}-reason"})
    text = st.text_area(_(_REASONS[step][0]), max_chars=TEXT_MOST, key=f"{key}-reason")
    sure = save_buttons(key, _(_REASONS[step][1]), _)
    if sure is None:
        return
    spared = spared_in(sure, text)

    def take(db: Any, now: datetime) -> Any:
        return tips_staff.step(
            tip.id, step, version=tip.version, user=user, db=db, now=now, text=text, spared=spared
        )  # fmt: skip

    _done(tip, act(user, key, take), _(_REASONS[step][2]), key, "reason")


def _what(tip: Tip, key: str, user: User, _: Translator) -> dict[str, Any]:
    """Category and place of the observation; the tip's own unless something else is chosen."""
    categories, places = tips.choices(services_now())
    named = {one.key: one.label(user.language) for one in categories}
    known = {one.id: one for one in places}
    category = st.selectbox(
        _("Hvad er det?"), list(named), list(named).index(tip.category) if tip.category in named else None,
        format_func=named.__getitem__, placeholder=_("Vælg"), key=f"{key}-what",
    )  # fmt: skip
    offered = [_THERE, *known] if tip.lat is not None else list(known)
    place = st.selectbox(
        _("Hvor er det?"), offered, 0 if tip.lat is not None else None, placeholder=_("Vælg et kendt sted i nærheden"),
        format_func=lambda one: known[one].name if one else _("Der, hvor tippet peger"), key=f"{key}-where",
    )  # fmt: skip
    lat, lon = (known[place].lat, known[place].lon) if place else (tip.lat, tip.lon)
    return {"id": uuid7(datetime.now(UTC)), "category": category, "lat": lat, "lon": lon, "position_source": "map"}


def _when(tip: Tip, key: str, _: Translator) -> datetime:
    """When somebody was there; kept in the session, since the clock goes on between two runs."""
    local = datetime.now(COPENHAGEN)
    st.session_state.setdefault(f"{key}-day", min(tip.look_on or local.date(), local.date()))
    st.session_state.setdefault(f"{key}-clock", local.time().replace(second=0, microsecond=0))
    with st.container(horizontal=True):
        day = st.date_input(_("Hvornår var I der?"), max_value=local.date(), format="DD.MM.YYYY", key=f"{key}-day")
        clock = st.time_input(_("Klokken"), step=900, key=f"{key}-clock") or time(12)
    return datetime.combine(day if isinstance(day, date) else local.date(), clock, COPENHAGEN)


def say(tip_id: str, text: str) -> None:
    """Something to be told at the top of this tip in the next run."""
    st.session_state[_SAID] = (tip_id, text)


def told_part(tip_id: str) -> None:
    """What there is to say of this tip, once."""
    if st.session_state.get(_SAID, ("", ""))[0] == tip_id:
        st.success(st.session_state.pop(_SAID)[1])


def _done(tip: Tip, made: Any, said: str, key: str = "", *names: str) -> None:
    """Saved: told in the next run, and the browser forgets what it kept."""
    if made is not None:
        say(tip.id, said)
        if key:
            text_saved(key, names)
    st.rerun()


def _today() -> date:
    return datetime.now(UTC).astimezone(COPENHAGEN).date()
