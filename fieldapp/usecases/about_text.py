"""The words of «Om data»: short sentences for staff and residents, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldapp.model import GROUP_SIZES, MAY_RECORD, NOTE_MAX, PHOTOS_MAX, ROLE_NAMES, Kind, Role
from fieldapp.model.retention import FIELDS
from fieldapp.privacy.areas import AREA_MINIMUM
from fieldapp.texts import N_, Translator
from fieldapp.usecases import sessions
from fieldapp.usecases.about import ELSEWHERE, OWN, Facts, Sees, sees
from fieldapp.usecases.observations import EDIT_FOR, UNDO_FOR

DATATILSYNET = "https://www.datatilsynet.dk/"
BORGER = "https://www.borger.dk/"
KIND_WORDS = {Kind.PLACE: N_("fysiske forhold"), Kind.PEOPLE: N_("adfærd"), Kind.GOOD: N_("gode historier")}
FIELD_TITLES = {"note": N_("Note"), "detail": N_("Sted og tid"), "photo": N_("Billeder")}


@dataclass(frozen=True, slots=True)
class Table:
    """A small table; the first cell of a row is its heading."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page, ready in the reader's language; a link is its text and its address."""

    key: str
    title: str
    lines: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def sections(known: Facts, *, language: str, _: Translator) -> tuple[Section, ...]:
    """The whole page, in order."""
    return (
        _kept(known, language, _),
        _not_kept(_),
        _readers(_),
        _names(_),
        _photos(_),
        _lifetimes(known, _),
        _quiet(_),
        _elsewhere(known, _),
        _rights(known, _),
    )


def lead(_: Translator) -> str:
    """The page in one breath."""
    return _("Appen handler om steder, tidspunkter og adfærd. Den handler ikke om personer.")


def _kept(known: Facts, language: str, _: Translator) -> Section:
    sizes = ", ".join(size.replace("-", "–") for size in GROUP_SIZES)
    return Section(
        "kept",
        _("Det gemmer appen"),
        (_("Medarbejdere skriver ned, hvad de ser ude i byen. Sådan en notits kalder vi en observation."),),
        (
            _("Hvad det er, hvor det er, og hvornår det var."),
            _("Hvor slemt det er: lidt, noget eller meget."),
            _("Ved adfærd: hvor mange og cirka alder, kun i grove trin ({sizes}).").format(sizes=sizes),
            _("En kort tekst på højst {n} tegn.").format(n=NOTE_MAX),
            _("Højst {n} billeder af stedet.").format(n=PHOTOS_MAX),
            _("Hvem der har skrevet den. Appen viser det ikke til andre brugere."),
            _("Uden forbindelse ligger det, der er skrevet, låst på telefonen, til det er sendt."),
            _("Om medarbejderne: brugernavn, rolle, distrikter, telefonens slags, og hvornår den sidst var i brug."),
            _("På en tryghedsvandring vælger deltagerne en rolle. Ingen spørges om navn."),
            _("Lederen af en vandring kan selv vælge at få sin rute gemt."),
            _("Opgaver: hvem der har dem, hvad der er sagt og gjort, og billeder. Tip fra skoler: ord, sted og tid."),
            _("En log over, hvem der gjorde hvad hvornår. Teksten i en observation står ikke i den."),
            *(_chosen(kind, names, language, _) for kind, names in known.categories.items() if names),
        ),
    )


def _chosen(kind: Kind, names: Iterable[tuple[str, str]], language: str, _: Translator) -> str:
    said = ", ".join(english if language == "en" else danish for danish, english in names)
    return _("Emner om {kind}: {names}.").format(kind=_(KIND_WORDS[kind]), names=said)


def _not_kept(_: Translator) -> Section:
    return Section(
        "not-kept",
        _("Det gemmer appen ikke"),
        (),
        (
            _("Der er intet felt til navne, CPR-numre, adresser eller telefonnumre."),
            _("Der er ingen sager om enkelte børn eller voksne. De hører til andre steder, hvor loven siger hvordan."),
            _("Appen regner ikke på personer og giver ingen point. Den genkender ingen."),
            _(
                "Appen følger ikke medarbejderne. De skriver selv, hvor de er til stede: felter på 250 m og timer, "
                "aldrig en rute."
            ),
            _("Din browser taler kun med appens egen server. Der er ingen sporing og ingen reklamer."),
        ),
    )


def _readers(_: Translator) -> Section:
    headings = (_("Rolle"), _("Ser hver for sig"), _("Ser kun som områder"))
    rows = tuple((_(ROLE_NAMES[role]), *_said(sees(role), _)) for role in Role)
    writers = ", ".join(_(ROLE_NAMES[role]) for role in Role if role in MAY_RECORD)
    return Section(
        "readers",
        _("Hvem ser hvad"),
        (
            _("Hver rolle ser kun det, den skal bruge. Reglerne ligger ét sted i appen og gælder for alle skærme."),
            _("Et område har mindst {n} observationer fra en hel måned. Tallet er rundet ned til hele femmere.").format(
                n=AREA_MINIMUM
            ),
        ),
        (
            _("Disse roller kan skrive observationer: {roles}.").format(roles=writers),
            _("Den, der har skrevet en observation, kan altid se den."),
            _("Den kan fortrydes i {minutes} minutter og rettes i {hours} timer.").format(
                minutes=UNDO_FOR.seconds // 60, hours=EDIT_FOR.days * 24
            ),
            _("En bruger er logget ind i {days} dage på en telefon. Det kan lukkes med det samme.").format(
                days=sessions.LIVES.days
            ),
        ),
        (Table(_("Hvem ser hvad, når brugeren har et distrikt"), headings, rows),),
    )


