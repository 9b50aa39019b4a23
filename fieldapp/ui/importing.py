"""The parts of «Indlæs observationer»: choose a file, match columns and words, look it through, store it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import streamlit as st

from fieldapp.errors import Problem
from fieldapp.formats import number, when
from fieldapp.model import Catalogue, Observation, User
from fieldapp.texts import Translator
from fieldapp.ui.importing_unsure import unsure_part
from fieldapp.ui.plain import plain
from fieldapp.ui.session import database, services_now
from fieldapp.usecases import imports

_TABLE, _PLAN, _DONE, _ROUND = "import_table", "import_plan", "import_done", "import_round"
_TYPES = ["csv", "txt", "tsv", "gz", "geojson", "json"]
_BAD_SHOWN = 50
FIELD_NAMES = {
    "id": "Id",
    "category": "Kategori",
    "lat": "Breddegrad",
    "lon": "Længdegrad",
    "observed_at": "Tidspunkt",
    "severity": "Hvor meget (1–3)",
    "group_size": "Gruppens størrelse",
    "age_band": "Alder",
    "note": "Note",
    "accuracy_m": "Nøjagtighed i meter",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page was told about a file; equal choices give equal plans."""

    columns: tuple[tuple[str, str], ...]
    categories: tuple[tuple[str, str], ...]
    source: str


def done_part(_: Translator) -> None:
    """What the last import did."""
    done = st.session_state.get(_DONE)
    if not done:
        return
    said, report = done
    st.success(said)
    if report:
        st.download_button(
            _("Hent rapport over oversprungne rækker"), report, "rapport.csv", "text/csv", on_click="ignore"
        )


def chosen_file(language: str, _: Translator) -> imports.Table | None:
    """The uploaded file as a table, read once."""
    turn = st.session_state.get(_ROUND, 0)
    file = st.file_uploader(_("Vælg en fil (CSV eller GeoJSON, højst 12 MB)"), type=_TYPES, key=f"import_file_{turn}")
    if file is None:
        st.session_state.pop(_TABLE, None)
        st.session_state.pop(_PLAN, None)
        return None
    content = file.getvalue()
    key = file.name, sha256(content).digest()
    kept = st.session_state.get(_TABLE)
    if kept is None or kept[0] != key:
        try:
            kept = key, imports.read_table(content, name=file.name)
        except Problem as problem:
            st.error(plain(problem.text(language)))
            return None
        st.session_state[_TABLE] = kept
        st.session_state.pop(_PLAN, None)
        st.session_state.pop(_DONE, None)
    table: imports.Table = kept[1]
    return table


def columns_part(table: imports.Table, user: User, _: Translator) -> Choice | None:
    """Whose column is which, and what their category words mean; None while something is missing."""
    st.header(_("Kolonner"))
    for notice in table.notices:
        st.info(plain(notice.text(user.language)))
    guessed = imports.guess_columns(table.header)
    names = ["", *dict.fromkeys(name for name in table.header if name)]
    columns: dict[str, str] = {}
    for field in imports.FIELDS:
        needed = " *" if field in imports.REQUIRED else ""
        columns[field] = st.selectbox(
            _(FIELD_NAMES[field]) + needed,
            names,
            index=names.index(guessed.get(field, "")),
            format_func=lambda name: name or _("Bruges ikke"),
            key=f"import_column_{field}_{table.name}",
        )
    source = st.text_input(
        _("Kilde"),
        max_chars=40,
        key="import_source",
        help=_("Kun når flere systemer nummererer deres rækker fra 1: skriv systemets navn, så de ikke blandes."),
    )
    missing = [_(FIELD_NAMES[field]) for field in imports.REQUIRED if not columns[field]]
    if missing:
        st.warning(_("Vælg en kolonne for: {fields}.").format(fields=", ".join(missing)))
        return None
    categories = _words_part(table, columns["category"], services_now().catalogue, user.language, _)
    return Choice(tuple(columns.items()), tuple(categories.items()), source.strip())


def _words_part(
    table: imports.Table, column: str, catalogue: Catalogue, language: str, _: Translator
) -> dict[str, str]:
    """A box for each category word that is not ours, with a guess."""
    try:
        words = imports.unknown_words(table, column, catalogue)
    except Problem as problem:
        st.error(plain(problem.text(language)))
        return {}
    if not words:
        return {}
    st.header(_("Kategorier"))
    st.write(_("Disse ord kendes ikke. Vælg, hvad de betyder; rækker uden kategori kan ikke gemmes."))
    keys = ["", *(category.key for category in catalogue)]
    chosen: dict[str, str] = {}
    for word, count in words.items():
        guess = imports.suggest_category(word, catalogue) or ""
        rows = _("antal rækker: {count}").format(count=number(count, language=language))
        chosen[word] = st.selectbox(
            f"{plain(word[:60])} ({rows})",
            keys,
            index=keys.index(guess),
            format_func=lambda key: catalogue[key].label(language) if key else _("Ikke valgt"),
            key=f"import_word_{sha256(word.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}",
        )
    return {word: key for word, key in chosen.items() if key}


