"""«Administration»: who has access and in which role, how long things are kept, what the gate stopped."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from fieldapp.formats import COPENHAGEN
from fieldapp.ui.administration import add_part, link_part, user_part
from fieldapp.ui.gate_counts import gate_counts_part
from fieldapp.ui.retention import retention_part
from fieldapp.ui.session import database, guard, services_now, translator_for
from fieldapp.usecases.accounts import ADMINISTRATORS, users

actor = guard(ADMINISTRATORS)
_ = translator_for(actor)
today = datetime.now(COPENHAGEN).date()
districts = {district.id: district.name for district in services_now().districts.current(today)}

st.title(_("Administration"))
link_part(actor.language)
add_part(actor, districts, _)
st.header(_("Brugere"))
with database() as db:
    accounts = users(actor, db=db)
for account in accounts:
    user_part(account, actor, districts, _)
retention_part(actor, _)
gate_counts_part(actor, _)
