"""«Opbevaring» in «Administration»: how long things are kept, by whose leave, what would be removed, the last runs.

A run itself is the operator's: it may take minutes, and a browser that sleeps must not be what keeps it going.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import streamlit as st
from babel.dates import format_date

from fieldapp import charts
from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN, number, when
from fieldapp.model import Authorisation, Kind, User
from fieldapp.model.retention import FIELDS, MONTHS_LEAST, MONTHS_MOST, OTHERS, TEXT_MOST
from fieldapp.store.connection import Database
from fieldapp.texts import N_, Translator
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, services_now, settings_now
from fieldapp.usecases import retention
from fieldapp.usecases.retention import COUNT_NAMES, FIELD_NAMES, KIND_NAMES, OTHER_NAMES, Plan, Shown

_SAID, _PLAN = "retention-said", "retention-plan"
_TYPED = ("retention-reference", "retention-date", "retention-by", "retention-archive")
_ROWS_SHOWN = 100
COMMAND = "python -m fieldapp retention run"
_HEADINGS = {"note": N_("Note"), "detail": N_("Sted og tid"), "photo": N_("Billeder")}
_AFTERWARDS = (
    N_("Note: teksten slettes. Resten af observationen bliver stående."),
    N_("Sted og tid: tilbage bliver kategori, distrikt, et felt på 100 × 100 m og uge. Alt andet fjernes: præcis "
       "position og tid, hvem der så det, alvor, antal og alder."),
    N_("Billeder: slettes helt."),
    N_("Tiden regnes fra det, der er observeret, skete. Har I kopier andre steder, sletter I dem selv."),
)  # fmt: skip
_STATES = {
    "archiving": N_("afbrudt, intet fjernet"),
    "removing": N_("afbrudt, skal køres igen"),
    "wiping": N_("fjernet, skal køres igen for at tømme loggen"),
    "done": N_("færdig"),
    "failed": N_("opgivet, intet fjernet"),
}


def retention_part(actor: User, _: Translator) -> None:
    """The whole section, for the coordinator; an administrator may not see so few observations in one line."""
    if actor.role not in retention.MAY_DECIDE:
        return
    st.header(_("Opbevaring"))
    if said := st.session_state.pop(_SAID, None):
        st.success(said)
        for key in _TYPED:
            st.session_state.pop(key, None)
    with database() as db:
        shown = retention.show(db=db)
    _state(shown, actor, _)
    _lifetimes(shown, _)
    _change(shown, actor, _)
    _leave(shown, actor, _)
    _dry_run(actor, _)
    _history(shown, actor, _)


def _state(shown: Shown, actor: User, _: Translator) -> None:
    if shown.warning:
        st.warning(_(shown.warning))
    if shown.leave is None:
        st.warning(_("Slået fra – mangler bemyndigelse. Intet slettes, før Rigsarkivets bemyndigelse er registreret."))
        return
    archive = _("Der laves et arkiv først.") if shown.leave.archive_required else _("Der skal ikke laves arkiv først.")
    told = _("Slået til. Bemyndigelse: {leave}. {archive}")
    st.info(told.format(leave=plain(_leave_text(shown.leave)), archive=archive))


def _lifetimes(shown: Shown, _: Translator) -> None:
    rows = [(_(KIND_NAMES[kind]), *(str(shown.months[f"{kind}.{one}"]) for one in FIELDS)) for kind in KIND_NAMES]
    kinds = charts.table(
        [_("Observationer"), *(_(_HEADINGS[field]) for field in FIELDS)], rows, caption=_("Antal måneder, der gemmes")
    )
    others = [(_(OTHER_NAMES[key]), str(shown.months[key])) for key in OTHERS]
    rest = charts.table([_("Andet"), _("Måneder")], others, caption=_("Andet, antal måneder"))
    afterwards = charts.bullets([_(_AFTERWARDS[line]) for line in range(len(_AFTERWARDS))])
    st.html(f"<style>{charts.STYLE}</style>" + charts.page(kinds))
    st.html(charts.page(charts.paragraph(_("Når tiden er gået:")), afterwards))
    st.html(charts.page(rest))


def _change(shown: Shown, actor: User, _: Translator) -> None:
    with st.expander(_("Ret opbevaringstider")), st.form("retention-months", border=False):
        told = _("Hele måneder fra {least} til {most}. Hver ændring står i revisionssporet.")
        st.caption(told.format(least=MONTHS_LEAST, most=MONTHS_MOST))
        wanted: dict[str, object] = {}
        for key, months in sorted(shown.months.items(), key=lambda pair: retention.ORDER.index(pair[0])):
            wanted[key] = st.number_input(
                _name(key, _), MONTHS_LEAST, MONTHS_MOST, months, step=1, key=f"retention-{key}"
            )
        if st.form_submit_button(_("Gem opbevaringstider"), type="primary"):
            _do(actor, lambda db, now: retention.set_all_months(actor, wanted, db=db, now=now), _("Gemt"))


def _name(key: str, _: Translator) -> str:
    kind, dot, field = key.partition(".")
    return f"{_(KIND_NAMES[Kind(kind)])}: {_(FIELD_NAMES[field])}" if dot else _(OTHER_NAMES[key])


def _leave(shown: Shown, actor: User, _: Translator) -> None:
    title = _("Registrér bemyndigelse") if shown.leave is None else _("Ny eller tilbagetrukket bemyndigelse")
    with st.expander(title):
        with st.form("retention-leave", border=False):
            st.caption(_("Kommunen må ikke slette i sit it-system uden Rigsarkivets bemyndigelse."))
            reference = st.text_input(_("Reference, fx journalnummer"), max_chars=TEXT_MOST, key="retention-reference")
            given_on = st.date_input(
                _("Dato for bemyndigelsen"), None, max_value=_today(), format="DD.MM.YYYY", key="retention-date"
            )
            given_by = st.text_input(_("Hvem har givet den?"), max_chars=TEXT_MOST, key="retention-by")
            archive = st.checkbox(_("Der skal laves et arkiv, før noget slettes"), True, key="retention-archive")
            if st.form_submit_button(_("Registrér bemyndigelsen"), type="primary"):
                given = {"reference": reference, "given_on": given_on, "given_by": given_by}
                _do(
                    actor,
                    lambda db, now: retention.authorise(actor, **given, archive_required=archive, db=db, now=now),
                    _("Bemyndigelsen er registreret. Sletning sker, næste gang driften kører opbevaringen."),
                )
        if shown.leave and st.button(_("Træk bemyndigelsen tilbage"), key="retention-withdraw"):
            _do(actor, lambda db, now: retention.withdraw(actor, db=db, now=now), _("Sletning er slået fra igen."))
        for one in shown.history:
            st.caption(plain(_leave_told(one, actor, _)))


def _dry_run(actor: User, _: Translator) -> None:
    if st.button(_("Vis, hvad der ville blive slettet i dag"), key="retention-dry"):
        st.session_state[_PLAN] = True
    if not st.session_state.get(_PLAN):
        return
    with st.spinner(_("Tæller …")), database() as db:
        plan = retention.plan(db=db, settings=settings_now(), now=datetime.now(UTC))
    if plan.empty:
        st.info(_("Intet er ældre end sin opbevaringstid."))
        return
    st.html(f"<style>{charts.STYLE}</style>" + charts.page(*_plan_parts(plan, actor.language, _)))


def _plan_parts(plan: Plan, language: str, _: Translator) -> list[str]:
    counts: dict[tuple[str, str | None, str], dict[str, int]] = {}
    for row in plan.rows:
        counts.setdefault((row.month, row.district, row.kind), {})[row.field] = row.count
    lines = [(_line_name(*key, language, _), *_numbers(found, language)) for key, found in counts.items()]
    parts = []
    if lines:
        headings = [_("Måned, distrikt og slags"), *(_(_HEADINGS[field]) for field in FIELDS)]
        sums = {field: sum(found.get(field, 0) for found in counts.values()) for field in FIELDS}
        total = (_("I alt"), *_numbers(sums, language))
        parts.append(charts.table(headings, lines[:_ROWS_SHOWN], caption=_("Ville blive slettet i dag"), total=total))
    if len(lines) > _ROWS_SHOWN:
        parts.append(charts.paragraph(_("… og {n} linjer til.").format(n=len(lines) - _ROWS_SHOWN), kind="quiet"))
    others = _counts({**plan.others, "audit": plan.audit, "backup": len(plan.backups)}, language, _)
    return parts + ([charts.paragraph(_("Desuden: {things}.").format(things=others))] if others else [])


def _line_name(month: str, district: str | None, kind: str, language: str, _: Translator) -> str:
    day = format_date(date.fromisoformat(f"{month}-01"), "MMM y", locale=language)
    where = services_now().district_name(district) or _("Uden for kommunen")
    return f"{day} · {where} · {_(KIND_NAMES[Kind(kind)])}"


def _numbers(counts: dict[str, int], language: str) -> tuple[str, ...]:
    return tuple(number(counts.get(field, 0), language=language) for field in FIELDS)


def _history(shown: Shown, actor: User, _: Translator) -> None:
    with st.expander(_("Kørsler")):
        st.write(_("Driften kører opbevaringen på serveren, fx hver nat. Kommandoen kan trygt gentages:"))
        st.code(COMMAND, language=None, wrap_lines=True)
        last = when(shown.last, now=datetime.now(UTC), language=actor.language) if shown.last else _("aldrig")
        st.write(_("Sidst kørt: {when}").format(when=plain(last)))
        for one in shown.runs:
            at = when(one.started_at, now=datetime.now(UTC), language=actor.language)
            st.markdown(f"- {plain(at)}: {_(_STATES[one.state])} – {plain(_counts(one.counts, actor.language, _))}")


def _counts(counts: dict[str, int], language: str, _: Translator) -> str:
    return ", ".join(f"{_(COUNT_NAMES[name])}: {number(n, language=language)}" for name, n in counts.items() if n)


def _leave_text(leave: Authorisation) -> str:
    return f"{leave.reference}, {leave.given_on:%d.%m.%Y}, {leave.given_by}"


def _leave_told(leave: Authorisation, actor: User, _: Translator) -> str:
    now = datetime.now(UTC)
    told = _("{leave} – registreret {when}").format(
        leave=_leave_text(leave), when=when(leave.recorded_at, now=now, language=actor.language)
    )
    if leave.withdrawn_at is None:
        return told
    return told + _(", ophævet {when}").format(when=when(leave.withdrawn_at, now=now, language=actor.language))


def _do(actor: User, work: Callable[[Database, datetime], object], said: str) -> None:
    """Run a use case; what was typed stays on the screen when it could not."""
    try:
        with database() as db:
            work(db, datetime.now(UTC))
    except Problem as problem:
        st.error(problem.text(actor.language))
        return
    st.session_state[_SAID] = said
    st.rerun()


def _today() -> date:
    return datetime.now(COPENHAGEN).date()
