# `make help` lists what there is. Everything is made inside the project folder; nothing is installed outside it,
# except Chromium and Pango for `make test` where apt is allowed.

# Also runs on the GNU Make 3.81 of a Mac: no .ONESHELL, one shell a line.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BENCH_VENV := .venv-bench
PY := $(VENV)/bin/python
CHROMIUM_PACKAGES := chromium fonts-noto-core fonts-noto-color-emoji
# What WeasyPrint sets the walk's report and poster with; the app starts without, and says what is missing.
PDF_PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# Browser tests wait more than they work: three workers on two cores; a file's tests stay together.
PYTEST_ARGS ?= -n 3 --dist loadfile

# The newest supported Python that is here and works, unless PYTHON names one.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo "$$p" && break; done)

.PHONY: help run demo test bench lint fmt schema messages lock audit chromium pango clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## Set up and start the app; prints a one-time link for the first account
	@$(PY) -m fieldapp migrate
	@exec $(PY) -m fieldapp serve

demo: export FIELDAPP_DATABASE := $(or $(FIELDAPP_DATABASE),db/demo.sqlite3)
demo: $(VENV)/.run  ## The same with two years of fictional data in db/demo.sqlite3
	@$(PY) -m fieldapp demo
	@exec $(PY) -m fieldapp serve

test: lint chromium pango  ## Lint, types and every test, with a real Chromium
	@$(VENV)/bin/pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev  ## Lint, format and types only
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

bench: $(BENCH_VENV)/.bench  ## Measure, print tables, write bench/results/*.json
	@$(BENCH_VENV)/bin/python -m bench $(BENCH)

fmt: $(VENV)/.dev  ## Format and mend what can be mended by itself
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

schema: $(VENV)/.run  ## Write db/schema.sql from the migrations
	@$(PY) -c "$$WRITE_SCHEMA" > db/schema.sql

define WRITE_SCHEMA
import pathlib, sys, tempfile
from fieldapp.store.connection import migrate, schema
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "schema.sqlite3"
    migrate(path)
    sys.stdout.write(schema(path))
endef
export WRITE_SCHEMA

messages: $(VENV)/.run  ## Collect the texts of the code into the catalogues (new ones have an empty translation)
	@$(PY) -m fieldapp.locales.extract

# Hashes come from the public registry only: local indexes and links of this machine are left out.
LOCK := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND='make lock' $(VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock: $(VENV)/.dev  ## Resolve the three requirements.in again, with hashes (takes some minutes)
	@$(LOCK) --output-file requirements.txt requirements.in
	@$(LOCK) --output-file requirements-dev.txt requirements-dev.in
	@$(LOCK) --output-file bench/requirements.txt bench/requirements.in

audit: $(VENV)/.dev  ## Ask the vulnerability service about every pinned package (needs the network)
	@$(VENV)/bin/pip-audit --strict --require-hashes --requirement requirements.txt

chromium:
	@for name in chromium chromium-browser google-chrome; do command -v "$$name" >/dev/null && exit 0; done; \
	$(call INSTALL,$(CHROMIUM_PACKAGES),The browser tests need Chromium.)

pango: $(VENV)/.run
	@$(PY) -c 'import weasyprint' 2>/dev/null && exit 0; \
	$(call INSTALL,$(PDF_PACKAGES),The report and poster of a walk need Pango.)

# $(1): packages, $(2): what for. Installs where it may without a password, and else says how.
define INSTALL
as_root=""; [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then \
		$$as_root apt-get update -qq && \
		$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1); \
	else \
		echo "$(2) Install it (Debian: sudo apt install $(1)) and try again." >&2; \
		exit 1; \
	fi
endef

clean:  ## Remove what was made, except the databases
	@rm -rf $(VENV) $(BENCH_VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

define MAKE_VENV
	if [ -z "$(PYTHON)" ]; then \
		echo "fieldapp needs Python 3.11, 3.12 or 3.13. Install one (Debian: sudo apt install python3 python3-venv)," >&2; \
		echo "or name it: make run PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	if ! "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$(PYTHON) cannot make virtual environments. Debian and Ubuntu: sudo apt install python3-venv" >&2; \
		exit 1; \
	fi; \
	"$(1)/bin/python" -c '' 2>/dev/null || "$(PYTHON)" -m venv --clear "$(1)"
endef
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes

# A stamp is newer than the list it was made from, so an unchanged list installs nothing.
$(VENV)/.run: requirements.txt
	@$(call MAKE_VENV,$(VENV))
	@echo "Installing what the app needs into $(VENV) ..."
	@$(PY) $(PIP_INSTALL) --requirement requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PY) $(PIP_INSTALL) --requirement requirements.txt --requirement requirements-dev.txt
	@touch $@

$(BENCH_VENV)/.bench: requirements.txt requirements-dev.txt bench/requirements.txt
	@$(call MAKE_VENV,$(BENCH_VENV))
	@echo "Installing what the bench compares with into $(BENCH_VENV) ..."
	@$(BENCH_VENV)/bin/python $(PIP_INSTALL) --requirement requirements.txt --requirement requirements-dev.txt \
		--requirement bench/requirements.txt
	@touch $@
