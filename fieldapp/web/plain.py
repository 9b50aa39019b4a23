"""Plain pages without Streamlit: a few kB, no inline script, Danish or English, readable by anyone and anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from starlette.responses import HTMLResponse

from fieldapp.texts import Translator, translator
from fieldapp.usecases.passwords import ADVISED, LEAST, MOST
from fieldapp.web.static import asset_url


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled input."""

    name: str
    label: str
    autocomplete: str
    value: str = ""
    hint: str = ""
    secret: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One page with one form; texts are ready in the page's language."""

    title: str
    intro: str
    action: str
    button: str
    fields: tuple[Field, ...]
    hidden: dict[str, str] = field(default_factory=dict)
    footer: str = ""


def page(
    form: Form | None,
    *,
    language: str,
    title: str = "",
    error: str = "",
    fictional: bool = False,
    other_language: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The whole page; without a form it holds only `title` and `error`."""
    _ = translator(language)
    heading = form.title if form else title
    wrong = f'<p class="wrong" role="alert" id="wrong">{escape(error)}</p>' if error else ""
    banner = f'<p class="fictional">{_("FIKTIVE DATA")}</p>' if fictional else ""
    switch = f'<p class="switch">{other_language}</p>' if other_language else ""
    body = (
        f"{banner}<main><h1>{escape(heading)}</h1>{wrong}{_form(form, _, bool(error)) if form else ''}</main>{switch}"
    )
    return HTMLResponse(document(heading, body, language), status, headers={"Cache-Control": "no-store"})


def password_hint(language: str) -> str:
    """What a good password is, in one sentence."""
    _ = translator(language)
    text = _("Mindst {least} tegn, gerne {advised} eller flere – for eksempel fire tilfældige ord.")
    return text.format(least=LEAST, advised=ADVISED)


def _form(form: Form, _: Translator, wrong: bool) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in form.hidden.items()
    )
    focus = next((item.name for item in form.fields if not item.value and not item.fixed), form.fields[-1].name)
    inputs = "".join(_input(item, _, wrong=wrong, focus=item.name == focus) for item in form.fields)
    intro = f"<p>{escape(form.intro)}</p>" if form.intro else ""
    footer = f'<p class="more">{escape(form.footer)}</p>' if form.footer else ""
    return (
        f'{intro}<form method="post" action="{escape(form.action)}">{hidden}{inputs}'
        f'<button type="submit" class="main">{escape(form.button)}</button></form>{footer}'
    )


def _input(item: Field, _: Translator, *, wrong: bool, focus: bool) -> str:
    described = " ".join(part for part in (f"{item.name}-hint" if item.hint else "", "wrong" if wrong else "") if part)
    attributes = [
        f'id="{item.name}" name="{item.name}" autocomplete="{item.autocomplete}" required',
        f'type="{"password" if item.secret else "text"}" value="{escape(item.value)}"',
        f'maxlength="{MOST if item.secret else 80}" autocapitalize="none" spellcheck="false"',
        f'aria-describedby="{described}"' if described else "",
        "readonly" if item.fixed else "",
        "autofocus" if focus else "",
    ]
    hint = f'<p class="hint" id="{item.name}-hint">{escape(item.hint)}</p>' if item.hint else ""
    toggle = (
        f'<button type="button" class="show" hidden data-for="{item.name}" data-hide="{_("Skjul adgangskoden")}"'
        f' aria-pressed="false">{_("Vis adgangskoden")}</button>'
        if item.secret
        else ""
    )
    control = f"<input {' '.join(part for part in attributes if part)}>"
    return f'<label for="{item.name}">{escape(item.label)}</label>{hint}{control}{toggle}'


def document(title: str, body: str, language: str) -> str:
    """A whole plain page round `body`, which is HTML already; `title` is text."""
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)} – Fieldapp</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        '<meta name="color-scheme" content="light dark"><meta name="theme-color" content="#0b4f6c">'
        f'<link rel="manifest" href="/manifest.webmanifest"><link rel="icon" href="{asset_url("icon-192.png")}">'
        f'<link rel="stylesheet" href="{asset_url("plain.css")}">'
        f'<script src="{asset_url("plain.js")}" defer></script></head><body>{body}</body></html>'
    )
