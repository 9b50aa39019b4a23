"""«Indlæs observationer»: a coordinator takes older registrations in, with a look at them first."""

from __future__ import annotations

import streamlit as st

from fieldapp.ui.importing import chosen_file, columns_part, done_part, look_part, plan_part
from fieldapp.ui.session import guard, translator_for
from fieldapp.usecases.screens import BY_KEY

user = guard(BY_KEY["indlaes"].roles)
_ = translator_for(user)

st.title(_("Indlæs observationer"))
st.write(_("Fra CSV eller GeoJSON. Først ser du filen igennem; intet gemmes, før du trykker «Gem observationer»."))
done_part(_)
table = chosen_file(user.language, _)
if table:
    choice = columns_part(table, user, _)
    plan = look_part(table, choice, user, _)
    if plan:
        plan_part(plan, user, _)
