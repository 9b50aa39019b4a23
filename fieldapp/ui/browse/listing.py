"""The list that shows the same rows as the map and does without it, by time or by distance."""

from __future__ import annotations

from datetime import UTC, date, datetime

import streamlit as st

from fieldapp.formats import COPENHAGEN, number
from fieldapp.model import MAY_RECORD, ObservationFilter, User
from fieldapp.privacy.releasing import ReleasedPoint
from fieldapp.settings import ROOT
from fieldapp.store.connection import Database
from fieldapp.texts import Translator
from fieldapp.ui.browse.detail import open_detail
from fieldapp.ui.browse.filters import query, reset_filter
from fieldapp.ui.gps import Fix, gps
from fieldapp.ui.moments import away, moment
from fieldapp.ui.plain import plain
from fieldapp.usecases import browse
from fieldapp.usecases.areas import hides
from fieldapp.usecases.overview_periods import Days
from fieldapp.usecases.overview_sentence import GROUPS_ONLY, NO_WHOLE_MONTH, months_text
from fieldapp.usecases.services import Services

NO_AREAS = "For få til at vise i grupper."


def list_part(
    wanted: ObservationFilter, *, user: User, db: Database, services: Services, now: datetime, _: Translator
) -> None:
    """Rows by pages, or what to do when there are none."""
    page = browse.page(wanted, reader=user, db=db, limit=st.session_state.get("shown-rows", browse.PAGE))
    st.header(_counted(page.total, user.language, _))
    if not page.total:
        _nothing(user, _)
        return
    near = st.segmented_control(
        _("Rækkefølge"), [False, True], default=False, required=True, key="order", label_visibility="collapsed",
        format_func=lambda nearest: _("Nærmest mig") if nearest else _("Nyeste først"),
    )  # fmt: skip
    if near:
        _nearest(wanted, user=user, db=db, services=services, now=now, _=_)
        return
    for point in page.points:
        _row(point, None, user=user, services=services, now=now, _=_)
    if page.next and st.button(_("Vis flere"), width="stretch"):
        st.session_state["shown-rows"] = st.session_state.get("shown-rows", browse.PAGE) + browse.PAGE
        st.rerun()


def _counted(total: int, language: str, _: Translator) -> str:
    if total == 1:
        return _("1 observation")
    return _("{n} observationer").format(n=number(total, language=language))


def _nothing(user: User, _: Translator) -> None:
    st.info(_("Ingen registreringer passer til filteret. Det betyder ikke, at der ikke sker noget."))
    if query():
        st.caption(_("Vælg en længere periode, eller nulstil filteret."))
        st.button(_("Nulstil filter"), key="reset-empty", on_click=reset_filter, width="stretch")
    else:
        st.caption(_("Vælg en længere periode."))
    if user.role in MAY_RECORD:
        with st.container(key="empty-new"):
            st.page_link(ROOT / "pages" / "ny.py", label=_("Ny observation"), width="stretch")


def _nearest(
    wanted: ObservationFilter, *, user: User, db: Database, services: Services, now: datetime, _: Translator
) -> None:
    fix = gps(key="gps-list", pin=None, language=user.language)
    if not isinstance(fix, Fix):
        return
    found = browse.nearest(wanted, fix.lat, fix.lon, reader=user, db=db)
    if not found:
        st.info(_("Der er ingen inden for 2 km fra dig. Vælg «Nyeste først» for at se resten."))
    for metres, point in found:
        _row(point, metres, user=user, services=services, now=now, _=_)


def _row(
    point: ReleasedPoint, metres: float | None, *, user: User, services: Services, now: datetime, _: Translator
) -> None:
    category = services.catalogue[point.category]
    district = services.districts.names(point.observed_at.astimezone(COPENHAGEN).date()).get(point.district or "")
    where = [
        away(point, metres, language=user.language),
        _("ved {place}").format(place=point.place) if point.place else None,
        district or _("Uden for kommunen"),
        _("ca. 100 m") if point.coarse else None,
    ]
    words = f"{plain(category.icon)} **{plain(category.label(user.language))}** — " + plain(
        moment(point, now=now, language=user.language)
    )
    second = plain(" · ".join(part for part in where if part))
    if st.button(f"{words}  \n{second}", key=f"row-{point.id}", width="stretch"):
        open_detail(point.id)


def areas_part(wanted: ObservationFilter, *, user: User, db: Database, services: Services, _: Translator) -> None:
    """The areas in words, for readers who see some observations only as areas, and what is left out of them."""
    now = datetime.now(UTC)
    if not hides(user):
        return
    with st.expander(_("Områder som tekst")):
        st.caption(_(GROUPS_ONLY))
        months = browse.area_months(wanted, reader=user, now=now)
        areas = browse.areas_in_words(wanted, reader=user, db=db, services=services, now=now) if months else []
        if months:
            st.markdown(f"**{plain(_months(months, user.language, _))}**")
        for area in areas:
            count = number(area.count, language=user.language)
            st.markdown(f"- {plain(_where(area, services, _))}: **{_('mindst {n}').format(n=count)}**")
        if not areas:
            st.markdown(_(NO_AREAS if months else NO_WHOLE_MONTH))


def _months(months: tuple[date, date], language: str, _: Translator) -> str:
    first, last = months
    if first == date.min:
        return _("til og med {month}").format(month=months_text(Days(last.replace(day=1), last), language))
    return months_text(Days(first, last), language)


def _where(area: browse.Area, services: Services, _: Translator) -> str:
    if area.size_m is None:
        return services.district_name(area.district) or _("Uden for kommunen")
    near = _("ved {place}").format(place=area.place) if area.place else _("uden navngivet sted")
    return _("{place} (felt på {size} × {size} m)").format(place=near, size=area.size_m)
