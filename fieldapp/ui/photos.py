"""Photos of the form: taken, looked through and covered on the phone, and only then sent."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.model import PHOTOS_MAX, User
from fieldapp.texts import Translator
from fieldapp.ui.capture.state import Capture, current
from fieldapp.ui.capture.unread import run_for_unread
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.component import component
from fieldapp.ui.session import database
from fieldapp.usecases import drafts
from fieldapp.usecases.form_words import photo_words


@st.fragment
def photo_part(*, user: User, _: Translator) -> None:
    """Up to four photos, each covered in the editor before it leaves the phone."""
    capture = current(user)
    left = PHOTOS_MAX - len(capture.photos)
    data = {
        "label": _("📷 Tag billede") if left else _("Der er plads til {n} billeder").format(n=PHOTOS_MAX),
        "left": left,
        "observation": capture.id,
        "words": photo_words(_),
    }
    sent = component("photos")(key=f"photos-{capture.id}", data=data, on_sent_change=lambda: None)
    if sent.get("sent"):
        _reload_photos(capture, user)
        rerun_part()
    _thumbnails(capture, user, _)
    run_for_unread(capture)


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
