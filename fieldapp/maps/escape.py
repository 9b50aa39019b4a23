"""The one way text gets near folium: what folium renders is compiled by branca as a Jinja2 template and run."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

_ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in "{}`$\\"}
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "{}%#`$<>&'"}


def safe_text(text: str) -> str:
    """HTML that shows `text` and means nothing to HTML, Jinja2, JavaScript strings or template literals.

    >>> safe_text("{{7*7}} <b>")
    '&#123;&#123;7*7&#125;&#125; &lt;b&gt;'
    """
    clean = "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
    return html.escape(clean, quote=True).translate(_ENTITIES)


def safe_json(value: Any) -> str:
    r"""A JavaScript literal whose strings hold no sign that Jinja2 or HTML knows; for dicts, lists, strings, numbers.

    >>> safe_json({"a": "{{7*7}}"})
    '{"a": "\\u007b\\u007b7*7\\u007d\\u007d"}'
    """
    if isinstance(value, str):
        return json.dumps(value).translate(_ESCAPES)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{safe_json(str(key))}: {safe_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(safe_json(item) for item in value) + "]"
    return json.dumps(value, allow_nan=False)
