"""The failures of links, follow-ups and walks: code, status, Danish and English text; `failures` lists them all."""

from __future__ import annotations

ROWS: tuple[tuple[str, int, str, str], ...] = (
    # Links for those who have no account
    (
        "link_unknown",
        404,
        "Linket kendes ikke. Kontrollér koden, eller bed om et nyt link dér, hvor du fik det.",
        "The link is unknown. Check the code, or ask for a new link where you got it.",
    ),
    (
        "link_expired",
        410,
        "Linket gælder ikke længere. Bed om et nyt dér, hvor du fik det.",
        "The link is no longer valid. Ask for a new one where you got it.",
    ),
    (
        "link_early",
        403,
        "Linket gælder først fra {since}. Kom igen til den tid.",
        "The link is valid from {since} only. Come back then.",
    ),
    (
        "link_stale",
        409,
        "Linket kan ikke vises igen, fordi serverens hemmelighed er ny. Lav et nyt link.",
        "The link cannot be shown again because the server's secret is new. Make a new link.",
    ),
    (
        "too_many",
        429,
        "Der er prøvet for mange forkerte koder herfra. Vent {wait}, og prøv så igen.",
        "Too many wrong codes were tried from here. Wait {wait}, then try again.",
    ),
    # Follow-ups
    (
        "step_not_now",
        409,
        "Det kan ikke gøres, som opgaven står nu. Åbn den igen, og se, hvad der er sket.",
        "That cannot be done as the task stands now. Open it again and see what has happened.",
    ),
    (
        "own_report",
        409,
        "Du har selv meldt opgaven udført. En anden skal se den i marken, før den er lukket.",
        "You reported the task done yourself. Somebody else must see it in the field before it is closed.",
    ),
    (
        "task_changed",
        409,
        "En anden har ændret opgaven imens. Intet er gemt. Se den igen, og prøv så.",
        "Somebody else changed the task meanwhile. Nothing was saved. Look at it again, then try.",
    ),
    (
        "task_inside",
        403,
        "Opgaver om adfærd sendes ikke ud af huset. Giv den til en kollega i appen.",
        "Tasks about behaviour are not sent outside. Give it to a colleague in the app.",
    ),
    (
        "mail_failed",
        503,
        "Mailserveren svarer ikke. Intet er sendt. Kontrollér FIELDAPP_SMTP_HOST og de andre indstillinger.",
        "The mail server does not answer. Nothing was sent. Check FIELDAPP_SMTP_HOST and the other settings.",
    ),
    # Walks
    (
        "walk_step",
        409,
        "Det kan ikke gøres nu: vandringen er «{state}». Hent siden igen, og se, hvor den er.",
        "That cannot be done now: the walk is “{state}”. Load the page again and see where it is.",
    ),
    (
        "walk_undecided",
        409,
        "Fund uden en beslutning: {count}. Giv hvert fund ja, nej eller senere, og luk så mødet.",
        "Findings without a decision: {count}. Give each a yes, no or later, then close the meeting.",
    ),
    (
        "walk_full",
        429,
        "Der er ikke plads til flere på vandringen. Sig det til lederen.",
        "There is no room for more on this walk. Tell its leader.",
    ),
    (
        "too_early",
        403,
        "Vandringen er ikke begyndt. Du kan tilføje fund fra dagen før.",
        "The walk has not begun. You can add findings from the day before.",
    ),
    # Tips
    (
        "tips_full",
        429,
        "Der er kommet mange tip fra linket den sidste time. Dit er ikke sendt endnu. Vent lidt, og tryk «Send» igen.",
        "Many tips have come by this link in the last hour. Yours is not sent yet. Wait a little, then press “Send”.",
    ),
    (
        "tip_sent",
        409,
        "Tippet er allerede sendt. Er det her et nyt, så tryk «Send» igen.",
        "The tip has been sent already. If this is a new one, press “Send” again.",
    ),
    (
        "tip_step",
        409,
        "Det kan ikke gøres, som tippet står nu. Åbn det igen, og se, hvad der er sket.",
        "That cannot be done as the tip stands now. Open it again and see what has happened.",
    ),
    (
        "tip_changed",
        409,
        "En anden har arbejdet med tippet imens. Intet er gemt. Se det igen, og prøv så.",
        "Somebody else worked on the tip meanwhile. Nothing was saved. Look at it again, then try.",
    ),
    # Documents
    (
        "pdf_missing",
        503,
        (
            "PDF kan ikke laves: serveren mangler Pango eller skrifttyper. Brug rapporten som HTML, eller bed driften"
            " installere libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0 og fonts-dejavu-core (Debian, Ubuntu)."
        ),
        (
            "No PDF can be made: the server lacks Pango or fonts. Use the report as HTML, or ask the operator to"
            " install libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0 and fonts-dejavu-core (Debian, Ubuntu)."
        ),
    ),
    (
        "pdf_failed",
        500,
        "PDF'en kunne ikke laves. Brug rapporten som HTML, og sig det til driften.",
        "The PDF could not be made. Use the report as HTML, and tell the operator.",
    ),
    (
        "documents_busy",
        429,
        "Serveren er i gang med andre dokumenter. Prøv igen om et halvt minut.",
        "The server is busy with other documents. Try again in half a minute.",
    ),
    (
        "report_early",
        403,
        "Rapporten kan læses, når afslutningsmødet er holdt. Kom igen til den tid.",
        "The report can be read when the closing meeting is over. Come back then.",
    ),
    (
        "walk_no_link",
        409,
        "Der er ikke noget link at invitere med. Lav det først under «Inviter», og hent så plakaten.",
        "There is no link to invite by. Make it first under “Invite”, then get the poster.",
    ),
)
