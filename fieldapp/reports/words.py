"""The sentences of the documents, by the names the templates know them by."""

from __future__ import annotations

from functools import cache

from fieldapp.texts import Translator, translator


@cache
def report_words(language: str) -> dict[str, str]:
    """Of a walk's report."""
    _ = translator(language)
    return _head(_) | _findings(_) | _compared(_) | _map(_)


def _head(_: Translator) -> dict[str, str]:
    """What the walk was, who came and how it felt."""
    return {
        "kind": _("Rapport fra tryghedsvandring"),
        "draft": _("Foreløbig udgave: afslutningsmødet er ikke holdt færdigt."),
        "facts": _("Vandringen"),
        "who": _("Hvem var med"),
        "nobody": _("Ingen har meldt sig med en rolle."),
        "role": _("Rolle"),
        "count": _("Antal"),
        "all": _("I alt"),
        "feeling": _("Hvor trygt føltes det?"),
        "feeling_line": _("{mean} af 7 ({answers} svar)"),
        "feeling_one": _("{mean} af 7 (1 svar)"),
        "feeling_scale": _("1 er meget utryg, 7 er meget tryg. Tallet er gennemsnittet af svarene på de enkelte fund."),
    }


def _findings(_: Translator) -> dict[str, str]:
    """The table of findings, and each of them."""
    return {
        "map": _("Kort"),
        "overview": _("Fund og aftaler"),
        "number": _("Nr."),
        "what": _("Hvad"),
        "where": _("Hvor"),
        "decision": _("Beslutning"),
        "responsible": _("Ansvarlig"),
        "deadline": _("Frist"),
        "reason": _("Begrundelse"),
        "good": _("Hvad virker godt"),
        "better": _("Hvad kan blive bedre"),
        "none": _("Der er ingen fund endnu."),
        "none_good": _("Ingen har noteret noget, der virker godt. Spørg efter det på næste vandring."),
        "proposal": _("Forslag"),
        "also": _("Også sagt her"),
        "felt": _("Følelse"),
        "support_one": _("1 synes det"),
        "support": _("{n} synes det"),
        "undecided": _("ikke besluttet endnu"),
        "now": _("Nu"),
        "more_pictures": _("Flere billeder i appen: {n}"),
    }


def _compared(_: Translator) -> dict[str, str]:
    """Beside the walk before; and how to read all this."""
    return {
        "compared": _("Siden sidst"),
        "compared_with": _("Sammenlignet med vandringen {before}"),
        "then": _("Dengang"),
        "verdict": _("I dag"),
        "remark": _("Bemærkning"),
        "felt_change": _("Tryghed på en skala fra 1 til 7: {before} dengang, {now} i dag."),
        "felt_change_note": _(
            "Tallene kommer fra de to vandringers egne svar og siger ikke, hvorfor det er anderledes."
        ),
        "reading": _("Sådan læses rapporten"),
    }


def _map(_: Translator) -> dict[str, str]:
    """The map's signs."""
    return {
        "legend_finding": _("Fund"),
        "legend_good": _("Virker godt"),
        "legend_meeting": _("Mødested"),
        "legend_route": _("Planlagt rute"),
        "legend_track": _("Gået rute"),
        "legend_area": _("Område"),
        "north": _("N"),
        "in_district": _("Skoledistriktet"),
        "map_alt": _(
            "Kort over vandringen med rute, mødested og {n} nummererede fund. Tabellen «Fund og aftaler» siger, "
            "hvad hvert nummer er, og hvor."
        ),
    }


@cache
def reading_notes(language: str) -> tuple[str, ...]:
    """How the report is to be read: its last page, one paragraph each."""
    _ = translator(language)
    return (
        _(
            "Et fund er noget, deltagerne så eller følte på et bestemt sted. Numrene er de samme på kortet, i "
            "tabellen, i teksten og på deltagernes telefoner. Et nummer mangler, hvor to fund er lagt sammen, eller"
            " hvor et er taget tilbage."
        ),
        _(
            "På kortet er et fund en hvid cirkel, og det, der virker godt, en sort firkant. Hvor mange ligger tæt, "
            "er nummeret flyttet, og en streg viser stedet. Kortet kan læses i sort-hvid."
        ),
        _(
            "«Ja» betyder, at nogen har påtaget sig det. Det er ikke ordnet, før andre end den, der har gjort det, "
            "har set det på stedet. «Nej» har altid en begrundelse."
        ),
        _("«Synes det» er den, der fandt stedet, og de deltagere, der sagde, at de mener det samme."),
        _(
            "Rapporten siger, hvad nogle få mennesker oplevede én dag. Den er ikke en undersøgelse af, hvor trygt "
            "området er, og et sted uden fund er ikke dermed trygt."
        ),
        _(
            "Der er ingen personer i rapporten: ingen navne, ingen beskrivelser af nogen, og deltagerne kendes kun "
            "ved deres rolle. Det, der handler om menneskers adfærd, er ikke med."
        ),
        _(
            "Er der kommet noget om en person med alligevel, så sig det til den, der ledte vandringen. Det fjernes,"
            " og rapporten laves igen."
        ),
    )


@cache
def poster_words(language: str) -> dict[str, str]:
    """Of the poster."""
    _ = translator(language)
    return {
        "kind": _("Tryghedsvandring"),
        "when": _("Hvornår"),
        "where": _("Mød os her"),
        "about": _(
            "Vi går en tur sammen og ser på, hvor der er rart at være, og hvor der ikke er. Det, vi finder, får et "
            "svar: hvem gør noget ved det, og hvornår."
        ),
        "come": _("Kom med – alle er velkomne"),
        "scan": _("Skan koden med din telefon, eller skriv adressen:"),
        "nothing": _("Ingen konto, intet navn."),
        "nothing_more": _("Du vælger kun, hvem du er med som, for eksempel beboer eller forælder."),
        "host": _("Inviterer"),
        "qr_alt": _("QR-kode, der åbner {address}"),
        "map_alt": _("Kort over mødestedet og ruten. Mødestedet er {place}."),
        "legend_meeting": _("Mødested"),
        "legend_route": _("Rute"),
        "north": _("N"),
    }
