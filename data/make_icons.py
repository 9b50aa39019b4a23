"""Make the small copy of Streamlit's icon font: `python -m data.make_icons`, after each upgrade of Streamlit.

Kept are the icons Streamlit's own front end and Python name, and those a page of ours is likely to want. The copy is
served instead of the installed font only while that one is, byte for byte, the one it was made from.
"""

from __future__ import annotations

import json
import re
import string
from hashlib import sha256
from pathlib import Path

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from fieldapp.web.icons import FOLDER
from fieldapp.web.precompress import package_folder

NAMED = re.compile(r":material/([a-z0-9_]+)")
WANTED = """
account_circle add add_a_photo add_circle add_location apps arrow_back arrow_downward arrow_drop_down arrow_drop_up
arrow_forward arrow_right arrow_upward attach_file block bookmark cached calendar_month calendar_today camera cancel
category center_focus_strong chat check check_box check_box_outline_blank check_circle checklist chevron_left
chevron_right circle clear close cloud cloud_off cloud_upload comment construction content_copy content_paste
crop dashboard data_table date_range delete description directions_walk do_not_disturb_on done done_all download
drag_indicator draft edit edit_location edit_note error event expand expand_less expand_more explore fact_check
filter_alt filter_list first_page flag folder fullscreen fullscreen_exit group groups help history home hourglass_empty
image inbox indeterminate_check_box info insights inventory keyboard_arrow_down keyboard_arrow_left
keyboard_arrow_right keyboard_arrow_up last_page layers lightbulb link list local_police location_city location_off
location_on lock lock_open login logout mail manage_accounts map menu mic mode_comment more_horiz more_vert
my_location navigation near_me north_east not_listed_location note_add notifications open_in_full open_in_new person
person_add phone photo photo_camera photo_library pin_drop place play_arrow print priority_high public
radio_button_checked radio_button_unchecked refresh remove remove_circle replay report restart_alt restore route save
schedule search search_off security select_all send settings share shield skip_next skip_previous sort star stop
summarize swap_vert sync table_chart table_view timer toggle_off toggle_on touch_app translate tune undo unfold_less
unfold_more update upload upload_file verified view_list visibility visibility_off volume_off volume_up warning wifi
wifi_off zoom_in zoom_out zoom_out_map
""".split()


def installed() -> tuple[Path, set[str]]:
    """The font of the installed Streamlit, and the icons its front end and its Python name."""
    package = package_folder("streamlit")
    (font,) = (package / "static" / "static" / "media").glob("MaterialSymbols-Rounded.*.woff2")
    files = [*(package / "static" / "static" / "js").glob("*.js"), *package.rglob("*.py")]
    return font, {name for file in files for name in NAMED.findall(file.read_text(encoding="utf-8"))}


def ligatures(font: TTFont) -> dict[str, str]:
    """Icon name → glyph."""
    letter = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
            for first, sets in table.ligatures.items():
                for one in sets:
                    found["".join(letter[glyph] for glyph in (first, *one.Component))] = one.LigGlyph
    return found


def main() -> None:
    """Write the font, and beside it what it was made from and the icons it holds."""
    original, named = installed()
    font = TTFont(original, recalcTimestamp=False)
    known = ligatures(font)
    kept = {known[name] for name in named | set(WANTED) if name in known}
    names = sorted(name for name, glyph in known.items() if glyph in kept)
    options = Options(layout_features=["rlig"], layout_closure=False, flavor="woff2", hinting=False)
    cutter = Subsetter(options)
    letters = [ord(letter) for letter in string.ascii_lowercase + string.digits + "_"]
    cutter.populate(glyphs=sorted(kept), unicodes=letters)
    cutter.subset(font)
    font.flavor = "woff2"
    target = FOLDER / "MaterialSymbols-Rounded.woff2"
    font.save(target)
    about = {
        "font": "Material Symbols Rounded",
        "licence": "Apache-2.0",
        "original": original.name,
        "original_sha256": sha256(original.read_bytes()).hexdigest(),
        "sha256": sha256(target.read_bytes()).hexdigest(),
        "icons": names,
    }
    (FOLDER / "icons.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    print(f"{len(names)} icons, {target.stat().st_size} of {original.stat().st_size} bytes")
    print("not in the font:", *sorted((named | set(WANTED)) - known.keys()))


if __name__ == "__main__":
    main()
