"""«Mine enheder»: where the user is signed in, and ending it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import when
from fieldapp.store.sessions import Device
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, signed_in, signed_out, translator_for
from fieldapp.usecases import sessions

me = signed_in()
user, now = me.user, datetime.now(UTC)
_ = translator_for(user)


def end(device: Device) -> None:
    """End one session; when it is this one, the page says goodbye."""
    with database() as db:
        try:
            sessions.revoke(user, device.id, db=db, now=datetime.now(UTC))
        except Problem as problem:
            st.session_state["device_problem"] = problem.text(user.language)


st.title(_("Mine enheder"))
st.write(_("Her er du logget ind. Afslut en enhed, du har mistet eller ikke kender; den lukkes med det samme."))
if said := st.session_state.pop("device_problem", None):
    st.error(said)
with database() as db:
    devices = sessions.devices(user, db=db, now=now)
if me.session_id not in {device.id for device in devices}:
    signed_out()
for device in sorted(devices, key=lambda each: each.id != me.session_id):
    here = device.id == me.session_id
    with st.container(border=True):
        st.markdown(f"**{plain(device.device)}**" + (f" · {_('denne enhed')}" if here else ""))
        seen = _("Sidst brugt {seen}, logget ind {since}.").format(
            seen=when(device.seen_at, now=now, language=user.language),
            since=when(device.created_at, now=now, language=user.language),
        )
        st.write(plain(seen))
        label = _("Log ud her") if here else _("Afslut {device}").format(device=plain(device.device))
        st.button(label, key=f"end-{device.id}", on_click=end, args=(device,))
