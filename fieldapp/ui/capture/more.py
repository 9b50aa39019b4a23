"""When it was, and what may be added: severity, group and age, the note."""

from __future__ import annotations

from datetime import UTC, datetime, time

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.model import AGE_BANDS, GROUP_SIZES, SEVERITIES, Kind, User, utc_text
from fieldapp.texts import Translator
from fieldapp.ui.capture.carry import carry_note
from fieldapp.ui.capture.duties import reminder_part
from fieldapp.ui.capture.state import Capture, current, keep
from fieldapp.ui.capture.unread import run_for_unread
from fieldapp.ui.note import Written, draw_note, said
from fieldapp.ui.photos import photo_part
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import asking, gate_counts
from fieldapp.usecases.form import AGE_BAND_NAMES, SEVERITY_NAMES, WHEN_NAMES
from fieldapp.usecases.services import Services


def time_part(capture: Capture, _: Translator) -> None:
    """Now unless something else is said."""
    said = capture.values.get("when", "now")
    when = st.pills(
        _("Hvornår?"),
        list(WHEN_NAMES),
        default=said,
        required=True,
        format_func=lambda key: _(WHEN_NAMES[key]),
        key=capture.key("when"),
        width="stretch",
    )
    capture.values["when"] = when if when != "now" else None
    if when == "exact":
        _exact(capture, _)


def _exact(capture: Capture, _: Translator) -> None:
    stored = capture.values.get("observed_at")
    start = (datetime.fromisoformat(stored) if stored else datetime.now(UTC)).astimezone(COPENHAGEN)
    with st.container(horizontal=True):
        day = st.date_input(
            _("Dato"), start.date(), max_value="today", format="DD.MM.YYYY", key=capture.key("day"), required=True
        )
        clock = st.time_input(
            _("Klokken"), start.time().replace(second=0, microsecond=0), step=300, key=capture.key("clock")
        )
    local = datetime.combine(day, clock or time(12), COPENHAGEN)
    capture.values["observed_at"] = utc_text(local)


def details_part(capture: Capture, *, user: User, services: Services, _: Translator) -> None:
    """Folded, and not even drawn, until wanted; open when the draft holds something of it."""
    names = ("severity", "group_size", "age_band", "note")
    used = capture.note_on_phone or bool(capture.photos) or any(capture.values.get(name) for name in names)
    # Asked once a form: Streamlit makes the folder anew, as it says here, whenever this changes.
    capture.used = used if capture.used is None else capture.used
    label, key = _("Tilføj note, billede eller andet"), f"details-{capture.id}"
    if capture.unfold:
        capture.unfold, st.session_state[key] = False, True
    folder = st.expander(label, expanded=capture.used, key=key, on_change="rerun")
    capture.unfolded = bool(folder.open)
    if not capture.unfolded:
        return
    with folder:
        note_part(user=user, _=_)
        photo_part(user=user, _=_)
        severities = {value: _(SEVERITY_NAMES[value]) for value in SEVERITIES}
        _choice(capture, "severity", _("Hvor meget?"), severities)
        chosen = capture.values.get("category")
        if chosen and services.catalogue[chosen].kind is Kind.PEOPLE:
            _choice(capture, "group_size", _("Hvor mange?"), {size: size.replace("-", "–") for size in GROUP_SIZES})
            _choice(capture, "age_band", _("Cirka alder"), {band: _(AGE_BAND_NAMES[band]) for band in AGE_BANDS})


def _choice(
    capture: Capture, name: str, label: str, names: dict[object, str] | dict[str, str] | dict[int, str]
) -> None:
    stored = capture.values.get(name)
    capture.values[name] = st.pills(
        label,
        list(names),
        default=stored if stored in names else None,
        format_func=lambda value: names[value],
        key=capture.key(name),
        width="stretch",
    )


@st.fragment
def note_part(*, user: User, _: Translator) -> None:
    """The note is checked, kept and asked about while it is written, without rerunning the form."""
    capture = current(user)
    before, stood = capture.note, bool(capture.problem or capture.pending)
    written = said(before, draft=capture.id, rev=capture.note_rev, spared=capture.spared)
    if written.text != before:
        capture.values["note"], capture.note_on_phone = written.text, False
        capture.spared = written.spared & asking.soft_words(written.text)
        capture.problem = capture.pending = None
        keep(capture, user)
    if written.answer:
        _answer(capture, written, user)
    draw_note(
        capture.note,
        draft=capture.id,
        rev=capture.note_rev,
        ask=capture.note_ask,
        spared=capture.spared,
        _=_,
    )
    reminder_part(capture, of="note", services=services_now(), _=_)
    carry_note(capture)
    settled = stood and not (capture.problem or capture.pending)
    if written.answer or settled:
        st.rerun()
    run_for_unread(capture)


def _answer(capture: Capture, written: Written, user: User) -> None:
    """Take the words out and let the writer look; or let them stand, and go on saving if that was asked for."""
    text = capture.note
    if written.answer == "remove":
        _count_removed(capture, text)
        capture.values["note"] = asking.without(text, capture.spared)
        capture.note_rev += 1
        capture.problem = capture.pending = None
    else:
        capture.spared |= written.about & asking.soft_words(text)
        capture.asked, capture.pending = capture.pending, None
    keep(capture, user)


def _count_removed(capture: Capture, text: str) -> None:
    found = asking.stopping(text, capture.spared)
    for one in found:
        capture.marked.pop(asking.word_of(one), None)
    with database() as db:
        gate_counts.count((one.kind for one in found), "removed", origin="form", db=db, now=datetime.now(UTC))
