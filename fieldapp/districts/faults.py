"""Every fault a districts file can have, as one Danish sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.texts import N_, Later

FAULTS: dict[str, str] = {
    # The file
    "unreadable": N_("Filen kan ikke læses. Kontrollér navn og rettigheder."),
    "too_large": N_("Filen fylder mere end {limit} MB. Forenkl grænserne, og prøv igen."),
    "not_utf8": N_("Filen er ikke UTF-8-tekst. Gem den som GeoJSON i UTF-8."),
    "not_json": N_("Filen er ikke gyldig JSON (linje {line}). Eksportér den igen som GeoJSON."),
    "not_a_number": N_(
        "Filen indeholder NaN eller Infinity, som ikke er JSON. Eksportér den igen uden tomme koordinater."
    ),
    "not_collection": N_("Filen er ikke en GeoJSON «FeatureCollection». Eksportér hele laget som GeoJSON."),
    "empty": N_("Filen indeholder ingen distrikter. Eksportér laget igen."),
    "none_valid": N_(
        "Ingen distrikter i filen gælder den dag. Ret «valid_from» og «valid_to», eller vælg en anden dag."
    ),
    "unknown_crs": N_("Koordinatsystemet kendes ikke. Eksportér i EPSG:4326 (WGS 84) eller EPSG:25832."),
    "looks_utm": N_(
        "Koordinaterne ligner UTM-meter, men filen siger det ikke. Angiv EPSG:25832, eller eksportér i EPSG:4326."
    ),
    "swapped": N_("Bredde og længde er byttet om. Koordinater skrives som [længde, bredde], fx [12.35, 55.61]."),
    "bad_groups": N_(
        "Listen «network_groups» kan ikke læses. Hver gruppe skal have «id», «name» og «district» (eller null)."
    ),
    "unknown_group_district": N_(
        "Netværksgruppen «{name}» peger på et distrikt, der ikke findes i filen. Ret «district»."
    ),
    # One district's properties
    "not_feature": N_("«{name}» er ikke et GeoJSON-objekt af typen Feature. Eksportér laget igen."),
    "missing_id": N_("«{name}» mangler «id». Giv alle distrikter et id."),
    "bad_id": N_(
        "«{name}» har et id, der ikke kan bruges. Brug højst 40 bogstaver a–z, tal, bindestreg og understreg."
    ),
    "missing_name": N_(
        "«{name}» mangler «name». Giv alle distrikter et navn, eller angiv, hvilket felt der er navnet."
    ),
    "bad_text": N_("«{name}» har et ubrugeligt «{property}». Skriv højst {limit} synlige tegn på én linje."),
    "bad_flag": N_("«{name}» har et ubrugeligt «indicative». Skriv true eller false."),
    "bad_date": N_("«{name}» har en ugyldig dato i «{property}». Skriv fx 2026-08-01, eller null."),
    "dates_reversed": N_("«{name}» slutter, før det begynder. Ret «valid_from» eller «valid_to»."),
    "double_id": N_("«{name}» har samme id som et andet distrikt på samme tid. Giv dem hver sit id."),
    "double_name": N_("To distrikter hedder «{name}» på samme tid. Giv dem hver sit navn."),
    # One district's shape
    "not_polygon": N_("«{name}» er ikke en flade. Kun Polygon og MultiPolygon kan bruges."),
    "bad_position": N_("«{name}» har et koordinat, der ikke er to tal. Eksportér laget igen."),
    "not_finite": N_("«{name}» har et koordinat, der er uendeligt eller alt for stort. Ret det i kortprogrammet."),
    "unclosed": N_("Grænsen for «{name}» er ikke lukket. Første og sidste punkt skal være ens."),
    "few_points": N_("Grænsen for «{name}» har for få punkter. En flade har mindst tre forskellige hjørner."),
    "crosses_itself": N_("Grænsen for «{name}» krydser sig selv ved {place}. Ret den i kortprogrammet."),
    "bad_shape": N_("«{name}» har en ugyldig form ved {place}. Ret den i kortprogrammet."),
    "outside_denmark": N_("«{name}» ligger uden for Danmark ({place}). Kontrollér koordinatsystemet."),
    # Districts together
    "overlap": N_(
        "«{name}» og «{other}» overlapper med {area} m² ved {place}. Flyt grænsen, så de kun rører hinanden."
    ),
    "gap": N_("Der er et hul på {area} m² mellem distrikterne ved {place}. Flyt grænserne, så de rører hinanden."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a districts file; `values` fill its sentence."""

    code: str
    values: tuple[tuple[str, str], ...] = ()

    def text(self, language: str = "da") -> str:
        """The sentence; names from the file are cut and stripped of unprintable signs, but still need escaping."""
        return self.later.text(language)

    @property
    def later(self) -> Later:
        """The sentence, its language still open."""
        return Later(FAULTS[self.code], self.values)


class FaultError(Exception):
    """A fault on its way to the list that `check_file` returns; never leaves the package."""

    def __init__(self, code: str, **values: str) -> None:
        self.fault = Fault(code, tuple(sorted(values.items())))
        super().__init__(code)


def shown(text: str, limit: int = 60) -> str:
    """A name from a file as it may stand in a sentence."""
    return "".join(sign if sign.isprintable() else "�" for sign in text[:limit])


def place(lon: float, lat: float) -> str:
    """A position as map programs take it: latitude, longitude."""
    return f"{lat:.5f}, {lon:.5f}"
