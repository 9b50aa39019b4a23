"""Who is looking, re-read from the database at every run, and what the run stands on: database, services, texts."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import NoReturn
from urllib.parse import urlsplit

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.maps import ISHOEJ, Basemap, Home
from fieldapp.model import Role, User
from fieldapp.settings import Settings
from fieldapp.store.connection import Database, opened
from fieldapp.store.sessions import SignedIn
from fieldapp.texts import Translator, translator
from fieldapp.usecases import sessions
from fieldapp.usecases.basemap import basemap_from
from fieldapp.usecases.services import Services, load_services

SIGNED_OUT_KEY = "fa_signed_out"


def settings_now() -> Settings:
    """The operator's settings."""
    return Settings.from_env(os.environ)


def services_now() -> Services:
    """Settings, categories, districts and places; reloaded when a file changes."""
    return load_services(settings_now())


def basemap_now() -> Basemap:
    """The base map the settings ask for."""
    return _basemap(settings_now())


def home_now() -> Home:
    """What a map shows first: the districts in force."""
    today = datetime.now(UTC).astimezone(COPENHAGEN).date()
    return services_now().districts.bounds(today) or ISHOEJ


@contextmanager
def database() -> Iterator[Database]:
    """A connection for this run, in this thread."""
    with opened(settings_now().database) as db:
        yield db


def signed_in() -> SignedIn:
    """The session behind this run; without a living one the run ends with a sentence and a link.

    `st.user` holds what the gate put into the headers of the websocket; the database says whether it still counts.
    """
    session_id, user_id = st.user.get("session"), st.user.get("id")
    try:
        with database() as db:
            found = sessions.who_by_session_id(str(session_id), db=db, now=datetime.now(UTC)) if session_id else None
    except Problem as problem:
        st.error(problem.text(settings_now().language))
        st.stop()
    if found is None or found.user.id != user_id:
        signed_out()
    return found


def current_user() -> User:
    """The user as the database says now: role, districts, active flag."""
    return signed_in().user


def guard(roles: Collection[Role]) -> User:
    """The user if the role is one of these; otherwise the run ends with a sentence."""
    user = current_user()
    if user.role not in roles:
        st.error(Problem("not_allowed").text(user.language))
        st.stop()
    return user


def translator_for(user: User) -> Translator:
    """Texts in the user's language."""
    return translator(user.language)


def origin_now() -> str:
    """The address the app is reached at, for links to send: the set one, or the one this browser uses."""
    settings = settings_now()
    if settings.base_url:
        return settings.origin
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else settings.origin


def signed_out() -> NoReturn:
    """End the run for someone who is not signed in any more; the app's script goes on to the sign-in page."""
    _ = translator(settings_now().language)
    with st.container(key=SIGNED_OUT_KEY):
        st.error(_("Du er ikke længere logget ind på denne enhed. Log ind igen – det, du skrev, er gemt som kladde."))
        st.markdown(f"[{_('Log ind')}](/login)")
    st.stop()


@lru_cache(maxsize=4)
def _basemap(settings: Settings) -> Basemap:
    return basemap_from(settings)
