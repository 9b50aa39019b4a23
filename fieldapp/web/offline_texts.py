"""What the offline page says; `{n}`, `{time}` and the like are filled in on the phone."""

from __future__ import annotations

from fieldapp.texts import Translator, translator
from fieldapp.usecases.form_words import gps_words, photo_words

_BESIDE = frozenset({"waiting", "sign_in_to_send", "needs_you", "unplaced", "look"})


def offline_texts(language: str) -> dict[str, str]:
    """Key → sentence in `language`."""
    _ = translator(language)
    return {
        **_form(_),
        **_saving(_),
        **_place(_),
        **_state(_),
        **_queue(_),
        **field_mode(_),
        **{f"gps_{name}": text for name, text in (gps_words(_) | _gps(_)).items()},
        **{f"photo_{name}": text for name, text in (photo_words(_) | _photos(_)).items()},
    }


def _form(_: Translator) -> dict[str, str]:
    return {
        "title": _("Ny observation"),
        "whole_app": _("Hele appen"),
        "what": _("Hvad ser du?"),
        "more_categories": _("+ Flere"),
        "search": _("Søg kategori"),
        "search_example": _("Skriv for eksempel «lys»"),
        "none_named": _("Ingen kategori hedder sådan. Her er alle."),
        "when": _("Hvornår?"),
        "exact": _("Dato og klokkeslæt"),
        "more": _("Tilføj note, billede eller andet"),
        "note": _("Hvad så du?"),
        "note_example": _("For eksempel: knust rude ved indgangen, ca. 20 cm"),
        "severity": _("Hvor meget?"),
        "group_size": _("Hvor mange?"),
        "age_band": _("Cirka alder"),
    }


def _saving(_: Translator) -> dict[str, str]:
    return {
        "save": _("Gem observation"),
        "mend": _("Gem ændringen"),
        "mending": _("Du retter en observation, der venter på telefonen."),
        "stop_mending": _("Lad den være, som den var"),
        "saved": _("Gemt på telefonen"),
        "same": _("Du har allerede én, der venter: {what}. Er det den samme?"),
        "same_one": _("Det er den samme – gem ikke"),
        "same_new": _("Det er en ny"),
        "same_left": _("Ikke gemt – den anden venter stadig"),
        "sent_meanwhile": _("Den er sendt eller ved at blive sendt, som den var. Ret den i hele appen."),
        "present_go": _("På stedet: start"),
        "undo": _("Fortryd"),
        "undone": _("Fortrudt – det, du skrev, står i formularen igen."),
        "sent_already": _("Den er allerede sendt. Fortryd den i hele appen under «Ny observation»."),
        "category_missing": _("Vælg først, hvad du ser."),
        "place_missing": _("Stedet mangler. Vælg et sted, eller tryk «Sæt stedet senere»."),
        "time_wrong": _("Vælg en dato og et klokkeslæt, som ikke ligger i fremtiden."),
        "note_waits": _("Noten kan ikke tjekkes for persondata lige nu. Vent lidt, og gem igen – eller slet noten."),
        "note_loading": _("Henter det, noten skal tjekkes med …"),
        "answer_note": _("Svar ved noten: Er det en person?"),
        "note_refused": _("Noten kan ikke gemmes: den indeholder persondata. Fjern ordene, eller skriv om."),
        "full": _("Telefonen har ikke plads til mere. Send det, der venter, eller slet billeder på telefonen."),
        "failed": _("Det blev ikke gemt. Prøv igen – det, du skrev, står her stadig."),
        "nearly_full": _(
            "Telefonen er næsten fuld. Ryd op, før du skriver: der er måske ikke plads til at gemme billeder."
        ),
        "new_version": _("Der er en ny udgave af siden."),
        "reload": _("Hent den nye udgave"),
        "fictional": _("FIKTIVE DATA"),
        "empty": _(
            "Formularen er ikke hentet på denne telefon endnu. Åbn appen én gang med forbindelse, og log ind. "
            "Bagefter virker den også uden."
        ),
        "no_records": _("Din rolle opretter ikke observationer. Brug hele appen."),
        "sign_in": _("Log ind"),
    }


