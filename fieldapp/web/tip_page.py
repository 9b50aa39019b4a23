"""The pages of a tip as plain HTML: the form with what was typed in it, the answer, and a poster to print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from fieldapp.errors import Problem
from fieldapp.formats import COPENHAGEN
from fieldapp.model import uuid7
from fieldapp.model.tips import OLDEST, SHAPES, TEXT_MOST, WHEN, WORDS_MOST
from fieldapp.texts import N_, Translator, translator
from fieldapp.usecases import asking, tips
from fieldapp.usecases.services import Services
from fieldapp.usecases.tips_answers import LABELS, Told, date_words
from fieldapp.web.plain import document
from fieldapp.web.static import asset_url

FIELDS = frozenset({"id", "lang", "place", "words", "lat", "lon", "what", "text", "when", "day", "clock", "sure"})
WHENS: dict[str, str] = {"now": N_("Det er der nu"), "today": N_("I dag"), "earlier": N_("Tidligere")}
_OTHER = {"da": ("en", "In English"), "en": ("da", "På dansk")}
# A new id: what was sent under the old one stands.
_USED = frozenset({"tip_sent"})
_ASKED = frozenset({asking.UNSURE, asking.REFUSED})


@dataclass(frozen=True, slots=True)
class Typed:
    """What this visit has typed so far, and what was wrong with it."""

    code: str
    fields: dict[str, str]
    failure: Problem | None = None

    def of(self, name: str) -> str:
        """What was typed in a field."""
        return self.fields.get(name, "")


def tip_page(
    found: tips.Visit, typed: Typed, *, services: Services, language: str, now: datetime, fictional: bool
) -> str:
    """The form of an institution's link."""
    _, failure = translator(language), typed.failure
    used = failure is not None and (failure.code in _USED or failure.field == "id")
    tip_id = uuid7(now) if used or not typed.of("id") else typed.of("id")
    told = escape(failure.text(language)) if failure else ""
    told += f'<br><a href="#asked">{_("Se ordene")}</a>' if failure and failure.code in _ASKED else ""
    parts = [
        f"<h1>{_('Giv et tip om et sted')}</h1><p>{escape(found.source.name)}</p>",
        f"<p>{_('Er der et sted, som er utrygt eller går i stykker? Skriv det her. Vi kigger på det og svarer.')}</p>",
        f'<p class="danger">{_("Er der fare nu? Ring 112. Politiet: 114.")}</p>',
        f'<p class="wrong" role="alert" id="wrong">{told}</p>' if failure else "",
        f'<form method="post" action="/tip/{escape(typed.code)}">',
        f'<input type="hidden" name="id" value="{escape(tip_id)}">',
        f'<input type="hidden" name="lang" value="{language}">',
        _where(typed, services, _),
        _what(typed, services, language, _),
        _when(typed, now, _),
        _question(typed, _),
        f'<button class="main">{_("Send")}</button></form>',
        f'<p class="hint">{_("Vi gemmer ikke, hvem du er. Du får et link, hvor du kan læse svaret.")}</p>',
    ]
    return _whole(_("Giv et tip om et sted"), "".join(parts), f"/tip/{typed.code}", language, fictional)


def answer_page(told: Told, *, code: str, link: str, services: Services, language: str, fictional: bool) -> str:
    """Where a tip stands; with `link` also the thanks, and the address to keep."""
    _, tip = translator(language), told.tip
    heading = _("Tak for dit tip") if link else _("Svar på dit tip")
    state = f"{SHAPES[tip.state]} {_(LABELS[tip.state])}"
    found = f"<p>{escape(told.found)}</p>" if told.found else ""
    made = "".join(f"<dt>{escape(title)}</dt><dd>{escape(words)}</dd>" for title, words in told.tasks)
    label = services.catalogue[tip.category].label(language)
    own = [(_("Hvor"), tip.where), (_("Hvad"), label), (_("Beskrivelse"), tip.text)]
    own += [(_("Hvornår"), date_words(tip.seen_on, language))]
    lines = [(date_words(day, language), said) for day, said in told.history]
    parts = [
        f"<h1>{heading}</h1>",
        _keep(link, _) if link else "",
        f'<div class="state {tip.state}"><p><strong>{escape(state)}</strong></p>',
        f"<p>{escape(told.state)}</p>{found}</div>",
        f"<h2>{_('Det gør vi')}</h2><dl>{made}</dl>" if made else "",
        f"<h2>{_('Dit tip')}</h2>{_list(own)}",
        f"<h2>{_('Hvad er der sket')}</h2>{_list(lines)}",
    ]
    return _whole(heading, "".join(parts), f"/tip/svar/{code}", language, fictional)


