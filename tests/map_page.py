"""A page for test_map_browser.py only: the real GPS component and maps in a fragment each, with what they told."""

import streamlit as st

from fieldapp.maps import Basemap
from fieldapp.ui.gps import Fix, GpsError, gps
from fieldapp.ui.mapview import show_districts, show_observations, show_picker

st.set_page_config(layout="wide")
basemap = Basemap()


@st.fragment
def capture() -> None:
    if st.button("Stedsøgning"):
        st.session_state["pin"] = (55.6184, 12.3625)
    found = gps(
        key="gps", pin=st.session_state.get("pin"), language="da", on_use=lambda: st.session_state.pop("pin", None)
    )
    if isinstance(found, Fix):
        st.text(f"fix {found.lat:.4f} {found.lon:.4f} ±{found.accuracy_m:.0f}")
    if isinstance(found, GpsError):
        st.text(f"fejl {found.kind}")
    chosen = show_picker(language="da", basemap=basemap)
    if chosen:
        st.session_state["pin"] = chosen
        st.session_state["chosen"] = st.session_state.get("chosen", 0) + 1
        st.rerun(scope="fragment")
    st.text(f"pin {st.session_state.get('pin')} valgt {st.session_state.get('chosen', 0)}")
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.text(f"kørsler {st.session_state['runs']}")


@st.fragment
def observations() -> None:
    st.session_state.setdefault("version", 1)
    if st.button("Ny version"):
        st.session_state["version"] += 1
    tap = show_observations(language="da", basemap=basemap, version=str(st.session_state["version"]))
    if tap:
        st.session_state["tapped"] = tap.observation
        st.session_state["taps"] = st.session_state.get("taps", 0) + 1
    st.text(f"trykket {st.session_state.get('tapped')} {st.session_state.get('taps', 0)}")


if st.query_params.get("side") == "kort":
    observations()
elif st.query_params.get("side") == "fliser":
    show_districts(language="da", basemap=Basemap("upstream", "© {{7*7}} <b>Prøve</b>", 18))
else:
    capture()
