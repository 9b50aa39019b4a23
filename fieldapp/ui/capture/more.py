"""When it was, and what may be added: severity, group and age, the note, photos."""

from __future__ import annotations

from datetime import UTC, datetime, time

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import AGE_BANDS, GROUP_SIZES, PHOTOS_MAX, SEVERITIES, Kind, User, utc_text
from fieldapp.privacy import check, require_clean, strip
from fieldapp.texts import Translator
from fieldapp.ui.capture.state import WHEN, Capture, current, keep
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.component import component
from fieldapp.ui.note import note
from fieldapp.ui.session import database
from fieldapp.usecases import drafts
from fieldapp.usecases.form import AGE_BAND_NAMES, SEVERITY_NAMES
from fieldapp.usecases.services import Services

WHEN_NAMES = {"now": "Nu", "recently": "For lidt siden", "last_night": "I går aftes", "exact": "Vælg tid"}


def time_part(capture: Capture, _: Translator) -> None:
    """Now unless something else is said."""
    said = capture.values.get("when", "now")
    when = st.pills(
        _("Hvornår?"),
        WHEN,
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
    used = bool(capture.photos) or any(capture.values.get(name) for name in names)
    label = _("Tilføj note, billede eller andet")
    folder = st.expander(label, expanded=used, key=f"details-{capture.id}", on_change="rerun")
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
    """The note is checked and kept while it is written, without rerunning the form."""
    capture = current(user)
    value = str(capture.values.get("note") or "")
    verdict = check(value)
    text = note(value, draft=capture.id, rev=capture.note_rev, message=_refusal(value, user.language), _=_)
    if text != value:
        capture.values["note"] = text
        capture.problem = None
        keep(capture, user)
        rerun_part()
    if not verdict.ok:
        with st.container(horizontal=True):
            if st.button(_("Fjern"), key="note-strip", width="stretch"):
                capture.values["note"] = strip(value, verdict)
                capture.note_rev += 1
                capture.problem = None
                keep(capture, user)
                st.rerun()
            st.caption(_("– eller skriv om ovenfor. Resten af det, du har skrevet, er her endnu."))


def _refusal(text: str, language: str) -> str | None:
    try:
        require_clean(text, "note")
    except Problem as problem:
        return problem.text(language)
    return None


@st.fragment
def photo_part(*, user: User, _: Translator) -> None:
    """Up to four photos, each through the server's safe path at once."""
    capture = current(user)
    left = PHOTOS_MAX - len(capture.photos)
    data = {
        "label": _("📷 Tag billede") if left else _("Der er plads til {n} billeder").format(n=PHOTOS_MAX),
        "left": left,
        "observation": capture.id,
        "sending": _("Sender billedet …"),
        "failed": _("Billedet blev ikke sendt. Det ligger stadig på telefonen – prøv igen."),
    }
    sent = component("photos")(key=f"photos-{capture.id}", data=data, on_sent_change=lambda: None)
    st.caption(_("Ingen mennesker på billedet. Oplysninger om sted og telefon fjernes."))
    if sent.get("sent"):
        _reload_photos(capture, user)
        rerun_part()
    _thumbnails(capture, user, _)


def _reload_photos(capture: Capture, user: User) -> None:
    with database() as db:
        capture.photos = drafts.load(user=user, db=db, now=datetime.now(UTC)).photos


def _thumbnails(capture: Capture, user: User, _: Translator) -> None:
    if not capture.photos:
        return
    with st.container(horizontal=True, key="thumbnails"):
        for number, photo in enumerate(capture.photos, 1):
            with st.container(width=120):
                st.html(f'<img src="/api/v1/photos/{photo}?size=thumb" alt="{_("Billede")} {number}" width="112">')
                if st.button(_("Fjern billede {n}").format(n=number), key=f"remove-{photo}"):
                    with database() as db:
                        drafts.remove_photo(photo, user=user, db=db)
                    _reload_photos(capture, user)
                    rerun_part()