def _place(_: Translator) -> dict[str, str]:
    return {
        "where": _("Hvor?"),
        "place_later": _("Sæt stedet senere"),
        "later_chosen": _("Stedet sættes senere. Observationen venter på telefonen, til du har sat det."),
        "use_gps": _("Brug min position"),
        "show_map": _("Vis kort"),
        "hide_map": _("Skjul kort"),
        "map": _("Kort. Tryk for at sætte stedet, eller flyt kortet med piletasterne, og tryk Enter."),
        "no_map": _("Kortet er ikke hentet på denne telefon. Vælg et kendt sted i listen, eller sæt stedet senere."),
        "pin": _("Stedet"),
        "zoom_in": _("Zoom ind"),
        "zoom_out": _("Zoom ud"),
        "known": _("Kendt sted"),
        "known_none": _("Vælg et kendt sted"),
        "outside": _("Uden for kommunen"),
        "by": _("ved {place}"),
        "other_district": _("Nej, det var i {district}"),
        "outside_said": _("Observationen kan gemmes, men hører ikke til et distrikt."),
        "approximate": _("Lige uden for kommunegrænsen – regnes til det nærmeste distrikt."),
        "indicative": _("Vejledende distrikter"),
    }


def _state(_: Translator) -> dict[str, str]:
    return {
        "all_sent": _("Alt er sendt"),
        "offline": _("Ingen forbindelse"),
        "offline_ready": _("Ingen forbindelse – du kan gemme her"),
        "waiting": _("Venter på at blive sendt ({n})"),
        "oldest": _("ældste fra {time}"),
        "sign_in_to_send": _("Log ind for at sende ({n})"),
        "needs_you": _("{n} skal du se på"),
        "unplaced": _("{n} mangler et sted"),
        "old": _("Den ældste har ventet over et døgn. Find en forbindelse, eller gem køen som en fil."),
        "look": _("Se dem"),
        "today": _("kl. {time}"),
        "on_day": _("{day} kl. {time}"),
    }


def _queue(_: Translator) -> dict[str, str]:
    return {
        "queue": _("Venter på telefonen"),
        "queue_empty": _("Intet venter. Alt, du har gemt her, er sendt."),
        "close": _("Luk"),
        "send_now": _("Send nu"),
        "as_file": _("Gem køen som fil"),
        "state_waiting": _("Venter på at blive sendt"),
        "state_sending": _("Sendes …"),
        "state_unplaced": _("Mangler et sted"),
        "state_needs": _("Skal du se på"),
        "state_frozen": _("Er begyndt at blive sendt og kan ikke ændres."),
        "no_place": _("Sted mangler"),
        "photo_one": _("1 billede"),
        "photo_many": _("{n} billeder"),
        "set_place": _("Sæt stedet"),
        "edit": _("Ret"),
        "again": _("Prøv igen"),
        "without_photo": _("Send uden billedet"),
        "discard": _("Kassér"),
        "discarded": _("Kasseret."),
        "get_back": _("Fortryd"),
        "discard_sure": _("Kassér for altid"),
        "discard_ask": _("Den er ikke sendt. Kassér den for altid?"),
        "keep_it": _("Behold"),
        "presence": _("Til stede"),
        "state_running": _("Er i gang"),
        "category_gone": _("Kategorien findes ikke længere. Tryk «Ret», og vælg en anden."),
        "problem_photo": _("Serveren tog ikke billedet: {why}"),
        "locked": _("Den kan ikke åbnes på denne telefon længere. Den er ikke sendt."),
        "problem": _("Serveren tog den ikke: {why}"),
        "conflict": _("Serveren har allerede en anden med samme nummer. Gem den som fil, eller kassér den."),
    }


def leaving_texts(language: str) -> dict[str, str]:
    """What the app's own script says beside Streamlit's pages."""
    _ = translator(language)
    return {
        **{name: text for name, text in _state(_).items() if name in _BESIDE},
        **field_mode(_),
        "sign_out_one": _("1 registrering er ikke sendt"),
        "sign_out_many": _("{n} registreringer er ikke sendt"),
        "sign_out_ask": _("Det ligger kun på denne telefon. Hvad skal der ske med det?"),
        "sign_out_send": _("Send det først"),
        "sign_out_keep": _("Lad det ligge på telefonen, og log ud"),
        "sign_out_delete": _("Slet det, og log ud"),
        "sign_out_stay": _("Bliv logget ind"),
        "sign_out_failed": _("Det kunne ikke sendes nu. Vælg, hvad der skal ske med det."),
        "sending": _("Sender …"),
        "install": _("Læg appen på telefonens startskærm, så virker den også uden forbindelse."),
        "install_yes": _("Installér"),
        "install_no": _("Ikke nu"),
    }


