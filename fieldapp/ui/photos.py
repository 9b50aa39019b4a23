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


@st.fragment
def photo_part(*, user: User, _: Translator) -> None:
    """Up to four photos, each covered in the editor before it leaves the phone."""
    capture = current(user)
    left = PHOTOS_MAX - len(capture.photos)
    data = {
        "label": _("📷 Tag billede") if left else _("Der er plads til {n} billeder").format(n=PHOTOS_MAX),
        "left": left,
        "observation": capture.id,
        "words": _words(_),
    }
    sent = component("photos")(key=f"photos-{capture.id}", data=data, on_sent_change=lambda: None)
    if sent.get("sent"):
        _reload_photos(capture, user)
        rerun_part()
    _thumbnails(capture, user, _)
    run_for_unread(capture)


def _words(_: Translator) -> dict[str, str]:
    """What the component says; `{n}` and `{what}` are filled in there."""
    return {
        "policy": _("Ingen mennesker på billedet."),
        "more": _("Skilte, døre og nummerplader kan også vise, hvem det handler om."),
        "removed": _("Oplysninger om sted og telefon fjernes."),
        "title": _("Se billedet efter"),
        "picture": _("Billedet. Træk for at dække noget."),
        "looking": _("Leder efter ansigter og nummerplader …"),
        "found": _("Fundet og dækket: {what}."),
        "one_face": _("1 ansigt"),
        "many_face": _("{n} ansigter"),
        "one_plate": _("1 nummerplade"),
        "many_plate": _("{n} nummerplader"),
        "and": _("og"),
        "none": _("Ingen ansigter eller nummerplader fundet."),
        "misses": _("Appen kan overse ansigter. Se selv efter."),
        "unchecked": _("Appen har ikke ledt i billedet. Se selv efter, og dæk det, der skal dækkes."),
        "touch": _("Træk hen over det, der skal dækkes. Tryk på et felt for at vise det igen."),
        "keys": _("Tastatur: pile flytter feltet, + og − ændrer størrelsen, mellemrum dækker eller viser."),
        "covered": _("Dækket"),
        "open": _("Ikke dækket"),
        "face": _("Ansigt {n}"),
        "plate": _("Nummerplade {n}"),
        "hand": _("Felt {n}"),
        "resize": _("Ændr størrelse"),
        "undo": _("Fortryd"),
        "add": _("Tilføj felt"),
        "discard": _("Kassér"),
        "discarded": _("Billedet er kasseret og ikke sendt."),
        "back": _("Fortryd: hent billedet igen"),
        "use": _("Brug billedet"),
        "sending": _("Sender billedet …"),
        "failed": _("Billedet blev ikke sendt. Det venter her på siden – prøv igen."),
        "again": _("Send billedet igen"),
        "unreadable": _("Billedet kan ikke vises her og er ikke sendt. Tag det igen."),
    }


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
