"""What a walk's page says on a phone; `{n}`, `{time}` and the like are filled in there."""

from __future__ import annotations

from fieldapp.model.walks import CHECKS, GUEST_ROLES, KIND_NAMES
from fieldapp.privacy import KINDS
from fieldapp.texts import Translator, translator
from fieldapp.usecases.asking import POSSIBLE
from fieldapp.web.offline_texts import offline_texts

# Said in the same words on the offline page.
_SHARED = (
    "all_sent offline offline_ready waiting needs_you use_gps show_map hide_map map no_map pin zoom_in zoom_out full "
    "failed nearly_full undo fictional note_waits today on_day"
).split()


def walk_texts(language: str) -> dict[str, str]:
    """Key → sentence in `language`."""
    _ = translator(language)
    shared = offline_texts(language)
    photo = {name: text for name, text in shared.items() if name.startswith(("photo_", "gps_"))}
    return {
        **{name: shared[name] for name in _SHARED},
        **photo,
        **_joining(_),
        **_adding(_),
        **_listing(_),
        **_leading(_),
        **{f"role_{key}": _(GUEST_ROLES[key]) for key in GUEST_ROLES},
        **{f"checked_{key}": _(CHECKS[key]) for key in CHECKS},
        **{f"kind_{key}": _(KIND_NAMES[key]) for key in KIND_NAMES},
        **{f"hard_{key}": _(KINDS[key]) for key in KINDS},
        **{f"soft_{key}": _(POSSIBLE[key]) for key in POSSIBLE},
    }


def _joining(_: Translator) -> dict[str, str]:
    return {
        "join": _("Hvem er du med som?"),
        "join_said": _("Tryk på én. Vi spørger ikke om navn: rollen er det eneste, vi gemmer om dig."),
        "role": _("Du er med som {role}."),
        "other_role": _("Skift"),
        "early": _("Du kan tilføje fund fra {time}."),
        "over": _("Der kan ikke tilføjes mere. Herunder kan du se, hvad der sker med det, vi fandt."),
        "cancelled": _("Vandringen er aflyst."),
        "gone": _("Linket virker ikke længere. Bed lederen af vandringen om et nyt."),
        "loading": _("Henter vandringen …"),
        "calendar": _("Læg i kalenderen"),
        "meet": _("Vi mødes: {place}"),
        "themes": _("Det ser vi især efter"),
        "length": _("Ruten er {length} km."),
        "privacy": _("Skriv om stedet – aldrig om, hvem der er der. Alle på vandringen ser det, du tilføjer."),
        "language": _("In English"),
    }


def _adding(_: Translator) -> dict[str, str]:
    return {
        "add": _("Tilføj fund"),
        "add_what": _("Hvad handler det om?"),
        "save": _("Gem fund"),
        "close": _("Luk"),
        "saved": _("Gemt på telefonen: {label}"),
        "item_missing": _("Vælg først, hvad det handler om."),
        "place_missing": _("Stedet mangler. Tryk på kortet, eller vælg «Ved mødestedet»."),
        "at_meeting": _("Ved mødestedet"),
        "where": _("Hvor?"),
        "is_good": _("Det er noget, der virker godt"),
        "near": _("Er det fund {n}, {label}, {away} m herfra{note}? Så tryk her i stedet for at tilføje det igen."),
        "more": _("Skriv, vis følelsen eller tag et billede"),
        "note": _("Hvad ser du?"),
        "proposal": _("Hvad kunne hjælpe?"),
        "feeling": _("Hvor tryg føler du dig her?"),
        "feeling_day": _("I dagslys"),
        "feeling_dark": _("I mørke"),
        "feeling_least": _("1 = meget utryg"),
        "feeling_most": _("7 = meget tryg"),
        "take": _("📷 Tag billede"),
        "photo": _("Billede"),
        "refused": _("Det kan ikke gemmes, fordi det ligner persondata: {words}. Fjern det, eller skriv om."),
        "asked": _("Er det en person? {words}"),
        "gate_first": _("Se først på det, der er markeret ved teksten."),
        "remove": _("Fjern"),
        "not_a_person": _("Det er ikke en person"),
        "undone": _("Fundet er taget tilbage."),
        "not_undone": _("Fundet kunne ikke tages tilbage: {why}"),
    }


def _listing(_: Translator) -> dict[str, str]:
    return {
        "found_none": _("Ingen fund endnu"),
        "found_hint": _("Tryk «Tilføj fund», når du ser noget."),
        "found_one": _("1 fund"),
        "found_many": _("{n} fund"),
        "good": _("Virker godt"),
        "number": _("Fund {n}"),
        "proposal_said": _("Forslag: {text}"),
        "feels": _("Tryghed {kind}: {n} af 7"),
        "support": _("Det synes jeg også"),
        "supported": _("Det synes du også"),
        "support_failed": _("Det blev ikke gemt. Prøv igen, når der er forbindelse."),
        "support_one": _("1 står bag"),
        "support_many": _("{n} står bag"),
        "mine": _("Dit fund"),
        "merged": _("Lagt sammen med fund {n}"),
        "waits": _("Venter på at blive sendt"),
        "needs": _("Ikke sendt: {why}"),
        "again": _("Prøv igen"),
        "discard": _("Kassér"),
        "answers": _("Hvad sker der med det, vi fandt?"),
        "counts": _("{done} af {all} er ordnet"),
        "counts_reported": _("{n} er meldt udført"),
        "counts_going": _("{n} er i gang"),
        "counts_later": _("{n} er udsat"),
        "counts_no": _("{n} får nej med en grund"),
        "counts_waiting": _("{n} venter på svar"),
        "changed": _("Nyt siden sidst"),
        "report_html": _("Læs rapporten"),
        "report_pdf": _("Hent rapporten (PDF)"),
        "along": _("Med på vandringen: {roles}"),
        "old": _("Fra sidste vandring: Hvordan er det nu?"),
        "old_done": _("Set efter: {what}"),
        "photo_open": _("Vis billedet stort"),
        "route": _("Ruten"),
    }


def _leading(_: Translator) -> dict[str, str]:
    return {
        "start": _("Start vandring"),
        "stop": _("Afslut vandring"),
        "stopped": _("Vandringen er slut. Hold afslutningsmødet i hele appen."),
        "meeting": _("Til afslutningsmødet"),
        "track": _("Din rute optages, mens siden er åben."),
        "take_back": _("Slet fundet"),
        "step_failed": _("Det gik ikke: {why}"),
    }
