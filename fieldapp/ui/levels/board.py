"""The cards of «Hotspots» by district, and the week's answer to «Genkender vi det?»."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

import streamlit as st

from fieldapp import charts
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import MAY_RECORD, User
from fieldapp.model.follow_ups import FollowUp
from fieldapp.model.levels import ALL, KNOWN_NAMES, LEVEL_NAMES, REASON_MAX, SHAPES, Known, Level
from fieldapp.settings import ROOT
from fieldapp.texts import Translator, translator
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.follow_ups.threads import made_part, make_link
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.levels.drawing import answer_text, card_head, history
from fieldapp.ui.note import listed
from fieldapp.ui.plain import plain
from fieldapp.ui.session import current_user, database, services_now
from fieldapp.usecases import asking, follow_ups_reading, levels
from fieldapp.usecases.levels import HotspotCard
from fieldapp.usecases.levels_words import WHAT_IS_FOUND, place_text, whole_to
from fieldapp.usecases.services import Services

_OPEN, _SAID, _EVERYWHERE, _WHY = "hs-open", "hs-said", "alle", "hs-why"


@st.fragment
def board_part() -> None:
    """Every hotspot the reader may be told of; an answer redraws only this."""
    user, services, now = current_user(), services_now(), datetime.now(UTC)
    _ = translator(user.language)
    with database() as db:
        cards = levels.board(reader=user, db=db, services=services, now=now)
        made = follow_ups_reading.made_from("hotspot", [card.hotspot.id for card in cards], reader=user, db=db)
    if not cards:
        _nothing(user, _)
        return
    if said := st.session_state.pop(_SAID, None):
        st.success(said)
    st.html(charts.page(charts.paragraph(_(WHAT_IS_FOUND))))
    for district, shown in groupby(_chosen(cards, user, services, _), key=lambda card: card.hotspot.district):
        name = services.district_name(district) or _("Uden for kommunen")
        st.html(charts.page(charts.heading(name)))
        for card in shown:
            _card(card, made.get(card.hotspot.id, ()), user, services, now, _)
    keep_text(_WHY, {str(key): f"{_WHY}-{key}" for key in [st.session_state.get(_OPEN)] if key})


def _nothing(user: User, _: Translator) -> None:
    st.info(
        _(
            "Der er ingen hotspots at vise lige nu. Det betyder ikke, at der ikke sker noget: et hotspot findes først, "
            "når der er registreret både situationer og timer nok. Listen regnes ud hver nat."
        )
    )
    if user.role in MAY_RECORD:
        st.page_link(ROOT / "pages" / "tilstedevaerelse.py", label=_("Registrér tilstedeværelse"), width="stretch")
    st.page_link(ROOT / "pages" / "kort.py", label=_("Se observationerne på kortet"), width="stretch")


def _chosen(cards: Sequence[HotspotCard], user: User, services: Services, _: Translator) -> list[HotspotCard]:
    """Those of one district; the picker starts with the reader's own, and is left out where there is one only."""
    districts = list(dict.fromkeys(card.hotspot.district or "" for card in cards))
    if len(districts) == 1:
        return list(cards)
    names = {_EVERYWHERE: _("Alle distrikter")} | {key: services.district_name(key) for key in districts}
    own = [key for key in districts if key in user.districts]
    wanted = st.selectbox(
        _("Distrikt"),
        list(names),
        index=list(names).index(own[0]) if len(own) == 1 else 0,
        format_func=lambda key: names[key] or _("Uden for kommunen"),
        key="hs-district",
        filter_mode=None,
    )
    return [card for card in cards if wanted in (_EVERYWHERE, card.hotspot.district or "")]


def _card(
    card: HotspotCard, made: Sequence[FollowUp], user: User, services: Services, now: datetime, _: Translator
) -> None:
    bare = not whole_to(card.hotspot, user, services, now.astimezone(COPENHAGEN).date())
    with st.container(border=True, key=f"hs-card-{card.hotspot.id}"):
        st.html(card_head(card, bare=bare, services=services, language=user.language))
        if card.may_answer:
            _question(card, user, services, _)
        with st.container(key=f"hs-tasks-{card.hotspot.id}"):
            made_part(made, user=user, now=now, _=_)
        if card.verdicts:
            st.html(history(card, user.language))