def look_part(table: imports.Table, choice: Choice | None, user: User, _: Translator) -> imports.ImportPlan | None:
    """The button that looks the file through, and the plan while it fits what is chosen."""
    if choice is None:
        return None
    kept = st.session_state.get(_PLAN)
    if kept and kept[0] == choice:
        plan: imports.ImportPlan = kept[1]
        return plan
    if not st.button(_("Se filen igennem"), type="primary", key="import_look"):
        return None
    bar = st.progress(0.0, text=_("Ser filen igennem …"))
    try:
        with database() as db:
            made = imports.plan_import(
                table,
                services=services_now(),
                db=db,
                now=datetime.now(UTC),
                mapping=dict(choice.columns),
                categories=dict(choice.categories),
                source=choice.source,
                language=user.language,
                progress=_counter(bar, _("{count} rækker læst"), user.language),
            )
    except Problem as problem:
        st.error(plain(problem.text(user.language)))
        return None
    finally:
        bar.empty()
    st.session_state[_PLAN] = (choice, made)
    return made


def plan_part(plan: imports.ImportPlan, user: User, _: Translator) -> None:
    """What would be stored, what is wrong, and the button that stores."""
    st.header(_("Det bliver gemt"))
    said = _("{good} rækker kan gemmes, {same} er der allerede, {bad} kan ikke bruges.")
    counts = {
        "good": len_text(plan.good, user),
        "same": len_text(plan.same, user),
        "bad": len_text(len(plan.bad), user),
    }
    st.write(said.format(**counts))
    if plan.outside:
        outside = _("{count} ligger uden for kommunen og får intet distrikt.")
        st.info(outside.format(count=len_text(plan.outside, user)))
    for notice in plan.notices:
        st.caption(plain(notice))
    if plan.preview:
        st.dataframe([_preview_row(seen, user, _) for seen in plan.preview], hide_index=True)
    soft = unsure_part(plan, _) if plan.unsure else "blank"
    skip = _bad_part(plan, user, _) if plan.bad else False
    if plan.good and (skip or not plan.bad):
        if st.button(_("Gem observationer"), type="primary", key="import_store"):
            _store(plan, user, skip, soft, _)
    elif not plan.good:
        st.info(_("Der er ikke noget nyt at gemme i filen."))


def _bad_part(plan: imports.ImportPlan, user: User, _: Translator) -> bool:
    """The bad rows and the choice: all or nothing, or without them."""
    st.header(_("Rækker, der ikke kan bruges"))
    st.markdown("\n".join(_bad_line(bad, _) for bad in plan.bad[:_BAD_SHOWN]))
    if len(plan.bad) > _BAD_SHOWN:
        st.caption(_("De første {count} vises; rapporten har dem alle.").format(count=_BAD_SHOWN))
    st.download_button(
        _("Hent rapport"),
        imports.report_csv(plan.bad, language=user.language),
        "rapport.csv",
        "text/csv",
        on_click="ignore",
        key="import_report",
    )
    choices = [_("Gem intet, før alle rækker er i orden"), _("Spring dårlige rækker over")]
    return st.radio(_("Hvad skal der ske?"), choices, key="import_skip") == choices[1]


def _bad_line(bad: imports.BadRow, _: Translator) -> str:
    column = f" ({plain(bad.column)})" if bad.column else ""
    return f"- **{_('Række')} {bad.row}**{column}: {plain(bad.reason)}"


def _store(plan: imports.ImportPlan, user: User, skip_bad: bool, soft: imports.Soft, _: Translator) -> None:
    bar = st.progress(0.0, text=_("Gemmer …"))
    try:
        with database() as db:
            result = imports.run_import(
                plan,
                user=user,
                db=db,
                now=datetime.now(UTC),
                skip_bad=skip_bad,
                soft=soft,
                progress=_counter(bar, _("{count} rækker gemt"), user.language, of=plan.good),
            )
    except Problem as problem:
        st.error(plain(problem.text(user.language)))
        return
    finally:
        bar.empty()
    report = imports.report_csv(plan.bad, language=user.language) if plan.bad else None
    st.session_state[_DONE] = (imports.summary(result, user.language), report)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state.pop(_PLAN, None)
    st.session_state.pop(_TABLE, None)
    st.rerun()


def _counter(bar: Any, text: str, language: str, *, of: int = 0) -> Callable[[int], None]:
    def tell(count: int) -> None:
        share = count / of if of else count / (count + 20_000)
        bar.progress(min(share, 1.0), text=text.format(count=number(count, language=language)))

    return tell


def len_text(count: int, user: User) -> str:
    """A count with the separators of the user's language."""
    return number(count, language=user.language)


def _preview_row(seen: Observation, user: User, _: Translator) -> dict[str, str]:
    services = services_now()
    day = seen.local_time.date()
    district = services.districts.by_id(seen.district, day) if seen.district else None
    return {
        _("Tidspunkt"): when(seen.observed_at, now=datetime.now(UTC), language=user.language),
        _("Kategori"): services.catalogue[seen.category].label(user.language),
        _("Distrikt"): district.name if district else _("Uden for kommunen"),
        _("Sted"): seen.place or "",
        _("Note"): seen.note or "",
    }
