"""Photos beside the buttons of a task: looked through and covered on the phone as in «Ny observation», then waiting."""

from __future__ import annotations

import streamlit as st

from fieldapp.model import PHOTOS_MAX, User
from fieldapp.texts import Translator
from fieldapp.ui.chrome import rerun_part
from fieldapp.ui.component import component
from fieldapp.ui.session import database
from fieldapp.usecases import follow_ups_photos
from fieldapp.usecases.form_words import photo_words


@st.fragment
def photo_part(follow_up_id: str, *, user: User, _: Translator) -> None:
    """Folded, and not even drawn, until wanted; what waits is shown, and goes along with the next button."""
    with database() as db:
        own = follow_ups_photos.waiting(follow_up_id, user=user, db=db)
    folder = st.expander(_("Tilføj billede"), key=f"fu-photo-{follow_up_id}", on_change="rerun")
    if folder.open:
        with folder:
            _camera(follow_up_id, PHOTOS_MAX - len(own), _)
    if own:
        st.caption(_("Følger med, når du trykker på en af knapperne herunder:"))
        with st.container(horizontal=True, key=f"fu-waiting-{follow_up_id}"):
            for number, photo in enumerate(own, 1):
                _waiting(photo, number, follow_up_id, user, _)


def _camera(follow_up_id: str, left: int, _: Translator) -> None:
    data = {
        "label": _("📷 Tag billede") if left > 0 else _("Der er plads til {n} billeder").format(n=PHOTOS_MAX),
        "left": left,
        "address": f"/opgavefoto?follow_up={follow_up_id}",
        "words": photo_words(_),
    }
    sent = component("photos")(key=f"fu-camera-{follow_up_id}", data=data, on_sent_change=lambda: None)
    if sent.get("sent"):
        rerun_part()


def _waiting(photo: str, number: int, follow_up_id: str, user: User, _: Translator) -> None:
    with st.container(width=140):
        st.html(f'<img src="/opgavefoto/{photo}?size=thumb" alt="{_("Billede")} {number}" width="132">')
        if st.button(_("Fjern billede {n}").format(n=number), key=f"fu-unphoto-{photo}"):
            with database() as db:
                follow_ups_photos.remove(photo, follow_up_id, user=user, db=db)
            rerun_part()