def _said(seen: Sees, _: Translator) -> tuple[str, str]:
    return _sorts(seen.points, _), _sorts(seen.areas, _)


def _sorts(sorts: frozenset[tuple[Kind, str]], _: Translator) -> str:
    """«alt i eget distrikt; fysiske forhold og gode historier andre steder», for example."""
    kinds = {where: [kind for kind in Kind if (kind, where) in sorts] for where in (OWN, ELSEWHERE)}
    if not sorts:
        return _("intet")
    if len(sorts) == len(Kind) * 2:
        return _("alt")
    places = {OWN: _("i eget distrikt"), ELSEWHERE: _("i andre distrikter")}
    if kinds[OWN] == kinds[ELSEWHERE]:
        return _and(kinds[OWN], _)
    return "; ".join(f"{_and(found, _)} {places[where]}" for where, found in kinds.items() if found)


def _and(kinds: list[Kind], _: Translator) -> str:
    if len(kinds) == len(Kind):
        return _("alt")
    return f" {_('og')} ".join(_(KIND_WORDS[kind]) for kind in kinds)


def _names(_: Translator) -> Section:
    return Section(
        "names",
        _("Navne i teksten"),
        (
            _("Appen læser teksten igennem, mens man skriver."),
            _("CPR-numre, telefonnumre, mailadresser og fulde navne kan ikke gemmes."),
            _("Ved andre tegn på en person spørger appen: Er det en person?"),
            _("Appen kan overse et navn. Den, der skriver, skal selv se efter."),
            _("Står der alligevel noget om en person? Sig det til kontakten nederst på siden."),
        ),
    )


def _photos(_: Translator) -> Section:
    return Section(
        "photos",
        _("Billeder"),
        (
            _("Reglen er: ingen mennesker på billedet."),
            _("Appen leder efter ansigter og nummerplader og foreslår at dække dem. Den kan overse nogle."),
            _("Det, der er dækket, kan ikke findes frem igen. Oplysninger om sted og telefon fjernes fra billedet."),
            _("Billeder vises kun for dem, der må se observationen hver for sig."),
        ),
    )


def _lifetimes(known: Facts, _: Translator) -> Section:
    caption, headings = _("Gemmes i måneder"), (_("Om"), *(_(FIELD_TITLES[field]) for field in FIELDS))
    rows = tuple((_(KIND_WORDS[kind]), *(str(known.months[f"{kind}.{field}"]) for field in FIELDS)) for kind in Kind)
    state = (
        _("Sletning er slået til.")
        if known.deleting
        else _("Sletning er ikke slået til endnu. Rigsarkivet skal først give lov.")
    )
    return Section(
        "lifetimes",
        _("Hvor længe"),
        (
            state,
            _("Når tiden er gået, bliver der kun lidt tilbage: hvad det var, ugen og et felt på 100 gange 100 meter."),
            _("Appens sikkerhedskopier slettes efter {n} måneder. Så længe kan det slettede ligge dér.").format(
                n=known.months["backup"]
            ),
            _("Loggen mister navn og indhold efter {n} måneder.").format(n=known.months["audit"]),
            _("Hvem der fandt hvad på en vandring, glemmes efter {n} måneder.").format(n=known.months["guest"]),
            _("Opgavers ord, billeder og navne slettes {n} måneder efter det sidste, der skete.").format(
                n=known.months["follow_up"]
            ),
        ),
        (),
        (Table(caption, headings, rows),),
    )


def _quiet(_: Translator) -> Section:
    return Section(
        "quiet",
        _("Få observationer er ikke det samme som trygt"),
        (
            _("Et tomt kort kan betyde, at der ikke sker noget. Det kan også betyde «ingen besøg»: at ingen så efter."),
            _("Mange observationer kan betyde, at der sker meget. Det kan også betyde, at nogen tit har været der."),
            _("Tallene siger noget om steder. De siger ikke noget om dem, der bor der."),
        ),
    )


def _elsewhere(known: Facts, _: Translator) -> Section:
    return Section(
        "elsewhere",
        _("Det, der ikke hører til her"),
        (),
        (
            _("Er nogen i fare nu? Ring 112. Til politiet: 114."),
            _("Er du bekymret for et bestemt barn? Lav en underretning til kommunen. Appen er ikke en underretning."),
            _("Ansatte i kommunen har selv pligt til det (barnets lov § 133). Alle andre har også en pligt (§ 135)."),
        ),
        (),
        ((_("Om underretning"), known.report_child_url or BORGER),),
    )


def _rights(known: Facts, _: Translator) -> Section:
    contact = known.contact or _("kommunens databeskyttelsesrådgiver")
    return Section(
        "rights",
        _("Dine rettigheder"),
        (
            _("Kommunen har ansvaret for oplysningerne. Spørg her: {contact}.").format(contact=contact),
            _("Du kan bede om at se, hvad der står om dig, få det rettet eller slettet, og du kan sige fra."),
            _("Kommunen skal som regel svare inden en måned. Du kan klage til Datatilsynet."),
        ),
        (),
        (),
        ((_("Datatilsynet"), DATATILSYNET),),
    )