def poster_page(name: str, address: str, qr: str, *, language: str) -> str:
    """One page to print: what it is for, the QR code, the address; nothing of anybody."""
    _ = translator(language)
    body = (
        f'<main class="poster"><h1>{_("Er der et sted, som er utrygt?")}</h1>'
        f"<p>{_('Giv os et tip. Vi kigger på stedet og skriver, hvad vi gør.')}</p>"
        f'<p><img src="{escape(qr)}" alt="{_("QR-kode med linket")}" width="320" height="320"></p>'
        f'<p class="address">{escape(address)}</p><p>{escape(name)}</p>'
        f"<p>{_('Skriv om steder, ikke om personer. Ved fare: ring 112.')}</p></main>"
    )
    return document(_("Plakat"), _extras() + body, language)


def _where(typed: Typed, services: Services, _: Translator) -> str:
    places = ((one.id, one.name) for one in tips.choices(services)[1])
    lat, lon = typed.of("lat"), typed.of("lon")
    kept = _("Din position er med.")
    return (
        f"<fieldset><legend>{_('Hvor er det?')}</legend>"
        f'<div class="position" hidden data-kept="{kept}" data-with="{_("Din position er med (± {n} m).")}"'
        f' data-asking="{_("Finder din position …")}"'
        f' data-none="{_("Din position kunne ikke findes. Vælg et sted, eller skriv det.")}">'
        f'<button type="button" class="second" data-do="use">{_("Brug min position")}</button>'
        '<p role="status"></p>'
        f'<button type="button" class="show" data-do="drop" hidden>{_("Fjern positionen")}</button></div>'
        f'<input type="hidden" name="lat" value="{escape(lat)}"><input type="hidden" name="lon" value="{escape(lon)}">'
        f'<label for="place">{_("Vælg et kendt sted")}</label>'
        f'<select id="place" name="place"{_described(typed)}><option value="">{_("Ikke på listen")}</option>'
        f"{_options(places, typed.of('place'))}</select>"
        f'<label for="words">{_("Eller skriv, hvor det er")}</label>'
        f'<input id="words" name="words" maxlength="{WORDS_MOST}" autocomplete="off"'
        f' value="{escape(typed.of("words"))}"></fieldset>'
    )


def _what(typed: Typed, services: Services, language: str, _: Translator) -> str:
    categories = ((one.key, one.label(language)) for one in tips.choices(services)[0])
    return (
        f'<label for="what">{_("Hvad er det?")}</label><select id="what" name="what" required{_described(typed)}>'
        f'<option value="">{_("Vælg")}</option>{_options(categories, typed.of("what"))}</select>'
        f'<label for="text">{_("Beskriv det")}</label>'
        f'<p class="hint" id="text-hint">{_("Skriv om stedet. Ikke navne, og ikke hvem der gjorde noget.")}</p>'
        f'<textarea id="text" name="text" maxlength="{TEXT_MOST}" required'
        f"{_described(typed, 'text-hint')}>{escape(typed.of('text'))}</textarea>"
    )