def field_mode(_: Translator) -> dict[str, str]:
    """The phone's own choice, on «Mere» and on the page itself."""
    return {
        "field_mode": _("Felttilstand"),
        "field_mode_said": _(
            "Ikonet på telefonen åbner den hurtige side, som også virker uden forbindelse. Hele appen er ét tryk væk."
        ),
    }


def _gps(_: Translator) -> dict[str, str]:
    """Where the page has its map behind a button, and a list of places instead of a search."""
    return {
        "asking": _("Sig ja til at dele positionen, når telefonen spørger. Du kan også vælge et sted selv."),
        "poor": _("Usikker position (± {accuracy}). Vis kortet for at rette."),
        "denied": _(
            "Du har ikke givet adgang til positionen. Vis kortet, vælg et kendt sted, eller giv adgang i browseren."
        ),
        "unavailable": _("Telefonen kan ikke finde sin position. Slå placering til, eller vælg et sted selv."),
        "timeout": _("Positionen er ikke fundet endnu. Gå fri af bygninger, eller vælg et sted selv."),
        "insecure": _("Positionen kan kun bruges på https. Vælg et sted selv."),
    }


def _photos(_: Translator) -> dict[str, str]:
    """Where the page keeps a photo instead of sending it."""
    return {
        "take": _("📷 Tag billede"),
        "most": _("Der er plads til {n} billeder"),
        "sending": _("Gemmer billedet …"),
        "failed": _("Billedet blev ikke gemt. Det venter her på siden – prøv igen."),
        "again": _("Gem billedet igen"),
        "discarded": _("Billedet er kasseret og ikke gemt."),
        "unreadable": _("Billedet kan ikke vises her og er ikke gemt. Tag det igen."),
        "unchecked": _("Uden forbindelse leder appen ikke efter ansigter. Se selv efter, og dæk det, der skal dækkes."),
        "alt": _("Billede"),
        "remove": _("Fjern billede {n}"),
        "cover": _("Dæk mere på billede {n}"),
        "cover_stop": _("Lad det være, som det var"),
        "cover_stopped": _("Billedet er, som det var."),
        "cover_again": _("Åbn det igen"),
    }


def presence_texts(language: str) -> dict[str, str]:
    """What «På stedet» says on the phone, where it is started and stopped without a server."""
    _ = translator(language)
    return {
        "go": _("På stedet: start"),
        "start": _("Start"),
        "stop": _("Stop"),
        "doing": _("Hvad laver du?"),
        "reach": _("Hvor stort et område?"),
        "where": _("Hvor?"),
        "here": _("Telefonens position"),
        "district": _("Hele distriktet {district}"),
        "no_position": _("Positionen er ikke fundet endnu. Vent lidt, eller vælg et sted i listen."),
        "apart": _(
            "Den ligger på denne telefon, til du trykker «Stop», og bliver så sendt. Har du også startet i hele "
            "appen, afgør serveren, om tiderne passer sammen."
        ),
        "running": _("I gang {duration} – {what}"),
        "hours": _("{hours} t {minutes} min"),
        "minutes": _("{minutes} min"),
        "begun": _("Du er i gang. Timerne tæller først med, når du har trykket «Stop»."),
        "saved": _("Gemt på telefonen – {what}, {duration}"),
        "undo_stop": _("Fortryd stop"),
        "goes_on": _("Du er stadig i gang."),
        "sent_already": _("Den er allerede sendt. Ret den i hele appen under «Tilstedeværelse»."),
        "forgotten": _("Hvornår gik du?"),
        "forgotten_said": _("Du har ikke trykket «Stop». Timerne tæller ikke med, før du svarer."),
        "mend": _("Ret tiderne"),
        "from": _("Fra"),
        "until": _("Til"),
        "save": _("Gem"),
        "mistake": _("Det var en fejl – slet den"),
        "times_wrong": _("Slut skal ligge efter start, ikke i fremtiden og højst 16 timer efter."),
    }
