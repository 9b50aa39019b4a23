"""The one list of every expected failure: its code, HTTP status, Danish and English text."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.failures_walks import ROWS


@dataclass(frozen=True, slots=True)
class Failure:
    """One expected failure; the texts are `str.format` templates filled from a Problem's details."""

    code: str
    status: int
    da: str
    en: str


FAILURES: dict[str, Failure] = {
    failure.code: failure
    for failure in (
        # Who may do what
        Failure("sign_in_needed", 401, "Log ind først.", "Sign in first."),
        Failure(
            "not_allowed",
            403,
            "Din rolle giver ikke adgang til det. Spørg koordinatoren.",
            "Your role does not allow that. Ask the coordinator.",
        ),
        Failure(
            "not_found",
            404,
            "Det findes ikke længere, eller du har ikke adgang til det.",
            "It is no longer there, or you have no access to it.",
        ),
        # Accounts and sessions
        Failure(
            "sign_in_failed",
            401,
            "Navn eller adgangskode er forkert. Prøv igen.",
            "The name or the password is wrong. Try again.",
        ),
        Failure(
            "locked_out",
            429,
            "For mange forsøg. Vent {wait}, og prøv så igen.",
            "Too many tries. Wait {wait}, then try again.",
        ),
        Failure(
            "weak_password",
            422,
            "Adgangskoden kan ikke bruges: {why}.",
            "The password cannot be used: {why}.",
        ),
        Failure(
            "link_closed",
            410,
            "Linket er brugt eller for gammelt. Bed koordinatoren om et nyt.",
            "The link was used or is too old. Ask the coordinator for a new one.",
        ),
        Failure(
            "name_taken", 409, "Navnet bruges allerede. Vælg et andet.", "The name is already in use. Choose another."
        ),
        Failure(
            "bad_name",
            422,
            "Navnet skal have 2 til 80 tegn: bogstaver, tal, mellemrum og . , - ' @ + _",
            "The name must have 2 to 80 characters: letters, digits, spaces and . , - ' @ + _",
        ),
        Failure(
            "districts_needed",
            422,
            "En SSP-bruger skal have mindst ét skoledistrikt. Vælg et.",
            "An SSP user needs at least one school district. Choose one.",
        ),
        Failure(
            "last_administrator",
            409,
            "Det er den sidste konto, der kan administrere. Giv først en anden rollen koordinator.",
            "This is the last account that can administer. Make someone else coordinator first.",
        ),
        # At the server's door
        Failure(
            "cross_site",
            403,
            "Forespørgslen kom fra en anden side. Åbn appen, og prøv igen.",
            "The request came from another site. Open the app and try again.",
        ),
        Failure(
            "wrong_host",
            421,
            "Adressen kendes ikke. Brug appens egen adresse.",
            "Unknown address. Use the app's own address.",
        ),
        Failure("too_long", 414, "Adressen er for lang.", "The address is too long."),
        # What was sent
        Failure("missing", 422, "Feltet «{field}» mangler.", "The field “{field}” is missing."),
        Failure(
            "invalid",
            422,
            "Feltet «{field}» kan ikke bruges: {why}.",
            "The field “{field}” cannot be used: {why}.",
        ),
        Failure(
            "unknown_field",
            422,
            "Feltet «{field}» kendes ikke. Fjern det, og prøv igen.",
            "The field “{field}” is unknown. Remove it and try again.",
        ),
        Failure(
            "personal_data",
            422,
            "Teksten ligner persondata ({kinds}). Skriv, hvad der skete, hvor mange og ca. alder – ikke hvem.",
            "The text looks like personal data ({kinds}). Write what happened, how many and about what age – not who.",
        ),
        Failure(
            "personal_data_unsure",
            422,
            "Teksten kan handle om en person ({kinds}). Fjern ordene, skriv om, eller sig, at det ikke er en person.",
            "The text may be about a person ({kinds}). Remove the words, rewrite, or say that it is not a person.",
        ),
        Failure(
            "conflict",
            409,
            "Observationen findes allerede med et andet indhold. Intet er overskrevet.",
            "The observation exists with other content. Nothing was overwritten.",
        ),
        Failure("in_flight", 409, "Den gemmes lige nu. Prøv igen om lidt.", "It is being stored. Try again shortly."),
        Failure(
            "outbox_busy",
            503,
            "Serveren tager lige imod fra en anden telefon. Intet er mistet. Prøv igen om lidt.",
            "The server is just receiving from another phone. Nothing is lost. Try again shortly.",
        ),
        Failure("too_late", 409, "Det er for sent: {why}.", "It is too late: {why}."),
        Failure(
            "bad_rows",
            422,
            "Rækker, der ikke kan bruges: {count}. Intet er gemt. Ret dem, eller vælg at springe dem over.",
            "Rows that cannot be used: {count}. Nothing was saved. Mend them, or choose to skip them.",
        ),
        Failure(
            "not_demo",
            409,
            "Databasen indeholder rigtige data og kan ikke fyldes med fiktive. Angiv en anden i FIELDAPP_DATABASE.",
            "The database holds real data and cannot be filled with fictional ones. Name another in FIELDAPP_DATABASE.",
        ),
        Failure(
            "exists",
            409,
            "«{field}» findes allerede og er ikke ændret. Vælg et andet navn, eller brug --force.",
            "“{field}” exists already and was not changed. Choose another name, or use --force.",
        ),
        Failure("too_large", 413, "Det er for stort. Grænsen er {limit}.", "It is too large. The limit is {limit}."),
        # Photos
        Failure(
            "photo_too_large",
            413,
            "Billedet fylder for meget; grænsen er {limit}. Tag det igen i en lavere opløsning, eller formindsk det.",
            "The photo is too large; the limit is {limit}. Take it again at a lower resolution, or shrink it.",
        ),
        Failure(
            "photo_too_many_pixels",
            422,
            "Billedet har for mange billedpunkter; grænsen er {limit} millioner. Tag det igen i en lavere opløsning.",
            "The photo has too many pixels; the limit is {limit} million. Take it again at a lower resolution.",
        ),
        Failure(
            "photo_heic",
            422,
            "Billedet er i Apples HEIC-format, som ikke kan bruges. Vælg «Mest kompatibel» under Indstillinger › Kamera"
            " › Formater, og tag det igen, eller send et skærmbillede af det.",
            "The photo is in Apple's HEIC format, which cannot be used. Choose “Most Compatible” in Settings › Camera"
            " › Formats and take it again, or send a screenshot of it.",
        ),
        Failure(
            "photo_unreadable",
            422,
            "Billedet kan ikke læses. Tag det igen, eller vælg et andet billede (JPEG, PNG eller WebP).",
            "The photo cannot be read. Take it again, or choose another one (JPEG, PNG or WebP).",
        ),
        # Lifetimes
        Failure(
            "retention_off",
            409,
            "Sletning er slået fra: der mangler en bemyndigelse. Registrér den under Administration › Opbevaring, eller"
            " med «retention authorise». «retention run --dry-run» viser, hvad der ville ske.",
            "Deletion is off: an authorisation is missing. Record it under Administration › Lifetimes, or with"
            " “retention authorise”. “retention run --dry-run” shows what would happen.",
        ),
        Failure(
            "retention_busy",
            409,
            "Opbevaringen køres allerede. Vent, til den er færdig, og prøv igen.",
            "The retention run is already under way. Wait until it has finished, and try again.",
        ),
        Failure(
            "retention_not_wiped",
            503,
            "Det udløbne er fjernet, men slettede bytes kan endnu ligge i databasens fil eller log, fordi en læser"
            " holder dem. Kør «retention run» igen om lidt.",
            "What had expired is removed, but deleted bytes may still lie in the database's file or log because a"
            " reader holds them. Run “retention run” again shortly.",
        ),
        Failure(
            "removal_busy",
            409,
            "Der slettes allerede noget i databasen. Intet er fjernet nu. Vent lidt, og prøv igen.",
            "Something is being deleted in the database already. Nothing was removed now. Wait a little and try again.",
        ),
        Failure(
            "removal_not_wiped",
            503,
            "Det er fjernet og vises ikke mere, men slettede bytes kan endnu ligge i databasens fil eller log. Driften"
            " skal køre «observations remove {number} --reason {reason}» om lidt; det tømmer den.",
            "It is removed and no longer shown, but deleted bytes may still lie in the database's file or log. The"
            " operator must run “observations remove {number} --reason {reason}” shortly; that empties it.",
        ),
        Failure(
            "archive_failed",
            507,
            "Arkivet i mappen «{field}» kunne ikke skrives eller læses helt tilbage. Intet er fjernet. Skaf plads og"
            " skriveadgang dér, eller vælg en anden mappe i FIELDAPP_ARCHIVE.",
            "The archive in the folder “{field}” could not be written or read back whole. Nothing was removed. Make"
            " room and give write access there, or choose another folder in FIELDAPP_ARCHIVE.",
        ),
        Failure(
            "busy",
            429,
            "Serveren er i gang med andre billeder. Prøv igen om lidt.",
            "The server is busy with other photos. Try again shortly.",
        ),
        # Presence
        Failure(
            "presence_running",
            409,
            "Du er allerede i gang. Tryk «Stop» der, før du starter igen.",
            "You are already under way. Press “Stop” there before you start again.",
        ),
        Failure(
            "presence_ended",
            409,
            "Tilstedeværelsen er allerede stoppet. Ret den i listen, hvis tiderne er forkerte.",
            "This presence has stopped already. Correct it in the list if its times are wrong.",
        ),
        Failure(
            "presence_overlaps",
            409,
            "Du har allerede «{activity}» fra {since} til {until}. Afkort den, eller vælg en anden tid.",
            "You already have “{activity}” from {since} until {until}. Shorten it, or choose another time.",
        ),
        Failure(
            "presence_forgotten",
            409,
            "Du startede {since} og har ikke trykket «Stop». Vælg, hvornår du gik.",
            "You started {since} and have not pressed “Stop”. Choose when you left.",
        ),
        # Walks, follow-ups and links
        *(Failure(*row) for row in ROWS),
        # The place where things are kept
        Failure(
            "storage_full",
            507,
            "Serverens disk er fuld. Intet er gemt, og det, du skrev, står her endnu. Prøv igen om lidt.",
            "The server's disk is full. Nothing was saved; what you wrote is still here. Try again shortly.",
        ),
        Failure(
            "storage_readonly",
            503,
            "Der kan ikke gemmes lige nu. Det, du skrev, står her endnu. Prøv igen om lidt.",
            "Nothing can be saved right now. What you wrote is still here. Try again shortly.",
        ),
        Failure(
            "storage_unavailable",
            503,
            "Databasen svarer ikke. Det, du skrev, står her endnu. Prøv igen om lidt.",
            "The database does not answer. What you wrote is still here. Try again shortly.",
        ),
        Failure(
            "unexpected",
            500,
            "Noget gik galt på serveren. Det, du skrev, står her endnu. Prøv igen.",
            "Something went wrong on the server. What you wrote is still here. Try again.",
        ),
        # Settings and shipped data
        Failure(
            "bad_setting",
            500,
            "Indstillingen {field} kan ikke bruges: {why}.",
            "The setting {field} cannot be used: {why}.",
        ),
        Failure(
            "bad_file", 422, "Filen «{field}» kan ikke bruges: {why}.", "The file “{field}” cannot be used: {why}."
        ),
    )
}
