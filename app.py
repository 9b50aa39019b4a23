"""The server: `streamlit run app.py` or `python -m fieldapp serve`."""

import logging
import os
import sys
from dataclasses import replace

import streamlit as st
from streamlit import config

from fieldapp.errors import Problem
from fieldapp.settings import Settings
from fieldapp.ui.crash import on_script_error
from fieldapp.ui.warm import warm
from fieldapp.web.assembly import assemble
from fieldapp.web.logs import keep_words_out
from fieldapp.web.serve import cookie_secret, start_again_where_asked

keep_words_out()
try:
    settings = Settings.from_env(os.environ)
    host, port = config.get_option("server.address") or "0.0.0.0", config.get_option("server.port")
    start_again_where_asked(settings, host=host, port=port)
    settings = replace(settings, host=host, port=port)
    # Streamlit draws a new secret at each start unless told one; only its own cookies hang on it.
    config.set_option("server.cookieSecret", cookie_secret(settings.database))
    parts = assemble(settings, warm=warm)
except Problem as failure:
    logging.getLogger("fieldapp").error("%s", failure.text())
    sys.exit(1)

app = st.App(
    parts.script,
    routes=parts.routes,
    middleware=parts.middleware,
    lifespan=parts.lifespan,
    on_script_error=on_script_error,
    exception_handlers=parts.exception_handlers,
)