def _when(typed: Typed, now: datetime, _: Translator) -> str:
    today, chosen = now.astimezone(COPENHAGEN).date(), typed.of("when") or "now"
    radios = "".join(
        f'<label class="check"><input type="radio" name="when" value="{value}"{" checked" * (value == chosen)}>'
        f"{_(WHENS[value])}</label>"
        for value in WHENS
    )
    return (
        f'<fieldset class="when"><legend>{_(WHEN)}</legend>{radios}'
        f'<div class="day"><label for="day">{_("Hvilken dag? (hvis tidligere)")}</label>'
        f'<input type="date" id="day" name="day" min="{today - OLDEST}" max="{today}"'
        f' value="{escape(typed.of("day"))}"></div>'
        f'<div class="clock"><label for="clock">{_("Klokken ca. (hvis du ved det)")}</label>'
        f'<input type="time" id="clock" name="clock" value="{escape(typed.of("clock"))}"></div></fieldset>'
    )


def _question(typed: Typed, _: Translator) -> str:
    """What the gate asks about, and the box that answers it."""
    failure = typed.failure
    if failure is None or failure.code not in _ASKED:
        return ""
    texts = asking.question_texts(_)
    found = [one for name in tips.WRITTEN for one in asking.stopping(typed.of(name))]
    hard = any(one.hard for one in found)
    words = "".join(
        f"<li>{escape((texts['kinds'] if one.hard else texts['possible']).get(one.kind, one.kind))}: "
        f"<mark>{escape(one.text)}</mark></li>"
        for one in found
    )
    box = f'<label class="check"><input type="checkbox" name="sure" value="1">{_("Nej, det er ikke en person")}</label>'
    do = _("Fjern ordene, og tryk «Send» igen.") if hard else _("Sæt kryds, eller skriv om, og tryk «Send» igen.")
    return (
        f'<div class="asked" id="asked"><p><strong>{texts["refused" if hard else "question"]}</strong></p>'
        f"<ul>{words}</ul>{'' if hard else box}<p>{do}</p></div>"
    )


def _keep(link: str, _: Translator) -> str:
    return (
        f'<div class="keep"><p id="keep-hint">'
        f"{_('Her kan du læse svaret. Gem linket nu: vi kan ikke sende det igen.')}</p>"
        f'<label for="link">{_("Dit link")}</label>'
        f'<input id="link" readonly value="{escape(link)}" aria-describedby="keep-hint">'
        f'<button type="button" class="main" hidden data-title="{_("Svar på dit tip")}"'
        f' data-done="{_("Linket er kopieret. Sæt det ind et sted, hvor du kan finde det.")}"'
        f' data-mark="{_("Kopiér linket i feltet, eller gem siden som bogmærke.")}">{_("Gem linket")}</button>'
        f'<p role="status">{_("Kopiér linket i feltet, eller gem siden som bogmærke.")}</p></div>'
    )


def _options(pairs: Iterable[tuple[str, str]], chosen: str) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" * (value == chosen)}>{escape(label)}</option>'
        for value, label in pairs
    )


def _list(pairs: Iterable[tuple[str, str | None]]) -> str:
    told = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in pairs if value)
    return f"<dl>{told}</dl>"


def _described(typed: Typed, *hints: str) -> str:
    ids = " ".join([*hints, *(["wrong"] if typed.failure else [])])
    return f' aria-describedby="{ids}"' if ids else ""


def _extras() -> str:
    """What only these pages look like and do; both may stand in the body."""
    return f'<link rel="stylesheet" href="{asset_url("tip.css")}"><script src="{asset_url("tip.js")}" defer></script>'


def _whole(title: str, body: str, here: str, language: str, fictional: bool) -> str:
    _ = translator(language)
    other, words = _OTHER[language]
    switch = f'<a href="{escape(here)}?lang={other}" lang="{other}" hreflang="{other}">{words}</a>'
    about = f'<a href="/om-data?lang={language}">{_("Om data")}</a>'
    banner = f'<p class="fictional">{_("FIKTIVE DATA")}</p>' if fictional else ""
    return document(
        title, f'{_extras()}{banner}<main class="tip">{body}</main><p class="switch">{switch} {about}</p>', language
    )
