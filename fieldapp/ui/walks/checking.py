"""The checklist of one walk: which of our points, and points of one's own."""

from __future__ import annotations

import streamlit as st

from fieldapp.model import Kind, User
from fieldapp.model.walks import ChecklistItem, Walk
from fieldapp.texts import Translator
from fieldapp.ui.session import services_now
from fieldapp.usecases.walks_plan import checklist

_OWN_MOST = 3


def checklist_fields(walk: Walk | None, key: str, user: User, _: Translator) -> list[dict[str, str]]:
    """What the guests will choose from, as the plan takes it."""
    shipped = {item.key: item for item in checklist(services_now())}
    known = {item.key: item for item in (walk.checklist if walk else shipped.values())}
    own = [item for item in known.values() if item.key not in shipped]
    with st.expander(_("Tjekliste ({n} punkter)").format(n=len(known)), key=f"{key}-checklist"):
        st.write(_("Deltagerne vælger et punkt, når de tilføjer et fund."))
        chosen = [
            item
            for item in shipped.values()
            if st.checkbox(item.label(user.language), item.key in known, key=f"{key}-item-{item.key}")
        ]
        chosen += [made for n in range(_OWN_MOST) if (made := _own(n, own, key, user, _))]
    return [{name: getattr(item, name) for name in ChecklistItem.__dataclass_fields__} for item in chosen]


def _own(n: int, own: list[ChecklistItem], key: str, user: User, _: Translator) -> ChecklistItem | None:
    known = own[n] if n < len(own) else None
    catalogue = services_now().catalogue
    offered = [one.key for one in catalogue if one.kind is not Kind.PEOPLE]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = _("Eget punkt {n}").format(n=n + 1)
        text = st.text_input(label, known.da if known else "", max_chars=60, key=f"{key}-own-{n}")
        index = offered.index(known.category) if known and known.category in offered else offered.index("other")
        category = st.selectbox(
            _("Tælles som"), offered, index, format_func=lambda one: catalogue[one].label(user.language),
            key=f"{key}-own-{n}-category",
        )  # fmt: skip
    if not text.strip():
        return None
    return ChecklistItem(known.key if known else f"own{n + 1}", text, text, category)
