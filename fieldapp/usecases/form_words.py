"""What the form's parts on the phone say: the same words in the Streamlit form and on the offline page."""

from __future__ import annotations

from fieldapp.texts import Translator


def photo_words(_: Translator) -> dict[str, str]:
    """Of taking and covering photos; `{n}` and `{what}` are filled in on the phone."""
    return {
        "policy": _("Ingen mennesker på billedet."),
        "more": _("Skilte, døre og nummerplader kan også vise, hvem det handler om."),
        "removed": _("Oplysninger om sted og telefon fjernes."),
        "title": _("Se billedet efter"),
        "picture": _("Billedet. Træk for at dække noget."),
        "looking": _("Leder efter ansigter og nummerplader …"),
        "found": _("Fundet og dækket: {what}."),
        "one_face": _("1 ansigt"),
        "many_face": _("{n} ansigter"),
        "one_plate": _("1 nummerplade"),
        "many_plate": _("{n} nummerplader"),
        "and": _("og"),
        "none": _("Ingen ansigter eller nummerplader fundet."),
        "misses": _("Appen kan overse ansigter. Se selv efter."),
        "unchecked": _("Appen har ikke ledt i billedet. Se selv efter, og dæk det, der skal dækkes."),
        "touch": _("Træk hen over det, der skal dækkes. Tryk på et felt for at vise det igen."),
        "keys": _("Tastatur: pile flytter feltet, + og − ændrer størrelsen, mellemrum dækker eller viser."),
        "covered": _("Dækket"),
        "open": _("Ikke dækket"),
        "face": _("Ansigt {n}"),
        "plate": _("Nummerplade {n}"),
        "hand": _("Felt {n}"),
        "resize": _("Ændr størrelse"),
        "undo": _("Fortryd"),
        "add": _("Tilføj felt"),
        "discard": _("Kassér"),
        "discarded": _("Billedet er kasseret og ikke sendt."),
        "back": _("Fortryd: hent billedet igen"),
        "use": _("Brug billedet"),
        "sending": _("Sender billedet …"),
        "failed": _("Billedet blev ikke sendt. Det venter her på siden – prøv igen."),
        "again": _("Send billedet igen"),
        "unreadable": _("Billedet kan ikke vises her og er ikke sendt. Tag det igen."),
    }


def gps_words(_: Translator) -> dict[str, str]:
    """Of looking for the position; `{accuracy}` is filled in on the phone."""
    return {
        "use": _("Brug min position"),
        "asking": _("Sig ja til at dele positionen, når telefonen spørger. Du kan også trykke på kortet."),
        "waiting": _("Finder din position …"),
        "ok": _("Din position er fundet (± {accuracy})"),
        "poor": _("Usikker position (± {accuracy}). Tryk på kortet for at rette."),
        "manual": _("Stedet er valgt. Tryk «Brug min position» for at gå tilbage til din position."),
        "denied": _(
            "Du har ikke givet adgang til positionen. Tryk på kortet, søg efter stedet, eller giv adgang i browseren."
        ),
        "unavailable": _("Telefonen kan ikke finde sin position. Slå placering til, eller tryk på kortet."),
        "timeout": _("Positionen er ikke fundet endnu. Gå fri af bygninger, eller tryk på kortet."),
        "insecure": _("Positionen kan kun bruges på https. Tryk på kortet, eller søg efter stedet."),
    }