def _question(card: HotspotCard, user: User, services: Services, _: Translator) -> None:
    """Three large buttons; «Ja» from staff says that the level is right too."""
    key, place = card.hotspot.id, place_text(card.hotspot, services, user.language)
    st.markdown(f"**{_('Genkender vi det?')}**")
    if card.answer:
        st.caption(plain(answer_text(card.answer, user.language)))
    with st.container(horizontal=True, key=f"hs-answer-{key}"):
        tapped = [
            known
            for known in Known
            if st.button(
                _(KNOWN_NAMES[known]),
                key=f"hs-{known}-{key}",
                type="primary" if card.answer and card.answer.known is known else "secondary",
                width="stretch",
                help=_("{answer} – {place}").format(answer=_(KNOWN_NAMES[known]), place=place),
            )
        ]
    with st.container(horizontal=True, vertical_alignment="center", key=f"hs-more-{key}"):
        if card.may_set and st.button(_("Ret niveau"), key=f"hs-change-{key}"):
            st.session_state[_OPEN] = None if st.session_state.get(_OPEN) == key else key
        st.page_link(ROOT / "pages" / "kort.py", label=_("Vis på kortet"), query_params=_filter(card), width="content")
        make_link("hotspot", key, card.hotspot.kind, card.hotspot.district, user=user, _=_)
    if card.may_set and st.session_state.get(_OPEN) == key:
        _change(card, user, _)
    for known in tapped:
        level = card.level if card.may_set and known is Known.YES else None
        _save(card, level, known, None, user, asking.NOBODY, _)


def _filter(card: HotspotCard) -> dict[str, str]:
    """The filter of «Kort» that shows what the rule has read."""
    wanted = {"period": "28", "category": card.hotspot.category, "district": card.hotspot.district or ""}
    return {name: value for name, value in wanted.items() if value and value != ALL}


def _change(card: HotspotCard, user: User, _: Translator) -> None:
    """Another level with its reason; what is typed stays until it is saved, over a reload too."""
    key = card.hotspot.id
    with st.form(f"hs-form-{key}", border=False), st.container(key=f"hs-change-form-{key}"):
        level = st.radio(
            _("Niveau"),
            list(Level),
            index=list(Level).index(card.level),
            format_func=lambda one: f"{SHAPES[one]} {_(LEVEL_NAMES[one])}",
            key=f"hs-level-{key}",
        )
        reason = st.text_area(
            _("Hvorfor? Skriv om stedet, ikke om personer."), max_chars=REASON_MAX, key=f"{_WHY}-{key}"
        )
        save = st.form_submit_button(_("Gem niveau"), type="primary")
        asked = asking.stopping(reason)
        soft = bool(asked) and not any(one.hard for one in asked)
        passed = soft and st.form_submit_button(asking.question_texts(_)["not_a_person"])
    if soft:
        told = "; ".join(f"{label}: {words}" for label, words in listed(asked, _))
        st.warning(f"{asking.question_texts(_)['question']} {plain(told)}")
    if save or passed:
        known = card.answer.known if card.answer else Known.YES
        spared = asking.soft_words(reason) if passed else asking.NOBODY
        _save(card, level, known, reason, user, spared, _)


def _save(
    card: HotspotCard,
    level: Level | None,
    known: Known,
    reason: str | None,
    user: User,
    spared: asking.Words,
    _: Translator,
) -> None:
    """Keep the answer, and say so; what was wrong is said and nothing typed is lost."""
    try:
        with database() as db:
            levels.confirm(
                card.hotspot.id, level, known, reason, user=user, db=db, now=datetime.now(UTC), spared=spared
            )
    except Problem as problem:
        if problem.code == asking.UNSURE:
            rerun_part()
        st.error(problem.text(user.language))
        return
    st.session_state[_OPEN] = None
    text_saved(_WHY, [card.hotspot.id])
    told = _("Gemt: {place} – {known}.")
    place = place_text(card.hotspot, services_now(), user.language)
    st.session_state[_SAID] = told.format(place=plain(place), known=_(KNOWN_NAMES[known]))
    rerun_part()
