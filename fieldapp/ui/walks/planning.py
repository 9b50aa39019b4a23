"""One form for a new walk and for one that is mended: what, when, where, who, and what to look for."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import streamlit as st

from fieldapp.formats import COPENHAGEN, distance, number
from fieldapp.model import Role, User, utc_text, uuid7
from fieldapp.model.walks import GUEST_ROLES, KIND_NAMES, SIZE_ADVICE, SIZE_MOST, Walk, WalkKind, size_advice
from fieldapp.model.walks_parsing import THEMES_MOST
from fieldapp.texts import Translator
from fieldapp.ui.kept import keep_text, text_saved
from fieldapp.ui.mapview import Drawn, show_route
from fieldapp.ui.session import basemap_now, database, home_now, services_now
from fieldapp.ui.walks.acting import act, open_walk, save_buttons, spared_in
from fieldapp.ui.walks.checking import checklist_fields
from fieldapp.usecases import links, walks_invite, walks_plan, walks_route, walks_run

WRITTEN = ("title", "point", "company")
_NEW = "walk-new"


@st.fragment
def plan_part(walk: Walk | None, *, user: User, _: Translator) -> None:
    """A fragment, so that a tap on the map reruns the form alone; what is written outlives a reload."""
    here = f"walk-plan-{walk.id}" if walk else _NEW
    key = f"{here}-{st.session_state.get(f'{here}-rev', 0)}"
    keep_text(here, {name: f"{key}-{name}" for name in WRITTEN})
    wire = _what(walk, key, _) | _when(walk, key, _)
    wire |= _where(walk, key, user, _)
    _sun(wire, user, _)
    wire |= _who(walk, key, _)
    leader = _leader(walk, key, user, _)
    wire |= {"themes": _themes(walk, wire, key, user, _)}
    wire |= {"checklist": checklist_fields(walk, key, user, _)}
    label = _("Brug min egen rute i rapporten: optag, hvor jeg går, mens vandringen er i gang")
    wire |= {"track_on": st.checkbox(label, walk.track_on if walk else False, key=f"{key}-track")}
    sure = save_buttons(here, _("Gem planen"), _)
    if sure is not None:
        _save(walk, wire, leader, sure, here, user, _)


def _what(walk: Walk | None, key: str, _: Translator) -> dict[str, Any]:
    title = st.text_input(
        _("Hvad skal vandringen hedde?"), walk.title if walk else "", max_chars=80, key=f"{key}-title",
        placeholder=_("For eksempel: Vejleåparken øst"),
    )  # fmt: skip
    company = st.text_input(
        _("Boligselskab eller forening (hvis nogen)"), walk.company if walk else "", max_chars=80, key=f"{key}-company"
    )
    return {"title": title, "company": company}


def _when(walk: Walk | None, key: str, _: Translator) -> dict[str, Any]:
    usual = datetime.now(COPENHAGEN).replace(hour=19, minute=0, second=0, microsecond=0) + timedelta(days=14)
    begins = walk.starts_at.astimezone(COPENHAGEN) if walk else usual
    kinds = list(WalkKind)
    index = kinds.index(walk.kind) if walk else 1
    kind = st.radio(
        _("Hvornår på døgnet?"), kinds, index, format_func=lambda one: _(KIND_NAMES[one]), horizontal=True,
        key=f"{key}-kind",
    )  # fmt: skip
    with st.container(horizontal=True):
        day = st.date_input(_("Dato"), begins.date(), format="DD.MM.YYYY", key=f"{key}-day")
        clock = st.time_input(_("Klokken"), begins.time().replace(second=0), step=900, key=f"{key}-clock") or time(19)
    return {"kind": str(kind), "starts_at": utc_text(datetime.combine(day, clock, COPENHAGEN))}


def _where(walk: Walk | None, key: str, user: User, _: Translator) -> dict[str, Any]:
    """The route, and the meeting point at its beginning, or at a named place where no route is drawn."""
    point = st.text_input(
        _("Hvor mødes I?"), walk.meeting_point if walk else "", max_chars=120, key=f"{key}-point",
        placeholder=_("For eksempel: foran stationen"),
    )  # fmt: skip
    st.markdown(f"**{_('Rute og område')}**")
    st.write(_("Tryk på kortet for hvert sted, I går forbi. Ruten begynder, hvor I mødes. Området er frivilligt."))
    start = Drawn(list((walk and walk.route) or ()), list((walk and walk.area) or ()))
    drawn = show_route(
        language=user.language, basemap=basemap_now(), home=home_now(), start=start, key=f"{key}-map"
    )  # fmt: skip
    metres = walks_route.length_m(tuple(drawn.route))
    if len(drawn.route) > 1:
        minutes = number(walks_route.walking_minutes(metres), language=user.language)
        told = _("Ruten er {length}. Med stop undervejs tager den ca. {minutes} minutter.")
        st.text(told.format(length=distance(metres, language=user.language), minutes=minutes))
    shapes = {"route": _wire(drawn.route, 2), "area": _wire(drawn.area, 4)}
    return {"meeting_point": point, **shapes, **_meeting(walk, drawn.route, key, _)}


def _wire(points: list[tuple[float, float]], least: int) -> list[list[float]] | None:
    return [list(one) for one in points] if len(points) >= least else None


def _meeting(walk: Walk | None, route: list[tuple[float, float]], key: str, _: Translator) -> dict[str, float]:
    if route:
        return {"meeting_lat": route[0][1], "meeting_lon": route[0][0]}
    places = {one.id: one for one in sorted(services_now().gazetteer.places, key=lambda one: one.name.casefold())}
    name = st.selectbox(
        _("Nærmeste kendte sted (når ruten ikke er tegnet)"), list(places), None,
        format_func=lambda one: places[one].name, placeholder=_("Vælg et sted"), key=f"{key}-at",
    )  # fmt: skip
    if name:
        return {"meeting_lat": places[name].lat, "meeting_lon": places[name].lon}
    return {"meeting_lat": walk.meeting_lat, "meeting_lon": walk.meeting_lon} if walk else {}


def _sun(wire: dict[str, Any], user: User, _: Translator) -> None:
    """When the sun sets that day, and whether the plan goes with it."""
    west, south, east, north = home_now()
    lat, lon = wire.get("meeting_lat", (south + north) / 2), wire.get("meeting_lon", (west + east) / 2)
    minutes = walks_route.walking_minutes(walks_route.length_m(tuple(map(tuple, wire.get("route") or ()))))
    starts = datetime.fromisoformat(wire["starts_at"])
    told = walks_route.light(WalkKind(wire["kind"]), starts, lat, lon, minutes=max(45, minutes))
    clock = "%H.%M" if user.language == "da" else "%H:%M"
    times = {"rises": told.rises.strftime(clock), "sets": told.sets.strftime(clock)}
    st.text(_("Den dag står solen op kl. {rises} og går ned kl. {sets}.").format(**times))
    if told.warning:
        st.warning(_(told.warning).format(**times))


def _who(walk: Walk | None, key: str, _: Translator) -> dict[str, Any]:
    """How many of each are invited, and whether that is a good size."""
    known = dict(walk.invited) if walk else {}
    roles = st.multiselect(
        _("Hvem inviterer I?"), list(GUEST_ROLES), [role for role in known if role in GUEST_ROLES],
        format_func=lambda role: _(GUEST_ROLES[role]), placeholder=_("Vælg"), key=f"{key}-roles",
    )  # fmt: skip
    invited = {}
    with st.container(horizontal=True):
        for role in roles:
            label, many = _(GUEST_ROLES[role]), known.get(role, 6 if role == "resident" else 1)
            invited[role] = int(st.number_input(label, 1, 200, many, step=1, key=f"{key}-many-{role}", width=150))
    size = sum(invited.values()) or (walk.size if walk else 12)
    if invited:
        st.text(_("I alt {n}.").format(n=size))
        if advice := size_advice(size):
            (st.warning if size > SIZE_MOST else st.info)(_(SIZE_ADVICE[advice]))
    return {"invited": invited, "size": size}


def _leader(walk: Walk | None, key: str, user: User, _: Translator) -> str:
    """A coordinator may give a walk to somebody else; everyone else leads their own."""
    if user.role is not Role.COORDINATOR:
        return walk.leader if walk else user.id
    with database() as db:
        people = {one.id: one.name for one in walks_run.leaders(db)}
    ids = list(people)
    chosen = walk.leader if walk and walk.leader in people else user.id
    index = ids.index(chosen) if chosen in ids else 0
    return str(st.selectbox(_("Leder"), ids, index, format_func=lambda one: people[one], key=f"{key}-leader"))


def _themes(walk: Walk | None, wire: dict[str, Any], key: str, user: User, _: Translator) -> list[str]:
    """Offered from what was seen along the route in the last year, as the reader may see it; own words too."""
    services = services_now()
    positions = [tuple(one) for one in [*(wire.get("route") or ()), *(wire.get("area") or ())]]
    if not positions and "meeting_lat" in wire:
        positions = [(wire["meeting_lon"], wire["meeting_lat"])]
    with database() as db:
        near = walks_route.themes_near(positions, user=user, db=db, services=services, now=datetime.now(UTC))
    named = {services.catalogue[one].label(user.language): many for one, many in near}
    known = list(walk.themes) if walk else []
    if named:
        seen = ", ".join(f"{label} ({many})" for label, many in named.items())
        st.text(_("Set ved ruten det sidste år: {what}").format(what=seen))
    return st.multiselect(
        _("Hvad vil I især se efter?"), [*known, *(one for one in named if one not in known)], known,
        accept_new_options=True, max_selections=THEMES_MOST, placeholder=_("Vælg, eller skriv selv"),
        key=f"{key}-themes",
    )  # fmt: skip


def _save(
    walk: Walk | None, wire: dict[str, Any], leader: str, sure: bool, here: str, user: User, _: Translator
) -> None:
    services = services_now()
    texts = [wire["title"], wire["meeting_point"], wire["company"], *wire["themes"]]
    texts += [item["da"] for item in wire["checklist"]]
    own: dict[str, Any] = {
        "user": user, "services": services, "leader": leader, "spared": spared_in(sure, *texts),
    }  # fmt: skip

    def save(db: Any, now: datetime) -> Any:
        if walk is None:
            return walks_plan.plan({"id": uuid7(now), **wire}, db=db, now=now, **own)
        said = {"id": walk.id, "before": walk.before, **wire}
        mended = walks_plan.amend(said, version=walk.version, db=db, now=now, **own)
        secret = links.secret_of(services.settings)
        walks_invite.refit(walk.id, user=user, db=db, secret=secret, now=now)
        return mended

    made = act(user, here, save, said=_("Planen er gemt."))
    if made is not None:
        text_saved(here, WRITTEN)
        st.session_state[f"{here}-rev"] = st.session_state.get(f"{here}-rev", 0) + 1
        open_walk(made.id, "invite" if walk is None else "plan")
        st.rerun()
    st.rerun(scope="fragment")
